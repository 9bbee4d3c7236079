#pragma once

#include <array>
#include <string>

#include "netstray/metric/metric.h"

namespace netstray {

/// The text of scikit-learn's classification_report(labels, verdicts, target_names=names), byte for byte (two digits,
/// zero_division=0): per class precision, recall, F1 and support, then accuracy, macro and weighted averages. As there,
/// a class that is neither in the labels nor in the verdicts has no row. `names` are those of class 0 and 1.
std::string classification_report(const Confusion& confusion, const std::array<std::string, 2>& names = {"0", "1"});

}  // namespace netstray
