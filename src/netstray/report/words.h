#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/evaluate/evaluation.h"

namespace netstray {

/// A share in [0, 1] as "5.2 %", two significant digits or more; never "100 %" or "0 %" by rounding alone ("99.98 %",
/// "< 0.001 %"). NaN is "n/a".
std::string percent(double share);
/// A share that a person chose, without needless zeros: "1 %", "0.5 %". NaN is "n/a".
std::string chosen_percent(double share);
/// A metric in [0, 1] with three decimals: "0.942"; never "1.000" or "0.000" by rounding alone. NaN is "n/a".
std::string metric_text(double value);
/// A p-value with two significant digits: "0.0021". NaN is "n/a".
std::string p_value_text(double value);
/// "1 row", "12,833 rows".
std::string counted(std::uint64_t number, std::string_view singular, std::string_view plural);
/// "0.931 to 0.945".
std::string interval_text(const Interval& interval);
/// "5.1 % to 5.4 %".
std::string percent_interval_text(const Interval& interval);

/// One reason: "src_bytes 54540 (usually 105 to 330)", "service ecr_i (usually http, smtp)", "land 1 (always 0)".
/// Safe to print on one line.
std::string reason_text(const Reason& reason);
/// What is usual, as it stands in the parentheses: "usually 105 to 330", "always 0".
std::string usual_text(const Reason& reason);
/// All reasons in one cell of a table: "src_bytes=54540 (usually 105 to 330); service=ecr_i (usually http, smtp)".
std::string reasons_cell(std::span<const Reason> reasons);

/// What an evaluation means for someone who would run the model: sentences on false alarms, on what is missed and which
/// family most, and on what share of the flagged rows is real, here and where attacks are rare. Says so where a number
/// cannot be had (one class absent, no cut).
std::vector<std::string> plain_words(const Evaluation& evaluation);

/// Errors first, then warnings, then notes; otherwise in their order.
std::vector<Audit> by_severity(std::vector<Audit> audits);

/// The verdict on a promise: whether the measured share of false alarms lies where it should.
enum class Promise {
  none,      ///< nothing was promised, or nothing can be measured
  kept,      ///< within the interval
  too_many,  ///< above it
  too_few    ///< below it
};
Promise promise_of(const FalseAlarms& alarms) noexcept;

}  // namespace netstray
