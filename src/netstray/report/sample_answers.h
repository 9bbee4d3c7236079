#pragma once

#include <cstdint>
#include <vector>

#include "netstray/report/evaluation_page.h"
#include "netstray/report/findings.h"
#include "netstray/report/json.h"
#include "netstray/report/model_summary.h"
#include "netstray/source/capture_summary.h"

namespace netstray {

// Made-up answers for this module's tests (defined in sample_answers_test.cpp): small, and like the real ones.

Reason sample_number_reason();    ///< src_bytes 54540 (usually 105 to 330), weight .41
Reason sample_category_reason();  ///< service ecr_i (usually http, smtp, private, ...), weight .22

/// Labels and scores of normal and attack rows that overlap; the same for the same seed.
struct SampleScores {
  std::vector<std::uint8_t> labels, verdicts;
  std::vector<double> scores;
  double cut = 0.55;
};
SampleScores sample_scores(std::uint64_t seed, std::size_t normal, std::size_t attacks);

Evaluation sample_evaluation(const SampleScores& rows);
ModelSummary sample_model();
ScanResult sample_scan();
Explanation sample_explanation();
ScoreSummary sample_score_summary();
CaptureSummary sample_capture();
JsonFrame sample_frame(const std::string& command);

}  // namespace netstray
