#include "netstray/table/table.h"

#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/hash.h"
#include "netstray/base/parallel.h"

namespace netstray {
namespace {

constexpr std::size_t kRowsPerTask = 1 << 14;
constexpr std::uint64_t kMissingHash = 0x6d697373696e6721;  // any constant

Schema with_type(const Schema& schema, std::size_t index, ColumnType type) {
  auto fields = schema.fields();
  fields[index].type = type;
  return Schema(std::move(fields));
}

/// The next state of a row's hash; depends on the order of the calls.
std::uint64_t combine(std::uint64_t state, std::uint64_t value) noexcept {
  return hash64({reinterpret_cast<const char*>(&value), sizeof value}, state);
}

std::uint64_t number_bits(double value) noexcept {
  if (std::isnan(value)) return kMissingHash;
  return std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
}

void add_texts(const Column& column, std::vector<std::uint64_t>& states) {
  std::vector<std::uint64_t> level_hashes;
  level_hashes.reserve(column.levels().size());
  for (const auto& level : column.levels()) level_hashes.push_back(hash64(level));
  parallel_for(states.size(), kRowsPerTask, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      states[row] = combine(states[row], column.missing(row) ? kMissingHash : level_hashes[column.code(row)]);
    }
  });
}

void add_times(const Column& column, std::vector<std::uint64_t>& states) {
  for (std::size_t row = 0; row < states.size(); ++row) {
    const auto bits = static_cast<std::uint64_t>(column.time(row));
    states[row] = combine(states[row], column.missing(row) ? kMissingHash : bits);
  }
}

void add_numbers(const Column& column, std::vector<std::uint64_t>& states) {
  const auto values = column.numbers();
  parallel_for(states.size(), kRowsPerTask, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) states[row] = combine(states[row], number_bits(values[row]));
  });
}

}  // namespace

Table::Table(const Schema& schema) : schema_(schema) {
  columns_.reserve(schema.size());
  for (const auto& field : schema.fields()) columns_.emplace_back(field.type);
}

Table::Table(Schema schema, std::vector<Column> columns) : schema_(std::move(schema)), columns_(std::move(columns)) {
  if (columns_.size() != schema_.size()) {
    throw Error(fmt::format("a table of {} columns was given {}", schema_.size(), columns_.size()));
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto& field = schema_[i];
    if (columns_[i].type() != field.type) {
      throw Error(
          fmt::format("column {} is {}, expected {}", field.name, name_of(columns_[i].type()), name_of(field.type)));
    }
    if (columns_[i].size() != rows()) {
      throw Error(fmt::format("column {} has {} rows, expected {}", field.name, columns_[i].size(), rows()));
    }
  }
}

Table Table::gather(std::span<const std::uint32_t> rows) const {
  Table picked(schema_);
  parallel_for(columns_.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) picked.columns_[i] = columns_[i].gather(rows);
  });
  return picked;
}

std::size_t Table::memory_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const auto& column : columns_) bytes += column.memory_bytes();
  return bytes;
}

void Table::become_number(std::size_t index) {
  columns_[index].become_number();
  schema_ = with_type(schema_, index, columns_[index].type());
}

void Table::replace_column(std::size_t index, Column column) {
  columns_[index] = std::move(column);
  schema_ = with_type(schema_, index, columns_[index].type());
}

std::vector<std::uint64_t> fingerprints(const Table& table, std::span<const std::size_t> columns) {
  std::vector<std::uint64_t> states(table.rows(), 0);
  for (const std::size_t index : columns) {
    const Column& column = table.column(index);
    switch (column.type()) {
      case ColumnType::category:
      case ColumnType::address:
        add_texts(column, states);
        break;
      case ColumnType::time:
        add_times(column, states);
        break;
      case ColumnType::integer:
      case ColumnType::number:
        add_numbers(column, states);
        break;
    }
  }
  return states;
}

}  // namespace netstray
