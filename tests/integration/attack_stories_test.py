"""`scan` of real captures: what an analyst would name first comes first, and captures of ordinary traffic give none.

docs/attacks.md holds the table that is checked here, and says how it was made.
"""

import re
import shutil
import subprocess
import tarfile

import harness
from harness import data, run_ok

ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)

# Captures of other projects' tests in which something does stand out: a copy of each attack, what Zeek's own tests call a
# flood or a scan, and a file of damaged ARP packets.
OTHERS = {
    "bruteforce.pcap": ["password_guessing"],
    "sshguess.pcap": ["password_guessing"],
    "dhcp_flood.pcap": ["dhcp_flood"],
    "dhcp-unique-xid-join-data-growth.pcapng": ["dhcp_flood"],
    "nmap-vsn.pcap": ["arp_scan"],
    "arp-oobr.pcap": ["address_conflict"],
}


class AttackStories(harness.TestCase):
    def test_the_table_of_attacks_holds(self):
        rows = ROW.findall((harness.SOURCE / "docs/attacks.md").read_text())
        attacks = sorted(path.name for path in data("pcap/attacks").iterdir())
        self.assertEqual(sorted(row[0] for row in rows), attacks)
        for name, _, rank, line in rows:
            text = run_ok("scan", data("pcap/attacks") / name).out
            self.assertIn("\n" + line.strip() + "\n", text, name)
            if rank.strip() == "-":
                self.assertIn("\nnothing stands out\n", text, name)
            else:
                self.assertLessEqual(int(rank), 3)
                self.assertTrue(line.strip().startswith(f"#{rank.strip()} "), name)

    def test_no_ordinary_capture_has_a_story(self):
        found = {}
        for archive in sorted(data("pcap").glob("*.tar.gz")):
            folder = self.directory / archive.name
            with tarfile.open(archive) as packed:
                packed.extractall(folder)
            for capture in sorted(path for path in folder.rglob("*") if path.is_file()):
                head = capture.open("rb").read(4)
                if head not in (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a"):
                    continue
                answer = harness.run("scan", capture, "--json", "--quiet")
                stories = answer.json()["stories"] if answer.code == 0 else []
                kinds = sorted({story["kind"] for story in stories if story["severity"] != "note"})
                if kinds:
                    found[capture.name] = kinds
            shutil.rmtree(folder)
        self.assertEqual(found, OTHERS)

    def test_what_is_carved_is_what_the_display_filter_shows(self):
        if shutil.which("tshark") is None:
            harness.absent("tshark")
        for name in ("scan_syn_1000ports.sanders.pcapng", "brute_ssh.zeek.pcap", "exfil_dns.ndpi.pcap", "flood_dhcp.zeek.pcap",
                     "arp_poison.sanders.pcapng"):
            capture = data("pcap/attacks") / name
            story = run_ok("scan", capture, "--json").json()["stories"][0]
            out = self.directory / "story.pcap"
            run_ok("scan", capture, "--write-pcap", "1", out)
            shown = subprocess.run(["tshark", "-r", capture, "-Y", story["display_filter"], "-T", "fields", "-e", "frame.number"],
                                   capture_output=True, check=True, text=True)
            carved = run_ok("scan", out, "--json").json()["packets"]["read"]
            self.assertEqual(carved, len(shown.stdout.split()), name)


if __name__ == "__main__":
    harness.main()
