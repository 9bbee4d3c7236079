#pragma once

#include <map>
#include <string>

#include "netstray/experiment/run_folder.h"
#include "netstray/experiment/study/study_rows.h"
#include "netstray/report/experiment_result.h"

namespace netstray {

/// Writes what docs/experiments.md lists, but for models and timings: the page, figures as SVG with their numbers as
/// CSV, tables as CSV and LaTeX, results.json, and each study's test rows with every detector's score and verdict.
/// `rows`: of the first seed, by study.
void write_run(const ExperimentResult& result, const std::map<std::string, StudyRows>& rows, const RunFolder& folder);

}  // namespace netstray
