#include "netstray/maths/geodesic.h"

#include <gtest/gtest.h>

namespace netstray {
namespace {

constexpr Place kLisbon{38.7223, -9.1393}, kNewYork{40.7128, -74.0060};

TEST(Geodesic, AQuarterOfAMeridianIsAsLongAsItIsPublished) {
  EXPECT_NEAR(geodesic_km({0, 0}, {90, 0}), 10001.9657293, 1e-6);
}

TEST(Geodesic, ADegreeOfTheEquatorIsAsLongAsTheRadiusSays) {
  EXPECT_NEAR(geodesic_km({0, 10}, {0, 11}), 111.3194908, 1e-6);
}

TEST(Geodesic, TheWayBackIsAsLong) {
  EXPECT_DOUBLE_EQ(geodesic_km(kLisbon, kNewYork), geodesic_km(kNewYork, kLisbon));
  EXPECT_EQ(geodesic_km(kLisbon, kLisbon), 0);
}

TEST(Geodesic, PointsAlongAWayAreEquallyFarApartAndBeginAndEndWhereItDoes) {
  const auto places = geodesic_points(kLisbon, kNewYork, 9);
  ASSERT_EQ(places.size(), 9U);
  EXPECT_EQ(places.front(), kLisbon);
  EXPECT_EQ(places.back(), kNewYork);
  const double step = geodesic_km(kLisbon, kNewYork) / 8;
  for (std::size_t i = 1; i < places.size(); ++i) EXPECT_NEAR(geodesic_km(places[i - 1], places[i]), step, 1e-6);
}

}  // namespace
}  // namespace netstray
