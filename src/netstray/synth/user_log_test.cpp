#include "netstray/synth/user_log.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/synth/network_map.h"
#include "netstray/table/csv_writer.h"

namespace netstray {
namespace {

UserLogSettings small(std::uint64_t seed) { return {.rows = 5000, .malicious_share = .02, .seed = seed}; }

TEST(UserLog, HasTheColumnsAndTheOrderOfTheStudy) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto log = make_user_log(small(seed));
    EXPECT_EQ(log.schema().names(),
              (std::vector<std::string>{"timestamp", "user", "dst_port", "asn", "malware_type", "signature"}));
    ASSERT_EQ(log.rows(), 5000U);
    for (std::size_t row = 0; row < log.rows(); ++row) {
      const auto user = log.column(1).text(row);
      EXPECT_EQ(user.size(), 8U) << "seed " << seed;
      EXPECT_EQ(log.column(0).time(row) % 1'000'000'000, 0);
      EXPECT_GE(log.column(0).time(row), UserLogSettings{}.start);
      EXPECT_LT(log.column(0).time(row), UserLogSettings{}.start + TimeNs{7} * 86'400 * 1'000'000'000);
      if (row == 0) continue;
      const auto before = log.column(1).text(row - 1);
      ASSERT_TRUE(before < user || (before == user && log.column(0).time(row - 1) <= log.column(0).time(row)))
          << "seed " << seed << ", row " << row;
    }
  }
}

TEST(UserLog, PlantsAsManyMaliciousRowsAsAskedForAndEveryKind) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const double share : {0.0, 7.0 / 5000, .02, .5}) {
      auto settings = small(seed);
      settings.malicious_share = share;
      const auto log = make_user_log(settings);
      std::map<std::string, std::size_t> kinds;
      for (std::size_t row = 0; row < log.rows(); ++row)
        if (!log.column("signature").missing(row)) ++kinds[log.column("signature").text(row)];
      std::size_t malicious = 0;
      for (const auto& [kind, rows] : kinds) malicious += rows;
      EXPECT_EQ(static_cast<double>(malicious), 5000 * share) << "seed " << seed;
      EXPECT_EQ(kinds.size(), share == 0 ? 0U : user_log_kinds().size()) << "seed " << seed;
    }
  }
}

TEST(UserLog, IsTheSameForTheSameSeedOnly) {
  EXPECT_EQ(csv_text(make_user_log(small(3))), csv_text(make_user_log(small(3))));
  EXPECT_NE(csv_text(make_user_log(small(3))), csv_text(make_user_log(small(4))));
}

TEST(UserLog, KeepsToTheNetworksItIsGiven) {
  auto settings = small(1);
  settings.networks = {{7, "PT"}, {8, "US"}, {8, "PT"}, {0, "US"}, {9, ""}, {10, "None"}, {8, "US"}};
  const auto log = make_user_log(settings);
  std::set<double> seen;
  for (std::size_t row = 0; row < log.rows(); ++row) seen.insert(log.column("asn").number(row));
  EXPECT_EQ(seen, (std::set<double>{0, 7, 8}));
  const auto same = settings.networks;
  std::ranges::reverse(settings.networks);
  EXPECT_EQ(csv_text(make_user_log(settings)), csv_text(log)) << "the order of the list plays no part";
}

TEST(UserLog, LeavesSomeRowsWithoutANetwork) {
  auto settings = small(1);
  settings.rows = 50'000;
  const auto log = make_user_log(settings);
  std::size_t unannounced = 0;
  for (std::size_t row = 0; row < log.rows(); ++row) unannounced += log.column("asn").number(row) == 0 ? 1U : 0U;
  EXPECT_GT(unannounced, 150U);
  EXPECT_LT(unannounced, 400U);
}

TEST(UserLog, RefusesWhatCannotBe) {
  EXPECT_THROW(make_user_log({.rows = 0}), Error);
  EXPECT_THROW(make_user_log({.rows = 10, .malicious_share = 1.5}), Error);
  EXPECT_THROW(make_user_log({.rows = 10, .users = 11}), Error);
  EXPECT_THROW(make_user_log({.rows = 10, .days = 0}), Error);
  EXPECT_THROW(make_user_log({.rows = 10, .networks = {{0, "PT"}}}), Error);
  EXPECT_EQ(make_user_log({.rows = 1}).rows(), 1U);
}

TEST(UserLog, MakesNothingOfANetworkInManyCountries) {
  std::vector<AsnCountry> networks{{1, "PT"}};
  for (const auto* country : {"AA", "BB", "CC", "DD", "EE"}) networks.push_back({2, country});
  const NetworkMap map(networks);
  EXPECT_EQ(map.countries(), 1U);
}

}  // namespace
}  // namespace netstray
