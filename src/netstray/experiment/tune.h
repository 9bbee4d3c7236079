#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netstray/experiment/run.h"

namespace netstray {

/// What `netstray tune` tries, and how it chooses.
struct TuneSettings {
  /// "detectors.NAME.KEY=A,B,C" each: all combinations of a detector's values are tried, those of several detectors
  /// one detector after the other. Commas in brackets or quotes part nothing.
  std::vector<std::string> grid;
  std::uint64_t random = 0;  ///< tries so many combinations of each detector, drawn by the recipe's seed; 0 = all
  enum class Metric { auc, average_precision, f1, accuracy };
  Metric metric = Metric::auc;
  std::vector<std::string> overrides;  ///< of the recipe, "dotted.key=value"
  std::string data = ".";              ///< folder that the sources' files lie below
};
std::string_view name_of(TuneSettings::Metric metric) noexcept;
std::optional<TuneSettings::Metric> tune_metric(std::string_view name) noexcept;

/// One combination, and how it did on the validation rows: means over the recipe's seeds.
struct TriedCombination {
  std::vector<std::string> values;  ///< "dotted.key=value" each, in the order of the grid
  std::optional<ValidationScore> score;
  std::string error;  ///< why there is no score
};

struct TunedDetector {
  std::string name;
  std::vector<TriedCombination> tried;
  std::size_t best = 0;  ///< index of the best; of equal ones the first
};

struct TuneResult {
  std::vector<TunedDetector> detectors;  ///< in the order of the grid
  std::string recipe;                    ///< the text with the overrides and the best values in it
};

/// Fits and scores each combination on the rows that the recipe keeps for validation, never on its test rows; sources
/// are read and tables made once. `told` is called after each combination. `text` is the recipe's, `path` stands in
/// messages.
///
/// Throws usage Error for a grid that is none, has over 10,000 combinations, or has keys that are no detector's; Error
/// as parse_recipe for a value that a recipe cannot have, and as PreparedExperiment; the first combination's Error
/// where all of a detector's fail.
TuneResult tune(std::string_view text, const std::string& path, const TuneSettings& settings,
                const std::function<void(const std::string& detector, const TriedCombination& tried, std::size_t number,
                                         std::size_t of)>& told = {});

/// The metric's value of a score.
double metric_of(const ValidationScore& score, TuneSettings::Metric metric) noexcept;
/// A table for each detector: what was tried, and how it did; the best is marked.
std::string tune_text(const TuneResult& result, TuneSettings::Metric metric);

}  // namespace netstray
