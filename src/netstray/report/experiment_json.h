#pragma once

#include <string>

#include "netstray/report/experiment_result.h"

namespace netstray {

/// results.json: one object in UTF-8 as report/json.h describes (a number that cannot be had is null), each key in
/// docs/experiments-json.md. Holds no seconds. Rows and scores are not in it (scored.csv has them), nor what pictures
/// were drawn from (figures/*.csv).
std::string experiment_json(const ExperimentResult& result);

/// timings.json: the seconds of each part and of each detector's fit and scoring.
std::string experiment_timings_json(const ExperimentSeconds& seconds);

}  // namespace netstray
