# SPDX-License-Identifier: GPL-2.0
"""The gates see what they are there for."""

import subprocess
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from gates import kbuild, roundtrip, style
from gates.build import last_fix
from gates.elf import Elf, differences
from gates.headers import holes, layout, unlike
from gates.kbuild import Build, essence
from gates.members import structures
from gates.memory import Memory
from gates.warnings import beyond, collect
from nseries.lay import lay
from nseries.project import Project
from toy import ToyCase, git

SOURCE = """
#define PASTE(a, b) a##b
#define NAME(a, b) PASTE(a, b)
extern int other(const char *, int *);
static int NAME(unique, COUNT) = 3;
int function(void)
{
	return other("text", &NAME(unique, COUNT)) + VALUE;
}
"""


def compiled(source, *options):
    """Return the digests of a compiled source text."""
    with tempfile.TemporaryDirectory() as tmp:
        target = Path(tmp) / "x.o"
        subprocess.run(["gcc", "-O2", "-xc", "-c", "-o", target, *options, "-"],
                       input=source.encode(), check=True)
        return Elf(target.read_bytes()).digests()


class Objects(unittest.TestCase):
    """Objects are the same, or they are not."""

    def parts(self, source, *options):
        """Return how an object differs from that of SOURCE."""
        return differences(compiled(SOURCE, "-DVALUE=1", "-DCOUNT=1"),
                           compiled(source, *options))

    def test_local_names_do_not_count(self):
        self.assertEqual(self.parts(SOURCE, "-DVALUE=1", "-DCOUNT=2"), [])

    def test_lines_do_not_count(self):
        self.assertEqual(self.parts("\n\n" + SOURCE, "-DVALUE=1", "-DCOUNT=1"),
                         [])

    def test_code(self):
        self.assertIn(".text", self.parts(SOURCE, "-DVALUE=2", "-DCOUNT=1"))

    def test_data(self):
        self.assertEqual(self.parts(SOURCE.replace("= 3", "= 4"),
                                    "-DVALUE=1", "-DCOUNT=1"), [".data"])

    def test_string(self):
        found = self.parts(SOURCE.replace("text", "tent"), "-DVALUE=1",
                           "-DCOUNT=1")
        self.assertEqual(found, [".rodata.str1.1"])

    def test_called_function(self):
        found = self.parts(SOURCE.replace("other", "third"), "-DVALUE=1",
                           "-DCOUNT=1")
        self.assertIn(".text", found)
        self.assertIn("global symbols", found)

    def test_line_numbers_in_code_count(self):
        source = SOURCE.replace("VALUE", "__LINE__")
        self.assertNotEqual(differences(compiled(source, "-DCOUNT=1"),
                                        compiled("\n" + source, "-DCOUNT=1")),
                            [])


class Warnings(unittest.TestCase):
    """New warnings are told from old ones."""

    OLD = ("/top/src/a.c:7:3: warning: unused x\n"
           "  CC      a.o\n/top/src/a.h:1:1: warning: odd\n"
           "/top/src/a.h:1:1: warning: odd\n")

    def new(self, log):
        """Return the warnings of @log beyond OLD."""
        top = Path("/top/src")
        return beyond(collect(self.OLD, top), collect(log, top))

    def test_same_at_other_lines(self):
        self.assertEqual(self.new(self.OLD.replace(":7:", ":9:")), [])

    def test_same_by_another_path(self):
        self.assertEqual(self.new("../src/a.c:7:3: warning: unused x\n"), [])

    def test_fewer(self):
        self.assertEqual(self.new(""), [])

    def test_second_of_a_kind(self):
        self.assertEqual(
            self.new(self.OLD + "/top/src/a.c:9:3: warning: unused x\n"),
            ["a.c: warning: unused x"])

    def test_another_file(self):
        self.assertEqual(self.new("/top/src/b.c:7:3: warning: unused x\n"),
                         ["b.c: warning: unused x"])

    def test_modpost(self):
        line = "WARNING: modpost: x.o: section mismatch in reference"
        self.assertEqual(self.new(line), [f"link: {line}"])

    def test_essence_of_a_failure(self):
        self.assertEqual(essence("  CC x.o\nx.c:1:2: error: bad\nmake: *** x\n"),
                         "x.c:1:2: error: bad\nmake: *** x")


HEADER = """
struct part {
	__u32	size;
	__u8	bytes[3];	/* not; this; */
	__u8	padding;
	union {
		struct inner one;
		__u64 two;
	} both;
#define X 1
};
"""


class Layout(unittest.TestCase):
    """Layouts are read and compared."""

    def header(self, text):
        """Return an include path with @text in the headers of ours."""
        tmp = tempfile.TemporaryDirectory()
        self.addCleanup(tmp.cleanup)
        top = Path(tmp.name)
        (top / "linux").mkdir()
        (top / "linux/iommu_nesting.h").write_text(
            "#ifndef A\n#define A\ntypedef unsigned int __u32;\n"
            "typedef unsigned long long __u64;\n" + text + "#endif\n")
        for empty in ("iommu_fault_queue.h", "vfio_nesting.h"):
            (top / "linux" / empty).write_text("")
        return top

    def test_members(self):
        self.assertEqual(structures(HEADER), {
            "part": ["size", "bytes", "padding", "both", "both.one",
                     "both.two"]})

    def test_difference_of_32_bits(self):
        top = self.header("struct s {\n\t__u32 a;\n\t__u64 b;\n};\n")
        wide, narrow = (layout(top, "gcc", [o]) for o in ("-m64", "-m32"))
        self.assertEqual(unlike(wide, narrow).split("\n"),
                         ["at__s__b: 9 and 5", "size__s: 17 and 13"])

    def test_no_difference(self):
        top = self.header("struct s {\n\t__u32 a;\n\t__u32 b;\n};\n")
        wide, narrow = (layout(top, "gcc", [o]) for o in ("-m64", "-m32"))
        self.assertEqual(unlike(wide, narrow), "")

    def test_header_that_does_not_compile(self):
        top = self.header("struct s {\n\tnonsense a;\n};\n")
        one = layout(top, "gcc", [])
        self.assertIn("error", unlike(one, one))

    def test_hole(self):
        top = self.header("struct s {\n\t__u32 a;\n\t__u64 b;\n};\n")
        self.assertIn("-m64", holes(top, "linux/iommu_nesting.h"))

    def test_no_hole(self):
        top = self.header("struct s {\n\t__u32 a;\n\t__u32 b;\n};\n")
        self.assertEqual(holes(top, "linux/iommu_nesting.h"), "")


class Results:
    """A Tap that keeps what it is told."""

    def __init__(self):
        self.bad, self.good = {}, []

    def result(self, passed, name, detail=""):
        """Keep one result."""
        if passed:
            self.good.append(name)
        else:
            self.bad[name] = str(detail)

    def note(self, text):
        """Progress is not looked at."""


class OnToy(ToyCase):
    """Gates that read, on the toy project."""

    def gate(self, function):
        """Run a gate; return its results."""
        project = Project(self.root)
        trees = SimpleNamespace(project=project, series=lay(project))
        tap = Results()
        function(trees, None, tap)
        return tap

    def grow(self, lines):
        """Let the first patch add @lines lines."""
        path = self.root / "scripts/series/0001-core-add-a-header.patch"
        self.edit(path, "@@ -8,6 +8,7 @@", f"@@ -8,6 +8,{6 + lines} @@")
        self.edit(path, "+#include <new.h>\n", "+x\n" * lines)

    def test_budget(self):
        self.grow(40)
        self.assertEqual(self.gate(style.gate_budget).bad, {})

    def test_budget_of_a_file_overdrawn(self):
        self.grow(41)
        self.assertEqual(list(self.gate(style.gate_budget).bad),
                         ["budget: drivers/old.c: 41 lines"])

    def test_budget_with_a_reason(self):
        self.grow(41)
        self.write(self.root / "scripts/series/budget-reasons",
                   "drivers/old.c: it has to be\n")
        self.assertEqual(self.gate(style.gate_budget).bad, {})

    def test_budget_of_all_overdrawn(self):
        self.grow(251)
        self.write(self.root / "scripts/series/budget-reasons",
                   "drivers/old.c: it has to be\n")
        self.assertEqual(list(self.gate(style.gate_budget).bad),
                         ["budget: 251 lines in all"])

    def words(self, text):
        """Return what the gate of words says about @text in a file."""
        self.write(self.root / "include/new.h", text)
        return list(self.gate(style.gate_words).bad.values())

    def test_clean_words(self):
        self.assertEqual(self.words("see /dev/vfio and net/work/x\n"), [])

    def test_sign_off(self):
        self.assertIn("a sign-off",
                      self.words("Signed-off" "-by: A <a@example.com>\n")[0])

    def test_path_of_the_checkout(self):
        self.assertIn("this checkout", self.words(f"in {self.root}/x\n")[0])

    def test_home(self):
        self.assertIn("path of a machine",
                      self.words("cd /ho" "me/ann/linux\n")[0])

    def test_archive_host(self):
        with mock.patch.object(style, "archive_hosts",
                               lambda: {"mirror.example.com"}):
            self.assertIn("archive",
                          self.words("http://mirror.example.com/x\n")[0])

    def test_round_trip(self):
        self.assertEqual(self.gate(roundtrip.gate_roundtrip).bad, {})

    def test_round_trip_of_a_misnamed_file(self):
        series = self.root / "scripts/series"
        (series / "0002-driver-use-it.patch").rename(series / "0007-x.patch")
        self.edit(series / "order", "0002-driver-use-it", "0007-x")
        self.assertEqual(list(self.gate(roundtrip.gate_roundtrip).bad),
                         ["round trip: 0007-x.patch comes back"])

    def test_option_behind_an_added_line(self):
        diff = "+config NEW\n+\tbool\n+\n config OLD\n \tbool\n"
        self.assertEqual(kbuild.OPTION.findall(diff), ["NEW"])

    def test_options_and_key(self):
        self.write(self.base / "drivers/Kconfig", "config OLD\n\tbool\n")
        git(self.base, "add", "-f", ".")
        git(self.base, "commit", "-qm", "Kconfig")
        self.write(self.root / "drivers/uapi/Kconfig",
                   "config NEW\n\tbool\n\nmenuconfig MENU\n\tbool\n")
        self.edit(self.root / "scripts/series/0002-driver-use-it.patch",
                  "Overlay:", "Overlay: drivers/uapi/Kconfig\nOverlay:")
        project = Project(self.root)
        series = lay(project)
        trees = kbuild.Trees(project, series, Results())
        self.assertEqual(trees.options(series.tip), ["MENU", "NEW"])
        self.assertEqual(trees.options(series.commits[0][1]), [])
        before = trees.build_key(series.tip)
        self.write(self.root / "drivers/uapi/core.c", "int more;\n")
        series = lay(project)
        trees = kbuild.Trees(project, series, Results())
        self.assertNotEqual(trees.build_key(series.tip), before)


class Configs(unittest.TestCase):
    """An option that kconfig dropped is noticed."""

    def test_lost_option(self):
        with tempfile.TemporaryDirectory() as tmp:
            build = Build(SimpleNamespace(top=Path(tmp)), "arm64", False)
            build.dir.mkdir()
            asked = "".join(p.read_text() for p in build.fragments())
            (build.dir / ".config").write_text(asked)
            self.assertEqual(build.lost(), [])
            (build.dir / ".config").write_text(
                asked.replace("CONFIG_PCI=y\n", ""))
            self.assertEqual(build.lost(), ["CONFIG_PCI=y"])


class Fixes(unittest.TestCase):
    """Commits that stand alone are those before the first with files."""

    @staticmethod
    def series(*claims):
        """A series on "base" whose commits are "1", "2", ..."""
        return SimpleNamespace(
            base=SimpleNamespace(commit="base"),
            commits=[(SimpleNamespace(claims=c), str(i))
                     for i, c in enumerate(claims, 1)])

    def test_none(self):
        self.assertEqual(last_fix(self.series(["a"], [])), "base")

    def test_some(self):
        self.assertEqual(last_fix(self.series([], [], ["a"], [])), "2")


class Remembering(unittest.TestCase):
    """Results are remembered under all that they depend on."""

    def setUp(self):
        tmp = tempfile.TemporaryDirectory()
        self.addCleanup(tmp.cleanup)
        patch = mock.patch.dict("os.environ", NESTING_CACHE=tmp.name)
        patch.start()
        self.addCleanup(patch.stop)

    def test_recall(self):
        Memory().keep(["a", 1], {"x": "y"})
        self.assertEqual(Memory().recall(["a", 1]), {"x": "y"})
        self.assertIsNone(Memory().recall(["a", 2]))
        self.assertIsNone(Memory().recall(["build", 1]))

    def test_not_used(self):
        Memory().keep(["a"])
        self.assertIsNone(Memory(False).recall(["a"]))

    def test_other_tools(self):
        Memory().keep(["a"])
        with mock.patch("gates.memory.version", lambda tool: "another"):
            self.assertIsNone(Memory().recall(["a"]))
