#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netstray/base/serial.h"
#include "netstray/encode/encoder.h"
#include "netstray/table/table.h"

namespace netstray {

/// What is usual in number columns among rows of one category: 105 to 330 bytes may be usual for the service private,
/// where 0 to 50,000 are for all. Each number column goes with the one category column that tells most of it: the one
/// whose levels explain the greatest share of the variance of sign(x) log(1 + |x|). Const members are thread-safe.
class UsualByCategory {
 public:
  struct Range {
    std::string category;  ///< "service private"
    double low, high;      ///< quantiles .05 and .95 of the training rows of that category
  };

  /// Learns from `rows` of the encoder's columns, at most 100,000 of them at even steps. Kept are the levels with 50
  /// rows or more, at most 64 a category, the most frequent ones. O(rows * number columns * category columns).
  static UsualByCategory fit(const Table& table, const Encoder& encoder, std::span<const std::uint32_t> rows);

  /// The range of the row's category where it tells more than the whole column's: the value lies within what is usual
  /// in the column (Encoder::Column low and high), but not within what is usual in its category. `column` is an index
  /// into encoder.columns().
  std::optional<Range> telling(const Encoder& encoder, std::size_t column, const Table& table, std::size_t row) const;

  void save(ByteWriter& out) const;
  /// Throws Error for damaged bytes, and where they do not fit the encoder.
  static UsualByCategory load(ByteReader& in, const Encoder& encoder);

 private:
  /// Of one number column: the ranges at the levels of the category column that goes with it.
  struct Ranges {
    std::uint64_t column = 0, category = 0;  ///< indices into the encoder's columns
    std::vector<std::string> levels;         ///< ascending; "" stands for missing
    std::vector<double> low, high;           ///< one a level
  };
  class Learner;

  std::vector<Ranges> ranges_;  ///< at most one a number column, in order of column
};

}  // namespace netstray
