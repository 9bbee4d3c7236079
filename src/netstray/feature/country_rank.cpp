#include "netstray/feature/country_rank.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/table/csv.h"

namespace netstray {
namespace {

constexpr std::size_t kMostCountries = 10'000;

/// Distances of all pairs, row by row; the diagonal has the largest of them. Each is taken from the earlier place to
/// the later one, as the notebook does.
std::vector<double> all_distances(std::span<const Place> places) {
  const std::size_t n = places.size();
  std::vector<double> distances(n * n, 0);
  parallel_for(n, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t j = i + 1; j < n; ++j) {
        distances[i * n + j] = distances[j * n + i] = geodesic_km(places[i], places[j]);
      }
    }
  });
  const double largest = distances.empty() ? 0 : *std::ranges::max_element(distances);
  for (std::size_t i = 0; i < n; ++i) distances[i * n + i] = largest;
  return distances;
}

}  // namespace

Table read_country_table(std::unique_ptr<ByteSource> source) {
  const std::string name = source->name();
  CsvOptions options;
  options.missing = {"", "-"};
  options.types = {{"country", ColumnType::category},
                   {"country.code2", ColumnType::category},
                   {"lat", ColumnType::number},
                   {"lon", ColumnType::number}};
  CsvReader reader(std::move(source), options);
  RowBatch batch;
  if (reader.read(batch, kMostCountries + 1) && batch.table.rows() > kMostCountries) {
    throw Error(fmt::format("{}: more than {} countries", name, grouped(kMostCountries)));
  }
  return std::move(batch.table);
}

std::vector<Country> countries_of(const Table& table) {
  constexpr double kPole = 90;
  const Column& names = table.column("country");
  const Column& codes = table.column("country.code2");
  const Column& latitudes = table.column("lat");
  const Column& longitudes = table.column("lon");
  if (table.rows() > kMostCountries) throw Error(fmt::format("more than {} countries", grouped(kMostCountries)));
  std::vector<Country> countries;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const Place place{latitudes.number(row), longitudes.number(row)};
    const bool on_earth = std::fabs(place.latitude) <= kPole && std::isfinite(place.longitude);
    if (names.missing(row) || !on_earth) {
      throw Error(fmt::format("country {} in row {} of the table has no name or no place on Earth (lat {}, lon {})",
                              quoted(names.text(row)), row + 1, place.latitude, place.longitude));
    }
    countries.push_back({names.text(row), codes.text(row), place});
  }
  return countries;
}

std::vector<std::uint32_t> nearness_ranks(std::span<const Place> places, std::size_t start) {
  const std::size_t n = places.size();
  const auto distances = all_distances(places);
  std::vector<std::uint32_t> ranks(n, 0);
  std::vector<double> sums(n, 0);
  std::size_t newest = start;
  for (std::uint32_t rank = 0; rank < n; ++rank) {
    if (rank > 0) newest = static_cast<std::size_t>(std::ranges::min_element(sums) - sums.begin());
    ranks[newest] = rank;
    for (std::size_t place = 0; place < n; ++place) sums[place] += distances[newest * n + place];
    sums[newest] = std::numeric_limits<double>::infinity();
  }
  return ranks;
}

ValueMap country_ranks(std::span<const Country> countries, std::string_view start) {
  constexpr double kUnknown = 1000;
  const auto first = std::ranges::find(countries, start, &Country::code);
  if (first == countries.end()) {
    throw Error(fmt::format("none of {} countries has the code {}, from which they are ranked", countries.size(),
                            quoted(start)));
  }
  std::vector<Place> places;
  places.reserve(countries.size());
  for (const auto& country : countries) places.push_back(country.place);
  const auto ranks = nearness_ranks(places, static_cast<std::size_t>(first - countries.begin()));
  ValueMap map;
  map.fallback = kUnknown;
  for (std::size_t i = 0; i < countries.size(); ++i) map.numbers[countries[i].name] = ranks[i];
  return map;
}

}  // namespace netstray
