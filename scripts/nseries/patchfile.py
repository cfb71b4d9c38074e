# SPDX-License-Identifier: GPL-2.0
"""The format of a file of scripts/series/: one commit."""

import re
from dataclasses import dataclass, field

from . import SeriesError

CLAIM = "Overlay: "
# Lines that end the message when the commit travels as a mail.
MAIL_BREAKS = re.compile(r"^(---( .*)?|diff --git .*|diff -.*|Index: .*|From .*)$")


@dataclass
class Patch:
    """One commit of the series.

    @claims: paths of the overlay files that it adds
    @diff: hunks against files of the base, may be empty
    """

    name: str
    subject: str
    body: str = ""
    claims: list = field(default_factory=list)
    diff: bytes = b""

    def __str__(self):
        return f'scripts/series/{self.name} ("{self.subject}")'

    @property
    def message(self):
        """The commit message, as git stores it."""
        return f"{self.subject}\n" + (f"\n{self.body}\n" if self.body else "")


def slug(subject):
    """Return the words of @subject as part of a file name."""
    return re.sub(r"[^a-z0-9]+", "-", subject.lower()).strip("-")[:52].strip("-")


def parse(name, data):
    """Read a patch file's bytes."""
    where = f"scripts/series/{name}"
    if b"\r" in data or b"\0" in data:
        raise SeriesError(f"{where}: has CR or NUL bytes, is no plain text")
    head, found, diff = data.partition(b"\n---\n")
    if not found:
        raise SeriesError(f"{where}: no line '---' between message and hunks")
    try:
        lines = head.decode().split("\n")
    except UnicodeDecodeError:
        raise SeriesError(f"{where}: message is not UTF-8") from None
    if not lines[0].startswith("Subject: ") or not lines[0][9:].strip():
        raise SeriesError(f"{where}: first line is not 'Subject: ...'")
    if len(lines) > 1 and lines[1]:
        raise SeriesError(f"{where}: the subject is longer than a line")
    claims = [line[len(CLAIM):].strip() for line in lines
              if line.startswith(CLAIM)]
    patch = Patch(name, lines[0][9:].strip(), tidy_body(lines[1:]), claims, diff)
    check_message(patch)
    if not claims and not diff.strip():
        raise SeriesError(f"{patch}: neither hunks nor overlay files")
    return patch


def tidy_body(lines):
    """Return the body that git am makes of @lines: no claims, no trailing
    blanks, one empty line between paragraphs."""
    text = "\n".join(line.rstrip() for line in lines
                     if not line.startswith(CLAIM))
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def check_message(patch):
    """Refuse a message that a mail would cut or change."""
    for line in patch.body.split("\n"):
        if MAIL_BREAKS.match(line):
            raise SeriesError(f"{patch}: message line would end a mail's "
                              f"message: {line}")
    if patch.subject.startswith("["):
        raise SeriesError(f"{patch}: git am drops '[...]' from a subject")


def unparse(patch):
    """Return the bytes of the patch file."""
    text = f"Subject: {patch.subject}\n\n"
    if patch.body:
        text += f"{patch.body}\n\n"
    text += "".join(f"{CLAIM}{path}\n" for path in patch.claims)
    if patch.claims:
        return text.encode() + b"---\n" + patch.diff
    return text.rstrip("\n").encode() + b"\n\n---\n" + patch.diff


def strip_index_lines(diff):
    """Drop the blob ids of @diff: they change with every base."""
    out, in_header = [], False
    for line in diff.split(b"\n"):
        if line.startswith(b"diff --git "):
            in_header = True
        elif line.startswith(b"@@ "):
            in_header = False
        if not (in_header and line.startswith(b"index ")):
            out.append(line)
    return b"\n".join(out)
