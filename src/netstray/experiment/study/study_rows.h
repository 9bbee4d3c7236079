#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "netstray/experiment/experiment.h"
#include "netstray/experiment/tables/made_table.h"
#include "netstray/model/column_roles.h"
#include "netstray/model/truth.h"
#include "netstray/report/experiment_result.h"
#include "netstray/table/split.h"

namespace netstray {

/// A study's rows and columns that do not depend on the seed.
struct StudyTable {
  StudyTable(const Experiment& declared, const StudySpec& study, const MadeTable& rows)
      : experiment(&declared), spec(&study), made(&rows) {}

  const Experiment* experiment;
  const StudySpec* spec;
  const MadeTable* made;
  Truth truth;        ///< of all rows of the table; 1 = attack
  ColumnRoles roles;  ///< before any selection

  const Table& table() const noexcept { return made->table; }
};

/// The same with the rows parted, for one seed.
struct StudyRows {
  StudyRows(const StudyTable& of, std::uint64_t drawn_with) : study(&of), seed(drawn_with) {}

  const StudyTable* study;
  std::uint64_t seed;
  Split split;
  /// What is fitted on: the split's training rows, sampled where the study says so; of a random split in a random
  /// order, as scikit-learn's train_test_split gives them, since networks take the last ones for validation.
  std::vector<std::uint32_t> fitted;
  std::vector<std::size_t> columns;                       ///< learned, of the table
  std::vector<std::pair<std::string, double>> selection;  ///< as StudyResult
  std::vector<StageBalance> balance;                      ///< at each stage
};

/// Finds labels and columns. Throws Error where a class is absent, and where no column is left to learn.
StudyTable prepare_study(const Experiment& experiment, const StudySpec& spec, const MadeTable& made);

/// Splits, samples and chooses columns. Throws Error where a part that is needed has no rows, where the test lacks a
/// class, where a learned column has no value in the training rows, and where all learned columns are constant there.
StudyRows part_rows(const StudyTable& study, std::uint64_t seed);

/// The split in words: "30 % of the rows, drawn".
std::string split_words(const SplitSpec& split);

/// The labels of these rows.
std::vector<std::uint8_t> labels_of(const StudyTable& study, std::span<const std::uint32_t> rows);

}  // namespace netstray
