#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "netstray/base/byte_source.h"
#include "netstray/table/table.h"

namespace netstray {

/// How a delimited text is read.
struct CsvOptions {
  enum class Header { first_row, absent };
  Header header = Header::first_row;
  /// Names of the columns, where the file has no header (or to replace it: with `first_row` the header line is
  /// skipped). Empty with `absent`: c1, c2, ...
  std::vector<std::string> names;
  /// Found from the first lines among , ; tab | where absent.
  std::optional<char> delimiter;
  /// Cells that mean "no value"; compared without regard to case.
  std::vector<std::string> missing = {"",  "-",   "NA",   "N/A",  "nan",      "null",     "none",
                                      "?", "inf", "-inf", "+inf", "infinity", "-infinity"};
  /// Types given by the user or a layout, by column name; the rest is found from the first rows. Unknown names are an
  /// Error.
  std::map<std::string, ColumnType, std::less<>> types;
  /// Rows that cannot be read are counted by reason instead of being an Error.
  bool skip_bad_rows = false;
  /// Keep each row's text as it stood in the file (for `score`, which echoes it).
  bool keep_text = false;
};

/// Rows of a batch: the table, where each row came from, and (with keep_text) what it looked like.
struct CsvBatch {
  Table table;
  std::vector<std::uint64_t> lines;  ///< line number in the file of each row's first line, from 1
  std::vector<std::string> texts;    ///< only with keep_text; without the line end
};

/// Reads CSV and its dialects (RFC 4180 quotes, CRLF, BOM, tabs) in one pass over the bytes. Memory: one batch plus a
/// bounded buffer.
///
/// Throws Error `NAME:LINE:COLUMN: field: found "...", expected ...` (LINE and COLUMN from 1; COLUMN counts cells) for
/// a row too short or long, a quote never closed, text in a numeric column, a number too large, NUL bytes, a line over
/// 16 MiB, an empty file, no rows, duplicate names, a first row that looks like data. Not thread-safe.
class CsvReader {
 public:
  /// Reads the header and enough rows to find the types.
  CsvReader(std::unique_ptr<ByteSource> source, CsvOptions options);
  ~CsvReader();
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;

  const Schema& schema() const noexcept;
  char delimiter() const noexcept;
  /// The header line as it stood in the file (without line end), or nothing.
  const std::optional<std::string>& header_text() const noexcept;

  /// Up to max_rows further rows into a fresh batch (own dictionaries); false at the end. With `only_available`, a pipe
  /// that has nothing more for now ends the batch early (at least one row).
  bool read(CsvBatch& batch, std::size_t max_rows, bool only_available = false);

  /// Rows that were given out, and rows skipped by reason ("too few cells", ...), so far.
  std::uint64_t rows() const noexcept;
  const std::map<std::string, std::uint64_t>& skipped() const noexcept;

  const ByteSource& source() const noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace netstray
