#include "netstray/detect/neural/lane_forward.h"

#include <algorithm>
#include <cstring>

#include "netstray/detect/neural/lane_kernels.h"

namespace netstray {
namespace {

constexpr std::size_t kRows = LaneForward::kRows;
static_assert(kRows == LaneKernels::kRows);
/// Output columns at a time: what they become stays in the nearest cache.
constexpr std::size_t kOutputColumns = 48;
constexpr std::size_t kCacheLineFloats = 16;

}  // namespace

LaneForward::LaneForward(const DenseNet& net)
    : net_(net),
      number_columns_(net.number_columns()),
      groups_(net.groups()),
      numbers_(number_columns_),
      last_rows_(number_columns_ * kRows),
      codes_(groups_ * kRows),
      coded_rows_(groups_ * kRows),
      coded_begins_(groups_ > 0 ? kRows : 0),
      by_row_(groups_ > 0 ? kRows * net.width(0) : 0),
      outputs_(kOutputColumns * kRows) {
  for (std::size_t r = 0; r < coded_begins_.size(); ++r) coded_begins_[r] = coded_rows_.data() + r * groups_;
  for (std::size_t i = 0; i + 1 < net.layers(); ++i) values_.emplace_back(net.layer(i).units * kRows);
}

void LaneForward::errors(const Matrix& matrix, std::size_t begin, std::size_t end, std::span<float> sums) {
  take_rows(matrix, begin, end);
  take_codes(matrix, begin, end);
  hidden_layers(values_.size());
  std::fill_n(sums.begin(), kRows, 0.0F);
  for (std::size_t first = 0; first < number_columns_; first += kOutputColumns) {
    output_errors(first, std::min(number_columns_, first + kOutputColumns), groups_, sums);
  }
  for (std::size_t group = 0; group < groups_; ++group) {
    const Matrix::Group& own = matrix.groups()[group];
    const std::size_t last = own.first_column + own.width;
    for (std::size_t first = own.first_column; first < last; first += kOutputColumns) {
      output_errors(first, std::min(last, first + kOutputColumns), group, sums);
    }
  }
}

void LaneForward::hidden(const Matrix& matrix, std::size_t begin, std::size_t end, std::size_t layer,
                         std::span<std::vector<float>> columns) {
  take_rows(matrix, begin, end);
  take_codes(matrix, begin, end);
  hidden_layers(layer + 1);
  for (std::size_t unit = 0; unit < columns.size(); ++unit) {
    std::copy_n(values_[layer].data() + unit * kRows, end - begin, columns[unit].data() + begin);
  }
}

/// The next rows are fetched into the cache meanwhile.
void LaneForward::take_rows(const Matrix& matrix, std::size_t begin, std::size_t end) {
  const std::size_t count = end - begin;
  const std::size_t ahead = std::min(kRows, matrix.rows() - end);
  for (std::size_t k = 0; k < number_columns_; ++k) {
    const float* from = matrix.numbers(k).data() + begin;
    for (std::size_t at = 0; at < ahead; at += kCacheLineFloats) __builtin_prefetch(from + count + at);
    if (count == kRows) {
      numbers_[k] = from;
    } else {
      float* to = last_rows_.data() + k * kRows;
      std::fill_n(std::copy_n(from, count, to), kRows - count, 0.0F);
      numbers_[k] = to;
    }
  }
}

void LaneForward::take_codes(const Matrix& matrix, std::size_t begin, std::size_t end) {
  for (std::size_t group = 0; group < groups_; ++group) {
    const Matrix::Group& own = matrix.groups()[group];
    std::uint32_t* to = codes_.data() + group * kRows;
    for (std::size_t r = 0; r < kRows; ++r) {
      const std::size_t row = std::min(begin + r, end - 1);
      to[r] = static_cast<std::uint32_t>(own.first_column + own.codes[row]);
      std::memcpy(coded_rows_.data() + r * groups_ + group, &to[r], sizeof to[r]);
    }
  }
}

/// The first layer's sums begin with its biases and the weight rows that the codes name: gathered row by row, turned.
void LaneForward::add_first_codes() {
  const DenseKernels& kernels = dense_kernels();
  const std::size_t width = net_.width(0);
  const float* weights = net_.parameters().data() + net_.place(0, 0, 0);
  const float* biases = net_.parameters().data() + net_.place(0, net_.inputs(0), 0);
  for (std::size_t r = 0; r < kRows; ++r) std::copy_n(biases, width, by_row_.data() + r * width);
  kernels.add_coded({coded_begins_.data(), kRows, 0, groups_}, weights, width, by_row_.data());
  kernels.transpose(by_row_.data(), kRows, net_.layer(0).units, width, values_[0].data(), kRows);
}

/// The first `count` of them.
void LaneForward::hidden_layers(std::size_t count) {
  const float* parameters = net_.parameters().data();
  inputs_ = numbers_;
  for (std::size_t i = 0; i < count; ++i) {
    const bool coded = i == 0 && groups_ > 0;
    if (coded) add_first_codes();
    const std::size_t units = net_.layer(i).units;
    float* out = values_[i].data();
    lane_kernels().multiply(
        {parameters + net_.place(i, 0, 0), coded ? nullptr : parameters + net_.place(i, net_.inputs(i), 0),
         i == 0 ? number_columns_ : net_.inputs(i), net_.width(i), units},
        inputs_.data(), out);
    dense_kernels().activate(net_.layer(i).activation, out, nullptr, units * kRows);
    inputs_.resize(units);
    for (std::size_t u = 0; u < units; ++u) inputs_[u] = out + u * kRows;
  }
}

/// Of the columns [first, end), all of them numbers (`group` = groups_) or all of one group.
void LaneForward::output_errors(std::size_t first, std::size_t end, std::size_t group, std::span<float> sums) {
  const std::size_t last = net_.layers() - 1;
  const float* parameters = net_.parameters().data();
  const Activation activation = net_.layer(last).activation;
  lane_kernels().multiply(
      {parameters + net_.place(last, 0, first), parameters + net_.place(last, net_.inputs(last), first),
       net_.inputs(last), net_.width(last), end - first},
      inputs_.data(), outputs_.data());
  if (group == groups_) {
    lane_kernels().add_errors(activation, outputs_.data(), numbers_.data() + first, end - first, sums.data());
  } else {
    lane_kernels().add_coded_errors(activation, outputs_.data(), codes_.data() + group * kRows,
                                    static_cast<std::uint32_t>(first), end - first, sums.data());
  }
}

}  // namespace netstray
