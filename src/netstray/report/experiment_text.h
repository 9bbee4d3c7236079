#pragma once

#include <string>
#include <string_view>

#include "netstray/report/experiment_result.h"

namespace netstray {

/// What a run found, for people at a terminal: a line per detector, the answer in words, claims against what was found,
/// audits that are errors or warnings in a line each, and where the page is (`folder`, as it was named; "" leaves that
/// line out). `colour` as in findings_text.h. What cannot be computed is "n/a".
std::string experiment_text(const ExperimentResult& result, const ExperimentSeconds& seconds, bool colour,
                            std::string_view folder = {});

}  // namespace netstray
