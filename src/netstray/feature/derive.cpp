#include "netstray/feature/derive.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/table/value_ids.h"

namespace netstray {
namespace {

bool holds_text(const Column& column) noexcept {
  return column.type() == ColumnType::category || column.type() == ColumnType::address;
}

bool holds_numbers(const Column& column) noexcept {
  return column.type() == ColumnType::integer || column.type() == ColumnType::number;
}

/// Finds the numbers of a map by the values of a column.
class MapLookup {
 public:
  MapLookup(const Column& column, const ValueMap& map) : column_(column), map_(map) {
    if (!holds_numbers(column)) return;
    for (const auto& [key, number] : map.numbers) {
      const auto value = parse_double(key);
      if (!value) throw usage_error(fmt::format("{} is no number, but the column holds numbers", quoted(key)));
      by_number_.emplace(*value, number);
    }
  }

  double operator()(std::size_t row) const {
    const auto found = find(row);
    if (found) return *found;
    if (map_.fallback) return *map_.fallback;
    throw Error(fmt::format("the map has nothing for {}; give it a default", quoted(column_.text(row))));
  }

 private:
  std::optional<double> find(std::size_t row) const {
    if (holds_numbers(column_)) {
      const auto found = by_number_.find(column_.number(row));
      return found == by_number_.end() ? std::nullopt : std::optional(found->second);
    }
    const auto found = holds_text(column_) ? map_.numbers.find(column_.levels()[column_.code(row)])
                                           : map_.numbers.find(column_.text(row));
    return found == map_.numbers.end() ? std::nullopt : std::optional(found->second);
  }

  const Column& column_;
  const ValueMap& map_;
  std::map<double, double> by_number_;
};

bool all_integers(const ValueMap& map) noexcept {
  const auto is_integer = [](double number) { return number == std::trunc(number); };
  return std::ranges::all_of(map.numbers, [&](const auto& entry) { return is_integer(entry.second); }) &&
         is_integer(map.fallback.value_or(0));
}

}  // namespace

Column is_present(const Column& column) {
  Column present(ColumnType::integer);
  present.reserve(column.size());
  for (std::size_t row = 0; row < column.size(); ++row) present.append_decimal(column.missing(row) ? 0 : 1, 0);
  return present;
}

Column first_seen_number(const Column& column) {
  Column numbers(ColumnType::integer);
  numbers.reserve(column.size());
  for (const std::uint32_t id : value_ids(column).of_row) {
    if (id == ValueIds::kMissing) {
      numbers.append_missing();
    } else {
      numbers.append_decimal(id, 0);
    }
  }
  return numbers;
}

Column mapped(const Column& column, const ValueMap& map) {
  const ValueIds ids = value_ids(column);
  const MapLookup lookup(column, map);
  std::vector<double> number_of;  // per value, found at its first row
  number_of.reserve(ids.distinct);
  Column result(all_integers(map) ? ColumnType::integer : ColumnType::number);
  result.reserve(column.size());
  for (std::size_t row = 0; row < column.size(); ++row) {
    const std::uint32_t id = ids.of_row[row];
    if (id == number_of.size()) number_of.push_back(lookup(row));
    if (id != ValueIds::kMissing) {
      result.append_number(number_of[id]);
    } else if (map.fallback) {
      result.append_number(*map.fallback);
    } else {
      result.append_missing();
    }
  }
  return result;
}

Column ranks(const Column& column) {
  if (holds_text(column)) throw usage_error("ranks are for columns of numbers and times");
  const auto values = column.numbers();
  std::vector<std::uint32_t> order;
  for (std::uint32_t row = 0; row < values.size(); ++row) {
    if (!column.missing(row)) order.push_back(row);
  }
  std::ranges::sort(order, {}, [&](std::uint32_t row) { return values[row]; });
  std::vector<double> rank_of(values.size(), std::nan(""));
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double mean_rank = static_cast<double>(begin + end + 1) / 2;
    for (; begin < end; ++begin) rank_of[order[begin]] = mean_rank;
  }
  Column result(ColumnType::number);
  result.reserve(rank_of.size());
  for (const double rank : rank_of) {
    if (std::isnan(rank)) {
      result.append_missing();
    } else {
      result.append_decimal(std::llround(2 * rank) * 5, 1);  // ranks are halves
    }
  }
  return result;
}

}  // namespace netstray
