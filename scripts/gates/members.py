# SPDX-License-Identifier: GPL-2.0
"""Structures of a UAPI header and their members, for a table of the layout."""

import re

STRUCT = re.compile(r"^struct (\w+) \{(.*?)^\}(?: \w+)?;", re.M | re.S)
MEMBER = re.compile(r"\b(\w+)(?:\[\w*\])?;$")


def without_comments(text):
    """Drop comments and preprocessor lines."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r"^\s*#.*$", "", text, flags=re.M)


def members(body):
    """Yield the members of a structure's body, those of unions dotted."""
    inner = []
    for line in body.split("\n"):
        line = line.strip()
        if re.match(r"(union|struct)\b.*\{$", line):
            inner.append([])
        elif line.startswith("}"):
            name = line.strip("}; \t")
            nested = inner.pop()
            nested = [f"{name}.{m}" if name else m for m in nested]
            nested = ([name] if name else []) + nested
            if inner:
                inner[-1] += nested
            else:
                yield from nested
        else:
            found = MEMBER.search(line)
            if found and inner:
                inner[-1].append(found[1])
            elif found:
                yield found[1]


def structures(text):
    """Return structure -> members of a header's @text."""
    return {name: list(members(body))
            for name, body in STRUCT.findall(without_comments(text))}


def layout_program(headers, text):
    """Return C that defines a symbol for each size and offset of @text.

    One is added to each, because compilers write zeros in many ways.
    """
    lines = [f"#include <{header}>" for header in headers]
    for name, fields in structures(text).items():
        lines.append(f"const unsigned int size__{name} = 1 + "
                     f"sizeof(struct {name});")
        for field in fields:
            lines.append(f"const unsigned int at__{name}__"
                         f"{field.replace('.', '__')} = 1 + "
                         f"__builtin_offsetof(struct {name}, {field});")
    return "\n".join(lines) + "\n"
