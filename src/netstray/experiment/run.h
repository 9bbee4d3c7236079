#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "netstray/experiment/experiment.h"
#include "netstray/report/experiment_result.h"

namespace netstray {

/// Where a run reads and writes.
struct RunSettings {
  std::string data = ".";  ///< folder that the sources' files lie below
  std::string out;         ///< folder that the run leaves (docs/experiments.md has what is in it); "" = none
  bool force = false;      ///< an `out` that is there already is replaced, where it is a run's
  std::string command;     ///< that makes the run again, for the page
};

/// Carries an experiment out: reads its sources, makes its tables, splits each study's rows, fits, cuts and measures
/// each detector for each seed, audits, and writes the folder. The folder appears whole, once all is done, or not at
/// all. Its files and the result are the same for the same recipe and data, whatever the number of threads, but for
/// timings.json.
///
/// Throws Error of kind `failed`, naming what it is about, for a source of which no file is there, an unknown detector
/// or a setting out of range, a step that cannot be done, a class that is absent, a split that leaves no rows,
/// training rows that are all equal once encoded, a column without any value to learn, a folder that is there already,
/// and what detectors throw. Memory: the sources, the tables, and one encoded matrix with its copies at a time.
ExperimentResult run_experiment(const Experiment& experiment, const RunSettings& settings, ExperimentSeconds& seconds);

/// How well a detector tells the classes apart on rows that it was not fitted on, and that are not the test's.
struct ValidationScore {
  std::uint64_t normal = 0, attacks = 0;  ///< validation rows
  double auc = 0;                         ///< of the positive class, as Evaluation
  double average_precision = 0;
  double f1 = 0, accuracy = 0;  ///< at the detector's cut
};

/// An experiment's sources, tables and splits, made once, to try detectors on: for `netstray tune`. The test rows are
/// never looked at.
class PreparedExperiment {
 public:
  /// Throws as run_experiment.
  PreparedExperiment(const Experiment& experiment, const std::string& data);
  ~PreparedExperiment();
  PreparedExperiment(const PreparedExperiment&) = delete;
  PreparedExperiment& operator=(const PreparedExperiment&) = delete;

  /// Fits `detector` on its study's training rows, cuts it as it says, and measures it on the validation rows of the
  /// split of that seed. Throws Error where these lack a class (saying which key keeps rows back), where the threshold
  /// would look at test rows, and as run_experiment.
  ValidationScore validate(const DetectorSpec& detector, std::uint64_t seed) const;

 private:
  struct Prepared;
  std::unique_ptr<const Prepared> prepared_;
};

}  // namespace netstray
