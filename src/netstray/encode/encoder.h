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

/// How number columns are scaled. x is the value, after missing ones were replaced by the training median. Arithmetic
/// is f64; the result is rounded to f32, and beyond f32's range it becomes the largest f32 of its sign.
enum class NumericScaling {
  standardise,  ///< (x - mean) / sd, sd population; a constant column has sd 1
  log,          ///< l = sign(x) log(1 + |x|), then standardise
  minmax,       ///< (x - min) / (max - min) of training; beyond them it goes on below 0 and above 1
  robust,       ///< (x - median) / (q75 - q25); where that is 0: / sd, where that is 0: / 1
  rank,  ///< mid rank in [0, 1] by linear interpolation in 1001 training quantiles, ties at their middle; 0 below all
         ///< of them, 1 above
  none   ///< x
};
std::string_view name_of(NumericScaling scaling) noexcept;
std::optional<NumericScaling> numeric_scaling(std::string_view name) noexcept;

/// What was seen while encoding rows that were not in training.
struct EncodeCounts {
  std::uint64_t rows = 0;
  /// Per learned column (Encoder::columns order): rows whose category was never seen in training (or that lack the
  /// value, where training never did, numbers too), and rows whose number lies outside [min, max] of training.
  std::vector<std::uint64_t> unseen;
  std::vector<std::uint64_t> out_of_range;
};

/// Turns tables into matrices, fitted on training rows only and kept in the model. Order of the matrix' columns: for
/// each learned number column its scaled value, then one 0/1 column per number column that had missing values in
/// training, then one one-hot group per category column: its levels in order of first appearance in training, then one
/// column for anything unseen. A missing category is a level of its own; a number that is not finite counts as missing.
/// Constant columns are kept. Const members are thread-safe; fit and encode use threads(), columns in parallel, with
/// the same result for any number.
class Encoder {
 public:
  /// One learned column: what training saw of it, all that the encoding needs, and what is usual for people.
  struct Column {
    Field field{{}, ColumnType::number};
    bool constant = false;  ///< one value only in training
    // Numbers. All 0 where training had missing values only.
    double min = 0, max = 0, median = 0;  ///< of the values that were there
    double low = 0, high = 0;             ///< what is usual: quantiles .05 and .95 of these
    double mean = 0, sd = 0;              ///< after imputing; sd population
    std::uint64_t missing = 0;            ///< missing values in training
    std::vector<double> quantiles;        ///< 1001 of them with scaling `rank`, else empty
    double shift = 0, scale = 1;  ///< encoded = (t(x) - shift) / scale, t = log or identity (not for rank); scale > 0
    // Categories:
    std::vector<std::string> levels;        ///< "" stands for missing, where training had it
    std::vector<std::uint64_t> level_rows;  ///< rows of training with each level
  };

  /// `columns`: indices into the table of the columns to learn (integer, number, category only); `rows`: which rows are
  /// training, at least one. Throws Error where there is no column or no row, or a category has over 65,534 levels.
  /// Cost: a sort per number column, else linear.
  static Encoder fit(const Table& table, std::span<const std::size_t> columns, std::span<const std::uint32_t> rows,
                     NumericScaling scaling);

  /// All rows of `table`, whose learned columns are found by name. Throws Error where one is absent or of the wrong
  /// type (integer and number do for each other). Linear.
  Matrix encode(const Table& table, EncodeCounts* counts = nullptr) const;

  /// How much a value departs from what training showed of its column alone, in [0, 1]: 1 for a number outside
  /// [min, max], a level never seen, or a value missing where training had all; for a level that was seen
  /// (-ln p - entropy) / ln(2 (n + 1)), at least 0, p being its share of the n training rows: how much rarer it is than
  /// levels of this column usually are. A forest cannot see the first kind, as no row that it grew on was there, and
  /// sees the second only faintly: reasons need both. `source` is the learned column's in the table; O(log levels).
  double surprise(std::size_t column, const netstray::Column& source, std::size_t row) const;

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
  /// Throws Error for damaged bytes; whatever they are, what it returns encodes to finite values.
  static Encoder load(ByteReader& in);

 private:
  void lay_out();
  void check(const ByteReader& in) const;

  NumericScaling scaling_ = NumericScaling::standardise;
  std::uint64_t training_rows_ = 0;
  std::vector<Column> columns_;
  // Made from the above by lay_out().
  std::vector<std::size_t> origin_;
  std::vector<std::vector<std::uint16_t>> by_text_;  ///< per learned column: its levels' codes, sorted by their text
  std::vector<double> entropy_;                      ///< per learned column: of its levels, in nats
};

}  // namespace netstray
