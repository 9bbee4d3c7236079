#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/feature/asn_table.h"

namespace netstray {
namespace {

// The values of a MaxMind DB (the format's specification 2.0): a control byte with type and size, then the bytes.

std::string encode(unsigned type, std::size_t size, const std::string& bytes) {
  constexpr unsigned kFirstExtended = 8;
  constexpr std::size_t kLongSize = 29;
  std::string text(1, static_cast<char>((type < kFirstExtended ? type << 5U : 0U) | std::min(size, kLongSize)));
  if (type >= kFirstExtended) text += static_cast<char>(type - 7);
  if (size >= kLongSize) text += static_cast<char>(size - kLongSize);
  return text + bytes;
}
std::string text_value(const std::string& text) { return encode(2, text.size(), text); }
std::string number_value(unsigned type, std::uint64_t number, std::size_t bytes) {
  std::string text;
  for (std::size_t i = bytes; i > 0; --i) text += static_cast<char>(number >> (8 * (i - 1)));
  return encode(type, bytes, text);
}
std::string u16(std::uint64_t number) { return number_value(5, number, 2); }
std::string u32(std::uint64_t number) { return number_value(6, number, 4); }
std::string u64(std::uint64_t number) { return number_value(9, number, 8); }
std::string map_value(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string text;
  for (const auto& [key, value] : entries) text += text_value(key) + value;
  return encode(7, entries.size(), text);
}

std::string asn_record(std::uint32_t asn, const std::string& organisation) {
  return map_value(
      {{"autonomous_system_number", u32(asn)}, {"autonomous_system_organization", text_value(organisation)}});
}
std::string country_record(const std::string& code) {
  return map_value({{"country", map_value({{"geoname_id", u32(7)}, {"iso_code", text_value(code)}})}});
}

/// Writes small databases with records of 24 bits.
class MmdbFile {
 public:
  explicit MmdbFile(unsigned ip_version) : ip_version_(ip_version), nodes_(1, {kEmpty, kEmpty}) {}

  /// A network in a tree of its own kind of addresses; IPv4 in a tree of IPv6 addresses is in ::/96.
  void add(std::string_view address, unsigned prefix, const std::string& record) {
    const auto [node, side] = place(address, prefix);
    nodes_[node][side] = kData + static_cast<std::uint32_t>(data_.size());
    data_ += record;
  }
  /// Makes one network's record point to where another one's does.
  void repeat(std::string_view address, unsigned prefix, std::string_view other, unsigned other_prefix) {
    const auto [other_node, other_side] = place(other, other_prefix);
    const std::uint32_t record = nodes_[other_node][other_side];
    const auto [node, side] = place(address, prefix);
    nodes_[node][side] = record;
  }
  void point_to(std::string_view address, unsigned prefix, std::uint32_t node_number) {
    const auto [node, side] = place(address, prefix);
    nodes_[node][side] = node_number;
  }

  std::string bytes() const {
    const auto count = static_cast<std::uint32_t>(nodes_.size());
    std::string text;
    for (const auto& node : nodes_) {
      for (const std::uint32_t record : node) {
        const std::uint32_t value = record == kEmpty ? count : record < kData ? record : count + 16 + record - kData;
        for (const unsigned shift : {16U, 8U, 0U}) text += static_cast<char>(value >> shift);
      }
    }
    return text + std::string(16, '\0') + data_ + "\xab\xcd\xefMaxMind.com" +
           map_value({{"node_count", u32(count)},
                      {"record_size", u16(24)},
                      {"ip_version", u16(ip_version_)},
                      {"database_type", text_value("Made-Up")},
                      {"languages", encode(11, 0, "")},
                      {"binary_format_major_version", u16(2)},
                      {"binary_format_minor_version", u16(0)},
                      {"build_epoch", u64(1'700'000'000)},
                      {"description", map_value({})}});
  }

 private:
  static constexpr std::uint32_t kEmpty = 0xffffffffU;
  static constexpr std::uint32_t kData = 1U << 20U;  // a record from here on is a place in the data

  /// The node and side where the network's record is; nodes on the way are made.
  std::pair<std::size_t, std::size_t> place(std::string_view address, unsigned prefix) {
    const IpAddress parsed = *parse_address(address);
    const bool low = !parsed.v6 && ip_version_ == 6;
    std::array<std::uint8_t, 16> bytes{};
    std::ranges::copy(parsed.bytes.begin(), parsed.bytes.begin() + (low ? 4 : 16), bytes.begin() + (low ? 12 : 0));
    const unsigned depth = prefix + (low ? 96U : 0U);
    std::size_t node = 0;
    for (unsigned bit = 0;; ++bit) {
      const std::size_t side = static_cast<unsigned>(bytes[bit / 8]) >> (7 - bit % 8) & 1U;
      if (bit + 1 == depth) return {node, side};
      if (nodes_[node][side] == kEmpty) {
        nodes_[node][side] = static_cast<std::uint32_t>(nodes_.size());
        nodes_.push_back({kEmpty, kEmpty});
      }
      node = nodes_[node][side];
    }
  }

  unsigned ip_version_;
  std::vector<std::array<std::uint32_t, 2>> nodes_;
  std::string data_;
};

class Mmdb : public testing::Test {
 protected:
  ~Mmdb() override { std::filesystem::remove(path_); }

  AsnTable read(const std::string& bytes) {
    std::filesystem::remove(path_);  // quicker than to write over it
    std::ofstream(path_, std::ios::binary) << bytes;
    return read_asn_table(path_);
  }
  std::string error_of(const std::string& bytes) {
    try {
      read(bytes);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

 private:
  std::string path_ =
      testing::TempDir() + "netstray_" + testing::UnitTest::GetInstance()->current_test_info()->name() + ".mmdb";
};

const AsnOwner* at(const AsnTable& table, std::string_view address) { return table.find(*parse_address(address)); }

MmdbFile both_families() {
  MmdbFile file(6);
  file.add("1.2.3.0", 24, asn_record(13335, "An organisation whose name is longer than 28 bytes"));
  file.add("1.2.4.0", 23, asn_record(64500, "Second"));
  file.add("203.0.113.7", 32, asn_record(64501, "One address"));
  file.add("2001:db8::", 32, asn_record(64502, "Wide"));
  file.add("2001:db9::1", 128, asn_record(64503, "Narrow"));
  file.repeat("2002::", 16, "0.0.0.0", 0);
  file.repeat("::ffff:0:0", 96, "0.0.0.0", 0);
  return file;
}

TEST_F(Mmdb, NetworksOfBothFamiliesAreFound) {
  const auto table = read(both_families().bytes());
  EXPECT_EQ(table.ranges(), 5U) << "IPv4 is not counted again where the file repeats it";
  EXPECT_EQ(at(table, "1.2.3.0")->organisation, "An organisation whose name is longer than 28 bytes");
  EXPECT_EQ(at(table, "1.2.3.255")->asn, 13335U);
  EXPECT_EQ(at(table, "1.2.5.255")->asn, 64500U);
  EXPECT_EQ(at(table, "::ffff:1.2.4.1")->asn, 64500U);
  EXPECT_EQ(at(table, "203.0.113.7")->asn, 64501U);
  EXPECT_EQ(at(table, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")->asn, 64502U);
  EXPECT_EQ(at(table, "2001:db9::1")->asn, 64503U);
  for (const auto* address :
       {"1.2.2.255", "1.2.6.0", "203.0.113.6", "203.0.113.8", "2001:db9::", "2001:db9::2", "::"}) {
    EXPECT_EQ(at(table, address), nullptr) << address;
  }
  EXPECT_TRUE(table.has_asn());
  EXPECT_FALSE(table.has_country());
  EXPECT_EQ(table.unique_asns().rows(), 5U);
}

TEST_F(Mmdb, TreesOfIpv4AndCountriesAreRead) {
  MmdbFile file(4);
  file.add("10.0.0.0", 8, country_record("PT"));
  file.add("192.0.2.0", 24, country_record("US"));
  const auto table = read(file.bytes());
  EXPECT_EQ(at(table, "10.255.255.255")->country, "PT");
  EXPECT_EQ(at(table, "192.0.2.77")->country, "US");
  EXPECT_EQ(at(table, "192.0.3.0"), nullptr);
  EXPECT_FALSE(table.has_asn());
  EXPECT_TRUE(table.has_country());
  const auto owners = table.unique_asns();
  EXPECT_EQ(owners.column("asn").missing_count(), 2U);
  EXPECT_EQ(owners.column("country.code2").text(1), "US");
}

TEST_F(Mmdb, TheFieldsOfOtherPublishersAreKnown) {
  MmdbFile file(4);
  file.add(
      "10.0.0.0", 8,
      map_value({{"asn", text_value("AS13335")}, {"as_name", text_value("X")}, {"country_code", text_value("PT")}}));
  file.add("11.0.0.0", 8, map_value({{"country", text_value("ES")}, {"name", text_value("Y")}}));
  const auto table = read(file.bytes());
  EXPECT_EQ(*at(table, "10.0.0.1"), (AsnOwner{13335, "PT", "X"}));
  EXPECT_EQ(*at(table, "11.0.0.1"), (AsnOwner{0, "ES", "Y"}));
}

TEST_F(Mmdb, FilesThatCannotBeUsedAreNamed) {
  MmdbFile city(4);
  city.add("10.0.0.0", 8, map_value({{"city", text_value("Porto")}}));
  EXPECT_NE(error_of(city.bytes()).find(".mmdb: it has neither autonomous_system_number nor a country"),
            std::string::npos);
  MmdbFile loop(6);
  loop.add("10.0.0.0", 8, country_record("PT"));
  loop.point_to("2001::", 16, 1);
  EXPECT_NE(error_of(loop.bytes()).find("its search tree"), std::string::npos) << error_of(loop.bytes());
}

TEST_F(Mmdb, DamagedFilesAreErrorsOrTablesButNeverAnythingElse) {
  const std::string whole = both_families().bytes();
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    std::string damaged = whole;
    for (std::uint64_t i = 1 + rng.below(3); i > 0; --i) {
      damaged[rng.below(damaged.size())] = static_cast<char>(rng.below(256));
    }
    if (rng.below(3) == 0) damaged.erase(rng.below(damaged.size()), rng.below(20));
    refused += error_of(damaged) == "no error" ? 0 : 1;
  }
  EXPECT_GT(refused, 50);
}

}  // namespace
}  // namespace netstray
