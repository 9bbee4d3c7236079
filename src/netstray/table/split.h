#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/table/stack.h"
#include "netstray/table/table.h"

namespace netstray {

/// Which classes of the rows that do not test are learned from.
enum class TrainOn : std::uint8_t { normal, attacks, all };

/// "normal", "attacks", "all".
std::string_view name_of(TrainOn rows) noexcept;

/// How the rows of a table are parted.
///
/// First the test rows are taken out, by `by`. Of the other rows those that `train_on` names are kept; the rows that it
/// leaves out go to validation where `validation` is above 0, else nowhere. Then `calibration` and `validation` are
/// shares of the kept rows, and what is left trains. A share of n things is ceil(share * n) of them, as in
/// scikit-learn's train_test_split.
struct SplitSettings {
  enum class By : std::uint8_t {
    none,    ///< all rows train and all rows test (a study that judges the rows that it learned)
    share,   ///< `test` of the rows, drawn at random
    time,    ///< `test` of the rows, the latest ones by `column`
    label,   ///< drawn from each class: `test_normal` of the normal rows, `test_attack` of the attacks
    entity,  ///< `test` of the values of `column`, drawn at random: all rows of an entity are in one part
    file     ///< the rows that came from `test_files`
  };

  By by = By::share;
  double test = 0.2;         ///< by share, time, entity; in (0, 1]
  double calibration = 0;    ///< in [0, 1)
  double validation = 0;     ///< in [0, 1)
  double test_normal = 0.2;  ///< by label; in [0, 1]
  double test_attack = 0.2;  ///< by label; in [0, 1]
  /// By label, instead of test_normal: so many normal test rows for each attack in the test (notebook 001 has 3).
  std::optional<double> test_normal_per_attack = std::nullopt;
  std::string column = {};                   ///< by time: a column of times or numbers; by entity: any column
  std::vector<std::string> test_files = {};  ///< by file: names of origins
  TrainOn train_on = TrainOn::all;
  std::uint64_t seed = 0;
};

/// Rows of a table, ascending in each part. Parts share no row, but for `by` none, where `test` is all rows.
struct Split {
  std::vector<std::uint32_t> train, calibration, validation, test;
};

/// Parts the rows of `table`. `labels`: 1 = attack, per row; may be empty where the split does not ask for them (any
/// `by` but label, with train_on = all). `origins`: where each row came from, for `by` file; may be empty otherwise.
///
/// By time everything is in order of time: train, calibration, validation, test; rows of the same time stay in the
/// order of the table. By entity calibration and validation are shares of the entities that have kept rows, too, and
/// the rows that train_on leaves out go to validation only where no row of their entity trains or calibrates. Otherwise
/// rows are drawn at random, by the seed.
///
/// Throws Error (kind usage) naming the setting where it is out of its range, where a column or file is not there, and
/// where labels are needed and absent; Error where a class that is asked for has no rows, where rows have no time, and
/// where no row is left to train or to test on. O(n log n).
Split split_rows(const Table& table, std::span<const std::uint8_t> labels, const RowOrigins& origins,
                 const SplitSettings& settings);

}  // namespace netstray
