// Whether a detector's reasons name the columns that made a row unusual.

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/detect/detector_testing.h"

namespace netstray {
namespace {

constexpr std::size_t kNumbers = 9;  ///< of which the last is constant and not moved

struct ReasonsCase {
  std::string detector;
  Given settings;
  int least_led;  ///< in how many of 100 rows the moved columns must lead, all of them before any other
};

std::ostream& operator<<(std::ostream& out, const ReasonsCase& c) {
  out << c.detector;
  for (const auto& setting : c.settings) out << ' ' << setting;
  return out;
}

class Reasons : public testing::TestWithParam<ReasonsCase> {};

// Left out: logistic, where what leads is what the labels say (logistic_test.cpp), and a linear ocsvm, which holds rows
// on the far side of its plane for the most usual of all.
INSTANTIATE_TEST_SUITE_P(
    All, Reasons,
    testing::Values(ReasonsCase{"iforest", {}, 85}, ReasonsCase{"iforest", {"extension=1"}, 90},
                    ReasonsCase{"mahalanobis", {}, 90}, ReasonsCase{"gmm", {}, 95},
                    ReasonsCase{"gmm", {"components=1"}, 90}, ReasonsCase{"gmm", {"covariance=diagonal"}, 95},
                    ReasonsCase{"pca", {}, 80}, ReasonsCase{"pca", {"share=0.5"}, 88}, ReasonsCase{"kmeans", {}, 88},
                    ReasonsCase{"knn", {}, 88}, ReasonsCase{"lof", {}, 90}, ReasonsCase{"ocsvm", {}, 88},
                    ReasonsCase{"ocsvm", {"exact_rows=0", "landmarks=100"}, 90}, ReasonsCase{"hbos", {}, 95},
                    ReasonsCase{"ecod", {}, 92}, ReasonsCase{"zscore", {}, 95}, ReasonsCase{"mad", {}, 95},
                    ReasonsCase{"autoencoder", {}, 55}));

float spread_of(std::span<const float> values) {
  double sum = 0;
  double squares = 0;
  for (const float value : values) {
    sum += value;
    squares += double{value} * value;
  }
  const auto count = static_cast<double>(values.size());
  return static_cast<float>(std::sqrt(std::max(0.0, squares / count - sum / count * (sum / count))));
}

/// A quiet row with the named columns moved by 6 to 12 of their standard deviations.
Matrix moved_row(Rng& rng, const Matrix& train, std::span<const std::uint32_t> moved) {
  const Matrix quiet = quiet_rows(rng, 1, kNumbers);
  Matrix row(1);
  for (std::uint32_t column = 0; column < kNumbers; ++column) {
    float value = quiet.numbers(column)[0];
    if (std::ranges::find(moved, column) != moved.end()) {
      const double sign = rng.below(2) == 0 ? -1 : 1;
      value += static_cast<float>(sign * rng.uniform(6, 12)) * spread_of(train.numbers(column));
    }
    row.add_numbers({value});
  }
  for (const auto& group : quiet.groups()) row.add_group(group.width, group.codes);
  return row;
}

TEST_P(Reasons, NameTheMovedColumnsFirst) {
  Rng rng(10);
  const Matrix train = quiet_rows(rng, 1000, kNumbers);
  const auto detector = fit_detector(detector_info(GetParam().detector), train, GetParam().settings);
  int led = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng own(1000 + seed);
    const auto moved = own.sample(kNumbers - 1, static_cast<std::uint32_t>(1 + own.below(3)));
    const auto parts = parts_of(*detector, moved_row(own, train, moved), 0);
    std::vector<std::uint32_t> order(parts.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, [&](auto a, auto b) { return parts[a] > parts[b]; });
    order.resize(moved.size());
    led += std::ranges::is_permutation(order, moved) ? 1 : 0;
  }
  RecordProperty("led", led);
  EXPECT_GE(led, GetParam().least_led) << "of 100";
}

}  // namespace
}  // namespace netstray
