#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/experiment/study/picture_points.h"

namespace netstray {
namespace {

/// The entities that are asked for, else those with the most rows, ties by first appearance.
std::vector<std::string> chosen_entities(const Column& column, const ReportSpec::Map& map) {
  if (!map.entities.empty()) return map.entities;
  std::map<std::string, std::size_t> place;
  std::vector<std::pair<std::string, std::uint64_t>> counts;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.missing(row)) continue;
    const auto [found, is_new] = place.emplace(column.text(row), counts.size());
    if (is_new) counts.emplace_back(found->first, 0);
    ++counts[found->second].second;
  }
  std::ranges::stable_sort(counts, std::greater<>(), &std::pair<std::string, std::uint64_t>::second);
  std::vector<std::string> names;
  for (const auto& [name, rows] : counts) {
    if (names.size() < map.most) names.push_back(name);
  }
  return names;
}

/// A column of degrees; an error where it is of another kind or beyond the range.
const Column& degrees(const Table& table, const std::string& key, const std::string& name, double most) {
  const Column& column = table.column(name);
  if (column.type() != ColumnType::number && column.type() != ColumnType::integer) {
    throw Error(fmt::format("report.map.{}: column {} is of type {}, expected numbers", key, quoted(name),
                            name_of(column.type())));
  }
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.missing(row) || std::abs(column.number(row)) <= most) continue;
    throw Error(fmt::format("report.map.{}: column {}, row {}: found {}, expected degrees from {} to {}", key,
                            quoted(name), row + 1, column.text(row), -most, most));
  }
  return column;
}

using Hop = std::pair<std::pair<double, double>, std::pair<double, double>>;

/// The same way back is the same line.
Hop hop_of(Place from, Place to) {
  Hop hop{{from.latitude, from.longitude}, {to.latitude, to.longitude}};
  if (hop.second < hop.first) std::swap(hop.first, hop.second);
  return hop;
}

}  // namespace

std::vector<JourneyResult> find_journeys(const Table& table, const ReportSpec::Map& map) {
  const Column& entity = table.column(map.entity);
  const Column& latitude = degrees(table, "latitude", map.latitude, 90);
  const Column& longitude = degrees(table, "longitude", map.longitude, 180);
  std::vector<JourneyResult> journeys;
  std::map<std::string, std::size_t, std::less<>> place_of;
  for (const auto& name : chosen_entities(entity, map)) {
    place_of.emplace(name, journeys.size());
    journeys.emplace_back().entity = name;
  }
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto found = entity.missing(row) ? place_of.end() : place_of.find(entity.text(row));
    if (found == place_of.end() || latitude.missing(row) || longitude.missing(row)) continue;
    JourneyResult& journey = journeys[found->second];
    ++journey.events;
    const Place here{latitude.number(row), longitude.number(row)};
    if (journey.places.empty() || !(journey.places.back() == here)) journey.places.push_back(here);
  }
  for (auto& journey : journeys) {
    if (journey.events == 0) {
      throw Error(fmt::format("report.map: no row with a place has {} {}", map.entity, quoted(journey.entity)));
    }
    std::set<Hop> drawn;
    for (std::size_t i = 1; i < journey.places.size(); ++i) {
      if (!drawn.insert(hop_of(journey.places[i - 1], journey.places[i])).second) continue;
      for (auto& piece : geodesic_lines(journey.places[i - 1], journey.places[i]))
        journey.hops.push_back(std::move(piece));
    }
  }
  return journeys;
}

}  // namespace netstray
