"""`flows` and `scan` on real captures of attacks: every packet accounted for, the same rows however the capture comes."""

import struct
import subprocess

import harness
from harness import data, run_ok


def records(capture):
    """The global header of a pcap file (little endian) and its packets, each with its header."""
    end, packets = 24, []
    while end < len(capture):
        size = 16 + struct.unpack_from("<I", capture, end + 8)[0]
        packets.append(capture[end:end + size])
        end += size
    return capture[:24], packets


class AttackCaptures(harness.TestCase):
    def summary_of(self, *files):
        rows = self.directory / "rows.csv"
        answer = run_ok("flows", *files, "--fields", "conn-v1,community_id,history", "-o", rows, "--json").json()
        packets = answer["packets"]
        self.assertEqual(packets["read"], packets["in_flows"] + sum(packets["dropped"].values()), files)
        return answer, rows.read_bytes()

    def test_every_packet_of_every_attack_is_in_a_flow_or_dropped_by_a_reason(self):
        captures = sorted(data("pcap/attacks").iterdir())
        self.assertGreater(len(captures), 5)
        for capture in captures:
            answer, rows = self.summary_of(capture)
            self.assertEqual(rows.count(b"\n"), answer["flows"] + 1, capture)

    def test_a_flood_is_the_same_in_pieces_packed_piped_and_for_any_threads(self):
        flood = data("pcap/attacks/flood_syn_spoofed.stopddos.pcap")
        answer, rows = self.summary_of(flood)
        self.assertEqual(answer["packets"]["read"], 37841)
        head, packets = records(flood.read_bytes())
        pieces = [self.write(f"piece{i:02}.pcap", head + b"".join(packets[i:i + 1000])) for i in range(0, len(packets), 1000)]
        whole, rows_of_pieces = self.summary_of(*pieces)
        self.assertEqual(rows_of_pieces, rows)
        self.assertEqual(whole["packets"], answer["packets"])
        for tool, name in (("gzip", "f.gz"), ("zstd", "f.zst")):
            packed = self.write(name, subprocess.run([tool, "-c", flood], capture_output=True, check=True).stdout)
            self.assertEqual(self.summary_of(packed)[1], rows)
        words = ("--fields", "conn-v1,community_id,history")
        _, piped, _ = harness.run_bytes("flows", "-", *words, stdin=flood.read_bytes())
        self.assertEqual(piped, rows)
        for threads in (1, 2):
            self.assertEqual(harness.run_bytes("flows", flood, *words, "--threads", threads)[1], rows)

    def test_the_flow_memory_is_a_cap_and_what_leaves_is_said(self):
        flood = data("pcap/attacks/flood_syn_spoofed.stopddos.pcap")
        answer = run_ok("flows", flood, "--flow-memory", "1M", "--fields", "end_reason", "-o", self.directory / "r.csv", "--json").json()
        self.assertEqual(answer["packets"]["in_flows"], 37841)
        self.assertIn("memory", (self.directory / "r.csv").read_text())

    def test_scan_takes_captures(self):
        answer = run_ok("scan", data("pcap/attacks/scan_nmap.mikelhpdatke.pcap"), "--json").json()
        self.assertEqual(answer["inputs"][0]["format"], "pcap")
        self.assertGreater(answer["inputs"][0]["packets"], answer["rows"])
        self.assertTrue(answer["top"][0]["reasons"])
        self.assertIn("src_ip", answer["top"][0]["carried"])


if __name__ == "__main__":
    harness.main()
