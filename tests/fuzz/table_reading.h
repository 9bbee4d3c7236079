#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz_target.h"
#include "netstray/base/error.h"
#include "netstray/table/csv.h"
#include "netstray/table/table_reader.h"

namespace netstray::fuzz {

/// All that reading a table gave.
struct Outcome {
  std::vector<Field> fields;
  std::vector<std::string> cells;
  std::vector<std::uint64_t> lines;
  std::vector<std::string> texts;
  std::map<std::string, std::uint64_t> skipped;
  std::optional<std::string> error;

  bool operator==(const Outcome&) const = default;
  /// Whether it was taken for a binary file, of which the first bytes are looked at: as many as were there at once.
  bool binary() const { return error && error->find("does not look like text") != std::string::npos; }
};

inline void check_value(const Column& column, std::size_t row) {
  switch (column.type()) {
    case ColumnType::integer:
    case ColumnType::number:
      require(column.missing(row) == !std::isfinite(column.number(row)), "a number is finite or missing");
      break;
    case ColumnType::category:
    case ColumnType::address:
      require(column.missing(row) || column.code(row) < column.levels().size(), "a code has its level");
      break;
    case ColumnType::time:
      break;
  }
}

inline Outcome outcome_of(const TableReader& reader, const RowBatch& batch, std::optional<std::string> error) {
  Outcome outcome{.fields = batch.table.schema().fields(),
                  .cells = {},
                  .lines = batch.lines,
                  .texts = batch.texts,
                  .skipped = reader.skipped(),
                  .error = std::move(error)};
  require(batch.table.rows() == batch.lines.size(), "every row has its line");
  for (std::size_t column = 0; column < batch.table.columns(); ++column) {
    require(batch.table.column(column).size() == batch.table.rows(), "columns are of one length");
    for (std::size_t row = 0; row < batch.table.rows(); ++row) {
      check_value(batch.table.column(column), row);
      outcome.cells.push_back(batch.table.column(column).text(row));
    }
  }
  return outcome;
}

template <typename Reader>
Outcome read(std::string_view text, CsvOptions options, std::size_t block_bytes, std::size_t piece_rows) {
  options.block_bytes = block_bytes;
  std::optional<Reader> reader;
  try {
    reader.emplace(open_memory("fuzz", std::string(text)), std::move(options));
  } catch (const Error& error) {
    return {.fields = {}, .cells = {}, .lines = {}, .texts = {}, .skipped = {}, .error = error.what()};
  }
  RowBatch batch;
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
template <typename Reader>
void read_in_batches(std::string_view text, CsvOptions options, std::size_t block_bytes) {
  options.block_bytes = block_bytes;
  try {
    Reader reader(open_memory("fuzz", std::string(text)), std::move(options));
    RowBatch batch;
    std::uint64_t rows = 0;
    while (reader.read(batch, 3, rows % 2 == 0)) {
      require(batch.table.rows() > 0, "a batch has rows");
      rows += batch.table.rows();
      require(outcome_of(reader, batch, {}).fields.size() == reader.schema().size(), "a batch has all columns");
    }
    require(rows == reader.rows(), "rows are counted");
  } catch (const Error&) {
    return;
  }
}

/// Reads a table in two ways, large blocks and small ones, which must agree; and batch after batch. The first byte
/// chooses the options, the second the size of the small blocks.
template <typename Reader>
void read_both_ways(std::string_view input, CsvOptions (*options_of)(unsigned choices)) {
  if (input.size() < 2) return;
  const CsvOptions options = options_of(static_cast<unsigned char>(input[0]));
  const std::size_t small = std::size_t{1} + static_cast<unsigned char>(input[1]);
  const std::string_view text = input.substr(2);
  const Outcome whole = read<Reader>(text, options, std::size_t{1} << 15, std::size_t{1} << 15);
  const Outcome piecewise = read<Reader>(text, options, small, 1 + small % 5);
  require(whole == piecewise || whole.binary() || piecewise.binary(), "no result depends on the size of blocks");
  read_in_batches<Reader>(text, options, small);
}

}  // namespace netstray::fuzz
