#include "netstray/table/value_ids.h"

#include <algorithm>
#include <bit>
#include <span>
#include <string>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/table/dictionary.h"

namespace netstray {
namespace {

enum class Kind { number, text, time };

Kind kind_of(const Column& column) noexcept {
  switch (column.type()) {
    case ColumnType::integer:
    case ColumnType::number:
      return Kind::number;
    case ColumnType::time:
      return Kind::time;
    case ColumnType::category:
    case ColumnType::address:
      break;
  }
  return Kind::text;
}

/// Numbers 64-bit keys from 0 in order of first appearance: a hash table with linear probing.
class Numbering {
 public:
  std::uint32_t id(std::uint64_t key) {
    if (slots_.size() < 2 * (keys_.size() + 1)) grow();
    const std::size_t slot = slot_of(key);
    if (slots_[slot] == 0) {
      keys_.push_back(key);
      slots_[slot] = static_cast<std::uint32_t>(keys_.size());
    }
    return slots_[slot] - 1;
  }
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(keys_.size()); }

 private:
  std::size_t slot_of(std::uint64_t key) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = ((key ^ (key >> 32U)) * 0x9e3779b97f4a7c15ULL >> 20U) & mask;
    while (slots_[slot] != 0 && keys_[slots_[slot] - 1] != key) slot = (slot + 1) & mask;
    return slot;
  }
  void grow() {
    constexpr std::size_t kFewest = 1024;
    slots_.assign(std::max(kFewest, slots_.size() * 2), 0);
    for (std::size_t id = 0; id < keys_.size(); ++id) slots_[slot_of(keys_[id])] = static_cast<std::uint32_t>(id + 1);
  }

  std::vector<std::uint64_t> keys_;
  std::vector<std::uint32_t> slots_;  // id + 1, or 0 for a free slot
};

ValueIds number_keys(const Column& column, Numbering& numbering, bool by_mantissa) {
  ValueIds ids;
  ids.of_row.resize(column.size());
  const auto fill = [&](auto&& key_of) {
    for (std::size_t row = 0; row < column.size(); ++row) {
      ids.of_row[row] = column.missing(row) ? ValueIds::kMissing : numbering.id(key_of(row));
    }
  };
  if (by_mantissa) {
    column.visit_mantissas([&](const auto& values) {
      fill([&](std::size_t row) { return static_cast<std::uint64_t>(std::int64_t{values[row]}); });
    });
  } else {
    const auto values = column.numbers();
    fill([&](std::size_t row) { return std::bit_cast<std::uint64_t>(values[row] + 0.0); });  // -0 becomes 0
  }
  ids.distinct = numbering.size();
  return ids;
}

ValueIds text_codes(const Column& column, std::span<const std::uint32_t> id_of_level) {
  ValueIds ids;
  ids.of_row.resize(column.size());
  for (std::size_t row = 0; row < column.size(); ++row) {
    ids.of_row[row] = column.missing(row) ? ValueIds::kMissing : id_of_level[column.code(row)];
  }
  return ids;
}

ValueIds number_levels(const Column& column, Dictionary& dictionary) {
  std::vector<std::uint32_t> id_of_level;
  id_of_level.reserve(column.levels().size());
  for (const auto& level : column.levels()) id_of_level.push_back(dictionary.code(level));
  ValueIds ids = text_codes(column, id_of_level);
  ids.distinct = static_cast<std::uint32_t>(dictionary.levels().size());
  return ids;
}

}  // namespace

ValueIds value_ids(const Column& column) {
  if (kind_of(column) == Kind::text) {
    Dictionary dictionary;
    return number_levels(column, dictionary);
  }
  Numbering numbering;
  return number_keys(column, numbering, column.holds_mantissas());
}

SharedValueIds shared_value_ids(const Column& first, const Column& second) {
  if (kind_of(first) != kind_of(second)) {
    throw Error(fmt::format("values of type {} cannot be compared with values of type {}", name_of(first.type()),
                            name_of(second.type())));
  }
  SharedValueIds ids;
  if (kind_of(first) == Kind::text) {
    Dictionary dictionary;
    ids.first = number_levels(first, dictionary);
    ids.second = number_levels(second, dictionary);
    return ids;
  }
  const bool by_mantissa = first.holds_mantissas() && second.holds_mantissas() && first.divisor() == second.divisor();
  Numbering numbering;
  ids.first = number_keys(first, numbering, by_mantissa);
  ids.second = number_keys(second, numbering, by_mantissa);
  return ids;
}

}  // namespace netstray
