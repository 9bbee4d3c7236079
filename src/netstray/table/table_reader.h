#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/base/byte_source.h"
#include "netstray/table/table.h"

namespace netstray {

/// Rows of a batch: the table, where each row came from, and (with keep_text) what it looked like.
struct RowBatch {
  Table table;
  std::vector<std::uint64_t> lines;  ///< line number in the file of each row's first line, from 1
  std::vector<std::string> texts;    ///< only with keep_text; without the line end
};

/// What is known of the bytes that rows are read from: for progress and for the names of formats.
struct InputBytes {
  std::string_view compression;       ///< "plain", "gzip" or "zstd"
  std::uint64_t position = 0;         ///< bytes taken from the file so far, before unpacking
  std::optional<std::uint64_t> size;  ///< of the file, where that is known
};

inline InputBytes input_bytes(const ByteSource& source) {
  return {source.compression(), source.position(), source.size()};
}

/// Rows, read in one pass into typed columns: of a text (CsvReader, JsonReader) or a capture (CaptureTableReader). Not
/// thread-safe.
class TableReader {
 public:
  virtual ~TableReader() = default;
  TableReader(const TableReader&) = delete;
  TableReader& operator=(const TableReader&) = delete;

  virtual const Schema& schema() const noexcept = 0;

  /// Up to max_rows further rows into a fresh batch (own dictionaries); false at the end. With `only_available`, a pipe
  /// that has nothing more for now ends the batch early (at least one row). Throws Error at the end of a file without
  /// rows.
  virtual bool read(RowBatch& batch, std::size_t max_rows, bool only_available = false) = 0;
  /// The same, behind the rows that a batch of this reader has already: to read a large table piece by piece.
  virtual bool append(RowBatch& batch, std::size_t max_rows) = 0;

  /// Rows that were given out, and rows skipped by reason, so far.
  virtual std::uint64_t rows() const noexcept = 0;
  virtual const std::map<std::string, std::uint64_t>& skipped() const noexcept = 0;
  /// Names of columns that were seen too late to be columns, in order; at most kMostLate of them.
  virtual const std::vector<std::string>& late_names() const noexcept = 0;
  static constexpr std::size_t kMostLate = 100;

  virtual InputBytes bytes() const = 0;
  /// XXH3-128 of the bytes taken so far, as they lie on disk.
  virtual std::string digest() const = 0;
  /// "csv", "tsv", "jsonl", "pcap" or "pcapng".
  virtual std::string_view format() const noexcept = 0;

 protected:
  TableReader() = default;
  TableReader(TableReader&&) = default;
  TableReader& operator=(TableReader&&) = default;
};

}  // namespace netstray
