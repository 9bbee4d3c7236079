// CSV read in two ways, large blocks and small ones, which must agree. The first byte chooses the options, the second
// the size of the small blocks.

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz_target.h"
#include "netstray/base/error.h"
#include "netstray/table/csv.h"

namespace netstray {
namespace {

CsvOptions options_of(unsigned choices) {
  CsvOptions options;
  options.skip_bad_rows = (choices & 1U) != 0;
  options.keep_text = (choices & 2U) != 0;
  if ((choices & 4U) != 0) options.header = CsvOptions::Header::absent;
  if ((choices & 8U) != 0) options.names = {"a", "b", "c"};
  if ((choices & 8U) != 0 && (choices & 4U) == 0) options.header = CsvOptions::Header::if_named;
  if ((choices & 64U) != 0) options.delimiter = ';';
  if ((choices & 128U) != 0) {
    options.expected.emplace("a", ColumnType::integer);
    options.rest_as_text = true;
  }
  return options;
}

/// All that reading a table gave.
struct Outcome {
  std::vector<Field> fields;
  std::vector<std::string> cells;
  std::vector<std::uint64_t> lines;
  std::vector<std::string> texts;
  std::map<std::string, std::uint64_t> skipped;
  std::optional<std::string> error;

  bool operator==(const Outcome&) const = default;
};

void check_value(const Column& column, std::size_t row) {
  switch (column.type()) {
    case ColumnType::integer:
    case ColumnType::number:
      fuzz::require(column.missing(row) == !std::isfinite(column.number(row)), "a number is finite or missing");
      break;
    case ColumnType::category:
    case ColumnType::address:
      fuzz::require(column.missing(row) || column.code(row) < column.levels().size(), "a code has its level");
      break;
    case ColumnType::time:
      break;
  }
}

Outcome outcome_of(const CsvReader& reader, const CsvBatch& batch, std::optional<std::string> error) {
  Outcome outcome{.fields = batch.table.schema().fields(),
                  .cells = {},
                  .lines = batch.lines,
                  .texts = batch.texts,
                  .skipped = reader.skipped(),
                  .error = std::move(error)};
  fuzz::require(batch.table.rows() == batch.lines.size(), "every row has its line");
  for (std::size_t column = 0; column < batch.table.columns(); ++column) {
    fuzz::require(batch.table.column(column).size() == batch.table.rows(), "columns are of one length");
    for (std::size_t row = 0; row < batch.table.rows(); ++row) {
      check_value(batch.table.column(column), row);
      outcome.cells.push_back(batch.table.column(column).text(row));
    }
  }
  return outcome;
}

Outcome read(std::string_view text, CsvOptions options, std::size_t block_bytes, std::size_t piece_rows) {
  options.block_bytes = block_bytes;
  std::optional<CsvReader> reader;
  try {
    reader.emplace(open_memory("fuzz", std::string(text)), std::move(options));
  } catch (const Error& error) {
    return {.fields = {}, .cells = {}, .lines = {}, .texts = {}, .skipped = {}, .error = error.what()};
  }
  CsvBatch batch;
  std::optional<std::string> error;
  try {
    bool more = reader->read(batch, piece_rows);
    while (more) more = reader->append(batch, piece_rows);
  } catch (const Error& thrown) {
    error = thrown.what();
  }
  return outcome_of(*reader, batch, std::move(error));
}

/// The way of `score`: batch after batch, each with dictionaries of its own.
void read_in_batches(std::string_view text, CsvOptions options, std::size_t block_bytes) {
  options.block_bytes = block_bytes;
  try {
    CsvReader reader(open_memory("fuzz", std::string(text)), std::move(options));
    CsvBatch batch;
    std::uint64_t rows = 0;
    while (reader.read(batch, 3, rows % 2 == 0)) {
      fuzz::require(batch.table.rows() > 0, "a batch has rows");
      rows += batch.table.rows();
      fuzz::require(outcome_of(reader, batch, {}).fields.size() == reader.schema().size(), "a batch has all columns");
    }
    fuzz::require(rows == reader.rows(), "rows are counted");
  } catch (const Error&) {
    return;
  }
}

}  // namespace
}  // namespace netstray

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace netstray;
  if (size < 2) return 0;
  const CsvOptions options = options_of(bytes[0]);
  const std::size_t small = std::size_t{1} + bytes[1];
  const std::string_view text = fuzz::text_of(bytes + 2, size - 2);
  const Outcome whole = read(text, options, std::size_t{1} << 15, std::size_t{1} << 15);
  fuzz::require(whole == read(text, options, small, 1 + small % 5), "no result depends on the size of blocks");
  read_in_batches(text, options, small);
  return 0;
}
