#pragma once

#include <cstddef>
#include <string>

#include "netstray/model/model.h"
#include "netstray/source/table_source.h"

namespace netstray {

/// How `score` writes its rows: as they came, with score, p_value, verdict and reasons behind. JSON lines where the
/// file it writes is named so (.jsonl, .ndjson), CSV where it is named so (.csv, .tsv), otherwise what came in; the
/// flows of a capture as CSV.
class ScoredRows {
 public:
  ScoredRows(const TableSource& source, const std::string& out);

  /// The header line, with its line end; empty for JSON lines.
  std::string header() const;
  /// Appends the line of a row, with its line end. Thread-safe.
  void append(const RowBatch& batch, const Verdicts& verdicts, std::size_t row, std::string& text) const;

 private:
  void append_csv(const RowBatch& batch, const Verdicts& verdicts, std::size_t row, std::string& line) const;
  void append_json(const RowBatch& batch, const Verdicts& verdicts, std::size_t row, std::string& line) const;
  std::string name(const char* added) const;

  const TableSource& source_;
  bool from_json_;
  bool to_json_;
  char delimiter_ = ',';
};

}  // namespace netstray
