#include "netstray/feature/asn_table.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/feature/asn_columns.h"

namespace netstray {
namespace {

AsnTable read(const std::string& text) { return read_asn_text(open_memory("asn.tsv", text)); }

std::string message_of(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::uint32_t asn_at(const AsnTable& table, std::string_view address) {
  const AsnOwner* owner = table.find(*parse_address(address));
  return owner == nullptr ? 0 : owner->asn;
}

const std::string kMixed =
    "1.0.0.0\t1.0.0.255\t13335\tAU\tCloudflare, Inc.\n"
    "1.0.1.0\t1.0.3.255\t0\tNone\tNot routed\n"
    "16778240\t16779263\t38803\tAU\tGtelecom \"Pty\" Ltd\n"
    "\n"
    "8.8.8.8\t8.8.8.8\t15169\tUS\tGOOGLE\n"
    "2001:db8::\t2001:db8:0:ffff:ffff:ffff:ffff:ffff\t64500\tPT\tExample\n"
    "2001:db8:1::\t2001:db8:1::1\t13335\tUS\tCloudflare, Inc.\n";

TEST(AsnTable, ReadsDottedAndNumberedAndV6Addresses) {
  const auto table = read(kMixed);
  EXPECT_EQ(table.ranges(), 6U);
  EXPECT_EQ(asn_at(table, "1.0.0.0"), 13335U);
  EXPECT_EQ(asn_at(table, "1.0.0.255"), 13335U);
  EXPECT_EQ(asn_at(table, "1.0.4.0"), 38803U);
  EXPECT_EQ(asn_at(table, "1.0.7.255"), 38803U);
  EXPECT_EQ(asn_at(table, "8.8.8.8"), 15169U);
  EXPECT_EQ(asn_at(table, "::ffff:8.8.8.8"), 15169U);
  EXPECT_EQ(asn_at(table, "2001:db8:0:1::1"), 64500U);
  EXPECT_EQ(asn_at(table, "2001:db8:1::1"), 13335U);
  EXPECT_EQ(table.find(*parse_address("1.0.4.1"))->organisation, "Gtelecom \"Pty\" Ltd");
}

TEST(AsnTable, FindsNothingInGapsAndBesideRanges) {
  const auto table = read(kMixed);
  for (const auto* address : {"0.0.0.0", "0.255.255.255", "1.0.2.1", "1.0.8.0", "8.8.8.7", "8.8.8.9", "255.255.255.255",
                              "2001:db8:1::2", "::", "2001:db7::", "ffff::"}) {
    EXPECT_EQ(table.find(*parse_address(address)), nullptr) << address;
  }
}

TEST(AsnTable, ListsOwnersWithoutGapsInOrderOfFirstAppearance) {
  const auto owners = read(kMixed + "9.0.0.0\t9.0.0.1\t13335\tAU\tCloudflare, Inc.\n").unique_asns();
  EXPECT_EQ(owners.schema().names(), (std::vector<std::string>{"asn", "country.code2", "entity"}));
  ASSERT_EQ(owners.rows(), 5U);
  EXPECT_EQ(owners.column("asn").number(0), 13335);
  EXPECT_EQ(owners.column("country.code2").text(0), "AU");
  EXPECT_EQ(owners.column("asn").number(4), 13335);
  EXPECT_EQ(owners.column("country.code2").text(4), "US");
  EXPECT_EQ(owners.column("entity").text(3), "Example");
}

TEST(AsnTable, NamesTheLineThatIsDamaged) {
  const std::string good = "1.0.0.0\t1.0.0.255\t13335\tAU\tX\n";
  EXPECT_EQ(message_of(good + "1.0.1.0\t1.0.1.1\t5\tAU\n"),
            "asn.tsv:2: found 4 cells, expected 5 with tabs between them: first address, last address, AS number, "
            "country code, organisation");
  EXPECT_EQ(message_of(good + "1.0.1\t1.0.1.1\t5\tAU\tX\n"),
            "asn.tsv:2: first address: found \"1.0.1\", expected an IPv4 address (dotted or as a number) or an IPv6 "
            "address");
  EXPECT_NE(message_of(good + "1.0.1.0\t4294967296\t5\tAU\tX\n").find(":2: last address: found"), std::string::npos);
  EXPECT_NE(message_of(good + "1.0.1.0\t1.0.1.1\tAS5\tAU\tX\n").find(":2: AS number: found"), std::string::npos);
  EXPECT_NE(message_of(good + "1.0.1.1\t1.0.1.0\t5\tAU\tX\n").find(":2: the range ends before"), std::string::npos);
  EXPECT_NE(message_of(good + "1.0.1.1\t::1\t5\tAU\tX\n").find(":2: the first address is of another"),
            std::string::npos);
  EXPECT_EQ(message_of(""), "asn.tsv: there are no ranges of addresses in it");
}

TEST(AsnTable, PutsRangesInOrderAndRefusesThoseThatOverlap) {
  const std::string later = "8.0.0.0\t8.0.0.255\t2\tUS\tB\n";
  const std::string earlier = "1.0.0.0\t1.0.0.255\t1\tUS\tA\n";
  const auto table = read(later + earlier);
  EXPECT_EQ(table.unordered(), 1U);
  EXPECT_EQ(asn_at(table, "1.0.0.7"), 1U);
  EXPECT_EQ(asn_at(table, "8.0.0.7"), 2U);
  EXPECT_EQ(read(earlier + later).unordered(), 0U);
  EXPECT_EQ(message_of(later + earlier + "1.0.0.255\t1.0.1.0\t3\tUS\tC\n"),
            "asn.tsv:3: this range overlaps the one of line 2");
}

TEST(AsnTable, FindsWhatALookThroughAllRangesFinds) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    struct Line {
      std::uint32_t first, last, asn;
    };
    std::vector<Line> lines;
    // Cut points far apart and close together, on both sides of changes of the first two bytes.
    std::vector<std::uint32_t> cuts;
    for (std::uint64_t i = 2 + rng.below(40); i > 0; --i) {
      const auto base = static_cast<std::uint32_t>(rng.below(5) << 30U | rng.below(3) << 16U);
      cuts.push_back(base + static_cast<std::uint32_t>(rng.below(5)) - 2);
    }
    std::ranges::sort(cuts);
    cuts.erase(std::ranges::unique(cuts).begin(), cuts.end());
    std::string text = "0\t0\t0\tNone\tNot routed\n";
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      if (cuts[i] == 0 || rng.uniform() < 0.2) continue;
      lines.push_back({cuts[i], cuts[i + 1] - 1, static_cast<std::uint32_t>(rng.below(4))});
      text += std::to_string(cuts[i]) + "\t" + std::to_string(cuts[i + 1] - 1) + "\t" +
              std::to_string(lines.back().asn) + "\tNone\tX\n";
    }
    const auto table = read(text);
    for (const std::uint32_t cut : cuts) {
      for (const std::uint32_t number : {cut - 1, cut, cut + 1}) {
        IpAddress address;
        for (unsigned i = 0; i < 4; ++i) address.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
        const auto naive =
            std::ranges::find_if(lines, [&](const Line& l) { return l.first <= number && number <= l.last; });
        EXPECT_EQ(asn_at(table, to_text(address)), naive == lines.end() ? 0 : naive->asn) << "seed " << seed;
      }
    }
  }
}

TEST(Locate, AddsColumnsByAddress) {
  Table table(Schema({{"ip", ColumnType::address}, {"n", ColumnType::integer}}));
  for (const auto* text : {"8.8.8.8", "", "not an address", "1.0.1.1", "2001:db8::1", "8.8.8.8"}) {
    if (*text == '\0') {
      table.column(0).append_missing();
    } else {
      table.column(0).append_text(text);
    }
    table.column(1).append_decimal(1, 0);
  }
  const auto located = locate(table, "ip", read(kMixed), "ip_");
  EXPECT_EQ(located.unknown, 3U);
  EXPECT_EQ(located.table.schema().names(),
            (std::vector<std::string>{"ip", "n", "ip_asn", "ip_organisation", "ip_country"}));
  EXPECT_EQ(located.table.column("ip_asn").text(0), "15169");
  EXPECT_EQ(located.table.column("ip_organisation").text(5), "GOOGLE");
  EXPECT_EQ(located.table.column("ip_country").text(4), "PT");
  for (const std::size_t row : {1U, 2U, 3U}) EXPECT_TRUE(located.table.column("ip_asn").missing(row));
}

TEST(Locate, RefusesColumnsWithoutAddressesAndNamesThatAreTaken) {
  Table table(Schema({{"asn", ColumnType::integer}, {"ip", ColumnType::address}}));
  EXPECT_THROW(locate(table, "asn", read(kMixed)), Error);
  EXPECT_THROW(locate(table, "ip", read(kMixed)), Error);
  EXPECT_NO_THROW(locate(table, "ip", read(kMixed), "dst_"));
}

}  // namespace
}  // namespace netstray
