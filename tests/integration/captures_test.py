"""Every capture of ../shared/data/pcap: reading it ends by itself, and finds as many packets as capinfos.

capture_counts.tsv has capinfos' answers: for each folder how many files it calls pcap, nsecpcap or pcapng, their packets,
a digest of name and packets of each, and the names of the files that it calls otherwise or refuses (damage, link types
that it has no name for). With capinfos at hand (Debian's wireshark-common)

    python3 tests/integration/captures_test.py --write-table

writes it anew, and the test also compares file by file.
"""

import collections
import csv
import functools
import gzip
import hashlib
import io
import pathlib
import shutil
import struct
import subprocess
import sys
import tarfile
import unittest

import harness
from harness import BINARY, SOURCE

TABLE = SOURCE / "tests/integration/capture_counts.tsv"
READER = BINARY.parent / "read_captures"
UNPACKED = BINARY.parent.parent / "captures"
KINDS = ("pcap", "nsecpcap", "pcapng")
PATIENCE = 10  # seconds for one file; a batch of files, all of them small, takes less


@functools.cache
def unpack():
    """The archives' files and those that lie beside them, by their names, relative to a folder of the build."""
    folder = harness.data("pcap")
    for archive in sorted(folder.glob("*.tar.gz")):
        target = UNPACKED / archive.name.removesuffix(".tar.gz")
        done = target / ".unpacked"
        if not done.exists() or done.stat().st_mtime < archive.stat().st_mtime:
            shutil.rmtree(target, ignore_errors=True)
            with tarfile.open(archive) as bundle:
                bundle.extractall(target)
            done.touch()
    names = {str(path.relative_to(UNPACKED)): path for path in UNPACKED.rglob("*") if path.is_file() and path.name != ".unpacked"}
    names.update({f"attacks/{path.name}": path for path in (folder / "attacks").iterdir()})
    return dict(sorted(names.items()))


@functools.cache
def read_all():
    """{name: (packets, or error, and what is wrong)} as our reader says."""
    paths = {str(path): name for name, path in unpack().items()}
    done = subprocess.run([READER, "--each"], input="\n".join(paths), capture_output=True, text=True, errors="replace",
                          timeout=30 * PATIENCE, check=True)
    found = {}
    for line in done.stdout.splitlines():
        packets, _, _, why, path = line.split("\t")
        found[paths[path]] = (packets, why)
    return found


def ask_capinfos(files):
    """{name: packets} of the files that capinfos knows by one of KINDS."""
    found = {}
    paths = {str(path): name for name, path in files.items()}
    listed = list(paths)
    for begin in range(0, len(listed), 500):
        done = subprocess.run(["capinfos", "-T", "-M", "-m", "-Q", "-t", "-c", *listed[begin:begin + 500]], capture_output=True,
                              text=True, errors="replace", check=False)
        for row in csv.reader(io.StringIO(done.stdout)):
            if len(row) == 3 and row[1] in KINDS:
                found[paths[row[0]]] = row[2]
    return found


def by_folder(counts, left_out):
    """{folder: (files, packets, digest, files left out)}"""
    folders = collections.defaultdict(lambda: ([], []))
    for name, packets in counts.items():
        folders[str(pathlib.PurePath(name).parent)][0].append((name, int(packets)))
    for name in left_out:
        folders[str(pathlib.PurePath(name).parent)][1].append(pathlib.PurePath(name).name)
    return {folder: (len(rows), sum(packets for _, packets in rows), digest(rows), sorted(others))
            for folder, (rows, others) in sorted(folders.items())}


def digest(rows):
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()[:16]


def write_table():
    files = unpack()
    answers = ask_capinfos(files)
    lines = ["folder\tfiles\tpackets\tdigest\tleft out"]
    for folder, (count, packets, checksum, others) in by_folder(answers, files.keys() - answers).items():
        lines.append(f"{folder}\t{count}\t{packets}\t{checksum}\t{'|'.join(others)}")
    TABLE.write_text("\n".join(lines) + "\n")


def table():
    rows = [line.split("\t") for line in TABLE.read_text().splitlines()[1:]]
    return {folder: (int(files), int(packets), checksum, [name for name in others.split("|") if name])
            for folder, files, packets, checksum, others in rows}


def parts_of(content, packets):
    """A pcap file of this machine's byte order as files of so many packets (what `editcap -c` does)."""
    head, at, part = content[:24], 24, []
    while at < len(content):
        size = 16 + struct.unpack_from("<I", content, at + 8)[0]
        part.append(content[at:at + size])
        at += size
        if len(part) == packets or at >= len(content):
            yield head + b"".join(part)
            part = []


class Captures(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.files = unpack()
        self.found = read_all()

    def test_every_file_is_read_to_an_end(self):
        self.assertEqual(set(self.found), set(self.files))
        self.assertGreater(len(self.files), 2000)

    def test_packets_are_as_many_as_capinfos_counts(self):
        expected = table()
        left_out = {f"{folder}/{name}" for folder, (*_, others) in expected.items() for name in others}
        counts = {name: self.found[name][0] for name in self.files if name not in left_out}
        self.assertEqual([name for name, packets in counts.items() if packets == "error"], [])
        found = by_folder(counts, left_out)
        self.assertEqual(set(found), set(expected))
        for folder, answer in expected.items():
            with self.subTest(folder):
                self.assertEqual(found[folder], answer)

    def test_parts_packed_or_from_a_pipe_a_capture_is_the_same(self):
        path = harness.data("pcap") / "attacks/flood_syn_spoofed.stopddos.pcap"
        content = path.read_bytes()
        whole = self.answer(path)
        self.assertEqual(whole[0], "37841")
        self.assertEqual(self.answer(self.write("x.gz", gzip.compress(content, 1))), whole)
        self.assertEqual(self.answer("-", stdin=content), whole)
        parts = [self.write(f"part{number}", part) for number, part in enumerate(parts_of(content, 1000))]
        self.assertEqual(len(parts), 38)
        self.assertEqual(self.answer(*reversed(parts)), whole)

    def answer(self, *paths, stdin=b""):
        """(packets, digest of all frames, what is wrong)"""
        done = subprocess.run([READER, *paths], input=stdin, capture_output=True, timeout=PATIENCE, check=True)
        packets, checksum, _, why, _ = done.stdout.decode().split("\t")
        return packets, checksum, why

    def test_capinfos_agrees_file_by_file(self):
        if shutil.which("capinfos") is None:
            self.skipTest("capinfos is absent: the table was compared")
        for name, packets in ask_capinfos(self.files).items():
            with self.subTest(name):
                self.assertEqual(self.found[name][0], packets)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write-table"]:
        write_table()
    else:
        harness.main()
