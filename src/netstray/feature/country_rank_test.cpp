#include "netstray/feature/country_rank.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

Table table_of(const std::string& text) { return read_country_table(open_memory("countries.csv", text)); }

const std::string kFew =
    "country,country.code2,country.code3,lat,lon\n"
    "Spain,ES,ESP,40,-4\n"
    "Namibia,NA,NAM,-22,17\n"
    "Portugal,PT,PRT,39.5,-8\n"
    "Korea,KP,PRK,40,127\n"
    "Korea,KR,KOR,37,127.5\n";

TEST(CountryRank, GoesFromTheStartToTheNearestOfAllRankedSoFar) {
  const auto ranks = country_ranks(countries_of(table_of(kFew)));
  EXPECT_EQ(ranks.numbers.at("Portugal"), 0);
  EXPECT_EQ(ranks.numbers.at("Spain"), 1);
  EXPECT_EQ(ranks.numbers.at("Namibia"), 2);
  EXPECT_EQ(ranks.numbers.at("Korea"), 4) << "the later of two of one name";
  EXPECT_EQ(ranks.fallback, 1000);
}

TEST(CountryRank, KeepsNamibiaWhoseCodeLooksLikeAMissingValue) {
  const auto countries = countries_of(table_of(kFew));
  EXPECT_EQ(countries[1].code, "NA");
}

TEST(CountryRank, NamesTheCountryThatIsNowhere) {
  EXPECT_THROW(countries_of(table_of("country,country.code2,lat,lon\nX,XX,91,0\n")), Error);
  EXPECT_THROW(countries_of(table_of("country,country.code2,lat,lon\nX,XX,,0\n")), Error);
  EXPECT_THROW(countries_of(table_of("country,country.code2,lat\nX,XX,1\n")), Error);
  EXPECT_THROW(country_ranks(countries_of(table_of(kFew)), "BR"), Error);
}

/// The notebook's own loop: all sums anew at each step, ranked places passed over one by one.
std::vector<std::uint32_t> rank_naively(const std::vector<Place>& places, std::size_t start) {
  const std::size_t n = places.size();
  std::vector<std::vector<double>> distances(n, std::vector<double>(n, 0));
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      distances[i][j] = distances[j][i] = geodesic_km(places[i], places[j]);
      largest = std::max(largest, distances[i][j]);
    }
  }
  for (std::size_t i = 0; i < n; ++i) distances[i][i] = largest;
  std::vector<std::size_t> processed = {start};
  while (processed.size() < n) {
    std::vector<double> sums(n, 0);
    for (const std::size_t p : processed) {
      for (std::size_t i = 0; i < n; ++i) sums[i] += distances[p][i];
    }
    auto least = std::ranges::min_element(sums);
    while (std::ranges::find(processed, static_cast<std::size_t>(least - sums.begin())) != processed.end()) {
      *least = INFINITY;
      least = std::ranges::min_element(sums);
    }
    processed.push_back(static_cast<std::size_t>(least - sums.begin()));
  }
  std::vector<std::uint32_t> ranks(n);
  for (std::uint32_t rank = 0; rank < n; ++rank) ranks[processed[rank]] = rank;
  return ranks;
}

TEST(CountryRank, AgreesWithTheLoopOfTheNotebook) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    std::vector<Place> places(1 + rng.below(12));
    for (auto& place : places) {  // whole degrees, some of them twice
      place.latitude = std::floor(rng.uniform(-3, 3)) * 30;
      place.longitude = std::floor(rng.uniform(-6, 6)) * 30;
    }
    const std::size_t start = rng.below(places.size());
    EXPECT_EQ(nearness_ranks(places, start), rank_naively(places, start)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace netstray
