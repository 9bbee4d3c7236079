#pragma once

#include <map>
#include <string>
#include <vector>

#include "netstray/evaluate/study_facts.h"
#include "netstray/experiment/experiment.h"
#include "netstray/experiment/study/study_rows.h"
#include "netstray/experiment/tables/make_tables.h"
#include "netstray/report/experiment_result.h"

namespace netstray {

/// What is wrong with the experiment: with its detectors (`detectors`, in the recipe's order), and with how the tables
/// of its studies were made. `first_rows`: of each study, as the first seed parted them. A join, lag or sampling that
/// several tables share, as one was made from the other, is told once.
std::vector<AuditResult> audit_run(const Experiment& experiment, std::vector<DetectorFacts> detectors,
                                   TableStore& tables, const std::map<std::string, StudyRows>& first_rows);

}  // namespace netstray
