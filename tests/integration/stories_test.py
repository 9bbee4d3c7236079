"""`scan` of captures: stories, notes, carving, options. Captures are made up by capture_driver."""

import os
import pathlib
import subprocess

import harness
from harness import run, run_ok

DRIVER = pathlib.Path(os.environ.get("NETSTRAY_BINARY", harness.BINARY)).parent / "capture_driver"


class Stories(harness.TestCase):
    def capture(self, kind, seed=1, size=100):
        path = self.directory / f"{kind}-{seed}-{size}.pcap"
        subprocess.run([DRIVER, kind, path, str(seed), str(size)], check=True)
        return path

    def test_an_attack_is_told_as_stories_with_their_numbers(self):
        attack = self.capture("attack")
        answer = run_ok("scan", attack, "--json").json()
        stories = answer["stories"]
        self.assertEqual([story["rank"] for story in stories], list(range(1, len(stories) + 1)))
        kinds = {story["kind"]: story for story in stories}
        self.assertIn("syn_flood", kinds)
        self.assertIn("port_scan", kinds)
        scan = next(story for story in stories if story["hosts"][0] == "198.51.100.7")
        self.assertEqual(scan["title"], "port scan: 198.51.100.7 tried 500 TCP ports of 192.0.2.80, open: 22, 80")
        self.assertEqual(scan["severity"], "medium")
        self.assertEqual(scan["reasons"][0]["feature"], "distinct_ports")
        self.assertGreater(scan["score"], 0)
        self.assertEqual(answer["packets"]["read"], answer["packets"]["in_flows"] + sum(answer["packets"]["dropped"].values()))
        text = run_ok("scan", attack).out
        self.assertTrue(text.startswith(f"{attack}: "))
        self.assertIn(scan["title"], text)
        self.assertIn(scan["display_filter"], text)

    def test_flows_of_a_story_are_no_notes(self):
        answer = run_ok("scan", self.capture("attack"), "--top", "1000", "--json").json()
        for row in answer["top"]:
            self.assertNotEqual(row["carried"]["src_ip"], "198.51.100.7")

    def test_where_nothing_stands_out_it_says_so(self):
        text = run_ok("scan", self.capture("story")).out
        self.assertIn("\nnothing stands out\n", text)
        self.assertEqual(run_ok("scan", self.capture("story"), "--json").json()["stories"], [])

    def test_the_packets_of_a_story_are_carved_out(self):
        attack = self.capture("attack")
        stories = run_ok("scan", attack, "--json").json()["stories"]
        scan = next(story for story in stories if story["hosts"][0] == "198.51.100.7")
        out = self.directory / "story.pcap"
        run_ok("scan", attack, "--write-pcap", str(scan["rank"]), out)
        carved = run_ok("scan", out, "--json").json()
        self.assertEqual(carved["packets"]["read"], scan["packets"])
        self.assertEqual(carved["stories"][0]["title"], scan["title"])

    def test_carving_says_what_is_wrong(self):
        attack = self.capture("attack")
        out = self.directory / "story.pcap"
        self.assert_refused(run("scan", attack, "--write-pcap", "99", out), 1, "--write-pcap 99", "stories")
        self.assert_refused(run("scan", attack, "--write-pcap", "first", out), 2, "--write-pcap", "rank")
        _, _, err = harness.run_bytes("scan", "-", "--write-pcap", "1", out, stdin=attack.read_bytes())
        self.assertIn(b"standard input", err)
        self.assertFalse(out.exists())

    def test_several_files_are_one_capture_and_a_pipe_is_one_too(self):
        attack = self.capture("attack")
        whole = run_ok("scan", attack, "--json").json()
        octets, pieces, cut = attack.read_bytes(), [], 24
        ends = []
        while cut < len(octets):
            cut += 16 + int.from_bytes(octets[cut + 8:cut + 12], "little")
            ends.append(cut)
        for number, (begin, end) in enumerate(zip([24, *ends[399::400]], [*ends[399::400], len(octets)])):
            pieces.append(self.write(f"piece{number}.pcap", octets[:24] + octets[begin:end]))
        several = run_ok("scan", *pieces, "--json").json()
        _, piped, _ = harness.run_bytes("scan", "-", "--json", stdin=octets)
        one_thread = run_ok("scan", attack, "--json", "--threads", "1").json()
        for other in (several, harness.json.loads(piped), one_thread):
            self.assertEqual(other["stories"], whole["stories"])
            self.assertEqual(other["top"], whole["top"])

    def test_a_time_range_leaves_the_rest_out(self):
        attack = self.capture("attack")
        whole = run_ok("scan", attack, "--json").json()
        flood = next(story for story in whole["stories"] if story["kind"] == "syn_flood" and "192.0.2.80" in story["title"])
        before = run_ok("scan", attack, "--until", flood["first"], "--json").json()
        self.assertNotIn(flood["title"], [story["title"] for story in before["stories"]])
        after = run_ok("scan", attack, "--from", flood["first"], "--json").json()
        self.assertIn(flood["title"], [story["title"] for story in after["stories"]])
        self.assertEqual(before["packets"]["dropped"]["filter"] + after["packets"]["dropped"]["filter"], whole["packets"]["read"])
        self.assert_refused(run("scan", attack, "--from", "yesterday"), 2, "--from", "yesterday")

    def test_the_home_network_tells_inside_from_outside(self):
        attack = self.capture("attack")
        stories = {home: run_ok("scan", attack, "--home-net", home, "--json").json()["stories"] for home in ("10.0.0.0/8", "198.51.100.0/24")}
        techniques = [next(s["technique"] for s in found if s["hosts"][0] == "198.51.100.7") for found in stories.values()]
        self.assertEqual(techniques, ["T1595.001", "T1046"])
        self.assert_refused(run("scan", attack, "--home-net", "home"), 2, "--home-net")

    def test_options_of_captures_are_refused_for_tables(self):
        table = self.write("t.csv", "a,b\n1,2\n3,4\n")
        for options in (["--home-net", "10.0.0.0/8"], ["--from", "2026-01-01"], ["--until", "2026-01-01"], ["--write-pcap", "1", "x"]):
            self.assert_refused(run("scan", table, *options), 2, options[0], "is for packet captures")

    def test_a_capture_without_flows_is_no_error(self):
        # An Ethernet header and an ARP reply of 28 bytes.
        arp = bytes.fromhex("ffffffffffff020000000001080600010800060400020200000000010a000001ffffffffffff0a000001")
        record = bytes(8) + len(arp).to_bytes(4, "little") * 2 + arp
        head = bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000")
        answer = run_ok("scan", self.write("arp.pcap", head + record), "--json").json()
        self.assertEqual((answer["stories"], answer["rows"], answer["packets"]["dropped"]), ([], 0, {"arp": 1}))
        self.assertIn("nothing stands out", run_ok("scan", self.write("none.pcap", head)).out)

    def test_stories_are_listed(self):
        listed = run_ok("scan", "--list-stories").out
        for kind in ("port_scan", "syn_flood", "dns_tunnel"):
            self.assertIn(f"{kind} (", listed)
        document = (harness.SOURCE / "docs/stories.md").read_text()
        self.assertIn(run_ok("scan", "--list-stories", "--markdown").out, document)


if __name__ == "__main__":
    harness.main()
