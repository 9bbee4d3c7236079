#include "netstray/model/model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/registry.h"

namespace netstray {

Model::Model(Ensemble ensemble, UsualByCategory usual) : ensemble_(std::move(ensemble)), usual_(std::move(usual)) {}

Verdicts Model::judge(const Table& table, Explain explain, EncodeCounts* counts) const {
  Judged judged{ensemble_.encode(table, counts), {}};
  judged.own = ensemble_.score(judged.matrices);
  Verdicts result;
  result.scores = ensemble_.joined(judged.own);
  result.p_values.resize(table.rows());
  result.verdicts.resize(table.rows());
  result.reasons.resize(table.rows());
  constexpr std::size_t kGrain = 256;
  parallel_for(table.rows(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const double score = result.scores[row];
      const bool flagged = score > cut;
      result.p_values[row] = p_value(calibration, score);
      result.verdicts[row] = flagged ? 1 : 0;
      if (explain == Explain::all || (explain == Explain::flagged && flagged)) {
        result.reasons[row] = reasons_of(judged, table, row, kReasonsShown).reasons;
      }
    }
  });
  return result;
}

std::vector<RowReasons> Model::explain(const Table& table, std::span<const std::size_t> rows, std::size_t limit) const {
  Judged judged{ensemble_.encode(table), {}};
  judged.own = ensemble_.score(judged.matrices);
  std::vector<RowReasons> reasons(rows.size());
  parallel_for(rows.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) reasons[i] = reasons_of(judged, table, rows[i], limit);
  });
  return reasons;
}

void require_rule_fits(const ThresholdRule& rule, const TrainingRecord& record) {
  if (rule.kind == ThresholdRule::Kind::contamination_auto && record.detector != "iforest") {
    throw usage_error(fmt::format(
        "the rule contamination:auto is the isolation forest's own cut, a score of .5, and {} has none such: say "
        "contamination:SHARE or false-alarms:SHARE",
        record.detector));
  }
  if (rule.kind != ThresholdRule::Kind::cluster_mean) return;
  const auto scale = record.settings.find("kmeans.scale");
  if (record.detector != "kmeans" || scale == record.settings.end() || scale->second == "none") {
    throw usage_error(
        "the rule cluster-mean takes scores in units of a cluster's mean distance: say --detector kmeans --set "
        "scale=cluster-mean (or scale=all-mean)");
  }
}

bool Model::supervised() const noexcept {
  return std::ranges::any_of(ensemble_.members(), [](const Ensemble::Member& member) {
    const DetectorInfo* info = find_detector(member.detector->name());
    return info != nullptr && info->supervised;
  });
}

void Model::recut(const ThresholdRule& new_rule) {
  require_rule_fits(new_rule, record);
  const ThresholdRule::Cut found = new_rule.cut(training, calibration);
  rule = new_rule;
  cut = found.value;
  cut_from_training = found.from_training;
}

RowReasons Model::reasons_of(const Judged& judged, const Table& table, std::size_t row, std::size_t limit) const {
  const auto of_members = ensemble_.member_shares(judged.own, row);
  const auto of_columns = ensemble_.column_shares(judged.matrices, of_members, row);
  RowReasons result{reasons_from_shares(encoder(), usual_, of_columns, table, row, limit), {}};
  for (std::size_t i = 0; i < of_members.size(); ++i) {
    result.members.push_back({ensemble_.members()[i].name, of_members[i]});
  }
  return result;
}

}  // namespace netstray
