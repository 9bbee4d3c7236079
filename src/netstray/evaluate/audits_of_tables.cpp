// Audits of what a study's tables went through before they were split.

#include <algorithm>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/evaluate/audit_context.h"
#include "netstray/evaluate/study_audit_context.h"

namespace netstray {
namespace {

using enum Audit::Severity;

constexpr double kManyDropped = .01;  // of the rows on a join's left

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Whether it is known of every detector that no copy of a row it was fitted on is in its test.
bool no_copies_in_tests(const StudyFacts& facts) {
  return !facts.detectors.empty() && std::ranges::all_of(facts.detectors, [](const DetectorFacts& detector) {
    return detector.test_rows_copied.value_or(1) == 0;
  });
}

std::string copies_text(const StudyFacts& facts) {
  return no_copies_in_tests(facts) ? " No test holds a copy of a row that was fitted on."
                                   : " A split that does not keep such copies together puts them on both sides.";
}

}  // namespace

std::vector<Audit> audit_joined_rows(const StudyFacts& facts) {
  std::vector<Audit> audits;
  for (const auto& join : facts.joins) {
    const double dropped = share_of(join.dropped_rows, join.left_rows);
    const double multiplied = share_of(join.multiplied_rows, join.left_rows);
    auto text =
        fmt::format("The join {} made {} of {}.", join.name, rows_text(join.result_rows), grouped(join.left_rows));
    if (join.multiplied_rows > 0)
      text += fmt::format(" {} ({}) met more than one, so some events count more often than others.",
                          rows_text(join.multiplied_rows), percent_text(multiplied)) +
              copies_text(facts);
    if (join.dropped_rows > 0)
      text += fmt::format(" {} ({}) met none: of such traffic nothing is said.", rows_text(join.dropped_rows),
                          percent_text(dropped));
    if (join.multiplied_rows == 0 && join.dropped_rows == 0) text += " Each row met exactly one.";
    const bool matters = join.multiplied_rows > 0 || dropped > kManyDropped;
    audits.push_back({"joined-rows", matters ? warning : note, multiplied, std::move(text)});
  }
  return audits;
}

std::vector<Audit> audit_identity_as_number(const StudyFacts& facts) {
  std::vector<Audit> audits;
  for (const auto& column : facts.numbered) {
    auto text = fmt::format("{} numbers {} values in the order in which they are first seen", column.column,
                            grouped(column.values));
    if (column.learned_as_number)
      audits.push_back({"identity-as-number", warning, static_cast<double>(column.values),
                        text + ", and is learned as a number: to the model the values 1 and 2 are neighbours, though "
                               "they have nothing in common. Another order of rows gives another result. Leave it out, "
                               "or learn it as a category."});
    else
      audits.push_back({"identity-as-number", note, 0, text + ", and is not learned as a number."});
  }
  return audits;
}

std::vector<Audit> audit_lags_across_entities(const StudyFacts& facts) {
  std::vector<Audit> audits;
  for (const auto& lags : facts.lags) {
    const auto what = fmt::format("The {} of the {} events before ({})", lags.columns.size() == 1 ? "value" : "values",
                                  lags.events, names_text(lags.columns));
    const double share = share_of(lags.rows_across_entities, lags.rows);
    if (lags.rows_across_entities > 0)
      audits.push_back({"lags-across-entities", warning, share,
                        fmt::format("{} come from another {} in {} ({}): there the model learns from a history that "
                                    "nobody had.",
                                    what, lags.entity.empty() ? "entity" : lags.entity,
                                    rows_text(lags.rows_across_entities), percent_text(share))});
    else if (lags.entity.empty())
      audits.push_back(
          {"lags-across-entities", note, 0, what + " are those of the table as a whole: it has one history."});
    else
      audits.push_back(
          {"lags-across-entities", note, 0, fmt::format("{} are of the same {} always.", what, lags.entity)});
  }
  return audits;
}

std::vector<Audit> audit_sampled_before_split(const StudyFacts& facts) {
  std::vector<Audit> audits;
  for (const auto& sampling : facts.samplings) {
    auto text =
        fmt::format("Before the split, {} of {} were drawn {} replacement ({}).", rows_text(sampling.rows_after),
                    grouped(sampling.rows_before), sampling.with_replacement ? "with" : "without", sampling.name);
    const bool risky = sampling.with_replacement && !no_copies_in_tests(facts);
    if (risky) text += " So a row may have been drawn more than once.";
    if (sampling.with_replacement) text += copies_text(facts);
    text +=
        " The test has the share of attacks that the drawing gave it: its precision and accuracy are not those of real "
        "traffic.";
    audits.push_back({"sampled-before-split", risky ? warning : note, risky ? 1.0 : 0.0, std::move(text)});
  }
  return audits;
}

}  // namespace netstray
