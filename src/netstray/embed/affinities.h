#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "netstray/maths/matrix.h"

namespace netstray {

/// How much rows belong together: a symmetric sparse matrix of sum 1, row after row.
struct Affinities {
  /// Each row's entries are made up to a multiple of this with the row itself and share 0.
  static constexpr std::size_t kLanes = 16;

  std::vector<std::size_t> begins;        ///< rows + 1: where each row's entries begin
  std::vector<std::uint32_t> neighbours;  ///< ascending in each row, but for what it was made up with
  std::vector<float> shares;              ///< at least 0

  std::size_t rows() const noexcept { return begins.empty() ? 0 : begins.size() - 1; }
};

/// Each row's Gaussian over its 3 x perplexity + 1 nearest other rows (or all), as wide as makes its entropy that of
/// `perplexity` equal neighbours; then the mean of both directions, over the number of rows (van der Maaten 2014). A
/// row with more copies than that gives all its neighbours the same share, and all copies name the same few of them, so
/// rows had better be distinct. `matrix` is finite and has two rows at least; 1 <= perplexity < rows. Uses threads(),
/// same result for any number.
Affinities affinities(const Matrix& matrix, double perplexity);

}  // namespace netstray
