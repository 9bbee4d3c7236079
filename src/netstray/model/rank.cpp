#include "netstray/model/rank.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <string>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/model/ensemble.h"

namespace netstray {
namespace {

struct Group {
  std::uint32_t first;
  std::uint64_t count;
};

/// Rows with equal fingerprints, in order of their first row. `first_of` becomes, for each row, the first that is
/// equal.
std::vector<Group> groups_of(const std::vector<std::uint64_t>& prints, std::span<std::uint32_t> first_of) {
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
    first_of[order[i]] = groups.back().first;
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

/// The distinct rows of a table, scored by detectors that were fitted on its rows.
struct ScoredGroups {
  std::vector<Group> groups;
  Ensemble::Fitted fit;  ///< scores and matrices: one row a group
  std::vector<double> scores;
  std::vector<std::uint32_t> first_of;  ///< for each row of the table, the first row of its group
};

ScoredGroups score_groups(const Table& table, const ColumnRoles& columns, const TrainSettings& settings) {
  std::vector<std::uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<std::uint32_t> first_of(table.rows());
  auto groups = groups_of(fingerprints(table, columns.learned), first_of);
  std::vector<std::uint32_t> firsts(groups.size());
  std::transform(groups.begin(), groups.end(), firsts.begin(), [](const Group& group) { return group.first; });
  Ensemble::Rows chosen{settings.recipe.unique ? firsts : rows, {}, firsts, true};
  auto fit = Ensemble::fit(table, columns.learned, chosen, settings.recipe, settings.seed);
  fit.ensemble.calibrate(fit.scores);
  auto scores = fit.ensemble.joined(fit.scores);
  return {std::move(groups), std::move(fit), std::move(scores), std::move(first_of)};
}

std::vector<double> scores_of_rows(const ScoredGroups& scored) {
  std::vector<double> scores(scored.first_of.size());
  for (std::size_t i = 0; i < scored.groups.size(); ++i) scores[scored.groups[i].first] = scored.scores[i];
  for (std::size_t row = 0; row < scores.size(); ++row) scores[row] = scores[scored.first_of[row]];
  return scores;
}

/// The `count` highest, highest first.
std::vector<std::size_t> highest(const std::vector<double>& scores, std::size_t count) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  count = std::min(count, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
      [&](std::size_t a, std::size_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
  order.resize(count);
  return order;
}

/// In what way a row stands out: the columns of its first three reasons, in order of name, with their category or side.
std::string kind_of(std::span<const Reason> reasons) {
  constexpr std::size_t kReasonsThatTell = 3;
  std::vector<std::string> parts;
  for (const auto& reason : reasons.first(std::min(kReasonsThatTell, reasons.size()))) {
    std::string side = reason.value;
    if (reason.number && reason.usual_low && reason.usual_high) {
      side = *reason.number > *reason.usual_high ? "above" : *reason.number < *reason.usual_low ? "below" : "within";
    }
    parts.push_back(reason.feature + '=' + side);
  }
  std::sort(parts.begin(), parts.end());
  return join(parts, "\n");
}

/// All that is shown of a row's reasons.
std::string shown(std::span<const Reason> reasons) {
  std::string text;
  for (const auto& reason : reasons) text += reason.feature + '=' + reason.value + '\n';
  return text;
}

/// Keeps `top` of the candidates (highest first): the first few of each kind, none that would read like another, then,
/// where kinds are fewer, the next highest.
std::vector<RankedRow> choose(std::vector<RankedRow> candidates, std::size_t top, Alike alike) {
  constexpr std::size_t kMostOfAKind = 3;
  struct Kind {
    std::size_t first;  ///< place among the chosen
    std::size_t entries = 0;
  };
  std::vector<RankedRow> chosen;
  struct Held {
    RankedRow row;
    std::size_t first;
  };
  std::vector<Held> rest;
  std::map<std::string, Kind> kinds;
  std::set<std::string> seen;
  for (auto& candidate : candidates) {
    Kind& kind = kinds.try_emplace(kind_of(candidate.reasons), Kind{chosen.size()}).first->second;
    if (alike == Alike::apart || (seen.insert(shown(candidate.reasons)).second && ++kind.entries <= kMostOfAKind)) {
      chosen.push_back(std::move(candidate));
    } else {
      chosen[kind.first].similar += candidate.count;
      rest.push_back({std::move(candidate), kind.first});
    }
  }
  for (std::size_t i = 0; i < rest.size() && chosen.size() < top; ++i) {
    chosen[rest[i].first].similar -= rest[i].row.count;
    chosen.push_back(std::move(rest[i].row));
  }
  if (chosen.size() > top) chosen.resize(top);
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const RankedRow& a, const RankedRow& b) { return a.score > b.score; });
  return chosen;
}

}  // namespace

Ranking rank_rows(const Table& table, const ColumnRoles& columns, const TrainSettings& settings, std::size_t top,
                  Alike alike) {
  constexpr std::size_t kLeastLookedAt = 1000;
  constexpr std::size_t kLookedAtPerEntry = 50;
  if (settings.recipe.supervised()) {
    throw usage_error(
        fmt::format("{} learns from labels, which a ranking never uses; train it instead", settings.recipe.name));
  }
  if (table.rows() < 2)
    throw Error(fmt::format("{} row: nothing to compare it with; at least 2 are needed", table.rows()));
  ScoredGroups scored = score_groups(table, columns, settings);
  Ensemble& ensemble = scored.fit.ensemble;
  Ranking ranking;
  ranking.distinct_rows = scored.groups.size();
  ranking.commonest_share = commonest_share(scored.groups, table.rows());
  ranking.notes = std::move(scored.fit.notes);
  ranking.scores = scores_of_rows(scored);

  std::vector<std::uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  const Encoder& encoder = ensemble.encoders().front();
  const auto usual = UsualByCategory::fit(table, encoder, rows);
  const std::size_t looked_at = alike == Alike::apart ? top : std::max(kLeastLookedAt, kLookedAtPerEntry * top);
  const auto order = highest(scored.scores, looked_at);
  std::vector<RankedRow> candidates(order.size());
  parallel_for(order.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Group& group = scored.groups[order[i]];
      const auto members = ensemble.member_shares(scored.fit.scores, order[i]);
      const auto shares = ensemble.column_shares(scored.fit.matrices, members, order[i]);
      candidates[i] = {group.first, group.count, 0, scored.scores[order[i]],
                       reasons_from_shares(encoder, usual, shares, table, group.first, kReasonsShown)};
    }
  });
  ranking.top = choose(std::move(candidates), top, alike);
  return ranking;
}

}  // namespace netstray
