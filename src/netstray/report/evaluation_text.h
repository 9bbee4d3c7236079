#pragma once

#include <array>
#include <string>

#include "netstray/evaluate/evaluation.h"

namespace netstray {

/// `evaluate` for people at a terminal: what it means in sentences, metrics with their 95 % intervals, confusion table,
/// classification report, families, audits (errors first). `names` are those of class 0 and 1 in the classification
/// report; `source` says what was evaluated. `colour` as in findings_text.h. What cannot be computed is "n/a".
std::string evaluation_text(const Evaluation& evaluation, const std::string& source,
                            const std::array<std::string, 2>& names, bool colour);

}  // namespace netstray
