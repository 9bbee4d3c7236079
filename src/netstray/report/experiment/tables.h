#pragma once

#include "netstray/report/data_table.h"
#include "netstray/report/experiment_result.h"

namespace netstray {

// The tables of an experiment, one function each. One without rows has nothing to say and is left out of the report.
// Tables of one study end their name in the study's: "classes-main".

DataTable comparison_table(const ExperimentResult& result);
DataTable claims_table(const ExperimentResult& result);
DataTable cuts_table(const ExperimentResult& result);
DataTable audits_table(const ExperimentResult& result);
DataTable sources_table(const ExperimentResult& result);

DataTable balance_table(const ExperimentResult& result, const StudyResult& study);
DataTable classes_table(const ExperimentResult& result, const StudyResult& study);
/// Only for detectors that ran with two seeds or more.
DataTable seeds_table(const ExperimentResult& result, const StudyResult& study);
DataTable families_table(const ExperimentResult& result, const StudyResult& study);
DataTable pairs_table(const ExperimentResult& result, const StudyResult& study);
DataTable selection_table(const StudyResult& study);
DataTable usual_table(const ExperimentResult& result, const StudyResult& study);
DataTable importance_table(const ExperimentResult& result, const StudyResult& study);
DataTable settings_table(const ExperimentResult& result, const StudyResult& study);

DataTable columns_table(const TableResult& table);
DataTable head_table(const TableResult& table);
DataTable labels_table(const TableResult& table);

}  // namespace netstray
