#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "netstray/evaluate/study_facts.h"

namespace netstray {

/// What is wrong with a declared study as a whole, and with each of its detectors; docs/audits.md has the table. First
/// what is about tables (joined-rows, identity-as-number, lags-across-entities, sampled-before-split), then what is
/// about detectors (trained-on-test, threshold-on-test, encoder-on-test, chosen-on-test, duplicates-across, base-rate,
/// polarity, constant-features, named-for-another-table, scaling, output-activation), then what DetectorFacts::audits
/// say besides. A finding that several detectors share, word for word, stands once; Audit::of names them. Audits about
/// detectors always report, those about tables where there is such a step.
///
/// Whatever was fitted, cut or chosen on test rows is an error, and so are training rows in the test; no setting
/// changes that.
std::vector<Audit> audit_study(const StudyFacts& facts);

/// In what ways a detector's numbers come from the test itself, each as words that follow "LEAKY: " ("the cut was taken
/// from the test's normal rows"). Empty for an honest one.
std::vector<std::string> leaks(const DetectorFacts& facts);

/// Whether a unit of a column weighs in what this kind of detector does (distances, penalties, gradients), so that the
/// scaling of its columns is a part of the result. False for forests and for those that scale by themselves; true for
/// unknown kinds.
bool scale_matters(std::string_view kind) noexcept;

}  // namespace netstray
