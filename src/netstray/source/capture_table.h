#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "netstray/base/bounded_queue.h"
#include "netstray/feature/flow_columns.h"
#include "netstray/source/capture_flows.h"
#include "netstray/source/flow_labels.h"
#include "netstray/table/table_reader.h"

namespace netstray {

/// What the user says about captures (the options that all commands share).
struct CaptureChoice {
  std::string features = "conn-v1";   ///< --features: what flows become
  std::string filter;                 ///< --filter: a BPF expression
  FlowSettings flows;                 ///< --no-checksums, --flow-memory, ...
  std::optional<std::string> labels;  ///< --labels: a table (FlowLabels) that fills a last column, kLabelColumn
  std::string normal = "normal";      ///< --normal: the label of flows that --labels does not name
};

/// The flows of a capture as rows of a table: its feature set's columns, and the label where there are --labels. A
/// row's line number is its number in the table; rows have no text of their own (keep_text does nothing). Metering has
/// a thread of its own, one or two pieces of rows ahead, where there is more than one (set_threads) and the capture is
/// no pipe. Rows are the same for any number of threads.
class CaptureTableReader final : public TableReader {
 public:
  static constexpr std::string_view kLabelColumn = "label";

  /// `source` is the unpacked capture, from its beginning; `fields` become the columns. Throws Error as CaptureReader
  /// and FlowLabels do.
  CaptureTableReader(std::unique_ptr<ByteSource> source, std::vector<const FlowField*> fields,
                     const CaptureChoice& choice);
  ~CaptureTableReader() override;

  const Schema& schema() const noexcept override { return schema_; }
  /// A capture without any flow is an Error.
  bool read(RowBatch& batch, std::size_t max_rows, bool only_available = false) override;
  bool append(RowBatch& batch, std::size_t max_rows) override;
  std::uint64_t rows() const noexcept override { return rows_; }
  const std::map<std::string, std::uint64_t>& skipped() const noexcept override { return nothing_skipped_; }
  const std::vector<std::string>& late_names() const noexcept override { return no_names_; }
  InputBytes bytes() const override;
  std::string digest() const override { return source_->digest(); }
  std::string_view format() const noexcept override { return format_; }

  /// What was in the capture; only once there are no more rows.
  const CaptureSummary& summary() const noexcept { return summary_; }

 private:
  bool take_rows(RowBatch& batch, std::size_t max_rows, bool only_available);
  bool next_piece();
  bool fill_next_piece();
  void meter_all();
  void fill_piece(std::span<const FlowRecord> records, Table& piece);
  void finish_summary();

  std::shared_ptr<ByteSource> source_;
  std::string format_;
  FlowColumns columns_;
  std::optional<FlowLabels> labels_;
  Schema schema_;
  CaptureFlows flows_;
  CaptureSummary summary_;

  BoundedQueue<Table> queue_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
  bool started_ = false;
  bool ended_ = false;  // where there is no thread
  Table piece_;         // the rows at hand, of which so many were given out
  std::size_t given_ = 0;
  std::uint64_t rows_ = 0;
  std::map<std::string, std::uint64_t> nothing_skipped_;
  std::vector<std::string> no_names_;
};

}  // namespace netstray
