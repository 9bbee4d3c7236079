#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/instruction_set.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/table/csv.h"

namespace netstray {
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// A random cell: often empty or plain, at times with everything that needs quotes.
std::string random_cell(Rng& rng) {
  constexpr std::string_view kBytes = "ab1.,;|\t\"\n\r \xc3\xa4";
  std::string cell;
  for (std::uint64_t i = rng.below(6); i > 0; --i) cell += kBytes[rng.below(kBytes.size())];
  return cell;
}

std::string quoted_cell(const std::string& cell) {
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

std::string write_naively(const Rows& rows, char delimiter, const std::string& line_end, Rng& rng) {
  const std::string needing = std::string("\"\r\n") + delimiter;
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      if (c > 0) text += delimiter;
      const auto& cell = rows[r][c];
      // Quoted also where a row would be an empty line.
      const bool must = cell.find_first_of(needing) != std::string::npos || (rows[r].size() == 1 && cell.empty());
      text += must || rng.uniform() < 0.1 ? quoted_cell(cell) : cell;
    }
    if (r + 1 < rows.size() || rng.uniform() < 0.5) text += line_end;
  }
  return text;
}

/// Reads byte by byte, knowing nothing of blocks.
Rows read_naively(const std::string& text, char delimiter) {
  Rows rows(1);
  std::string cell;
  bool quoted = false;
  const auto end_row = [&] {
    rows.back().push_back(cell);
    cell.clear();
    rows.emplace_back();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        cell += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cell += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"' && cell.empty()) {
      quoted = true;
    } else if (c == delimiter) {
      rows.back().push_back(cell);
      cell.clear();
    } else if (c == '\n') {
      end_row();
    } else if (c != '\r') {
      cell += c;
    }
  }
  if (!text.empty() && text.back() != '\n') end_row();
  rows.pop_back();
  return rows;
}

Rows read_with_reader(const std::string& text, const CsvOptions& options, std::size_t batch_rows) {
  CsvReader reader(open_memory("t.csv", text), options);
  Rows rows;
  CsvBatch batch;
  while (reader.read(batch, batch_rows)) {
    for (std::size_t r = 0; r < batch.table.rows(); ++r) {
      rows.emplace_back();
      for (std::size_t c = 0; c < batch.table.columns(); ++c) rows.back().push_back(batch.table.column(c).text(r));
    }
  }
  return rows;
}

void compare(std::uint64_t seed) {
  Rng rng(seed);
  constexpr std::string_view kDelimiters = ",;\t|";
  const char delimiter = kDelimiters[rng.below(kDelimiters.size())];
  Rows rows(1 + rng.below(30), std::vector<std::string>(1 + rng.below(5)));
  for (auto& row : rows) {
    for (auto& cell : row) cell = random_cell(rng);
  }
  const auto text = write_naively(rows, delimiter, rng.uniform() < 0.5 ? "\n" : "\r\n", rng);
  ASSERT_EQ(read_naively(text, delimiter), rows) << "seed " << seed;

  CsvOptions options;
  options.header = CsvOptions::Header::absent;
  options.delimiter = delimiter;
  for (auto& row : rows) {
    for (auto& cell : row) cell = trim(cell).empty() ? "" : cell;  // spaces alone are a missing value
  }
  for (std::size_t c = 0; c < rows[0].size(); ++c) {
    options.names.push_back("c" + std::to_string(c));
    options.types.emplace(options.names.back(), ColumnType::category);
  }
  for (const std::size_t block : {std::size_t{1}, std::size_t{2}, 3 + rng.below(50), std::size_t{1} << 16}) {
    options.block_bytes = block;
    limit_instruction_set(static_cast<InstructionSet>(rng.below(3)));
    ASSERT_EQ(read_with_reader(text, options, 1 + rng.below(40)), rows) << "seed " << seed << ", block of " << block;
  }
}

TEST(CsvProperty, ReadsBackWhatWasWrittenWhateverTheBlockSize) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) compare(seed);
  limit_instruction_set(InstructionSet::avx512);
}

/// Bytes that may be anything: no crash, and the same rows and counts for any block size.
TEST(CsvProperty, CountsTheSameBadRowsWhateverTheBlockSize) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    constexpr std::string_view kBytes = "aaa,,\"\n\n\r";
    std::string text = "a,a\n";
    for (std::uint64_t i = rng.below(200); i > 0; --i) text += kBytes[rng.below(kBytes.size())];
    for (std::uint64_t i = rng.below(4); i > 0; --i) text.insert(4 + rng.below(text.size() - 3), 1, '\0');
    text += "\nlast,row\n";
    std::vector<std::pair<std::vector<std::uint64_t>, std::map<std::string, std::uint64_t>>> results;
    for (const std::size_t block : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
      CsvOptions options;
      options.header = CsvOptions::Header::absent;
      options.names = {"x", "y"};
      options.types = {{"x", ColumnType::category}, {"y", ColumnType::category}};
      options.skip_bad_rows = true;
      options.block_bytes = block;
      CsvReader reader(open_memory("t.csv", text), options);
      CsvBatch batch;
      reader.read(batch, std::numeric_limits<std::size_t>::max());
      results.emplace_back(batch.lines, reader.skipped());
    }
    ASSERT_EQ(results[0], results[2]) << "seed " << seed;
    ASSERT_EQ(results[1], results[2]) << "seed " << seed;
  }
}

}  // namespace
}  // namespace netstray
