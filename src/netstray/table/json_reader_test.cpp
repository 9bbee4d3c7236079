#include "netstray/table/json_reader.h"

#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/table/json_object.h"
#include "netstray/table/json_writer.h"
#include "netstray/table/line_scanner.h"

namespace netstray {
namespace {

constexpr std::size_t kAllRows = std::numeric_limits<std::size_t>::max();

RowBatch read_all(const std::string& text, const CsvOptions& options = {}) {
  JsonReader reader(open_memory("t.jsonl", text), options);
  RowBatch batch;
  reader.read(batch, kAllRows);
  return batch;
}

std::string error_of(const std::string& text, const CsvOptions& options = {}) {
  try {
    read_all(text, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::vector<std::string> texts_of(const Table& table, std::size_t row) {
  std::vector<std::string> texts;
  texts.reserve(table.columns());
  for (std::size_t c = 0; c < table.columns(); ++c) texts.push_back(table.column(c).text(row));
  return texts;
}

TEST(JsonReader, NamesInnerValuesByTheWayToThem) {
  const auto batch = read_all(
      R"({"ts":1700000000.5,"id.orig_h":"10.0.0.1","flow":{"bytes":{"in":10,"out":-2.5}},"tags":["a", 1],"ok":true,"e":{}})"
      "\n");
  EXPECT_EQ(batch.table.schema().names(),
            (std::vector<std::string>{"ts", "id.orig_h", "flow.bytes.in", "flow.bytes.out", "tags", "ok", "e"}));
  EXPECT_EQ(texts_of(batch.table, 0), (std::vector<std::string>{"2023-11-14T22:13:20.500Z", "10.0.0.1", "10", "-2.5",
                                                                R"(["a", 1])", "true", "{}"}));
  EXPECT_EQ(batch.table.schema()[1].type, ColumnType::address);
  EXPECT_EQ(batch.table.schema()[2].type, ColumnType::integer);
}

TEST(JsonReader, TakesAbsentKeysAndNullsAsMissing) {
  const auto batch = read_all("{\"a\":1,\"b\":\"x\"}\n\n{\"b\":null}\r\n{\"c\":\"-\",\"a\":0.5}");
  ASSERT_EQ(batch.table.rows(), 3U);
  EXPECT_EQ(texts_of(batch.table, 0), (std::vector<std::string>{"1", "x", ""}));
  EXPECT_EQ(texts_of(batch.table, 1), (std::vector<std::string>{"", "", ""}));
  EXPECT_EQ(texts_of(batch.table, 2), (std::vector<std::string>{"0.5", "", ""}));
  EXPECT_EQ(batch.table.schema()[0].type, ColumnType::number);
  EXPECT_EQ(batch.lines, (std::vector<std::uint64_t>{1, 3, 4}));
}

TEST(JsonReader, SaysWhichLineIsNoObject) {
  for (const std::string bad :
       {"[1]", "x", "{\"a\":1", "{\"a\":1} 2", "{\"a\":01}", "{\"a\":+1}", "{\"a\":tru}", "{a:1}", "{\"a\":1,}",
        "\"a\"", "1", "{\"a\":\"\xff\"}", "{\"a\":\"\t\"}", "{\"a\":\"\\x\"}", "{\"a\" 1}", "{\"a\":1}{\"a\":2}"}) {
    const auto text = error_of("{\"a\":1}\n" + bad + "\n");
    EXPECT_EQ(text, "no error") << "the row before it comes first";
    CsvOptions options;
    EXPECT_NE(error_of(bad + "\n").find("t.jsonl:1: found "), std::string::npos) << bad << ": " << error_of(bad + "\n");
    options.skip_bad_rows = true;
    JsonReader reader(open_memory("t.jsonl", "{\"a\":1}\n" + bad + "\n{\"a\":2}\n"), options);
    RowBatch batch;
    reader.read(batch, kAllRows);
    EXPECT_EQ(batch.lines, (std::vector<std::uint64_t>{1, 3})) << bad;
    EXPECT_EQ(reader.skipped(), (std::map<std::string, std::uint64_t>{{"not a JSON object", 1}})) << bad;
  }
}

TEST(JsonReader, SaysWhichValueDoesNotFitItsColumn) {
  CsvOptions options;
  options.types = {{"a", ColumnType::integer}};
  EXPECT_EQ(error_of("{\"a\":\"x\"}\n", options).substr(0, 36), "t.jsonl:1: a: found \"x\", expected an");
  options.types = {{"b", ColumnType::integer}};
  EXPECT_NE(error_of("{\"a\":1}\n", options).find("no column \"b\""), std::string::npos);
  EXPECT_EQ(error_of("\n\n"), "t.jsonl: no rows");
}

TEST(JsonReader, RefusesObjectsWithoutMembersWhereThereAreNoColumns) {
  EXPECT_NE(error_of("{}\n{}\n").find("t.jsonl:1: found \"{}\", expected an object with members"), std::string::npos);
  CsvOptions options;
  options.skip_bad_rows = true;
  EXPECT_EQ(error_of("{}\nx\n{}\n", options), "t.jsonl: no rows: all 3 were skipped as bad");
  EXPECT_EQ(error_of("{\"a\":1}\n{}\n"), "no error") << "all of its values are missing";
}

TEST(JsonReader, LeavesOutKeysThatComeTooLate) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "{\"a\":1}\n";
  JsonReader reader(open_memory("t.jsonl", text + "{\"a\":2,\"late\":1}\n"), {});
  RowBatch batch;
  reader.read(batch, kAllRows);
  EXPECT_EQ(batch.table.rows(), 1001U);
  EXPECT_EQ(batch.table.columns(), 1U);
  EXPECT_EQ(reader.late_names(), std::vector<std::string>{"late"});
}

TEST(JsonReader, HasTheExpectedColumnsWhereSomeOfThemAreThere) {
  CsvOptions options;
  options.rest_as_text = true;
  options.expected = {{"rare", ColumnType::number}, {"a", ColumnType::number}};
  const auto batch = read_all("{\"x\":5,\"a\":1}\n", options);
  EXPECT_EQ(batch.table.schema().names(), (std::vector<std::string>{"x", "a", "rare"}));
  EXPECT_EQ(batch.table.schema()[0].type, ColumnType::category);
  EXPECT_TRUE(batch.table.column("rare").missing(0));
  EXPECT_EQ(read_all("{\"x\":5}\n", options).table.columns(), 1U);
}

TEST(JsonReader, PassesOverALineThatIsTooLong) {
  std::string text = "{\"a\":\"" + std::string(LineScanner::kLongestLine, 'x') + "\"}\n{\"a\":1}\n";
  CsvOptions options;
  options.skip_bad_rows = true;
  JsonReader reader(plain_memory("t.jsonl", std::move(text)), options);
  RowBatch batch;
  reader.read(batch, kAllRows);
  EXPECT_EQ(batch.lines, std::vector<std::uint64_t>{2});
  EXPECT_EQ(reader.skipped(), (std::map<std::string, std::uint64_t>{{"line too long", 1}}));
}

/// What is written is read back, whatever the size of the blocks.
TEST(JsonReader, ReadsBackWhatWasWrittenWhateverTheBlockSize) {
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    Rng rng(seed);
    constexpr std::string_view kBytes = "ab\"\\\n\t{}[]:,\xc3\xa4\x01 ";
    std::vector<std::map<std::string, std::string>> rows(1 + rng.below(20));
    std::string text;
    for (auto& row : rows) {
      std::string members;
      for (const char* name : {"k", "key \"two\"", "a.b"}) {
        std::string value = "v";
        for (std::uint64_t i = rng.below(6); i > 0; --i) value += kBytes[rng.below(kBytes.size())];
        for (auto at = value.find('\xc3'); at != std::string::npos; at = value.find('\xc3')) value[at] = 'c';
        for (auto at = value.find('\xa4'); at != std::string::npos; at = value.find('\xa4')) value[at] = 'd';
        if (rng.uniform() < 0.3) continue;
        row[name] = value;
        if (!members.empty()) members += rng.uniform() < 0.5 ? "," : " , ";
        append_json_string(members, name);
        members += ":";
        append_json_string(members, value);
      }
      text += "{" + members + "}" + (rng.uniform() < 0.5 ? "\n" : "\r\n");
    }
    for (const std::size_t block : {std::size_t{1}, 2 + rng.below(50), std::uint64_t{1} << 16}) {
      CsvOptions options;
      options.block_bytes = block;
      const auto batch = read_all(text, options);
      ASSERT_EQ(batch.table.rows(), rows.size()) << "seed " << seed;
      for (std::size_t r = 0; r < rows.size(); ++r) {
        for (std::size_t c = 0; c < batch.table.columns(); ++c) {
          const auto found = rows[r].find(batch.table.schema()[c].name);
          ASSERT_EQ(batch.table.column(c).text(r), found == rows[r].end() ? "" : found->second)
              << "seed " << seed << ", block of " << block;
        }
      }
    }
  }
}

TEST(JsonReader, SurvivesAnyBytes) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Rng rng(seed);
    constexpr std::string_view kBytes = "{{}}[]\"\"\\:,,01e.-tfn u\n\xff";
    std::string text = "{\"a\":{\"b\":1,\"c\":[1,{}]},\"d\":\"x\\u00e4\",\"e\":null}\n";
    for (std::uint64_t i = 1 + rng.below(6); i > 0; --i)
      text[rng.below(text.size() - 1)] = kBytes[rng.below(kBytes.size())];
    CsvOptions options;
    options.skip_bad_rows = true;
    RowBatch batch;
    JsonReader reader(open_memory("t.jsonl", text + "{\"last\":1}\n"), options);
    reader.read(batch, kAllRows);
    ASSERT_FALSE(batch.lines.empty()) << "seed " << seed;
    JsonObject object;
    const std::string deep = std::string(rng.below(3000), '{');
    EXPECT_FALSE(object.parse(std::string_view(deep + std::string(JsonObject::kPadding, ' ')).substr(0, deep.size())));
  }
}

TEST(JsonObject, KeepsDeepObjectsAsOneValue) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "{\"a\":";
  text += "1" + std::string(40, '}');
  const std::size_t size = text.size();
  text += std::string(JsonObject::kPadding, ' ');
  JsonObject object;
  ASSERT_TRUE(object.parse({text.data(), size}));
  ASSERT_EQ(object.size(), 1U);
  EXPECT_EQ(object[0].name, "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a");
  EXPECT_EQ(object[0].text.substr(0, 10), "{\"a\":{\"a\":");
}

TEST(JsonWriter, WritesNumbersAsNumbersAndLeavesOutWhatIsMissing) {
  Table table(Schema({{"n", ColumnType::number}, {"t", ColumnType::category}, {"i", ColumnType::integer}}));
  table.column(0).append_decimal(25, 2);
  table.column(1).append_text("a\"\\\x01\n\xff\xc3\xa4");
  table.column(2).append_missing();
  std::string line;
  append_json_members(line, table, 0);
  EXPECT_EQ(line, "\"n\":0.25,\"t\":\"a\\\"\\\\\\u0001\\n\xef\xbf\xbd\xc3\xa4\"");
}

TEST(BeginsJson, TellsObjectsFromCsv) {
  EXPECT_TRUE(begins_json("{\"a\":1}"));
  EXPECT_TRUE(begins_json("\xef\xbb\xbf \n { }"));
  EXPECT_FALSE(begins_json("a,b\n"));
  EXPECT_FALSE(begins_json("{a},b\n"));
  EXPECT_FALSE(begins_json(""));
}

}  // namespace
}  // namespace netstray
