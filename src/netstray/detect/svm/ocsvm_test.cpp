#include "netstray/detect/svm/ocsvm.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/text.h"
#include "netstray/detect/detector_testing.h"
#include "netstray/detect/svm/kernel_row_cache.h"
#include "netstray/detect/svm/one_class_smo.h"

namespace netstray {
namespace {

/// The dual solved slowly over all rows, copies and all: the pair that violates most, until nothing does.
std::vector<double> plain_scores(const Matrix& train, const Matrix& test, double nu, double gamma) {
  const auto alike = [&](const Matrix& a, std::size_t row_a, const Matrix& b, std::size_t row_b) {
    double squared = 0;
    for (std::size_t column = 0; column < a.columns(); ++column) {
      squared += std::pow(double{a.at(row_a, column)} - double{b.at(row_b, column)}, 2);
    }
    return std::exp(-gamma * squared);
  };
  const std::size_t rows = train.rows();
  std::vector<std::vector<double>> kernel(rows, std::vector<double>(rows));
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < rows; ++j) kernel[i][j] = alike(train, i, train, j);
  }
  std::vector<double> alpha(rows, nu);
  std::vector<double> gradient(rows);
  for (std::size_t i = 0; i < rows; ++i) gradient[i] = nu * std::accumulate(kernel[i].begin(), kernel[i].end(), 0.0);
  double rho = 0;
  for (;;) {
    std::size_t up = rows;
    std::size_t down = rows;
    for (std::size_t i = 0; i < rows; ++i) {
      if (alpha[i] < 1 && (up == rows || gradient[i] < gradient[up])) up = i;
      if (alpha[i] > 0 && (down == rows || gradient[i] > gradient[down])) down = i;
    }
    if (up == rows || gradient[down] - gradient[up] < 1e-9) {
      rho = up == rows ? gradient[down] : (gradient[up] + gradient[down]) / 2;
      break;
    }
    const double curvature = std::max(1e-12, 2 - 2 * kernel[up][down]);
    const double change = std::min({(gradient[down] - gradient[up]) / curvature, 1 - alpha[up], alpha[down]});
    alpha[up] += change;
    alpha[down] -= change;
    for (std::size_t i = 0; i < rows; ++i) gradient[i] += change * (kernel[i][up] - kernel[i][down]);
  }
  std::vector<double> scores;
  for (std::size_t row = 0; row < test.rows(); ++row) {
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i) sum += alpha[i] * alike(test, row, train, i);
    scores.push_back(rho - sum);
  }
  return scores;
}

TEST(Ocsvm, ScoresAsTheDualSolvedSlowlyOverAllCopies) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::size_t numbers = 2 + rng.below(3);
    const bool groups = rng.below(2) == 0;
    const Matrix train = quiet_rows(rng, 20 + rng.below(30), numbers, groups);
    const Matrix test = quiet_rows(rng, 5, numbers, groups);
    const double nu = rng.uniform(0.1, 0.6);
    const double gamma = rng.uniform(0.05, 0.5);
    const auto detector =
        fit_detector(ocsvm_info(), train, {"nu=" + readable(nu, 17), "gamma=" + readable(gamma, 17), "tolerance=1e-6"});
    const auto scores = scores_of(*detector, test);
    const auto expected = plain_scores(train, test, nu, gamma);
    for (std::size_t row = 0; row < test.rows(); ++row)
      EXPECT_NEAR(scores[row], expected[row], 1e-4) << "seed " << seed;
  }
}

TEST(Ocsvm, LeavesAboutAShareNuOutside) {
  Rng rng(5);
  const Matrix train = quiet_rows(rng, 900, 4);
  for (const double nu : {0.02, 0.1, 0.4}) {
    for (const char* exact : {"exact_rows=20000", "exact_rows=100"}) {
      const auto scores =
          scores_of(*fit_detector(ocsvm_info(), train, {"nu=" + readable(nu), "tolerance=1e-4", exact}), train);
      const auto outside = std::ranges::count_if(scores, [](double score) { return score > 0; });
      EXPECT_NEAR(static_cast<double>(outside) / 900, nu, 0.25 * nu) << exact;
    }
  }
}

TEST(Ocsvm, ShrinkingAndASmallCacheChangeNothing) {
  Rng rng(2);
  const Matrix train = quiet_rows(rng, 1500, 4, false);
  std::vector<std::uint32_t> all(train.rows());
  std::iota(all.begin(), all.end(), 0U);
  std::vector<float> rows(train.rows() * 4);
  pack_rows(train, all, rows);
  const std::vector<std::uint32_t> copies(train.rows(), 1);
  const MatrixShape shape(train);
  const OneClassProblem problem{&shape, rows, copies, 0.3, 1e-5};
  const RowKernel kernel{RowKernel::Kind::rbf, 3.0F, 1};
  const auto large = solve_one_class(problem, kernel, std::size_t{1} << 27, {});
  const auto small = solve_one_class(problem, kernel, 1, {});
  EXPECT_TRUE(large.converged);
  EXPECT_GT(large.shrinks, 0U);
  EXPECT_EQ(large.steps, small.steps);
  EXPECT_EQ(large.alpha, small.alpha);
  EXPECT_NEAR(std::accumulate(large.alpha.begin(), large.alpha.end(), 0.0), 0.3 * 1500, 1e-6);
  // Optimal over all rows: nobody who may grow lies lower than anybody who may shrink, by more than the tolerance.
  const PointPanels points(shape, rows, all);
  std::vector<double> coefficients(points.padded());
  std::ranges::copy(large.alpha, coefficients.begin());
  std::vector<double> gradient(train.rows());
  kernel.sums(points, coefficients, rows, gradient);
  double least = 1e300;
  double most = -1e300;
  for (std::size_t row = 0; row < gradient.size(); ++row) {
    if (large.alpha[row] < 1) least = std::min(least, gradient[row]);
    if (large.alpha[row] > 0) most = std::max(most, gradient[row]);
  }
  EXPECT_LT(most - least, 2e-5);
}

TEST(Ocsvm, CopiesCountAsSoManyRows) {
  Rng rng(9);
  const Matrix once = quiet_rows(rng, 60, 3, false);
  std::vector<std::uint32_t> thrice;
  for (std::uint32_t row = 0; row < 180; ++row) thrice.push_back(row % 60);
  const Given given{"gamma=0.2", "nu=0.2", "tolerance=1e-7"};
  const auto scores = scores_of(*fit_detector(ocsvm_info(), once, given), once);
  const auto of_thrice = scores_of(*fit_detector(ocsvm_info(), once.gather(thrice), given), once);
  for (std::size_t row = 0; row < 60; ++row) EXPECT_NEAR(of_thrice[row], 3 * scores[row], 1e-4) << row;
}

TEST(Ocsvm, TheApproximateSolutionRanksAsTheExactOneAndSaysSo) {
  Rng rng(4);
  const Matrix train = quiet_rows(rng, 1500, 5);
  std::vector<std::string> notes;
  const auto exact = scores_of(*fit_detector(ocsvm_info(), train, {"nu=0.1"}, 1, &notes), train);
  EXPECT_TRUE(notes.empty());
  const auto near = scores_of(*fit_detector(ocsvm_info(), train, {"nu=0.1", "exact_rows=0"}, 1, &notes), train);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("an approximate solution (Nystroem, 300 landmarks) from 1,"), std::string::npos) << notes[0];
  double product = 0;
  double squares_exact = 0;
  double squares_near = 0;
  const double mean_exact = std::accumulate(exact.begin(), exact.end(), 0.0) / 1500;
  const double mean_near = std::accumulate(near.begin(), near.end(), 0.0) / 1500;
  for (std::size_t row = 0; row < exact.size(); ++row) {
    product += (exact[row] - mean_exact) * (near[row] - mean_near);
    squares_exact += std::pow(exact[row] - mean_exact, 2);
    squares_near += std::pow(near[row] - mean_near, 2);
  }
  EXPECT_GT(product / std::sqrt(squares_exact * squares_near), 0.99);
  EXPECT_NEAR(squares_near / squares_exact, 1, 0.1);
}

TEST(Ocsvm, TheLinearKernelFindsThePlane) {
  // Points at x = 1 and above: the plane stands at the least of them for a small nu.
  std::vector<float> values;
  for (int i = 0; i < 40; ++i) {
    values.push_back(1 + static_cast<float>(i) / 10);
    values.push_back(static_cast<float>(i % 2) - 0.5F);
  }
  const Matrix train = matrix_of(2, values);
  for (const char* exact : {"exact_rows=20000", "exact_rows=0"}) {
    const auto detector = fit_detector(ocsvm_info(), train, {"kernel=linear", "nu=0.05", "tolerance=1e-6", exact});
    const auto scores = scores_of(*detector, matrix_of(2, {0, 0, 3, 0, 5, 0}));
    EXPECT_GT(scores[0], 0) << exact;
    EXPECT_LT(scores[1], 0) << exact;
    EXPECT_LT(scores[2], scores[1]) << exact;
  }
}

TEST(Ocsvm, AcceptsTheGammasOfScikitLearn) {
  const Matrix train = matrix_of(2, {0, 0, 0, 2, 4, 2, 4, 4});  // mean 2, variance 3
  const auto gamma_of = [&](const char* gamma) {
    const auto detector = fit_detector(ocsvm_info(), train, {gamma});
    return dynamic_cast<const OcsvmDetector&>(*detector).gamma();
  };
  EXPECT_NEAR(gamma_of("gamma=scale"), 1 / (2 * 3.0), 1e-7);
  EXPECT_NEAR(gamma_of("gamma=auto"), 0.5, 1e-7);
  EXPECT_NEAR(gamma_of("gamma=0.25"), 0.25, 1e-7);
  EXPECT_EQ(fit_error(ocsvm_info(), train, {"gamma=wide"}),
            "ocsvm: gamma: found \"wide\", expected scale, auto or a number from 1e-30 to 1e+30");
}

TEST(Ocsvm, TakesAMillionEqualRowsAsOne) {
  Matrix train(1'000'000);
  train.add_numbers(std::vector<float>(train.rows(), 2.0F));
  const auto scores = scores_of(*fit_detector(ocsvm_info(), train), matrix_of(1, {2, 5}));
  EXPECT_NEAR(scores[0], 0, 1e-3);
  EXPECT_GT(scores[1], 1000);
}

TEST(Ocsvm, AllRowsAreSupportVectorsWhereNuIsOne) {
  Rng rng(1);
  const Matrix train = quiet_rows(rng, 50, 3, false);
  for (const double score : scores_of(*fit_detector(ocsvm_info(), train, {"nu=1"}), train)) EXPECT_GE(score, -1e-6);
}

TEST(KernelRowCache, ForgetsTheRowThatWasUsedLongestAgo) {
  KernelRowCache cache(10, 4, 3 * 4 * sizeof(float));
  for (const std::uint32_t index : {1U, 2U, 3U}) {
    const auto found = cache.find(index);
    EXPECT_FALSE(found.filled);
    std::ranges::fill(found.row, static_cast<float>(index));
  }
  EXPECT_TRUE(cache.find(1).filled);
  EXPECT_FALSE(cache.find(4).filled);  // in the place of 2
  EXPECT_TRUE(cache.find(3).filled);
  EXPECT_EQ(cache.find(1).row[0], 1.0F);
  EXPECT_FALSE(cache.find(2).filled);  // in the place of 4
  EXPECT_FALSE(cache.find(4).filled);
}

TEST(Ocsvm, AFileWithoutSupportVectorsScoresAllTheSame) {
  ByteWriter out;
  out.put<std::uint8_t>(0);
  MatrixShape(matrix_of(2, {})).save(out);
  out.put(0.5);
  out.put(1.0F);
  out.put_vector(std::vector<float>{});
  out.put_vector(std::vector<double>{});
  const auto detector = loaded(ocsvm_info(), out.bytes());
  const Matrix rows = matrix_of(2, {1, 2, 3, 4});
  EXPECT_EQ(scores_of(*detector, rows), (std::vector<double>{0.5, 0.5}));
  std::vector<double> parts(2, 1.0);
  detector->explain(rows, 0, parts);
  EXPECT_EQ(parts, (std::vector<double>{0, 0}));
}

}  // namespace
}  // namespace netstray
