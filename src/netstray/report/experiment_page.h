#pragma once

#include <string>
#include <vector>

#include "netstray/report/data_table.h"
#include "netstray/report/experiment_result.h"
#include "netstray/report/picture.h"

namespace netstray {

// What a run of an experiment leaves for people. All functions depend on nothing but the result given (no clock, no
// threads), are thread-safe, and show a number that cannot be had as "n/a". What looked at test rows is marked LEAKY
// wherever its numbers stand. "Attack" and "normal" are called what the recipe calls them.

/// Every picture that applies, in the order of the page. Names are unique and say what and whose: "roc-main",
/// "confusion-gmm", "points-main-inputs", "map-user-7". A picture without data is left out, apart from those of a class
/// that is absent: they say so. Draws with threads(); costs a few sorts of the scores per detector.
std::vector<Picture> experiment_pictures(const ExperimentResult& result);

/// Every table that applies, in the order of the page: "comparison", "claims", "cuts", "audits", "classes-main",
/// "families-main", "columns-flows", ...; names are unique.
std::vector<DataTable> experiment_tables(const ExperimentResult& result);

/// All of it at once, so that pictures are drawn only once.
struct ExperimentReport {
  std::vector<Picture> pictures;
  std::vector<DataTable> tables;
  std::string page;  ///< one self-contained HTML file (html.h)
};
ExperimentReport experiment_report(const ExperimentResult& result);

/// The page alone: the answer in plain words first, then the comparison, what was claimed, the audits, and each study
/// with its detectors; at the end the data, and the command that makes it again.
std::string experiment_page(const ExperimentResult& result);

}  // namespace netstray
