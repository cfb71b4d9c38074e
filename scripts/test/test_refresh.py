# SPDX-License-Identifier: GPL-2.0
"""There and back: make tree, work, make refresh."""

from toy import ToyCase, git


class RoundTrip(ToyCase):
    """Nothing is lost or changed on the way."""

    def setUp(self):
        super().setUp()
        self.before = self.make_tree()

    def test_no_diff(self):
        self.refresh()
        self.unchanged()

    def test_no_diff_when_rewritten(self):
        self.refresh(True)
        self.unchanged()

    def test_new_commit(self):
        self.edit(self.tree / "drivers/old.c", "line 20\n", "line 20\nadded\n")
        self.write(self.tree / "include/more.h", "/* more */\n")
        git(self.tree, "add", "-f", "include/more.h")
        git(self.tree, "commit", "-qam", "core: more & more\n\nWhy.")
        tree = git(self.tree, "rev-parse", "HEAD^{tree}").strip()
        after = self.refresh()
        self.assertEqual(after.tree, tree)
        text = (self.root / "scripts/series/0003-core-more-more.patch"
                ).read_text()
        self.assertTrue(text.startswith(
            "Subject: core: more & more\n\nWhy.\n\nOverlay: include/more.h\n"
            "---\ndiff --git a/drivers/old.c b/drivers/old.c\n--- a/"))
        self.assertIn("0003-core-more-more.patch\n",
                      (self.root / "scripts/series/order").read_text())
        self.commit_project()
        self.refresh(True)
        self.unchanged()

    def test_reorder_and_drop(self):
        base = self.before.base.commit
        git(self.tree, "reset", "-q", "--hard", base)
        git(self.tree, "cherry-pick", self.before.tip)
        self.refresh()
        self.assertEqual((self.root / "scripts/series/order").read_text(),
                         "0001-driver-use-it.patch\n")
        self.assertFalse((self.root / "include/new.h").exists())
        self.assertEqual([p.name for p in
                          (self.root / "scripts/series").glob("*.patch")],
                         ["0001-driver-use-it.patch"])

    def test_overlay_edit_comes_back(self):
        self.write(self.tree / "drivers/uapi/core.c", "int better;\n")
        git(self.tree, "commit", "-qa", "--amend", "--no-edit")
        self.refresh()
        self.assertEqual((self.root / "drivers/uapi/core.c").read_text(),
                         "int better;\n")
        self.assertEqual(git(self.root, "status", "--porcelain").split(),
                         ["M", "drivers/uapi/core.c"])

    def test_edit_here_is_kept(self):
        self.write(self.root / "include/new.h", "/* newer */\n")
        self.write(self.tree / "drivers/uapi/core.c", "int better;\n")
        git(self.tree, "commit", "-qa", "--amend", "--no-edit")
        self.refresh()
        self.assertEqual((self.root / "include/new.h").read_text(),
                         "/* newer */\n")
        self.assertEqual((self.tree / "include/new.h").read_text(),
                         "/* newer */\n")
        self.assertEqual((self.root / "drivers/uapi/core.c").read_text(),
                         "int better;\n")

    def test_edit_on_both_sides_is_refused(self):
        self.write(self.root / "drivers/uapi/core.c", "int mine;\n")
        self.write(self.tree / "drivers/uapi/core.c", "int yours;\n")
        git(self.tree, "commit", "-qa", "--amend", "--no-edit")
        self.refuses(self.refresh, "drivers/uapi/core.c")
        self.assertEqual((self.root / "drivers/uapi/core.c").read_text(),
                         "int mine;\n")

    def test_patches_on_both_sides_are_refused(self):
        self.edit(self.root / "scripts/series/0002-driver-use-it.patch",
                  "use it", "use that")
        git(self.tree, "commit", "-q", "--amend", "-m", "driver: use this")
        self.refuses(self.refresh, "scripts/series")

    def test_patch_edit_here_is_kept(self):
        self.edit(self.root / "scripts/series/0002-driver-use-it.patch",
                  "use it", "use that")
        self.refresh()
        self.assertEqual(git(self.tree, "log", "-1", "--format=%s"),
                         "driver: use that\n")


class Lost(ToyCase):
    """Work in build/tree is not overwritten, and odd commits are refused."""

    def setUp(self):
        super().setUp()
        self.make_tree()

    def commit(self, message):
        """Commit what is in the tree."""
        git(self.tree, "commit", "-qam", message)

    def test_uncommitted(self):
        self.write(self.tree / "include/new.h", "/* work */\n")
        self.refuses(self.make_tree, "include/new.h")
        self.refuses(self.refresh, "include/new.h")
        self.assertEqual((self.tree / "include/new.h").read_text(),
                         "/* work */\n")

    def test_untracked(self):
        self.write(self.tree / "include/more.h", "/* work */\n")
        self.refuses(self.make_tree, "include/more.h")
        self.refuses(self.refresh, "include/more.h", "git add -f")

    def test_objects_are_no_work(self):
        self.write(self.tree / "drivers/old.o", "object\n")
        self.make_tree()

    def test_unrefreshed(self):
        self.edit(self.tree / "drivers/old.c", "line 20", "line twenty")
        self.commit("more")
        head = git(self.tree, "rev-parse", "HEAD")
        self.refuses(self.make_tree, "make refresh")
        self.assertEqual(git(self.tree, "rev-parse", "HEAD"), head)

    def test_overlay_in_two_commits(self):
        self.write(self.tree / "include/new.h", "/* work */\n")
        self.commit("again")
        self.refuses(self.refresh, "include/new.h", "core: add a header",
                     "again")

    def test_outside_the_overlay(self):
        self.write(self.tree / "kernel/x.c", "int x;\n")
        git(self.tree, "add", "-f", "kernel/x.c")
        self.commit("astray")
        self.refuses(self.refresh, "kernel/x.c", "astray")

    def test_tools_are_of_the_overlay(self):
        self.write(self.tree / "tools/iommu/lib/x.c", "int x;\n")
        git(self.tree, "add", "-f", "tools/iommu/lib/x.c")
        self.commit("a library")
        self.refresh()
        self.assertEqual((self.root / "tools/iommu/lib/x.c").read_text(),
                         "int x;\n")

    def test_merge(self):
        git(self.tree, "checkout", "-q", "-b", "side", "HEAD^")
        self.edit(self.tree / "README", "base", "side")
        self.commit("side")
        git(self.tree, "checkout", "-q", "series")
        git(self.tree, "merge", "-q", "--no-edit", "side")
        self.refuses(self.refresh, "merge")

    def test_long_subject(self):
        self.edit(self.tree / "README", "base", "side")
        self.commit("two lines of\nsubject")
        self.refuses(self.refresh, "two lines of", "subject")

    def test_claim_in_message(self):
        self.edit(self.tree / "README", "base", "side")
        self.commit("x\n\nOverlay: include/x.h")
        self.refuses(self.refresh, "Overlay:")

    def test_binary_hunk(self):
        (self.tree / "README").write_bytes(b"a\0b\n")
        self.commit("binary")
        self.refuses(self.refresh, "README", "binary")

    def test_crlf_hunk(self):
        (self.tree / "README").write_bytes(b"base\r\n")
        self.commit("dos")
        self.refuses(self.refresh, "README", "CRLF")

    def test_other_base(self):
        git(self.tree, "checkout", "-q", "--orphan", "other")
        git(self.tree, "commit", "-qm", "orphan")
        self.refuses(self.refresh, "base")
