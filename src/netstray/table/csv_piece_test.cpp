#include "netstray/table/csv_piece.h"

#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/instruction_set.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/table/csv.h"

namespace netstray {
namespace {

constexpr std::size_t kAllRows = std::numeric_limits<std::size_t>::max();
constexpr InstructionSet kSets[] = {InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512};

/// Everything that a reader tells of a file.
struct Reading {
  std::vector<Field> fields;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::vector<std::string>> levels;
  std::vector<std::uint64_t> lines;
  std::vector<std::string> texts;
  std::map<std::string, std::uint64_t> skipped;
  std::string error;

  bool operator==(const Reading&) const = default;
};

void note(Reading& reading, const CsvReader& reader, const CsvBatch& batch) {
  reading.fields = batch.table.schema().fields();
  reading.lines = batch.lines;
  reading.texts = batch.texts;
  reading.skipped = reader.skipped();
  for (std::size_t row = 0; row < batch.table.rows(); ++row) {
    reading.rows.emplace_back();
    for (std::size_t c = 0; c < batch.table.columns(); ++c) {
      reading.rows.back().push_back(batch.table.column(c).text(row));
    }
  }
  for (std::size_t c = 0; c < batch.table.columns(); ++c) reading.levels.push_back(batch.table.column(c).levels());
}

/// Row by row: a reader that may only use what is at hand takes no pieces, and one large block has the whole text.
Reading read_row_by_row(const std::string& text, CsvOptions options) {
  Reading reading;
  CsvBatch batch;
  options.block_bytes = text.size() + 1;
  try {
    CsvReader reader(open_memory("t.csv", text), options);
    try {
      reader.read(batch, kAllRows, true);
      while (reader.append(batch, 1)) {
      }
    } catch (const std::exception& error) {
      reading.error = error.what();
    }
    note(reading, reader, batch);
  } catch (const std::exception& error) {
    reading.error = error.what();
  }
  return reading;
}

Reading read_by_pieces(const std::string& text, const CsvOptions& options, Rng& rng) {
  Reading reading;
  CsvBatch batch;
  try {
    CsvReader reader(open_memory("t.csv", text), options);
    try {
      reader.read(batch, 1 + rng.below(100));
      while (reader.append(batch, 1 + rng.below(100))) {
      }
    } catch (const std::exception& error) {
      reading.error = error.what();
    }
    note(reading, reader, batch);
  } catch (const std::exception& error) {
    reading.error = error.what();
  }
  return reading;
}

std::string pick(Rng& rng, const std::vector<std::string>& from) { return from[rng.below(from.size())]; }

/// What a column mostly holds, and what it may hold once in a while.
std::string cell_of(Rng& rng, std::size_t kind, double strangeness) {
  if (rng.uniform() < strangeness) {
    return pick(rng, {"",
                      "-",
                      "text",
                      "\"quo\"\"ted\"",
                      "\"two\nlines\"",
                      "1e5",
                      "-7",
                      "99999999999999999999",
                      "0.1234567",
                      "123456789012.345",
                      "nan",
                      " 12 ",
                      "\"12\"",
                      ".",
                      "1.",
                      ".5",
                      "00",
                      "-0",
                      "1e999",
                      "a\"b",
                      "\r",
                      "\"\"",
                      "12345678",
                      "123456789",
                      "-12345.678",
                      "2026-11-21T21:45:10Z",
                      std::string(300, 'x')});
  }
  switch (kind) {
    case 0:
      return std::to_string(rng.below(rng.uniform() < 0.9 ? 10 : 100'000));
    case 1:
      return pick(rng, {"0.00", "1.00", "0.25", "0.5", "12.75", "3"});
    case 2:
      return pick(rng, {"tcp", "udp", "icmp", "a service with a long name", "http"});
    case 3:
      return std::to_string(1'700'000'000 + rng.below(1'000'000));
    case 4:
      return "10.0." + std::to_string(rng.below(3)) + "." + std::to_string(rng.below(256));
    default:
      return "";
  }
}

std::string random_table(Rng& rng, std::size_t columns, std::size_t rows) {
  const double strangeness = rng.uniform() < 0.5 ? 0 : 0.002 + 0.02 * rng.uniform();
  const double raggedness = rng.uniform() < 0.7 ? 0 : 0.01;
  const bool returns = rng.uniform() < 0.3;
  std::vector<std::size_t> kinds(columns);
  for (auto& kind : kinds) kind = rng.below(6);
  std::string text = rng.uniform() < 0.2 ? "\xef\xbb\xbf" : "";
  for (std::size_t c = 0; c < columns; ++c) {
    text += (c > 0 ? "," : "") + (kinds[c] == 3 ? std::string("start_time") : "column") + std::to_string(c);
  }
  for (std::size_t row = 0; row < rows; ++row) {
    text += returns ? "\r\n" : "\n";
    if (rng.uniform() < raggedness)
      text += pick(rng, {"\n", "1,2\n", "\r\n", "\"never closed,1\n", std::string(1, '\0')});
    for (std::size_t c = 0; c < columns; ++c) text += (c > 0 ? "," : "") + cell_of(rng, kinds[c], strangeness);
  }
  return text + (rng.uniform() < 0.8 ? "\n" : "");
}

class CsvPieces : public testing::Test {
 protected:
  void TearDown() override {
    limit_instruction_set(InstructionSet::avx512);
    set_threads(0);
  }
};

TEST_F(CsvPieces, GiveWhatReadingRowByRowGives) {
  std::size_t whole = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    Rng rng(seed);
    const auto text = random_table(rng, 2 + rng.below(6), 1 + rng.below(rng.uniform() < 0.9 ? 200 : 3000));
    CsvOptions options;
    options.skip_bad_rows = rng.uniform() < 0.7;
    options.keep_text = rng.uniform() < 0.5;
    if (rng.uniform() < 0.2) options.missing = {"0", "-7", "tcp"};
    const auto expected = read_row_by_row(text, options);
    if (expected.error.empty()) ++whole;
    for (const std::size_t block : {40 + rng.below(400), std::uint64_t{1} << 14, std::uint64_t{1} << 20}) {
      options.block_bytes = block;
      set_threads(static_cast<unsigned>(1 + rng.below(3)));
      const auto set = kSets[rng.below(3)];
      limit_instruction_set(set);
      ASSERT_EQ(read_by_pieces(text, options, rng), expected)
          << "seed " << seed << ", block of " << block << ", " << name_of(set) << "\n"
          << text.substr(0, 1000);
    }
  }
  EXPECT_GT(whole, 90U);
}

TEST_F(CsvPieces, AreCutWhereverTheBorderFalls) {
  std::string text = "number,text,share\n";
  for (int row = 0; row < 12; ++row) text += std::to_string(row) + ",\"a \"\"b\"\",\r\n\nc\",0.5\r\n";
  const auto expected = read_row_by_row(text, {});
  ASSERT_EQ(expected.rows.size(), 12U);
  Rng rng(1);
  for (std::size_t block = 1; block <= text.size() + 1; ++block) {
    CsvOptions options;
    options.block_bytes = block;
    ASSERT_EQ(read_by_pieces(text, options, rng), expected) << "block of " << block;
  }
}

TEST(ByteMasks, AreTheSameWithEachInstructionSet) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Rng rng(seed);
    constexpr std::string_view kBytes = ",\"\n\r;a1\x80\xff";
    std::string text(64 * (1 + rng.below(5)), ' ');
    for (auto& c : text) c = rng.uniform() < 0.5 ? kBytes[rng.below(kBytes.size())] : static_cast<char>(rng.below(256));
    std::vector<std::vector<ByteMasks>> results;
    for (const auto set : kSets) {
      limit_instruction_set(set);
      results.emplace_back(text.size() / 64);
      find_bytes(text.data(), text.size() / 64, ';', results.back().data());
    }
    limit_instruction_set(InstructionSet::avx512);
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto& mask = results[0][i / 64];
      const auto bit = [i](std::uint64_t bits) { return (bits >> (i % 64)) & 1U; };
      ASSERT_EQ(bit(mask.delimiters), text[i] == ';' ? 1U : 0U) << "seed " << seed << ", byte " << i;
      ASSERT_EQ(bit(mask.line_ends), text[i] == '\n' ? 1U : 0U) << "seed " << seed << ", byte " << i;
      ASSERT_EQ(bit(mask.quotes), text[i] == '"' ? 1U : 0U) << "seed " << seed << ", byte " << i;
      ASSERT_EQ(bit(mask.carriage_returns), text[i] == '\r' ? 1U : 0U) << "seed " << seed << ", byte " << i;
    }
    ASSERT_EQ(results[0], results[1]) << "seed " << seed;
    ASSERT_EQ(results[0], results[2]) << "seed " << seed;
  }
}

std::string padded(const std::string& text) { return text + std::string(kTextPadding, '"'); }

TEST(RegularRows, EndBehindTheLastLineEndOutsideOfQuotes) {
  const auto length = [](const std::string& text) {
    const auto with_padding = padded(text);
    return regular_rows({with_padding.data(), text.size()}, ',');
  };
  EXPECT_EQ(length("a,b\nc"), 4U);
  EXPECT_EQ(length("a,b"), 0U);
  EXPECT_EQ(length("a,\"b\n\"\nc"), 7U);
  EXPECT_EQ(length("a,\"b\nc"), 0U);
  EXPECT_EQ(length("1\n\"b\"x\n2\n"), 2U) << "text behind a closing quote";
  EXPECT_EQ(length("1\nb\"x\n2\n"), 2U) << "a quote within a cell";
  EXPECT_EQ(length("1\n\"b\"\r\n2\n"), 9U);
  EXPECT_EQ(length("1\n\"b\"\r2\n"), 2U) << "a carriage return alone behind a closing quote";
  for (std::size_t before = 1; before < 130; ++before) {
    const std::string front = std::string(before, 'x') + "\n";
    EXPECT_EQ(length(front + "\"a\"\"\nb\",c\n\"open\n"), front.size() + 10) << before;
    EXPECT_EQ(length(front + "a\"\n"), front.size()) << before;
  }
}

}  // namespace
}  // namespace netstray
