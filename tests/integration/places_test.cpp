// The real tables of addresses and countries: what they hold, and what notebook 001 makes of them, must be as
// published.

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "netstray/feature/asn_table.h"
#include "netstray/feature/country_rank.h"
#include "netstray/table/join.h"
#include "netstray/table/value_ids.h"

namespace netstray {
namespace {

const std::string kData = "../shared/data/geo/";

class Places : public testing::Test {
 protected:
  void SetUp() override {
    if (std::filesystem::exists(kData)) return;
    const char* const ci = std::getenv("CI");
    if (ci != nullptr && std::string(ci) == "true") FAIL() << kData << " is absent";
    GTEST_SKIP() << kData << " is absent";
  }
};

Table country_table() { return read_country_table(open_bytes(kData + "countries_codes_and_coordinates.csv")); }

TEST_F(Places, CountriesAreRankedAsTheNotebookRanksThem) {
  const auto countries = countries_of(country_table());
  ASSERT_EQ(countries.size(), 255U);
  const auto ranks = country_ranks(countries);
  EXPECT_EQ(ranks.numbers.at("Portugal"), 0);
  EXPECT_EQ(ranks.numbers.at("Spain"), 1);
  EXPECT_EQ(ranks.numbers.at("United States"), 205);
}

TEST_F(Places, TheWholeTableOfAddressesIsAsItsDescriptionSays) {
  const auto table = read_asn_table(kData + "ip2asn-v4-u32.rebuilt.tsv.gz");
  EXPECT_EQ(table.ranges(), 466'962U);
  EXPECT_EQ(table.unordered(), 0U);
  const Table owners = table.unique_asns();
  EXPECT_EQ(value_ids(owners.column("asn")).distinct, 84'159U) << "and the gaps make 84,160";
  EXPECT_EQ(table.find(*parse_address("1.0.0.1"))->asn, 13335U);
  EXPECT_EQ(table.find(*parse_address("10.0.0.1")), nullptr);
}

TEST_F(Places, TheDottedSampleIsRead) {
  const auto table = read_asn_table(kData + "ip2asn-v4.sample.tsv");
  EXPECT_EQ(table.ranges(), 1427U);
  EXPECT_EQ(table.find(*parse_address("8.8.8.8"))->organisation, "GOOGLE - Google LLC");
}

TEST_F(Places, JoiningOwnersWithCountriesDropsThoseWithoutOne) {
  const Table owners = read_asn_table(kData + "ip2asn-v4-u32.rebuilt.tsv.gz").unique_asns();
  const auto joined = join(owners, country_table(), "country.code2", "country.code2", JoinKind::inner);
  EXPECT_EQ(joined.counts.rows + joined.counts.dropped, joined.counts.left_rows + joined.counts.added);
  EXPECT_GT(joined.counts.rows, joined.counts.left_rows * 95 / 100);
  EXPECT_GT(joined.counts.multiplied, 0U) << "South Korea is in the file of countries twice";
}

}  // namespace
}  // namespace netstray
