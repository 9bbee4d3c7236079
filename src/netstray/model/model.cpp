#include "netstray/model/model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/registry.h"

namespace netstray {

Model::Model(Encoder encoder, std::unique_ptr<Detector> detector)
    : encoder_(std::move(encoder)), detector_(std::move(detector)) {}

Verdicts Model::judge(const Table& table, Explain explain, EncodeCounts* counts) const {
  const Matrix matrix = encoder_.encode(table, counts);
  Verdicts result;
  result.scores.resize(matrix.rows());
  detector_->score(matrix, result.scores);
  result.p_values.resize(matrix.rows());
  result.verdicts.resize(matrix.rows());
  result.reasons.resize(matrix.rows());
  constexpr std::size_t kGrain = 1024;
  parallel_for(matrix.rows(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const double score = result.scores[row];
      const bool flagged = score > cut;
      result.p_values[row] = p_value(calibration, score);
      result.verdicts[row] = flagged ? 1 : 0;
      if (explain == Explain::all || (explain == Explain::flagged && flagged)) {
        result.reasons[row] = reasons_of(matrix, table, row, kReasonsShown);
      }
    }
  });
  return result;
}

std::vector<std::vector<Reason>> Model::explain(const Table& table, std::span<const std::size_t> rows,
                                                std::size_t limit) const {
  const Matrix matrix = encoder_.encode(table);
  std::vector<std::vector<Reason>> reasons;
  reasons.reserve(rows.size());
  for (const std::size_t row : rows) reasons.push_back(reasons_of(matrix, table, row, limit));
  return reasons;
}

void require_rule_fits(const ThresholdRule& rule, std::string_view detector) {
  if (rule.kind != ThresholdRule::Kind::contamination_auto || detector == "iforest") return;
  throw usage_error(fmt::format(
      "the rule contamination:auto is the isolation forest's own cut, a score of .5, and {} has none such: say "
      "contamination:SHARE or false-alarms:SHARE",
      detector));
}

bool Model::supervised() const noexcept {
  const DetectorInfo* info = find_detector(detector_->name());
  return info != nullptr && info->supervised;
}

void Model::recut(const ThresholdRule& new_rule) {
  require_rule_fits(new_rule, detector_->name());
  const ThresholdRule::Cut found = new_rule.cut(training, calibration);
  rule = new_rule;
  cut = found.value;
  cut_from_training = found.from_training;
}

std::vector<Reason> Model::reasons_of(const Matrix& matrix, const Table& table, std::size_t row,
                                      std::size_t limit) const {
  std::vector<double> parts(detector_->columns());
  detector_->explain(matrix, row, parts);
  return reasons_from_shares(encoder_, column_shares(encoder_, parts), table, row, limit);
}

}  // namespace netstray
