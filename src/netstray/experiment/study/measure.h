#pragma once

#include <string>
#include <utility>
#include <vector>

#include "netstray/evaluate/study_facts.h"
#include "netstray/experiment/run.h"
#include "netstray/experiment/study/fit_detector.h"
#include "netstray/report/experiment_result.h"

namespace netstray {

/// The test rows of a study's first seed, as its detectors are measured on them.
struct TestRows {
  Truth truth;                              ///< 1 = the positive class; families where attacks are positive
  std::vector<std::uint8_t> attack_labels;  ///< 1 = attack
  Table table;                              ///< empty where no audit needs it
};
TestRows test_rows_of(const StudyRows& rows, bool with_table);

/// The detector's scores and verdicts on the test rows in the sense of the positive class (DetectorResult).
struct PositiveScores {
  std::vector<double> scores;
  std::vector<std::uint8_t> verdicts;
  double cut = 0;
};
PositiveScores positive_scores(const FittedDetector& fitted, std::span<const std::uint32_t> rows);

/// What the first seed's fit gives. Its seeds and importance are left to the caller.
DetectorResult measure_detector(const StudyRows& rows, const TestRows& test, const DetectorSpec& spec,
                                const FittedDetector& fitted);
/// The numbers of one seed.
SeedResult measure_seed(const StudyRows& rows, const FittedDetector& fitted);

/// AUC lost on test rows, a few thousand of them, where one column's values are shuffled; greatest first.
std::vector<std::pair<std::string, double>> importance_of(const StudyRows& rows, const TestRows& test,
                                                          const FittedDetector& fitted);

/// Fits a detector and measures it on the validation rows; see PreparedExperiment::validate.
ValidationScore validate_detector(const StudyRows& rows, const DetectorSpec& spec);

/// What audits must know of a detector; `result` is measure_detector's. Its own audits (audit()) are among them.
DetectorFacts facts_of(const StudyRows& rows, const TestRows& test, const DetectorSpec& spec,
                       const FittedDetector& fitted, const DetectorResult& result);

/// Every two detectors of a study, compared on the same test rows, the p-values corrected for how many pairs there are.
std::vector<PairResult> compare_detectors(const std::string& study, std::span<const std::uint8_t> labels,
                                          std::span<const DetectorResult* const> detectors);

}  // namespace netstray
