#include "netstray/synth/network_map.h"

#include <algorithm>
#include <map>
#include <utility>

#include "netstray/base/error.h"

namespace netstray {
namespace {

constexpr double kElsewhere = .05;        // of choices: a network that is in several countries
constexpr std::size_t kFewCountries = 4;  // those in more are left out: a join would make dozens of rows of one

bool is_country(std::string_view code) {
  return code.size() == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z';
}

using Pair = std::pair<std::uint32_t, std::string>;

std::vector<Pair> usable(std::span<const AsnCountry> networks) {
  std::vector<Pair> pairs;
  for (const auto& [asn, country] : networks)
    if (asn != 0 && is_country(country)) pairs.emplace_back(asn, country);
  std::ranges::sort(pairs);
  const auto repeated = std::ranges::unique(pairs);
  pairs.erase(repeated.begin(), repeated.end());
  return pairs;
}

}  // namespace

NetworkMap::NetworkMap(std::span<const AsnCountry> networks) {
  std::map<std::string, Country> by_code;
  const auto pairs = usable(networks);
  for (std::size_t begin = 0; begin < pairs.size();) {
    std::size_t end = begin + 1;
    while (end < pairs.size() && pairs[end].first == pairs[begin].first) ++end;
    for (std::size_t i = begin; i < end && end - begin <= kFewCountries; ++i) {
      Country& country = by_code[pairs[i].second];
      country.code = pairs[i].second;
      (end - begin == 1 ? country.settled : country.elsewhere).push_back(pairs[i].first);
    }
    begin = end;
  }
  if (by_code.empty())
    throw usage_error("networks: none of them has a number, a country, and not more than 4 countries");
  for (auto& [code, country] : by_code) {
    const auto size = country.settled.size() + country.elsewhere.size();
    of_networks_.insert(of_networks_.end(), size, static_cast<std::uint32_t>(countries_.size()));
    countries_.push_back(std::move(country));
  }
}

std::size_t NetworkMap::country(std::string_view code) const {
  const auto found = std::ranges::lower_bound(countries_, code, {}, &Country::code);
  return found == countries_.end() ? countries_.size() - 1 : static_cast<std::size_t>(found - countries_.begin());
}

std::size_t NetworkMap::large_country(Rng& rng) const { return of_networks_[rng.below(of_networks_.size())]; }

std::uint32_t NetworkMap::network(std::size_t country, Rng& rng) const {
  const Country& here = countries_[country];
  const bool elsewhere = here.settled.empty() || (!here.elsewhere.empty() && rng.uniform() < kElsewhere);
  const auto& networks = elsewhere ? here.elsewhere : here.settled;
  return networks[rng.below(networks.size())];
}

std::span<const AsnCountry> well_known_networks() {
  static const std::vector<AsnCountry> networks{
      {15169, "US"}, {14618, "US"}, {7018, "US"},  {7922, "US"},  {3356, "US"},  {714, "US"},   {2906, "US"},
      {36459, "US"}, {13335, "US"}, {13335, "AU"}, {3243, "PT"},  {2860, "PT"},  {12353, "PT"}, {1930, "PT"},
      {3352, "ES"},  {12479, "ES"}, {766, "ES"},   {3215, "FR"},  {12322, "FR"}, {16276, "FR"}, {16276, "CA"},
      {577, "CA"},   {3320, "DE"},  {24940, "DE"}, {680, "DE"},   {2856, "GB"},  {5089, "GB"},  {786, "GB"},
      {1136, "NL"},  {60781, "NL"}, {1103, "NL"},  {3269, "IT"},  {1267, "IT"},  {5432, "BE"},  {3303, "CH"},
      {559, "CH"},   {5466, "IE"},  {28573, "BR"}, {18881, "BR"}, {5617, "PL"},  {3301, "SE"},  {2119, "NO"},
      {719, "FI"},   {3292, "DK"},  {8447, "AT"},  {12389, "RU"}, {8359, "RU"},  {47541, "RU"}, {4134, "CN"},
      {4837, "CN"},  {37963, "CN"}, {4713, "JP"},  {2516, "JP"},  {17676, "JP"}, {4766, "KR"},  {9829, "IN"},
      {55836, "IN"}, {7552, "VN"},  {45899, "VN"}, {7713, "ID"},  {23969, "TH"}, {15895, "UA"}, {13188, "UA"},
      {9121, "TR"},  {58224, "IR"}, {29465, "NG"}, {5713, "ZA"},  {37119, "AO"}, {37342, "MZ"}, {1221, "AU"},
      {7303, "AR"},  {7418, "CL"},  {8151, "MX"},  {4760, "HK"},  {4773, "SG"},  {3462, "TW"},  {8452, "EG"},
      {36903, "MA"}, {5384, "AE"},  {4771, "NZ"},  {3816, "CO"},  {6147, "PE"}};
  return networks;
}

}  // namespace netstray
