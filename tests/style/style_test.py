"""Each style test must fail where it should: small trees with one planted fault each."""

import pathlib
import sys
import tempfile
import unittest

import layers
import names
import words

TABLE = """
| module | may include | one line |
|---|---|---|
| `base` | - | words |
| `maths` | - | numbers |
| `table` | - | columns |
| `detect` | - | scores |
| `web` | - | planned: a server |
| `cli` | all above | commands |
"""
FOLDERS = ("base", "maths", "table", "detect", "cli")


class Tree(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        self.write("ARCHITECTURE.md", TABLE)
        for name in FOLDERS:
            self.write(f"src/netstray/{name}/CMakeLists.txt", f"netstray_module({name} USES netstray_base)\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def assert_fault(self, found, word):
        self.assertEqual(len(found), 1, found)
        self.assertIn(word, found[0])


class Layers(Tree):
    def test_a_tree_that_keeps_to_its_table_has_no_faults(self):
        self.write("src/netstray/detect/forest.cpp", '#include "netstray/base/error.h"\n#include "netstray/maths/matrix.h"\n')
        self.write("src/netstray/maths/matrix.cpp", '#include "netstray/base/error.h"\n#include "netstray/maths/matrix.h"\n')
        self.write("src/netstray/cli/main.cpp", '#include "netstray/detect/forest.h"\n')
        self.assertEqual(layers.faults(self.root), [])

    def test_an_include_that_no_row_allows_is_a_fault(self):
        self.write("src/netstray/detect/forest.cpp", '#include "netstray/table/table.h"\n')
        self.assert_fault(layers.faults(self.root), "detect may not include table")

    def test_base_includes_nothing(self):
        self.write("src/netstray/base/text.cpp", '#include "netstray/maths/matrix.h"\n')
        self.assert_fault(layers.faults(self.root), "base may not include maths")

    def test_a_link_that_no_row_allows_is_a_fault(self):
        self.write("src/netstray/detect/CMakeLists.txt", "netstray_module(detect USES netstray_table)\n")
        self.assert_fault(layers.faults(self.root), "detect may not link table")

    def test_tests_may_use_made_up_traffic_and_libraries_may_not(self):
        self.write("ARCHITECTURE.md", TABLE.replace("| `cli`", "| `synth` | table | made up |\n| `cli`"))
        self.write("src/netstray/synth/CMakeLists.txt", "netstray_module(synth USES netstray_table)\n")
        self.write("src/netstray/detect/forest_test.cpp", '#include "netstray/synth/traffic.h"\n')
        self.write("src/netstray/detect/CMakeLists.txt", "netstray_module(detect USES netstray_base TESTED_WITH netstray_synth)\n")
        self.assertEqual(layers.faults(self.root), [])
        self.write("src/netstray/detect/forest.cpp", '#include "netstray/synth/traffic.h"\n')
        self.assert_fault(layers.faults(self.root), "detect may not include synth")
        (self.root / "src/netstray/detect/forest.cpp").unlink()
        self.write("src/netstray/detect/CMakeLists.txt", "netstray_module(detect USES netstray_synth)\n")
        self.assert_fault(layers.faults(self.root), "detect may not link synth")

    def test_a_folder_without_a_row_is_a_fault(self):
        self.write("src/netstray/extra/CMakeLists.txt", "")
        self.assert_fault(layers.faults(self.root), "extra has no row")

    def test_a_row_may_name_only_rows_above_it(self):
        self.write("ARCHITECTURE.md", TABLE.replace("| `table` | -", "| `table` | detect"))
        self.assert_fault(layers.faults(self.root), "table names detect")

    def test_a_planned_row_has_no_folder_and_a_built_one_has(self):
        self.write("src/netstray/web/CMakeLists.txt", "")
        self.assert_fault(layers.faults(self.root), "marked planned")
        self.write("ARCHITECTURE.md", TABLE.replace("planned: ", "").replace("`web`", "`webs`").replace("| `cli`", "| `web` | - | x |\n| `cli`"))
        self.assert_fault(layers.faults(self.root), "webs has no folder")


class Words(Tree):
    def test_a_clean_tree_has_no_faults(self):
        self.write("docs/page.m" "d", "See [the table](../ARCHITECTURE.md#modules) and https://example.org/.\n")
        self.write("src/netstray/base/a.cpp", "// docs/page.m" "d, http://127.0.0.1:8470\n")
        self.assertEqual(words.faults(self.root), [])

    def test_each_fault_is_found(self):
        for text, word in (
            ("// TO" "DO: later\n", "unfinished"),
            ('auto path = "/ho' 'me/me/x";\n', "path of one machine"),
            ("// see https:" "//somewhere.net/page\n", "in a source"),
            ("// docs/no-such-page.m" "d\n", "is not there"),
            ("\n" * 801, "801 lines"),
        ):
            with self.subTest(word):
                self.write("src/netstray/base/a.cpp", text)
                self.assert_fault(words.faults(self.root), word)

    def test_a_link_to_nowhere_is_a_fault(self):
        self.write("README.md", "[here](docs/gone.html)\n")
        self.assert_fault(words.faults(self.root), "leads nowhere")


class Names(Tree):
    def test_a_test_that_nobody_registered_is_a_fault(self):
        self.write("tests/integration/CMakeLists.txt", "netstray_script_test(integration.a quick a_test.py)\n")
        self.write("tests/integration/a_test.py", "")
        self.assertEqual(names.faults(self.root), [])
        self.write("tests/integration/b_test.py", "")
        self.assert_fault(names.faults(self.root), "never runs")

    def test_names_and_places_of_sources(self):
        self.write("src/netstray/base/BadName.cpp", "")
        self.assert_fault(names.faults(self.root), "snake_case")
        (self.root / "src/netstray/base/BadName.cpp").unlink()
        self.write("src/netstray/base/deep/deeper/good.cpp", "")
        self.assert_fault(names.faults(self.root), "one level")

    def test_a_header_begins_with_pragma_once(self):
        self.write("src/netstray/base/a.h", "int x;\n")
        self.assert_fault(names.faults(self.root), "pragma once")


if __name__ == "__main__":
    sys.exit(not unittest.main(exit=False).result.wasSuccessful())
