#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/base/byte_source.h"
#include "netstray/feature/derive.h"
#include "netstray/maths/geodesic.h"
#include "netstray/table/table.h"

namespace netstray {

struct Country {
  std::string name;  ///< "Portugal"
  std::string code;  ///< "PT" (ISO 3166-1 alpha-2)
  Place place;       ///< somewhere in its middle
};

/// Countries from a CSV file with the columns `country`, `country.code2`, `lat` and `lon`, as a table; other columns
/// are kept. Only "-" and nothing are missing: NA is Namibia. Throws Error, as CsvReader does, and where one of these
/// columns is absent.
Table read_country_table(std::unique_ptr<ByteSource> source);

/// The countries of such a table, in its order. Throws Error, naming the row, for a missing name, latitude or
/// longitude, a latitude beyond the poles and more than 10,000 rows.
std::vector<Country> countries_of(const Table& table);

/// Ranks places by nearness, step by step: `start` has rank 0; each next rank goes to the place with the least sum of
/// distances to all places ranked so far (the first of them where sums are equal), as notebook 001 ranks countries.
/// O(n^2), of which n^2 / 2 are geodesic distances.
std::vector<std::uint32_t> nearness_ranks(std::span<const Place> places, std::size_t start);

/// The rank of each country's name, for `mapped`; an unknown name has 1000. Where two countries bear one name the later
/// one's rank counts (the notebook's file has two of "Korea" and of "Congo"). Throws Error where none has the code
/// `start`.
ValueMap country_ranks(std::span<const Country> countries, std::string_view start = "PT");

}  // namespace netstray
