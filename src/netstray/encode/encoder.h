#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netstray/base/serial.h"
#include "netstray/encode/encoding.h"
#include "netstray/maths/matrix.h"
#include "netstray/table/table.h"

namespace netstray {

/// What was seen while encoding rows that were not in training.
struct EncodeCounts {
  std::uint64_t rows = 0;
  /// Per learned column (Encoder::columns order): rows whose category was never seen in training (or that lack the
  /// value, where training never did, numbers too), and rows whose number lies outside [min, max] of training.
  std::vector<std::uint64_t> unseen;
  std::vector<std::uint64_t> out_of_range;
};

/// Turns tables into matrices, fitted on training rows only and kept in the model. Order of the matrix' columns: for
/// each scaling of the encoding all learned number columns; then one 0/1 column per number column that had missing
/// values in training; then, as the encoding says, either one one-hot group per category column (its levels in order of
/// first appearance in training, then one column for anything unseen), or its levels as standardised number columns, or
/// the rarities: one number column per category, then one per ordered pair of categories. A missing category is a level
/// of its own; a number that is not finite counts as missing. Constant columns are kept. Const members are thread-safe;
/// fit and encode use threads(), columns in parallel, with the same result for any number.
///
/// The rarity of a level b is -ln p(b), p(b) = (n_b + .5) / (n + .5 (levels + 1)); n_b = 0 for one that training did
/// not have. Given the level a of another category it is -ln p(b | a), p(b | a) = (n_ab + 2 p(b)) / (n_a + 2), so that
/// a usual level in an unusual place counts. With many categories the six pairs with the largest mutual information are
/// taken, in both directions; a pair with over 2^20 combinations of levels never is.
///
/// Standardised one-hot: the column of a level that n_b of the n training rows have is (x - p) / sqrt(p (1 - p)), x = 1
/// where the row has that level, else 0, and p = n_b / n; where all of them have it, x - 1. A level that training did
/// not have is x = 0 in all columns of its category. As pandas' get_dummies and scikit-learn's StandardScaler behind it
/// make them. These columns are written out, 4 bytes a row each.
class Encoder {
 public:
  /// encoded = (t(x) - shift) / scale, t = log or identity. Not used by scaling `rank`.
  struct LinearScale {
    double shift = 0, scale = 1;  ///< scale > 0
  };
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
    std::vector<LinearScale> scales;      ///< one per scaling of the encoding, in its order
    // Categories:
    std::vector<std::string> levels;        ///< "" stands for missing, where training had it
    std::vector<std::uint64_t> level_rows;  ///< rows of training with each level
  };

  /// Rows of training with each combination of the levels of two categories: for the rarity of `column` given `given`.
  struct CategoryPair {
    std::size_t given = 0, column = 0;  ///< indices into columns()
    std::vector<std::uint32_t> cells;   ///< level of `given` * levels of `column` + level of `column`; ascending
    std::vector<std::uint64_t> rows;    ///< of each of these cells, at least 1
  };

  /// `columns`: indices into the table of the columns to learn (integer, number, category only); `rows`: which rows are
  /// training, at least one. Throws Error where there is no column (or, as the encoding leaves categories out, none is
  /// left) or no row, a category has over 65,534 levels, or standardised one-hot columns would be over 4,096. Cost: a
  /// sort per number column, else linear.
  static Encoder fit(const Table& table, std::span<const std::size_t> columns, std::span<const std::uint32_t> rows,
                     const Encoding& encoding);

  /// All rows of `table`, whose learned columns are found by name. Throws Error where one is absent or of the wrong
  /// type (integer and number do for each other). Linear.
  Matrix encode(const Table& table, EncodeCounts* counts = nullptr) const;

  /// How much a value departs from what training showed of its column alone, in [0, 1]: 1 for a number outside
  /// [min, max], a level never seen, or a value missing where training had all; for a level that was seen
  /// (-ln p - entropy) / ln(2 (n + 1)), at least 0, p being its share of the n training rows: how much rarer it is than
  /// levels of this column usually are. A forest cannot see the first kind, as no row that it grew on was there, and
  /// sees the second only faintly: reasons need both. `source` is the learned column's in the table; O(log levels).
  double surprise(std::size_t column, const netstray::Column& source, std::size_t row) const;

  const Encoding& encoding() const noexcept { return encoding_; }
  std::uint64_t training_rows() const noexcept { return training_rows_; }
  std::span<const Column> columns() const noexcept { return columns_; }
  /// The pairs whose rarity is encoded, in the order of their columns in the matrix.
  std::span<const CategoryPair> pairs() const noexcept { return pairs_; }
  /// Dense width of the matrix.
  std::size_t width() const noexcept { return origin_.size(); }
  /// For each dense column of the matrix the learned column (index into columns()) that it comes from; for the rarity
  /// of b given a that is b.
  std::span<const std::size_t> origin() const noexcept { return origin_; }
  /// Name of a dense column: "src_bytes", "src_bytes missing", "service=http", "service unseen";
  /// with several scalings "src_bytes (log)"; "rarity of service", "rarity of service given flag".
  std::string column_name(std::size_t dense) const;
  /// The fields that a table must have to be encoded, in order.
  Schema schema() const;

  void save(ByteWriter& out) const;
  /// Throws Error for damaged bytes; whatever they are, what it returns encodes to finite values.
  static Encoder load(ByteReader& in);

 private:
  void expect_few_levels() const;
  std::vector<CategoryPair> count_pairs(const Table& table, std::span<const std::size_t> columns,
                                        std::span<const std::uint32_t> rows) const;
  void lay_out();
  void add_categories(Matrix& matrix, std::vector<std::vector<std::uint16_t>> codes) const;
  void add_standardised(Matrix& matrix, const std::vector<std::vector<std::uint16_t>>& codes) const;
  void add_rarities(Matrix& matrix, const std::vector<std::vector<std::uint16_t>>& codes) const;
  void check(const ByteReader& in) const;
  void check_level_rows(const ByteReader& in) const;

  Encoding encoding_;
  std::uint64_t training_rows_ = 0;
  std::vector<Column> columns_;
  std::vector<CategoryPair> pairs_;
  // Made from the above by lay_out().
  std::vector<std::size_t> origin_;
  std::vector<std::size_t> numbers_, missing_, categories_;  ///< learned columns that are, or had missing, numbers, ...
  std::vector<std::vector<std::uint16_t>> by_text_;  ///< per learned column: its levels' codes, sorted by their text
  std::vector<double> entropy_;                      ///< per learned column: of its levels, in nats
  std::vector<std::vector<float>> level_rarities_;   ///< per category, in the order of categories_
  std::vector<std::vector<float>> pair_rarities_;    ///< per pair: level_rarities and pair_rarities of encode/rarity.h
};

}  // namespace netstray
