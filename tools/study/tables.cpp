#include "tables.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include <fmt/core.h>

#include "netstray/base/text.h"

namespace netstray {
namespace {

using Figure = std::function<double(const Outcome&)>;

/// "mean ± sd" of a figure over the seeds.
std::string spread(const Measured& measured, int digits, const Figure& figure) {
  double mean = 0;
  for (const auto& outcome : measured.outcomes) mean += figure(outcome);
  const auto n = static_cast<double>(measured.outcomes.size());
  mean /= n;
  double squares = 0;
  for (const auto& outcome : measured.outcomes) squares += (figure(outcome) - mean) * (figure(outcome) - mean);
  const double sd = n > 1 ? std::sqrt(squares / (n - 1)) : 0;
  if (std::isnan(mean)) return "-";
  return fmt::format("{:.{}f} ± {:.{}f}", mean, digits, sd, digits);
}

std::string least(const Measured& measured, const Figure& figure) {
  double least = figure(measured.outcomes.front());
  for (const auto& outcome : measured.outcomes) least = std::min(least, figure(outcome));
  return fmt::format("{:.4f}", least);
}

std::string row_of(const Measured& measured) {
  const auto text = [&](int digits, const Figure& figure) { return spread(measured, digits, figure); };
  const std::vector<std::string> cells{measured.set,
                                       measured.recipe,
                                       text(4, [](const Outcome& o) { return o.auc; }),
                                       text(4, [](const Outcome& o) { return o.q95.accuracy; }),
                                       text(4, [](const Outcome& o) { return o.q95.f1; }),
                                       text(3, [](const Outcome& o) { return o.q95.false_alarms; }),
                                       text(4, [](const Outcome& o) { return o.q99.accuracy; }),
                                       least(measured, [](const Outcome& o) { return o.q99.accuracy; }),
                                       text(3, [](const Outcome& o) { return o.q99.false_alarms; }),
                                       text(3, [](const Outcome& o) { return o.recall_at_1; }),
                                       text(3, [](const Outcome& o) { return o.recall_at_5; }),
                                       text(3, [](const Outcome& o) { return o.r2l_at_5; }),
                                       text(1, [](const Outcome& o) { return o.fit_seconds; }),
                                       text(1, [](const Outcome& o) { return o.score_microseconds; })};
  return fmt::format("| {} |\n", join(cells, " | "));
}

}  // namespace

std::string tables_of(const std::vector<Measured>& measured) {
  std::string text =
      "| set | recipe | AUC | accuracy q95 | F1 q95 | false alarms q95 | accuracy q99 | worst | false alarms q99 | "
      "recall "
      "at 1 % | recall at 5 % | R2L at 5 % | fit s | score us a row "
      "|\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (const auto& one : measured) text += row_of(one);
  std::map<std::string, std::pair<std::size_t, std::size_t>> cells;
  for (const auto& one : measured) {
    for (const auto& outcome : one.outcomes) {
      auto& [inside, all] = cells[one.recipe];
      inside += static_cast<std::size_t>(std::ranges::count(outcome.inside, true));
      all += outcome.inside.size();
    }
  }
  text += "\nFalse alarms on a random half of the kept-back rows, inside the interval of what was asked (5 %, 1 %):\n";
  for (const auto& [recipe, counts] : cells)
    text += fmt::format("- {}: {} of {}\n", recipe, counts.first, counts.second);
  return text;
}

}  // namespace netstray
