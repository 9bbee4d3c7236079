#include "netstray/detect/neural/dense_net.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/detect/neural/dense_trainer.h"

namespace netstray {
namespace {

constexpr double kScale = 0.05;

/// Numbers and two one-hot groups of 3 and 5.
Matrix mixed_matrix(std::size_t rows, std::size_t numbers, std::uint64_t seed) {
  Rng rng = Rng::stream(seed, 99);
  Matrix matrix(rows);
  for (std::size_t column = 0; column < numbers; ++column) {
    std::vector<float> values(rows);
    for (float& value : values) value = static_cast<float>(rng.normal());
    matrix.add_numbers(std::move(values));
  }
  for (const std::uint32_t width : {3U, 5U}) {
    std::vector<std::uint16_t> codes(rows);
    for (auto& code : codes) code = static_cast<std::uint16_t>(rng.below(width));
    matrix.add_group(width, std::move(codes));
  }
  return matrix;
}

/// The same, all columns as numbers.
Matrix as_numbers(const Matrix& matrix) {
  Matrix result(matrix.rows());
  for (std::size_t column = 0; column < matrix.columns(); ++column) {
    std::vector<float> values(matrix.rows());
    for (std::size_t row = 0; row < matrix.rows(); ++row) values[row] = matrix.at(row, column);
    result.add_numbers(std::move(values));
  }
  return result;
}

RowStore store_of(const Matrix& matrix) {
  RowStore store(matrix, matrix.rows());
  store.fill(matrix, 0, matrix.rows(), 0);
  return store;
}

std::vector<const float*> rows_of(const RowStore& store, std::size_t count) {
  std::vector<const float*> rows(count);
  for (std::size_t row = 0; row < count; ++row) rows[row] = store.row(row);
  return rows;
}

/// Half the scaled sum of squared errors, by the naive twin.
double naive_loss(const DenseNet& net, const Matrix& matrix) {
  std::vector<float> dense(matrix.columns());
  std::vector<double> made(matrix.columns());
  double sum = 0;
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    matrix.dense_row(row, dense);
    net.reconstruct(dense, made);
    for (std::size_t i = 0; i < dense.size(); ++i) sum += std::pow(made[i] - static_cast<double>(dense[i]), 2);
  }
  return sum * kScale / 2;
}

std::vector<float> gradient_of(const DenseNet& net, const RowStore& store, std::size_t rows) {
  DenseWorkspace work(net);
  std::vector<float> gradient(net.parameters().size());
  net.begin(work, store, rows_of(store, rows));
  net.add_gradient(work, static_cast<float>(kScale), nullptr, gradient.data());
  return gradient;
}

/// The derivative of naive_loss by one parameter, by central differences.
double central_difference(DenseNet& net, const Matrix& matrix, std::size_t place) {
  float& parameter = net.parameters()[place];
  const float kept = parameter;
  parameter = kept + 1e-4F;
  const double high_at = static_cast<double>(parameter);
  const double high = naive_loss(net, matrix);
  parameter = kept - 1e-4F;
  const double low_at = static_cast<double>(parameter);
  const double low = naive_loss(net, matrix);
  parameter = kept;
  return (high - low) / (high_at - low_at);
}

TEST(DenseNet, GradientsAreThoseOfCentralDifferencesForEveryActivation) {
  const Matrix matrix = mixed_matrix(11, 6, 1);
  const RowStore store = store_of(matrix);
  for (int hidden = 0; hidden < 5; ++hidden) {
    for (int output = 0; output < 5; ++output) {
      const auto kind = static_cast<Activation>(hidden);
      const std::vector<DenseLayer> layers = {
          {9, kind, 0}, {4, Activation::tanh, 0}, {5, kind, 0}, {14, static_cast<Activation>(output), 0}};
      DenseNet net(6, 2, layers);
      net.initialise(5);
      Rng rng(8);
      for (std::size_t layer = 0; layer < net.layers(); ++layer) {  // biases that are not all 0
        for (std::size_t unit = 0; unit < net.layer(layer).units; ++unit) {
          net.parameters()[net.place(layer, net.inputs(layer), unit)] = static_cast<float>(rng.uniform(-.5, .5));
        }
      }
      net.changed();
      const auto gradient = gradient_of(net, store, matrix.rows());
      for (std::size_t layer = 0; layer < net.layers(); ++layer) {
        for (std::size_t input = 0; input <= net.inputs(layer); input += 1 + rng.below(4)) {
          const std::size_t unit = rng.below(net.layer(layer).units);
          const std::size_t place = net.place(layer, input, unit);
          const double wanted = central_difference(net, matrix, place);
          ASSERT_NEAR(static_cast<double>(gradient[place]), wanted, 1e-4 * std::fabs(wanted) + 2e-6)
              << "hidden " << hidden << " output " << output << " layer " << layer << " input " << input;
        }
      }
    }
  }
}

TEST(DenseNet, PaddingLearnsNothing) {
  const Matrix matrix = mixed_matrix(13, 5, 2);
  const RowStore store = store_of(matrix);
  const std::vector<DenseLayer> layers = {{3, Activation::sigmoid, 0}, {13, Activation::sigmoid, 0}};
  DenseNet net(5, 2, layers);
  net.initialise(1);
  std::vector<bool> used(net.parameters().size());
  for (std::size_t layer = 0; layer < 2; ++layer) {
    for (std::size_t input = 0; input <= net.inputs(layer); ++input) {
      for (std::size_t unit = 0; unit < net.layer(layer).units; ++unit) used[net.place(layer, input, unit)] = true;
    }
  }
  const auto gradient = gradient_of(net, store, matrix.rows());
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) {
      EXPECT_EQ(gradient[i], 0.0F) << "parameter " << i;
    }
  }
}

TEST(DenseNet, ErrorsAreThoseOfTheNaiveTwinForAnyShape) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::size_t numbers = rng.below(40);
    const Matrix matrix = mixed_matrix(1 + rng.below(32), numbers, seed);
    const RowStore store = store_of(matrix);
    std::vector<DenseLayer> layers;
    layers.reserve(4);
    for (std::uint64_t i = 0; i < 1 + rng.below(3); ++i) {
      layers.push_back({static_cast<std::uint32_t>(1 + rng.below(70)), static_cast<Activation>(rng.below(5)), 0});
    }
    layers.push_back({static_cast<std::uint32_t>(matrix.columns()), static_cast<Activation>(rng.below(5)), 0});
    DenseNet net(numbers, 2, layers);
    net.initialise(seed);
    DenseWorkspace work(net);
    std::vector<float> sums(matrix.rows());
    net.begin(work, store, rows_of(store, matrix.rows()));
    net.errors(work, sums);
    std::vector<float> dense(matrix.columns());
    std::vector<double> made(matrix.columns());
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      matrix.dense_row(row, dense);
      net.reconstruct(dense, made);
      double sum = 0;
      for (std::size_t i = 0; i < dense.size(); ++i) sum += std::pow(made[i] - static_cast<double>(dense[i]), 2);
      ASSERT_NEAR(static_cast<double>(sums[row]), sum, 1e-5 * (1 + sum)) << "seed " << seed << " row " << row;
    }
  }
}

TEST(DenseNet, OneHotCodesAreTheSameAsTheirDenseColumns) {
  const Matrix mixed = mixed_matrix(30, 7, 4);
  const Matrix dense = as_numbers(mixed);
  const RowStore mixed_store = store_of(mixed);
  const RowStore dense_store = store_of(dense);
  const std::vector<DenseLayer> layers = {{6, Activation::elu, 0}, {15, Activation::linear, 0}};
  DenseNet from_codes(7, 2, layers);
  DenseNet from_numbers(15, 0, layers);
  from_codes.initialise(3);
  from_numbers.initialise(3);
  const auto a = gradient_of(from_codes, mixed_store, 30);
  const auto b = gradient_of(from_numbers, dense_store, 30);
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-5) << "parameter " << i;
}

TEST(DenseNet, StartsWithinGlorotsLimitsAndWithoutBias) {
  const std::vector<DenseLayer> layers = {{30, Activation::relu, 0}, {100, Activation::linear, 0}};
  DenseNet net(100, 0, layers);
  net.initialise(1);
  for (std::size_t layer = 0; layer < 2; ++layer) {
    const double limit = std::sqrt(6.0 / 130);
    double square = 0;
    const auto weights = net.weights(layer);
    for (const float weight : weights) {
      ASSERT_LE(std::fabs(static_cast<double>(weight)), limit);
      square += static_cast<double>(weight) * static_cast<double>(weight);
    }
    EXPECT_NEAR(square / static_cast<double>(weights.size()), limit * limit / 3, 0.05 * limit * limit);
    for (const float bias : net.biases(layer)) EXPECT_EQ(bias, 0.0F);
  }
}

TEST(DenseTrainer, AdamsFirstStepsAreThoseOfThePaper) {
  // One weight and one bias, input and wanted output x: worked out in f64.
  Matrix matrix(1);
  matrix.add_numbers({2.0F});
  const RowStore store = store_of(matrix);
  const std::vector<DenseLayer> layers = {{1, Activation::linear, 0}};
  DenseNet net(1, 0, layers);
  net.set_layer(0, std::vector<float>{0.5F}, std::vector<float>{0.25F});
  DenseTrainer trainer(net, store, 0.1, 1, 0);
  double w[2] = {0.5, 0.25};
  double m[2] = {0, 0};
  double v[2] = {0, 0};
  const auto rows = rows_of(store, 1);
  for (int t = 1; t <= 20; ++t) {
    const double error = w[0] * 2 + w[1] - 2;
    EXPECT_NEAR(trainer.step(rows, 0), error * error, 1e-4) << "step " << t;
    const double gradients[2] = {2 * error * 2, 2 * error};
    for (int i = 0; i < 2; ++i) {
      m[i] = 0.9 * m[i] + 0.1 * gradients[i];
      v[i] = 0.999 * v[i] + 0.001 * gradients[i] * gradients[i];
      w[i] -= 0.1 * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t)) * m[i] / (std::sqrt(v[i]) + 1e-7);
    }
    EXPECT_NEAR(net.weights(0)[0], w[0], 2e-5) << "step " << t;
    EXPECT_NEAR(net.biases(0)[0], w[1], 2e-5) << "step " << t;
  }
}

TEST(RowStore, HoldsTheRowsOfTheMatrix) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::size_t numbers = rng.below(23);
    const Matrix matrix = mixed_matrix(1 + rng.below(150), numbers, seed);
    const std::size_t begin = rng.below(matrix.rows());
    RowStore store(matrix, matrix.rows() - begin + 3);
    store.fill(matrix, begin, matrix.rows(), 3);
    for (std::size_t row = begin; row < matrix.rows(); ++row) {
      const float* values = store.row(row - begin + 3);
      for (std::size_t column = 0; column < numbers; ++column) ASSERT_EQ(values[column], matrix.at(row, column));
      for (std::size_t column = numbers; column < store.code_offset(); ++column) ASSERT_EQ(values[column], 0.0F);
      for (std::size_t group = 0; group < 2; ++group) {
        const auto code = std::bit_cast<std::uint32_t>(values[store.code_offset() + group]);
        ASSERT_EQ(matrix.at(row, code), 1.0F) << "seed " << seed << " row " << row << " group " << group;
        ASSERT_GE(code, matrix.groups()[group].first_column);
      }
    }
  }
}

}  // namespace
}  // namespace netstray
