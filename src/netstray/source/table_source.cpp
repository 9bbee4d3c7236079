#include "netstray/source/table_source.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/content.h"
#include "netstray/base/error.h"
#include "netstray/base/memory.h"
#include "netstray/base/peeked_source.h"
#include "netstray/base/progress.h"
#include "netstray/base/read_ahead.h"
#include "netstray/base/text.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/source/names_file.h"
#include "netstray/source/row_sample.h"
#include "netstray/table/json_reader.h"

namespace netstray {
namespace {

constexpr std::size_t kRowsPerPiece = std::size_t{1} << 15;

/// `c=T` as the user gave it. The last `=` counts: names may hold one.
std::pair<std::string, ColumnType> parse_type(const std::string& text) {
  const auto equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) {
    throw usage_error(fmt::format("--type: found {}, expected COLUMN=TYPE", netstray::quoted(text)));
  }
  const std::string name = text.substr(equals + 1);
  const auto type = column_type(name);
  if (!type) {
    throw usage_error(fmt::format("--type {}: found {}, expected integer, number, category, time or address",
                                  text.substr(0, equals), netstray::quoted(name)));
  }
  return {text.substr(0, equals), *type};
}

bool is_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

/// --columns: a path where there is such a file, else a list of names.
void take_columns(const std::string& columns, CsvOptions& options) {
  if (is_file(columns)) {
    auto file = read_names_file(open_bytes(columns));
    options.names = std::move(file.names);
    options.expected.insert(file.numeric.begin(), file.numeric.end());
    return;
  }
  if (columns.find(',') == std::string::npos &&
      (columns.ends_with(".names") || columns.find('/') != std::string::npos)) {
    throw Error(fmt::format("{}: no such file, expected a .names file or names joined by commas", columns));
  }
  for (const auto& name : split(columns, ',')) options.names.emplace_back(trim(name));
}

void take_layout(const Layout& layout, CsvOptions& options) {
  options.names = layout.schema.names();
  for (const auto& field : layout.schema.fields()) options.types.emplace(field.name, field.type);
}

/// What to say where a file's first row is of another shape than was told.
std::string advice(std::span<const std::string> cells, const Layout* chosen) {
  const Layout* like = layout_like(cells);
  if (like == nullptr || like == chosen) return {};
  return fmt::format("; these rows look like {}: say --layout {}", like->title, like->id);
}

CsvOptions csv_options(const SourceOptions& options, const Layout* layout, bool keep_text, const Schema* expected) {
  using Header = CsvOptions::Header;
  CsvOptions csv;
  csv.delimiter = options.delimiter;
  csv.skip_bad_rows = options.skip_bad_rows;
  csv.keep_text = keep_text;
  if (layout != nullptr) take_layout(*layout, csv);
  if (options.columns) {
    csv.names.clear();
    csv.types.clear();
    take_columns(*options.columns, csv);
  }
  if (options.no_header) {
    csv.header = Header::absent;
  } else if (!csv.names.empty()) {
    csv.header = Header::if_named;
  }
  if (options.missing) csv.missing = split(*options.missing, ',');
  if (expected != nullptr) {
    csv.rest_as_text = true;
    for (const auto& field : expected->fields()) csv.expected.insert_or_assign(field.name, field.type);
  }
  for (const auto& text : options.types) {
    const auto [name, type] = parse_type(text);
    csv.types.insert_or_assign(name, type);
  }
  csv.advice = [layout](std::span<const std::string> cells) { return advice(cells, layout); };
  return csv;
}

/// Sees to it that a table that grows does not take all of the memory, so that a file too large, or made to be, ends
/// with a message. Looks now and then only.
class MemoryGuard {
 public:
  explicit MemoryGuard(const std::string& path) : path_(path) {}

  void check(const Table& table) {
    if (table.rows() < next_rows_) return;
    next_rows_ = table.rows() + table.rows() / 4;
    if (table.memory_bytes() <= limit_) return;
    throw Error(
        fmt::format("{}: too large for the memory of this machine: {} rows take {} of {} MiB; --max-rows N draws "
                    "a sample",
                    path_, grouped(table.rows()), grouped(table.memory_bytes() >> 20U), grouped(allowed_ >> 20U)));
  }

 private:
  const std::string& path_;
  std::uint64_t allowed_ = memory_allowed();
  std::uint64_t limit_ = allowed_ / 4 * 3;
  std::size_t next_rows_ = std::size_t{1} << 20;
};

/// Whether JSON lines begin here; reads no further than to the first bytes that tell. Throws Error for what is no text.
bool looks_like_json(PeekedSource& source) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 16;
  auto head = source.peek(1);
  if (const auto what = foreign_content(head); !what.empty()) {
    throw Error(
        fmt::format("{}: looks like {}; expected a capture (pcap, pcapng), CSV or JSON lines", source.name(), what));
  }
  if (trim(head).starts_with("[{")) {
    throw Error(
        fmt::format("{}: looks like a JSON array; expected CSV or JSON lines, which have one object a line (jq "
                    "-c '.[]' makes them)",
                    source.name()));
  }
  for (std::size_t before = 0; (trim(head).empty() || trim(head) == "{") && head.size() > before;) {
    before = head.size();
    if (before < kMostBytes) head = source.peek(before + 1);
  }
  return begins_json(head);
}

/// An option that is for CSV only, where one was given.
const char* csv_option(const SourceOptions& options) noexcept {
  if (options.delimiter) return "--delimiter";
  return options.columns ? "--columns" : options.no_header ? "--no-header" : nullptr;
}

/// An option that is for tables only.
const char* table_option(const SourceOptions& options) noexcept {
  if (options.layout) return "--layout";
  if (!options.types.empty()) return "--type";
  if (options.missing) return "--missing";
  return options.skip_bad_rows ? "--skip-bad-rows" : csv_option(options);
}

/// An option that is for captures only.
const char* capture_option(const SourceOptions& options) noexcept {
  if (options.capture.labels) return "--labels";
  if (!options.capture.filter.empty()) return "--filter";
  return options.capture.flows.decode.check_checksums ? nullptr : "--no-checksums";
}

void refuse(const char* option, std::string_view is_for, const std::string& name, std::string_view what) {
  if (option != nullptr) throw usage_error(fmt::format("{} is for {}, but {} {}", option, is_for, name, what));
}

/// A feature set's fields and, behind them, those further ones that a model wants.
std::vector<const FlowField*> fields_for(const CaptureChoice& choice, const Schema* expected) {
  auto fields = choose_fields(feature_set(choice.features).id);
  if (expected == nullptr) return fields;
  for (const auto& field : expected->fields()) {
    const FlowField* further = find_field(field.name);
    if (further != nullptr && std::ranges::find(fields, further) == fields.end()) fields.push_back(further);
  }
  return fields;
}

}  // namespace

TableSource::TableSource(std::string path, std::unique_ptr<TableReader> reader, const Layout* layout)
    : path_(std::move(path)), reader_(std::move(reader)), layout_(layout) {}

std::unique_ptr<PeekedSource> open_peeked(const std::string& path) {
  return std::make_unique<PeekedSource>(read_ahead(open_bytes(path)));
}

void refuse_table_options(const SourceOptions& options, const std::string& name) {
  refuse(table_option(options), "tables", name, "is a packet capture");
}

TableSource TableSource::open(const std::string& path, const SourceOptions& options, bool keep_text,
                              const Schema* expected) {
  return open(open_peeked(path), path, options, keep_text, expected);
}

TableSource TableSource::open(std::unique_ptr<PeekedSource> source, const std::string& path,
                              const SourceOptions& options, bool keep_text, const Schema* expected) {
  const Layout* chosen = options.layout ? &netstray::layout(*options.layout) : nullptr;
  auto csv = csv_options(options, chosen, keep_text, expected);
  if (is_capture(source->peek(kCaptureMagicBytes))) {
    refuse_table_options(options, source->name());
    auto fields = fields_for(options.capture, expected);
    return {path, std::make_unique<CaptureTableReader>(std::move(source), std::move(fields), options.capture), nullptr};
  }
  refuse(capture_option(options), "packet captures", source->name(), "is a table");
  const bool json = looks_like_json(*source);
  if (json) refuse(csv_option(options), "CSV", source->name(), "has JSON lines");
  std::unique_ptr<TableReader> reader;
  if (json) {
    reader = std::make_unique<JsonReader>(std::move(source), std::move(csv));
  } else {
    reader = std::make_unique<CsvReader>(std::move(source), std::move(csv));
  }
  return {path, std::move(reader), chosen};
}

std::string TableSource::format() const {
  const std::string_view compression = reader_->bytes().compression;
  return fmt::format("{}{}", reader_->format(), compression == "gzip" ? ".gz" : compression == "zstd" ? ".zst" : "");
}

LoadedTable load_table(const std::string& path, const SourceOptions& options, const Schema* expected) {
  return load_table(open_peeked(path), path, options, expected);
}

LoadedTable load_table(std::unique_ptr<PeekedSource> file, const std::string& path, const SourceOptions& options,
                       const Schema* expected) {
  auto source = TableSource::open(std::move(file), path, options, false, expected);
  TableReader& reader = source.reader();
  Progress progress("reading");
  MemoryGuard guard(path);
  std::optional<RowSample> sample;
  if (options.max_rows) sample.emplace(*options.max_rows, options.seed);
  RowBatch batch;
  bool more = reader.read(batch, kRowsPerPiece);
  while (more) {
    if (sample) sample->thin(batch);
    guard.check(batch.table);
    const InputBytes bytes = reader.bytes();
    progress.update(bytes.position, bytes.size);
    more = reader.append(batch, kRowsPerPiece);
  }
  if (sample) sample->finish(batch);
  LoadedTable loaded{std::move(batch.table), std::move(batch.lines), source.layout(), path,
                     source.format(),        reader.digest(),        reader.skipped()};
  loaded.late_names = reader.late_names();
  loaded.rows_read = reader.rows();
  if (sample) loaded.numbers = sample->numbers();
  loaded.feature_set = source.feature_set();
  if (const auto* capture = source.capture()) loaded.capture = capture->summary();
  return loaded;
}

}  // namespace netstray
