#include "netstray/model/model.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "netstray/base/error.h"
#include "netstray/base/hash.h"
#include "netstray/base/parallel.h"
#include "netstray/model/made_up_traffic.h"
#include "netstray/model/train.h"

namespace netstray {
namespace {

Trained train_on(const Table& table, std::uint64_t seed, ThresholdRule rule = {}, double calibration = 0.2) {
  TrainSettings settings;
  settings.seed = seed;
  settings.rule = rule;
  settings.calibration_share = calibration;
  settings.recipe = make_recipe("iforest", {"trees=20", "sample=64"});
  return train(table, choose_rows(table, "label", "normal", false), choose_columns(table, {}), settings);
}

/// A place for one file, removed with its test.
class TemporaryFile {
 public:
  TemporaryFile() : path_(std::filesystem::temp_directory_path() / unique_name()) {}
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  static std::string unique_name() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    return std::string("netstray_") + info->name() + "_" + std::to_string(::getpid()) + ".nst";
  }
  std::filesystem::path path_;
};

std::string read_bytes(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

void write_bytes(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

/// Saves a model, of a forest of two little trees unless told otherwise, and returns the file's bytes.
std::string small_model_file(const Table& table, const std::string& path,
                             const Recipe& recipe = make_recipe("iforest", {"trees=2", "sample=8"})) {
  TrainSettings settings;
  settings.recipe = recipe;
  train(table, choose_rows(table, "label", "normal", false), choose_columns(table, {}), settings).model.save(path);
  return read_bytes(path);
}

TEST(Model, TheSplitIsDrawnBeforeFittingAndCountsAddUp) {
  const Table table = made_up::quiet_flows(500, 1);
  const Trained trained = train_on(table, 7);
  EXPECT_EQ(trained.kept_back.size(), 100U);
  EXPECT_EQ(trained.fitted.size(), 400U);
  EXPECT_EQ(trained.model.encoder().training_rows(), 400U);
  EXPECT_EQ(trained.model.calibration.size(), 100U);
  std::vector<std::uint32_t> all = trained.fitted;
  all.insert(all.end(), trained.kept_back.begin(), trained.kept_back.end());
  std::sort(all.begin(), all.end());
  EXPECT_TRUE(std::adjacent_find(all.begin(), all.end()) == all.end());
  EXPECT_EQ(all.size(), 500U);
}

TEST(Model, RowsOfOtherLabelsAreLeftOutUnlessAllAreAsked) {
  Table table = made_up::quiet_flows(50, 1);
  Table mixed(table.schema());
  for (std::size_t row = 0; row < 50; ++row) {
    for (std::size_t column = 0; column < table.columns(); ++column) {
      const Column& from = table.column(column);
      Column& to = mixed.column(column);
      if (column + 1 == table.columns()) {
        to.append_text(row % 5 == 0 ? "scan" : "normal");
      } else if (from.type() == ColumnType::category || from.type() == ColumnType::address) {
        to.append_text(from.text(row));
      } else {
        to.append_number(from.number(row));
      }
    }
  }
  const TrainingRows normal = choose_rows(mixed, "label", "normal", false);
  EXPECT_EQ(normal.used.size(), 40U);
  EXPECT_EQ(normal.left_out, 10U);
  EXPECT_EQ(choose_rows(mixed, "label", "normal", true).used.size(), 50U);
  EXPECT_EQ(choose_rows(mixed, std::nullopt, "", false).used.size(), 50U);
  try {
    choose_rows(mixed, "label", "benign", false);
    FAIL() << "a label that no row has was accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("\"normal\" (40 rows)"), std::string::npos) << error.what();
  }
}

TEST(Model, VerdictAndPValueAgreeWithTheRateThatWasAsked) {
  const Table table = made_up::quiet_flows(600, 2);
  const Trained trained = train_on(table, 3, ThresholdRule::parse("false-alarms:0.05"));
  const Verdicts verdicts = trained.model.judge(made_up::quiet_flows(400, 99), Explain::flagged);
  for (std::size_t row = 0; row < verdicts.scores.size(); ++row) {
    EXPECT_EQ(verdicts.verdicts[row] == 1, verdicts.p_values[row] <= 0.05) << "row " << row;
    EXPECT_EQ(!verdicts.reasons[row].empty(), verdicts.verdicts[row] == 1) << "row " << row;
  }
}

TEST(Model, WithoutCalibrationThereAreNoPValues) {
  const Trained trained = train_on(made_up::quiet_flows(100, 2), 3, ThresholdRule::parse("quantile:0.9"), 0);
  EXPECT_TRUE(trained.model.calibration.empty());
  EXPECT_TRUE(trained.model.cut_from_training);
  const Verdicts verdicts = trained.model.judge(made_up::quiet_flows(10, 5), Explain::none);
  EXPECT_TRUE(std::all_of(verdicts.p_values.begin(), verdicts.p_values.end(), [](double p) { return std::isnan(p); }));
}

TEST(Model, RecutGivesTheCutThatTrainingWithThatRuleWouldHaveGiven) {
  const Table table = made_up::quiet_flows(400, 4);
  for (const char* rule :
       {"false-alarms:0.1", "quantile:0.9", "contamination:0.1", "contamination:auto", "mean-sd:2", "mad:3.5"}) {
    Trained first = train_on(table, 5);
    first.model.recut(ThresholdRule::parse(rule));
    EXPECT_EQ(first.model.cut, train_on(table, 5, ThresholdRule::parse(rule)).model.cut) << rule;
  }
}

TEST(Model, SavedAndLoadedItGivesTheSameBits) {
  const TemporaryFile file;
  const Table fresh = made_up::quiet_flows(300, 77);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Trained trained = train_on(made_up::quiet_flows(200, seed), seed);
    trained.model.save(file.path());
    const Model loaded = Model::load(file.path());
    const Verdicts before = trained.model.judge(fresh, Explain::all);
    const Verdicts after = loaded.judge(fresh, Explain::all);
    EXPECT_EQ(before.scores, after.scores) << "seed " << seed;
    EXPECT_EQ(before.p_values, after.p_values) << "seed " << seed;
    EXPECT_EQ(loaded.cut, trained.model.cut);
    EXPECT_EQ(loaded.fingerprints, trained.model.fingerprints);
    EXPECT_EQ(loaded.carried, trained.model.carried);
    EXPECT_EQ(loaded.record.rows_train, 160U);
    EXPECT_EQ(loaded.record.attacks_in_training, 0U);
    ASSERT_EQ(before.reasons.size(), after.reasons.size());
    EXPECT_EQ(before.reasons[0].size(), after.reasons[0].size());
    trained.model.save(file.path());
    const std::string bytes = read_bytes(file.path());
    loaded.save(file.path());
    EXPECT_EQ(bytes, read_bytes(file.path())) << "seed " << seed;
  }
}

TEST(Model, TrainingIsTheSameForAnyNumberOfThreads) {
  const TemporaryFile file;
  const Table table = made_up::quiet_flows(300, 8);
  std::string first;
  for (const unsigned count : {1U, 2U, 5U}) {
    set_threads(count);
    train_on(table, 1).model.save(file.path());
    if (first.empty()) first = read_bytes(file.path());
    EXPECT_EQ(read_bytes(file.path()), first) << count << " threads";
  }
  set_threads(0);
}

TEST(Model, AFileCutShortOrWithAnyByteChangedIsRefused) {
  const TemporaryFile file;
  const Table table = made_up::quiet_flows(30, 1);
  const std::string whole = small_model_file(table, file.path());
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    write_bytes(file.path(), whole.substr(0, size));
    EXPECT_THROW(Model::load(file.path()), Error) << "cut at " << size;
  }
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
    write_bytes(file.path(), changed);
    EXPECT_THROW(Model::load(file.path()), Error) << "byte " << at;
  }
  write_bytes(file.path(), whole + "x");
  EXPECT_THROW(Model::load(file.path()), Error) << "something follows";
}

/// Flips bits of the body and mends the checksum: what only the readers of the parts can notice. Returns how many of
/// the files, one in `step` bytes, were refused.
std::size_t refused_of(const Table& table, const std::string& whole, const std::string& path, std::size_t step) {
  std::size_t refused = 0;
  for (std::size_t at = 20; at + 8 < whole.size(); at += step) {
    std::string changed = whole.substr(0, whole.size() - 8);
    changed[at] = static_cast<char>(changed[at] ^ (0x80 >> (at % 8)));
    const std::uint64_t checksum = hash64(changed);
    changed.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
    write_bytes(path, changed);
    try {
      const Model model = Model::load(path);
      model.judge(table, Explain::all);
    } catch (const Error&) {
      ++refused;
    }
  }
  return refused;
}

TEST(Model, AHostileFileWithARightChecksumNeverCrashes) {
  const TemporaryFile file;
  const Table table = made_up::quiet_flows(30, 1);
  const std::string whole = small_model_file(table, file.path());
  EXPECT_GT(refused_of(table, whole, file.path(), 7), 40U);
}

TEST(Model, AHostileFileOfSeveralMembersNeverCrashes) {
  const TemporaryFile file;
  const Table table = made_up::quiet_flows(80, 1);
  const Recipe recipe = make_recipe(
      "ensemble", {"members=zscore,iforest", "iforest.trees=2", "iforest.sample=8", "iforest.encoding=none+rarity"});
  const std::string whole = small_model_file(table, file.path(), recipe);
  EXPECT_GT(refused_of(table, whole, file.path(), 11), 40U);
}

TEST(Model, SeveralMembersNeedCalibrationRows) {
  TrainSettings settings;
  settings.recipe = make_recipe("ensemble", {"members=zscore,iforest"});
  settings.calibration_share = 0;
  const Table table = made_up::quiet_flows(100, 1);
  const auto rows = choose_rows(table, "label", "normal", false);
  EXPECT_THROW(train(table, rows, choose_columns(table, {}), settings), Error);
}

TEST(Model, LearnsFromDistinctRowsWhereToldSo) {
  Table table = made_up::quiet_flows(100, 1);
  const Table copies = made_up::quiet_flows(100, 1);
  for (std::size_t row = 0; row < copies.rows(); ++row) {
    for (std::size_t index = 0; index < copies.columns(); ++index) {
      const Column& from = copies.column(index);
      Column& to = table.column(index);
      if (from.type() == ColumnType::category || from.type() == ColumnType::address) {
        to.append_text(from.text(row));
      } else {
        to.append_number(from.number(row) + (index == 0 ? 100 : 0));
      }
    }
  }
  TrainSettings settings;
  settings.recipe = make_recipe("ensemble", {"members=zscore,mad", "unique=yes"});
  settings.rule = ThresholdRule::parse("quantile:0.9");
  const Trained trained =
      train(table, choose_rows(table, "label", "normal", false), choose_columns(table, {}), settings);
  EXPECT_EQ(trained.fitted.size(), 160U);
  EXPECT_EQ(trained.model.encoder().training_rows(), trained.model.fingerprints.size());
  EXPECT_LE(trained.model.fingerprints.size(), 100U);
  EXPECT_EQ(trained.model.record.settings.at("unique"), "yes");
}

TEST(Model, AnOlderFormatSaysToTrainAgain) {
  const TemporaryFile file;
  std::string bytes = small_model_file(made_up::quiet_flows(30, 1), file.path());
  bytes[8] = 1;
  write_bytes(file.path(), bytes);
  try {
    Model::load(file.path());
    FAIL() << "an older format was read";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("train again"), std::string::npos) << error.what();
  }
}

TEST(Model, ANewerFormatSaysSo) {
  const TemporaryFile file;
  train_on(made_up::quiet_flows(50, 1), 1).model.save(file.path());
  std::string bytes = read_bytes(file.path());
  bytes[8] = 3;
  write_bytes(file.path(), bytes);
  try {
    Model::load(file.path());
    FAIL() << "a newer format was read";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("newer netstray"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace netstray
