#pragma once

#include <memory>
#include <string_view>

#include "netstray/table/csv.h"
#include "netstray/table/table_reader.h"

namespace netstray {

/// Whether a text that begins like this is one of JSON objects (and no CSV).
bool begins_json(std::string_view head) noexcept;

/// Reads JSON lines: one object a line (RFC 8259), empty lines passed over. A value within objects is the column named
/// by the way to it, joined by dots ("flow.bytes_toserver"); an array is kept as its text; of a name that comes twice
/// the last value counts. A key that is not there, and null, are missing values.
///
/// The columns are the names of the first 1000 lines or 1 MiB, in order of first appearance, and those that `types` and
/// `expected` name; a name first seen later is left out (late_names). Types are found as in a CSV, from the values'
/// texts whether in quotes or not. Of the options count missing, types, expected, rest_as_text, skip_bad_rows,
/// keep_text and block_bytes.
///
/// Throws Error `NAME:LINE: found "...", expected a JSON object` and, for values, `NAME:LINE: key: found "...",
/// expected ...`; also for a line over 16 MiB, and where there are no objects. The reasons of skipped rows: "not a JSON
/// object", "line too long" and those of values that CsvReader has.
class JsonReader final : public TableReader {
 public:
  JsonReader(std::unique_ptr<ByteSource> source, CsvOptions options);
  ~JsonReader() override;

  const Schema& schema() const noexcept override;
  bool read(RowBatch& batch, std::size_t max_rows, bool only_available = false) override;
  bool append(RowBatch& batch, std::size_t max_rows) override;
  std::uint64_t rows() const noexcept override;
  const std::map<std::string, std::uint64_t>& skipped() const noexcept override;
  const std::vector<std::string>& late_names() const noexcept override;
  InputBytes bytes() const override;
  std::string digest() const override;
  std::string_view format() const noexcept override { return "jsonl"; }

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace netstray
