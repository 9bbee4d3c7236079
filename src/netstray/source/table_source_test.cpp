#include "netstray/source/table_source.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"

namespace netstray {
namespace {

/// A row as in KDD's files: 41 features and what follows them.
std::string kdd_row(const std::string& behind) {
  std::string row = "0,tcp,http,SF,181,5450";
  for (int i = 6; i < 41; ++i) row += i >= 24 && i != 31 && i != 32 ? ",0.50" : ",1";
  return row + "," + behind + "\n";
}

class TableSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("netstray-" + std::to_string(::getpid()) + "-" +
                                                        testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) const {
    const auto path = (folder_ / name).string();
    write_file(path, text);
    return path;
  }
  /// What loading says, without the folder's name.
  std::string error_of(const std::string& path, const SourceOptions& options, const Schema* expected = nullptr) const {
    try {
      load_table(path, options, expected);
    } catch (const Error& error) {
      std::string text = error.what();
      const std::string prefix = folder_.string() + "/";
      for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
      return text;
    }
    return "no error";
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(TableSourceTest, LoadsAFileByItsLayout) {
  SourceOptions options;
  options.layout = "nsl-kdd";
  const auto path = file("k.txt", kdd_row("normal,21") + kdd_row("neptune,20"));
  const auto loaded = load_table(path, options);
  EXPECT_EQ(loaded.table.rows(), 2U);
  EXPECT_EQ(loaded.table.schema(), layout("nsl-kdd").schema);
  EXPECT_EQ(loaded.layout, &layout("nsl-kdd"));
  EXPECT_EQ(loaded.format, "csv");
  EXPECT_EQ(loaded.path, path);
  EXPECT_EQ(loaded.digest.size(), 32U);
  EXPECT_EQ(loaded.lines, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(TableSourceTest, PassesOverAHeaderThatNamesTheLayoutsColumns) {
  SourceOptions options;
  options.layout = "kdd99";
  std::string header;
  for (const auto& name : layout("kdd99").schema.names()) header += name + ",";
  header.back() = '\n';
  EXPECT_EQ(load_table(file("k.csv", header + kdd_row("normal.")), options).table.rows(), 1U);
}

TEST_F(TableSourceTest, SuggestsTheLayoutOfAFileOpenedWithoutOne) {
  const auto told = error_of(file("k.csv", kdd_row("normal.") + kdd_row("smurf.")), {});
  EXPECT_EQ(
      told,
      "k.csv:1:1: header: found \"0\", expected a column's name, but the first row looks like data; say --columns "
      "NAMES, or --no-header; these rows look like KDD Cup 1999 (41 features, label): say --layout kdd99");
}

TEST_F(TableSourceTest, SuggestsTheOtherLayoutWhereTheNumberOfCellsIsWrong) {
  SourceOptions options;
  options.layout = "nsl-kdd";
  const auto kdd = file("k.csv", kdd_row("normal."));
  EXPECT_EQ(
      error_of(kdd, options),
      "k.csv:1:43: difficulty: found 42 cells, expected 43; these rows look like KDD Cup 1999 (41 features, label): "
      "say --layout kdd99");
  options.layout = "kdd99";
  EXPECT_EQ(
      error_of(file("n.csv", kdd_row("normal,21")), options),
      "n.csv:1:43: row: found 43 cells, expected 42; these rows look like NSL-KDD (41 features, label, difficulty): "
      "say --layout nsl-kdd");
}

TEST_F(TableSourceTest, KeepsToTheLayoutsTypes) {
  SourceOptions options;
  options.layout = "kdd99";
  auto row = kdd_row("normal.");
  row.replace(row.find("181"), 3, "18x");
  EXPECT_EQ(error_of(file("k.csv", kdd_row("normal.") + row), options).substr(0, 36),
            "k.csv:2:5: src_bytes: found \"18x\", e");
}

TEST_F(TableSourceTest, TakesColumnsAsAList) {
  SourceOptions options;
  options.columns = "n, t";
  const auto loaded = load_table(file("t.csv", "1,x\n2,y\n"), options);
  EXPECT_EQ(loaded.table.schema().names(), (std::vector<std::string>{"n", "t"}));
  EXPECT_EQ(loaded.table.rows(), 2U);
}

TEST_F(TableSourceTest, TakesColumnsFromANamesFileAndAddsTheLabel) {
  SourceOptions options;
  options.columns = file("t.names", "a,b.\nduration: continuous.\n\nrate: continuous.\nflag: symbolic.\n");
  const auto loaded = load_table(file("t.csv", "1,0.5,0,a.\n2,1,1,b.\n"), options);
  EXPECT_EQ(loaded.table.schema(), Schema({{"duration", ColumnType::integer},
                                           {"rate", ColumnType::number},
                                           {"flag", ColumnType::integer},
                                           {"label", ColumnType::category}}));
}

TEST_F(TableSourceTest, PlacesABadLineOfANamesFile) {
  SourceOptions options;
  options.columns = file("t.names", "a,b.\nduration: continuous.\nrate: nominal.\n");
  EXPECT_EQ(error_of(file("t.csv", "1,2\n"), options),
            "t.names:3: found \"rate: nominal.\", expected \"NAME: continuous.\" or \"NAME: symbolic.\"");
  options.columns = "absent.names";
  EXPECT_NE(error_of(file("t.csv", "1,2\n"), options).find("absent.names: no such file"), std::string::npos);
}

TEST_F(TableSourceTest, PrefersTheUsersTypesToAModels) {
  const Schema expected({{"port", ColumnType::category}, {"bytes", ColumnType::category}, {"gone", ColumnType::time}});
  SourceOptions options;
  options.types = {"bytes=number"};
  const auto loaded = load_table(file("t.csv", "port,bytes\n80,1\n443,2\n"), options, &expected);
  EXPECT_EQ(loaded.table.schema(), Schema({{"port", ColumnType::category}, {"bytes", ColumnType::number}}));
}

TEST_F(TableSourceTest, RefusesTypesThatAreNone) {
  SourceOptions options;
  const auto path = file("t.csv", "a,b\n1,x\n");
  options.types = {"a=float"};
  EXPECT_EQ(error_of(path, options), "--type a: found \"float\", expected integer, number, category, time or address");
  options.types = {"a"};
  EXPECT_EQ(error_of(path, options), "--type: found \"a\", expected COLUMN=TYPE");
  options.types = {"aa=number"};
  EXPECT_EQ(error_of(path, options), "no column \"aa\"; did you mean \"a\"? The columns are: a, b");
}

TEST_F(TableSourceTest, ReplacesTheListOfMissingMarkers) {
  SourceOptions options;
  options.missing = "-999,void";
  const auto loaded = load_table(file("t.csv", "a,b\n1,NA\n-999,VOID\n"), options);
  EXPECT_EQ(loaded.table.column("a").missing_count(), 1U);
  EXPECT_EQ(loaded.table.column("b").text(0), "NA");
  EXPECT_EQ(loaded.table.column("b").text(1), "");
}

TEST_F(TableSourceTest, CountsSkippedRows) {
  SourceOptions options;
  options.skip_bad_rows = true;
  const auto loaded = load_table(file("t.tsv", "a\tb\n1\tx\n2\n"), options);
  EXPECT_EQ(loaded.format, "tsv");
  EXPECT_EQ(loaded.skipped, (std::map<std::string, std::uint64_t>{{"too few cells", 1}}));
}

TEST_F(TableSourceTest, KnowsJsonLinesByTheirContent) {
  const auto loaded = load_table(file("flows.log", "\n {\"id\": {\"orig_p\": 80}}\n{\"id\": {\"orig_p\": 81}}\n"), {});
  EXPECT_EQ(loaded.format, "jsonl");
  EXPECT_EQ(loaded.table.schema().names(), std::vector<std::string>{"id.orig_p"});
  EXPECT_EQ(loaded.rows_read, 2U);
  SourceOptions options;
  options.no_header = true;
  EXPECT_EQ(error_of(file("f.jsonl", "{\"a\":1}\n"), options), "--no-header is for CSV, but f.jsonl has JSON lines");
}

TEST_F(TableSourceTest, SaysWhatAFileOfAnotherKindLooksLike) {
  using namespace std::string_literals;
  EXPECT_EQ(error_of(file("a", "%PDF-1.7"), {}),
            "a: looks like a PDF; expected a capture (pcap, pcapng), CSV or JSON lines");
  EXPECT_EQ(error_of(file("b", "PK\x03\x04 and so on"), {}).substr(0, 27), "b: looks like a zip archive");
  EXPECT_EQ(error_of(file("c",
                          "\xfd"
                          "7zXZ\0\0"s),
                     {})
                .substr(0, 49),
            "c: looks like an xz file; unpack it first (xz -d)");
  EXPECT_EQ(error_of(file("d", "PAR1\x15\x04"), {}).substr(0, 26), "d: looks like a Parquet fi");
  EXPECT_EQ(error_of(file("e", "[{\"a\":1}]"), {}).substr(0, 26), "e: looks like a JSON array");
  EXPECT_EQ(error_of(file("f", "<!DOCTYPE html>"), {}).substr(0, 24), "f: looks like a web page");
}

TEST_F(TableSourceTest, DrawsRowsInTheOrderOfTheFile) {
  std::string text = "number,half\n";
  for (int i = 1; i <= 1000; ++i) text += std::to_string(i) + "," + std::to_string(i) + ".5\n";
  SourceOptions options;
  options.max_rows = 100;
  options.seed = 3;
  const auto path = file("t.csv", text);
  const auto loaded = load_table(path, options);
  ASSERT_EQ(loaded.table.rows(), 100U);
  EXPECT_EQ(loaded.rows_read, 1000U);
  for (std::size_t row = 0; row < 100; ++row) {
    EXPECT_EQ(loaded.number(row), loaded.lines[row] - 1);
    EXPECT_EQ(loaded.table.column(0).text(row), std::to_string(loaded.number(row)));
    EXPECT_EQ(loaded.table.column(1).text(row), std::to_string(loaded.number(row)) + ".5");
    if (row > 0) {
      EXPECT_LT(loaded.lines[row - 1], loaded.lines[row]);
    }
  }
  EXPECT_EQ(load_table(path, options).lines, loaded.lines);
  options.seed = 4;
  EXPECT_NE(load_table(path, options).lines, loaded.lines);
  options.max_rows = 5000;
  EXPECT_EQ(load_table(path, options).table.rows(), 1000U);
}

}  // namespace
}  // namespace netstray
