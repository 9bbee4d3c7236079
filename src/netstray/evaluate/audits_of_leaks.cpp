// Audits of what looked at the test before it was tested on.

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/evaluate/audit_context.h"
#include "netstray/evaluate/study_audit_context.h"

namespace netstray {
namespace {

using enum Audit::Severity;

constexpr double kManyEqual = .1;  // of the test rows equal a fitted row

double share_of_test(std::uint64_t rows, const DetectorFacts& facts) {
  return facts.test_rows == 0 ? 0 : static_cast<double>(rows) / static_cast<double>(facts.test_rows);
}

/// Whether a use of these rows is a use of test rows: by name, or because test rows were fitted on.
bool uses_test(RowsUsed rows, const DetectorFacts& facts) {
  return sees_test(rows) || (rows == RowsUsed::train && facts.test_rows_fitted > 0);
}

/// "the test's normal rows"
std::string_view words_for(RowsUsed rows) {
  switch (rows) {
    case RowsUsed::none:
      return "no rows";
    case RowsUsed::train:
      return "the training rows";
    case RowsUsed::calibration:
      return "the calibration rows";
    case RowsUsed::validation:
      return "the validation rows";
    case RowsUsed::test:
      return "the test rows";
    case RowsUsed::test_normals:
      return "the test's normal rows";
    case RowsUsed::all:
      return "all rows, those of the test among them";
  }
  return "";
}

/// The same, where training rows that are test rows must be told.
std::string words_for(RowsUsed rows, const DetectorFacts& facts) {
  auto words = std::string(words_for(rows));
  if (rows == RowsUsed::train && facts.test_rows_fitted > 0) words += ", which are in the test";
  return words;
}

/// What was chosen on which rows, where anything was.
struct Choice {
  std::string_view what;
  std::string_view was;
  RowsUsed from;
};

std::vector<Choice> choices_of(const DetectorFacts& facts) {
  std::vector<Choice> choices;
  for (const auto& choice :
       {Choice{"the columns", "were", facts.columns_from}, Choice{"the end of training", "was", facts.stopped_on},
        Choice{"the settings", "were", facts.tuned_on}})
    if (choice.from != RowsUsed::none) choices.push_back(choice);
  return choices;
}

}  // namespace

std::optional<Audit> audit_trained_on_test(const DetectorContext& context) {
  const auto& facts = context.detector;
  const double share = share_of_test(facts.test_rows_fitted + facts.test_rows_copied.value_or(0), facts);
  if (facts.test_rows_fitted > 0)
    return Audit{
        "trained-on-test", error, share,
        fmt::format("{} of the test ({}) are rows that the model was fitted on: the numbers say how well it "
                    "knows these rows, not how it does on new ones.",
                    rows_text(facts.test_rows_fitted), percent_text(share_of_test(facts.test_rows_fitted, facts)))};
  if (facts.test_rows_copied.value_or(0) > 0)
    return Audit{"trained-on-test", error, share,
                 fmt::format("{} of the test ({}) are copies of rows that the model was fitted on, made by a join or "
                             "by drawing with replacement before the split. Split first, or keep copies together.",
                             rows_text(*facts.test_rows_copied), percent_text(share))};
  return Audit{
      "trained-on-test", note, 0,
      facts.test_rows_copied ? "No test row, and no copy of one, was fitted on." : "No test row was fitted on."};
}

std::optional<Audit> audit_cut_on_test(const DetectorContext& context) {
  const auto& facts = context.detector;
  if (facts.rule.empty()) return std::nullopt;
  if (!uses_test(facts.cut_from, facts))
    return Audit{"threshold-on-test", note, 0,
                 facts.cut_from == RowsUsed::none
                     ? fmt::format("The cut ({}) was not taken from any rows.", facts.rule)
                     : fmt::format("The cut ({}) was taken from {}, none of which are in the test.", facts.rule,
                                   words_for(facts.cut_from))};
  return Audit{"threshold-on-test", error, 1,
               fmt::format("The cut ({}) was taken from {}: it was made to fit the rows that it is judged by, and "
                           "nobody has these when rows are to be judged one by one. Do not compare these verdicts with "
                           "those of an honest cut; take it from calibration rows.",
                           facts.rule, words_for(facts.cut_from, facts))};
}

std::optional<Audit> audit_cut_on_training(const DetectorContext& context) {
  const auto& facts = context.detector;
  if (facts.rule.empty() || facts.cut_from != RowsUsed::train)
    return Audit{"threshold-on-training", note, 0,
                 "The cut was not taken from the scores of the rows that the model was fitted on."};
  return Audit{"threshold-on-training", warning, 1,
               fmt::format("The cut ({}) was taken from the scores of the very rows that the model was fitted on. New "
                           "rows tend to score higher, so it will flag more of them than it seems to promise; take it "
                           "from calibration rows.",
                           facts.rule)};
}

std::optional<Audit> audit_encoder_on_test(const DetectorContext& context) {
  const auto& facts = context.detector;
  if (uses_test(facts.encoder_from, facts))
    return Audit{"encoder-on-test", error, 1,
                 fmt::format("Scaling and categories were taken from {}: the model's numbers already hold the test's "
                             "ranges and means. Take them from the training rows.",
                             words_for(facts.encoder_from, facts))};
  if (!facts.ranked_columns.empty())
    return Audit{
        "encoder-on-test", error, 1,
        fmt::format("Ranks among all rows are learned ({}): a training row's rank already tells where the test's "
                    "rows lie. Let the encoding rank instead, which takes training rows only.",
                    names_text(facts.ranked_columns))};
  return Audit{"encoder-on-test", note, 0,
               fmt::format("Scaling and categories were taken from {}.", words_for(facts.encoder_from))};
}

std::optional<Audit> audit_chosen_on_test(const DetectorContext& context) {
  const auto& facts = context.detector;
  const auto choices = choices_of(facts);
  if (choices.empty()) return std::nullopt;
  std::vector<std::string> honest;
  std::vector<std::string> leaky;
  for (const auto& choice : choices)
    (uses_test(choice.from, facts) ? leaky : honest)
        .push_back(fmt::format("{} on {}", choice.what, words_for(choice.from, facts)));
  if (leaky.empty()) return Audit{"chosen-on-test", note, 0, fmt::format("Chosen: {}.", join(honest, "; "))};
  return Audit{"chosen-on-test", error, static_cast<double>(leaky.size()),
               fmt::format("Chosen: {}. So the study had seen the answers before it was examined.", join(leaky, "; "))};
}

std::optional<Audit> audit_equal_rows(const DetectorContext& context) {
  const auto& facts = context.detector;
  if (!facts.test_rows_like_fitted) return std::nullopt;
  const double share = share_of_test(*facts.test_rows_like_fitted, facts);
  if (*facts.test_rows_like_fitted == 0)
    return Audit{"duplicates-across", note, 0, "No test row equals a fitted row in the learned columns."};
  auto text = fmt::format("{} of the test ({}) equal a fitted row in the learned columns. ",
                          rows_text(*facts.test_rows_like_fitted), percent_text(share));
  if (share <= kManyEqual)
    return Audit{"duplicates-across", note, share, text + "That is too few to sway the metrics much."};
  return Audit{"duplicates-across", warning, share,
               text +
                   "On them the model is tested on what it has seen, so the numbers may be better than on new "
                   "traffic."};
}

std::vector<std::string> leaks(const DetectorFacts& facts) {
  std::vector<std::string> found;
  if (facts.test_rows_fitted > 0)
    found.push_back(fmt::format("it was fitted on {} of the {} test rows", grouped(facts.test_rows_fitted),
                                grouped(facts.test_rows)));
  if (facts.test_rows_copied.value_or(0) > 0)
    found.push_back(fmt::format("it was fitted on copies of {} of the {} test rows", grouped(*facts.test_rows_copied),
                                grouped(facts.test_rows)));
  if (!facts.rule.empty() && uses_test(facts.cut_from, facts))
    found.push_back(fmt::format("the cut was taken from {}", words_for(facts.cut_from, facts)));
  if (uses_test(facts.encoder_from, facts))
    found.push_back(fmt::format("scaling and categories were taken from {}", words_for(facts.encoder_from, facts)));
  if (!facts.ranked_columns.empty())
    found.push_back(fmt::format("{} {} ranks among all rows, those of the test among them",
                                names_text(facts.ranked_columns), facts.ranked_columns.size() == 1 ? "holds" : "hold"));
  for (const auto& choice : choices_of(facts))
    if (uses_test(choice.from, facts))
      found.push_back(fmt::format("{} {} chosen on {}", choice.what, choice.was, words_for(choice.from, facts)));
  return found;
}

}  // namespace netstray
