#include "netstray/detect/gaussian/gmm.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/detect/cluster/clustering.h"
#include "netstray/detect/registry.h"
#include "netstray/maths/made_up_matrix.h"

namespace netstray {
namespace {

using Rows = std::vector<std::vector<double>>;

/// ln of a Gaussian's density by Gaussian elimination.
double slow_log_density(const std::vector<double>& x, const std::vector<double>& mean, Rows covariance) {
  const std::size_t d = x.size();
  std::vector<double> z(d);
  for (std::size_t j = 0; j < d; ++j) z[j] = x[j] - mean[j];
  double log_determinant = 0;
  double distance = 0;
  for (std::size_t pivot = 0; pivot < d; ++pivot) {
    log_determinant += std::log(covariance[pivot][pivot]);
    distance += z[pivot] * z[pivot] / covariance[pivot][pivot];
    for (std::size_t i = pivot + 1; i < d; ++i) {
      const double times = covariance[i][pivot] / covariance[pivot][pivot];
      z[i] -= times * z[pivot];
      for (std::size_t j = pivot; j < d; ++j) covariance[i][j] -= times * covariance[pivot][j];
    }
  }
  return -0.5 * (static_cast<double>(d) * std::log(2 * std::numbers::pi) + log_determinant + distance);
}

/// Expectation maximisation, a row and a component at a time.
class SlowMixture {
 public:
  SlowMixture(const Matrix& matrix, const std::vector<std::uint32_t>& labels, std::size_t components, bool full,
              double ridge, double shrink)
      : full_(full), ridge_(ridge), shrink_(shrink), shares_(matrix.rows(), std::vector<double>(components)) {
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      rows_.emplace_back();
      for (std::size_t j = 0; j < matrix.columns(); ++j) rows_.back().push_back(static_cast<double>(matrix.at(row, j)));
      shares_[row][labels[row]] = 1;
    }
    maximise();
  }

  void iterate() {
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      const double total = log_likelihood(row);
      for (std::size_t c = 0; c < weights_.size(); ++c) shares_[row][c] = std::exp(log_density(row, c) - total);
    }
    maximise();
  }

  double log_likelihood(std::size_t row) const {
    double sum = 0;
    for (std::size_t c = 0; c < weights_.size(); ++c) sum += std::exp(log_density(row, c));
    return std::log(sum);
  }

 private:
  double log_density(std::size_t row, std::size_t c) const {
    return std::log(weights_[c]) + slow_log_density(rows_[row], means_[c], covariances_[c]);
  }

  void maximise() {
    const std::size_t components = shares_.front().size();
    const std::size_t d = rows_.front().size();
    weights_.assign(components, 0);
    means_.assign(components, std::vector<double>(d));
    covariances_.assign(components, Rows(d, std::vector<double>(d)));
    for (std::size_t c = 0; c < components; ++c) {
      double total = 0;
      for (const auto& shares : shares_) total += shares[c];
      weights_[c] = total / static_cast<double>(rows_.size());
      for (std::size_t row = 0; row < rows_.size(); ++row) {
        for (std::size_t j = 0; j < d; ++j) means_[c][j] += shares_[row][c] * rows_[row][j] / total;
      }
      for (std::size_t i = 0; i < d; ++i) {
        for (std::size_t j = 0; j < d; ++j) {
          if (!full_ && i != j) continue;
          for (std::size_t row = 0; row < rows_.size(); ++row) {
            covariances_[c][i][j] +=
                shares_[row][c] * (rows_[row][i] - means_[c][i]) * (rows_[row][j] - means_[c][j]) / total;
          }
        }
        covariances_[c][i][i] += ridge_;
      }
    }
    draw_to_pooled(d);
  }

  void draw_to_pooled(std::size_t d) {
    const std::vector<Rows> own = covariances_;
    for (std::size_t c = 0; c < own.size(); ++c) {
      const double kept = (1 - shrink_) * weights_[c];
      for (std::size_t i = 0; i < d; ++i) {
        for (std::size_t j = 0; j < d; ++j) {
          double pooled = 0;
          for (std::size_t other = 0; other < own.size(); ++other) pooled += weights_[other] * own[other][i][j];
          covariances_[c][i][j] = (kept * own[c][i][j] + shrink_ * pooled) / (kept + shrink_);
        }
      }
    }
  }

  bool full_;
  double ridge_;
  double shrink_;
  Rows rows_;
  Rows shares_;
  std::vector<double> weights_;
  Rows means_;
  std::vector<Rows> covariances_;
};

TEST(Gmm, FollowsTheSlowTwinIterationByIteration) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Rng rng(seed);
    const Matrix matrix = made_up_matrix(rng, 150, 3, {3});
    const bool full = seed % 2 == 0;
    const std::size_t iterations = 1 + seed % 4;
    const double shrink = seed % 3 == 0 ? 0 : 0.1 * static_cast<double>(seed % 5);
    const Clustering start = cluster(matrix, {.clusters = 2, .seed = Rng::stream(seed, 0).next(), .progress = {}});
    SlowMixture slow(matrix, start.labels, 2, full, 1e-2, shrink);
    for (std::size_t i = 0; i < iterations; ++i) slow.iterate();
    const Gmm gmm = Gmm::fit(matrix,
                             {.components = 2,
                              .full = full,
                              .ridge = 1e-2,
                              .shrink = shrink,
                              .tolerance = 0,
                              .most_iterations = iterations,
                              .seed = seed},
                             {});
    std::vector<double> scores(matrix.rows());
    gmm.score(matrix, scores);
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      ASSERT_NEAR(scores[row], -slow.log_likelihood(row), 1e-6) << "seed " << seed << " row " << row;
    }
  }
}

/// Three round clusters at 0, 20 and 40.
Matrix three_clusters(std::size_t rows) {
  Rng rng(1);
  std::vector<std::vector<float>> result;
  for (std::size_t i = 0; i < rows; ++i) {
    const double centre = 20 * static_cast<double>(i % 3);
    result.push_back({static_cast<float>(centre + rng.normal()), static_cast<float>(rng.normal() - centre)});
  }
  return matrix_of(result);
}

TEST(Gmm, ChoosesTheNumberOfComponentsByBic) {
  std::vector<std::string> notes;
  const auto gmm =
      Gmm::fit(three_clusters(600), {.components = 1, .most_components = 6, .starts = 2}, {0, {}, {}, &notes});
  EXPECT_EQ(gmm.mixture().components().size(), 3U);
  ASSERT_FALSE(notes.empty());
  EXPECT_EQ(notes[0], "gmm: 3 components, by BIC among 1 to 6");
}

TEST(Gmm, CountsItsParametersAsScikitLearnDoes) {
  const Matrix matrix = three_clusters(90);
  const auto full = Gmm::fit(matrix, {.components = 3}, {});
  EXPECT_EQ(full.parameters(), 3 * (2 + 3) + 2);
  EXPECT_EQ(Gmm::fit(matrix, {.components = 3, .full = false}, {}).parameters(), 3 * (2 + 2) + 2);
  std::vector<double> scores(90);
  full.score(matrix, scores);
  double sum = 0;
  for (const double score : scores) sum += score;
  EXPECT_NEAR(full.aic(matrix), 2 * sum + 2 * 17, 1e-6);
  EXPECT_NEAR(full.bic(matrix), 2 * sum + 17 * std::log(90.0), 1e-6);
}

TEST(Gmm, TellsWhatItFellBackOn) {
  std::vector<std::string> notes;
  const FitContext context{0, {}, {}, &notes};
  const std::vector<std::vector<float>> rows{{0, 7}, {0, 7}, {1, 7}, {1, 7}};
  const auto gmm = Gmm::fit(matrix_of(rows), {.components = 3, .ridge = 0}, context);
  EXPECT_EQ(gmm.mixture().components().size(), 2U);
  const auto told = [&](std::string_view part) {
    return std::any_of(notes.begin(), notes.end(),
                       [&](const auto& note) { return note.find(part) != std::string::npos; });
  };
  EXPECT_TRUE(told("2 components instead of 3"));
  EXPECT_TRUE(told("1 of 2 columns never vary"));
  EXPECT_TRUE(told("2 of 2 covariances are singular"));
  EXPECT_THROW(Gmm::fit(matrix_of(rows), {.components = 5}, context), Error);
}

TEST(Gmm, LearnsFromAsManyRowsAsItIsTold) {
  const Matrix matrix = three_clusters(900);
  const auto all = Gmm::fit(matrix, {.components = 3}, {});
  const auto some = Gmm::fit(matrix, {.components = 3, .rows = 300}, {});
  EXPECT_NE(all.mixture().components()[0].log_scale, some.mixture().components()[0].log_scale);
  EXPECT_NEAR(all.aic(matrix), some.aic(matrix), 0.02 * all.aic(matrix));
}

TEST(Gmm, ReadsItsComponents) {
  const Matrix matrix = three_clusters(60);
  const auto fit = [&](const std::string& setting) {
    const DetectorInfo& info = gmm_info();
    return info.fit(matrix, SettingValues(info.name, info.settings, std::vector{setting}), {});
  };
  EXPECT_NO_THROW(fit("components=auto:2-4"));
  for (const auto* text :
       {"0", "1001", "x", "auto", "auto:", "auto:3", "auto:4-2", "auto:1-2-3", "auto:0-2", "-1", ""}) {
    EXPECT_THROW(fit(std::string("components=") + text), Error) << text;
  }
  EXPECT_THROW(fit("covariance=tied"), Error);
}

TEST(Gmm, RefusesMoreColumnsThanItCanHold) {
  Matrix wide(3);
  wide.add_group(2100, {0, 1, 2});
  EXPECT_THROW(Gmm::fit(wide, {.components = 1}, {}), Error);
  EXPECT_NO_THROW(Gmm::fit(wide, {.components = 1, .full = false}, {}));
}

}  // namespace
}  // namespace netstray
