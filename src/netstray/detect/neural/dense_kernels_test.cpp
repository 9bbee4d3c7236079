#include "netstray/detect/neural/dense_kernels.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"

namespace netstray {
namespace {

constexpr std::array kAll = {Activation::linear, Activation::relu, Activation::elu, Activation::tanh,
                             Activation::sigmoid};

struct NamedKernels {
  std::string name;
  const DenseKernels* kernels;
};

/// Those that this machine can run.
std::vector<NamedKernels> all_kernels() {
  std::vector<NamedKernels> result{{"portable", &portable_dense_kernels()}};
#if defined(__x86_64__)
  if (instruction_set() >= InstructionSet::avx2) result.push_back({"avx2", &avx2_dense_kernels()});
  if (instruction_set() >= InstructionSet::avx512) result.push_back({"avx512", &avx512_dense_kernels()});
#endif
  return result;
}

double exact(Activation activation, double x) {
  switch (activation) {
    case Activation::linear:
      return x;
    case Activation::relu:
      return x > 0 ? x : 0;
    case Activation::elu:
      return x > 0 ? x : std::expm1(x);
    case Activation::tanh:
      return std::tanh(x);
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
  }
  return 0;
}

double exact_slope(Activation activation, double x) {
  switch (activation) {
    case Activation::linear:
      return 1;
    case Activation::relu:
      return x > 0 ? 1 : 0;
    case Activation::elu:
      return x > 0 ? 1 : std::exp(x);
    case Activation::tanh:
      return 1 - std::tanh(x) * std::tanh(x);
    case Activation::sigmoid:
      return exact(activation, x) * (1 - exact(activation, x));
  }
  return 0;
}

std::vector<float> random_values(Rng& rng, std::size_t count) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(rng.normal());
  return values;
}

/// Where the rows of a row-major matrix begin.
std::vector<const float*> starts_of(const std::vector<float>& values, std::size_t rows) {
  std::vector<const float*> starts(rows);
  for (std::size_t r = 0; r < rows; ++r) starts[r] = values.data() + r * (values.size() / rows);
  return starts;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST(DenseKernels, ActivationsHaveARelativeErrorBelowHalfAMillionth) {
  for (const auto& [name, kernels] : all_kernels()) {
    for (const Activation activation : kAll) {
      std::vector<float> inputs;
      for (int i = -8000; i < 8000; ++i) inputs.push_back(static_cast<float>(i) * 0.0101F);
      for (int i = 0; i < 160; ++i) inputs.push_back(std::ldexp(i % 2 == 0 ? 1.1F : -1.1F, -i / 4));
      std::vector<float> values = inputs;
      std::vector<float> slopes(values.size());
      kernels->activate(activation, values.data(), slopes.data(), values.size());
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        const double wanted = exact(activation, static_cast<double>(inputs[i]));
        ASSERT_NEAR(static_cast<double>(values[i]), wanted, std::fabs(wanted) * 4 * 0x1.0p-23)
            << name << " activation " << static_cast<int>(activation) << " of " << inputs[i];
        ASSERT_NEAR(static_cast<double>(slopes[i]), exact_slope(activation, static_cast<double>(inputs[i])), 6e-7)
            << name << " slope " << static_cast<int>(activation) << " at " << inputs[i];
      }
    }
  }
}

TEST(DenseKernels, ActivationsOfExtremesAreTheirLimits) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const auto& [name, kernels] : all_kernels()) {
    const auto at = [&](Activation activation, float x) {
      std::vector<float> values(16, x);
      kernels->activate(activation, values.data(), nullptr, values.size());
      return values[5];
    };
    EXPECT_EQ(at(Activation::tanh, kInfinity), 1.0F) << name;
    EXPECT_EQ(at(Activation::tanh, -1e30F), -1.0F) << name;
    EXPECT_EQ(at(Activation::elu, -kInfinity), -1.0F) << name;
    EXPECT_EQ(at(Activation::elu, 1e30F), 1e30F) << name;
    EXPECT_EQ(at(Activation::sigmoid, kInfinity), 1.0F) << name;
    EXPECT_NEAR(at(Activation::sigmoid, -kInfinity), 0.0F, 1e-37F) << name;
    for (const Activation activation : kAll) {
      EXPECT_TRUE(std::isnan(at(activation, std::numeric_limits<float>::quiet_NaN()))) << name;
    }
  }
}

/// All that the kernels make of one random problem, one after the other.
std::vector<float> everything(const DenseKernels& kernels, std::uint64_t seed) {
  Rng rng = Rng::stream(seed, 0);
  const std::size_t rows = 8 * (1 + rng.below(4));
  const std::size_t inner = 1 + rng.below(20);
  const std::size_t width = 16 * (1 + rng.below(7));
  const Activation activation = kAll[rng.below(kAll.size())];
  const auto x = random_values(rng, rows * (inner + 2));
  auto weights = random_values(rng, inner * width);
  std::vector<float> out(rows * width);
  const auto targets = random_values(rng, rows * width);
  const auto x_rows = starts_of(x, rows);
  const auto target_rows = starts_of(targets, rows);
  std::vector<float> codes(rows * 2);
  std::vector<const float*> code_rows;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    codes[i] = std::bit_cast<float>(static_cast<std::uint32_t>(rng.below(inner)));
    if (i % 2 == 0) code_rows.push_back(codes.data() + i);
  }
  std::vector<float> slopes(rows * width);
  const std::vector<float> mask(width, 1.0F);
  const auto start = random_values(rng, width);
  kernels.multiply_rows({x_rows.data(), rows}, inner, weights.data(), width, seed % 2 == 0 ? start.data() : nullptr,
                        out.data());
  kernels.add_coded({code_rows.data(), rows, 0, 2}, weights.data(), width, out.data());
  std::vector<float> all = out;
  std::vector<float> hidden = out;
  kernels.activate(activation, hidden.data(), slopes.data(), hidden.size());
  kernels.drop({static_cast<std::uint32_t>(rng.next()), 5'000'000, 1.4F}, 12345, hidden.data(), slopes.data(),
               hidden.size());
  kernels.multiply(hidden.data(), slopes.data(), hidden.size());
  all.insert(all.end(), hidden.begin(), hidden.end());
  std::vector<float> sums(rows);
  std::vector<float> outputs = out;
  kernels.output_errors({activation, outputs.data(), target_rows.data(), rows, width, mask.data()}, sums.data());
  all.insert(all.end(), outputs.begin(), outputs.end());
  all.insert(all.end(), sums.begin(), sums.end());
  const double squares =
      kernels.output_deltas({activation, out.data(), target_rows.data(), rows - 3, width, mask.data()}, 0.25F);
  all.push_back(static_cast<float>(squares));
  std::vector<float> gradient((inner + 1) * width);
  kernels.add_gradient({x_rows.data(), rows - 3}, inner, out.data(), width, gradient.data());
  kernels.add_coded_gradient({code_rows.data(), rows - 3, 0, 2}, out.data(), width, gradient.data());
  kernels.add_bias_gradient(out.data(), rows - 3, width, gradient.data() + inner * width);
  all.insert(all.end(), gradient.begin(), gradient.end());
  std::vector<float> first(inner * width, 0.1F);
  std::vector<float> second(inner * width, 0.2F);
  kernels.adam({weights.data(), first.data(), second.data(), gradient.data()}, inner * width,
               {0.1F, 0.9F, 0.99F, 1e-7F});
  all.insert(all.end(), weights.begin(), weights.end());
  std::vector<float> turned(width * 48);
  kernels.transpose(weights.data(), inner, width - 5, width, turned.data(), 48);
  all.insert(all.end(), turned.begin(), turned.end());
  return all;
}

TEST(DenseKernels, AllInstructionSetsGiveTheSameBits) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto wanted = everything(portable_dense_kernels(), seed);
    for (const auto& [name, kernels] : all_kernels()) {
      ASSERT_TRUE(same_bits(everything(*kernels, seed), wanted)) << name << " seed " << seed;
    }
  }
}

TEST(DenseKernels, ProductsAndGradientsAreThoseOfTheTextbook) {
  for (const auto& [name, kernels] : all_kernels()) {
    Rng rng(3);
    const std::size_t rows = 16;
    const std::size_t inner = 21;
    const std::size_t width = 48;
    const auto x = random_values(rng, rows * inner);
    const auto weights = random_values(rng, inner * width);
    const auto deltas = random_values(rng, rows * width);
    const auto x_rows = starts_of(x, rows);
    const std::vector<float> start(width, 1.0F);
    std::vector<float> out(rows * width);
    std::vector<float> gradient(inner * width, 1.0F);
    kernels->multiply_rows({x_rows.data(), rows}, inner, weights.data(), width, start.data(), out.data());
    kernels->add_gradient({x_rows.data(), rows}, inner, deltas.data(), width, gradient.data());
    for (std::size_t column = 0; column < width; ++column) {
      for (std::size_t r = 0; r < rows; ++r) {
        double sum = 1;
        for (std::size_t k = 0; k < inner; ++k) sum += double{x[r * inner + k]} * double{weights[k * width + column]};
        ASSERT_NEAR(double{out[r * width + column]}, sum, 1e-5) << name << " row " << r << " column " << column;
      }
      for (std::size_t k = 0; k < inner; ++k) {
        double sum = 1;
        for (std::size_t r = 0; r < rows; ++r) sum += double{x[r * inner + k]} * double{deltas[r * width + column]};
        ASSERT_NEAR(double{gradient[k * width + column]}, sum, 1e-5) << name << " input " << k << " column " << column;
      }
    }
  }
}

TEST(DenseKernels, DropoutDropsTheShareAskedAndKeepsTheMean) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    std::vector<float> values(65'536, 1.0F);
    std::vector<float> slopes = values;
    const auto key = static_cast<std::uint32_t>(Rng(seed).next());
    dense_kernels().drop({key, static_cast<std::uint32_t>(0.2 * 0x1.0p24), 1.25F}, 0, values.data(), slopes.data(),
                         values.size());
    double kept = 0;
    double neighbours = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_TRUE(values[i] == 0.0F || values[i] == 1.25F);
      ASSERT_EQ(values[i], slopes[i]);
      kept += values[i] > 0 ? 1 : 0;
      if (i > 0) neighbours += values[i] > 0 && values[i - 1] > 0 ? 1 : 0;
    }
    // 5 standard deviations of 65,536 draws.
    EXPECT_NEAR(kept / 65536.0, 0.8, 0.008) << "seed " << seed;
    EXPECT_NEAR(neighbours / 65535.0, 0.64, 0.012) << "seed " << seed;
  }
}

}  // namespace
}  // namespace netstray
