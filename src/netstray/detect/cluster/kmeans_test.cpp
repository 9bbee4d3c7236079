#include "netstray/detect/cluster/kmeans.h"

#include <cmath>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/registry.h"
#include "netstray/maths/made_up_matrix.h"

namespace netstray {
namespace {

double slow_squared(const Matrix& matrix, std::size_t row, std::span<const double> centre) {
  double sum = 0;
  for (std::size_t j = 0; j < centre.size(); ++j) {
    const double away = static_cast<double>(matrix.at(row, j)) - centre[j];
    sum += away * away;
  }
  return sum;
}

/// Lloyd's iterations in f64 on dense rows, from the same first rows, until no label changes.
double slow_inertia(const Matrix& matrix, std::span<const std::uint32_t> first) {
  const std::size_t d = matrix.columns();
  std::vector<std::vector<double>> centres;
  for (const std::uint32_t row : first) {
    centres.emplace_back();
    for (std::size_t j = 0; j < d; ++j) centres.back().push_back(static_cast<double>(matrix.at(row, j)));
  }
  std::vector<std::size_t> labels(matrix.rows(), centres.size());
  for (bool changed = true; changed;) {
    changed = false;
    double inertia = 0;
    std::vector<std::vector<double>> sums(centres.size(), std::vector<double>(d + 1));
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      std::size_t nearest = 0;
      for (std::size_t c = 1; c < centres.size(); ++c) {
        if (slow_squared(matrix, row, centres[c]) < slow_squared(matrix, row, centres[nearest])) nearest = c;
      }
      changed = changed || labels[row] != nearest;
      labels[row] = nearest;
      inertia += slow_squared(matrix, row, centres[nearest]);
      for (std::size_t j = 0; j < d; ++j) sums[nearest][j] += static_cast<double>(matrix.at(row, j));
      ++sums[nearest][d];
    }
    if (!changed) return inertia;
    for (std::size_t c = 0; c < centres.size(); ++c) {
      for (std::size_t j = 0; j < d; ++j) centres[c][j] = sums[c][j] / sums[c][d];
    }
  }
  return 0;
}

TEST(Cluster, EndsWhereTheSlowTwinEnds) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Matrix matrix = made_up_matrix(rng, 60 + rng.below(200), 1 + rng.below(4), {3});
    const ClusteringSettings settings{.clusters = 2 + rng.below(4), .tolerance = 0, .seed = seed, .progress = {}};
    Rng start = Rng::stream(seed, 0);
    const auto first = spread_rows(matrix, PackedRows(matrix), settings.clusters, start);
    const Clustering found = cluster(matrix, settings);
    ASSERT_TRUE(found.converged) << "seed " << seed;
    ASSERT_NEAR(found.inertia, slow_inertia(matrix, first), 1e-4 * found.inertia) << "seed " << seed;
  }
}

TEST(Cluster, FindsFewerClustersWhereThereAreFewerDistinctRows) {
  const Matrix matrix = matrix_of({{1, 1}, {1, 1}, {5, 5}, {5, 5}, {5, 5}});
  const Clustering found = cluster(matrix, {.clusters = 4, .progress = {}});
  EXPECT_EQ(found.centres.size(), 4U);
  EXPECT_EQ(found.inertia, 0.0);
  std::vector<std::string> notes;
  const auto kmeans = KMeans::fit(matrix, {.clusters = 4}, {0, {}, {}, &notes});
  EXPECT_EQ(kmeans.centres().size(), 2U);
  EXPECT_EQ(notes.size(), 1U);
  EXPECT_THROW(KMeans::fit(matrix, {.clusters = 6}, {}), Error);
}

TEST(SpreadRows, TakesDistinctRowsFarApart) {
  std::vector<std::vector<float>> rows;
  rows.reserve(300);
  for (int i = 0; i < 300; ++i) rows.push_back({static_cast<float>(i % 3) * 100});
  const Matrix matrix = matrix_of(rows);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    auto chosen = spread_rows(matrix, PackedRows(matrix), 5, rng);
    ASSERT_EQ(chosen.size(), 3U) << "seed " << seed;
    for (auto& row : chosen) row %= 3;
    std::sort(chosen.begin(), chosen.end());
    ASSERT_EQ(chosen, (std::vector<std::uint32_t>{0, 1, 2})) << "seed " << seed;
  }
}

TEST(Elbow, FallsAsClustersAreAddedAndAgreesWithOneRun) {
  Rng rng(4);
  const Matrix matrix = made_up_matrix(rng, 1500, 4, {3});
  const std::vector<std::size_t> counts{1, 2, 4, 8};
  const auto inertias = elbow(matrix, counts, {.progress = {}});
  for (std::size_t i = 1; i < counts.size(); ++i) EXPECT_LT(inertias[i], inertias[i - 1]);
  EXPECT_EQ(inertias[3], cluster(matrix, {.clusters = 8, .progress = {}}).inertia);
  set_threads(1);
  EXPECT_EQ(elbow(matrix, counts, {.progress = {}}), inertias);
  set_threads(0);
  EXPECT_TRUE(elbow(matrix, {}, {.progress = {}}).empty());
}

TEST(KMeans, ScalesDistancesByTheirCluster) {
  // One cluster at 0 with distances 1, one at 100 with distances 4 and twice the rows.
  std::vector<std::vector<float>> rows;
  rows.reserve(60);
  for (int i = 0; i < 20; ++i) rows.push_back({i % 2 == 0 ? -1.0F : 1.0F});
  for (int i = 0; i < 40; ++i) rows.push_back({i % 2 == 0 ? 96.0F : 104.0F});
  const Matrix matrix = matrix_of(rows);
  const Matrix test = matrix_of({{3}, {108}});
  const auto scores = [&](KMeansSettings::Scale scale) {
    std::vector<double> result(2);
    KMeans::fit(matrix, {.clusters = 2, .scale = scale}, {}).score(test, result);
    return result;
  };
  EXPECT_EQ(scores(KMeansSettings::Scale::none), (std::vector<double>{3, 8}));
  EXPECT_EQ(scores(KMeansSettings::Scale::cluster_mean), (std::vector<double>{3, 2}));
  EXPECT_EQ(scores(KMeansSettings::Scale::all_mean), (std::vector<double>{9, 3}));
}

TEST(KMeans, TakesItsUnitsFromOtherRowsWhereAsked) {
  // Fitted round 0 and 100. Of the four rows measured, one lies 2 from 0, three lie 5, 5 and 2 from 100.
  auto kmeans =
      KMeans::fit(matrix_of({{-1}, {1}, {99}, {101}}), {.clusters = 2, .scale = KMeansSettings::Scale::all_mean}, {});
  const Matrix measured = matrix_of({{2}, {95}, {105}, {98}});
  kmeans.measure_distances(measured);
  std::vector<double> scores(4);
  kmeans.score(measured, scores);
  EXPECT_EQ(scores, (std::vector<double>{2 / (2.0 / 4), 5 / (12.0 / 4), 5 / (12.0 / 4), 2 / (12.0 / 4)}));
  EXPECT_EQ(kmeans.inertia(), 4.0 + 25 + 25 + 4);
  EXPECT_THROW(kmeans.measure_distances(Matrix(0)), Error);
  EXPECT_THROW(kmeans.measure_distances(matrix_of({{1, 2}})), Error);
}

TEST(KMeans, TellsItsClusters) {
  const auto kmeans = KMeans::fit(matrix_of({{0}, {2}, {10}}), {.clusters = 2}, {});
  const std::size_t lower = kmeans.centres().centre(0)[0] < 5 ? 0 : 1;
  EXPECT_EQ(kmeans.cluster_rows()[lower], 2U);
  EXPECT_EQ(kmeans.mean_distances()[lower], 1.0);
  EXPECT_EQ(kmeans.mean_distances()[1 - lower], 0.0);
  EXPECT_EQ(kmeans.inertia(), 2.0);
}

}  // namespace
}  // namespace netstray
