"""What may not stand in a file: unfinished work, places of one machine, addresses that nobody listed, links to nowhere,
more than 800 lines."""

import re

import sources

LINES = 800
CODE = (".h", ".cpp", ".py", ".cmake", "CMakeLists.txt", ".sh")
PROSE = (".md",)
OTHER = ("Makefile", "CMakePresets.json", ".ci/run", "tools/setup", "tools/lint", "tools/python-env", ".clang-tidy", ".clang-format")

UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
ABSOLUTE = re.compile(r"(?<![\w./])/(work|home|root|Users)(?=/|\b)")
ADDRESS = re.compile(r"https?://[^\s)>\"'\\]+")
# What a source may name: the loopback, XML names that are no addresses, and hosts reserved for examples.
ADDRESSES = re.compile(r"https?://(127\.0\.0\.1|localhost|\[::1\]|www\.w3\.org/|([\w-]+\.)*example(\.\w+)?\b)")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def faults_of_lines(name, text):
    for number, line in enumerate(text.splitlines(), 1):
        if UNFINISHED.search(line):
            yield f"{name}:{number}: unfinished work; do it, or open an issue"
        if ABSOLUTE.search(line):
            yield f"{name}:{number}: a path of one machine"
        if not name.endswith(PROSE):
            for address in ADDRESS.findall(line):
                if not ADDRESSES.match(address):
                    yield f"{name}:{number}: {address} in a source; put it into docs/"


def faults_of_links(root, path, text):
    for target in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        target = target.split("#")[0]
        if target and "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
            yield f"{path.relative_to(root)}: the link {target} leads nowhere"


def faults_of_documents_named(root, name, text):
    """A comment that sends the reader to docs/ must send them to a page that is there."""
    for page in re.findall(r"\bdocs/[\w/-]+\.md\b", text):
        if not (root / page).exists():
            yield f"{name}: names {page}, which is not there"


def faults(root):
    found = []
    for path in sources.files(root, *CODE, *PROSE, *OTHER):
        name = str(path.relative_to(root))
        text = path.read_text(errors="replace")
        found += faults_of_lines(name, text)
        found += faults_of_documents_named(root, name, text)
        if not name.endswith(PROSE) and len(text.splitlines()) > LINES:
            found.append(f"{name}: {len(text.splitlines())} lines, at most {LINES}")
        if name.endswith(PROSE):
            found += faults_of_links(root, path, text)
    return found


if __name__ == "__main__":
    sources.report(faults(sources.SOURCE))
