"""`flows` and captures in the other commands, from the outside, on captures of our own (capture_driver)."""

import csv
import gzip
import io
import json
import pathlib
import signal
import struct
import subprocess
import time
import unittest

import harness
from harness import BINARY, SANITIZED, run, run_bytes, run_ok

LEARNED = ["proto", "service", "conn_state", "duration", "orig_pkts", "resp_pkts", "orig_ip_bytes", "resp_ip_bytes",
           "orig_bytes_per_pkt", "resp_bytes_per_pkt", "orig_share"]
CARRIED = ["time", "src_ip", "src_port", "dst_ip", "dst_port"]


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


class CaptureTest(harness.TestCase):
    def capture(self, kind, seed=1, size=100, name=None):
        path = self.directory / (name or f"{kind}{seed}.pcap")
        subprocess.run([BINARY.parent / "capture_driver", kind, path, str(seed), str(size)], check=True)
        return path


class Flows(CaptureTest):
    def test_a_row_for_each_conversation_and_every_packet_accounted_for(self):
        answer = run_ok("flows", self.capture("story"))
        rows = rows_of(answer.out)
        self.assertEqual(list(rows[0]), [*CARRIED, *LEARNED])
        states = [row["conn_state"] for row in rows if row["service"] == "https" and int(row["src_port"]) < 40008]
        self.assertEqual(sorted(states), sorted(["SF", "S1", "S2", "S3", "RSTO", "RSTR", "REJ", "S0"]))
        self.assertIn("in none    arp 1\n", answer.err)

    def test_the_summary_is_the_same_in_the_file_and_on_standard_output(self):
        capture = self.capture("mixed", size=300)
        summary, rows = self.directory / "summary.json", self.directory / "rows.csv"
        printed = run_ok("flows", capture, "-o", rows, "--summary", summary, "--json")
        answer = json.loads(summary.read_text())
        self.assertEqual(printed.json(), answer)
        packets = answer["packets"]
        self.assertEqual(packets["read"], packets["in_flows"] + sum(packets["dropped"].values()))
        self.assertEqual(answer["flows"], len(rows_of(rows.read_text())))
        self.assertEqual(sum(share["flows"] for share in answer["protocols"]), answer["flows"])
        self.assertEqual(answer["fields"], rows.read_text().split("\n", 1)[0].split(","))
        self.assertEqual(answer["inputs"][0]["packets"], packets["read"])
        self.assertLess(answer["first"], answer["last"])
        self.assertEqual(len(answer["talkers"]), 10)
        self.assertGreaterEqual(answer["talkers"][0]["bytes"], answer["talkers"][1]["bytes"])

    def test_json_lines_and_tabs_hold_the_same_values(self):
        capture = self.capture("mixed")
        rows = rows_of(run_ok("flows", capture).out)
        as_json, as_tabs = self.directory / "rows.jsonl", self.directory / "rows.tsv"
        run_ok("flows", capture, "-o", as_json)
        run_ok("flows", capture, "-o", as_tabs)
        for row, line in zip(rows, as_json.read_text().splitlines(), strict=True):
            flow = json.loads(line)
            self.assertEqual(flow.keys(), row.keys())
            self.assertEqual(flow["time"], row["time"])
            self.assertEqual(flow["duration"], float(row["duration"]))
        self.assertEqual(list(csv.DictReader(io.StringIO(as_tabs.read_text()), delimiter="\t")), rows)

    def test_rows_do_not_depend_on_threads_packing_or_pipes(self):
        capture = self.capture("mixed", size=2000)
        expected = run_bytes("flows", capture, "--fields", "all", "--first-packets", "5", "--threads", "1")[1]
        self.assertGreater(expected.count(b"\n"), 2000)
        packed = self.write("packed.gz", gzip.compress(capture.read_bytes()))
        for words in (["--threads", "2"], ["--threads", "7"]):
            self.assertEqual(run_bytes("flows", capture, "--fields", "all", "--first-packets", "5", *words)[1], expected)
        for source in (packed, "-"):
            given = run_bytes("flows", source, "--fields", "all", "--first-packets", "5", stdin=capture.read_bytes())
            self.assertEqual(given[1], expected)

    def test_a_capture_cut_into_files_is_one_capture(self):
        capture = self.capture("mixed", size=300)
        content = capture.read_bytes()
        expected, files, start = run_bytes("flows", capture)[1], [], 24
        while start < len(content):
            end = start
            for _ in range(500):
                if end < len(content):
                    end += 16 + struct.unpack_from("<I", content, end + 8)[0]
            files.append(self.write(f"part{len(files):02}.pcap", content[:24] + content[start:end]))
            start = end
        self.assertGreater(len(files), 2)
        self.assertEqual(run_bytes("flows", *files)[1], expected)
        self.assertEqual(run_bytes("flows", *reversed(files))[1], expected)

    def test_a_pipe_that_is_being_written_gives_rows_as_they_come(self):
        content = self.capture("plain", size=200).read_bytes()
        program = subprocess.Popen([BINARY, "flows", "-", "--quiet", "--fields", "time"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        program.stdin.write(content[:-1000])
        program.stdin.flush()
        self.assertEqual(program.stdout.readline(), b"time\n")  # all rows fit into a pipe
        self.assertIn(b"2026-03-02T", program.stdout.readline())
        program.stdin.write(content[-1000:])
        program.stdin.close()
        rest = program.stdout.read()
        program.stdout.close()
        self.assertEqual(program.wait(), 0)
        self.assertGreater(rest.count(b"\n"), 100)

    def test_a_pipe_that_waits_can_be_interrupted(self):
        content = self.capture("plain", size=300).read_bytes()
        model = self.directory / "m.nst"
        run_ok("train", self.write("c.pcap", content), "--detector", "iforest", "--set", "trees=10", "-o", model)
        for words in (("flows", "-"), ("score", model, "-"), ("train", "-", "-o", self.directory / "n.nst")):
            with subprocess.Popen([BINARY, *words], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as program:
                program.stdin.write(content[:-100])
                program.stdin.flush()
                time.sleep(0.2)
                program.send_signal(signal.SIGINT)
                try:
                    program.wait(2)
                except subprocess.TimeoutExpired:  # the signal came just before it went to sleep: wake it
                    program.stdin.write(b"\0")
                _, told = program.communicate(timeout=60)
            self.assertEqual(program.returncode, 130, (words, told))
        self.assertFalse((self.directory / "n.nst").exists())

    @unittest.skipIf(SANITIZED, "the sanitizers need more address space than this leaves")
    def test_threads_that_cannot_be_had_are_done_without(self):
        capture = self.capture("mixed", size=300)
        expected = run_bytes("flows", capture)[1]
        done = subprocess.run(["/bin/sh", "-c", 'ulimit -s unlimited; ulimit -v 300000; exec "$0" flows "$1" --threads 4 --flow-memory 8M', BINARY, capture],
                              capture_output=True, check=False)
        self.assertEqual(done.stdout, expected, done.stderr)

    def test_settings_of_the_meter_reach_it(self):
        capture = self.capture("story")
        whole = len(rows_of(run_ok("flows", capture).out))
        self.assertGreater(len(rows_of(run_ok("flows", capture, "--icmp-timeout", "0.1").out)), whole)
        self.assertGreater(len(rows_of(run_ok("flows", capture, "--active-timeout", "0.1").out)), whole)
        ends = {row["end_reason"] for row in rows_of(run_ok("flows", capture, "--active-timeout", "0.1", "--fields", "end_reason").out)}
        self.assertIn("active", ends)
        interim = rows_of(run_ok("flows", capture, "--interim", "0.1", "--fields", "number,end_reason").out)
        self.assertIn("interim", {row["end_reason"] for row in interim})
        self.assertEqual(len({row["number"] for row in interim}), whole)
        first = rows_of(run_ok("flows", capture, "--first-packets", "3", "--fields", "service,first_flags,first_sizes").out)
        self.assertIn({"service": "https", "first_flags": "S SA A", "first_sizes": "+0 -0 +0"}, first)

    def test_wrong_usage_exits_2_and_says_what_would_be_right(self):
        capture = self.capture("story")
        for words, said in (
            (["flows"], "FILE is missing"),
            (["flows", capture, "--fields", "durations"], "did you mean \"duration\"?"),
            (["flows", capture, "--features", "conn-v2"], "did you mean conn-v1?"),
            (["flows", capture, "--filter", "tcp prot 80"], "tcp prot 80"),
            (["flows", capture, "--json"], "-o FILE"),
            (["flows", capture, "--summary", "-"], "-o FILE"),
            (["flows", capture, "--markdown"], "--list-fields"),
            (["flows", capture, "--tcp-timeout", "0"], "above 0"),
            (["flows", capture, "--flow-memory", "lots"], "such as 64M"),
            (["flows", capture, "--flow-memory", "1K"], "memory"),
            (["flows", capture, "-o", capture], "overwritten"),
            (["flows", capture, "-o", self.directory / "x", "--summary", self.directory / "x"], "overwritten"),
            (["scan", capture, "--layout", "kdd99"], "--layout is for tables"),
        ):
            with self.subTest(words=words[2:]):
                self.assert_refused(run(*words), 2, said)

    def test_files_that_are_no_captures_say_what_they_are(self):
        self.assert_refused(run("flows", self.write("t.csv", "a,b\n1,2\n")), 1, "t.csv", "is no capture")
        self.assert_refused(run("flows", self.write("z.zip", b"PK\x03\x04 and so on")), 1, "zip")
        self.assert_refused(run("flows", self.write("e.pcap", b"")), 1, "e.pcap")
        self.assert_refused(run("flows", self.directory / "none.pcap"), 1, "none.pcap")

    def test_a_broken_tail_is_told_and_what_came_before_is_there(self):
        capture = self.capture("plain")
        broken = self.write("broken.pcap", capture.read_bytes()[:-7])
        rows = self.directory / "rows.csv"
        answer = run_ok("flows", broken, "-o", rows, "--json")
        packets = run_ok("flows", capture, "-o", rows, "--json").json()["packets"]["read"]
        self.assertEqual(answer.json()["packets"]["read"], packets - 1)
        self.assertEqual([warning["id"] for warning in answer.json()["warnings"]], ["broken-tail"])
        self.assertIn("broken.pcap", answer.err)

    def test_a_full_disk_is_an_error_and_nothing_is_left(self):
        if not pathlib.Path("/dev/full").exists():
            harness.absent("/dev/full")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BINARY, "flows", self.capture("mixed", size=3000)], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(b"No space left", done.stderr)

    def test_the_fields_are_listed_in_100_columns(self):
        listed = run_ok("flows", "--list-fields").out
        for line in listed.splitlines():
            self.assertLessEqual(len(line), 100, line)
        for name in (*LEARNED, *CARRIED, "history", "community_id"):
            self.assertIn(f"\n  {name} ", listed)


class CapturesInOtherCommands(CaptureTest):
    def train(self, data, *words):
        model = self.directory / f"{data.name}.nst"
        answer = run_ok("train", data, "--detector", "iforest", "--false-alarms", "0.05", *words, "-o", model, "--json").json()
        return model, answer

    def table_of(self, capture, *words):
        path = self.directory / f"{capture.stem}.csv"
        run_ok("flows", capture, *words, "-o", path)
        return path

    def test_a_capture_and_its_table_train_and_score_alike(self):
        quiet, today = self.capture("plain", seed=1, size=600), self.capture("plain", seed=2, size=300)
        of_capture, told = self.train(quiet)
        of_table, told_of_table = self.train(self.table_of(quiet, "--fields", "number,conn-v1"))
        self.assertEqual(told["learned"], LEARNED)
        self.assertEqual(told_of_table["learned"], LEARNED)
        self.assertEqual([column["name"] for column in told["carried"]], CARRIED)
        self.assertEqual(told_of_table["threshold"], told["threshold"])
        scored = [run_ok("score", model, data, "--quiet").out
                  for model in (of_capture, of_table) for data in (today, self.table_of(today))]
        self.assertEqual(len(set(scored)), 1)
        self.assertEqual(len(rows_of(scored[0])), len(rows_of(run_ok("flows", today).out)))
        shown = run_ok("models", "show", of_capture, "--json").json()
        self.assertEqual(shown["source"]["feature_set"], "conn-v1")

    def test_scan_and_explain_show_which_flow_it_is(self):
        quiet, attack = self.capture("plain", size=600), self.capture("attack", seed=2, size=300)
        model, _ = self.train(quiet)
        top = run_ok("scan", attack, "--json").json()["top"][0]
        self.assertEqual(list(top["carried"]), CARRIED)
        row = run_ok("explain", model, attack, "--top", "1", "--json").json()["rows"][0]
        self.assertEqual(list(row["carried"]), CARRIED)
        self.assertTrue({reason["feature"] for reason in row["reasons"]} <= set(LEARNED))

    def test_evaluate_wants_labels_for_a_capture_and_takes_them(self):
        quiet, attack = self.capture("plain", size=600), self.capture("attack", seed=2, size=300)
        model, _ = self.train(quiet)
        self.assert_refused(run("evaluate", model, attack), 2, "packet capture", "--labels")
        truth = self.write("truth.csv", "src_ip,start,label\n198.51.100.7,,scan\n,2026-03-02T10:01:00Z,flood\n")
        answer = run_ok("evaluate", model, attack, "--labels", truth, "--json").json()
        self.assertEqual(answer["attacks"], 1000)
        self.assertEqual({family["family"]: family["rows"] for family in answer["families"]}, {"scan": 500, "flood": 500})
        self.assertEqual(answer["inputs"][0]["format"], "pcap")
        trained = run_ok("train", attack, "--labels", truth, "--detector", "iforest", "-o", self.directory / "x.nst", "--json").json()
        self.assertEqual(trained["rows_left_out"], 1000)
        self.assert_refused(run("evaluate", model, self.table_of(attack), "--labels", truth), 2, "--labels is for packet captures")

    def test_a_model_of_other_features_is_refused_by_name(self):
        lines = [f"{i % 7},tcp,http,SF,{100 + i % 50},{i % 900}" + ",1" * 35 + ",normal,21" for i in range(200)]
        kdd = self.write("kdd.txt", "\n".join(lines) + "\n")
        model = self.directory / "kdd.nst"
        run_ok("train", kdd, "--layout", "nsl-kdd", "--detector", "iforest", "-o", model)
        for command in ("score", "explain"):
            self.assert_refused(run(command, model, self.capture("plain")), 1, "conn-v1", "kdd41-v1")
        of_capture, _ = self.train(self.capture("plain", size=300))
        self.assert_refused(run("score", of_capture, kdd, "--layout", "nsl-kdd"), 1, "conn-v1", "kdd41-v1")
        self.assert_refused(run("score", of_capture, self.write("t.csv", "duration,proto\n1,tcp\n")), 1, "netstray flows")

    def test_score_writes_flows_as_csv_or_json_lines(self):
        model, _ = self.train(self.capture("plain", size=600))
        attack = self.capture("attack", seed=2, size=100)
        summary = run_ok("score", model, attack, "-o", self.directory / "s.jsonl", "--json").json()
        lines = [json.loads(line) for line in (self.directory / "s.jsonl").read_text().splitlines()]
        self.assertEqual(len(lines), summary["rows"])
        self.assertEqual(summary["flagged"], sum(line["verdict"] for line in lines))
        self.assertEqual(list(lines[0])[:5], CARRIED)
        self.assertGreater(summary["inputs"][0]["packets"], summary["rows"])


if __name__ == "__main__":
    harness.main()
