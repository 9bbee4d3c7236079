#include "netstray/table/split.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

using By = SplitSettings::By;
using Rows = std::vector<std::uint32_t>;

/// Rows with a label, a time, a user and an origin each.
struct Study {
  Table table{Schema({{"time", ColumnType::time}, {"user", ColumnType::category}})};
  std::vector<std::uint8_t> labels;
  RowOrigins origins{{"a.csv", "b.csv", "c.csv"}, {}};

  void add(std::int64_t time, const std::string& user, bool attack, std::uint32_t origin) {
    table.column(0).append_time(time);
    if (user.empty()) {
      table.column(1).append_missing();
    } else {
      table.column(1).append_text(user);
    }
    labels.push_back(attack ? 1 : 0);
    origins.of_row.push_back(origin);
  }
  Split split(const SplitSettings& settings) const { return split_rows(table, labels, origins, settings); }
  std::size_t count(const Rows& rows, bool attack) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(rows, [&](auto row) { return (labels[row] != 0) == attack; }));
  }
};

Study normals_and_attacks(std::size_t normals, std::size_t attacks) {
  Study study;
  for (std::size_t i = 0; i < normals + attacks; ++i) {
    study.add(static_cast<std::int64_t>(i), "u" + std::to_string(i % 7), i >= normals, i % 3 == 0 ? 1 : 0);
  }
  return study;
}

std::string error_of(const Study& study, const SplitSettings& settings) {
  try {
    study.split(settings);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Split, ByNoneTrainsAndTestsOnAllRows) {
  const auto split = normals_and_attacks(3, 2).split({.by = By::none});
  EXPECT_EQ(split.train, (Rows{0, 1, 2, 3, 4}));
  EXPECT_EQ(split.test, split.train);
}

TEST(Split, RoundsAsScikitLearnDoes) {
  const auto split = normals_and_attacks(10, 1).split({.by = By::share, .test = 0.3});
  EXPECT_EQ(split.test.size(), 4U);
  EXPECT_EQ(split.train.size(), 7U);
}

TEST(Split, ByLabelIsThatOfTheFirstNotebook) {
  const auto study = normals_and_attacks(87, 8700);
  SplitSettings settings{
      .by = By::label, .test_normal = 1, .test_attack = 0.2, .train_on = TrainOn::attacks, .seed = 13};
  const auto split = study.split(settings);
  EXPECT_EQ(split.train.size(), 6960U);
  EXPECT_EQ(study.count(split.train, true), 6960U);
  EXPECT_EQ(study.count(split.test, true), 1740U);
  EXPECT_EQ(study.count(split.test, false), 87U);

  settings.test_normal = 0.5;
  settings.validation = 0.1;
  const auto tuned = study.split(settings);
  EXPECT_EQ(study.count(tuned.test, false), 44U);
  EXPECT_EQ(study.count(tuned.validation, false), 43U);
  EXPECT_EQ(study.count(tuned.validation, true), 696U);
  EXPECT_EQ(tuned.train.size(), 6264U);
}

TEST(Split, ByLabelTestsOnAMultipleOfTheAttacks) {
  const auto study = normals_and_attacks(1000, 20);
  SplitSettings settings{.by = By::label, .test_attack = 1, .test_normal_per_attack = 3, .train_on = TrainOn::normal};
  const auto split = study.split(settings);
  EXPECT_EQ(study.count(split.test, true), 20U);
  EXPECT_EQ(study.count(split.test, false), 60U);
  EXPECT_EQ(split.train.size(), 940U);
  settings.test_normal_per_attack = 51;
  EXPECT_NE(error_of(study, settings).find("1,020 normal rows"), std::string::npos);
}

TEST(Split, ByTimeGoesFromTrainingToTest) {
  Study study;
  for (const int time : {5, 1, 9, 3, 7, 3, 8, 2, 6, 4}) study.add(time, "u", false, 0);
  const auto split =
      study.split({.by = By::time, .test = 0.2, .calibration = 0.25, .validation = 0.125, .column = "time"});
  EXPECT_EQ(split.test, (Rows{2, 6}));
  EXPECT_EQ(split.validation, (Rows{4}));
  EXPECT_EQ(split.calibration, (Rows{0, 8}));
  EXPECT_EQ(split.train, (Rows{1, 3, 5, 7, 9}));
}

TEST(Split, ByEntityKeepsTheRowsOfEachTogether) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    Study study;
    std::set<std::string> users;
    for (int i = 0; i < 80; ++i) {
      const auto user = rng.below(9) == 0 ? "" : "u" + std::to_string(rng.below(12));
      users.insert(user);
      study.add(i, user, rng.below(3) == 0, 0);
    }
    const auto split = study.split({.by = By::entity,
                                    .test = 0.3,
                                    .calibration = 0.2,
                                    .validation = 0.2,
                                    .column = "user",
                                    .train_on = TrainOn::normal,
                                    .seed = seed});
    std::map<std::string, std::set<const Rows*>> parts;
    std::size_t tested = 0;
    for (const Rows* part : {&split.train, &split.calibration, &split.validation, &split.test}) {
      for (const auto row : *part) parts[study.table.column("user").text(row)].insert(part);
    }
    for (const auto& [user, its_parts] : parts) {
      EXPECT_EQ(its_parts.size(), 1U) << "seed " << seed << ", user " << user;
      tested += its_parts.count(&split.test);
    }
    EXPECT_EQ(tested, static_cast<std::size_t>(std::ceil(0.3 * static_cast<double>(users.size())))) << "seed " << seed;
  }
}

TEST(Split, ByFileTestsOnTheRowsOfTheNamedFiles) {
  const auto study = normals_and_attacks(6, 3);
  const auto split = study.split({.by = By::file, .test_files = {"b.csv"}});
  EXPECT_EQ(split.test, (Rows{0, 3, 6}));
  EXPECT_EQ(split.train, (Rows{1, 2, 4, 5, 7, 8}));
  EXPECT_NE(error_of(study, {.by = By::file, .test_files = {"d.csv"}}).find("\"d.csv\""), std::string::npos);
  EXPECT_NE(error_of(study, {.by = By::file, .test_files = {"c.csv"}}).find("no row to test on"), std::string::npos);
}

TEST(Split, PartsAreSharesOfTheKeptRowsAndShareNone) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const auto study = normals_and_attacks(20 + rng.below(50), 20 + rng.below(50));
    const auto train_on = static_cast<TrainOn>(rng.below(3));
    const SplitSettings settings{.by = rng.below(2) == 0 ? By::share : By::label,
                                 .test = 0.25,
                                 .calibration = 0.2,
                                 .validation = rng.below(2) == 0 ? 0 : 0.1,
                                 .train_on = train_on,
                                 .seed = seed};
    const auto split = study.split(settings);
    std::vector<int> times(study.labels.size(), 0);
    for (const Rows* part : {&split.train, &split.calibration, &split.validation, &split.test}) {
      EXPECT_TRUE(std::ranges::is_sorted(*part)) << "seed " << seed;
      for (const auto row : *part) ++times[row];
    }
    const bool all_are_used = settings.validation > 0 || train_on == TrainOn::all;
    EXPECT_EQ(std::ranges::count(times, 0) == 0, all_are_used) << "seed " << seed;
    EXPECT_EQ(std::ranges::max(times), 1) << "seed " << seed;
    if (train_on != TrainOn::all) {
      EXPECT_EQ(study.count(split.train, train_on == TrainOn::normal), 0U) << "seed " << seed;
      EXPECT_EQ(study.count(split.calibration, train_on == TrainOn::normal), 0U) << "seed " << seed;
    }
    const auto again = study.split(settings);
    EXPECT_EQ(again.train, split.train) << "seed " << seed;
    EXPECT_EQ(again.calibration, split.calibration) << "seed " << seed;
  }
}

TEST(Split, SaysWhatIsMissing) {
  const auto study = normals_and_attacks(4, 0);
  EXPECT_EQ(error_of(study, {.by = By::label}), "the split asks for attacks, but none of the 4 rows is an attack");
  EXPECT_EQ(error_of(study, {.train_on = TrainOn::attacks}),
            "the split asks for attacks, but none of the 4 rows is an attack");
  EXPECT_EQ(error_of(study, {.test = 1}),
            "the split leaves no row to train on: of 4 rows 0 train, 0 calibrate, 0 validate and 4 test");
  EXPECT_EQ(error_of(study, {.test = 0}),
            "the split leaves no row to test on: of 4 rows 4 train, 0 calibrate, 0 validate and 0 test");
  EXPECT_NE(error_of(study, {.calibration = 1}).find("calibration = 1"), std::string::npos);
  EXPECT_NE(error_of(study, {.test = 1.5}).find("test = 1.5"), std::string::npos);
  EXPECT_NE(error_of(study, {.by = By::time, .column = "user"}).find("\"user\" is of type category"),
            std::string::npos);
  EXPECT_NE(error_of(study, {.by = By::entity, .column = "usr"}).find("did you mean \"user\"?"), std::string::npos);
  EXPECT_THROW(split_rows(study.table, {}, {}, {.train_on = TrainOn::normal}), Error);
  EXPECT_THROW(split_rows(study.table, {}, {}, {.by = By::file, .test_files = {"a.csv"}}), Error);
}

}  // namespace
}  // namespace netstray
