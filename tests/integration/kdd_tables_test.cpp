// The real KDD tables, read by their layouts: rows, distinct rows and families must be as published.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/source/table_source.h"

namespace netstray {
namespace {

const std::string kData = "../shared/data/";

class KddTables : public testing::Test {
 protected:
  void SetUp() override {
    if (std::filesystem::exists(kData + "kdd99")) return;
    const char* const ci = std::getenv("CI");
    if (ci != nullptr && std::string(ci) == "true") FAIL() << kData << " is absent";
    GTEST_SKIP() << kData << " is absent";
  }
};

LoadedTable load(const std::string& path, const std::string& layout_id) {
  SourceOptions options;
  options.layout = layout_id;
  return load_table(kData + path, options);
}

std::size_t distinct_rows(const LoadedTable& loaded) {
  std::vector<std::size_t> columns(loaded.table.columns());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  auto prints = fingerprints(loaded.table, columns);
  std::sort(prints.begin(), prints.end());
  return static_cast<std::size_t>(std::unique(prints.begin(), prints.end()) - prints.begin());
}

std::map<std::string, std::size_t> families(const LoadedTable& loaded) {
  const Column& label = loaded.table.column(loaded.layout->label_column);
  std::map<std::string, std::size_t> counts;
  for (std::size_t row = 0; row < label.size(); ++row) {
    const auto& value = label.levels()[label.code(row)];
    ++counts[value == loaded.layout->normal_value ? "normal" : loaded.layout->family(value)];
  }
  return counts;
}

TEST_F(KddTables, TenPercentFileIsAsPublished) {
  const auto loaded = load("kdd99/kddcup.data_10_percent.gz", "kdd99");
  EXPECT_EQ(loaded.table.rows(), 494'021U);
  EXPECT_EQ(loaded.format, "csv.gz");
  EXPECT_EQ(distinct_rows(loaded), 145'586U);
  EXPECT_EQ(loaded.table.column("service").levels().size(), 66U);
  EXPECT_EQ(loaded.table.column("flag").levels().size(), 11U);
  EXPECT_EQ(families(loaded).at("normal"), 97'278U);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < loaded.table.columns(); ++i) bytes += loaded.table.column(i).memory_bytes();
  EXPECT_LT(bytes, 40'000'000U) << "columns are not narrow";
}

TEST_F(KddTables, TestFileHasTheFamiliesOfThePublishedStudies) {
  const auto loaded = load("kdd99/corrected.gz", "kdd99");
  EXPECT_EQ(loaded.table.rows(), 311'029U);
  EXPECT_EQ(distinct_rows(loaded), 77'291U);
  const std::map<std::string, std::size_t> expected = {
      {"normal", 60'593}, {"dos", 229'853}, {"probe", 4'166}, {"r2l", 16'189}, {"u2r", 228}};
  EXPECT_EQ(families(loaded), expected);
}

TEST_F(KddTables, NslFilesAreAsPublished) {
  const auto train = load("nsl-kdd/KDDTrain+.txt.gz", "nsl-kdd");
  EXPECT_EQ(train.table.rows(), 125'973U);
  EXPECT_EQ(families(train).at("normal"), 67'343U);
  EXPECT_EQ(families(train).count("other"), 0U);
  const auto test = load("nsl-kdd/KDDTest+.txt.gz", "nsl-kdd");
  EXPECT_EQ(test.table.rows(), 22'544U);
  EXPECT_EQ(families(test).at("normal"), 9'711U);
  EXPECT_EQ(families(test).count("other"), 0U);
}

TEST_F(KddTables, NamesFileGivesTheLayoutsColumns) {
  SourceOptions options;
  options.columns = kData + "kdd99/kddcup.names";
  const auto source = TableSource::open(kData + "kdd99/corrected.gz", options);
  EXPECT_EQ(source.schema().names(), layout("kdd99").schema.names());
}

TEST_F(KddTables, WithoutLayoutItIsSuggested) {
  try {
    TableSource::open(kData + "kdd99/corrected.gz", {});
    FAIL() << "opened";
  } catch (const std::exception& error) {
    EXPECT_NE(std::string(error.what()).find("--layout kdd99"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace netstray
