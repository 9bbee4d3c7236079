#pragma once

#include <string>
#include <vector>

#include "netstray/evaluate/evaluation.h"
#include "netstray/report/chart.h"
#include "netstray/report/json.h"
#include "netstray/report/model_summary.h"

namespace netstray {

/// What an evaluation's page shows.
struct EvaluationPage {
  std::vector<JsonInput> inputs;           ///< the files that were evaluated
  const Evaluation* evaluation = nullptr;  ///< must be there
  const ModelSummary* model = nullptr;     ///< null where the scores were made elsewhere
  ScoreHistogram histogram;                ///< of the same rows (score_histogram)
  std::string command;                     ///< the command line that makes this page again; may be empty
};

/// One self-contained HTML file (html.h): what was evaluated, the numbers with their intervals and what they mean in
/// plain words, charts, families, audits, and what the model learned. Holds no time of its own, so that the same input
/// gives the same page.
std::string evaluation_page(const EvaluationPage& page);

}  // namespace netstray
