#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "netstray/base/peeked_source.h"
#include "netstray/feature/flow_field.h"
#include "netstray/source/capture_table.h"
#include "netstray/source/layout.h"
#include "netstray/table/csv.h"

namespace netstray {

/// What the user says about the files that they name (the input options that all commands share).
struct SourceOptions {
  std::optional<std::string> layout;  ///< --layout
  std::optional<std::string>
      columns;             ///< --columns: names joined by commas, or the path of a KDD .names file (the label is added)
  bool no_header = false;  ///< --no-header
  std::optional<char> delimiter;          ///< --delimiter
  std::optional<std::string> missing;     ///< --missing: a comma-joined list that replaces the default one
  std::vector<std::string> types;         ///< --type c=T, each
  bool skip_bad_rows = false;             ///< --skip-bad-rows
  std::optional<std::uint64_t> max_rows;  ///< --max-rows: load_table draws so many
  std::uint64_t seed = 0;                 ///< of that
  CaptureChoice capture;                  ///< --features, --filter, --labels, ...: of captures only
};

/// A file opened, of which the first bytes can be looked at; `-` = standard input.
std::unique_ptr<PeekedSource> open_peeked(const std::string& path);

/// Throws usage Error where an option was given that is for tables only; `name` is a capture.
void refuse_table_options(const SourceOptions& options, const std::string& name);

/// A table as a user named it, opened: reads it by batches, knows its layout.
class TableSource {
 public:
  /// Opens `path` (`-` = standard input), finds its format by content: a capture by its first bytes, JSON lines where
  /// it begins as an object does, else CSV; a kind of file that is none of these is an Error that says what it looks
  /// like. keep_text as in CsvOptions. `expected` are the types that a model wants for its columns (they overrule
  /// finding, not the user's --type; all other columns are read as categories, whatever is in them; of a capture,
  /// further fields that they name become columns). Throws Error as CsvReader and CaptureTableReader, and usage Error
  /// for an option that is for another kind of file.
  static TableSource open(const std::string& path, const SourceOptions& options, bool keep_text = false,
                          const Schema* expected = nullptr);
  /// The same of what was opened already.
  static TableSource open(std::unique_ptr<PeekedSource> source, const std::string& path, const SourceOptions& options,
                          bool keep_text = false, const Schema* expected = nullptr);

  TableReader& reader() noexcept { return *reader_; }
  const TableReader& reader() const noexcept { return *reader_; }
  /// The same where it reads CSV, else null.
  const CsvReader* csv() const noexcept { return dynamic_cast<const CsvReader*>(reader_.get()); }
  const Schema& schema() const noexcept { return reader_->schema(); }
  /// Null without --layout.
  const Layout* layout() const noexcept { return layout_; }
  /// The same where it reads a capture, else null.
  const CaptureTableReader* capture() const noexcept { return dynamic_cast<const CaptureTableReader*>(reader_.get()); }
  /// The feature set of a capture, and of a table that has all columns of one; else null.
  const FeatureSet* feature_set() const noexcept { return feature_set_of(schema()); }
  /// "csv", "csv.gz", "jsonl.zst", "pcap", ... for the JSON frame.
  std::string format() const;
  std::string path() const { return path_; }

 private:
  TableSource(std::string path, std::unique_ptr<TableReader> reader, const Layout* layout);
  std::string path_;
  std::unique_ptr<TableReader> reader_;
  const Layout* layout_;
};

/// A whole file in memory, and what was told of it.
struct LoadedTable {
  Table table;
  std::vector<std::uint64_t> lines;  ///< line number of each row
  const Layout* layout = nullptr;
  std::string path;
  std::string format;
  std::string digest;  ///< XXH3-128 of the file
  std::map<std::string, std::uint64_t> skipped;
  std::vector<std::string> late_names = {};  ///< keys of JSON that came too late to be columns
  std::uint64_t rows_read = 0;               ///< more than the table has where max_rows drew them
  std::vector<std::uint64_t> numbers = {};   ///< of the rows that were drawn, from 1; empty where all are here
  const FeatureSet* feature_set = nullptr;   ///< TableSource::feature_set
  std::optional<CaptureSummary> capture = std::nullopt;  ///< what was in it, where it is a capture

  /// The row's number in the file, from 1.
  std::uint64_t number(std::size_t row) const noexcept { return numbers.empty() ? row + 1 : numbers[row]; }
};

/// Reads everything, or with max_rows draws rows (RowSample) while reading, with a progress bar. Throws Error as
/// TableReader, where there are no rows, and where the table grows over three quarters of the memory that the process
/// may take.
LoadedTable load_table(const std::string& path, const SourceOptions& options, const Schema* expected = nullptr);
LoadedTable load_table(std::unique_ptr<PeekedSource> file, const std::string& path, const SourceOptions& options,
                       const Schema* expected = nullptr);

}  // namespace netstray
