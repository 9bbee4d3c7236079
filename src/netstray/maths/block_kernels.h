#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace netstray {

/// Kernels over blocks of rows, for the detectors that do linear algebra. A block holds up to kBlockRows rows of some
/// columns in f64, column after column: the value of row r in column j lies at [j * kBlockRows + r]. Rows past `rows`
/// must hold finite numbers (zeros): they are computed and thrown away. All results are the same bits whatever
/// instruction set in use (base/instruction_set.h). Blocks ought to lie in an Aligned. Thread-safe.
constexpr std::size_t kBlockRows = 128;

/// `count` up to the next multiple of `step`.
constexpr std::size_t rounded_up(std::size_t count, std::size_t step) noexcept {
  return (count + step - 1) / step * step;
}

/// Numbers, zero at first, that begin on a cache line.
template <typename Number>
class Aligned {
 public:
  Aligned() = default;
  explicit Aligned(std::size_t count) : numbers_(count) {}

  Number* data() noexcept { return numbers_.data(); }
  const Number* data() const noexcept { return numbers_.data(); }
  void fill(Number value) noexcept { std::fill(numbers_.begin(), numbers_.end(), value); }

 private:
  template <typename T>
  struct Allocator {
    using value_type = T;  // NOLINT(readability-identifier-naming): the standard's
    static constexpr std::align_val_t kCacheLine{64};

    T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kCacheLine)); }
    void deallocate(T* place, std::size_t) noexcept { ::operator delete(place, kCacheLine); }
    bool operator==(const Allocator&) const = default;
  };

  std::vector<Number, Allocator<Number>> numbers_;
};
using AlignedNumbers = Aligned<double>;

/// Some rows of a factor (its outputs) in panels of kPanel.
constexpr std::size_t kPanel = 4;
struct Panel {
  std::size_t first;      ///< the least input that its outputs use
  const double* factors;  ///< factors[(j - first) * kPanel + o]
};
struct PanelList {
  const Panel* panels;
  std::size_t count;
  std::size_t inputs;  ///< each panel uses inputs from its first to inputs - 1
};

/// Points in groups of kPanel: number j of point c lies at numbers[(c / 4 * columns + j) * 4 + c % 4], padded to a
/// multiple of 4 points with anything.
struct PointList {
  const float* numbers;
  std::size_t count;
  std::size_t columns;
};

/// For each row `count` vectors that are to be added up: row r's at vectors[r * count + t], of `length` numbers, a
/// multiple of 8, as is `base`.
struct TermList {
  const double* base;
  const double* const* vectors;
  std::size_t count;
  std::size_t length;
};

/// to = from - origin, for `rows` consecutive numbers.
void widen(const float* from, std::size_t rows, double origin, double* to) noexcept;

/// For each row: q += sum over the panels' outputs of (bias + sum over inputs of factor * value)^2. `bias` is a block
/// of one column an output, or null.
void add_squared_products(const PanelList& panels, const double* block, const double* bias, std::size_t rows,
                          double* q) noexcept;

/// How many f64 the sums of `columns` columns take for add_pair_products.
std::size_t pair_lanes_size(std::size_t columns) noexcept;
/// Adds left_i * right_j over the rows, for all i <= j (and some more), to `lanes`, in which 8 running sums stand for
/// each pair. Both blocks must be zero past `rows`, and have rounded_up(columns, 4) columns.
void add_pair_products(const double* left, const double* right, std::size_t columns, std::size_t rows,
                       double* lanes) noexcept;
/// The sums of `lanes`, added to the upper triangle of the row-major columns x columns matrix `sums`.
void collect_pair_lanes(const double* lanes, std::size_t columns, double* sums) noexcept;

/// Nearest of the points for each row by squared Euclidean distance; of equally near ones the first. In f32, as is
/// `block` (else as all blocks). `bias`, a block of one column a (padded) point, or null, is added to the distance.
/// Sets `best` and `which` of kBlockRows places each. `rows` is taken up to the next multiple of 64.
void nearest_points(const PointList& points, const float* block, const float* bias, std::size_t rows, float* best,
                    std::uint32_t* which) noexcept;

/// Squared distances alone: of row r to point c at distances[c * kBlockRows + r], for all (padded) points.
void point_distances(const PointList& points, const float* block, const float* bias, std::size_t rows,
                     float* distances) noexcept;

/// Weighs a whole block: right = left * weights, and adds to each column's kWeighLanes running sums those of right and
/// of right * left. Rows that are not used must be zero in both.
constexpr std::size_t kWeighLanes = 8;
void weigh_block(const double* left, const double* weights, std::size_t columns, double* right, double* sum_lanes,
                 double* square_lanes) noexcept;

/// q += factor of the column * value^2, over the columns of a block, for each row.
void add_weighted_squares(const double* block, const double* factors, std::size_t columns, std::size_t rows,
                          double* q) noexcept;

/// For each row the sum of the base and its terms: its first `biases` numbers (a multiple of 8) go to the block `bias`,
/// the squares of the others are added to q.
void add_terms(const TermList& terms, std::size_t biases, std::size_t rows, double* bias, double* q) noexcept;

/// For each row, from `count` log densities (a block of one column each): log of their sum to `total`, and in place of
/// each its share of the sum; shares below 2^-52 become 0.
void to_shares(double* logs, std::size_t count, std::size_t rows, double* total) noexcept;

}  // namespace netstray
