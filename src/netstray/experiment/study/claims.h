#pragma once

#include <vector>

#include "netstray/experiment/experiment.h"
#include "netstray/report/experiment_result.h"

namespace netstray {

/// What the recipe claims beside what came out, the mean of all seeds of `result`. Throws Error for a claim of a
/// detector that is not there.
std::vector<ClaimResult> compare_with_claims(const Experiment& experiment, const ExperimentResult& result);

}  // namespace netstray
