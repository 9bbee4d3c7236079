#include "netstray/embed/affinities.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/maths/nearest.h"

namespace netstray {
namespace {

constexpr std::size_t kPieceRows = 64;
constexpr int kMostSteps = 200;
constexpr double kTolerance = 1e-5;

/// One row's part in another.
struct Entry {
  std::uint32_t row;
  float share;
};

/// Weights exp(-precision * squared) of one row's neighbours and their sums.
struct Gaussian {
  double sum = 0;
  double entropy = 0;

  Gaussian(std::span<const double> squared, double precision, std::span<double> weights) {
    double squares = 0;
    for (std::size_t k = 0; k < squared.size(); ++k) {
      weights[k] = std::exp(-precision * squared[k]);
      sum += weights[k];
      squares += weights[k] * squared[k];
    }
    entropy = std::log(sum) + precision * squares / sum;
  }
};

/// Sets the shares of one row's neighbours, whose sum is 1. `squared` are their squared distances, nearest first, less
/// the first of them: that changes no share, and keeps the sum from vanishing.
void share_out(std::span<const double> squared, double perplexity, std::span<double> shares) {
  const double mean = std::accumulate(squared.begin(), squared.end(), 0.0) / static_cast<double>(squared.size());
  const double wanted = std::log(perplexity);
  double precision = mean > 0 ? 1 / mean : 1;
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
  double sum = 1;
  for (int step = 0; step < kMostSteps; ++step) {
    const Gaussian gaussian(squared, precision, shares);
    sum = gaussian.sum;
    if (mean == 0 || std::fabs(gaussian.entropy - wanted) <= kTolerance) break;
    (gaussian.entropy > wanted ? low : high) = precision;
    precision = std::isinf(high) ? precision * 2 : (low + high) / 2;
  }
  for (double& share : shares) share /= sum;
}

/// Each row's nearest other rows with its shares in them: `count` a row.
std::vector<Entry> one_way(const Matrix& matrix, std::size_t count, double perplexity) {
  const MatrixShape shape(matrix);
  const std::size_t width = packed_width(shape);
  std::vector<std::uint32_t> all(matrix.rows());
  std::iota(all.begin(), all.end(), 0U);
  std::vector<float> packed(matrix.rows() * width);
  pack_rows(matrix, all, packed);
  const NearestPoints points(shape, packed, count + 1);
  std::vector<Entry> entries(matrix.rows() * count);
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    std::vector<float> squared((end - begin) * (count + 1));
    std::vector<std::uint32_t> indices(squared.size());
    points.search(std::span(packed).subspan(begin * width, (end - begin) * width), count + 1, squared, indices);
    std::vector<double> others(count);
    std::vector<double> shares(count);
    for (std::size_t row = begin; row < end; ++row) {
      // Without itself; among many copies it may not be there, then without the last.
      Entry* const own = entries.data() + row * count;
      std::size_t kept = 0;
      for (std::size_t k = 0; k <= count && kept < count; ++k) {
        const std::size_t place = (row - begin) * (count + 1) + k;
        if (indices[place] == row) continue;
        own[kept].row = indices[place];
        others[kept++] = static_cast<double>(squared[place]);
      }
      const double nearest = others.front();
      for (double& distance : others) distance -= nearest;
      share_out(others, perplexity, shares);
      for (std::size_t k = 0; k < count; ++k) own[k].share = static_cast<float>(shares[k]);
    }
  });
  return entries;
}

/// Both directions side by side: for each row its entries, and those of the rows that name it.
struct BothWays {
  std::vector<std::size_t> begins;
  std::vector<Entry> entries;
};

BothWays both_ways(std::span<const Entry> entries, std::size_t rows, std::size_t count) {
  BothWays both;
  both.begins.assign(rows + 1, 0);
  for (std::size_t row = 0; row < rows; ++row) both.begins[row + 1] += count;
  for (const Entry& entry : entries) ++both.begins[entry.row + 1];
  std::partial_sum(both.begins.begin(), both.begins.end(), both.begins.begin());
  both.entries.resize(both.begins.back());
  std::vector<std::size_t> place(both.begins.begin(), both.begins.end() - 1);
  for (std::size_t row = 0; row < rows; ++row) {
    for (const Entry& entry : entries.subspan(row * count, count)) {
      both.entries[place[row]++] = entry;
      both.entries[place[entry.row]++] = {static_cast<std::uint32_t>(row), entry.share};
    }
  }
  return both;
}

}  // namespace

Affinities affinities(const Matrix& matrix, double perplexity) {
  const std::size_t rows = matrix.rows();
  const std::size_t count = std::min(rows - 1, static_cast<std::size_t>(3 * perplexity) + 1);
  BothWays both = both_ways(one_way(matrix, count, perplexity), rows, count);
  Affinities result;
  result.begins.push_back(0);
  result.neighbours.reserve(both.entries.size());
  result.shares.reserve(both.entries.size());
  const auto each = static_cast<float>(2 * static_cast<double>(rows));
  for (std::size_t row = 0; row < rows; ++row) {
    const std::span own = std::span(both.entries).subspan(both.begins[row], both.begins[row + 1] - both.begins[row]);
    std::ranges::sort(
        own, [](const Entry& a, const Entry& b) { return a.row != b.row ? a.row < b.row : a.share < b.share; });
    for (const Entry& entry : own) {
      if (result.neighbours.size() > result.begins.back() && result.neighbours.back() == entry.row) {
        result.shares.back() += entry.share / each;
      } else {
        result.neighbours.push_back(entry.row);
        result.shares.push_back(entry.share / each);
      }
    }
    while (result.neighbours.size() % Affinities::kLanes != 0) {
      result.neighbours.push_back(static_cast<std::uint32_t>(row));
      result.shares.push_back(0);
    }
    result.begins.push_back(result.neighbours.size());
  }
  return result;
}

}  // namespace netstray
