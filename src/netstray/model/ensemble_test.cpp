#include "netstray/model/ensemble.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/model/column_roles.h"
#include "netstray/model/made_up_traffic.h"

namespace netstray {
namespace {

const std::vector<std::string> kThree = {"members=iforest,mahalanobis,gmm", "iforest.trees=20", "iforest.sample=64",
                                         "gmm.components=2", "gmm.encoding=rank+rarity"};

std::vector<std::uint32_t> rows_between(std::uint32_t begin, std::uint32_t end) {
  std::vector<std::uint32_t> rows(end - begin);
  std::iota(rows.begin(), rows.end(), begin);
  return rows;
}

/// Fitted on the first 300 rows of a table of 400 and calibrated on the rest.
Ensemble fitted(const Table& table, const Recipe& recipe, std::uint64_t seed) {
  const ColumnRoles roles = choose_columns(table, {});
  const auto first = rows_between(0, 300);
  const auto last = rows_between(300, 400);
  auto fit = Ensemble::fit(table, roles.learned, {first, {}, last}, recipe, seed);
  fit.ensemble.calibrate(fit.scores);
  return std::move(fit.ensemble);
}

TEST(Ensemble, OfOneMemberScoresAsTheDetectorItself) {
  const Table table = made_up::quiet_flows(400, 1);
  const Ensemble one = fitted(table, make_recipe("mahalanobis"), 1);
  const auto own = one.score(one.encode(table));
  ASSERT_EQ(own.size(), 1U);
  EXPECT_EQ(one.joined(own), own.front());
  EXPECT_EQ(one.member_shares(own, 0), std::vector<double>{1});
}

TEST(Ensemble, OfSeveralJoinsWhatTheirCalibrationSays) {
  const Table table = made_up::quiet_flows(400, 1);
  for (const Join how : {Join::mean, Join::fisher, Join::max}) {
    auto settings = kThree;
    settings.push_back("join=" + std::string(name_of(how)));
    const Ensemble three = fitted(table, make_recipe("ensemble", settings), 1);
    const auto own = three.score(three.encode(table));
    const auto joined = three.joined(own);
    for (std::size_t row = 0; row < table.rows(); ++row) {
      std::vector<double> unusual;
      for (std::size_t i = 0; i < 3; ++i) unusual.push_back(three.members()[i].tail.minus_log10_p(own[i][row]));
      EXPECT_EQ(joined[row], join(unusual, how)) << "row " << row;
    }
  }
}

TEST(Ensemble, MembersWithOneEncodingShareIt) {
  const Table table = made_up::quiet_flows(400, 1);
  const Ensemble three = fitted(table,
                                make_recipe("ensemble", {"members=knn,iforest,lof", "knn.encoding=rank",
                                                         "iforest.encoding=log", "lof.encoding=rank+one-hot"}),
                                1);
  EXPECT_EQ(three.encoders().size(), 2U);
  EXPECT_EQ(three.members()[0].encoder, three.members()[2].encoder);
}

TEST(Ensemble, SharesOfMembersAndColumnsAddUpToOne) {
  const Table table = made_up::quiet_flows(400, 3);
  const Ensemble three = fitted(table, make_recipe("ensemble", kThree), 3);
  const auto matrices = three.encode(table);
  const auto own = three.score(matrices);
  for (std::size_t row = 0; row < table.rows(); row += 7) {
    const auto members = three.member_shares(own, row);
    EXPECT_NEAR(std::accumulate(members.begin(), members.end(), 0.0), 1, 1e-9) << "row " << row;
    const auto columns = three.column_shares(matrices, members, row);
    EXPECT_NEAR(std::accumulate(columns.begin(), columns.end(), 0.0), 1, 1e-9) << "row " << row;
    EXPECT_GE(*std::ranges::min_element(columns), 0) << "row " << row;
  }
}

TEST(Ensemble, SavedAndLoadedScoresTheSameBits) {
  const Table table = made_up::quiet_flows(400, 2);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Ensemble before = fitted(table, make_recipe("ensemble", kThree), seed);
    ByteWriter out;
    before.save(out);
    ByteReader in(out.bytes(), "test");
    const Ensemble after = Ensemble::load(in);
    in.expect_end();
    EXPECT_EQ(before.joined(before.score(before.encode(table))), after.joined(after.score(after.encode(table))))
        << "seed " << seed;
    ByteWriter again;
    after.save(again);
    EXPECT_EQ(again.bytes(), out.bytes()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace netstray
