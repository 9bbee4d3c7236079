#include "netstray/maths/geodesic.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"

namespace netstray {
namespace {

TEST(Geodesic, GivesPublishedDistances) {
  // Geoscience Australia's example for Vincenty's formulae, Flinders Peak to Buninyong: 54,972.271 m.
  EXPECT_NEAR(geodesic_km({-37.95103341666667, 144.42486788888888}, {-37.652821138888886, 143.92649552777777}),
              54.972271, 1e-6);
  // The examples of geopy's manual.
  EXPECT_NEAR(geodesic_km({41.49008, -71.312796}, {41.499498, -81.695391}), 866.455432910, 1e-6);
  EXPECT_NEAR(geodesic_km({-41.32, 174.81}, {40.96, -5.50}), 19959.6792674, 1e-6);
  // A quarter of a meridian, a degree of the equator, and half way round by a pole, of WGS 84.
  EXPECT_NEAR(geodesic_km({0, 0}, {90, 0}), 10001.965729, 1e-6);
  EXPECT_NEAR(geodesic_km({0, 10}, {0, 11}), 111.319490793, 1e-6);
  EXPECT_NEAR(geodesic_km({0, 0}, {0, 180}), 20003.931459, 1e-6);
  EXPECT_EQ(geodesic_km({38, -97}, {38, -97}), 0);
  EXPECT_TRUE(std::isnan(geodesic_km({91, 0}, {0, 0})));
}

TEST(GeodesicLines, AreCutAtTheDateLine) {
  const Place tokyo{35.7, 139.7};
  const Place los_angeles{34, -118.2};
  const auto lines = geodesic_lines(tokyo, los_angeles);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].back().longitude, 180);
  EXPECT_EQ(lines[1].front().longitude, -180);
  EXPECT_EQ(lines[0].back().latitude, lines[1].front().latitude);
  EXPECT_GT(lines[0].back().latitude, 45) << "it bends to the north";
  EXPECT_EQ(geodesic_lines(los_angeles, tokyo).front().back().longitude, -180);
  EXPECT_EQ(geodesic_lines({39.5, -8}, los_angeles).size(), 1U);
}

TEST(GeodesicLines, MayBeginAndEndOnTheDateLine) {
  EXPECT_EQ(geodesic_lines({0, 180}, {0, 170}).size(), 1U);
  EXPECT_EQ(geodesic_lines({0, 180}, {0, -170}).size(), 1U);
  EXPECT_EQ(geodesic_lines({0, -180}, {0, 170}).size(), 1U);
  EXPECT_EQ(geodesic_lines({0, 170}, {0, 180}).size(), 1U);
  EXPECT_EQ(geodesic_lines({0, 170}, {0, -180}).size(), 1U);
  EXPECT_EQ(geodesic_lines({10, 20}, {10, 20}), (std::vector<std::vector<Place>>{{{10, 20}, {10, 20}}}));
}

double difference(double a, double b) { return std::fabs(std::remainder(a - b, 360)); }

TEST(GeodesicLines, LeadFromEndToEndInShortStepsWithoutADetour) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    const bool whole = rng.below(3) == 0;  // whole degrees meet poles, meridians and antipodes
    const auto degrees = [&](double most) {
      return whole ? std::round(rng.uniform(-2, 2)) * most / 2 : rng.uniform(-most, most);
    };
    const Place from{degrees(90), degrees(180)};
    const Place to{degrees(90), degrees(180)};
    const auto lines = geodesic_lines(from, to, 500);
    ASSERT_LE(lines.size(), whole ? 4U : 2U) << "seed " << seed;  // over a pole it may cross there, too
    double length = 0;
    for (const auto& line : lines) {
      ASSERT_GE(line.size(), 2U) << "seed " << seed;
      for (std::size_t i = 0; i < line.size(); ++i) {
        EXPECT_LE(std::fabs(line[i].longitude), 180) << "seed " << seed;
        if (i == 0) continue;
        const double step = geodesic_km(line[i - 1], line[i]);
        EXPECT_LE(step, 500.001) << "seed " << seed;
        length += step;
      }
    }
    EXPECT_NEAR(length, geodesic_km(from, to), 0.01) << "seed " << seed;
    EXPECT_NEAR(lines.front().front().latitude, from.latitude, 1e-9) << "seed " << seed;
    EXPECT_NEAR(lines.back().back().latitude, to.latitude, 1e-9) << "seed " << seed;
    if (std::fabs(from.latitude) < 89) {
      EXPECT_NEAR(difference(lines.front().front().longitude, from.longitude), 0, 1e-9) << "seed " << seed;
    }
    if (std::fabs(to.latitude) < 89) {
      EXPECT_NEAR(difference(lines.back().back().longitude, to.longitude), 0, 1e-9) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace netstray
