#include "netstray/experiment/run.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <optional>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/progress.h"
#include "netstray/base/text.h"
#include "netstray/base/version.h"
#include "netstray/evaluate/study_audits.h"
#include "netstray/experiment/run_folder.h"
#include "netstray/experiment/study/claims.h"
#include "netstray/experiment/study/fit_detector.h"
#include "netstray/experiment/study/measure.h"
#include "netstray/experiment/study/picture_points.h"
#include "netstray/experiment/study/run_audits.h"
#include "netstray/experiment/study/study_rows.h"
#include "netstray/experiment/study/usual_rows.h"
#include "netstray/experiment/tables/make_tables.h"
#include "netstray/experiment/write_run.h"
#include "netstray/report/experiment_json.h"
#include "netstray/report/picture.h"

namespace netstray {
namespace {

using Clock = std::chrono::steady_clock;

/// Adds the seconds from its making to its end to a named part.
class PartTimer {
 public:
  PartTimer(ExperimentSeconds& seconds, std::string part) : seconds_(seconds), part_(std::move(part)) {}
  ~PartTimer() {
    const double passed = std::chrono::duration<double>(Clock::now() - started_).count();
    const auto known = std::ranges::find(seconds_.parts, part_, &std::pair<std::string, double>::first);
    if (known == seconds_.parts.end()) {
      seconds_.parts.emplace_back(part_, passed);
    } else {
      known->second += passed;
    }
  }
  PartTimer(const PartTimer&) = delete;
  PartTimer& operator=(const PartTimer&) = delete;

 private:
  ExperimentSeconds& seconds_;
  std::string part_;
  Clock::time_point started_ = Clock::now();
};

/// Says which study it was.
template <typename Work>
auto in_study(const std::string& name, const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    if (error.kind() == Error::Kind::interrupted) throw;
    throw Error(fmt::format("study {}: {}", quoted(name), error.what()));
  }
}

/// What is wrong with a recipe is a failed run, not a wrong command line.
template <typename Work>
auto as_failed(const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    if (error.kind() != Error::Kind::usage) throw;
    throw Error(error.what());
  }
}

const StudySpec& study_of(const Experiment& experiment, const DetectorSpec& detector) {
  if (detector.study.empty() && experiment.studies.size() == 1) return experiment.studies.front();
  const auto found = std::ranges::find(experiment.studies, detector.study, &StudySpec::name);
  if (found == experiment.studies.end()) {
    throw Error(fmt::format("detector {}: there is no study {}", quoted(detector.name), quoted(detector.study)));
  }
  return *found;
}

/// Sources, tables and studies, as all seeds share them.
struct Studies {
  const Experiment experiment;
  TableStore tables;
  std::map<std::string, StudyTable> studies;

  Studies(const Experiment& declared, const std::string& data) : experiment(declared), tables(experiment, data) {
    for (const auto& spec : experiment.studies) {
      const MadeTable& made = tables.table(spec.table);
      studies.emplace(spec.name, in_study(spec.name, [&] { return prepare_study(experiment, spec, made); }));
    }
  }

  StudyRows rows_of(const std::string& study, std::uint64_t seed) const {
    return in_study(study, [&] { return part_rows(studies.at(study), seed); });
  }
};

/// A run under way.
class Run {
 public:
  /// `folder`: null where nothing is to be written. `started`: when the run began.
  Run(const RunSettings& settings, RunFolder* folder, Studies& prepared, ExperimentSeconds& seconds,
      Clock::time_point started)
      : settings_(settings),
        folder_(folder),
        prepared_(prepared),
        experiment_(prepared.experiment),
        seconds_(seconds),
        started_(started) {}

  ExperimentResult carry_out() {
    begin();
    for (std::uint64_t run = 0; run < experiment_.runs; ++run) carry_out_seed(experiment_.seed + run, run == 0);
    compare();
    draw();
    audit_all();
    result_.claims = compare_with_claims(experiment_, result_);
    if (folder_ != nullptr) {
      {
        const PartTimer timer(seconds_, "write");
        write_run(result_, first_rows_, *folder_);
      }
      write_timings();
      folder_->commit();
    }
    return std::move(result_);
  }

 private:
  void begin() {
    const LabelSpec& label = experiment_.label;
    result_.recipe = experiment_.path;
    result_.title = experiment_.title;
    result_.about = experiment_.about;
    result_.command = settings_.command;
    result_.version = version();
    result_.normal_name = label.normal_name;
    result_.attack_name = label.attack_name;
    result_.attack_is_positive = label.attack_is_positive;
    for (std::uint64_t run = 0; run < experiment_.runs; ++run) result_.seeds.push_back(experiment_.seed + run);
    const PartTimer timer(seconds_, "describe tables");
    std::vector<std::string> described;
    for (const auto& spec : experiment_.studies) {
      if (std::ranges::find(described, spec.table) == described.end()) described.push_back(spec.table);
    }
    for (const auto& name : described) {
      result_.tables.push_back(describe_table(name, prepared_.tables.table(name), label.column));
    }
    result_.detectors.resize(experiment_.detectors.size());
    facts_.resize(experiment_.detectors.size());
  }

  void carry_out_seed(std::uint64_t seed, bool first) {
    for (const auto& spec : experiment_.studies) {
      StudyRows rows = prepared_.rows_of(spec.name, seed);
      if (first) note_study(spec, rows);
      const TestRows test = test_rows_of(rows, first);
      for (std::size_t i = 0; i < experiment_.detectors.size(); ++i) {
        if (&study_of(experiment_, experiment_.detectors[i]) == &spec) run_detector(i, rows, test, first);
      }
      if (first) first_rows_.emplace(spec.name, std::move(rows));
    }
  }

  void note_study(const StudySpec& spec, const StudyRows& rows) {
    StudyResult study;
    study.name = spec.name;
    study.title = spec.title.empty() ? spec.name : spec.title;
    study.table = spec.table;
    study.split = split_words(spec.split);
    study.train_on = name_of(spec.train_on);
    study.balance = rows.balance;
    for (const std::size_t column : rows.columns) study.features.push_back(rows.study->table().schema()[column].name);
    study.selection = rows.selection;
    note_constants(study);
    study.labels = labels_of(*rows.study, rows.split.test);
    if (!rows.study->truth.families.empty()) {
      for (const std::uint32_t row : rows.split.test) study.families.push_back(rows.study->truth.families[row]);
    }
    study.usual = usual_columns(rows);
    study.daily = daily_rows(experiment_, spec.table, prepared_.tables);
    result_.studies.push_back(std::move(study));
  }

  /// Columns that hold one value in the whole table say nothing, whatever the split.
  void note_constants(const StudyResult& study) {
    const auto table = std::ranges::find(result_.tables, study.table, &TableResult::name);
    const auto constant = std::ranges::count_if(table->columns, [&](const TableResult::Column& column) {
      return column.distinct <= 1 && column.missing == 0 &&
             std::ranges::find(study.features, column.name) != study.features.end();
    });
    if (constant == 0) return;
    result_.notes.push_back(fmt::format("study {}: {} of the {} learned columns {} one value in all rows of table {}",
                                        study.name, constant, study.features.size(), constant == 1 ? "holds" : "hold",
                                        study.table));
  }

  void run_detector(std::size_t index, const StudyRows& rows, const TestRows& test, bool first) {
    const DetectorSpec& spec = experiment_.detectors[index];
    progress_.update(fits_done_++, experiment_.detectors.size() * experiment_.runs,
                     fmt::format("{}, seed {}", spec.name, rows.seed));
    std::optional<FittedDetector> made;
    {
      const PartTimer timer(seconds_, "fit and score");
      made.emplace(fit_detector(rows, spec, rows.seed, ScoredRows::all_parts));
    }
    FittedDetector& fitted = *made;
    seconds_.detectors.push_back({spec.name, rows.seed, fitted.fit_seconds, fitted.score_seconds, rows.fitted.size(),
                                  rows.split.train.size() + rows.split.calibration.size() +
                                      rows.split.validation.size() + rows.split.test.size()});
    DetectorResult& result = result_.detectors[index];
    if (!first) {
      result.seeds.push_back(measure_seed(rows, fitted));
      return;
    }
    const PartTimer timer(seconds_, "measure and audit");
    result = measure_detector(rows, test, spec, fitted);
    result.seeds.push_back(measure_seed(rows, fitted));
    facts_[index] = facts_of(rows, test, spec, fitted, result);
    result.leaks = leaks(facts_[index]);
    if (experiment_.report.importance) result.importance = importance_of(rows, test, fitted);
    keep_model(spec, rows, std::move(fitted.model), result);
  }

  void keep_model(const DetectorSpec& spec, const StudyRows& rows, Model model, DetectorResult& result) {
    const bool kept_by_model = result.cut_from == "train" || result.cut_from == "calibration";
    complete_record(rows, result, model.record);
    if (!kept_by_model) {
      model.record.notes.push_back(fmt::format("the cut was taken from rows of the experiment: {}", result.cut_from));
    }
    result.model_file = fmt::format("models/{}.nst", file_name_of(spec.name));
    result.model = summarise(model, result.model_file);
    const std::string& source = result.model.cut_source;
    if (!kept_by_model && source != "rule" && source != "labels") result.model.cut_source = result.cut_from;
    if (folder_ != nullptr) model.save(folder_->file(result.model_file));
    const bool pictured = std::ranges::any_of(experiment_.report.tsne, [&](const ReportSpec::Tsne& picture) {
      return picture.latent_of == spec.name || (picture.latent_of.empty() && picture.study == rows.study->spec->name);
    });
    if (pictured) models_.emplace(spec.name, std::move(model));
  }

  void complete_record(const StudyRows& rows, const DetectorResult& result, TrainingRecord& record) {
    std::vector<std::string> paths;
    std::vector<std::string> digests;
    for (const auto& source : prepared_.tables.sources()) {
      if (std::ranges::find(rows.study->made->sources.names, source.name) == rows.study->made->sources.names.end()) {
        continue;
      }
      paths.push_back(source.path);
      digests.push_back(source.digest);
    }
    record.source = join(paths, ", ");
    if (digests.size() == 1) record.digest = digests.front();
    for (const auto& leak : result.leaks) record.notes.push_back("LEAKY: " + leak);
  }

  void compare() {
    const PartTimer timer(seconds_, "compare");
    for (const auto& study : result_.studies) {
      std::vector<const DetectorResult*> detectors;
      for (const auto& detector : result_.detectors) {
        if (detector.study == study.name) detectors.push_back(&detector);
      }
      std::vector<std::uint8_t> positive = study.labels;
      if (!result_.attack_is_positive) {
        for (auto& label : positive) label = label == 0 ? 1 : 0;
      }
      const auto positives = std::ranges::count(positive, 1);
      if (std::min<std::ptrdiff_t>(positives, std::ssize(positive) - positives) < 2) {
        result_.notes.push_back(fmt::format(
            "study {}: its detectors were not compared in pairs, as a class has less than two test rows", study.name));
        continue;
      }
      for (auto& pair : compare_detectors(study.name, positive, detectors)) result_.pairs.push_back(std::move(pair));
    }
  }

  StudyResult& study_result(const std::string& name) {
    const auto found = std::ranges::find(result_.studies, name, &StudyResult::name);
    if (found == result_.studies.end()) throw Error(fmt::format("report: there is no study {}", quoted(name)));
    return *found;
  }

  const Model& pictured_model(const ReportSpec::Tsne& picture) {
    if (!picture.latent_of.empty()) {
      if (const auto found = models_.find(picture.latent_of); found != models_.end()) return found->second;
      throw Error(fmt::format("report.tsne: there is no detector {}", quoted(picture.latent_of)));
    }
    for (const auto& detector : result_.detectors) {
      if (detector.study == picture.study) return models_.at(detector.name);
    }
    throw Error(
        fmt::format("report.tsne: study {} has no detector whose encoding could be drawn", quoted(picture.study)));
  }

  /// Clusters of the study's first k-means; 0 where it has none.
  std::uint64_t clusters_of(const std::string& study) const {
    for (const auto& detector : result_.detectors) {
      if (detector.study != study || detector.kind != "kmeans") continue;
      const auto& settings = detector.model.record.settings;
      const auto clusters = settings.find("kmeans.clusters");
      if (clusters == settings.end()) continue;
      return static_cast<std::uint64_t>(parse_integer(clusters->second).value_or(0));
    }
    return 0;
  }

  void draw() {
    const PartTimer timer(seconds_, "pictures");
    for (const auto& picture : experiment_.report.tsne) {
      study_result(picture.study)
          .points.push_back(draw_points(first_rows_.at(picture.study), picture, pictured_model(picture)));
    }
    if (const auto& elbow = experiment_.report.elbow) {
      study_result(elbow->study).elbow = measure_elbow(first_rows_.at(elbow->study), *elbow);
      study_result(elbow->study).elbow->chosen = clusters_of(elbow->study);
    }
    if (const auto& map = experiment_.report.map) {
      result_.journeys = find_journeys(prepared_.tables.table(map->table).table, *map);
    }
  }

  void audit_all() {
    result_.audits = audit_run(experiment_, std::move(facts_), prepared_.tables, first_rows_);
    result_.sources = prepared_.tables.sources();
  }

  void write_timings() {
    seconds_.total = std::chrono::duration<double>(Clock::now() - started_).count();
    folder_->write("timings.json", experiment_timings_json(seconds_));
  }

  const RunSettings& settings_;
  RunFolder* folder_;
  Studies& prepared_;
  const Experiment& experiment_;
  ExperimentSeconds& seconds_;
  Clock::time_point started_;
  ExperimentResult result_;
  std::vector<DetectorFacts> facts_;
  std::map<std::string, StudyRows> first_rows_;
  std::map<std::string, Model> models_;
  Progress progress_{"experiment"};
  std::uint64_t fits_done_ = 0;  ///< of detectors, for all seeds
};

}  // namespace

ExperimentResult run_experiment(const Experiment& experiment, const RunSettings& settings, ExperimentSeconds& seconds) {
  return as_failed([&] {
    const auto started = Clock::now();
    std::optional<RunFolder> folder;
    if (!settings.out.empty()) folder.emplace(settings.out, settings.force);
    std::optional<Studies> studies;
    {
      const PartTimer timer(seconds, "read and make tables");
      studies.emplace(experiment, settings.data);
    }
    return Run(settings, folder ? &*folder : nullptr, *studies, seconds, started).carry_out();
  });
}

struct PreparedExperiment::Prepared {
  Prepared(const Experiment& experiment, const std::string& data) : studies(experiment, data) {}

  Studies studies;
};

PreparedExperiment::PreparedExperiment(const Experiment& experiment, const std::string& data)
    : prepared_(as_failed([&] { return std::make_unique<const Prepared>(experiment, data); })) {}

PreparedExperiment::~PreparedExperiment() = default;

ValidationScore PreparedExperiment::validate(const DetectorSpec& detector, std::uint64_t seed) const {
  return as_failed([&] {
    const StudySpec& spec = study_of(prepared_->studies.experiment, detector);
    const StudyRows rows = prepared_->studies.rows_of(spec.name, seed);
    return validate_detector(rows, detector);
  });
}

}  // namespace netstray
