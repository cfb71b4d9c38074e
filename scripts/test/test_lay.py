# SPDX-License-Identifier: GPL-2.0
"""Laying the series: what is refused, and what comes out."""

import os
import subprocess

from toy import FIRST, SECOND, ToyCase, git


class Refused(ToyCase):
    """Bad input is refused with a line that names file and commit."""

    def patch(self, number):
        """Path of a patch file."""
        return next((self.root / "scripts/series").glob(f"000{number}-*"))

    def test_stale_hunk(self):
        self.edit(self.base / "drivers/old.c", "line 12", "line twelve")
        git(self.base, "commit", "-qam", "the base moved")
        self.refuses(self.make_tree, "0001-core-add-a-header.patch",
                     "core: add a header", "drivers/old.c:8")

    def test_no_fuzz(self):
        self.edit(self.patch(1), " line 8\n line 9", " line eight\n line 9")
        self.refuses(self.make_tree, "drivers/old.c:8")

    def test_corrupt_hunk(self):
        self.edit(self.patch(1), "@@ -8,6 +8,7", "@@ -8,6 +8,9")
        self.refuses(self.make_tree, "0001-core", "corrupt patch")

    def test_unclaimed(self):
        self.write(self.root / "drivers/uapi/stray.c", "int stray;\n")
        self.refuses(self.make_tree, "no commit claims",
                     "drivers/uapi/stray.c")

    def test_claimed_twice(self):
        self.edit(self.patch(2), "Overlay:", "Overlay: include/new.h\nOverlay:")
        self.refuses(self.make_tree, "include/new.h", "0001-core", "0002-driver")

    def test_claimed_twice_by_one(self):
        self.edit(self.patch(1), "Overlay:", "Overlay: include/new.h\nOverlay:")
        self.refuses(self.make_tree, "include/new.h", "0001-core")

    def test_claim_of_nothing(self):
        (self.root / "include/new.h").unlink()
        self.refuses(self.make_tree, "include/new.h", "core: add a header")

    def test_overlay_on_base(self):
        self.write(self.root / "drivers/old.c", "mine\n")
        self.edit(self.patch(2), "Overlay:", "Overlay: drivers/old.c\nOverlay:")
        self.refuses(self.make_tree, "drivers/old.c", "file of the base")

    def test_replaced_but_not_there(self):
        self.write(self.root / "scripts/series/replaced", "include/gone.h\n")
        self.refuses(self.make_tree, "replaced", "include/gone.h")

    def test_new_file_by_hunk(self):
        self.write(self.patch(2), SECOND + "diff --git a/n.c b/n.c\n"
                   "new file mode 100644\n--- /dev/null\n+++ b/n.c\n"
                   "@@ -0,0 +1 @@\n+x\n")
        self.refuses(self.make_tree, "0002-driver", "n.c", "overlay")

    def test_crlf(self):
        self.write(self.root / "include/new.h", "/* new */\r\n")
        self.refuses(self.make_tree, "include/new.h", "CR")

    def test_crlf_patch(self):
        self.edit(self.patch(1), "+#include <new.h>", "+#include <new.h>\r")
        self.refuses(self.make_tree, "0001-core", "CR")

    def test_binary(self):
        self.write(self.root / "include/new.h", "a\0b\n")
        self.refuses(self.make_tree, "include/new.h", "NUL")

    def test_link(self):
        (self.root / "include/new.h").unlink()
        os.symlink("x", self.root / "include/new.h")
        self.refuses(self.make_tree, "include/new.h", "regular")

    def test_no_subject(self):
        self.edit(self.patch(1), "Subject: ", "")
        self.refuses(self.make_tree, "0001-core", "Subject")

    def test_no_separator(self):
        self.edit(self.patch(2), "---\n", "")
        self.refuses(self.make_tree, "0002-driver", "---")

    def test_message_that_ends_a_mail(self):
        self.edit(self.patch(1), "The header", "diff --git x\nThe header")
        self.refuses(self.make_tree, "0001-core", "diff --git x")

    def test_empty_commit(self):
        self.write(self.patch(2), "Subject: nothing\n\n---\n")
        self.refuses(self.make_tree, "0002-driver", "neither")

    def test_order_names_nothing(self):
        self.write(self.root / "scripts/series/order", "0009-x.patch\n")
        self.refuses(self.make_tree, "0009-x.patch")

    def test_not_in_order(self):
        self.write(self.root / "scripts/series/0003-x.patch", FIRST)
        self.refuses(self.make_tree, "0003-x.patch", "order")

    def test_base_that_is_not_there(self):
        os.environ["NESTING_BASE"] = f"{self.base}#none"
        self.refuses(self.make_tree, "NESTING_BASE", "none")


class Laid(ToyCase):
    """What comes out."""

    def test_commits(self):
        series = self.make_tree()
        self.assertEqual(
            git(self.tree, "log", "--reverse", "--format=%an %s %b",
                f"{series.base.commit}..").split("\n")[:2],
            ["Ann Other core: add a header The header comes first.", ""])
        self.assertEqual(git(self.tree, "show", "--format=", "--name-only",
                             "HEAD").split(),
                         ["drivers/uapi/Makefile", "drivers/uapi/core.c"])

    def test_offset_is_no_fuzz(self):
        self.edit(self.base / "drivers/old.c", "line 1\n", "line 0\nline 1\n")
        git(self.base, "commit", "-qam", "the base moved")
        self.make_tree()
        self.assertIn("line 10\n#include <new.h>\nline 11\n",
                      (self.tree / "drivers/old.c").read_text())

    def test_same_ids_again(self):
        first = self.make_tree().tip
        subprocess.run(["rm", "-rf", self.root / "build"], check=True)
        self.assertEqual(first, self.make_tree().tip)

    def test_executable(self):
        os.chmod(self.root / "include/new.h", 0o755)
        self.make_tree()
        self.assertTrue(os.access(self.tree / "include/new.h", os.X_OK))

    def test_unpack_apply_same_tree(self):
        series = self.make_mbox()
        fresh = self.dir / "fresh"
        git(self.dir, "clone", "-q", str(self.base), str(fresh))
        git(fresh, "am", "-q", str(self.root / "build/series.mbox"))
        self.assertEqual(git(fresh, "rev-parse", "HEAD^{tree}").strip(),
                         series.tree)

    def test_mbox_lists_all(self):
        self.make_mbox()
        mbox = (self.root / "build/series.mbox").read_text()
        self.assertIn("Subject: [PATCH 2/2] driver: use it", mbox)
        cover = (self.root / "build/series.cover").read_text()
        self.assertIn("Subject: [PATCH 0/2] toy", cover)
        self.assertIn("core: add a header", cover)

    def test_mbox_keeps_odd_messages(self):
        patch = self.root / "scripts/series/0002-driver-use-it.patch"
        self.edit(patch, "driver: use it\n\n",
                  "driver: use it über alles\n\n  indented\n\n\n# hash\n"
                  "Link: x\n\n")
        self.make_mbox()


class Replaced(ToyCase):
    """A file of the base that the overlay replaces as a whole."""

    def setUp(self):
        super().setUp()
        self.write(self.base / "Documentation/old.rst", "stale\n")
        git(self.base, "add", "-f", ".")
        git(self.base, "commit", "-q", "-m", "a stale text")
        self.write(self.root / "Documentation/old.rst", "fresh\n")
        self.write(self.root / "scripts/series/replaced",
                   "# why\nDocumentation/old.rst\n")
        patch = self.root / "scripts/series/0001-core-add-a-header.patch"
        self.edit(patch, "Overlay:", "Overlay: Documentation/old.rst\nOverlay:")
        self.commit_project()

    def test_laid(self):
        self.make_tree()
        self.assertEqual((self.tree / "Documentation/old.rst").read_text(),
                         "fresh\n")

    def test_round_trip(self):
        self.make_tree()
        self.refresh("rewrite")
        self.assertEqual(git(self.root, "status", "--porcelain"), "")

    def test_edit_comes_back(self):
        self.make_tree()
        self.edit(self.tree / "Documentation/old.rst", "fresh", "fresher")
        git(self.tree, "commit", "-qa", "--fixup=HEAD~1")
        git(self.tree, "-c", "sequence.editor=true", "rebase", "-q", "-i",
            "--autosquash", "HEAD~3")
        self.refresh()
        self.assertEqual((self.root / "Documentation/old.rst").read_text(),
                         "fresher\n")


class Checkout(ToyCase):
    """Plain checkouts touch only what changed."""

    def setUp(self):
        super().setUp()
        self.out = self.dir / "out"

    def test_tree_id(self):
        self.assertEqual(self.checkout(self.out), self.make_tree().tree)
        self.assertEqual((self.out / "include/new.h").read_text(),
                         "/* new */\n")

    def test_only_changed_files_are_touched(self):
        self.checkout(self.out)
        os.utime(self.out / "drivers/old.c", (1000, 1000))
        self.checkout(self.out)
        (self.out / "drivers/old.o").write_text("object")
        stamps = {p: (self.out / p).stat().st_mtime_ns
                  for p in ("drivers/old.c", "include/new.h")}
        self.write(self.root / "drivers/uapi/core.c", "int core2;\n")
        self.checkout(self.out)
        self.assertEqual((self.out / "drivers/uapi/core.c").read_text(),
                         "int core2;\n")
        for path, stamp in stamps.items():
            self.assertEqual((self.out / path).stat().st_mtime_ns, stamp)
        self.assertTrue((self.out / "drivers/old.o").exists())

    def test_edited_file_is_put_back(self):
        self.checkout(self.out)
        self.write(self.out / "README", "edited\n")
        self.checkout(self.out)
        self.assertEqual((self.out / "README").read_text(), "base\n")

    def test_one_commit(self):
        self.checkout(self.out)
        self.checkout(self.out, "1")
        self.assertFalse((self.out / "drivers/uapi/core.c").exists())
        self.checkout(self.out, "base")
        self.assertFalse((self.out / "include/new.h").exists())

    def test_no_such_commit(self):
        self.refuses(lambda: self.checkout(self.out, "3"), "'3'")

    def test_foreign_directory(self):
        self.write(self.out / "mine", "x\n")
        self.refuses(lambda: self.checkout(self.out), "not empty")
