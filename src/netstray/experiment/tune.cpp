#include "netstray/experiment/tune.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/experiment/recipe/recipe.h"
#include "netstray/experiment/recipe/toml_value.h"
#include "netstray/report/text_table.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

using Metric = TuneSettings::Metric;
constexpr std::array kMetrics = {std::pair{Metric::auc, std::string_view("auc")},
                                 std::pair{Metric::average_precision, std::string_view("average-precision")},
                                 std::pair{Metric::f1, std::string_view("f1")},
                                 std::pair{Metric::accuracy, std::string_view("accuracy")}};
constexpr std::size_t kMostCombinations = 10'000;

/// One --grid: a key of a detector, and its values.
struct Axis {
  std::string detector, key;
  std::vector<std::string> values;
};

/// At commas outside brackets and quotes.
std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> values(1);
  int depth = 0;
  bool quotes = false;
  for (const char c : text) {
    if (c == '"') quotes = !quotes;
    if (!quotes && (c == '[' || c == '{')) ++depth;
    if (!quotes && (c == ']' || c == '}')) --depth;
    if (c == ',' && depth == 0 && !quotes) {
      values.emplace_back();
    } else {
      values.back() += c;
    }
  }
  return values;
}

Axis read_axis(const std::string& grid) {
  const auto equals = grid.find('=');
  Axis axis{"", grid.substr(0, equals), {}};
  const auto parts = split(axis.key, '.');
  if (equals == std::string::npos || parts.size() < 3 || parts[0] != "detectors" || parts[2] == "study") {
    throw usage_error(fmt::format(
        "--grid {}: expected a detector's key and its values, as in detectors.ocsvm.nu=0.01,0.05,0.1", grid));
  }
  axis.detector = parts[1];
  for (const auto& value : split_values(std::string_view(grid).substr(equals + 1))) {
    axis.values.push_back(toml_literal(std::string(trim(value))));
  }
  return axis;
}

std::vector<Axis> read_axes(std::span<const std::string> grid) {
  if (grid.empty()) throw usage_error("tune: say what to try, as in --grid detectors.ocsvm.nu=0.01,0.05,0.1");
  std::vector<Axis> axes;
  for (const auto& text : grid) {
    axes.push_back(read_axis(text));
    if (std::ranges::count(axes, axes.back().key, &Axis::key) > 1) {
      throw usage_error(fmt::format("--grid {}: {} stands twice", text, axes.back().key));
    }
  }
  return axes;
}

/// All combinations of the axes, the last one's values changing first.
std::vector<TriedCombination> combinations_of(std::span<const Axis> axes) {
  std::vector<TriedCombination> all(1);
  for (const auto& axis : axes) {
    if (all.size() * axis.values.size() > kMostCombinations) {
      throw usage_error(
          fmt::format("tune: the grid of {} has over {} combinations", axis.detector, grouped(kMostCombinations)));
    }
    std::vector<TriedCombination> wider;
    for (const auto& combination : all) {
      for (const auto& value : axis.values) {
        wider.push_back(combination);
        wider.back().values.push_back(axis.key + "=" + value);
      }
    }
    all = std::move(wider);
  }
  return all;
}

/// So many of them, drawn, in their order.
void draw(std::vector<TriedCombination>& combinations, std::uint64_t count, std::uint64_t seed) {
  if (count == 0 || count >= combinations.size()) return;
  auto chosen = Rng(seed).sample(static_cast<std::uint32_t>(combinations.size()), static_cast<std::uint32_t>(count));
  std::ranges::sort(chosen);
  std::vector<TriedCombination> drawn;
  drawn.reserve(chosen.size());
  for (const std::uint32_t index : chosen) drawn.push_back(std::move(combinations[index]));
  combinations = std::move(drawn);
}

/// Their means over the seeds.
ValidationScore mean_score(const PreparedExperiment& prepared, const DetectorSpec& detector,
                           const Experiment& experiment) {
  ValidationScore mean;
  const auto runs = static_cast<double>(experiment.runs);
  for (std::uint64_t run = 0; run < experiment.runs; ++run) {
    const ValidationScore score = prepared.validate(detector, experiment.seed + run);
    mean.normal = score.normal;
    mean.attacks = score.attacks;
    mean.auc += score.auc / runs;
    mean.average_precision += score.average_precision / runs;
    mean.f1 += score.f1 / runs;
    mean.accuracy += score.accuracy / runs;
  }
  return mean;
}

class Tuner {
 public:
  Tuner(std::string_view text, const std::string& path, const TuneSettings& settings)
      : text_(text), path_(path), settings_(settings), experiment_(parse_recipe(text, path, settings.overrides)) {}

  const Experiment& experiment() const noexcept { return experiment_; }

  void check_name(const std::string& name) const {
    std::vector<std::string> names;
    names.reserve(experiment_.detectors.size());
    for (const auto& detector : experiment_.detectors) names.push_back(detector.name);
    if (std::ranges::find(names, name) != names.end()) return;
    const auto close = nearest(name, names);
    throw usage_error(fmt::format("--grid: {} has no detector {}{} Its detectors are: {}", path_, quoted(name),
                                  close ? fmt::format("; did you mean {}?", *close) : ".", join(names, ", ")));
  }

  DetectorSpec detector(const std::string& name, const TriedCombination& combination) const {
    auto overrides = settings_.overrides;
    overrides.insert(overrides.end(), combination.values.begin(), combination.values.end());
    const Experiment experiment = parse_recipe(text_, path_, overrides);
    return *std::ranges::find(experiment.detectors, name, &DetectorSpec::name);
  }

  /// Reads the sources; what can be wrong without them was said before.
  void prepare() { prepared_.emplace(experiment_, settings_.data); }

  void try_out(const std::string& name, TriedCombination& combination) const {
    const DetectorSpec spec = detector(name, combination);
    try {
      const ValidationScore score = mean_score(*prepared_, spec, experiment_);
      if (std::isfinite(metric_of(score, settings_.metric))) {
        combination.score = score;
      } else {
        combination.error = fmt::format("no {} on the validation rows", name_of(settings_.metric));
      }
    } catch (const Error& error) {
      if (error.kind() == Error::Kind::interrupted) throw;
      combination.error = error.what();
    }
  }

 private:
  std::string_view text_;
  const std::string& path_;
  const TuneSettings& settings_;
  Experiment experiment_;
  std::optional<PreparedExperiment> prepared_;
};

void choose_best(TunedDetector& detector, Metric metric) {
  std::optional<double> best;
  for (std::size_t i = 0; i < detector.tried.size(); ++i) {
    const auto& score = detector.tried[i].score;
    if (!score || (best && metric_of(*score, metric) <= *best)) continue;
    best = metric_of(*score, metric);
    detector.best = i;
  }
  if (!best)
    throw Error(
        fmt::format("{}: nothing that was tried could be scored: {}", detector.name, detector.tried.front().error));
}

}  // namespace

std::string_view name_of(Metric metric) noexcept {
  return std::ranges::find(kMetrics, metric, &std::pair<Metric, std::string_view>::first)->second;
}

std::optional<Metric> tune_metric(std::string_view name) noexcept {
  for (const auto& [metric, known] : kMetrics) {
    if (known == name) return metric;
  }
  return std::nullopt;
}

double metric_of(const ValidationScore& score, Metric metric) noexcept {
  switch (metric) {
    case Metric::auc:
      return score.auc;
    case Metric::average_precision:
      return score.average_precision;
    case Metric::f1:
      return score.f1;
    case Metric::accuracy:
      break;
  }
  return score.accuracy;
}

TuneResult tune(std::string_view text, const std::string& path, const TuneSettings& settings,
                const std::function<void(const std::string& detector, const TriedCombination& tried, std::size_t number,
                                         std::size_t of)>& told) {
  const auto axes = read_axes(settings.grid);
  Tuner tuner(text, path, settings);
  TuneResult result;
  for (const auto& axis : axes) {
    if (std::ranges::find(result.detectors, axis.detector, &TunedDetector::name) != result.detectors.end()) continue;
    tuner.check_name(axis.detector);
    std::vector<Axis> own;
    std::ranges::copy_if(axes, std::back_inserter(own),
                         [&](const Axis& each) { return each.detector == axis.detector; });
    TunedDetector& detector = result.detectors.emplace_back(TunedDetector{axis.detector, combinations_of(own)});
    draw(detector.tried, settings.random, tuner.experiment().seed);
    for (const auto& combination : detector.tried) tuner.detector(detector.name, combination);
  }
  tuner.prepare();
  auto winners = settings.overrides;
  for (auto& detector : result.detectors) {
    for (std::size_t i = 0; i < detector.tried.size(); ++i) {
      tuner.try_out(detector.name, detector.tried[i]);
      if (told) told(detector.name, detector.tried[i], i + 1, detector.tried.size());
    }
    choose_best(detector, settings.metric);
    const auto& best = detector.tried[detector.best].values;
    winners.insert(winners.end(), best.begin(), best.end());
  }
  result.recipe = edited_recipe(text, path, winners);
  return result;
}

std::string tune_text(const TuneResult& result, Metric metric) {
  std::string text;
  for (const auto& detector : result.detectors) {
    const std::string prefix = fmt::format("detectors.{}.", detector.name);
    TextTable table({{""}, {"tried"}, {"AUC"}, {"AP"}, {"F1"}, {"accuracy"}});
    for (std::size_t i = 0; i < detector.tried.size(); ++i) {
      const auto& tried = detector.tried[i];
      std::vector<std::string> values;
      values.reserve(tried.values.size());
      for (const auto& value : tried.values) values.push_back(value.substr(prefix.size()));
      std::vector<std::string> row = {i == detector.best ? "best" : "", join(values, " ")};
      if (tried.score) {
        for (const double value :
             {tried.score->auc, tried.score->average_precision, tried.score->f1, tried.score->accuracy}) {
          row.push_back(metric_text(value));
        }
      } else {
        row.insert(row.end(), {tried.error, "", "", ""});
      }
      table.add_row(row);
    }
    const auto& score = *detector.tried[detector.best].score;
    text +=
        fmt::format("{}{}, by {} on {} normal rows and {} attacks kept for validation\n\n{}", text.empty() ? "" : "\n",
                    detector.name, name_of(metric), grouped(score.normal), grouped(score.attacks), table.text(0, 120));
  }
  return text;
}

}  // namespace netstray
