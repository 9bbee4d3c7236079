#include "netstray/detect/gaussian/mahalanobis.h"

#include <cmath>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/detect/registry.h"
#include "netstray/maths/made_up_matrix.h"

namespace netstray {
namespace {

TEST(Mahalanobis, IsTheDistanceOfHandComputedNumbers) {
  // Means 1 and 2, variances 1 and 4, no covariance.
  const Matrix matrix = matrix_of({{0, 0}, {2, 0}, {0, 4}, {2, 4}});
  const auto detector = Mahalanobis::fit(matrix, {.ridge = 0, .log = false}, {});
  const Matrix test = matrix_of({{1, 2}, {2, 2}, {1, 6}, {4, 8}});
  std::vector<double> scores(4);
  detector.score(test, scores);
  EXPECT_NEAR(scores[0], 0, 1e-12);
  EXPECT_NEAR(scores[1], 1, 1e-12);
  EXPECT_NEAR(scores[2], 4, 1e-12);
  EXPECT_NEAR(scores[3], 18, 1e-11);
  std::vector<double> parts(2);
  detector.explain(test, 3, parts);
  EXPECT_NEAR(parts[0], 9, 1e-11);
  EXPECT_NEAR(parts[1], 9, 1e-11);
  Mahalanobis::fit(matrix, {.ridge = 0, .log = true}, {}).score(test, scores);
  EXPECT_NEAR(scores[3], std::log(18.0), 1e-11);
  EXPECT_NEAR(scores[0], std::log(1e-12), 1e-9);
}

TEST(Mahalanobis, BoundsWhatAConstantColumnAddsByTheRidge) {
  const auto detector =
      Mahalanobis::fit(matrix_of({{0, 5}, {2, 5}, {0, 5}, {2, 5}}), {.ridge = 1e-3, .log = false}, {});
  std::vector<double> scores(1);
  detector.score(matrix_of({{1, 6}}), scores);
  EXPECT_NEAR(scores[0], 1000, 1e-6);
}

TEST(Mahalanobis, TellsWhenItRaisedTheRidge) {
  std::vector<std::string> notes;
  const FitContext context{0, {}, {}, &notes};
  Mahalanobis::fit(matrix_of({{0, 0}, {2, 2}, {1, 1}}), {.ridge = 0}, context);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("singular"), std::string::npos);
  notes.clear();
  Mahalanobis::fit(matrix_of({{0, 0}, {2, 2}, {1, 1}}), {}, context);
  EXPECT_TRUE(notes.empty());
  EXPECT_THROW(Mahalanobis::fit(matrix_of({{0, 0}}), {.ridge = -1}, context), Error);
}

}  // namespace
}  // namespace netstray
