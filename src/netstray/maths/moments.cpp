#include "netstray/maths/moments.h"

#include <algorithm>
#include <numeric>

#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"

namespace netstray {
namespace {

void add_to(std::vector<double>& sums, const std::vector<double>& more) noexcept {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += more[i];
}

/// Adds each column's lanes to its sum, in a fixed order, and clears them.
void collect_lanes(AlignedNumbers& lanes, std::span<double> sums) noexcept {
  for (std::size_t j = 0; j < sums.size(); ++j) {
    const double* const own = lanes.data() + j * kWeighLanes;
    sums[j] += std::accumulate(own, own + kWeighLanes, 0.0);
  }
  lanes.fill(0);
}

}  // namespace

Moments::Moments(const MatrixShape& shape, Kind kind, std::vector<double> origin)
    : shape_(shape), kind_(kind), origin_(std::move(origin)) {
  const std::size_t numbers = shape.number_columns();
  const std::size_t codes = shape.columns() - numbers;
  origin_.resize(numbers);
  sums_.resize(numbers);
  squares_.resize(numbers);
  counts_.resize(codes);
  if (kind == Kind::diagonal) return;
  pairs_.resize(numbers * numbers);
  cross_.resize(codes * numbers);
  both_.resize(codes * codes);
}

std::size_t Moments::bytes(const MatrixShape& shape, Kind kind) noexcept {
  return (kind == Kind::full ? shape.columns() + 4 : 4) * shape.columns() * sizeof(double);
}

Moments::Scratch::Scratch(const MatrixShape& shape, Kind kind)
    : left_(shape.number_columns()),
      right_(rounded_up(shape.number_columns(), kPanel) * kBlockRows),
      weights_(kBlockRows),
      sum_lanes_(shape.number_columns() * kWeighLanes),
      square_lanes_(shape.number_columns() * kWeighLanes),
      pair_lanes_(kind == Kind::full ? pair_lanes_size(shape.number_columns()) : 0),
      row_(shape.number_columns()) {}

void Moments::add(const Matrix& matrix, std::span<const std::uint32_t> indices, std::span<const double> weights,
                  Scratch& scratch) {
  for (std::size_t begin = 0; begin < indices.size(); begin += kBlockRows) {
    const std::size_t rows = std::min(kBlockRows, indices.size() - begin);
    scratch.weights_.fill(0);
    for (std::size_t row = 0; row < rows; ++row)
      scratch.weights_.data()[row] = weights.empty() ? 1 : weights[begin + row];
    add_block(matrix, indices.subspan(begin, rows), scratch);
  }
  collect(scratch);
}

void Moments::add_block(const Matrix& matrix, std::span<const std::uint32_t> indices, Scratch& scratch) {
  const double* const weights = scratch.weights_.data();
  weight_ = std::accumulate(weights, weights + indices.size(), weight_);
  if (const std::size_t numbers = shape_.number_columns(); numbers > 0) {
    scratch.left_.load(matrix, indices, origin_);
    weigh_block(scratch.left_.data(), weights, numbers, scratch.right_.data(), scratch.sum_lanes_.data(),
                scratch.square_lanes_.data());
    if (kind_ == Kind::full) {
      add_pair_products(scratch.left_.data(), scratch.right_.data(), numbers, rounded_up(indices.size(), kWeighLanes),
                        scratch.pair_lanes_.data());
    }
  }
  if (!shape_.widths().empty()) count_codes(matrix, indices, scratch);
}

void Moments::count_codes(const Matrix& matrix, std::span<const std::uint32_t> indices, Scratch& scratch) {
  const std::size_t numbers = shape_.number_columns();
  const std::size_t codes = counts_.size();
  const auto groups = matrix.groups();
  for (std::size_t row = 0; row < indices.size(); ++row) {
    const double weight = scratch.weights_.data()[row];
    if (kind_ == Kind::full) {
      for (std::size_t j = 0; j < numbers; ++j) scratch.row_[j] = scratch.right_.data()[j * kBlockRows + row];
    }
    for (std::size_t group = 0; group < groups.size(); ++group) {
      const std::size_t code = shape_.first_column(group) - numbers + groups[group].codes[indices[row]];
      counts_[code] += weight;
      if (kind_ == Kind::diagonal) continue;
      double* const cross = cross_.data() + code * numbers;
      for (std::size_t j = 0; j < numbers; ++j) cross[j] += scratch.row_[j];
      for (std::size_t later = group + 1; later < groups.size(); ++later) {
        both_[code * codes + shape_.first_column(later) - numbers + groups[later].codes[indices[row]]] += weight;
      }
    }
  }
}

void Moments::collect(Scratch& scratch) {
  collect_lanes(scratch.sum_lanes_, sums_);
  collect_lanes(scratch.square_lanes_, squares_);
  if (kind_ == Kind::diagonal) return;
  collect_pair_lanes(scratch.pair_lanes_.data(), shape_.number_columns(), pairs_.data());
  scratch.pair_lanes_.fill(0);
}

void Moments::merge(const Moments& other) noexcept {
  weight_ += other.weight_;
  add_to(sums_, other.sums_);
  add_to(squares_, other.squares_);
  add_to(pairs_, other.pairs_);
  add_to(counts_, other.counts_);
  add_to(cross_, other.cross_);
  add_to(both_, other.both_);
}

std::vector<double> Moments::mean() const {
  std::vector<double> mean(shape_.columns());
  const std::size_t numbers = shape_.number_columns();
  for (std::size_t j = 0; j < numbers; ++j) mean[j] = origin_[j] + sums_[j] / weight_;
  for (std::size_t code = 0; code < counts_.size(); ++code) mean[numbers + code] = counts_[code] / weight_;
  return mean;
}

std::vector<double> Moments::variance() const {
  std::vector<double> variance(shape_.columns());
  const std::size_t numbers = shape_.number_columns();
  for (std::size_t j = 0; j < numbers; ++j) {
    const double shift = sums_[j] / weight_;
    variance[j] = std::max(0.0, squares_[j] / weight_ - shift * shift);
  }
  for (std::size_t code = 0; code < counts_.size(); ++code) {
    const double share = counts_[code] / weight_;
    variance[numbers + code] = std::max(0.0, share * (1 - share));
  }
  return variance;
}

std::vector<double> Moments::covariance() const {
  const std::size_t columns = shape_.columns();
  const std::size_t numbers = shape_.number_columns();
  const std::size_t codes = counts_.size();
  std::vector<double> result(columns * columns);
  for (std::size_t i = 0; i < numbers; ++i) {
    for (std::size_t j = i; j < numbers; ++j) {
      result[i * columns + j] = pairs_[i * numbers + j] / weight_ - (sums_[i] / weight_) * (sums_[j] / weight_);
    }
    for (std::size_t code = 0; code < codes; ++code) {
      result[i * columns + numbers + code] =
          cross_[code * numbers + i] / weight_ - (sums_[i] / weight_) * (counts_[code] / weight_);
    }
  }
  for (std::size_t a = 0; a < codes; ++a) {
    for (std::size_t b = a; b < codes; ++b) {
      const double together = a == b ? counts_[a] : both_[a * codes + b];
      result[(numbers + a) * columns + numbers + b] =
          together / weight_ - (counts_[a] / weight_) * (counts_[b] / weight_);
    }
  }
  for (std::size_t i = 0; i < columns; ++i) {
    for (std::size_t j = 0; j < i; ++j) result[i * columns + j] = result[j * columns + i];
  }
  return result;
}

std::vector<double> number_means(const Matrix& matrix) {
  std::vector<double> means(matrix.number_columns());
  parallel_for(means.size(), 1, [&](std::size_t begin, std::size_t) {
    const auto values = matrix.numbers(begin);
    double lanes[kWeighLanes] = {};
    for (std::size_t row = 0; row < values.size(); ++row) lanes[row % kWeighLanes] += static_cast<double>(values[row]);
    means[begin] = std::accumulate(std::begin(lanes), std::end(lanes), 0.0) / static_cast<double>(values.size());
  });
  return means;
}

std::size_t piece_rows(std::size_t rows, std::size_t bytes) noexcept {
  constexpr std::size_t kMostBytes = std::size_t{1} << 27;
  constexpr std::size_t kLeastRows = 1024;
  const std::size_t pieces = std::clamp<std::size_t>(kMostBytes / std::max<std::size_t>(1, bytes), 4, 64);
  return rounded_up(std::max(kLeastRows, (rows + pieces - 1) / pieces), kLeastRows);
}

Moments moments_of(const Matrix& matrix, Moments::Kind kind) {
  const MatrixShape shape(matrix);
  const std::vector<double> origin = number_means(matrix);
  const std::size_t rows = matrix.rows();
  const std::size_t grain = piece_rows(rows, Moments::bytes(shape, kind));
  std::vector<Moments> parts((rows + grain - 1) / grain, Moments(shape, kind, origin));
  parallel_for(rows, grain, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    std::vector<std::uint32_t> indices(end - begin);
    std::iota(indices.begin(), indices.end(), static_cast<std::uint32_t>(begin));
    Moments::Scratch scratch(shape, kind);
    parts[begin / grain].add(matrix, indices, {}, scratch);
  });
  Moments sum = std::move(parts.front());
  for (std::size_t part = 1; part < parts.size(); ++part) sum.merge(parts[part]);
  return sum;
}

}  // namespace netstray
