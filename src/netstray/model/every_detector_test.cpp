// What must hold of a model whatever its detector is.

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/model/made_up_traffic.h"
#include "netstray/model/rank.h"
#include "netstray/model/train.h"

namespace netstray {
namespace {

/// Quiet flows, of which every fourth is labelled an attack and is far out in its bytes: for detectors that need both.
Table labelled_flows(std::size_t rows, std::uint64_t seed) {
  const Table quiet = made_up::quiet_flows(rows, seed);
  Table table(quiet.schema());
  for (std::size_t index = 0; index < quiet.columns(); ++index) {
    const Column& from = quiet.column(index);
    const std::string& name = quiet.schema()[index].name;
    for (std::size_t row = 0; row < rows; ++row) {
      const bool attack = row % 4 == 3;
      if (from.type() == ColumnType::category || from.type() == ColumnType::address) {
        table.column(index).append_text(name == "label" && attack ? "attack" : from.text(row));
      } else {
        table.column(index).append_number(from.number(row) * (name == "orig_bytes" && attack ? 1000 : 1));
      }
    }
  }
  return table;
}

class EveryDetector : public ::testing::TestWithParam<std::string> {
 protected:
  static Recipe recipe() {
    const bool slow = GetParam() == "autoencoder";
    return make_recipe(GetParam(), slow ? std::vector<std::string>{"epochs=4"} : std::vector<std::string>{});
  }
  static TrainSettings settings(std::uint64_t seed) {
    TrainSettings wanted;
    wanted.recipe = recipe();
    wanted.seed = seed;
    return wanted;
  }
  static Trained trained(std::uint64_t seed, std::size_t rows = 240) {
    const Table table = labelled_flows(rows, seed);
    return train(table, choose_rows(table, "label", "normal", recipe().supervised()), choose_columns(table, {}),
                 settings(seed));
  }
  std::string path_ =
      (std::filesystem::temp_directory_path() / ("netstray_" + GetParam() + "_" + std::to_string(::getpid()) + ".nst"))
          .string();
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  std::string saved(const Model& model) const {
    model.save(path_);
    std::ostringstream bytes;
    bytes << std::ifstream(path_, std::ios::binary).rdbuf();
    return bytes.str();
  }
};

TEST_P(EveryDetector, SavedAndLoadedGivesTheSameBits) {
  const Table fresh = labelled_flows(120, 77);
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const Trained before = trained(seed);
    const std::string bytes = saved(before.model);
    const Model after = Model::load(path_);
    EXPECT_EQ(before.model.judge(fresh, Explain::none).scores, after.judge(fresh, Explain::none).scores)
        << "seed " << seed;
    EXPECT_EQ(saved(after), bytes) << "seed " << seed;
  }
}

TEST_P(EveryDetector, TrainsTheSameModelForAnyNumberOfThreads) {
  std::string first;
  for (const unsigned count : {1U, 3U}) {
    set_threads(count);
    const std::string bytes = saved(trained(5).model);
    if (first.empty()) first = bytes;
    EXPECT_EQ(bytes, first) << count << " threads";
  }
  set_threads(0);
}

TEST_P(EveryDetector, ScoresRowsFarOutHigherAndNamesTheColumn) {
  double quiet = 0;
  double odd = 0;
  std::size_t named = 0;
  const Table fresh = labelled_flows(200, 99);
  const Verdicts verdicts = trained(3, 800).model.judge(fresh, Explain::all);
  for (std::size_t row = 3; row < fresh.rows(); row += 4) {
    odd += verdicts.scores[row];
    quiet += verdicts.scores[row - 1];
    ASSERT_FALSE(verdicts.reasons[row].empty()) << "row " << row;
    if (verdicts.reasons[row].front().feature == "orig_bytes") ++named;
  }
  EXPECT_GT(odd, quiet);
  EXPECT_GE(named, 37U) << "of 50";
}

TEST_P(EveryDetector, RanksATableUnlessItLearnsFromLabels) {
  const Table table = labelled_flows(200, 4);
  if (recipe().supervised()) {
    EXPECT_THROW(rank_rows(table, choose_columns(table, {}), settings(1), 5, Alike::together), Error);
    return;
  }
  const Ranking ranking = rank_rows(table, choose_columns(table, {}), settings(1), 5, Alike::together);
  EXPECT_EQ(ranking.top.size(), 5U);
  for (const auto& row : ranking.top) EXPECT_FALSE(row.reasons.empty());
}

std::vector<std::string> all_but_ensemble() {
  auto names = recipe_names();
  std::erase(names, "ensemble");
  return names;
}

INSTANTIATE_TEST_SUITE_P(Detectors, EveryDetector, ::testing::ValuesIn(all_but_ensemble()),
                         [](const ::testing::TestParamInfo<std::string>& chosen) { return chosen.param; });

TEST(Supervised, CalibratesOnNormalRowsAndLearnsFromBoth) {
  const Table table = labelled_flows(400, 1);
  TrainSettings settings;
  settings.recipe = make_recipe("logistic");
  const TrainingRows rows = choose_rows(table, "label", "normal", true);
  const Trained trained = train(table, rows, choose_columns(table, {}), settings);
  EXPECT_EQ(trained.kept_back.size(), 60U);  // a fifth of the 300 normal rows
  for (const std::uint32_t row : trained.kept_back) EXPECT_NE(row % 4, 3U);
  EXPECT_EQ(trained.model.record.attacks_in_training, 100U);
}

TEST(Supervised, WithoutLabelsOrOfOneClassIsRefused) {
  const Table table = labelled_flows(100, 1);
  TrainSettings settings;
  settings.recipe = make_recipe("logistic");
  EXPECT_THROW(train(table, choose_rows(table, {}, "", true), choose_columns(table, {}), settings), Error);
  EXPECT_THROW(train(table, choose_rows(table, "label", "normal", false), choose_columns(table, {}), settings), Error);
}

TEST(Rules, TheForestsOwnCutIsForTheForestOnly) {
  const Table table = labelled_flows(100, 1);
  TrainSettings settings;
  settings.rule = ThresholdRule::parse("contamination:auto");
  EXPECT_EQ(train(table, choose_rows(table, {}, "", true), choose_columns(table, {}), settings).model.cut, 0.5);
  settings.recipe = make_recipe("mahalanobis");
  EXPECT_THROW(train(table, choose_rows(table, {}, "", true), choose_columns(table, {}), settings), Error);
}

}  // namespace
}  // namespace netstray
