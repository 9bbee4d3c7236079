#include <algorithm>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/evaluate/audit_context.h"

namespace netstray {
namespace {

/// The model's columns, by name; without a model all that can be learned, but the label.
std::vector<std::size_t> audited_columns(const AuditInput& input) {
  std::vector<std::size_t> columns;
  if (input.table == nullptr) return columns;
  const auto& schema = input.table->schema();
  if (input.model != nullptr) {
    for (const auto& learned : input.model->encoder().columns()) columns.push_back(schema.require(learned.field.name));
    return columns;
  }
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const auto type = schema[i].type;
    const bool is_label = input.truth != nullptr && schema[i].name == input.truth->label_column;
    if (!is_label && type != ColumnType::time && type != ColumnType::address) columns.push_back(i);
  }
  return columns;
}

/// With `digits` significant digits, or as many more as keep a number below `limit` from being rounded to it.
std::string below_limit(double value, int digits, double limit) {
  auto text = readable(value, digits);
  while (value < limit && text == readable(limit) && digits < 15) text = readable(value, ++digits);
  return text;
}

}  // namespace

AuditContext::AuditContext(const AuditInput& audited) : input(audited), columns(audited_columns(audited)) {
  if (columns.empty()) return;
  rows = fingerprints(*input.table, columns);
  sorted_rows = rows;
  std::ranges::sort(sorted_rows);
}

std::span<const std::uint8_t> AuditContext::labels() const noexcept {
  return input.truth == nullptr ? std::span<const std::uint8_t>{} : input.truth->labels;
}

std::vector<std::uint8_t> AuditContext::unusual() const {
  const auto all = labels();
  std::vector<std::uint8_t> unusual(all.begin(), all.end());
  if (input.fitted_on_attacks)
    for (auto& label : unusual) label = label == 0 ? 1 : 0;
  return unusual;
}

std::string percent_text(double share) { return below_limit(100 * share, 3, 100) + " %"; }

std::string rows_text(std::uint64_t rows) { return rows == 1 ? "1 row" : grouped(rows) + " rows"; }

std::string decimal_text(double value) { return below_limit(value, 4, 1); }

std::string names_text(std::span<const std::string> names, std::size_t most) {
  if (names.size() <= most + 1) return join(names, ", ");
  return fmt::format("{} and {} more", join(names.first(most), ", "), names.size() - most);
}

std::vector<Audit> audit(const AuditInput& input) {
  const AuditContext context(input);
  std::vector<Audit> audits;
  for (const auto look : {audit_duplicates_within, audit_duplicates_across, audit_base_rate, audit_polarity,
                          audit_ceiling, audit_trivial_models, audit_constant_features, audit_unseen_categories,
                          audit_out_of_range, audit_calibration_shift, audit_threshold_on_training}) {
    if (auto found = look(context)) audits.push_back(std::move(*found));
  }
  return audits;
}

}  // namespace netstray
