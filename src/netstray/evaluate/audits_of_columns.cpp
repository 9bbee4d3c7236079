// Audits of what single columns held in training and hold now.

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/evaluate/audit_context.h"

namespace netstray {
namespace {

using enum Audit::Severity;

constexpr double kNearlyAll = .999;   // of training rows hold the same value
constexpr double kManyOutside = .01;  // of the normal rows of a test

/// Whether one value stands in at least kNearlyAll of the training rows, as far as the encoder remembers: categories
/// have counts; a whole number that differs from the median differs by 1 or more, so at most sd^2 + (mean - median)^2
/// of the rows do; of other numbers it can be told where the ends of 99.8 % of the quantiles meet.
bool is_nearly_constant(const Encoder::Column& column, std::uint64_t training_rows) {
  if (column.field.type == ColumnType::category) {
    if (column.level_rows.empty()) return false;
    return static_cast<double>(std::ranges::max(column.level_rows)) >= kNearlyAll * static_cast<double>(training_rows);
  }
  if (column.missing > 0) return false;
  if (column.field.type == ColumnType::integer) {
    const double offset = column.mean - column.median;
    return column.sd * column.sd + offset * offset <= 1 - kNearlyAll;
  }
  return column.quantiles.size() > 2 && column.quantiles[1] == column.quantiles[column.quantiles.size() - 2];
}

/// How many normal rows hold what training never saw in this column.
std::uint64_t normal_rows_outside(const Column& values, const Encoder::Column& learned,
                                  std::span<const std::uint8_t> labels) {
  const bool category = learned.field.type == ColumnType::category;
  std::vector<bool> unseen_level;
  for (const auto& level : values.levels())
    unseen_level.push_back(std::ranges::find(learned.levels, level) == learned.levels.end());
  const bool unseen_missing = std::ranges::find(learned.levels, "") == learned.levels.end();
  std::uint64_t outside = 0;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (labels[row] != 0) continue;
    if (category)
      outside += (values.missing(row) ? unseen_missing : unseen_level[values.code(row)]) ? 1U : 0U;
    else
      outside += values.number(row) < learned.min || values.number(row) > learned.max ? 1U : 0U;
  }
  return outside;
}

/// A column with rows that training did not prepare for.
struct Outside {
  std::string name;
  std::uint64_t rows;
  std::uint64_t normal_rows;
};

/// Columns with such rows, most first. Normal rows are counted where there may be enough of them to matter.
std::vector<Outside> columns_outside(const AuditContext& context, std::span<const std::uint64_t> counts) {
  const auto learned = context.input.model->encoder().columns();
  const auto labels = context.unusual();
  const auto normal = static_cast<double>(std::ranges::count(labels, std::uint8_t{0}));
  std::vector<Outside> found;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    std::uint64_t normal_rows = 0;
    if (!labels.empty() && static_cast<double>(counts[i]) > kManyOutside * normal)
      normal_rows = normal_rows_outside(context.input.table->column(context.columns[i]), learned[i], labels);
    found.push_back({learned[i].field.name, counts[i], normal_rows});
  }
  std::ranges::sort(
      found, [](const Outside& a, const Outside& b) { return a.rows != b.rows ? a.rows > b.rows : a.name < b.name; });
  return found;
}

/// The share of normal rows that may lie outside without a word: kManyOutside, or, where training was small, twice what
/// chance allows to exceed the two ends of its range.
double allowed_outside(std::uint64_t training_rows, double normal) {
  const double ends = 2 / (static_cast<double>(training_rows) + 1);
  return std::max(kManyOutside, 2 * false_alarm_interval(ends, training_rows, static_cast<std::uint64_t>(normal)).high);
}

/// The text and severity that unseen categories and values out of range have in common; `value` is the share of rows
/// in the column that has most.
Audit outside_audit(const AuditContext& context, std::string id, std::string_view what, std::string_view consequence,
                    std::span<const std::uint64_t> counts) {
  const auto found = columns_outside(context, counts);
  const auto rows = static_cast<double>(context.input.counts->rows);
  if (found.empty() || rows == 0) return {std::move(id), note, 0, fmt::format("No row holds {}.", what)};
  std::vector<std::string> named;
  named.reserve(found.size());
  for (const auto& column : found) named.push_back(fmt::format("{} ({})", column.name, rows_text(column.rows)));
  auto text = fmt::format("{} of {} columns hold {}: {}.", found.size(), counts.size(), what, names_text(named, 5));
  const auto labels = context.unusual();
  const auto normal = static_cast<double>(std::ranges::count(labels, std::uint8_t{0}));
  const auto worst = std::ranges::max_element(found, {}, &Outside::normal_rows);
  const double worst_share = normal == 0 ? 0 : static_cast<double>(worst->normal_rows) / normal;
  const double value = static_cast<double>(found.front().rows) / rows;
  if (worst_share <= allowed_outside(context.input.model->encoder().training_rows(), normal))
    return {std::move(id), note, value,
            text + (labels.empty() ? "" : fmt::format(" Few {} are among them.", context.usual_rows()))};
  return {std::move(id), warning, value,
          fmt::format("{0} {1} of the {2} are among them in {3}: {2} here are not what they were in training, and {4}.",
                      text, percent_text(worst_share), context.usual_rows(), worst->name, consequence)};
}

bool can_look_outside(const AuditContext& context) {
  return context.input.counts != nullptr && context.input.model != nullptr && !context.columns.empty();
}

}  // namespace

std::optional<Audit> audit_constant_features(const AuditContext& context) {
  if (context.input.model == nullptr) return std::nullopt;
  const auto& encoder = context.input.model->encoder();
  std::vector<std::string> constant;
  std::vector<std::string> nearly;
  for (const auto& column : encoder.columns()) {
    if (column.constant)
      constant.push_back(column.field.name);
    else if (is_nearly_constant(column, encoder.training_rows()))
      nearly.push_back(column.field.name);
  }
  const auto all = encoder.columns().size();
  auto near_text = nearly.empty() ? std::string()
                                  : fmt::format(" {} more hold one value in at least 99.9 % of them ({}).",
                                                nearly.size(), names_text(nearly));
  const auto value = static_cast<double>(constant.size());
  if (constant.empty())
    return Audit{"constant-features", note, value,
                 fmt::format("Each of the {} learned columns varies in training.{}", all, near_text)};
  return Audit{"constant-features", warning, value,
               fmt::format("{} of {} learned columns hold a single value in all training rows ({}): the model learned "
                           "nothing from them, and may not notice when they change.{}",
                           constant.size(), all, names_text(constant), near_text)};
}

std::optional<Audit> audit_unseen_categories(const AuditContext& context) {
  if (!can_look_outside(context)) return std::nullopt;
  return outside_audit(context, "unseen-categories", "categories that training never saw",
                       "the model has no experience with such rows", context.input.counts->unseen);
}

std::optional<Audit> audit_out_of_range(const AuditContext& context) {
  if (!can_look_outside(context)) return std::nullopt;
  return outside_audit(context, "out-of-range", "numbers outside the range of training",
                       "the model cannot tell far outside from just outside", context.input.counts->out_of_range);
}

}  // namespace netstray
