#pragma once

#include <exception>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "netstray/base/bounded_queue.h"
#include "netstray/base/output_file.h"
#include "netstray/feature/flow_columns.h"

namespace netstray {

/// Writes flows as rows: JSON lines where the file is named so (.jsonl, .ndjson), with tabs where it is named .tsv,
/// else CSV. Making the text has a thread of its own where there is more than one (set_threads), though not `at_once`;
/// the bytes are the same.
class FlowWriter {
 public:
  /// `at_once`: what was given is in the file before write() is called again, for pipes.
  FlowWriter(OutputFile& out, const std::string& path, FlowColumns columns, bool at_once);
  ~FlowWriter();
  FlowWriter(const FlowWriter&) = delete;
  FlowWriter& operator=(const FlowWriter&) = delete;

  /// Takes the records over. Throws Error as OutputFile, for these or for earlier ones.
  void write(std::span<FlowRecord> records);
  /// Writes what is left. Call it once, last; does not commit the file.
  void finish();

 private:
  void append(std::span<const FlowRecord> records);
  void write_rows();
  void write_all();

  OutputFile& out_;
  FlowColumns columns_;
  bool json_;
  char delimiter_;
  bool at_once_;
  Table rows_;
  std::string text_;
  BoundedQueue<std::vector<FlowRecord>> queue_;
  std::exception_ptr error_;  // of the thread, once it has ended
  std::thread thread_;
};

}  // namespace netstray
