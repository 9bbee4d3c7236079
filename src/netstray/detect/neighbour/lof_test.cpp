#include "netstray/detect/neighbour/lof.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "netstray/detect/detector_testing.h"

namespace netstray {
namespace {

/// The factor written down from its definition, over all rows, copies and all.
class PlainLof {
 public:
  PlainLof(const Matrix& train, std::size_t k) : train_(train), k_(k) {
    for (std::size_t row = 0; row < train.rows(); ++row) {
      near_.push_back(nearest(train, row, row));
      reach_.push_back(near_.back().back().first);
    }
    for (std::size_t row = 0; row < train.rows(); ++row) density_.push_back(density(near_[row]));
  }

  double score(const Matrix& test, std::size_t row) const {
    const auto near = nearest(test, row, train_.rows());
    double sum = 0;
    for (const auto& [distance, other] : near) sum += density_[other];
    return sum / static_cast<double>(k_) / density(near);
  }

 private:
  using Near = std::vector<std::pair<double, std::size_t>>;

  Near nearest(const Matrix& matrix, std::size_t row, std::size_t without) const {
    Near all;
    for (std::size_t other = 0; other < train_.rows(); ++other) {
      if (other == without) continue;
      double sum = 0;
      for (std::size_t column = 0; column < train_.columns(); ++column) {
        const double difference = double{matrix.at(row, column)} - double{train_.at(other, column)};
        sum += difference * difference;
      }
      all.emplace_back(std::sqrt(sum), other);
    }
    std::ranges::sort(all);
    all.resize(k_);
    return all;
  }

  double density(const Near& near) const {
    double sum = 0;
    for (const auto& [distance, other] : near) sum += std::max(distance, reach_[other]);
    return 1 / (sum / static_cast<double>(k_) + 1e-10);
  }

  const Matrix& train_;
  std::size_t k_;
  std::vector<Near> near_;
  std::vector<double> reach_;
  std::vector<double> density_;
};

TEST(Lof, ScoresAsItsDefinitionOverAllCopies) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::size_t numbers = 2 + rng.below(4);
    const Matrix train = quiet_rows(rng, 40 + rng.below(40), numbers, false);
    const Matrix test = quiet_rows(rng, 6, numbers, false);
    const std::size_t k = 4 + rng.below(12);
    const PlainLof plain(train, k);
    const auto scores = scores_of(*fit_detector(lof_info(), train, {"k=" + std::to_string(k)}), test);
    for (std::size_t row = 0; row < test.rows(); ++row) {
      const double expected = plain.score(test, row);
      EXPECT_NEAR(scores[row], expected, 1e-4 * expected) << "seed " << seed << ", k " << k;
    }
  }
}

TEST(Lof, HeapsOfCopiesAreAsDenseAsScikitLearnMakesThem) {
  const Matrix train = matrix_of(1, {0, 0, 0, 0, 5, 6, 8});
  const auto detector = fit_detector(lof_info(), train, {"k=2"});
  const auto scores = scores_of(*detector, matrix_of(1, {0, 1, 7}));
  EXPECT_NEAR(scores[0], 1, 1e-9);
  EXPECT_NEAR(scores[1], 1e10, 10);  // neighbours of density 1e10, one away
  // Neighbours 6 and 8, whose 2nd neighbours are 2 and 3 away; 7 itself: (2 + 3) / 2. Densities of 6: its neighbours
  // are 5 and 8, which reach 3 and 3; of 8: 6 and 5, which reach 2 and 3, and are 2 and 3 away.
  EXPECT_NEAR(scores[2], (1 / ((3 + 3) / 2.0) + 1 / ((2 + 3) / 2.0)) / 2 * 2.5, 1e-6);
}

TEST(Lof, TakesAMillionEqualRowsAsOne) {
  Matrix train(1'000'000);
  train.add_numbers(std::vector<float>(train.rows(), 2.0F));
  const auto scores = scores_of(*fit_detector(lof_info(), train), matrix_of(1, {2, 5}));
  EXPECT_NEAR(scores[0], 1, 1e-9);
  EXPECT_NEAR(scores[1], 3e10, 100);
}

TEST(Lof, NeedsTwoRows) {
  EXPECT_EQ(fit_error(lof_info(), matrix_of(1, {0})),
            "lof: one row only; it compares rows with others, so it needs two at least");
}

TEST(Lof, TakesAllOthersWhereKIsMoreAndSaysSo) {
  std::vector<std::string> notes;
  const auto detector = fit_detector(lof_info(), matrix_of(1, {0, 1, 2}), {}, 1, &notes);
  EXPECT_GT(scores_of(*detector, matrix_of(1, {9}))[0], 1);
  EXPECT_EQ(notes, std::vector<std::string>{"lof: k is 2, as a training row has no more others (20 were asked for)"});
}

TEST(Lof, TellsItsProgressToTheEnd) {
  Rng rng(1);
  const Matrix train = quiet_rows(rng, 6000, 2, false);
  FitContext context;
  std::vector<std::uint64_t> done;
  context.progress = [&](std::uint64_t count, std::uint64_t total, std::string_view) {
    done.push_back(count);
    EXPECT_GE(total, count);
  };
  (void)LofDetector::fit(train, {}, context);
  EXPECT_GE(done.size(), 2U);
  EXPECT_TRUE(std::ranges::is_sorted(done));
}

}  // namespace
}  // namespace netstray
