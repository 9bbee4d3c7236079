#pragma once

#include <string>

#include "netstray/report/json.h"
#include "netstray/report/model_summary.h"

namespace netstray {

/// A few lines for the end of `train`: rows, columns, cut. `colour` as in findings_text.h.
std::string trained_text(const ModelSummary& model, bool colour);

/// `models show`: how it was trained, the cut, each learned column with what is usual in it, what was carried and why.
std::string model_text(const ModelSummary& model, bool colour);

/// `models verify`: one line.
std::string verified_text(const ModelCheck& check, bool colour);

}  // namespace netstray
