"""The C++ sources are as clang-format-19 lays them out (`make format` does it)."""

import os
import shutil
import subprocess
import sys

import sources

if __name__ == "__main__":
    tool = shutil.which("clang-format-19")
    if tool is None:
        print("clang-format-19 is absent: tools/setup lint installs it", file=sys.stderr)
        sys.exit(1 if os.environ.get("CI") == "true" else sources.SKIPPED)
    paths = sources.files(sources.SOURCE, ".h", ".cpp")
    sys.exit(subprocess.run([tool, "--dry-run", "-Werror", *paths], check=False).returncode)
