#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netstray/table/column.h"
#include "netstray/table/schema.h"

namespace netstray {

/// Named, typed columns of one length, in memory. Reading is thread-safe.
class Table {
 public:
  Table() = default;
  explicit Table(const Schema& schema);
  /// Takes columns that were filled already. Throws Error unless they are as many as the schema's fields, of the same
  /// types, and of one length.
  Table(Schema schema, std::vector<Column> columns);

  const Schema& schema() const noexcept { return schema_; }
  std::size_t rows() const noexcept { return columns_.empty() ? 0 : columns_.front().size(); }
  std::size_t columns() const noexcept { return columns_.size(); }
  const Column& column(std::size_t index) const noexcept { return columns_[index]; }
  Column& column(std::size_t index) noexcept { return columns_[index]; }
  const Column& column(std::string_view name) const { return columns_[schema_.require(name)]; }
  /// A table of these rows, in this order.
  Table gather(std::span<const std::uint32_t> rows) const;
  /// Bytes of memory that the columns hold (about).
  std::size_t memory_bytes() const noexcept;
  /// Makes an integer column a number column, in the schema too.
  void become_number(std::size_t index);
  /// Puts a column of the same length, whatever its type, in the place of another.
  void replace_column(std::size_t index, Column column);

 private:
  Schema schema_;
  std::vector<Column> columns_;
};

/// For each row a hash of the named columns' values, equal for equal values whatever file, order of rows or width of
/// storage they came from (a number by its value, so that 1 and 1.0 are equal; a missing value equals a missing value).
/// The same on every machine: models keep them. `columns` are in the caller's order (the same order gives the same
/// fingerprints). 64 bits: two distinct rows among a million collide with a chance of 3e-8.
std::vector<std::uint64_t> fingerprints(const Table& table, std::span<const std::size_t> columns);

}  // namespace netstray
