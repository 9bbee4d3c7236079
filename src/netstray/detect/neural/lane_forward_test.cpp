#include "netstray/detect/neural/lane_forward.h"

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/detect/neural/lane_kernels.h"

namespace netstray {
namespace {

/// Up to `numbers` number columns and, half of the time, one-hot groups of 3 and 60.
Matrix made_matrix(Rng& rng, std::size_t rows) {
  Matrix matrix(rows);
  const bool coded = rng.below(2) == 0;
  const std::size_t numbers = rng.below(70) + (coded ? 0 : 1);
  for (std::size_t column = 0; column < numbers; ++column) {
    std::vector<float> values(rows);
    for (float& value : values) value = static_cast<float>(rng.normal());
    matrix.add_numbers(std::move(values));
  }
  for (const std::uint32_t width : {3U, 60U}) {
    std::vector<std::uint16_t> codes(rows);
    for (auto& code : codes) code = static_cast<std::uint16_t>(rng.below(width));
    if (coded) matrix.add_group(width, std::move(codes));
  }
  return matrix;
}

DenseNet made_net(Rng& rng, const Matrix& matrix) {
  std::vector<DenseLayer> layers;
  const std::uint64_t hidden = 1 + rng.below(3);
  layers.reserve(hidden + 1);
  for (std::uint64_t i = 0; i < hidden; ++i) {
    layers.push_back({static_cast<std::uint32_t>(1 + rng.below(40)), static_cast<Activation>(rng.below(5)), 0});
  }
  layers.push_back({static_cast<std::uint32_t>(matrix.columns()), static_cast<Activation>(rng.below(5)), 0});
  DenseNet net(matrix.number_columns(), matrix.groups().size(), layers);
  net.initialise(rng.next());
  for (float& parameter : net.parameters()) parameter += 0.05F;  // biases too
  net.changed();
  return net;
}

TEST(LaneForward, ErrorsAreThoseOfTheNaiveTwinForAnyShape) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Rng rng(seed);
    const std::size_t rows = 1 + rng.below(200);
    const Matrix matrix = made_matrix(rng, rows);
    const DenseNet net = made_net(rng, matrix);
    LaneForward forward(net);
    std::array<float, LaneForward::kRows> sums{};
    std::vector<float> dense(matrix.columns());
    std::vector<double> made(matrix.columns());
    const std::size_t begin = rng.below(rows);
    const std::size_t end = std::min(rows, begin + 1 + rng.below(LaneForward::kRows));
    forward.errors(matrix, begin, end, sums);
    for (std::size_t row = begin; row < end; ++row) {
      matrix.dense_row(row, dense);
      net.reconstruct(dense, made);
      double sum = 0;
      for (std::size_t i = 0; i < dense.size(); ++i) sum += std::pow(made[i] - static_cast<double>(dense[i]), 2);
      ASSERT_NEAR(static_cast<double>(sums[row - begin]), sum, 2e-5 * (1 + sum)) << "seed " << seed << " row " << row;
    }
  }
}

/// All that the kernels make of one random problem.
std::vector<float> everything(const LaneKernels& kernels, std::uint64_t seed) {
  Rng rng(seed);
  const std::size_t inner = rng.below(30);
  const std::size_t units = 1 + rng.below(30);
  const std::size_t width = units + rng.below(5);
  const auto activation = static_cast<Activation>(rng.below(5));
  const auto random_values = [&](std::size_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
  };
  const auto weights = random_values(inner * width + units);
  const auto biases = random_values(units);
  const auto x = random_values((inner + units) * LaneKernels::kRows);
  std::vector<const float*> columns(inner + units);
  for (std::size_t k = 0; k < inner + units; ++k) columns[k] = x.data() + k * LaneKernels::kRows;
  std::vector<std::uint32_t> codes(LaneKernels::kRows);
  for (auto& code : codes) code = static_cast<std::uint32_t>(7 + rng.below(units));
  auto all = random_values(units * LaneKernels::kRows);
  kernels.multiply({weights.data(), seed % 2 == 0 ? biases.data() : nullptr, inner, width, units}, columns.data(),
                   all.data());
  std::vector<float> sums(LaneKernels::kRows, 0.5F);
  kernels.add_errors(activation, all.data(), columns.data() + inner, units, sums.data());
  kernels.add_coded_errors(activation, all.data(), codes.data(), 7, units, sums.data());
  all.insert(all.end(), sums.begin(), sums.end());
  return all;
}

TEST(LaneKernels, AllInstructionSetsGiveTheSameBits) {
  std::vector<std::pair<std::string, const LaneKernels*>> others;
#if defined(__x86_64__)
  if (instruction_set() >= InstructionSet::avx2) others.emplace_back("avx2", &avx2_lane_kernels());
  if (instruction_set() >= InstructionSet::avx512) others.emplace_back("avx512", &avx512_lane_kernels());
#endif
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto wanted = everything(portable_lane_kernels(), seed);
    for (const auto& [name, kernels] : others)
      ASSERT_EQ(everything(*kernels, seed), wanted) << name << " seed " << seed;
  }
}

}  // namespace
}  // namespace netstray
