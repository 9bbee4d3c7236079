#include "netstray/model/truth.h"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

/// The distinct texts of a column, and which of them each row has.
struct Texts {
  std::vector<std::string> values;
  std::vector<std::uint64_t> rows_with;                       ///< one a value
  std::vector<std::uint32_t> value_of;                        ///< one a row
  std::map<std::string, std::uint32_t, std::less<>> numbers;  ///< places of the values

  explicit Texts(const Column& column) : value_of(column.size()) {
    const bool has_codes = column.type() == ColumnType::category || column.type() == ColumnType::address;
    constexpr std::uint32_t kUnknown = Column::kMissingCode;
    std::vector<std::uint32_t> known(has_codes ? column.levels().size() : 0, kUnknown);  // by the column's own codes
    for (std::size_t row = 0; row < column.size(); ++row) {
      const std::uint32_t code = has_codes ? column.code(row) : kUnknown;
      std::uint32_t value = code == kUnknown ? kUnknown : known[code];
      if (value == kUnknown) {
        value = number_of(column.text(row));
        if (code != kUnknown) known[code] = value;
      }
      value_of[row] = value;
      ++rows_with[value];
    }
  }

  std::uint32_t number_of(const std::string& text) {
    const auto [place, is_new] = numbers.try_emplace(text, static_cast<std::uint32_t>(values.size()));
    if (is_new) {
      values.push_back(text);
      rows_with.push_back(0);
    }
    return place->second;
  }

  /// "neptune" (58,001 rows), ...: the five most frequent.
  std::string most_frequent() const {
    std::vector<std::size_t> order(values.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
      return rows_with[a] != rows_with[b] ? rows_with[a] > rows_with[b] : a < b;
    });
    std::vector<std::string> named;
    for (const auto i : order) {
      if (named.size() == 5) break;
      named.push_back(
          fmt::format("{} ({})", quoted(values[i]), rows_with[i] == 1 ? "1 row" : grouped(rows_with[i]) + " rows"));
    }
    return join(named, ", ");
  }
};

void require_labels(const Column& column, const std::string& name, bool missing_is_normal) {
  if (!column.has_missing() || missing_is_normal) return;
  std::size_t first = 0;
  while (!column.missing(first)) ++first;
  throw Error(fmt::format(
      "column {}: {} of {} labels are missing, the first in row {}; fill them in, leave these rows out, or say "
      "--normal - where a missing label means normal",
      quoted(name), grouped(column.missing_count()), grouped(column.size()), grouped(first + 1)));
}

}  // namespace

Truth make_truth(const Table& table, const std::string& label_column, const std::string& normal_value,
                 const std::function<std::string(std::string_view label)>& family) {
  const auto& column = table.column(label_column);
  const bool missing_is_normal = normal_value.empty() || normal_value == "-";
  require_labels(column, label_column, missing_is_normal);
  const std::string normal = missing_is_normal ? "" : normal_value;
  const Texts texts(column);
  if (std::ranges::find(texts.values, normal) == texts.values.end())
    throw usage_error(fmt::format("no row has the label {} in column {}; its most frequent values are {}",
                                  quoted(normal_value), quoted(label_column), texts.most_frequent()));
  std::vector<std::string> families;
  families.reserve(texts.values.size());
  for (const auto& value : texts.values) families.push_back(value == normal ? "normal" : family ? family(value) : "");

  Truth truth{.labels = std::vector<std::uint8_t>(table.rows()),
              .families = {},
              .label_column = label_column,
              .normal_value = normal_value};
  if (family) truth.families.reserve(table.rows());
  const auto normal_number = static_cast<std::uint32_t>(std::ranges::find(texts.values, normal) - texts.values.begin());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto value = texts.value_of[row];
    truth.labels[row] = value == normal_number ? 0 : 1;
    if (family) truth.families.push_back(families[value]);
  }
  return truth;
}

}  // namespace netstray
