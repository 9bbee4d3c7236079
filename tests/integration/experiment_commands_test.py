"""`netstray experiment` and `netstray tune` on a small made-up table: what they say, refuse and leave."""

import random
import tomllib

import harness
from harness import SOURCE, run, run_ok

RECIPE = """# A comment that stays.
title = "Made up"
runs = 2

[sources.rows]
files = ["absent.csv", "rows.csv"]

[tables.rows-kept]
from = "rows"
steps = [{ do = "drop", columns = ["id"] }]

[label]
column = "label"
normal = "benign"

[studies.normal]
split = { by = "share", test = 0.3, calibration = 0.2, validation = 0.3, stratified = true }

[detectors.gmm]
components = 1 # one
threshold = { rule = "false-alarms:0.05", from = "calibration" }

[detectors.knn]
k = 3
threshold = { rule = "quantile:0.95", from = "train" }
"""


def rows():
    draw = random.Random(1)
    lines = ["id,a,b,label"]
    for number in range(600):
        odd = number % 10 == 0
        lines.append(f"x{number},{draw.gauss(9 if odd else 0, 1):.3f},{draw.gauss(0, 1):.3f},{'attack' if odd else 'benign'}")
    return "\n".join(lines) + "\n"


class ExperimentCommands(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.write("rows.csv", rows())
        self.recipe = self.write("study.toml", RECIPE)

    def experiment(self, *args, recipe=None, **options):
        return run("experiment", recipe or self.recipe, "--data", self.directory, *args, cwd=self.directory, **options)

    def tune(self, *args):
        return run("tune", self.recipe, "--data", self.directory, *args)

    def test_a_run_tells_each_detector_and_where_its_page_is(self):
        answer = self.experiment()
        self.assertEqual(answer.code, 0, answer.err)
        for word in ("gmm", "knn", "AUC", "study/report.html"):
            self.assertIn(word, answer.out)
        self.assertTrue((self.directory / "study/report.html").exists())
        self.assertEqual({one["name"] for one in self.experiment("--force", "--json").json()["detectors"]}, {"gmm", "knn"})

    def test_a_folder_that_is_there_is_refused_and_stays(self):
        (self.directory / "study").mkdir()
        (self.directory / "study/mine.txt").write_text("mine")
        self.assert_refused(self.experiment(), 1, "study")
        self.assert_refused(self.experiment("--force"), 1, "study")
        self.assertEqual((self.directory / "study/mine.txt").read_text(), "mine")

    def test_check_looks_at_files_and_columns_and_leaves_nothing(self):
        answer = self.experiment("--check")
        self.assertEqual(answer.code, 0, answer.err)
        self.assertIn("table rows-kept: a, b, label", answer.out)
        self.assertFalse((self.directory / "study").exists())
        self.assert_refused(self.experiment("--check", "--set", "studies.normal.features=[a, c]"), 2, "need quotes")
        wrong = self.experiment("--check", "--set", 'studies.normal.features=["a", "lable"]')
        self.assert_refused(wrong, 1, "study.toml:16: no column \"lable\"; did you mean \"label\"?")
        self.assert_refused(self.experiment("--check", "--set", 'sources.rows.files=["gone.csv"]'), 1, "gone.csv", "--data")
        self.assert_refused(self.experiment("--set", 'sources.rows.types={x="number"}'), 1, 'source "rows": no column "x"')
        join = 'tables.rows-kept.steps=[{do="join", with="rows", on="id", on_right="x"}]'
        self.assert_refused(self.experiment("--set", join), 1, 'step 1: "rows" has no column "x" to join on')
        self.assert_refused(self.experiment("--out", ""), 2, "names no folder")

    def test_what_is_wrong_with_a_recipe_is_told_with_its_line(self):
        wrong = self.write("wrong.toml", RECIPE.replace("k = 3", "kk = 3"))
        self.assert_refused(self.experiment(recipe=wrong), 1, "wrong.toml:24: unknown key \"kk\"; did you mean \"k\"?")
        self.assert_refused(self.experiment("--set", "detectors.knn.k=0"), 1, "--set detectors.knn.k=0: knn: k: found \"0\"")
        self.assert_refused(self.experiment("--set", "k"), 2, "dotted.key=value")
        self.assert_refused(run("experiment"), 2, "RECIPE")
        self.assert_refused(run("experiment", self.directory / "none.toml"), 1, "none.toml")

    def test_overrides_and_seed_stand_in_the_results(self):
        answer = self.experiment("--json", "--seed", "5", "--set", "runs=1", "--set", "title=With words, and commas")
        self.assertEqual((answer.json()["title"], answer.json()["seeds"]), ("With words, and commas", [5]))

    def test_tune_tries_all_combinations_and_writes_the_best_as_a_recipe(self):
        answer = self.tune("--grid", "detectors.knn.k=1,5", "--grid", "detectors.knn.encoding=none,standardise",
                           "--grid", "detectors.gmm.components=2", "-o", self.directory / "tuned.toml")
        self.assertEqual(answer.code, 0, answer.err)
        self.assertEqual(answer.err.count("knn "), 4)
        tuned = (self.directory / "tuned.toml").read_text()
        self.assertIn("# A comment that stays.", tuned)
        self.assertIn("components = 2 # one", tuned)
        self.assertIn(tomllib.loads(tuned)["detectors"]["knn"]["k"], (1, 5))
        self.assertEqual(self.experiment("--check", recipe=self.directory / "tuned.toml").code, 0)
        again = self.tune("--grid", "detectors.knn.k=1,5", "--grid", "detectors.knn.encoding=none,standardise",
                          "--grid", "detectors.gmm.components=2", "--threads", "1", "--quiet")
        self.assertEqual(again.out, answer.out[: answer.out.index("\nThe best settings")])

    def test_of_equal_settings_tune_takes_the_first(self):
        answer = self.tune("--grid", "detectors.gmm.n_init=2,2,2", "--quiet", "-o", "-")
        self.assertIn("n_init = 2", answer.out)
        table = self.tune("--grid", "detectors.gmm.n_init=1,1", "--quiet").out.splitlines()
        marked = [number for number, line in enumerate(table) if line.startswith("best")]
        self.assertEqual(len(marked), 1)
        self.assertIn("n_init=1", table[marked[0] + 1])

    def test_what_tune_found_comes_as_json_too(self):
        found = self.tune("--grid", "detectors.knn.k=1,500", "--json").json()
        self.assertEqual((found["command"], found["metric"], found["output"]), ("tune", "auc", None))
        (knn,) = found["detectors"]
        self.assertEqual([one["values"] for one in knn["tried"]], [["detectors.knn.k=1"], ["detectors.knn.k=500"]])
        best = knn["tried"][knn["best"]]
        self.assertTrue(0 <= best["auc"] <= 1 and best["error"] is None)
        self.assertGreater(knn["validation_normal"], knn["validation_attacks"])
        self.assert_refused(self.tune("--grid", "detectors.knn.k=1", "--json", "-o", "-"), 2, "--json")

    def test_random_search_tries_so_many_always_the_same(self):
        grid = ("--grid", "detectors.knn.k=1,2,3,4,5,6,7,8", "--random", "3")
        first = self.tune(*grid)
        self.assertEqual(first.err.count("\n"), 3)
        self.assertEqual(first.out, self.tune(*grid).out)

    def test_tune_refuses_what_it_cannot_choose_by(self):
        grid = ("--grid", "detectors.knn.k=1,2")
        self.assert_refused(self.tune("--set", "studies.normal.split.validation=0", *grid), 1, "validation")
        self.assert_refused(self.tune(), 2, "--grid")
        self.assert_refused(self.tune("--grid", "seed=1,2"), 2, "detectors.ocsvm.nu")
        self.assert_refused(self.tune("--grid", "detectors.kmn.k=1"), 2, "did you mean knn?")
        self.assert_refused(self.tune("--grid", "detectors.knn.k=0,1"), 1, "knn: k: found \"0\"")
        self.assert_refused(self.tune("--set", "detectors.knn.threshold.from=test", *grid), 1, "test")
        self.assert_refused(self.tune("--metric", "recall", *grid), 2, "average-precision")

    def test_the_page_about_experiments_holds_what_the_program_prints(self):
        page = (SOURCE / "docs/experiments.md").read_text()
        self.assertIn(run_ok("experiment", "--keys", "--markdown").out, page)
        for line in run_ok("experiment", "--keys").out.splitlines():
            self.assertLessEqual(len(line), 130, line)

    def test_every_recipe_reads(self):
        for recipe in sorted((SOURCE / "recipes").glob("*.toml")):
            answer = run("experiment", recipe, "--check", "--data", self.directory)
            self.assertEqual(answer.code, 1, recipe)
            self.assertIn("none of its files is there", answer.err)


if __name__ == "__main__":
    harness.main()
