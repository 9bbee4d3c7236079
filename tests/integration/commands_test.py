"""The commands from the outside, on small tables of our own: exit codes, what goes where, and every bad input by its words."""

import csv
import gzip
import io
import json
import random
import re
import signal
import subprocess
import time

import harness
from harness import BINARY, run, run_ok


DETECTORS = ("auto", "iforest", "mahalanobis", "gmm", "pca", "kmeans", "knn", "lof", "ocsvm", "hbos", "ecod", "zscore", "mad", "autoencoder",
             "logistic")


def flows(rows, seed=1, odd=()):
    """A small table of flows: the rows numbered in `odd` are far out in bytes and port, and labelled so."""
    rng = random.Random(seed)
    lines = ["time,src_ip,service,port,bytes,packets,label"]
    for row in range(rows):
        service, port = rng.choice([("http", 80), ("http", 80), ("dns", 53), ("smtp", 25)])
        size = int(rng.lognormvariate(6, 0.5))
        packets, label = 2 + size // 300, "normal"
        if row in odd:
            size, port, packets, label = 90_000_000 + row, 31337, 60_000, "exfiltration"
        lines.append(f"2026-03-02T10:{row // 60 % 60:02}:{row % 60:02},10.0.0.{row % 9},{service},{port},{size},{packets},{label}")
    return "\n".join(lines) + "\n"


class Documents(harness.TestCase):
    def test_the_table_of_audits_is_that_of_the_code(self):
        code = {}
        sources = "".join(path.read_text() for path in sorted((harness.SOURCE / "src/netstray/evaluate").glob("*audits*.cpp"))
                          if not path.name.endswith("_test.cpp"))
        for name, severity in re.findall(r'\{\s*"([a-z-]+)",\s*([^,"]*\b(?:note|warning|error)\b[^,"]*),', sources):
            code.setdefault(name, set()).update(re.findall(r"warning|error", severity))
        self.assertGreater(len(code), 15)
        rows = re.findall(r"^\| `([a-z-]+)`(?: \*)? \|[^|]*\|([^|]*)\|([^|]*)\|$", (harness.SOURCE / "docs/audits.md").read_text(), re.M)
        table = {name: {word for word, when in (("warning", warning), ("error", error)) if when.strip()}
                 for name, warning, error in rows}
        for name, severities in table.items():
            self.assertIn(f'"{name}"', sources)
            self.assertEqual(severities, code.pop(name, severities), name)
        self.assertEqual(code, {}, "audits that docs/audits.md does not list")


class Usage(harness.TestCase):
    def test_help_shows_examples_first_and_exits_0(self):
        for command in ("scan", "flows", "train", "score", "explain", "evaluate", "models", "detectors", "doctor", "demo"):
            answer = run_ok(command, "--help")
            self.assertLess(answer.out.index("Examples:"), answer.out.index("Usage:"))
            self.assertIn(f"netstray {command}", answer.out)
            self.assertEqual(answer.err, "")
        self.assertIn("scan", run_ok("--help").out)

    def test_demo_writes_a_user_log_in_the_shape_of_the_study(self):
        answer = run_ok("demo", "--user-log", "-", "--rows", "300", "--seed", "2")
        rows = list(csv.DictReader(io.StringIO(answer.out)))
        self.assertEqual(list(rows[0]), ["timestamp", "user", "dst_port", "asn", "malware_type", "signature"])
        self.assertEqual(len(rows), 300)
        self.assertEqual(sum(row["signature"] != "-" for row in rows), 1)
        for row in rows:
            self.assertRegex(row["timestamp"] + row["user"], r"^2023-10-[01]\dT\d\d:\d\d:\d\d[0-9a-f]{8}$")
        self.assert_refused(run("demo", "--user-log", "log.csv.gz"), 2, "plain text")

    def test_version_and_nothing_at_all(self):
        self.assertRegex(run_ok("--version").out, r"^netstray \d+\.\d+\.\d+\n$")
        self.assertEqual(run().code, 2)

    def test_wrong_usage_exits_2_and_names_the_nearest(self):
        self.assert_refused(run("trian", "x"), 2, "did you mean train?")
        self.assert_refused(run("train", "x", "--sead", "1"), 2, "--seed")
        self.assert_refused(run("train", "x", "--seed", "one"), 2, "--seed", "\"one\"", "whole number")
        self.assert_refused(run("train"), 2, "DATA")
        self.assert_refused(run("explain", "a", "b", "c"), 2, "one argument too many", "\"c\"")
        self.assert_refused(run("train", "x", "-o", "y", "--threshold", "median:2"), 2, "threshold")
        self.assert_refused(run("train", "x", "-o", "y", "--false-alarms", "2"), 2, "false-alarms")
        self.assert_refused(run("scan", "x", "--layout", "kdd98"), 2, "kdd99")
        self.assert_refused(run("train", "x", "-o", "y", "--detector", "gnm"), 2, "did you mean gmm?")
        self.assert_refused(run("train", "x", "-o", "y", "--detector", "gmm", "--set", "componets=3"), 2, "did you mean \"components\"?")
        self.assert_refused(run("scan", "x", "--set", "trees"), 2, "key=value")

    def test_completions_and_man_page_name_every_command_and_option(self):
        for text in (run_ok("completion", "bash").out, run_ok("completion", "zsh").out, run_ok("completion", "fish").out, run_ok("man").out):
            for word in ("scan", "train", "evaluate", "false", "seed"):
                self.assertIn(word, text)
        self.assert_refused(run("completion", "tcsh"), 2, "bash, zsh and fish")
        script = run_ok("completion", "bash").out
        check = subprocess.run(["bash", "-n"], input=script.encode(), capture_output=True, check=False)
        self.assertEqual(check.returncode, 0, check.stderr)

    def test_detectors_are_listed_and_told_about_in_100_columns(self):
        names = [detector["name"] for detector in run_ok("detectors", "--json").json()["detectors"]]
        self.assertGreater(len(names), 10)
        answers = [run_ok("detectors"), *(run_ok("detectors", name) for name in names)]
        for line in "".join(answer.out for answer in answers).splitlines():
            self.assertLessEqual(len(line), 100, line)
        for name in names:
            self.assertIn(f"\n{name} ", answers[0].out)
        self.assertIn("components=8", run_ok("detectors", "gmm").out)
        self.assertEqual([one["name"] for one in run_ok("detectors", "gmm", "--json").json()["detectors"]], ["gmm"])
        self.assert_refused(run("detectors", "gmn"), 2, "did you mean gmm?")
        self.assert_refused(run("detectors", "--json", "--markdown"), 2, "--markdown")

    def test_the_page_about_detectors_holds_what_the_program_prints(self):
        page = (harness.SOURCE / "docs/detectors.md").read_text()
        self.assertIn(run_ok("detectors", "--markdown").out, page, "tools/measure-detectors --print-only writes it anew")

    def test_options_come_from_the_environment_where_not_given(self):
        data = self.write("flows.csv", flows(200))
        first, second = self.directory / "a.nst", self.directory / "b.nst"
        run_ok("train", data, "-o", first, env={"NETSTRAY_SEED": "7"})
        run_ok("train", data, "-o", second, "--seed", "7")
        self.assertEqual(first.read_bytes(), second.read_bytes())


class MainJob(harness.TestCase):
    def test_scan_train_score_explain_evaluate(self):
        quiet = self.write("quiet.csv", flows(1000))
        odd = (17, 230, 231)
        today = self.write("today.csv", flows(400, seed=2, odd=odd))
        model = self.directory / "usual.nst"

        trained = run_ok("train", quiet, "--label", "label", "--normal", "normal", "--seed", "1", "-o", model, "--json").json()
        self.assertEqual(trained["learned"], ["service", "port", "bytes", "packets"])
        self.assertEqual({column["name"]: column["why"] for column in trained["carried"]},
                         {"time": "time", "src_ip": "address", "label": "label"})
        self.assertEqual(trained["rows_train"], 800)
        self.assertEqual(trained["rows_calibration"], 200)

        scored = list(csv.DictReader(io.StringIO(run_ok("score", model, today).out)))
        self.assertEqual([row["bytes"] for row in scored], [row["bytes"] for row in csv.DictReader(io.StringIO(today.read_text()))])
        highest = sorted(range(400), key=lambda row: -float(scored[row]["score"]))[:3]
        self.assertEqual(sorted(highest), list(odd))
        for row in odd:
            self.assertEqual(scored[row]["verdict"], "1")
            self.assertIn("bytes=90000", scored[row]["reasons"])

        explained = run_ok("explain", model, today, "--row", "18", "--json").json()["rows"][0]
        self.assertEqual(explained["row"], 18)
        self.assertEqual(explained["line"], 19)
        self.assertEqual({reason["feature"] for reason in explained["reasons"][:3]}, {"bytes", "port", "packets"})
        for reason in explained["reasons"]:
            self.assertLessEqual({"feature", "value", "usual_low", "usual_high", "weight"}, set(reason))

        page = self.directory / "report.html"
        evaluated = run_ok("evaluate", model, today, "--json", "--report", page).json()
        self.assertEqual(evaluated["attacks"], 3)
        self.assertEqual(evaluated["confusion"]["tp"], 3)
        self.assertEqual(evaluated["auc"], 1.0)
        html = page.read_text()
        self.assertNotRegex(html, r"(src|href)=\"https?:")

        ranked = run_ok("scan", today, "--top", "3", "--json").json()
        self.assertEqual({entry["row"] for entry in ranked["top"]}, {18, 231, 232})
        self.assertIn("label", ranked["top"][0]["carried"])

    def test_every_detector_scans_trains_scores_and_explains(self):
        odd = (17, 230, 231)
        quiet = self.write("quiet.csv", flows(600, odd=odd))
        today = self.write("today.csv", flows(300, seed=2, odd=odd))
        model = self.directory / "m.nst"
        for name in DETECTORS:
            more = ("--set", "epochs=5") if name == "autoencoder" else ()
            trained = run_ok("train", quiet, "--label", "label", "--normal", "normal", "--detector", name, *more,
                             "--false-alarms", "0.05", "-o", model, "--json").json()
            self.assertEqual(trained["detector"]["name"], name)
            scored = list(csv.DictReader(io.StringIO(run_ok("score", model, today, "--quiet").out)))
            scores = sorted(float(row["score"]) for row in scored)
            for row in odd:
                self.assertGreater(float(scored[row]["score"]), scores[200], name)
            first = run_ok("explain", model, today, "--row", "18", "--json").json()["rows"][0]["reasons"][0]
            self.assertIn(first["feature"], ("bytes", "port", "packets"), name)
            if name == "logistic":
                self.assert_refused(run("scan", today, "--detector", name), 2, "learns from labels")
            else:
                ranked = run_ok("scan", today, "--detector", name, *more, "--top", "3", "--json").json()
                self.assertTrue(all(entry["reasons"] for entry in ranked["top"]), name)

    def test_an_ensemble_tells_its_members_and_their_part(self):
        quiet = self.write("quiet.csv", flows(600))
        today = self.write("today.csv", flows(100, seed=2, odd=(17,)))
        model = self.directory / "m.nst"
        run_ok("train", quiet, "--detector", "ensemble", "--set", "members=iforest,gmm", "--set", "gmm.components=2", "--set", "join=max",
               "--set", "gmm.encoding=rank+rarity", "-o", model)
        shown = run_ok("models", "show", model, "--json").json()
        self.assertEqual(shown["detector"]["name"], "ensemble")
        self.assertEqual([(member["name"], member["encoding"]) for member in shown["members"]],
                         [("iforest", "log+one-hot"), ("gmm", "rank+rarity")])
        self.assertEqual(shown["members"][1]["settings"]["components"], "2")
        self.assertIn("rank+rarity", run_ok("models", "show", model).out)
        row = run_ok("explain", model, today, "--row", "18", "--json").json()["rows"][0]
        self.assertEqual([member["name"] for member in row["members"]], ["iforest", "gmm"])
        self.assertAlmostEqual(sum(member["share"] for member in row["members"]), 1)
        self.assertRegex(run_ok("explain", model, today, "--row", "18").out, r"judged by +(gmm|iforest) \d+ %, (gmm|iforest)")

    def test_a_number_usual_for_all_but_not_for_its_kind_is_told_so(self):
        lines = ["service,bytes"] + [f"dns,{40 + i % 20}" if i % 2 else f"http,{5000 + i % 900}" for i in range(1000)]
        quiet = self.write("quiet.csv", "\n".join(lines) + "\n")
        model = self.directory / "m.nst"
        run_ok("train", quiet, "--detector", "iforest", "-o", model)
        odd = self.write("odd.csv", "service,bytes\nhttp,50\nhttp,5100\n")
        reason = {reason["feature"]: reason for reason in run_ok("explain", model, odd, "--row", "1", "--json").json()["rows"][0]["reasons"]}
        self.assertEqual(reason["bytes"]["usual_for"], "service http")
        self.assertGreaterEqual(reason["bytes"]["usual_low"], 5000)
        self.assertIn("for service http", run_ok("explain", model, odd, "--row", "1").out)

    def test_a_supervised_detector_needs_labels_of_both_kinds(self):
        data = self.write("flows.csv", flows(200))
        model = self.directory / "m.nst"
        self.assert_refused(run("train", data, "--detector", "logistic", "-o", model), 2, "learns from labels", "--label")
        self.assert_refused(run("train", data, "--detector", "logistic", "--label", "label", "--normal", "normal", "-o", model), 1, "logistic")
        self.assertFalse(model.exists())

    def test_results_go_to_stdout_and_messages_to_stderr(self):
        data = self.write("flows.csv", flows(300))
        model = self.directory / "m.nst"
        answer = run_ok("train", data, "-o", model, "--json")
        answer.json()
        self.assertIn("no label", answer.err)
        self.assertEqual(run_ok("train", data, "-o", model, "--json", "--quiet").err, "")
        self.assertIn("no-label", [warning["id"] for warning in answer.json()["warnings"]])

    def test_scores_out_has_each_training_row_once(self):
        data = self.write("flows.csv", flows(300))
        out = self.directory / "scores.csv"
        run_ok("train", data, "-o", self.directory / "m.nst", "--scores-out", out)
        rows = list(csv.DictReader(io.StringIO(out.read_text())))
        self.assertEqual([int(row["row"]) for row in rows], list(range(1, 301)))
        self.assertEqual(sum(row["used_for"] == "calibration" for row in rows), 60)

    def test_gzip_pipe_tabs_and_crlf_give_the_same_model(self):
        text = flows(200)
        plain = self.write("flows.csv", text)
        variants = [
            self.write("flows.csv.gz", gzip.compress(text.encode()[:3000]) + gzip.compress(text.encode()[3000:])),
            self.write("flows.tsv", text.replace(",", "\t")),
            self.write("crlf.csv", "\ufeff" + text.replace("\n", "\r\n")),
        ]
        model = self.directory / "m.nst"
        run_ok("train", plain, "-o", model)
        expected = run_ok("score", model, plain, "--quiet").out
        for path in variants:
            other = self.directory / "other.nst"
            run_ok("train", path, "-o", other)
            self.assertEqual(run_ok("score", other, plain, "--quiet").out, expected, path)
        self.assertEqual(run_ok("score", model, "-", "--quiet", stdin=text).out, expected)

    def test_json_lines_are_scored_as_the_same_table_in_csv_is(self):
        table = flows(300, seed=2, odd=(17,))
        rows = list(csv.DictReader(io.StringIO(table)))
        number = {"port": int, "bytes": int, "packets": int}
        nested = [{"time": row["time"], "src": {"ip": row["src_ip"]}, **{k: number.get(k, str)(row[k]) for k in list(row)[2:]}} for row in rows]
        lines = self.write("today.log", "".join(json.dumps(row) + "\n" for row in nested))
        model, out = self.directory / "m.nst", self.directory / "out.jsonl"
        run_ok("train", self.write("quiet.csv", flows(1000)), "-o", model)
        from_csv = list(csv.DictReader(io.StringIO(run_ok("score", model, self.write("today.csv", table)).out)))
        answer = run_ok("score", model, lines, "-o", out, "--json").json()
        self.assertEqual(answer["inputs"][0]["format"], "jsonl")
        scored = [json.loads(line) for line in out.read_text().splitlines()]
        self.assertEqual([row["score"] for row in scored], [float(row["score"]) for row in from_csv])
        self.assertEqual([row["verdict"] for row in scored], [int(row["verdict"]) for row in from_csv])
        self.assertEqual([{key: row[key] for key in nested[0]} for row in scored], nested)
        self.assertEqual(scored[17]["verdict"], 1)
        self.assertLessEqual({"feature", "value", "usual_low", "usual_high", "usual", "weight"}, set(scored[17]["reasons"][0]))
        run_ok("score", model, self.directory / "today.csv", "-o", self.directory / "from_csv.jsonl")
        converted = [json.loads(line) for line in (self.directory / "from_csv.jsonl").read_text().splitlines()]
        self.assertEqual([row["score"] for row in converted], [row["score"] for row in scored])
        self.assertEqual(converted[17]["bytes"], nested[17]["bytes"])
        run_ok("score", model, lines, "-o", self.directory / "from_json.csv")
        back = list(csv.DictReader(io.StringIO((self.directory / "from_json.csv").read_text())))
        self.assertEqual(back[17]["src.ip"], rows[17]["src_ip"])
        self.assertEqual([row["score"] for row in back], [row["score"] for row in from_csv])

    def test_max_rows_draws_rows_and_says_so(self):
        data = self.write("flows.csv", flows(2000))
        first, second = self.directory / "a.nst", self.directory / "b.nst"
        answer = run_ok("train", data, "-o", first, "--max-rows", "500", "--seed", "3", "--json").json()
        self.assertEqual((answer["inputs"][0]["rows"], answer["inputs"][0]["sampled_from"]), (500, 2000))
        self.assertEqual([warning["id"] for warning in answer["warnings"] if warning["id"] == "rows-sampled"], ["rows-sampled"])
        said = run_ok("train", "-", "-o", second, "--max-rows", "500", "--seed", "3", stdin=flows(2000))
        self.assertIn("500 of 2,000 rows were drawn at random", said.err)
        self.assertEqual(run_ok("score", first, data).out, run_ok("score", second, data).out)
        self.assert_refused(run("scan", data, "--max-rows", "0"), 2, "--max-rows", "whole number")

    def test_a_taken_name_gets_the_prefix(self):
        data = self.write("flows.csv", flows(200).replace("packets", "score", 1))
        model = self.directory / "m.nst"
        run_ok("train", data, "-o", model)
        header = run_ok("score", model, data).out.splitlines()[0]
        self.assertTrue(header.endswith("score,label,netstray_score,p_value,verdict,reasons"), header)

    def test_without_calibration_there_are_no_p_values_and_it_says_so(self):
        data = self.write("flows.csv", flows(200))
        model = self.directory / "m.nst"
        self.assert_refused(run("train", data, "-o", model, "--calibration", "0"), 2, "--calibration 0", "--detector")
        answer = run_ok("train", data, "-o", model, "--detector", "iforest", "--calibration", "0", "--threshold", "contamination:auto")
        self.assertIn("no p-values", answer.err)
        rows = list(csv.DictReader(io.StringIO(run_ok("score", model, data).out)))
        self.assertTrue(all(row["p_value"] == "" for row in rows))

    def test_models_show_and_verify(self):
        data = self.write("flows.csv", flows(200))
        model = self.directory / "m.nst"
        run_ok("train", data, "-o", model)
        self.assertIn("service", run_ok("models", "show", model).out)
        self.assertEqual(run_ok("models", "show", model, "--json").json()["command"], "models show")
        self.assertTrue(run_ok("models", "verify", model, "--json").json()["ok"])
        whole = model.read_bytes()
        broken = self.write("broken.nst", whole[: len(whole) // 2])
        for args in (("models", "verify", broken), ("score", broken, data), ("models", "show", broken)):
            self.assert_refused(run(*args), 1, "broken.nst")
        rng = random.Random(5)
        for _ in range(30):
            at = rng.randrange(len(whole))
            broken.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << rng.randrange(8))]) + whole[at + 1 :])
            self.assertEqual(run("models", "verify", broken).code, 1, f"byte {at}")
            self.assertEqual(run("score", broken, data).code, 1, f"byte {at}")

    def test_ctrl_c_exits_130_and_leaves_no_file(self):
        out = self.directory / "scored.csv"
        data = self.write("flows.csv", flows(200))
        model = self.directory / "m.nst"
        run_ok("train", data, "-o", model)
        with subprocess.Popen([BINARY, "score", model, "-", "-o", out], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdin.write(flows(5000).encode())
            process.stdin.flush()
            time.sleep(0.7)
            process.send_signal(signal.SIGINT)
            time.sleep(0.2)
            process.stdin.close()
            self.assertEqual(process.wait(20), 130, process.stderr.read())
        self.assertEqual(sorted(path.name for path in self.directory.iterdir()), ["flows.csv", "m.nst"])


class Careful(harness.TestCase):
    """Nothing is destroyed, and nobody is left waiting for rows that were good."""

    def setUp(self):
        super().setUp()
        self.data = self.write("flows.csv", flows(200))
        self.model = self.directory / "m.nst"
        run_ok("train", self.data, "-o", self.model, "--false-alarms", "0.1")

    def test_an_output_that_is_an_input_is_refused(self):
        before = self.data.read_bytes()
        link = self.directory / "link.csv"
        link.symlink_to(self.data)
        for args in (("train", self.data, "-o", self.data), ("score", self.model, self.data, "-o", self.data),
                     ("score", self.model, self.data, "-o", self.model), ("score", self.model, self.data, "-o", link),
                     ("train", self.data, "-o", "x.nst", "--scores-out", "x.nst")):
            self.assert_refused(run(*args, cwd=self.directory), 2, "would be overwritten")
        self.assertEqual(self.data.read_bytes(), before)

    def test_permissions_and_links_stay(self):
        target = self.write("private.csv", "old")
        target.chmod(0o600)
        link = self.directory / "link.csv"
        link.symlink_to(target)
        run_ok("score", self.model, self.data, "-o", link)
        self.assertTrue(link.is_symlink())
        self.assertEqual(target.stat().st_mode & 0o777, 0o600)
        self.assertIn("p_value", target.read_text())

    def test_good_rows_before_a_bad_one_are_written(self):
        text = flows(100) + "junk\n"
        answer = run("score", self.model, "-", "--quiet", stdin=text)
        self.assertEqual(answer.code, 1)
        self.assertIn(":102:", answer.err)
        self.assertEqual(len(answer.out.splitlines()), 101)

    def test_a_standard_error_that_cannot_be_written_is_no_crash(self):
        done = subprocess.run(f"'{BINARY}' scan '{self.directory}/absent.csv' 2>/dev/full", shell=True, check=False)
        self.assertEqual(done.returncode, 1)

    def test_a_cut_that_cannot_be_had_is_said(self):
        model = self.directory / "few.nst"
        label = ("--label", "label", "--normal", "normal")
        self.assertIn("nothing will be flagged", run_ok("train", self.data, "-o", model, *label).err)
        test = self.write("test.csv", flows(100, odd=(3, 4)))
        self.assertIn("No cut could be set", run_ok("evaluate", model, test, *label).out)

    def test_the_very_file_of_the_training_is_noticed(self):
        data = self.write("mixed.csv", flows(300, odd=range(0, 300, 2)))
        label = ("--label", "label", "--normal", "normal")
        run_ok("train", data, "-o", self.model, *label, "--false-alarms", "0.1")
        audits = run_ok("evaluate", self.model, data, "--json").json()["audits"]
        self.assertEqual([audit["severity"] for audit in audits if audit["id"] == "duplicates-across"], ["error"])


class BadInput(harness.TestCase):
    """Every bad input is told with file, line, column and what was expected, and no output file is left."""

    def refused(self, text, *words, args=()):
        path = self.write("bad.csv", text)
        out = self.directory / "out.nst"
        answer = run("train", path, "-o", out, *args)
        self.assert_refused(answer, 1, *words)
        self.assertFalse(out.exists())
        return answer

    def spoiled(self, line, change):
        """A good table with one line changed."""
        lines = flows(3000).split("\n")
        lines[line - 1] = change(lines[line - 1])
        return "\n".join(lines)

    def test_text_in_a_numeric_column(self):
        text = self.spoiled(2500, lambda line: line.replace(line.split(",")[4], "lots"))
        self.refused(text, "bad.csv:2500:5: bytes: found \"lots\", expected ")
        answer = run_ok("train", self.write("bad.csv", text), "-o", self.directory / "m.nst", "--skip-bad-rows", "--json").json()
        self.assertEqual(answer["rows_read"], 2999)
        self.assertEqual(sum(answer["inputs"][0]["skipped"].values()), 1)

    def test_a_row_too_short_or_too_long(self):
        self.refused(self.spoiled(100, lambda line: line.rsplit(",", 2)[0]), "bad.csv:100:", "expected 7")
        self.refused(self.spoiled(101, lambda line: line + ",more"), "bad.csv:101:", "expected 7")

    def test_a_quote_never_closed(self):
        self.refused(self.spoiled(200, lambda line: line.replace("10.0", "\"10.0", 1)), "bad.csv:200:", "quote")

    def test_a_number_too_large(self):
        self.refused(self.spoiled(300, lambda line: line.replace(line.split(",")[4], "1e999")), "bad.csv:300:5: bytes: found \"1e999\"")

    def test_nul_bytes_and_binary_junk(self):
        self.refused(self.spoiled(400, lambda line: line[:5] + "\0" + line[6:]), "bad.csv:400:", "NUL")
        self.refused(random.Random(1).randbytes(20_000), "bad.csv")

    def test_a_line_over_16_mib(self):
        self.refused(flows(50) + "x" * (17 << 20) + "\n", "bad.csv:52:", "16 MiB")

    def test_an_empty_file_and_a_header_alone(self):
        self.refused("", "empty")
        self.refused(flows(0), "no rows")

    def test_names_twice(self):
        self.refused(flows(20).replace("packets", "bytes", 1), "bad.csv:1:", "bytes")

    def test_a_first_row_that_looks_like_data(self):
        self.refused("\n".join(f"{i},{i * 2},{i % 7}" for i in range(50)), "--no-header", "--columns")

    def test_truncated_gzip(self):
        whole = gzip.compress(flows(3000).encode())
        self.refused(whole[: len(whole) // 2], "bad.csv", "ends early")
        spoiled = bytearray(whole)
        spoiled[-6] ^= 1
        self.refused(bytes(spoiled), "bad.csv", "checksum")

    def test_files_of_another_kind_are_named(self):
        self.assert_refused(run("scan", self.write("a.csv", b"\xd4\xc3\xb2\xa1" + bytes(20))), 1, "pcap file of version 0.0")
        self.assert_refused(run("scan", self.write("b.csv", b"PK\x03\x04" + bytes(20))), 1, "zip archive")
        self.assert_refused(run("scan", self.write("d.csv", b"\xfd7zXZ\0" + bytes(20))), 1, "d.csv: looks like an xz file")
        self.assert_refused(run("scan", self.write("c.jsonl", '{"a":1}\n{"a":2}\n[3]\n')), 1, "c.jsonl:3: found \"[3]\", expected a JSON object")

    def test_a_missing_label_column_names_the_nearest(self):
        path = self.write("flows.csv", flows(50))
        self.assert_refused(run("train", path, "--label", "labl", "--normal", "normal", "-o", "x"), 2, "did you mean \"label\"")
        self.assert_refused(run("train", path, "--label", "label", "--normal", "benign", "-o", "x"), 2, "\"normal\" (50 rows)")
        self.assert_refused(run("train", path, "--drop", "byts", "-o", "x"), 2, "did you mean \"bytes\"")

    def test_a_file_that_is_not_there_and_a_place_that_cannot_be_written(self):
        self.assert_refused(run("scan", self.directory / "absent.csv"), 1, "absent.csv", "No such file")
        self.assert_refused(run("scan", self.directory), 1, "directory")
        path = self.write("flows.csv", flows(50))
        self.assert_refused(run("train", path, "-o", self.directory / "no" / "m.nst"), 1, "m.nst", "No such file")

    def test_data_without_the_models_columns(self):
        path = self.write("flows.csv", flows(100))
        model = self.directory / "m.nst"
        run_ok("train", path, "-o", model)
        other = self.write("other.csv", flows(100).replace("packets", "pakets", 1))
        self.assert_refused(run("score", model, other), 1, "\"packets\"", "\"pakets\"")
        self.assert_refused(run("evaluate", model, path), 2, "--label")
        self.assert_refused(run("explain", model, path, "--row", "101"), 1, "no row 101")

    def test_scores_made_elsewhere_that_do_not_fit(self):
        path = self.write("flows.csv", flows(100, odd=(3, 4)))
        label = ("--label", "label", "--normal", "normal")
        short = self.write("short.txt", "\n".join("0.5" for _ in range(99)))
        self.assert_refused(run("evaluate", "--scores", short, path, *label), 1, "99 scores", "100 rows")
        right = self.write("right.txt", "\n".join("9" if row in (3, 4) else str(row / 100) for row in range(100)))
        answer = run_ok("evaluate", "--scores", right, path, *label, "--cut", "5", "--json").json()
        self.assertEqual(answer["confusion"], {"tn": 98, "fp": 0, "fn": 0, "tp": 2})
        self.assertEqual(answer["auc"], 1.0)


if __name__ == "__main__":
    harness.main()
