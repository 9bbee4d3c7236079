#pragma once

#include <optional>
#include <string>
#include <vector>

#include "netstray/experiment/study/study_rows.h"
#include "netstray/experiment/tables/make_tables.h"
#include "netstray/report/experiment_result.h"

namespace netstray {

/// What is usual in each number column that a study learns: quantiles of its test rows by class, of at most 20,000 of
/// them that lie evenly apart. Columns in parallel.
std::vector<UsualRange> usual_columns(const StudyRows& rows);

/// How many rows of each class a day has, by the first column of times of `table`, or of the nearest table that it was
/// made from and that has both times and the label. Nothing where there is none, where a step on the way back drew rows
/// from more than one table, where rows were sampled, or where the times span less than a day.
std::optional<DailyRows> daily_rows(const Experiment& experiment, const std::string& table, TableStore& tables);

}  // namespace netstray
