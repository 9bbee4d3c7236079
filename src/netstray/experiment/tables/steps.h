#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "netstray/experiment/experiment.h"
#include "netstray/experiment/tables/made_table.h"

namespace netstray {

/// What a step may look at beside its own table.
struct StepContext {
  const Experiment& experiment;
  std::function<const Table&(const std::string& name)> table_named;  ///< a source's or a table's rows
  std::function<std::string(const std::string& source)> file_of;     ///< the path of a source's file; throws Error
  std::uint64_t seed = 0;                                            ///< of this step
};

/// Does one step, and notes in words what it did. Throws Error for what cannot be done; the caller says where.
void apply_step(const StepSpec& step, MadeTable& made, const StepContext& context);

/// The two halves of it; each is told only its own steps. Steps that choose, repeat or put together rows:
void apply_row_step(const StepSpec& step, MadeTable& made, const StepContext& context);
/// and those that make, change or leave out columns.
void apply_column_step(const StepSpec& step, MadeTable& made, const StepContext& context);

/// Rows of one class brought to the size that a `sample` step says: which rows, in which order. Also used for the
/// training rows of a study. `labels`: 1 = attack. Throws Error as resize_class, before it takes any memory where there
/// would be over `most_rows`.
std::vector<std::uint32_t> sampled_rows(const StepSpec& step, std::span<const std::uint8_t> labels, std::uint64_t seed,
                                        std::uint64_t most_rows);
/// How many rows like those of the table fit into half the memory that there is.
std::uint64_t rows_that_fit(const Table& table);
/// "normal rows drawn with replacement to 1 per attack"
std::string sample_words(const StepSpec& step);

}  // namespace netstray
