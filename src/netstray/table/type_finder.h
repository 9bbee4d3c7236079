#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "netstray/table/epoch.h"
#include "netstray/table/schema.h"

namespace netstray {

/// Whether `text` is an IPv4, IPv6 or Ethernet address.
bool is_address(std::string_view text) noexcept;

/// Whether `cell` is of the kind that a column of that type holds; never for text, which could be anything.
bool is_of_type(std::string_view cell, ColumnType type) noexcept;

/// Finds what a column holds from some of its cells: numeric where at least four in five of them are numbers (and at
/// least three, or all); a time where all are ISO 8601, or where all are numbers in a plausible range and the name says
/// time; addresses where all are; text otherwise.
class TypeFinder {
 public:
  /// One cell that holds a value.
  void add(std::string_view cell) noexcept;

  /// The type for a column of this name; nothing where no cell was seen.
  std::optional<ColumnType> type(std::string_view name) const;

 private:
  bool numeric() const noexcept;

  std::size_t present_ = 0;
  std::size_t integers_ = 0;
  std::size_t numbers_ = 0;
  std::size_t times_ = 0;
  std::size_t addresses_ = 0;
  std::optional<EpochUnit> unit_;
  bool one_unit_ = true;
};

}  // namespace netstray
