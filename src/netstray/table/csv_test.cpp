#include "netstray/table/csv.h"

#include <cmath>
#include <deque>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

CsvBatch read_all(const std::string& text, const CsvOptions& options = {}) {
  CsvReader reader(open_memory("t.csv", text), options);
  CsvBatch batch;
  if (reader.read(batch, kAll)) {
    while (reader.append(batch, kAll)) {
    }
  }
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

std::vector<std::string> texts(const Table& table, std::size_t column) {
  std::vector<std::string> result;
  result.reserve(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) result.push_back(table.column(column).text(row));
  return result;
}

using Texts = std::vector<std::string>;

CsvOptions without_header(std::vector<std::string> names = {}) {
  CsvOptions options;
  options.header = CsvOptions::Header::absent;
  options.names = std::move(names);
  return options;
}

TEST(Csv, ReadsAHeaderAndTypedColumns) {
  const auto batch =
      read_all("ts,src,proto,bytes,rate\n2026-11-21T21:45:10Z,10.0.0.1,tcp,5,0.5\n2026-11-21T21:45:11Z,::1,udp,,1\n");
  const auto& schema = batch.table.schema();
  EXPECT_EQ(schema, Schema({{"ts", ColumnType::time},
                            {"src", ColumnType::address},
                            {"proto", ColumnType::category},
                            {"bytes", ColumnType::integer},
                            {"rate", ColumnType::number}}));
  EXPECT_EQ(texts(batch.table, 0), (Texts{"2026-11-21T21:45:10Z", "2026-11-21T21:45:11Z"}));
  EXPECT_EQ(texts(batch.table, 3), (Texts{"5", ""}));
  EXPECT_EQ(texts(batch.table, 4), (Texts{"0.5", "1"}));
  EXPECT_EQ(batch.lines, (std::vector<std::uint64_t>{2, 3}));
}

TEST(Csv, TakesByteOrderMarkCarriageReturnsAndNoLastLineEnd) {
  const auto batch = read_all(
      "\xef\xbb\xbf"
      "a,b\r\n1,x\r\n\r\n2,y\r");
  EXPECT_EQ(batch.table.schema().names(), (Texts{"a", "b"}));
  EXPECT_EQ(texts(batch.table, 0), (Texts{"1", "2"}));
  EXPECT_EQ(texts(batch.table, 1), (Texts{"x", "y"}));
  EXPECT_EQ(batch.lines, (std::vector<std::uint64_t>{2, 4}));
}

TEST(Csv, ResolvesQuotesWithDelimitersNewlinesAndQuotesInside) {
  auto options = CsvOptions();
  options.keep_text = true;
  const auto batch = read_all("a,b\n\"x,\"\"y\"\"\",\"one\ntwo\"\n5\" disk,z\n", options);
  EXPECT_EQ(texts(batch.table, 0), (Texts{"x,\"y\"", "5\" disk"}));
  EXPECT_EQ(texts(batch.table, 1), (Texts{"one\ntwo", "z"}));
  EXPECT_EQ(batch.lines, (std::vector<std::uint64_t>{2, 4}));
  EXPECT_EQ(batch.texts, (Texts{"\"x,\"\"y\"\"\",\"one\ntwo\"", "5\" disk,z"}));
}

TEST(Csv, FindsTheDelimiter) {
  for (const char delimiter : {',', ';', '\t', '|'}) {
    std::string text = "a_b_c\n1_x y_2\n";
    for (char& c : text) c = c == '_' ? delimiter : c;
    CsvReader reader(open_memory("t.csv", text), {});
    EXPECT_EQ(reader.delimiter(), delimiter);
    EXPECT_EQ(reader.schema().names(), (Texts{"a", "b", "c"}));
  }
  EXPECT_EQ(read_all("\"a,b\";c\n1;2\n").table.schema().names(), (Texts{"a,b", "c"}));
}

TEST(Csv, NamesColumnsByNumberOrAsTold) {
  EXPECT_EQ(read_all("1,x\n", without_header()).table.schema().names(), (Texts{"c1", "c2"}));
  const auto named = read_all("1,x\n2,y\n", without_header({"n", "t"}));
  EXPECT_EQ(named.table.schema().names(), (Texts{"n", "t"}));
  EXPECT_EQ(named.table.rows(), 2U);
  auto options = without_header({"n", "t"});
  options.header = CsvOptions::Header::first_row;
  EXPECT_EQ(read_all("a,b\n2,y\n", options).table.rows(), 1U);
}

TEST(Csv, SkipsAHeaderThatRepeatsTheNamesGiven) {
  auto options = without_header({"n", "t"});
  options.header = CsvOptions::Header::if_named;
  CsvReader with(open_memory("t.csv", "N,t\n2,y\n"), options);
  EXPECT_EQ(with.header_text(), "N,t");
  CsvBatch batch;
  with.read(batch, kAll);
  EXPECT_EQ(batch.table.rows(), 1U);
  EXPECT_EQ(read_all("1,x\n2,y\n", options).table.rows(), 2U);
}

TEST(Csv, TakesTheUsualMarkersAsMissingWhateverTheirCase) {
  const auto batch = read_all("a,b\n1,x\nNaN,-\nn/a,NULL\n?,None\n-Infinity,na\n inf ,\"\"\n,Inf\n");
  EXPECT_EQ(batch.table.column(0).missing_count(), 6U);
  EXPECT_EQ(batch.table.column(1).missing_count(), 6U);
  EXPECT_EQ(batch.table.schema()[0].type, ColumnType::integer);
  EXPECT_EQ(batch.table.column(1).levels(), Texts{"x"});
}

TEST(Csv, TakesOnlyTheMarkersGivenAsMissing) {
  CsvOptions options;
  options.missing = {"-1", "Nothing"};
  const auto batch = read_all("a,b\n1,NA\n-1,nothing\n-10,\n", options);
  EXPECT_EQ(texts(batch.table, 0), (Texts{"1", "", "-10"}));
  EXPECT_EQ(batch.table.column(0).missing_count(), 1U);
  EXPECT_EQ(batch.table.column(1).levels(), (Texts{"NA", ""}));
}

TEST(Csv, KeepsToTypesGiven) {
  CsvOptions options;
  options.types = {{"port", ColumnType::category}, {"ts", ColumnType::time}};
  const auto batch = read_all("port,ts\n080,1469718399.25\n443,1469718400\n", options);
  EXPECT_EQ(texts(batch.table, 0), (Texts{"080", "443"}));
  EXPECT_EQ(texts(batch.table, 1), (Texts{"2016-07-28T15:06:39.250Z", "2016-07-28T15:06:40Z"}));
}

TEST(Csv, WidensIntegersToNumbersAtAnyLaterRow) {
  std::string text = "a,b\n";
  for (int i = 0; i < 3000; ++i) text += "7,1\n";
  text += "0.5,123456789012345678901234567890\n";
  CsvReader reader(open_memory("t.csv", text), {});
  EXPECT_EQ(reader.schema()[0].type, ColumnType::integer);
  CsvBatch batch;
  reader.read(batch, 2000);
  EXPECT_EQ(batch.table.schema()[0].type, ColumnType::integer);
  reader.read(batch, kAll);
  EXPECT_EQ(reader.schema()[0].type, ColumnType::number);
  EXPECT_EQ(batch.table.schema(), reader.schema());
  EXPECT_EQ(batch.table.column(0).number(0), 7);
  EXPECT_EQ(batch.table.column(0).number(1000), 0.5);
  EXPECT_EQ(batch.table.column(1).number(1000), 123456789012345678901234567890.0);
}

TEST(Csv, WidensTypesThatAModelExpectsButNotThoseOfTheUser) {
  CsvOptions options;
  options.expected = {{"a", ColumnType::integer}, {"absent", ColumnType::integer}};
  EXPECT_EQ(read_all("a,b\n1,x\n0.5,y\n", options).table.schema()[0].type, ColumnType::number);
  options.types = {{"a", ColumnType::integer}};
  EXPECT_EQ(error_of("a,b\n1,x\n0.5,y\n", options),
            "t.csv:3:1: a: found \"0.5\", expected an integer of 64 bits (for other numbers say --type a=number)");
}

TEST(Csv, DecidesAColumnAtItsFirstValueHoweverLate) {
  std::string text = "a,b,c\n";
  for (int i = 0; i < 2000; ++i) text += "1,,\n";
  text += "1,tcp,\n";
  const auto batch = read_all(text);
  EXPECT_EQ(batch.table.schema()[1].type, ColumnType::category);
  EXPECT_EQ(batch.table.column(1).text(2000), "tcp");
  EXPECT_EQ(batch.table.column(1).missing_count(), 2000U);
  EXPECT_EQ(batch.table.schema()[2].type, ColumnType::number);
  EXPECT_EQ(batch.table.column(2).missing_count(), 2001U);
}

TEST(Csv, TakesEmptyLinesInsideAOneColumnTableAsMissing) {
  const auto batch = read_all("a\n1\n\n\n2\n\n\n");
  EXPECT_EQ(texts(batch.table, 0), (Texts{"1", "", "", "2"}));
  EXPECT_EQ(batch.lines, (std::vector<std::uint64_t>{2, 3, 4, 5}));
}

TEST(Csv, GivesBatchesOfTheirOwnDictionaries) {
  CsvReader reader(open_memory("t.csv", "a\nx\ny\nz\nx\n"), {});
  CsvBatch batch;
  ASSERT_TRUE(reader.read(batch, 3));
  EXPECT_EQ(batch.table.column(0).levels(), (Texts{"x", "y", "z"}));
  ASSERT_TRUE(reader.read(batch, 3));
  EXPECT_EQ(batch.table.column(0).levels(), Texts{"x"});
  EXPECT_EQ(batch.lines, std::vector<std::uint64_t>{5});
  EXPECT_FALSE(reader.read(batch, 3));
  EXPECT_EQ(reader.rows(), 4U);
}

TEST(Csv, AppendsToABatchPieceByPiece) {
  CsvReader reader(open_memory("t.csv", "a\nx\ny\nz\nx\n"), {});
  CsvBatch batch;
  ASSERT_TRUE(reader.read(batch, 3));
  ASSERT_TRUE(reader.append(batch, 3));
  EXPECT_FALSE(reader.append(batch, 3));
  EXPECT_EQ(texts(batch.table, 0), (Texts{"x", "y", "z", "x"}));
  EXPECT_EQ(batch.table.column(0).levels().size(), 3U);
}

/// Gives its pieces one by one, as a pipe does, and notes when it would have to wait.
class PipeLike final : public ByteSource {
 public:
  explicit PipeLike(std::deque<std::string> pieces) : ByteSource("pipe"), pieces_(std::move(pieces)) {}
  std::size_t read(std::span<char> out) override {
    if (pieces_.empty()) throw Error("would wait");
    const std::string piece = pieces_.front();
    pieces_.pop_front();
    std::copy(piece.begin(), piece.end(), out.begin());
    return piece.size();
  }
  std::string_view compression() const noexcept override { return "plain"; }
  std::string digest() const override { return {}; }

 private:
  std::deque<std::string> pieces_;
};

TEST(Csv, GivesWhatAPipeHasWithoutWaitingWhereTypesAreGiven) {
  auto options = without_header({"n", "t"});
  options.header = CsvOptions::Header::if_named;
  options.types = {{"n", ColumnType::integer}, {"t", ColumnType::category}};
  CsvReader reader(std::make_unique<PipeLike>(std::deque<std::string>{"1,a\n2,b\n3", ",c\n4,d\n"}), options);
  CsvBatch batch;
  ASSERT_TRUE(reader.read(batch, 1000, true));
  EXPECT_EQ(batch.table.rows(), 2U);
  ASSERT_TRUE(reader.read(batch, 1, true));
  EXPECT_EQ(texts(batch.table, 1), Texts{"c"});
  ASSERT_TRUE(reader.read(batch, 1000, true));
  EXPECT_EQ(texts(batch.table, 1), Texts{"d"});
  EXPECT_THROW(reader.read(batch, 1000, true), Error);
}

// --- what is wrong, and where ---

TEST(CsvErrors, PlaceARowThatIsTooShort) {
  EXPECT_EQ(error_of("a,b,c\n1,2,x\n1,2\n"), "t.csv:3:3: c: found 2 cells, expected 3");
}

TEST(CsvErrors, PlaceARowThatIsTooLong) {
  EXPECT_EQ(error_of("a,b\n1,x\n\n1,2,3,4\n"), "t.csv:4:3: row: found 4 cells, expected 2");
}

TEST(CsvErrors, PlaceTextInANumericColumn) {
  std::string text = "a,b\n";
  for (int i = 0; i < 5000; ++i) text += "x,1\n";
  EXPECT_EQ(
      error_of(text + "x,abc\n"),
      "t.csv:5002:2: b: found \"abc\", expected an integer or a number (if it is text, say --type b=category; if it "
      "stands for a missing value, --missing)");
  CsvOptions options;
  options.types = {{"b", ColumnType::integer}};
  EXPECT_EQ(
      error_of("a,b\nx,1\ny,0x1f\n", options),
      "t.csv:3:2: b: found \"0x1f\", expected an integer (if it is text, say --type b=category; if it stands for a "
      "missing value, --missing)");
}

TEST(CsvErrors, PlaceTextInTheRowsThatTypesWereFoundFrom) {
  EXPECT_EQ(error_of("a,b\n1,x\n2,x\n3,x\noops,x\n4,x\n").substr(0, 32), "t.csv:5:1: a: found \"oops\", expe");
}

TEST(CsvErrors, PlaceANumberTooLarge) {
  EXPECT_EQ(error_of("a,b\n1,x\n1e999,y\n"), "t.csv:3:1: a: found \"1e999\", expected a number below 1.8e308 in size");
}

TEST(CsvErrors, PlaceWhatIsNoTime) {
  CsvOptions options;
  options.types = {{"t", ColumnType::time}};
  EXPECT_EQ(error_of("t,b\n2026-01-01,x\nsoon,y\n", options),
            "t.csv:3:1: t: found \"soon\", expected a time (2026-11-21T21:45:10Z, or a number that counts since 1970)");
}

TEST(CsvErrors, PlaceAQuoteWhereItOpened) {
  const auto text = error_of("a,b\n1,x\n2,\"y\n3,z\n4,z\n");
  EXPECT_EQ(text, "t.csv:3:2: b: found \"\"y\\x0a3,z\\x0a4,z\\x0a\", expected a closing quote within 16 MiB");
}

TEST(CsvErrors, PlaceTextBehindAClosingQuote) {
  EXPECT_EQ(error_of("a,b\n1,\"x\"y\n").substr(0, 40), "t.csv:2:2: b: found \"\"x\"y\", expected a d");
}

TEST(CsvErrors, PlaceANulByte) {
  const std::string text("a,b\n1,x\n2,y\0z\n3,q\n", 18);
  EXPECT_EQ(error_of(text), "t.csv:3:2: b: found a NUL byte, expected text without NUL bytes");
}

TEST(CsvErrors, PlaceALineOverSixteenMebibytes) {
  EXPECT_EQ(error_of("a,b\n1,x\n2," + std::string(17 << 20, 'y') + "\n"),
            "t.csv:3:2: b: found a line over 16 MiB, expected a shorter one");
}

TEST(CsvErrors, RefuseABinaryFile) {
  std::string bytes =
      "\x7f"
      "ELF";
  for (int i = 0; i < 5000; ++i) bytes += static_cast<char>(i * 37 % 256);
  EXPECT_EQ(error_of(bytes).substr(0, 32), "t.csv: does not look like text: ");
  EXPECT_NE(error_of(std::string("\xff\xfe"
                                 "a\0,\0",
                                 6))
                .find("UTF-16"),
            std::string::npos);
}

TEST(CsvErrors, RefuseAnEmptyFileAndOneWithoutRows) {
  EXPECT_EQ(error_of(""), "t.csv: is empty, expected rows");
  EXPECT_EQ(error_of("\xef\xbb\xbf"), "t.csv: is empty, expected rows");
  EXPECT_EQ(error_of("\n\n"), "t.csv: no rows");
  EXPECT_EQ(error_of("a,b\n"), "t.csv: no rows behind the header");
  EXPECT_EQ(error_of("", without_header({"a"})), "t.csv: is empty, expected rows");
}

TEST(CsvReader, NamesAHeadersEmptyCellByItsPlace) {
  CsvReader reader(open_memory("t.csv", ",a\n0,x\n1,y\n"), {});
  EXPECT_EQ(reader.schema().names(), (std::vector<std::string>{"unnamed: 0", "a"}));
}

TEST(CsvReader, ReadsColumnsThatNobodyNamedAsTextWhereAsked) {
  CsvOptions options;
  options.expected = {{"b", ColumnType::integer}};
  options.rest_as_text = true;
  CsvReader reader(open_memory("t.csv", "a,b\n1,2\nx,3\n"), options);
  CsvBatch batch;
  ASSERT_TRUE(reader.read(batch, 10));
  EXPECT_EQ(batch.table.column("a").text(0), "1");
  EXPECT_EQ(batch.table.column("a").type(), ColumnType::category);
  EXPECT_EQ(batch.table.column("b").number(1), 3);
}

TEST(CsvErrors, ComeAfterTheGoodRowsBeforeThem) {
  CsvOptions options;
  options.types = {{"a", ColumnType::integer}};
  CsvReader reader(open_memory("t.csv", "a\n1\n2\nx\n4\n"), options);
  CsvBatch batch;
  ASSERT_TRUE(reader.read(batch, 10));
  EXPECT_EQ(batch.table.rows(), 2U);
  EXPECT_THROW(reader.read(batch, 10), Error);
}

TEST(CsvErrors, RefuseNamesThatAreTheSame) {
  EXPECT_EQ(error_of("a,b,a\n1,2,x\n"),
            "t.csv:1:3: header: found \"a\", expected a name of its own (column 1 has this one)");
  EXPECT_EQ(error_of("1,x\n", without_header({"a", "a"})),
            "the columns 1 and 2 are both named \"a\", expected names that differ");
}

TEST(CsvErrors, RefuseTypesForColumnsThatAreNotThere) {
  CsvOptions options;
  options.types = {{"lable", ColumnType::category}};
  EXPECT_EQ(error_of("a,label\n1,2\n", options).substr(0, 42), "no column \"lable\"; did you mean \"label\"? T");
}

TEST(CsvErrors, RefuseAFirstRowThatLooksLikeData) {
  const std::string told =
      "t.csv:1:1: header: found \"0\", expected a column's name, but the first row looks like data; say --columns "
      "NAMES, "
      "or --no-header";
  EXPECT_EQ(error_of("0,tcp,1.5\n1,udp,2.5\n"), told);
  EXPECT_EQ(error_of("0,tcp,http,ftp\n1,tcp,ftp,ftp\n2,tcp,http,ftp\n"), told);
  EXPECT_NE(error_of("10.0.0.1,tcp\n10.0.0.2,tcp\n").find("looks like data"), std::string::npos);
  CsvOptions options;
  options.advice = [](std::span<const std::string> cells) { return "; hint " + cells[1]; };
  EXPECT_EQ(error_of("0,tcp,1.5\n1,udp,2.5\n", options), told + "; hint tcp");
}

TEST(CsvErrors, LeaveAHeaderAloneThatIsNoData) {
  EXPECT_EQ(error_of("name,proto\na,tcp\nb,udp\n"), "no error");
  EXPECT_EQ(error_of("proto,2020\ntcp,1\n"), "no error");
}

TEST(CsvErrors, GiveAdviceOnTheNumberOfCellsOfTheFirstRowOnly) {
  auto options = without_header({"a", "b"});
  options.advice = [](std::span<const std::string> cells) { return std::string("; it has ") + cells.back(); };
  EXPECT_EQ(error_of("1,x,z\n", options), "t.csv:1:3: row: found 3 cells, expected 2; it has z");
  EXPECT_EQ(error_of("1,x\n1,x,z\n", options), "t.csv:2:3: row: found 3 cells, expected 2");
}

TEST(CsvSkipping, CountsBadRowsByReasonAndGoesOnWithTheNextLine) {
  CsvOptions options;
  options.skip_bad_rows = true;
  options.types = {{"i", ColumnType::integer}, {"n", ColumnType::number}, {"t", ColumnType::time}};
  options.types.emplace("c", ColumnType::category);
  const std::string good = "1,2.5,2026-01-01,x\n";
  std::string text = "i,n,t,c\n" + good;
  text += "1,2\n";                                   // too few cells
  text += "1,2,2026-01-01,x,y\n";                    // too many cells
  text += "a,2,2026-01-01,x\n";                      // not a number
  text += "1.5,2,2026-01-01,x\n";                    // not an integer
  text += "1,1e999,2026-01-01,lost\n";               // number too large
  text += "1,2,then,lost\n";                         // not a time
  text += std::string("1,2,2026-01-01,a\0b\n", 19);  // NUL byte
  text += "1,2,2026-01-01,\"a\"b\n";                 // text after a quote
  text += "1,2,2026-01-01," + std::string(17 << 20, 'y') + "\n";
  text += good + "1,2,2026-01-01,\"open\n" + good;
  CsvReader reader(open_memory("t.csv", text), options);
  CsvBatch batch;
  reader.read(batch, kAll);
  EXPECT_EQ(batch.table.rows(), 3U);
  EXPECT_EQ(batch.lines, (std::vector<std::uint64_t>{2, 12, 14}));
  EXPECT_EQ(batch.table.column(3).levels(), Texts{"x"});
  const std::map<std::string, std::uint64_t> expected = {
      {"too few cells", 1},    {"too many cells", 1},    {"not a number", 1}, {"not an integer", 1},
      {"number too large", 1}, {"not a time", 1},        {"NUL byte", 1},     {"text after a quote", 1},
      {"line too long", 1},    {"quote never closed", 1}};
  EXPECT_EQ(reader.skipped(), expected);
}

TEST(CsvSkipping, SaysSoWhereAllRowsWereBad) {
  CsvOptions options;
  options.skip_bad_rows = true;
  EXPECT_EQ(error_of("a,b\n1\n2\n", options), "t.csv: no rows: all 2 were skipped as bad");
}

}  // namespace
}  // namespace netstray
