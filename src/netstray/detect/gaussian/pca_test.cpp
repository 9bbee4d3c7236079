#include "netstray/detect/gaussian/pca.h"

#include <cmath>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/detect/registry.h"
#include "netstray/maths/made_up_matrix.h"

namespace netstray {
namespace {

TEST(Pca, ScoresTheDistanceFromTheLineOfTheRows) {
  std::vector<std::vector<float>> rows;
  for (int i = -20; i <= 20; ++i) rows.push_back({static_cast<float>(i), static_cast<float>(i)});
  const Pca pca = Pca::fit(matrix_of(rows), {}, {});
  EXPECT_EQ(pca.components(), 1U);
  std::vector<double> scores(3);
  pca.score(matrix_of({{100, 100}, {1, -1}, {3, 5}}), scores);
  EXPECT_NEAR(scores[0], 0, 1e-10);
  EXPECT_NEAR(scores[1], std::sqrt(2.0), 1e-10);
  EXPECT_NEAR(scores[2], std::sqrt(2.0), 1e-10);
}

TEST(Pca, KeepsWhatItIsTold) {
  Rng rng(1);
  const Matrix matrix = made_up_matrix(rng, 500, 6, {3});
  EXPECT_EQ(Pca::fit(matrix, {.components = 4}, {}).components(), 4U);
  EXPECT_LT(Pca::fit(matrix, {.share = 0.5}, {}).components(), Pca::fit(matrix, {.share = 0.9}, {}).components());
  EXPECT_THROW(Pca::fit(matrix, {.components = 9}, {}), Error);
  EXPECT_THROW(Pca::fit(matrix, {.share = 0}, {}), Error);
}

TEST(Pca, LeavesOneDirectionOutAndSaysSo) {
  Rng rng(2);
  std::vector<std::string> notes;
  const FitContext context{0, {}, {}, &notes};
  EXPECT_EQ(Pca::fit(made_up_matrix(rng, 100, 3), {.share = 1}, context).components(), 2U);
  EXPECT_EQ(notes.size(), 1U);
  notes.clear();
  EXPECT_EQ(Pca::fit(matrix_of({{1, 2}, {1, 2}}), {}, context).components(), 0U);
  EXPECT_EQ(notes.size(), 1U);
}

}  // namespace
}  // namespace netstray
