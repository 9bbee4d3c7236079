#include "netstray/experiment/run.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/experiment/recipe/recipe.h"
#include "netstray/experiment/study/picture_points.h"
#include "netstray/model/model.h"
#include "netstray/source/table_source.h"

namespace netstray {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// 240 rows in a file: 40 attacks that lie apart from the others, of two kinds.
std::string made_up_csv() {
  Rng rng(7);
  std::string text = "user,bytes,packets,proto,same,label\n";
  for (int row = 0; row < 240; ++row) {
    const bool attack = row % 6 == 0;
    text += fmt::format("u{},{:.3f},{:.3f},{},5,{}\n", row % 12, rng.normal() + (attack ? 6 : 0), rng.normal(),
                        row % 3 == 0 ? "udp" : "tcp", attack ? (row % 12 == 0 ? "flood" : "scan") : "benign");
  }
  return text;
}

const std::string kRecipe = R"(title = "Small"
seed = 3
runs = 2

[sources.raw]
files = ["gone.csv", "flows.csv"]

[tables.flows]
from = "raw"
steps = []

[label]
column = "label"
normal = "benign"

[studies.main]
table = "flows"
train_on = "normal"
drop = ["user"]
split = { by = "label", test_normal = 0.3, test_attack = 0.5, calibration = 0.3, validation = 0.2 }

[detectors.forest]
kind = "iforest"
threshold = { rule = "false-alarms:0.1" }

[detectors.network]
kind = "autoencoder"
encoding = "standardise"
layers = [3]
epochs = 3
threshold = { rule = "quantile:0.95", from = "test-normals" }

[[report.tsne]]
study = "main"
)";

class RunExperiment : public testing::Test {
 public:
  RunExperiment(const RunExperiment&) = delete;
  RunExperiment& operator=(const RunExperiment&) = delete;

 protected:
  RunExperiment()
      : folder_(fs::temp_directory_path() /
                fmt::format("netstray-run-{}-{}", ::getpid(), testing::UnitTest::GetInstance()->random_seed())) {
    fs::create_directories(folder_);
    write("flows.csv", made_up_csv());
  }
  ~RunExperiment() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }

  ExperimentResult run(const std::string& recipe, const std::vector<std::string>& overrides = {},
                       const std::string& out = "out") const {
    RunSettings settings;
    settings.data = folder_.string();
    settings.out = (folder_ / out).string();
    ExperimentSeconds seconds;
    return run_experiment(parse_recipe(recipe, "small.toml", overrides), settings, seconds);
  }

  /// The text of the Error that a run ends with; "" where it does not. Also that nothing is left of it.
  std::string error_of(const std::vector<std::string>& overrides) const {
    try {
      run(kRecipe, overrides, "failed");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), Error::Kind::failed) << error.what();
      for (const auto& entry : fs::directory_iterator(folder_)) {
        EXPECT_EQ(entry.path().filename().string().find("failed"), std::string::npos) << entry.path();
      }
      return error.what();
    }
    return "";
  }

  std::vector<std::string> files_of(const std::string& out) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / out)) {
      if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), folder_ / out).string());
    }
    std::ranges::sort(names);
    return names;
  }

  fs::path folder_;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_F(RunExperiment, LeavesThePageItsNumbersTheModelsAndTheScoredRows) {
  const ExperimentResult result = run(kRecipe);
  const auto files = files_of("out");
  for (const char* name : {"report.html", "results.json", "timings.json", "scored.csv", "models/forest.nst",
                           "models/network.nst", "tables/comparison.csv", "tables/comparison.tex"}) {
    EXPECT_TRUE(std::ranges::binary_search(files, name)) << name;
  }
  for (const auto& file : files) {
    if (file.starts_with("figures/") && file.ends_with(".svg")) {
      EXPECT_TRUE(std::ranges::binary_search(files, file.substr(0, file.size() - 4) + ".csv")) << file;
    }
  }
  ASSERT_EQ(result.detectors.size(), 2U);
  EXPECT_EQ(result.detectors[0].seeds.size(), 2U);
  EXPECT_GT(result.detectors[0].evaluation.auc, 0.9);
  EXPECT_EQ(result.studies[0].labels.size(), 60U + 20U);
  EXPECT_EQ(result.studies[0].points.at(0).x.size(), 80U);
  ASSERT_EQ(result.pairs.size(), 1U);
  EXPECT_EQ(std::ranges::count(content_of(folder_ / "out/scored.csv"), '\n'), 1 + 80);
}

TEST_F(RunExperiment, IsTheSameAgainForAnyNumberOfThreads) {
  const unsigned before = threads();
  set_threads(1);
  run(kRecipe, {}, "one");
  set_threads(4);
  run(kRecipe, {}, "four");
  set_threads(before);
  ASSERT_EQ(files_of("one"), files_of("four"));
  for (const auto& file : files_of("one")) {
    if (file != "timings.json") {
      EXPECT_EQ(content_of(folder_ / "one" / file), content_of(folder_ / "four" / file)) << file;
    }
  }
}

TEST_F(RunExperiment, SavesModelsThatGiveTheScoresThatItTells) {
  const ExperimentResult result = run(kRecipe);
  const Model model = Model::load((folder_ / "out/models/forest.nst").string());
  const LoadedTable scored = load_table((folder_ / "out/scored.csv").string(), {});
  const Verdicts verdicts = model.judge(scored.table, Explain::none);
  EXPECT_EQ(verdicts.scores, result.detectors[0].scores);
  EXPECT_EQ(verdicts.verdicts, result.detectors[0].verdicts);
}

TEST_F(RunExperiment, MarksWhatLookedAtTheTestAndNothingElse) {
  const ExperimentResult result = run(kRecipe);
  EXPECT_TRUE(result.detectors[0].leaks.empty());
  EXPECT_FALSE(result.detectors[1].leaks.empty());
  EXPECT_TRUE(has(content_of(folder_ / "out/report.html"), "LEAKY"));
}

TEST_F(RunExperiment, CutsFromTestNormalsSoThatTheirShareIsFlagged) {
  const ExperimentResult result = run(kRecipe);
  const Confusion& confusion = *result.detectors[1].evaluation.confusion;
  EXPECT_EQ(confusion.fp, 3U) << "5 % of the 60 normal rows of the test";
  EXPECT_EQ(confusion.tn, 57U);
}

TEST_F(RunExperiment, TurnsTheSenseOfScoresWhereThePositiveClassWasTrainedOn) {
  const std::vector<std::string> overrides = {"studies.main.train_on=attacks", "studies.main.split.test_normal=1",
                                              "detectors.forest.kind=knn", "runs=1"};
  const ExperimentResult result = run(kRecipe, overrides);
  const DetectorResult& forest = result.detectors[0];
  EXPECT_TRUE(forest.inverted);
  EXPECT_GT(forest.evaluation.auc, 0.9) << "attacks score higher, as they are the positive class";
  for (std::size_t i = 0; i < forest.scores.size(); ++i) {
    EXPECT_EQ(forest.verdicts[i] == 1, -forest.scores[i] <= forest.cut);
  }
}

TEST_F(RunExperiment, TriesDetectorsOnValidationRowsOnly) {
  const Experiment experiment = parse_recipe(kRecipe, "small.toml");
  const PreparedExperiment prepared(experiment, folder_.string());
  const ValidationScore score = prepared.validate(experiment.detectors[0], 3);
  EXPECT_EQ(score.attacks, 20U) << "the attacks that do not test";
  EXPECT_EQ(score.normal, 28U) << "a fifth of the 140 normal rows that do not test";
  EXPECT_GT(score.auc, 0.9);
  try {
    static_cast<void>(prepared.validate(experiment.detectors[1], 3));
    ADD_FAILURE() << "a threshold from the test was taken";
  } catch (const Error& error) {
    EXPECT_TRUE(has(error.what(), "test-normals")) << error.what();
  }
}

TEST_F(RunExperiment, FitsEncodersOnAllRowsWhereTheRecipeSaysSo) {
  const ExperimentResult result = run(kRecipe, {"detectors.forest.encoding_from=all", "runs=1"});
  EXPECT_EQ(Model::load((folder_ / "out/models/forest.nst").string()).encoder().training_rows(), 240U);
  EXPECT_EQ(Model::load((folder_ / "out/models/network.nst").string()).encoder().training_rows(), 70U);
  ASSERT_FALSE(result.detectors[0].leaks.empty());
  EXPECT_TRUE(has(result.detectors[0].leaks[0], "all rows")) << result.detectors[0].leaks[0];
}

TEST_F(RunExperiment, MarksRanksAmongAllRowsWhereTheyAreLearnedWhateverTheyAreCalled) {
  const std::string ranked =
      R"(tables.flows.steps=[{do="rank", column="bytes", as="place"}, {do="rename", column="place", as="rung"}])";
  const auto learned = run(kRecipe, {ranked});
  ASSERT_EQ(learned.detectors[0].leaks.size(), 1U);
  EXPECT_TRUE(has(learned.detectors[0].leaks[0], "rung holds ranks among all rows")) << learned.detectors[0].leaks[0];
  const auto dropped = run(kRecipe, {ranked, R"(studies.main.drop=["user", "rung"])"}, "dropped");
  EXPECT_TRUE(dropped.detectors[0].leaks.empty());
}

TEST_F(RunExperiment, SplitsByTheSourceThatRowsCameFrom) {
  write("later.csv", "user,bytes,packets,proto,same,label\nu1,0.5,0,tcp,5,benign\nu2,6.1,0,tcp,5,scan\n");
  const std::string later = "\n[sources.later]\nfiles = [\"later.csv\"]\n";
  const ExperimentResult result =
      run(kRecipe + later, {"tables.flows.from=[\"raw\",\"later\"]", "runs=1",
                            "studies.main.split={by=\"file\",files=[\"later\"],calibration=0.3}"});
  EXPECT_EQ(result.studies[0].labels, (std::vector<std::uint8_t>{0, 1}));
  const std::string scored = content_of(folder_ / "out/scored.csv");
  EXPECT_TRUE(has(scored, "\nlater,1,u1,0.5,")) << scored;
  EXPECT_TRUE(has(scored, "\nlater,2,u2,6.1,")) << scored;
}

TEST_F(RunExperiment, LearnsTheColumnsThatTellMostOfTheLabels) {
  const ExperimentResult result =
      run(kRecipe, {"studies.main.select=mutual-information:1", "studies.main.train_on=all", "runs=1"});
  EXPECT_EQ(result.studies[0].features, (std::vector<std::string>{"bytes"}));
  EXPECT_GT(result.studies[0].selection.at(0).second, result.studies[0].selection.at(1).second);
}

TEST_F(RunExperiment, ChoosesNoColumnsByLabelsThatAreAllTheSame) {
  const std::string error = error_of({"studies.main.select=mutual-information:1"});
  EXPECT_TRUE(has(error, "one class only")) << error;
}

TEST_F(RunExperiment, AuditsTheJoinsOfEachTableAlsoWhereTheyAreAlike) {
  write("users.csv", "user,team\nu0,red\nu0,blue\nu1,red\nu2,red\n");
  const std::string more = R"(
[sources.users]
files = ["users.csv"]

[tables.udp]
from = "raw"
steps = [{ do = "filter", column = "proto", is = "udp" }, { do = "join", with = "users", on = "user", how = "left" }]

[studies.udp]
table = "udp"
train_on = "normal"
drop = ["user"]
split = { by = "label", test_normal = 0.3, test_attack = 0.5, calibration = 0.3 }

[detectors.other]
kind = "iforest"
study = "udp"
)";
  const ExperimentResult result =
      run(kRecipe + more, {"tables.flows.steps=[{do=\"join\",with=\"users\",on=\"user\",how=\"left\"}]", "runs=1",
                           "detectors.forest.study=main", "detectors.network.study=main"});
  const auto joins = std::ranges::count_if(result.audits, [](const AuditResult& found) {
    return found.audit.text.find("users on user") != std::string::npos;
  });
  EXPECT_EQ(joins, 2);
}

TEST_F(RunExperiment, LearnsFromLabelsWhereADetectorDoes) {
  const ExperimentResult result = run(kRecipe, {"detectors.forest.kind=logistic", "studies.main.train_on=all",
                                                "detectors.forest.threshold.rule=score:0", "runs=1"});
  EXPECT_FALSE(result.detectors[0].inverted);
  EXPECT_GT(result.detectors[0].evaluation.confusion->accuracy(), 0.9);
  const std::string error = error_of({"detectors.forest.kind=logistic"});
  EXPECT_TRUE(has(error, "train_on")) << error;
}

TEST_F(RunExperiment, TellsOfTestRowsThatAreCopiesOfFittedOnes) {
  const ExperimentResult result =
      run(kRecipe, {"tables.flows.steps=[{do=\"sample\",class=\"normal\",rows=400,replace=true}]", "runs=1"});
  const auto copied = std::ranges::find_if(result.audits, [](const AuditResult& found) {
    return found.audit.id == "trained-on-test" && found.audit.severity == Audit::Severity::error;
  });
  EXPECT_NE(copied, result.audits.end()) << "200 normal rows, drawn 400 times, lie on both sides of the split";
}

TEST_F(RunExperiment, MeasuresTheMeanDistancesOfClustersOnTheRowsThatItCutsFrom) {
  const std::string kmeans =
      "detectors.forest={kind=\"kmeans\",encoding=\"standardise\",clusters=3,scale=\"all-mean\","
      "threshold={rule=\"cluster-mean:3\",from=\"FROM\"}}";
  const auto scores = [&](const std::string& from) {
    std::string override = kmeans;
    override.replace(override.find("FROM"), 4, from);
    return run(kRecipe, {override, "runs=1"}, from).detectors[0];
  };
  const DetectorResult train = scores("train");
  const DetectorResult test = scores("test");
  EXPECT_EQ(train.cut, 3);
  EXPECT_EQ(test.cut, 3);
  EXPECT_NE(train.scores, test.scores);
  EXPECT_TRUE(train.leaks.empty());
  EXPECT_FALSE(test.leaks.empty());
}

TEST_F(RunExperiment, DrawsWhereEachEntityWasAndOneLineForAWayThereAndBack) {
  write("places.csv",
        "user,lat,lon,label\na,38.7,-9.1,benign\na,38.7,-9.1,benign\na,35.7,139.7,benign\na,38.7,-9.1,x\nb,1,2,x\n");
  const LoadedTable loaded = load_table((folder_ / "places.csv").string(), {});
  ReportSpec::Map map{"places", "user", "lat", "lon", {}, 1};
  const auto journeys = find_journeys(loaded.table, map);
  ASSERT_EQ(journeys.size(), 1U) << "the one with the most rows";
  EXPECT_EQ(journeys[0].entity, "a");
  EXPECT_EQ(journeys[0].events, 4U);
  EXPECT_EQ(journeys[0].places.size(), 3U);
  EXPECT_EQ(journeys[0].hops.size(), 1U);
  map.entities = {"nobody"};
  EXPECT_THROW(find_journeys(loaded.table, map), Error);
}

TEST_F(RunExperiment, DrawsNoMapOfWhatAreNoDegrees) {
  write("places.csv", "user,lat,lon,label\na,38.7,-9.1,benign\na,35.7,190,x\n");
  const LoadedTable loaded = load_table((folder_ / "places.csv").string(), {});
  const auto told = [&](const std::string& latitude, const std::string& longitude) -> std::string {
    try {
      find_journeys(loaded.table, {"places", "user", latitude, longitude, {}, 1});
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  };
  EXPECT_EQ(told("lat", "lat"), "");
  EXPECT_EQ(told("label", "lat"), "report.map.latitude: column \"label\" is of type category, expected numbers");
  EXPECT_EQ(told("lat", "lon"),
            "report.map.longitude: column \"lon\", row 2: found 190, expected degrees from -180 to 180");
}

TEST_F(RunExperiment, NamesEachFileThatItLookedFor) {
  const std::string error = error_of({"sources.raw.files=[\"a.csv\",\"b.csv\"]"});
  EXPECT_TRUE(has(error, "source \"raw\"")) << error;
  EXPECT_TRUE(has(error, "a.csv") && has(error, "b.csv")) << error;
}

TEST_F(RunExperiment, NamesAClassThatIsAbsent) {
  EXPECT_TRUE(has(error_of({"label.normal=usual"}), "usual"));
  const std::string attacks = error_of({"tables.flows.steps=[{do=\"filter\",column=\"label\",is=[\"benign\"]}]"});
  EXPECT_TRUE(has(attacks, "no row is an attack")) << attacks;
}

TEST_F(RunExperiment, NamesASplitThatLeavesNoRows) {
  const std::string error = error_of({"studies.main.split.test_normal=1"});
  EXPECT_TRUE(has(error, "study \"main\"")) << error;
  EXPECT_TRUE(has(error, "no row to train on")) << error;
}

TEST_F(RunExperiment, NamesTrainingRowsThatAreAllTheSame) {
  const std::string error = error_of({"studies.main.features=[\"same\"]"});
  EXPECT_TRUE(has(error, "one and the same value")) << error;
}

TEST_F(RunExperiment, NamesAColumnThatWouldBeNanOnceEncoded) {
  std::string text = "bytes,empty,label\n";
  for (int row = 0; row < 60; ++row)
    text += fmt::format("{},{},{}\n", row, row % 6 == 0 ? "1" : "", row % 6 == 0 ? "x" : "benign");
  write("flows.csv", text);
  const std::string error = error_of({"studies.main.features=[\"bytes\",\"empty\"]", "studies.main.drop=[]"});
  EXPECT_TRUE(has(error, "\"empty\"") && has(error, "NaN")) << error;
}

TEST_F(RunExperiment, NamesMoreClustersThanRows) {
  const std::string error = error_of({"detectors.forest={kind=\"kmeans\",clusters=1000}"});
  EXPECT_TRUE(has(error, "detector \"forest\"")) << error;
  EXPECT_TRUE(has(error, "1000") || has(error, "1,000")) << error;
}

TEST_F(RunExperiment, ReplacesARunOnlyWhereItIsTold) {
  run(kRecipe, {"runs=1"});
  EXPECT_THROW(run(kRecipe, {"runs=1"}), Error);
  EXPECT_TRUE(fs::exists(folder_ / "out/report.html"));
  RunSettings settings;
  settings.data = folder_.string();
  settings.out = (folder_ / "out").string();
  settings.force = true;
  ExperimentSeconds seconds;
  run_experiment(parse_recipe(kRecipe, "small.toml"), settings, seconds);
  EXPECT_TRUE(fs::exists(folder_ / "out/report.html"));
  settings.out = folder_.string();
  EXPECT_THROW(run_experiment(parse_recipe(kRecipe, "small.toml"), settings, seconds), Error) << "no run's folder";
  EXPECT_TRUE(fs::exists(folder_ / "flows.csv"));
}

}  // namespace
}  // namespace netstray
