#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "netstray/detect/neural/autoencoder.h"
#include "netstray/evaluate/evaluation.h"
#include "netstray/maths/geodesic.h"
#include "netstray/metric/metric.h"
#include "netstray/report/charts/distributions.h"
#include "netstray/report/model_summary.h"

namespace netstray {

// What a run of an experiment found, as plain values: the page, the pictures, results.json and the tables are made from
// it. Nothing in it depends on the clock or on the number of threads; seconds are kept apart (ExperimentSeconds).

/// A file that was read, or rows that were made up.
struct SourceResult {
  std::string name, path, format;  ///< path as found below the data folder
  std::string digest;              ///< XXH3-128; "" of made-up rows
  std::uint64_t rows = 0;
  bool made_up = false;
  std::string note;  ///< "none of ... is there: made up by user-log, seed 1"; may be empty
};

/// A table as it went into the studies.
struct TableResult {
  struct Column {
    std::string name, type;
    std::uint64_t missing = 0;
    std::uint64_t distinct = 0;
  };
  std::string name;
  std::uint64_t rows = 0;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> head;                 ///< the first five rows as texts
  std::vector<std::pair<std::string, std::uint64_t>> labels;  ///< values of the label column, most frequent first
  std::vector<std::string> steps;                             ///< what was done, in words, with what it did to rows
};

/// Rows of both classes at a stage: "all", "after sampling", "train", "calibration", "validation", "test".
struct StageBalance {
  std::string stage;
  std::uint64_t normal = 0, attacks = 0;
};

/// Points of a picture, drawn from the test rows.
struct PointsResult {
  std::string title;  ///< "inputs", "latent space of autoencoder"
  std::vector<float> x, y;
  std::vector<std::uint8_t> labels;  ///< 1 attack
  std::uint64_t of_rows = 0;         ///< test rows that they were drawn from
  double divergence = 0;             ///< Kullback-Leibler, nats
  std::string note;                  ///< may be empty
};

struct ElbowResult {
  std::vector<std::uint64_t> clusters;
  std::vector<double> inertia;
  std::uint64_t chosen = 0;  ///< clusters of the study's detector; 0: none of its detectors has a number of them
};

/// Rows a day of the table, before any sampling, where it has times.
struct DailyRows {
  double normal = 0, attacks = 0;
  double days = 0;  ///< between the first and the last time
};

/// What a study's detectors share.
struct StudyResult {
  std::string name, title, table;
  std::string split;     ///< in words
  std::string train_on;  ///< "normal", "attacks", "all"
  std::vector<StageBalance> balance;
  std::vector<std::string> features;  ///< learned columns
  std::vector<std::pair<std::string, double>>
      selection;                      ///< mutual information in nats, of all columns; greatest first
  std::vector<std::uint8_t> labels;   ///< of the test rows of the first seed, 1 attack
  std::vector<std::string> families;  ///< likewise; empty where there are none
  std::vector<PointsResult> points;
  std::optional<ElbowResult> elbow;
  std::vector<UsualRange> usual;   ///< of the number columns among the features: quantiles of the test rows by class
  std::optional<DailyRows> daily;  ///< absent where the table has no times
};

/// One seed's numbers of a detector. Of the positive class, as Evaluation.
struct SeedResult {
  std::uint64_t seed = 0;
  double cut = 0;
  Confusion confusion;
  double auc = 0, average_precision = 0;
  double recall_at_fpr_01 = 0, recall_at_fpr_05 = 0;
};

struct DetectorResult {
  std::string name, title, study, kind;
  std::string encoding;            ///< "standardise+one-hot"; several members: "several"
  std::string encoding_from;       ///< "train", "all"
  std::vector<std::string> leaks;  ///< what looked at test rows, in words: then it is LEAKY; empty where nothing did
  std::string rule, cut_from;      ///< "quantile:0.95", "train"
  double cut = 0;                  ///< in the detector's own score: what is flagged is above it
  /// The positive class is the one that was trained on, so that what is flagged is negative: `scores` are the
  /// detector's with the sign turned, and `verdicts` say 1 where nothing was flagged.
  bool inverted = false;
  std::vector<double> scores;          ///< of the test rows of the first seed; higher = more positive
  std::vector<std::uint8_t> verdicts;  ///< likewise: 1 = called positive
  Evaluation evaluation;               ///< of the first seed, of the positive class; its audits are in ExperimentResult
  std::array<ClassScores, 4> classes{};                    ///< negative, positive, macro, weighted
  std::vector<SeedResult> seeds;                           ///< one or more; the first is that of the above
  std::optional<LearningCurves> curves;                    ///< of an autoencoder
  std::vector<std::pair<std::string, double>> importance;  ///< AUC lost where a column is shuffled; greatest first
  ModelSummary model;                                      ///< of the first seed
  std::string model_file;                                  ///< "models/gmm.nst", below the run's folder
};

/// Two detectors of one study on the same rows.
struct PairResult {
  std::string study, first, second;
  double auc_difference = 0;    ///< first - second
  Interval auc_interval{0, 0};  ///< 95 %
  double delong_p = 1, delong_holm_p = 1;
  std::uint64_t only_first_right = 0, only_second_right = 0;
  double mcnemar_p = 1, mcnemar_holm_p = 1;
};

/// An audit and what it is about.
struct AuditResult {
  std::string study, detector;  ///< "" where it is about the whole recipe, or a whole study
  Audit audit;
};

/// Where somebody was, one after the other.
struct JourneyResult {
  std::string entity;
  std::vector<Place> places;             ///< one per event, repeats of the place before left out
  std::vector<std::vector<Place>> hops;  ///< great circles between them, cut at the date line
  std::uint64_t events = 0;
};

/// What the study that is reproduced claims, and what came out.
struct ClaimResult {
  std::string detector, metric, class_name;
  double claimed = 0;
  double found = 0;  ///< mean over the seeds
};

struct ExperimentResult {
  std::string recipe, title, about;
  std::string command;  ///< that makes the run again
  std::string version;  ///< of netstray
  std::string normal_name, attack_name;
  bool attack_is_positive = true;
  std::vector<std::uint64_t> seeds;
  std::vector<SourceResult> sources;
  std::vector<TableResult> tables;
  std::vector<StudyResult> studies;
  std::vector<DetectorResult> detectors;  ///< in the recipe's order
  std::vector<PairResult> pairs;
  std::vector<AuditResult> audits;
  std::vector<JourneyResult> journeys;
  std::vector<ClaimResult> claims;
  std::vector<std::string> notes;  ///< what a reader must know of the run
};

/// How long the parts took: timings.json, and the terminal. In no other output, as two runs are equal but for it.
struct ExperimentSeconds {
  double total = 0;
  std::vector<std::pair<std::string, double>> parts;  ///< "read", "tables", "pictures", ...
  struct Detector {
    std::string name;
    std::uint64_t seed = 0;
    double fit = 0, score = 0;
    std::uint64_t rows_fitted = 0, rows_scored = 0;
  };
  std::vector<Detector> detectors;
};

}  // namespace netstray
