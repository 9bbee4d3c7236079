#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netstray/alert/story.h"
#include "netstray/base/instruction_set.h"
#include "netstray/base/machine.h"
#include "netstray/base/version.h"
#include "netstray/detect/registry.h"
#include "netstray/evaluate/evaluation.h"
#include "netstray/report/findings.h"
#include "netstray/report/model_summary.h"
#include "netstray/source/capture_summary.h"

namespace netstray {

// The JSON of every command (docs/json.md documents each key; a test holds the two together). All functions return one
// object in UTF-8, keys in a fixed order, indented by two spaces, with a final newline. What is not a number (NaN) or
// not known is null; bytes that are no UTF-8 become U+FFFD. Counts are exact; other numbers are written so that reading
// them back gives the same f64.

/// A file that was read.
struct JsonInput {
  std::string path;
  std::string format;                              ///< "csv", "csv.gz", "pcap", ...
  std::optional<std::uint64_t> rows;               ///< absent where several files become one table
  std::map<std::string, std::uint64_t> skipped{};  ///< rows left out, by reason
  std::optional<std::uint64_t> sampled_from{};     ///< rows in the file, where `rows` were drawn from them
  std::optional<std::uint64_t> packets{};          ///< of a capture
};

/// Something that went to stderr as well.
struct JsonWarning {
  std::string id;
  std::string text;
};

/// What every answer begins with.
struct JsonFrame {
  std::string command;  ///< "train", "models show", ...
  std::vector<JsonInput> inputs;
  std::vector<JsonWarning> warnings;
};

/// What `models verify` found of one file.
struct ModelCheck {
  std::string path;
  bool ok = false;
  std::string error;        ///< why not, "" where ok
  std::string version;      ///< of netstray that wrote it, "" where not ok
  std::uint64_t bytes = 0;  ///< of the file
};

/// What `doctor` found.
struct DoctorReport {
  Machine machine;
  InstructionSet used;
  InstructionSet supported;
  unsigned threads = 0;
  std::vector<Library> built_with;
};

/// Reasons as an array of objects, on one line, for a line of JSON lines.
std::string reasons_json(std::span<const Reason> reasons);

std::string train_json(const JsonFrame& frame, const ModelSummary& model);
/// `model` may be null: scores made elsewhere.
std::string evaluate_json(const JsonFrame& frame, const Evaluation& evaluation, const ModelSummary* model);
std::string scan_json(const JsonFrame& frame, const ScanResult& result);
/// `scan` of a capture; `result` has the flows that no story explains.
std::string capture_scan_json(const JsonFrame& frame, const CaptureSummary& summary, std::span<const Story> stories,
                              const ScanResult& result);
std::string score_json(const JsonFrame& frame, const ScoreSummary& summary);
std::string explain_json(const JsonFrame& frame, const Explanation& explanation);
std::string models_show_json(const JsonFrame& frame, const ModelSummary& model);
std::string models_verify_json(const JsonFrame& frame, const ModelCheck& check);
/// `fields`: names of the columns that were written.
std::string flows_json(const JsonFrame& frame, const CaptureSummary& summary, std::span<const std::string> fields);
std::string doctor_json(const JsonFrame& frame, const DoctorReport& report);
std::string detectors_json(const JsonFrame& frame, std::span<const DetectorInfo* const> detectors);

}  // namespace netstray
