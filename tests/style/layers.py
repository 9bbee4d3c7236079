"""Executes the table of modules in ARCHITECTURE.md: who may include whom.

Every folder under src/netstray has a row; a row names only rows above it; `base` and `maths` are open to all below them;
each #include of another module is allowed by the row, and the module's CMakeLists.txt links nothing else. Tests may use
`synth` beside. A row marked planned has no folder.
"""

import re

import sources

ROW = re.compile(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \|", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*"netstray/(\w+)/', re.MULTILINE)
LINK = re.compile(r"\bnetstray_(\w+)")
TESTED_WITH = re.compile(r"\bTESTED_WITH\b[^)]*")
OPEN_TO_ALL = ("base", "maths")
OPEN_TO_TESTS = ("synth",)


def table(text):
    """{module: (set of modules it may include, planned)} in the order of the rows."""
    rows = {}
    for name, may, line in ROW.findall(text):
        named = {word for word in re.split(r"[,\s]+", may) if word not in ("", "-")}
        if named == {"all", "above"}:
            named = set(rows)
        rows[name] = (named, "planned" in line)
    return rows


def faults_of_table(rows, folders):
    above = set()
    for name, (may, planned) in rows.items():
        for other in sorted(may - above):
            yield f"ARCHITECTURE.md: row {name} names {other}, which is not above it"
        if planned and name in folders:
            yield f"ARCHITECTURE.md: row {name} is marked planned, but src/netstray/{name} is there"
        if not planned and name not in folders:
            yield f"ARCHITECTURE.md: row {name} has no folder src/netstray/{name}; is it planned?"
        above.add(name)
    for name in sorted(folders - set(rows)):
        yield f"src/netstray/{name} has no row in ARCHITECTURE.md"


def allowed(rows, name):
    """The modules that `name` may use: itself, those of its row, and base and maths where they stand above it."""
    order = list(rows)
    shared = {other for other in OPEN_TO_ALL if other in rows and order.index(other) < order.index(name)}
    return {name} | rows[name][0] | shared


def faults_of_includes(root, rows):
    for path in sources.files(root, ".h", ".cpp"):
        parts = path.relative_to(root).parts
        if parts[:2] != ("src", "netstray") or len(parts) < 4 or parts[2] not in rows:
            continue
        may = allowed(rows, parts[2])
        if path.name.endswith("_test.cpp"):
            may = may.union(OPEN_TO_TESTS)
        for other in INCLUDE.findall(path.read_text()):
            if other not in may:
                yield f"{path.relative_to(root)}: {parts[2]} may not include {other} (ARCHITECTURE.md)"


def faults_of_links(root, rows):
    for name in rows:
        path = root / "src/netstray" / name / "CMakeLists.txt"
        if not path.exists():
            continue
        text = path.read_text()
        linked = set(LINK.findall(TESTED_WITH.sub("", text)))
        for tested_with in TESTED_WITH.findall(text):
            linked |= set(LINK.findall(tested_with)).difference(OPEN_TO_TESTS)
        for other in sorted(linked & set(rows) - allowed(rows, name)):
            yield f"{path.relative_to(root)}: {name} may not link {other} (ARCHITECTURE.md)"


def faults(root):
    rows = table((root / "ARCHITECTURE.md").read_text())
    if not rows:
        return ["ARCHITECTURE.md has no table of modules"]
    folders = {path.name for path in (root / "src/netstray").iterdir() if path.is_dir()}
    return [*faults_of_table(rows, folders), *faults_of_includes(root, rows), *faults_of_links(root, rows)]


if __name__ == "__main__":
    sources.report(faults(sources.SOURCE))
