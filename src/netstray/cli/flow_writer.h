#pragma once

#include <span>
#include <string>

#include "netstray/base/output_file.h"
#include "netstray/base/taken_elsewhere.h"
#include "netstray/feature/flow_columns.h"

namespace netstray {

/// Writes flows as rows: JSON lines where the file is named so (.jsonl, .ndjson), with tabs where it is named .tsv,
/// else CSV. Making the text has a thread of its own where there is more than one (set_threads), though not `at_once`;
/// the bytes are the same.
class FlowWriter {
 public:
  /// `at_once`: what was given is in the file before write() is called again, for pipes.
  FlowWriter(OutputFile& out, const std::string& path, FlowColumns columns, bool at_once);

  /// Takes the records over. Throws Error as OutputFile, for these or for earlier ones.
  void write(std::span<FlowRecord> records) { records_.give(records); }
  /// Writes what is left. Call it once, last; does not commit the file.
  void finish();

 private:
  void append(std::span<const FlowRecord> records);
  void write_rows();

  OutputFile& out_;
  FlowColumns columns_;
  bool json_;
  char delimiter_;
  bool at_once_;
  Table rows_;
  std::string text_;
  TakenElsewhere<FlowRecord> records_;  // last: its thread uses the others
};

}  // namespace netstray
