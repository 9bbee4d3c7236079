#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "netstray/table/column.h"

namespace netstray {

/// A number column whose mantissas lie close together, so that all that is computed from a value can be computed once
/// for each possible one, and looked up for each row.
class CloseMantissas {
 public:
  /// Nothing where the column holds f64, or where the list of possible values would be longer than an eighth of the
  /// rows (4096 are always few enough).
  static std::optional<CloseMantissas> find(const Column& column);

  /// How many possible values there are, and which, ascending.
  std::size_t size() const noexcept { return size_; }
  double value(std::size_t place) const noexcept {
    return static_cast<double>(least_ + static_cast<std::int64_t>(place)) / column_->divisor();
  }

  /// For each row the entry of `list`, which has one for each possible value. Rows without a value get any entry.
  template <typename Entry>
  std::vector<Entry> look_up(const std::vector<Entry>& list) const {
    std::vector<Entry> found(column_->size());
    column_->visit_mantissas([&](const auto& mantissas) {
      const Entry* const entries = list.data();
      for (std::size_t row = 0; row < found.size(); ++row) found[row] = entries[mantissas[row] - least_];
    });
    return found;
  }

  /// The values of these rows, ascending, without the missing ones; one of them for each row.
  std::vector<double> sorted(std::span<const std::uint32_t> rows) const;

 private:
  CloseMantissas(const Column& column, std::int64_t least, std::size_t size)
      : column_(&column), least_(least), size_(size) {}

  const Column* column_;
  std::int64_t least_;
  std::size_t size_;
};

}  // namespace netstray
