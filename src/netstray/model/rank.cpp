#include "netstray/model/rank.h"

#include <algorithm>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

struct Group {
  std::uint32_t first;
  std::uint64_t count;
};

/// Rows with equal fingerprints, in order of their first row.
std::vector<Group> groups_of(const std::vector<std::uint64_t>& prints) {
  std::vector<std::uint32_t> order(prints.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return prints[a] != prints[b] ? prints[a] < prints[b] : a < b; });
  std::vector<Group> groups;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && prints[order[i]] == prints[order[i - 1]]) {
      ++groups.back().count;
    } else {
      groups.push_back({order[i], 1});
    }
  }
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.first < b.first; });
  return groups;
}

double commonest_share(const std::vector<Group>& groups, std::size_t rows) {
  std::vector<std::uint64_t> counts(groups.size());
  std::transform(groups.begin(), groups.end(), counts.begin(), [](const Group& group) { return group.count; });
  const std::size_t shown = std::min<std::size_t>(10, counts.size());
  std::partial_sort(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(shown), counts.end(),
                    std::greater<>());
  const auto sum =
      std::accumulate(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(shown), std::uint64_t{0});
  return static_cast<double>(sum) / static_cast<double>(rows);
}

}  // namespace

Ranking rank_rows(const Table& table, const ColumnRoles& columns, const TrainSettings& settings, std::size_t top) {
  if (table.rows() < 2)
    throw Error(fmt::format("{} row: nothing to compare it with; at least 2 are needed", table.rows()));
  std::vector<std::uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  Ranking ranking;
  ranking.encoder = Encoder::fit(table, columns.learned, rows, settings.numeric);
  const Matrix matrix = ranking.encoder.encode(table);
  IsolationForestSettings forest_settings = settings.forest;
  forest_settings.seed = settings.seed;
  const IsolationForest forest = IsolationForest::fit(matrix, forest_settings);

  auto groups = groups_of(fingerprints(table, columns.learned));
  ranking.distinct_rows = groups.size();
  ranking.commonest_share = commonest_share(groups, table.rows());
  std::vector<std::uint32_t> firsts(groups.size());
  std::transform(groups.begin(), groups.end(), firsts.begin(), [](const Group& group) { return group.first; });
  const Matrix distinct = groups.size() == table.rows() ? matrix : matrix.gather(firsts);
  std::vector<double> scores(groups.size());
  forest.score(distinct, scores);

  std::vector<std::size_t> order(groups.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t shown = std::min(top, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
      [&](std::size_t a, std::size_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
  std::vector<double> parts(forest.columns());
  for (std::size_t i = 0; i < shown; ++i) {
    const Group& group = groups[order[i]];
    forest.explain(distinct, order[i], parts);
    ranking.top.push_back({group.first, group.count, scores[order[i]],
                           reasons_from_parts(ranking.encoder, parts, table, group.first, kReasonsShown)});
  }
  return ranking;
}

}  // namespace netstray
