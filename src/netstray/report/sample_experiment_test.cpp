#include "netstray/report/sample_experiment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "netstray/base/rng.h"
#include "netstray/report/sample_answers.h"

namespace netstray {
namespace {

constexpr std::array<const char*, 4> kFamilies = {"dos", "probe", "r2l", "u2r"};

/// How a made-up detector judges: where attacks lie, in standard deviations of the normal rows.
struct Judge {
  std::string name, title, study, kind;
  double distance = 2;
  double cut = 1.65;  ///< likewise
  bool learns_attacks = false;
  std::vector<std::string> leaks = {};
};

std::vector<Judge> judges() {
  return {{"iforest", "Isolation forest", "normal-only", "iforest", 2.2, 1.65},
          {"gmm", "Gaussian mixture, 8 components", "normal-only", "gmm", 3.1, 1.9},
          {"gmm-leaky",
           "Gaussian mixture, encoding fitted on all rows",
           "normal-only",
           "gmm",
           3.2,
           1.9,
           false,
           {"the encoding was fitted on all rows, test rows among them"}},
          {"autoencoder", "Autoencoder 64-32", "normal-only", "autoencoder", 2.9, 1.65},
          {"autoencoder-leaky",
           "Autoencoder 64-32, cut from test rows",
           "normal-only",
           "autoencoder",
           2.9,
           1.4,
           false,
           {"the cut was taken from the normal rows of the test"}},
          {"gmm-attacks", "Gaussian mixture of attacks", "mixed", "gmm", 1.9, 1.8, true},
          {"iforest-mixed", "Isolation forest on all rows", "mixed", "iforest", -0.7, 1.3}};
}

StudyResult sample_study(const std::string& name, const std::string& title, const SampleExperiment& sample) {
  StudyResult study;
  study.name = name;
  study.title = title;
  study.table = "flows";
  study.split = "by file: corrected.gz tests; a fifth of the other rows is kept for calibration";
  study.train_on = name == "mixed" ? "all" : "normal";
  study.balance = {
      {"all", 97278, 396743}, {"train", 77822, 0}, {"calibration", 19456, 0}, {"test", sample.normal, sample.attacks}};
  study.features = {"duration", "src_bytes", "dst_bytes", "count"};
  study.labels.assign(sample.normal, 0);
  study.labels.resize(sample.normal + sample.attacks, 1);
  if (!sample.families) return study;
  study.families.assign(sample.normal, "normal");
  for (std::size_t i = 0; i < sample.attacks; ++i) {
    study.families.emplace_back(kFamilies[i % 10 < 6 ? 0 : i % 10 < 8 ? 1 : i % 50 == 9 ? 3 : 2]);
  }
  return study;
}

/// Scores of one seed, as the detector makes them.
std::vector<double> sample_own_scores(const Judge& judge, const StudyResult& study, std::uint64_t seed) {
  Rng rng = Rng::stream(seed, judge.name.size());
  std::vector<double> scores;
  for (std::size_t i = 0; i < study.labels.size(); ++i) {
    const bool learned = (study.labels[i] == 1) == judge.learns_attacks;
    const bool hidden = !study.families.empty() && study.families[i] == "r2l";
    const double distance = learned ? 0 : hidden ? 0.3 : judge.distance + 0.2 * static_cast<double>(seed % 3);
    const double score = distance + rng.normal();
    scores.push_back(judge.kind == "autoencoder" ? 0.02 * std::exp(score) : score);
  }
  return scores;
}

SeedResult sample_seed(std::uint64_t seed, double cut, std::span<const std::uint8_t> positive,
                       std::span<const double> scores, std::span<const std::uint8_t> verdicts) {
  SeedResult result;
  result.seed = seed;
  result.cut = cut;
  result.confusion = confusion(positive, verdicts);
  const auto points = curve(positive, scores);
  result.auc = auc(points);
  result.average_precision = average_precision(points);
  result.recall_at_fpr_01 = recall_at_fpr(points, .01);
  result.recall_at_fpr_05 = recall_at_fpr(points, .05);
  return result;
}

LearningCurves sample_curves() {
  LearningCurves curves;
  for (int epoch = 0; epoch < 24; ++epoch) {
    curves.loss.push_back(0.8 * std::exp(-0.2 * epoch) + 0.02);
    curves.validation_loss.push_back(0.85 * std::exp(-0.19 * epoch) + 0.025);
    curves.r2.push_back(1 - curves.loss.back());
    curves.validation_r2.push_back(1 - curves.validation_loss.back());
  }
  curves.best_epoch = 21;
  return curves;
}

void add_seed(DetectorResult& detector, const Judge& judge, const StudyResult& study, const SampleExperiment& sample,
              std::uint64_t seed) {
  const double cut = judge.kind == "autoencoder" ? 0.02 * std::exp(judge.cut) : judge.cut;
  std::vector<double> scores = sample_own_scores(judge, study, seed);
  std::vector<std::uint8_t> verdicts;
  for (double& score : scores) {
    verdicts.push_back((score > cut) != detector.inverted ? 1 : 0);
    if (detector.inverted) score = -score;
  }
  std::vector<std::uint8_t> positive = study.labels;
  if (!sample.attack_is_positive) {
    for (auto& label : positive) label = label == 0 ? 1 : 0;
  }
  detector.seeds.push_back(sample_seed(seed, cut, positive, scores, verdicts));
  if (seed != 1) return;
  detector.cut = cut;
  detector.evaluation.rows = positive.size();
  detector.evaluation.attacks = static_cast<std::uint64_t>(std::count(positive.begin(), positive.end(), 1));
  detector.evaluation.cut = detector.inverted ? -cut : cut;
  detector.evaluation.confusion = detector.seeds.front().confusion;
  detector.evaluation.curve = thinned(curve(positive, scores), 500);
  detector.evaluation.auc = detector.seeds.front().auc;
  detector.evaluation.false_alarms.asked = 0.05;
  detector.evaluation.intervals = bootstrap(positive, scores, verdicts, 20, 1);
  detector.classes = class_scores(detector.seeds.front().confusion);
  detector.scores = std::move(scores);
  detector.verdicts = std::move(verdicts);
}

DetectorResult sample_detector(const Judge& judge, const StudyResult& study, const SampleExperiment& sample) {
  DetectorResult detector;
  detector.name = judge.name;
  detector.title = judge.title;
  detector.study = judge.study;
  detector.kind = judge.kind;
  detector.encoding = "standardise+one-hot";
  detector.encoding_from = judge.name == "gmm-leaky" ? "all" : "train";
  detector.leaks = judge.leaks;
  detector.rule = "quantile:0.95";
  detector.cut_from = judge.name == "autoencoder-leaky" ? "test-normals" : "calibration";
  detector.inverted = judge.learns_attacks == sample.attack_is_positive;
  detector.model = sample_model();
  detector.model_file = "models/" + judge.name + ".nst";
  for (std::uint64_t seed = 1; seed <= sample.seeds; ++seed) add_seed(detector, judge, study, sample, seed);
  return detector;
}

PointsResult sample_points(const std::string& title, std::size_t count) {
  PointsResult points;
  points.title = title;
  points.of_rows = count * 7;
  points.divergence = 1.43;
  Rng rng(count);
  for (std::size_t i = 0; i < count; ++i) {
    const bool attack = i % 3 == 0;
    const double angle = 2.4 * static_cast<double>(i % 7);
    points.x.push_back(static_cast<float>(20 * std::cos(angle) + 3 * rng.normal() + (attack ? 8 : 0)));
    points.y.push_back(static_cast<float>(20 * std::sin(angle) + 3 * rng.normal()));
    points.labels.push_back(attack ? 1 : 0);
  }
  return points;
}

JourneyResult sample_journey(const std::string& entity, std::uint64_t seed) {
  static constexpr std::array<Place, 6> kPlaces = {
      {{39.4, -8.2}, {37.1, -95.7}, {35.9, 104.2}, {-14.2, -51.9}, {61.5, 105.3}, {-25.3, 133.8}}};
  JourneyResult journey;
  journey.entity = entity;
  journey.events = 40 + 13 * seed;
  Rng rng(seed);
  for (int i = 0; i < 5; ++i) journey.places.push_back(kPlaces[rng.below(kPlaces.size())]);
  for (std::size_t i = 1; i < journey.places.size(); ++i) {
    for (auto& line : geodesic_lines(journey.places[i - 1], journey.places[i])) journey.hops.push_back(std::move(line));
  }
  return journey;
}

std::vector<UsualRange> sample_usual() {
  return {{"duration", 0, 0, 12, 0, 0, 0},
          {"src_bytes", 105, 233, 1032, 0, 1032, 54540},
          {"dst_bytes", 146, 1554, 9000, 0, 0, 0},
          {"count", 1, 5, 22, 3, 510, 511}};
}

TableResult sample_table() {
  TableResult table;
  table.name = "flows";
  table.rows = 494021;
  table.columns = {{"duration", "integer", 0, 2495},  {"service", "category", 12, 66},
                   {"src_bytes", "integer", 0, 3300}, {"dst_bytes", "integer", 0, 10725},
                   {"count", "integer", 49402, 490},  {"label", "category", 0, 23}};
  table.head = {{"0", "http", "181", "5450", "8", "normal."},
                {"0", "http", "239", "486", "8", "normal."},
                {"0", "http", "235", "1337", "8", "normal."},
                {"0", "http", "219", "1337", "6", "normal."},
                {"0", "", "217", "2032", "6", "normal."}};
  table.labels = {{"smurf.", 280790}, {"neptune.", 107201}, {"normal.", 97278}, {"back.", 2203}};
  table.steps = {"Dropped 2 columns: num_outbound_cmds, is_host_login.",
                 "Joined with networks on asn: 494,021 rows became 494,021; none dropped, none multiplied."};
  return table;
}

std::vector<AuditResult> sample_audits() {
  using Severity = Audit::Severity;
  return {{"", "", {"scaling", Severity::note, 1, "All models of a study saw the same scaling."}},
          {"normal-only",
           "autoencoder-leaky",
           {"threshold-on-test", Severity::error, 1, "The cut was taken from the normal rows of the test."}},
          {"normal-only",
           "gmm-leaky",
           {"encoding-on-test", Severity::error, 1, "The encoding was fitted on all rows, test rows among them."}},
          {"normal-only", "", {"base-rate", Severity::warning, .6, "60 % of the test rows are attacks."}},
          {"mixed",
           "iforest-mixed",
           {"trivial-models", Severity::warning, .93, "The length of the encoded row alone has an AUC of 0.930."}}};
}

}  // namespace

ExperimentResult sample_experiment(const SampleExperiment& sample) {
  ExperimentResult result;
  result.recipe = "recipes/sample.toml";
  result.title = "Anomalies in network traffic";
  result.about = "What a notebook did with KDD Cup 1999, done again: the models learn normal rows only.";
  result.command = "netstray experiment recipes/sample.toml --data data --out runs/sample";
  result.version = "0.1.0";
  result.normal_name = "normal";
  result.attack_name = "attack";
  result.attack_is_positive = sample.attack_is_positive;
  for (std::uint64_t seed = 1; seed <= sample.seeds; ++seed) result.seeds.push_back(seed);
  result.sources = {
      {"kdd", "kdd/kddcup.data_10_percent.gz", "csv.gz", "00112233445566778899aabbccddeeff", 494021, false, ""},
      {"log", "", "", "", 200000, true, "none of log.csv is there: made up by user-log, seed 1"}};
  result.tables = {sample_table()};
  result.studies = {sample_study("normal-only", "Normal rows only", sample),
                    sample_study("mixed", "All rows, as they come", sample)};
  result.studies[0].selection = {{"src_bytes", .41}, {"count", .38}, {"service", .33}, {"land", .0001}};
  result.studies[0].points = {sample_points("inputs", sample.points),
                              sample_points("latent space of autoencoder", sample.points)};
  result.studies[0].elbow = ElbowResult{{2, 3, 4, 5, 6, 7, 8}, {910, 620, 440, 380, 350, 335, 328}, 5};
  result.studies[0].usual = sample_usual();
  result.studies[0].daily = DailyRows{12893.4, 41.2, 30};
  for (const auto& judge : judges()) {
    const StudyResult& study = judge.study == "mixed" ? result.studies[1] : result.studies[0];
    result.detectors.push_back(sample_detector(judge, study, sample));
    if (judge.kind == "autoencoder") result.detectors.back().curves = sample_curves();
    result.detectors.back().importance = {{"src_bytes", .21}, {"count", .08}, {"duration", .004}, {"dst_bytes", -.002}};
  }
  result.pairs = {{"normal-only", "iforest", "gmm", -.031, {-.039, -.023}, 1e-9, 3e-9, 40, 93, 1e-5, 3e-5},
                  {"normal-only", "gmm", "autoencoder", .004, {-.003, .011}, .21, .21, 50, 44, .6, .6}};
  result.audits = sample_audits();
  for (std::uint64_t user = 1; user <= 7; ++user) {
    result.journeys.push_back(sample_journey("user " + std::to_string(user), user));
  }
  result.claims = {{"iforest", "accuracy", "", .91, .79},
                   {"autoencoder", "accuracy", "", .96, .81},
                   {"autoencoder-leaky", "recall", "attack", .95, .84}};
  result.notes = {"The log is not there: its rows were made up."};
  return result;
}

ExperimentResult bare_experiment(const SampleExperiment& sample) {
  ExperimentResult result;
  result.recipe = "bare.toml";
  result.command = "netstray experiment bare.toml";
  result.attack_is_positive = sample.attack_is_positive;
  result.seeds = {1};
  StudyResult study = sample_study("main", "", sample);
  study.features.clear();
  study.balance.clear();
  SampleExperiment once = sample;
  once.seeds = 1;
  DetectorResult detector = sample_detector({"gmm", "", "main", "gmm"}, study, once);
  detector.model = {};
  detector.evaluation.intervals.reset();
  result.studies = {std::move(study)};
  result.detectors = {std::move(detector)};
  return result;
}

ExperimentSeconds sample_experiment_seconds(const ExperimentResult& result) {
  ExperimentSeconds seconds;
  seconds.total = 12.5;
  seconds.parts = {{"read", 1.25}, {"pictures", .5}};
  for (const auto& detector : result.detectors) {
    for (const auto& seed : detector.seeds)
      seconds.detectors.push_back({detector.name, seed.seed, 1.5, .25, 1000, 500});
  }
  return seconds;
}

}  // namespace netstray
