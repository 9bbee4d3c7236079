#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/evaluate/evaluation.h"
#include "netstray/maths/matrix.h"
#include "netstray/table/split.h"

namespace netstray {

/// Which rows something was taken from: a fit, a cut, a choice.
enum class RowsUsed {
  none,          ///< no rows: a constant, or nothing of the kind was done
  train,         ///< the rows that the detector was fitted on
  calibration,   ///< rows kept back for the cut
  validation,    ///< rows kept back for choices: early stopping, tuning
  test,          ///< all test rows
  test_normals,  ///< the normal rows of the test, so its labels too
  all            ///< every row of the table, those of the test among them
};
/// As a recipe writes them: "train", "test-normals", ...
std::string_view name_of(RowsUsed rows) noexcept;
/// test, test_normals, all: what is made from them has looked at the test.
bool sees_test(RowsUsed rows) noexcept;

/// A join, and what it did to the rows of the table on its left.
struct JoinFacts {
  std::string name;                   ///< as a reader knows it: "ip2asn on asn"
  std::uint64_t left_rows = 0;        ///< before
  std::uint64_t result_rows = 0;      ///< after
  std::uint64_t multiplied_rows = 0;  ///< left rows that met more than one row
  std::uint64_t dropped_rows = 0;     ///< left rows that met none and are gone

  bool operator==(const JoinFacts&) const = default;
};

/// A column made by numbering the values of another in the order in which they are first seen, or by any other order
/// that means nothing.
struct NumberedFacts {
  std::string column;             ///< "user"
  std::uint64_t values = 0;       ///< how many distinct ones
  bool learned_as_number = true;  ///< false where it is encoded as a category, or not learned
};

/// Columns that hold what earlier events had in a column.
struct LagFacts {
  std::vector<std::string> columns;  ///< those lagged
  std::uint64_t events = 0;          ///< how many events back they go
  std::string entity;                ///< the column whose values each have a history of their own; "" = none
  std::uint64_t rows = 0;
  std::uint64_t rows_across_entities = 0;  ///< with a lag taken from another entity's event

  bool operator==(const LagFacts&) const = default;
};

/// A sampling of a table's rows before any split.
struct SamplingFacts {
  std::string name;  ///< "normal rows, down to the number of attacks"
  bool with_replacement = false;
  std::uint64_t rows_before = 0, rows_after = 0;

  bool operator==(const SamplingFacts&) const = default;
};

/// One detector of a study: what it was fitted on, how it was cut, and how it did (of several seeds, the first).
/// Whatever is not known keeps its default.
struct DetectorFacts {
  std::string name;      ///< as the recipe calls it; distinct
  std::string kind;      ///< of the registry: "iforest", "gmm", ...
  std::string settings;  ///< in words, all that are in force; two detectors with equal ones are the same model
  bool supervised = false;

  std::string study;      ///< the recipe's study: rows, features and split
  std::string table;      ///< the table that the study's rows came from
  std::string named_for;  ///< the table that the study says it is about; "" = the same
  std::string features;   ///< in words, all of them; for "the same study twice"

  TrainOn train_on = TrainOn::normal;  ///< the classes that it was fitted on
  std::uint64_t fitted_rows = 0, fitted_attacks = 0;
  std::uint64_t test_rows = 0, test_attacks = 0;
  std::uint64_t test_rows_fitted = 0;             ///< test rows that it was fitted on, by their place in the table
  std::optional<std::uint64_t> test_rows_copied;  ///< test rows made (by a join, by sampling with replacement) from a
                                                  ///< row of a source that a fitted row was made from as well, those of
                                                  ///< test_rows_fitted not counted; absent where nobody kept track
  std::optional<std::uint64_t> test_rows_like_fitted;  ///< test rows that equal a fitted row in all learned columns

  std::uint64_t learned_columns = 0;              ///< 0 where not known
  std::vector<std::string> constant_columns;      ///< learned ones with a single value in all rows of the study
  std::vector<std::string> constant_in_training;  ///< those that vary, but in no row that it was fitted on

  std::string scaling;                      ///< "standardise", "min-max", ... of the number columns; "none"
  RowsUsed encoder_from = RowsUsed::train;  ///< what scaling and categories were taken from
  std::vector<std::string> ranked_columns;  ///< learned ones that hold ranks among all rows, those of the test too
  RowsUsed columns_from = RowsUsed::none;   ///< what the columns were chosen on
  RowsUsed stopped_on = RowsUsed::none;     ///< what early stopping looked at
  RowsUsed tuned_on = RowsUsed::none;       ///< what settings were chosen on

  std::string rule;  ///< of the cut: "mad:3.5"; "" = none
  RowsUsed cut_from = RowsUsed::none;

  std::string output_activation;  ///< of a network that rebuilds its input: "relu", ...; "" = none or linear
  double unreachable_share = 0;   ///< see Reach
  double unreachable_loss = 0;

  double auc = 0;  ///< attacks against normal rows, in the sense in which the study reads the scores; NaN = not known
  std::optional<Interval> auc_interval;
  std::optional<double> accuracy;

  std::vector<Audit> audits;  ///< what audit() found of its model on its test rows; may be empty
};

/// What a declared study (a recipe, run) knows of itself, for audit_study.
struct StudyFacts {
  std::vector<JoinFacts> joins;
  std::vector<NumberedFacts> numbered;
  std::vector<LagFacts> lags;
  std::vector<SamplingFacts> samplings;
  std::vector<DetectorFacts> detectors;  ///< in the recipe's order
};

/// What an output activation cannot rebuild of the values that it is asked for.
struct Reach {
  double share = 0;  ///< of the values, those outside its range
  double loss = 0;   ///< the mean squared error that no training can go below: the mean squared distance to the range
};
/// `activation`: relu (below 0), sigmoid (outside 0 to 1), tanh (outside -1 to 1), elu (below -1); any other reaches
/// everything. A one-hot group counts as its dense columns of 0 and 1. One pass over the matrix.
Reach reach_of(std::string_view activation, const Matrix& encoded);

}  // namespace netstray
