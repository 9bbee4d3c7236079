#include "netstray/cli/flow_writer.h"

#include <utility>

#include "netstray/base/text.h"
#include "netstray/table/csv_writer.h"
#include "netstray/table/json_writer.h"

namespace netstray {
namespace {

constexpr std::size_t kRowsAtOnce = 2048;
constexpr std::size_t kPiecesAhead = 8;

bool names_json(const std::string& path) { return path.ends_with(".jsonl") || path.ends_with(".ndjson"); }

}  // namespace

FlowWriter::FlowWriter(OutputFile& out, const std::string& path, FlowColumns columns, bool at_once)
    : out_(out),
      columns_(std::move(columns)),
      json_(names_json(lower(path))),
      delimiter_(lower(path).ends_with(".tsv") ? '\t' : ','),
      at_once_(at_once),
      rows_(columns_.schema()),
      records_(kPiecesAhead, [this](std::span<const FlowRecord> records) { append(records); }, at_once) {
  if (!json_) append_csv_header(text_, columns_.schema(), delimiter_);
  out_.write(text_);
  if (at_once_) out_.flush();
}

void FlowWriter::finish() {
  records_.finish();
  write_rows();
}

void FlowWriter::append(std::span<const FlowRecord> records) {
  columns_.append(records, rows_);
  if (at_once_ || rows_.rows() >= kRowsAtOnce) write_rows();
  if (at_once_) out_.flush();
}

void FlowWriter::write_rows() {
  text_.clear();
  for (std::size_t row = 0; row < rows_.rows(); ++row) {
    if (json_) {
      text_ += '{';
      append_json_members(text_, rows_, row);
      text_ += "}\n";
    } else {
      append_csv_row(text_, rows_, row, delimiter_);
    }
  }
  out_.write(text_);
  rows_ = Table(columns_.schema());
}

}  // namespace netstray
