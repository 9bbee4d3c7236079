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
#include "netstray/maths/row_block.h"

namespace netstray {

/// Some points among the rows of a matrix, and which one is nearest to a row (Euclidean). One-hot groups cost one look-up
/// a centre instead of their width. Const members are thread-safe.
class Centres {
 public:
  /// `dense`: count x shape.columns(), row after row.
  Centres(MatrixShape shape, std::vector<double> dense);

  class Scratch {
   public:
    explicit Scratch(const Centres& centres);

   private:
    friend class Centres;
    RowBlock block_;
    AlignedNumbers bias_;
    AlignedNumbers best_;
    AlignedNumbers which_;
    std::vector<const double*> terms_;
  };

  std::size_t size() const noexcept { return dense_.size() / shape_.columns(); }
  const MatrixShape& shape() const noexcept { return shape_; }
  std::span<const double> dense() const noexcept { return dense_; }
  std::span<const double> centre(std::size_t index) const noexcept {
    return std::span(dense_).subspan(index * shape_.columns(), shape_.columns());
  }

  /// For rows [begin, end), at most kBlockRows: the nearest centre (the first of equally near ones) and the squared
  /// distance to it, >= 0.
  void nearest(const Matrix& matrix, std::size_t begin, std::size_t end, std::span<std::uint32_t> which,
               std::span<double> squared, Scratch& scratch) const;
  /// For the same rows the squared distance to every centre: of row r to centre c at out[c * kBlockRows + r]. `out` has
  /// padded_size() * kBlockRows places.
  void distances(const Matrix& matrix, std::size_t begin, std::size_t end, double* out, Scratch& scratch) const;
  std::size_t padded_size() const noexcept { return rounded_up(size(), kPanel); }

 private:
  const double* load(const Matrix& matrix, std::size_t begin, std::size_t end, Scratch& scratch) const;

  MatrixShape shape_;
  std::vector<double> dense_;
  std::vector<double> panels_;  ///< number columns, as nearest_centres takes them
  std::size_t term_length_ = 0;
  AlignedNumbers base_;
  AlignedNumbers terms_;  ///< for each group column: what its group adds to each squared distance where the code is it
};

struct ClusteringSettings {
  std::size_t clusters = 8;
  std::size_t starts = 1;          ///< k-means++ starts; the one with the least inertia wins
  std::size_t most_iterations = 300;
  double tolerance = 1e-4;         ///< stops when the centres move less, in shares of the columns' mean variance
  std::uint64_t seed = 0;
  std::function<void(std::size_t start, std::size_t iteration)> progress;  ///< called after each iteration; may be empty
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
std::vector<std::uint32_t> spread_rows(const Matrix& matrix, std::size_t count, Rng& rng);

/// k-means (Lloyd 1982), as scikit-learn's: a cluster that loses all its rows takes the row farthest from its centre.
/// Needs at least one row and finite numbers. Fewer clusters than asked where there are fewer distinct rows. Uses
/// threads(), same result for any number of them.
Clustering cluster(const Matrix& matrix, const ClusteringSettings& settings);

/// The least inertia of k-means for each of `counts`, all from the first rows of one k-means++ sequence. The runs are
/// spread over threads(). Counts must be at least 1; settings.clusters is not used.
std::vector<double> elbow(const Matrix& matrix, std::span<const std::size_t> counts, const ClusteringSettings& settings);

}  // namespace netstray
