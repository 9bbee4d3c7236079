#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "netstray/evaluate/study_facts.h"
#include "netstray/experiment/experiment.h"
#include "netstray/experiment/study/study_rows.h"
#include "netstray/model/model.h"

namespace netstray {

/// A detector fitted on a study's rows and cut, with the scores that it gave.
struct FittedDetector {
  explicit FittedDetector(Model made) : model(std::move(made)) {}

  Model model;                 ///< its record filled, its cut set
  std::vector<double> scores;  ///< one a row of the table; NaN where it was not asked for
  ThresholdSpec::From cut_from = ThresholdSpec::From::train;
  bool inverted = false;  ///< see DetectorResult
  Reach reach;            ///< of a network's output on the encoded training rows
  double fit_seconds = 0, score_seconds = 0;
};

/// Which rows a detector is to score.
enum class ScoredRows {
  all_parts,    ///< train, calibration, validation and test
  without_test  ///< all but the test's, which stay unseen
};

/// Fits, scores and cuts. Throws Error, naming the detector, for whatever cannot be done.
FittedDetector fit_detector(const StudyRows& rows, const DetectorSpec& spec, std::uint64_t seed, ScoredRows scored);

/// Where the cut comes from: what the recipe says, else calibration rows where there are some, else training rows.
ThresholdSpec::From cut_source(const StudyRows& rows, const DetectorSpec& spec) noexcept;

/// Whether what the detector flags is normal traffic: it learned what attacks look like.
bool flags_normal(const StudyTable& study, bool supervised) noexcept;

/// Whether what the detector flags is the negative class: it was trained on the positive one.
bool is_inverted(const StudyTable& study, bool supervised) noexcept;

/// Scores of these rows, in this order.
std::vector<double> scores_of(const FittedDetector& fitted, std::span<const std::uint32_t> rows);

}  // namespace netstray
