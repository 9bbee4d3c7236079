#include "netstray/maths/nearest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/maths/distinct_rows.h"
#include "netstray/maths/run_widest.h"

namespace netstray {
namespace {

/// Clumped rows with ties: numbers on a coarse grid for odd seeds, two groups now and then.
struct MadeUp {
  MatrixShape shape;
  std::vector<float> rows;
  std::size_t count;
};

MadeUp made_up(Rng& rng, std::size_t most_rows, MatrixShape shape) {
  MadeUp result{std::move(shape), {}, 1 + rng.below(most_rows)};
  const bool grid = rng.below(2) == 0;
  const auto clumps = 1 + rng.below(5);
  for (std::size_t row = 0; row < result.count; ++row) {
    const auto centre = static_cast<double>(rng.below(clumps)) * 5;
    for (std::size_t k = 0; k < result.shape.number_columns(); ++k) {
      const double value = grid ? static_cast<double>(rng.below(4)) : rng.normal();
      result.rows.push_back(static_cast<float>(centre + value));
    }
    for (const std::uint32_t width : result.shape.widths()) result.rows.push_back(static_cast<float>(rng.below(width)));
  }
  return result;
}

MatrixShape shape_of(std::size_t numbers, std::span<const std::uint32_t> widths) {
  Matrix matrix(0);
  for (std::size_t i = 0; i < numbers; ++i) matrix.add_numbers({});
  for (const std::uint32_t width : widths) matrix.add_group(width, {});
  return MatrixShape(matrix);
}

MatrixShape some_shape(Rng& rng) {
  std::vector<std::uint32_t> widths;
  for (auto groups = rng.below(3); groups > 0; --groups) widths.push_back(static_cast<std::uint32_t>(2 + rng.below(6)));
  return shape_of(std::max<std::size_t>(rng.below(20), widths.empty() ? 1 : 0), widths);
}

float naive_squared(const MatrixShape& shape, const float* a, const float* b) {
  float sum = 0;
  for (std::size_t k = 0; k < packed_width(shape); ++k) {
    const float difference = a[k] - b[k];
    sum += k < shape.number_columns() ? difference * difference : (a[k] != b[k] ? 2.0F : 0.0F);
  }
  return std::min(sum, std::numeric_limits<float>::max());
}

using Found = std::vector<std::pair<float, std::uint32_t>>;

Found naive_nearest(const MadeUp& points, const float* query, std::size_t k) {
  Found all;
  for (std::uint32_t i = 0; i < points.count; ++i) {
    all.emplace_back(naive_squared(points.shape, query, points.rows.data() + i * packed_width(points.shape)), i);
  }
  std::ranges::sort(all);
  all.resize(k);
  return all;
}

void expect_naive(const MadeUp& points, const MadeUp& queries, std::size_t k, NearestPoints::Method method,
                  std::uint64_t seed) {
  const NearestPoints nearest(points.shape, points.rows, k, method);
  std::vector<float> squared(queries.count * k);
  std::vector<std::uint32_t> indices(queries.count * k);
  nearest.search(queries.rows, k, squared, indices);
  for (std::size_t q = 0; q < queries.count; ++q) {
    Found found;
    for (std::size_t i = 0; i < k; ++i) found.emplace_back(squared[q * k + i], indices[q * k + i]);
    EXPECT_EQ(found, naive_nearest(points, queries.rows.data() + q * packed_width(points.shape), k)) << "seed " << seed;
  }
}

TEST(NearestPoints, FindsWhatComparingAllInPlainLoopsFinds) {
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    Rng rng(seed);
    const MatrixShape shape = some_shape(rng);
    const MadeUp points = made_up(rng, 700, shape);
    const MadeUp queries = made_up(rng, 6, shape);
    const std::size_t k = 1 + rng.below(std::min<std::uint64_t>(points.count, 30));
    expect_naive(points, queries, k, NearestPoints::Method::tree, seed);
    expect_naive(points, queries, k, NearestPoints::Method::every, seed);
  }
}

TEST(NearestPoints, UsesTheTreeForFewColumnsOnly) {
  Rng rng(3);
  const auto cloud = [&](std::uint32_t columns) {
    std::vector<float> rows(std::size_t{8000} * columns);
    for (float& value : rows) value = static_cast<float>(rng.normal());
    return NearestPoints(shape_of(columns, {}), rows, 5);
  };
  EXPECT_TRUE(cloud(2).uses_tree());
  EXPECT_FALSE(cloud(40).uses_tree());
}

TEST(NearestPoints, CapsDistancesThatOverflow) {
  const std::vector<float> rows{-3e38F, 3e38F, 0.0F};
  const NearestPoints nearest(shape_of(1, {}), rows, 1);
  std::vector<float> squared(3);
  std::vector<std::uint32_t> indices(3);
  nearest.search(std::vector<float>{-3e38F}, 3, squared, indices);
  EXPECT_EQ(indices, (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(squared[2], std::numeric_limits<float>::max());
}

TEST(NearestPoints, GivesBackItsPoints) {
  Rng rng(5);
  const MadeUp points = made_up(rng, 300, shape_of(3, std::array{4U}));
  const NearestPoints nearest(points.shape, points.rows, 1);
  std::vector<float> row(4);
  for (std::size_t i = 0; i < points.count; ++i) {
    nearest.read(i, row);
    EXPECT_TRUE(std::ranges::equal(row, std::span(points.rows).subspan(i * 4, 4))) << i;
  }
}

TEST(PointKernels, GiveTheSameBitsOnEveryInstructionSet) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const MatrixShape shape = some_shape(rng);
    const MadeUp points = made_up(rng, 100, shape);
    const MadeUp queries = made_up(rng, 9, shape);
    std::vector<std::uint32_t> order(points.count);
    std::iota(order.begin(), order.end(), 0U);
    const PointPanels panels(shape, points.rows, order);
    std::vector<double> weights(panels.padded());
    for (double& weight : weights) weight = rng.normal();

    const auto run = [&](InstructionSet set) {
      limit_instruction_set(set);
      std::vector<float> squared(queries.count * panels.padded());
      std::vector<float> least(queries.count * kPanelPoints);
      squared_distances(panels.view(), queries.rows.data(), queries.count, squared.data(), least.data());
      std::vector<float> boxes(kPanelPoints);
      box_distances(panels.view(0, 1), panels.view(panels.panels() - 1, 1).data, queries.rows.data(), boxes.data());
      std::vector<double> dots(panels.padded());
      dot_products(panels.view(), queries.rows.data(), dots.data());
      std::vector<float> similar(squared.begin(), squared.begin() + static_cast<std::ptrdiff_t>(panels.padded()));
      gaussian(0.37F, similar.data(), similar.size());
      dots.push_back(weighted_sum(weights.data(), similar.data(), similar.size()));
      limit_instruction_set(InstructionSet::avx512);
      return std::tuple(squared, least, boxes, dots, similar);
    };
    const auto plain = run(InstructionSet::portable);
    EXPECT_TRUE(run(InstructionSet::avx2) == plain) << "seed " << seed;
    EXPECT_TRUE(run(InstructionSet::avx512) == plain) << "seed " << seed;
  }
}

TEST(PointKernels, GaussianIsCloseToTheStandardLibrarys) {
  std::vector<float> values(1 << 12);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) * 0.025F;
  values.back() = std::numeric_limits<float>::max();
  std::vector<float> similar = values;
  gaussian(1.0F, similar.data(), similar.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double exact = values[i] > 87 ? 0 : std::exp(-double{values[i]});
    EXPECT_NEAR(similar[i], exact, exact * 2.4e-7) << values[i];
  }
}

TEST(DistinctRows, CountsCopiesAsAPlainComparisonDoes) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    Matrix matrix(1 + rng.below(60));
    for (int column = 0; column < 2; ++column) {
      std::vector<float> values(matrix.rows());
      for (float& value : values) value = rng.below(2) == 0 ? -0.0F : static_cast<float>(rng.below(3));
      matrix.add_numbers(values);
    }
    std::vector<std::uint16_t> codes(matrix.rows());
    for (auto& code : codes) code = static_cast<std::uint16_t>(rng.below(2));
    matrix.add_group(2, codes);
    const DistinctRows distinct = distinct_rows(matrix);
    std::vector<std::uint32_t> first;
    std::vector<std::uint32_t> copies;
    for (std::uint32_t row = 0; row < matrix.rows(); ++row) {
      const auto same = std::ranges::find_if(first, [&](std::uint32_t other) {
        return matrix.at(row, 0) == matrix.at(other, 0) && matrix.at(row, 1) == matrix.at(other, 1) &&
               codes[row] == codes[other];
      });
      EXPECT_EQ(distinct.which[row], same - first.begin()) << "seed " << seed;
      if (same == first.end()) {
        first.push_back(row);
        copies.push_back(1);
      } else {
        ++copies[static_cast<std::size_t>(same - first.begin())];
      }
    }
    EXPECT_EQ(distinct.first, first) << "seed " << seed;
    EXPECT_EQ(distinct.copies, copies) << "seed " << seed;
  }
}

}  // namespace
}  // namespace netstray
