"""The recipes on real data, or on slices of it where the whole takes long: what each reference study must show. Bounds,
never exact scores; tools/check-recipes looks at the whole runs."""

import csv
import json
import re

import harness
from harness import DATA, SOURCE, data, run, run_ok

RECIPES = SOURCE / "recipes"


class RecipeTest(harness.TestCase):
    def carry_out(self, recipe, *overrides):
        """Runs a recipe; its results.json."""
        self.out = self.directory / recipe
        run_ok("experiment", RECIPES / f"{recipe}.toml", "--data", DATA, "--out", self.out, "--quiet",
               *(word for override in overrides for word in ("--set", override)))
        return json.loads((self.out / "results.json").read_text())

    def detector(self, results, name):
        return next(detector for detector in results["detectors"] if detector["name"] == name)

    def rows(self, path):
        with path.open(newline="") as file:
            return list(csv.DictReader(file))

    def audits(self, results, identity):
        return [audit for audit in results["audits"] if audit["id"] == identity]

    def severities(self, results, identity):
        return {audit["severity"] for audit in self.audits(results, identity)}

    def assert_whole(self, results):
        """The folder has what docs/experiments.md lists, and the page needs nothing from anywhere."""
        page = (self.out / "report.html").read_text()
        self.assertIsNone(re.search(r'(src|href)="https?:', page))
        for figure in (self.out / "figures").glob("*.svg"):
            self.assertTrue(figure.with_suffix(".csv").exists(), figure)
        for detector in results["detectors"]:
            self.assertTrue((self.out / detector["model"]).exists(), detector["name"])
            self.assertEqual(detector["leaky"], bool(detector["leaks"]))
        self.assertGreater(len(list((self.out / "figures").glob("*.svg"))), 3)


class OcppOneClass(RecipeTest):
    @classmethod
    def setUpClass(cls):
        data("ocpp")

    def test_both_models_do_as_in_the_study(self):
        results = self.carry_out("ocpp-one-class")
        self.assert_whole(results)
        gmm = self.detector(results, "gmm")["seeds"][0]
        self.assertEqual((gmm["confusion"]["tn"], gmm["confusion"]["fp"]), (87, 0))
        self.assertTrue(60 <= gmm["confusion"]["fn"] <= 110, gmm)
        self.assertGreaterEqual(gmm["auc"], 0.9995)
        svm = self.detector(results, "ocsvm")["seeds"][0]
        self.assertGreaterEqual(svm["confusion"]["tn"], 80)
        self.assertTrue(0.92 <= svm["auc"] <= 0.95, svm)
        self.assertIn("warning", self.severities(results, "polarity"))
        self.assertIn("warning", self.severities(results, "constant-features"))
        self.assertTrue(any("28 of the 48" in note for note in results["notes"]), results["notes"])

    def test_saved_models_give_the_scores_that_were_told(self):
        self.carry_out("ocpp-one-class")
        scored = self.rows(self.out / "scored.csv")
        self.assertEqual(len(scored), 1740 + 87)
        path = data("ocpp/20240625_Flooding_Heartbeat_filtered_ordered_OcppFlows_120_labelled.csv.gz")
        whole = self.directory / "whole.csv"
        run_ok("score", self.out / "models/gmm.nst", path, "-o", whole)
        again = [float(row["score"]) for row in self.rows(whole)]
        for row in scored:
            own = -float(row["gmm score"])
            self.assertAlmostEqual(own, again[int(row["source_row"]) - 1], delta=1e-6 * max(1, abs(own)))

    def test_the_tuned_recipe_chooses_by_43_normal_rows_and_reports_on_the_other_44(self):
        tuned = self.directory / "tuned.toml"
        run_ok("tune", RECIPES / "ocpp-one-class-clean.toml", "--data", DATA, "--grid",
               "detectors.ocsvm.encoding=none,standardise", "--grid", "detectors.ocsvm.nu=.01,.05", "--set", "runs=2",
               "-o", tuned)
        results = self.carry_out("ocpp-one-class-clean")
        stages = {stage["stage"]: stage for stage in results["studies"][0]["balance"]}
        self.assertEqual((stages["validation"]["normal"], stages["test"]["normal"]), (43, 44))
        self.assertGreaterEqual(self.detector(results, "ocsvm")["seeds"][0]["auc"], 0.99)
        self.assertFalse([audit for audit in results["audits"] if audit["severity"] == "error"])
        answer = run("experiment", tuned, "--data", DATA, "--check")
        self.assertEqual(answer.code, 0, answer.err)


class Kdd99(RecipeTest):
    @classmethod
    def setUpClass(cls):
        data("kdd99")

    def test_mixed_says_that_the_base_rate_and_the_last_layer_are_wrong(self):
        results = self.carry_out("kdd99-mixed", 'tables.flows.steps=[{do="take",rows=20000}]',
                                 "detectors.autoencoder.epochs=2", "report.importance=false")
        self.assert_whole(results)
        self.assertIn("error", self.severities(results, "base-rate"))
        self.assertIn("warning", self.severities(results, "output-activation"))
        self.assertTrue(all(detector["leaky"] for detector in results["detectors"]))
        self.assertLess(self.detector(results, "iforest")["seeds"][0]["accuracy"], 0.3)
        losses = self.detector(results, "autoencoder")["learning"]["loss"]
        self.assertLess(losses[1], losses[0])

    def test_normal_only_marks_the_leaky_cut_and_has_the_clean_one_beside_it(self):
        results = self.carry_out("kdd99-normal-only", "runs=1", "detectors.autoencoder.epochs=2",
                                 "detectors.autoencoder-honest.epochs=1", "report.importance=false")
        self.assert_whole(results)
        forest = self.detector(results, "iforest")
        self.assertTrue(0.90 <= forest["seeds"][0]["accuracy"] <= 0.94, forest["seeds"])
        self.assertTrue(self.detector(results, "autoencoder")["leaky"])
        self.assertFalse(self.detector(results, "autoencoder-honest")["leaky"])
        self.assertIn("error", self.severities(results, "threshold-on-test"))


class UserBehaviour(RecipeTest):
    @classmethod
    def setUpClass(cls):
        data("geo/ip2asn-v4-u32.rebuilt.tsv.gz")

    def test_a_made_up_log_goes_all_the_way(self):
        results = self.carry_out("user-behaviour", "sources.events.rows=20000", "report.elbow.to=5",
                                 "detectors.autoencoder.epochs=3")
        self.assert_whole(results)
        outliers = next(study for study in results["studies"] if study["name"] == "outliers")
        self.assertEqual(len(outliers["features"]), 11)
        self.assertEqual(len(outliers["points"]), 2)
        self.assertEqual(len(results["journeys"]), 7)
        test = next(stage for stage in outliers["balance"] if stage["stage"] == "test")
        self.assertEqual(test["normal"], 3 * test["attacks"])
        ranks = {row["country"] for row in self.rows(self.out / "scored-full.csv")}
        self.assertTrue({"0", "205"} <= ranks, "Portugal and the United States")
        self.assertTrue({"ocsvm", "lof"} <= {detector["name"] for detector in results["detectors"]})
        for identity in ("joined-rows", "identity-as-number", "scaling", "named-for-another-table"):
            self.assertIn("warning", self.severities(results, identity), identity)
        self.assertIn("error", self.severities(results, "threshold-on-test"))


class CleanVariants(RecipeTest):
    def test_none_of_them_has_an_error(self):
        data("kdd99")
        for recipe, overrides in {
            "kdd99-mixed-clean": ['tables.flows.steps=[{do="distinct"},{do="take",rows=20000}]'],
            "kdd99-normal-only-clean": [],
            "user-behaviour-clean": [],
        }.items():
            results = self.carry_out(recipe, "runs=1", "report.importance=false", *overrides)
            errors = [audit for audit in results["audits"] if audit["severity"] == "error"]
            self.assertFalse(errors, recipe)


if __name__ == "__main__":
    harness.main()
