#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "netstray/base/rng.h"
#include "netstray/maths/block_kernels.h"
#include "netstray/maths/dense.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// The number columns of a matrix in f32, in blocks of kBlockRows rows as the kernels take them: a copy that is quicker
/// to go through again and again.
class PackedRows {
 public:
  explicit PackedRows(const Matrix& matrix);
  /// Rows [begin, end) alone: one block, at most kBlockRows.
  PackedRows(const Matrix& matrix, std::size_t begin, std::size_t end);

  /// The block that begins with row `begin`, a multiple of kBlockRows (from the first row that was packed).
  const float* block(std::size_t begin) const noexcept { return numbers_.data() + begin * columns_; }

  /// Packs other rows in place of those, at most kBlockRows.
  void pack(const Matrix& matrix, std::size_t begin, std::size_t end) noexcept;

 private:
  void pack(const Matrix& matrix, std::size_t begin, std::size_t end, float* to) const noexcept;

  std::size_t columns_;
  Aligned<float> numbers_;
};

/// Some points among the rows of a matrix, and which one is nearest to a row (Euclidean). One-hot groups cost one
/// look-up a centre instead of their width. Which one is nearest is found in f32 (so numbers beyond 1e18 are all
/// equally far). Const members are thread-safe.
class Centres {
 public:
  /// `dense`: count x shape.columns(), row after row.
  Centres(MatrixShape shape, std::vector<double> dense);

  /// Room to work in: one a thread.
  class Scratch {
   public:
    explicit Scratch(const Centres& centres);
    /// After nearest(): of each row.
    std::span<const std::uint32_t> which() const noexcept { return {which_.data(), kBlockRows}; }
    std::span<const float> squared() const noexcept { return {best_.data(), kBlockRows}; }
    /// After distances(): of row r to centre c at [c * kBlockRows + r].
    const float* distances() const noexcept { return distances_.data(); }

   private:
    friend class Centres;
    Aligned<float> bias_;
    Aligned<float> best_;
    Aligned<std::uint32_t> which_;
    Aligned<float> distances_;
    std::vector<const float*> terms_;
  };

  std::size_t size() const noexcept { return dense_.size() / shape_.columns(); }
  const MatrixShape& shape() const noexcept { return shape_; }
  std::span<const double> dense() const noexcept { return dense_; }
  std::span<const double> centre(std::size_t index) const noexcept {
    return std::span(dense_).subspan(index * shape_.columns(), shape_.columns());
  }

  /// For rows [begin, end) of a block (packed by PackedRows; the matrix has the codes): the nearest centre, the first
  /// of equally near ones, and the squared distance to it in f32.
  void nearest(const Matrix& matrix, const float* block, std::size_t begin, std::size_t end, Scratch& scratch) const;
  /// For the same rows the squared distance to every centre.
  void distances(const Matrix& matrix, const float* block, std::size_t begin, std::size_t end, Scratch& scratch) const;
  /// Squared distance of row `row`, which is number `place` of the block, to one centre, in f64.
  double exact(const Matrix& matrix, const float* block, std::size_t place, std::size_t row, std::size_t centre) const;

 private:
  const float* bias(const Matrix& matrix, std::size_t begin, std::size_t end, Scratch& scratch) const;

  MatrixShape shape_;
  std::vector<double> dense_;
  std::vector<float> panels_;         ///< number columns, as nearest_points takes them
  std::size_t padded_ = 0;            ///< size() up to the next multiple of kPanel
  std::vector<double> terms_;         ///< for each centre and group column: what its group adds where the code is it
  std::vector<float> columns_terms_;  ///< the same, for each group column all (padded) centres
};

struct ClusteringSettings {
  std::size_t clusters = 8;
  std::size_t starts = 1;  ///< k-means++ starts; the one with the least inertia wins
  std::size_t most_iterations = 300;
  double tolerance = 1e-4;  ///< stops when the centres move less, in shares of the columns' mean variance
  std::uint64_t seed = 0;
  std::function<void(std::size_t start, std::size_t iteration)>
      progress;  ///< called after each iteration; may be empty
};

struct Clustering {
  std::vector<double> centres;        ///< count x columns, dense
  std::vector<std::uint32_t> labels;  ///< of each row: its nearest centre
  double inertia = 0;                 ///< sum of squared distances to the nearest centre
  std::size_t iterations = 0;
  bool converged = false;
};

/// Up to `count` rows chosen as first centres by greedy k-means++ (Arthur, Vassilvitskii 2007; 2 + ln(count) trials a
/// step, as scikit-learn): the next is drawn with probability in proportion to the squared distance to those already
/// chosen, the best of the trials is taken. Fewer where there are fewer distinct rows. Uses threads(), same result for
/// any number of them.
std::vector<std::uint32_t> spread_rows(const Matrix& matrix, const PackedRows& packed, std::size_t count, Rng& rng);

/// k-means (Lloyd 1982), as scikit-learn's: a cluster that loses all its rows takes the row farthest from its centre.
/// Needs at least one row and finite numbers. Fewer clusters than asked where there are fewer distinct rows. Uses
/// threads(), same result for any number of them.
Clustering cluster(const Matrix& matrix, const ClusteringSettings& settings);

/// The least inertia of k-means for each of `counts`, all from the first rows of one k-means++ sequence. The runs are
/// spread over threads(). Counts must be at least 1; settings.clusters is not used.
std::vector<double> elbow(const Matrix& matrix, std::span<const std::size_t> counts,
                          const ClusteringSettings& settings);

}  // namespace netstray
