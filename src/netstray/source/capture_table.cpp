#include "netstray/source/capture_table.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/start_thread.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

constexpr std::size_t kRowsPerPiece = 4096;
constexpr std::size_t kPiecesAhead = 2;

/// The same bytes for a reader that wants a source of its own, while somebody else asks for digest and position.
class SharedSource final : public ByteSource {
 public:
  explicit SharedSource(std::shared_ptr<ByteSource> source) : ByteSource(source->name()), source_(std::move(source)) {
    size_ = source_->size();
    position_ = source_->position();
  }
  std::size_t read(std::span<char> out) override {
    const std::size_t count = source_->read(out);
    position_ = source_->position();
    return count;
  }
  std::string_view compression() const noexcept override { return source_->compression(); }
  std::string digest() const override { return source_->digest(); }

 private:
  std::shared_ptr<ByteSource> source_;
};

/// Thrown through the meter when nobody wants the rows any more.
struct Stopped {};

std::unique_ptr<CaptureReader> open_capture(const std::shared_ptr<ByteSource>& source, const std::string& filter) {
  CaptureOptions options;
  options.filter = filter;
  return CaptureReader::open(std::make_unique<SharedSource>(source), options);
}

Schema schema_of(const FlowColumns& columns, bool labelled) {
  auto fields = columns.schema().fields();
  if (labelled) fields.push_back({std::string(CaptureTableReader::kLabelColumn), ColumnType::category});
  return Schema(std::move(fields));
}

/// "arp 12, truncated 3"
std::string reasons_text(const std::map<std::string, std::uint64_t>& dropped) {
  std::vector<std::string> parts;
  parts.reserve(dropped.size());
  for (const auto& [reason, count] : dropped) parts.push_back(fmt::format("{} {}", reason, grouped(count)));
  return join(parts, ", ");
}

}  // namespace

CaptureTableReader::CaptureTableReader(std::unique_ptr<ByteSource> source, std::vector<const FlowField*> fields,
                                       const CaptureChoice& choice)
    : source_(std::move(source)),
      columns_(std::move(fields)),
      flows_(open_capture(source_, choice.filter), choice.flows),
      queue_(kPiecesAhead) {
  if (choice.labels) labels_.emplace(*choice.labels, choice.normal);
  schema_ = schema_of(columns_, labels_.has_value());
  format_ = flows_.format();
  piece_ = Table(schema_);
}

CaptureTableReader::~CaptureTableReader() {
  stop_ = true;
  queue_.leave();
  if (thread_.joinable()) thread_.join();
}

InputBytes CaptureTableReader::bytes() const { return {source_->compression(), flows_.position(), flows_.size()}; }

bool CaptureTableReader::read(RowBatch& batch, std::size_t max_rows, bool only_available) {
  batch = {Table(schema_), {}, {}};
  return take_rows(batch, max_rows, only_available);
}

bool CaptureTableReader::append(RowBatch& batch, std::size_t max_rows) { return take_rows(batch, max_rows, false); }

bool CaptureTableReader::take_rows(RowBatch& batch, std::size_t max_rows, bool only_available) {
  const std::uint64_t before = rows_;
  while (max_rows > 0 && (given_ < piece_.rows() || next_piece())) {
    const std::size_t count = std::min(max_rows, piece_.rows() - given_);
    for (std::size_t i = 0; i < piece_.columns(); ++i) {
      batch.table.column(i).append_rows(piece_.column(i), given_, given_ + count);
    }
    for (std::size_t i = 0; i < count; ++i) batch.lines.push_back(++rows_);
    given_ += count;
    max_rows -= count;
    if (only_available) break;
  }
  return rows_ > before;
}

bool CaptureTableReader::next_piece() {
  if (!started_ && flows_.size()) start_thread(thread_, [this] { meter_all(); });
  started_ = true;
  given_ = 0;
  if (fill_next_piece()) return true;
  if (rows_ > 0) return false;
  const std::uint64_t packets = summary_.packets_read;
  throw Error(fmt::format("{}: has no flows in {} packet{}{}{}", source_->name(), grouped(packets),
                          packets == 1 ? "" : "s", summary_.dropped.empty() ? "" : ": ",
                          reasons_text(summary_.dropped)));
}

bool CaptureTableReader::fill_next_piece() {
  if (thread_.joinable()) {
    auto piece = queue_.pop();
    piece_ = piece ? std::move(*piece) : Table(schema_);
    return piece.has_value();
  }
  piece_ = Table(schema_);
  const auto take = [this](std::span<FlowRecord> records) { fill_piece(records, piece_); };
  const std::size_t enough = flows_.size() ? kRowsPerPiece : 1;
  while (!ended_ && piece_.rows() < enough) {
    if (flows_.step(take)) continue;
    ended_ = true;
    finish_summary();
  }
  return piece_.rows() > 0;
}

void CaptureTableReader::meter_all() {
  Table piece(schema_);
  const auto give = [&] {
    if (piece.rows() > 0 && !queue_.push(std::exchange(piece, Table(schema_)))) throw Stopped();
  };
  try {
    flows_.run(
        [&](std::span<FlowRecord> records) {
          fill_piece(records, piece);
          if (piece.rows() >= kRowsPerPiece) give();
        },
        [this](std::uint64_t) {
          if (stop_) throw Stopped();
        });
    give();
    finish_summary();
    queue_.close();
  } catch (const Stopped&) {
    queue_.close();
  } catch (...) {
    queue_.close(std::current_exception());
  }
}

void CaptureTableReader::fill_piece(std::span<const FlowRecord> records, Table& piece) {
  columns_.append(records, piece);
  if (!labels_) return;
  Column& label = piece.column(piece.columns() - 1);
  for (const FlowRecord& record : records) label.append_text(labels_->label_of(record));
}

void CaptureTableReader::finish_summary() {
  summary_ = flows_.summary();
  if (labels_ && labels_->lines_used() < labels_->lines()) {
    summary_.warnings.push_back(
        {"labels-unused",
         fmt::format("{} of the {} lines of {} name no flow of {}, or only flows that lines before them name",
                     grouped(labels_->lines() - labels_->lines_used()), grouped(labels_->lines()), labels_->path(),
                     source_->name())});
  }
}

}  // namespace netstray
