#pragma once

#include <cstddef>
#include <cstdint>

#include "netstray/report/experiment_result.h"

namespace netstray {

// Made-up results of experiments for this module's tests (defined in sample_experiment_test.cpp).

/// How large and of what kind.
struct SampleExperiment {
  std::size_t normal = 600, attacks = 900;  ///< test rows of a study
  std::size_t points = 400;                 ///< of each of its two pictures
  std::uint64_t seeds = 5;
  bool attack_is_positive = true;
  bool families = true;
};

/// Two studies with seven detectors, two of them leaky ("autoencoder-leaky", "gmm-leaky") and one that learned attacks
/// ("gmm-attacks", inverted where attacks are positive), with everything that a result can hold.
ExperimentResult sample_experiment(const SampleExperiment& sample = {});

/// One study with one detector, and nothing that need not be there.
ExperimentResult bare_experiment(const SampleExperiment& sample);

ExperimentSeconds sample_experiment_seconds(const ExperimentResult& result);

}  // namespace netstray
