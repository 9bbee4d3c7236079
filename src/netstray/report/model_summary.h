#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "netstray/model/model.h"

namespace netstray {

/// A score below which a share of the calibration (or training) rows lies.
struct ScoreQuantile {
  double share;  ///< in [0, 1]
  double score;
};

/// One of a model's members.
struct MemberSummary {
  std::string name;                             ///< "gmm", "gmm:wide"
  std::string detector;                         ///< "gmm"
  std::string encoding;                         ///< "rank+one-hot"
  std::size_t width = 0;                        ///< dense columns of its matrix
  std::map<std::string, std::string> settings;  ///< of the detector
  std::string learning;                         ///< how it went, where the detector kept that; "" otherwise
};

/// What people and programs are told of a model: plain values, taken from a Model once.
struct ModelSummary {
  std::string path;  ///< of the model's file, "" where it has none
  TrainingRecord record;
  std::vector<MemberSummary> members;    ///< one or more
  std::string join;                      ///< how several members are joined: "mean"; "" for one
  std::vector<Encoder::Column> columns;  ///< learned, constant ones among them
  std::vector<CarriedColumn> carried;
  std::string rule;                          ///< "false-alarms:0.01"
  std::optional<double> asked_false_alarms;  ///< the share that the rule promises, where it promises one
  double cut = 0;
  std::string
      cut_source;  ///< "calibration" or "training" scores, "labels" (best-f1), or "rule" where it reads no scores
  std::vector<ScoreQuantile> training;     ///< at 0, .05, .25, .5, .75, .95, .99, 1; empty without rows
  std::vector<ScoreQuantile> calibration;  ///< likewise
  std::uint64_t distinct_rows = 0;         ///< distinct training rows over the learned columns

  std::vector<std::string> constant_names() const;
};

/// "sample 256, trees 100": settings as a person reads them.
std::string settings_words(const std::map<std::string, std::string>& settings);
/// "gmm in rank+one-hot"; of several members "auto: mahalanobis, gmm and iforest, joined by the mean of their -log10
/// p".
std::string detector_words(const ModelSummary& model);
/// "difficulty (not a feature), label (label)"; "none" where nothing was carried.
std::string carried_words(const std::vector<CarriedColumn>& columns);

/// Costs a copy of the columns' facts.
ModelSummary summarise(const Model& model, const std::string& path);

/// The cut and where it comes from: "0.5131, by false-alarms:0.05 from calibration scores".
std::string cut_text(const ModelSummary& model);

}  // namespace netstray
