#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/base/serial.h"
#include "netstray/maths/matrix.h"
#include "netstray/table/table.h"

namespace netstray {

/// How number columns are scaled. x is the value, after missing ones were replaced by the training median.
enum class NumericScaling {
  standardise,  ///< (x - mean) / sd, sd population; a constant column has sd 1
  log,          ///< l = sign(x) log(1 + |x|), then standardise
  minmax,       ///< (x - min) / (max - min) of training; beyond them it goes on below 0 and above 1
  robust,       ///< (x - median) / (q75 - q25); where that is 0: / sd, where that is 0: / 1
  rank,  ///< mid rank in [0, 1] by linear interpolation in 1001 training quantiles, ties at their middle, clamped
         ///< outside
  none   ///< x
};
std::string_view name_of(NumericScaling scaling) noexcept;
std::optional<NumericScaling> numeric_scaling(std::string_view name) noexcept;

/// What was seen while encoding rows that were not in training.
struct EncodeCounts {
  std::uint64_t rows = 0;
  /// Per learned column (Encoder::columns order): rows whose category was never seen in training, and rows whose number
  /// lies outside [min, max] of training.
  std::vector<std::uint64_t> unseen;
  std::vector<std::uint64_t> out_of_range;
};

/// Turns tables into matrices, fitted on training rows only and kept in the model. Order of the matrix' columns: for
/// each learned number column its scaled value, then one 0/1 column per number column that had missing values in
/// training, then one one-hot group per category column: its levels in order of first appearance in training, then one
/// column for anything unseen. A missing category is a level of its own. Encoding is thread-safe and deterministic.
class Encoder {
 public:
  /// One learned column: what training saw of it, all that the encoding needs, and what is usual for people.
  struct Column {
    Field field;
    bool constant = false;  ///< one value only in training
    // Numbers:
    double min = 0, max = 0, mean = 0, sd = 0, median = 0;
    double low = 0, high = 0;       ///< what is usual: quantiles .05 and .95 of training
    std::uint64_t missing = 0;      ///< missing values in training
    std::vector<double> quantiles;  ///< 1001 of them with scaling `rank`, else empty
    double shift = 0, scale = 1;    ///< encoded = (t(x) - shift) / scale, t = log or identity (not for rank)
    // Categories:
    std::vector<std::string> levels;        ///< "" stands for missing, where training had it
    std::vector<std::uint64_t> level_rows;  ///< rows of training with each level
  };

  /// `columns`: indices into the table of the columns to learn (integer, number, category only); `rows`: which rows are
  /// training. Throws Error where no column is left, or a category has over 65,534 levels.
  static Encoder fit(const Table& table, std::span<const std::size_t> columns, std::span<const std::uint32_t> rows,
                     NumericScaling scaling);

  /// All rows of `table`, whose learned columns are found by name. Throws Error where one is absent or of the wrong
  /// type.
  Matrix encode(const Table& table, EncodeCounts* counts = nullptr) const;

  NumericScaling scaling() const noexcept { return scaling_; }
  std::uint64_t training_rows() const noexcept { return training_rows_; }
  std::span<const Column> columns() const noexcept { return columns_; }
  /// Dense width of the matrix.
  std::size_t width() const noexcept { return origin_.size(); }
  /// For each dense column of the matrix the learned column (index into columns()) that it comes from.
  std::span<const std::size_t> origin() const noexcept { return origin_; }
  /// Name of a dense column: "src_bytes", "src_bytes missing", "service=http", "service unseen".
  std::string column_name(std::size_t dense) const;
  /// The fields that a table must have to be encoded, in order.
  Schema schema() const;

  void save(ByteWriter& out) const;
  static Encoder load(ByteReader& in);

 private:
  void lay_out();

  NumericScaling scaling_ = NumericScaling::standardise;
  std::uint64_t training_rows_ = 0;
  std::vector<Column> columns_;
  std::vector<std::size_t> origin_;
};

}  // namespace netstray
