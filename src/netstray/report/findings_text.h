#pragma once

#include <span>
#include <string>

#include "netstray/report/findings.h"
#include "netstray/report/json.h"

namespace netstray {

// Answers for people at a terminal. `colour`: emphasis by escape sequences (colour_wanted), plain text otherwise. Text
// that comes from data is made printable. Lines are not wrapped, apart from sentences, which are at 100 columns.

/// `scan`: what was read, notes (a reader must see them before the list), then the ranked rows, each with what says
/// which row it is and its reasons; a weight stands beside each reason.
std::string scan_text(const ScanResult& result, const std::string& source, std::span<const JsonWarning> notes,
                      bool colour);

/// `explain`: for each row its verdict, score, p-value in words, and a table of its reasons.
std::string explain_text(const Explanation& explanation, const std::string& source, bool colour);

/// The end of `score`: what was flagged against what was asked, and what training never saw.
std::string score_text(const ScoreSummary& summary, bool colour);

}  // namespace netstray
