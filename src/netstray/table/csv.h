#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/base/byte_source.h"
#include "netstray/table/table_reader.h"

namespace netstray {

/// How a delimited text is read.
struct CsvOptions {
  /// if_named: there are `names`; the first row is a header, and skipped, where most of its cells are these names.
  enum class Header { first_row, absent, if_named };
  Header header = Header::first_row;
  /// Names of the columns, where the file has no header (or to replace it: with `first_row` the header line is
  /// skipped). Empty with `absent`: c1, c2, ... A header's empty name (an index written without one) becomes
  /// "unnamed: 0", by its place.
  std::vector<std::string> names;
  /// Found from the first lines among , ; tab | where absent.
  std::optional<char> delimiter;
  /// Cells that mean "no value"; compared without regard to case.
  std::vector<std::string> missing = {"",  "-",   "NA",   "N/A",  "nan",      "null",     "none",
                                      "?", "inf", "-inf", "+inf", "infinity", "-infinity"};
  /// Types given by the user or a layout, by column name; the rest is found from the first rows. They are kept to: an
  /// integer column does not widen. Unknown names are an Error.
  std::map<std::string, ColumnType, std::less<>> types;
  /// Types that a model wants, for the columns that are there: they replace finding; integer still widens to number.
  std::map<std::string, ColumnType, std::less<>> expected;
  /// All columns that neither `types` nor `expected` names are categories, whatever is in them: where only the named
  /// ones count.
  bool rest_as_text = false;
  /// Rows that cannot be read are counted by reason instead of being an Error.
  bool skip_bad_rows = false;
  /// Keep each row's text as it stood in the file (for `score`, which echoes it).
  bool keep_text = false;
  /// Asked for a hint, which ends the message, where the first row looks like data or has a wrong number of cells.
  std::function<std::string(std::span<const std::string> cells)> advice;
  /// How much is read at once. No result depends on it.
  std::size_t block_bytes = std::size_t{1} << 20;
};

using CsvBatch = RowBatch;

/// Reads CSV and its dialects (RFC 4180 quotes, CRLF, BOM, tabs) in one pass over the bytes. Memory: one batch plus a
/// bounded buffer (a block and a row).
///
/// Types that were not given are found from the first 1000 rows or 1 MiB: a column is numeric where at least four in
/// five of its values (and at least three, or all) are numbers, a time where all are ISO 8601 or where its name says so
/// and all count from 1970 to some day between 1995 and 2100, an address where all are, else a category. Later an
/// integer column becomes a number column at its first value that is no integer of 64 bits; schema() shows it then, and
/// batches given out before stay integers. A column without any value so far is decided by its first one in the first
/// batch, and is a number column from then on. Finding reads ahead, so on a pipe it waits for those rows or the end;
/// with all types given or expected nothing is waited for but the first line.
///
/// Empty lines are passed over; in a table of one column one that is not at the end is a missing value.
///
/// Throws Error `NAME:LINE:COLUMN: field: found "...", expected ...` (LINE and COLUMN from 1; COLUMN counts cells) for
/// a row too short or long, a quote never closed, text in a numeric column, a number too large, NUL bytes, a line over
/// 16 MiB, an empty file, no rows, duplicate names, a first row that looks like data.
///
/// Rows without anything unusual are parsed in pieces on all threads, the others one by one; the result is the same for
/// any number of threads, instruction set and size of blocks. The reasons of skipped rows: "too few cells", "too many
/// cells", "not a number", "not an integer", "number too large", "not a time", "NUL byte", "quote never closed", "text
/// after a quote", "line too long".
class CsvReader final : public TableReader {
 public:
  /// Reads the header and, where types are to be found, the first rows.
  CsvReader(std::unique_ptr<ByteSource> source, CsvOptions options);
  ~CsvReader() override;
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;

  const Schema& schema() const noexcept override;
  char delimiter() const noexcept;
  /// The header line as it stood in the file (without line end), or nothing.
  const std::optional<std::string>& header_text() const noexcept;

  bool read(CsvBatch& batch, std::size_t max_rows, bool only_available = false) override;
  bool append(CsvBatch& batch, std::size_t max_rows) override;
  std::uint64_t rows() const noexcept override;
  const std::map<std::string, std::uint64_t>& skipped() const noexcept override;
  /// None: the header, or the first row, tells all columns.
  const std::vector<std::string>& late_names() const noexcept override;
  InputBytes bytes() const override;
  std::string digest() const override;
  std::string_view format() const noexcept override { return delimiter() == '\t' ? "tsv" : "csv"; }

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace netstray
