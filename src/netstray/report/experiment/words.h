#pragma once

#include <optional>
#include <string>
#include <vector>

#include "netstray/report/experiment_result.h"

namespace netstray {

// What the numbers of an experiment mean for someone who would run one of its models, in sentences.

/// The detector that a reader would pick: the one that finds most attacks less false alarms (mean over the seeds;
/// Youden's J) among those that looked at no test rows, or among all where every one looked. Null where a class is
/// absent from every test.
const DetectorResult* best_detector(const ExperimentResult& result);

/// Another detector of the same study and kind that looked at no test rows; null where there is none, or `detector`
/// did not look either. Of several the one with the same encoding, then the first.
const DetectorResult* clean_twin(const ExperimentResult& result, const DetectorResult& detector);

/// "about 520 a day"; the rows a day that it assumes are in `daily_assumption`. "n/a" where there are no normal rows.
std::string daily_alarms(const ExperimentResult& result, const StudyResult& study, const DetectorResult& detector);
/// "the data has 12,340 normal rows a day", or, without times, "10,000 normal rows a day".
std::string daily_assumption(const StudyResult& study);

/// About all of them: what was tried, which one to take and what it costs, what stays hidden from all, what looked at
/// test rows, whether this is better than calling all rows the same.
std::vector<std::string> answer_words(const ExperimentResult& result);

/// About one of them, as paragraphs: what its cut gives; what that means day by day and over the seeds; what speaks
/// against it.
std::vector<std::string> words_on_detector(const ExperimentResult& result, const StudyResult& study,
                                           const DetectorResult& detector);

}  // namespace netstray
