#include "netstray/model/reasons.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/maths/quantile.h"
#include "netstray/model/made_up_traffic.h"
#include "netstray/model/train.h"

namespace netstray {
namespace {

constexpr std::uint64_t kSeeds = 100;

/// A table of one row: `row` of `quiet`, with some of its learned columns moved.
struct Moved {
  Table table;
  std::set<std::string> columns;
};

/// Far beyond what is usual: 8 to 20 standard deviations above the mean.
double moved_number(const Column& column, Rng& rng) {
  const auto [mean, sd] = mean_sd(column.numbers());
  return std::round(mean + rng.uniform(8, 20) * std::max(sd, 1.0));
}

Moved move_columns(const Table& quiet, std::size_t row, std::size_t count, const std::vector<std::size_t>& learned,
                   Rng& rng) {
  Moved moved{Table(quiet.schema()), {}};
  std::set<std::size_t> chosen;
  while (chosen.size() < count) chosen.insert(learned[static_cast<std::size_t>(rng.below(learned.size()))]);
  for (std::size_t index = 0; index < quiet.columns(); ++index) {
    const Column& from = quiet.column(index);
    Column& to = moved.table.column(index);
    const bool change = chosen.contains(index);
    if (change) moved.columns.insert(quiet.schema()[index].name);
    if (from.type() == ColumnType::category || from.type() == ColumnType::address) {
      to.append_text(change ? "strange" : from.text(row));
    } else {
      to.append_number(change ? moved_number(from, rng) : from.number(row));
    }
  }
  return moved;
}

double share_led_by_moved_columns(const Recipe& recipe, std::size_t seeds) {
  std::size_t led = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Table quiet = made_up::quiet_flows(600, seed);
    TrainSettings settings;
    settings.seed = seed;
    settings.recipe = recipe;
    const ColumnRoles roles = choose_columns(quiet, {});
    const Trained trained = train(quiet, choose_rows(quiet, {}, "", true), roles, settings);
    Rng rng = Rng::stream(seed, 1);
    const std::size_t count = 1 + seed % 3;
    const Moved moved = move_columns(quiet, rng.below(quiet.rows()), count, roles.learned, rng);
    const std::vector<std::size_t> rows = {0};
    const auto reasons = trained.model.explain(moved.table, rows, count)[0].reasons;
    std::set<std::string> first;
    for (const auto& reason : reasons) first.insert(reason.feature);
    if (first == moved.columns) ++led;
  }
  return static_cast<double>(led) / static_cast<double>(seeds);
}

TEST(Reasons, ColumnsThatWereMovedLeadInNineCasesOfTen) {
  for (const auto scaling : {NumericScaling::log, NumericScaling::standardise, NumericScaling::rank}) {
    EXPECT_GE(share_led_by_moved_columns(make_recipe("iforest", {"trees=50"}, Encoding{{scaling}}), kSeeds), 0.9)
        << name_of(scaling);
  }
}

TEST(Reasons, ColumnsThatWereMovedLeadInFourCasesOfFiveWhateverTheDetector) {
  constexpr std::size_t kFewerSeeds = 30;
  for (const auto& name : recipe_names()) {
    if (name == "ensemble") continue;
    const bool slow = name == "autoencoder";
    const Recipe recipe = make_recipe(name, slow ? std::vector<std::string>{"epochs=5"} : std::vector<std::string>{});
    if (recipe.supervised()) continue;
    EXPECT_GE(share_led_by_moved_columns(recipe, kFewerSeeds), 0.8) << name;
  }
}

TEST(Reasons, WeightsAreSharesInFallingOrder) {
  const Table quiet = made_up::quiet_flows(300, 1);
  const Trained trained = train(quiet, choose_rows(quiet, {}, "", true), choose_columns(quiet, {}), {});
  const std::vector<std::size_t> rows = {0, 1, 2, 3};
  for (const auto& [reasons, members] : trained.model.explain(quiet, rows, 100)) {
    double sum = 0;
    double last = 1;
    for (const auto& reason : reasons) {
      EXPECT_GT(reason.weight, 0);
      EXPECT_LE(reason.weight, last);
      last = reason.weight;
      sum += reason.weight;
    }
    EXPECT_LE(sum, 1 + 1e-9);
  }
}

TEST(Reasons, WhatIsUsualIsToldInTheUsersUnits) {
  const Table quiet = made_up::quiet_flows(300, 1);
  const Trained trained = train(quiet, choose_rows(quiet, {}, "", true), choose_columns(quiet, {}), {});
  for (const auto& column : trained.model.encoder().columns()) {
    const std::string words = usual_words(column);
    const std::string& name = column.field.name;
    EXPECT_TRUE(name != "wrong" || words == "always 0") << words;
    EXPECT_TRUE(name != "proto" || (words.starts_with("tcp ") && words.ends_with(" %"))) << words;
    EXPECT_TRUE(name != "packets" || words.find(" to ") != std::string::npos) << words;
  }
}

}  // namespace
}  // namespace netstray
