"""A test that is written is run, and a file is named as the house names files."""

import re

import sources

CPP = re.compile(r"^[a-z0-9_]+$")
HELPERS = {"harness.py", "detector_oracle.py", "sources.py"}  # imported by tests, no tests themselves


def faults_of_registration(root):
    for folder in ("tests/integration", "tests/style"):
        registered = root / folder / "CMakeLists.txt"
        words = set(re.findall(r"[\w.]+", registered.read_text())) if registered.exists() else set()
        for path in sources.files(root, ".py", ".cpp"):
            if path.parent != root / folder or path.name in HELPERS:
                continue
            if path.name not in words and path.stem not in words:
                yield f"{path.relative_to(root)} is not in {folder}/CMakeLists.txt: it never runs"


def faults_of_names(root):
    for path in sources.files(root, ".h", ".cpp"):
        parts = path.relative_to(root).parts
        if not CPP.match(path.stem):
            yield f"{path.relative_to(root)}: files are named in snake_case"
        if parts[:2] == ("src", "netstray") and len(parts) not in (4, 5):
            yield f"{path.relative_to(root)}: a module has folders of one level at most (the build would not find it)"


def faults_of_headers(root):
    for path in sources.files(root, ".h"):
        if not path.read_text().startswith("#pragma once\n"):
            yield f"{path.relative_to(root)}: a header begins with #pragma once"


def faults(root):
    return [*faults_of_registration(root), *faults_of_names(root), *faults_of_headers(root)]


if __name__ == "__main__":
    sources.report(faults(sources.SOURCE))
