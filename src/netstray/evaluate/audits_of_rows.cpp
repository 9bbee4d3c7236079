// Audits that compare rows: with each other, with the training rows, and with their labels.

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/evaluate/audit_context.h"
#include "netstray/evaluate/ceiling.h"
#include "netstray/evaluate/trivial_models.h"

namespace netstray {
namespace {

using enum Audit::Severity;

constexpr double kManyDuplicates = .1;
constexpr double kSameData = .75;    // of rows known from training: with a fifth kept for calibration .8 would be all
constexpr double kLowCeiling = .99;  // accuracy
constexpr double kAsGood = .005;     // AUC

double share_of(std::uint64_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

bool has_both_classes(std::span<const std::uint8_t> labels) {
  return std::ranges::any_of(labels, [](std::uint8_t label) { return label != 0; }) &&
         std::ranges::any_of(labels, [](std::uint8_t label) { return label == 0; });
}

}  // namespace

std::optional<Audit> audit_duplicates_within(const AuditContext& context) {
  if (context.columns.empty()) return std::nullopt;
  const auto& sorted = context.sorted_rows;
  std::uint64_t distinct = 0;
  std::uint64_t repeated = 0;
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin + 1;
    while (end < sorted.size() && sorted[end] == sorted[begin]) ++end;
    ++distinct;
    if (end - begin > 1) repeated += end - begin;
    begin = end;
  }
  const double share = share_of(repeated, sorted.size());
  if (repeated == 0)
    return Audit{"duplicates-within", note, 0,
                 "No two of these rows are equal in the learned columns: each counts once."};
  const bool many = share > kManyDuplicates;
  return Audit{"duplicates-within", many ? warning : note, share,
               fmt::format("{} ({}) equal another row of this test; of {} only {} are distinct. {}",
                           rows_text(repeated), percent_text(share), rows_text(sorted.size()), grouped(distinct),
                           many ? "The metrics count such rows many times, so a few kinds of traffic can decide them; "
                                  "look at the families, and at the metrics on distinct rows."
                                : "That is too few to sway the metrics much.")};
}

std::optional<Audit> audit_duplicates_across(const AuditContext& context) {
  if (context.columns.empty() || context.input.model == nullptr) return std::nullopt;
  const auto& training = context.input.model->fingerprints;
  if (training.empty())
    return Audit{
        "duplicates-across", note, 0,
        "The model does not remember its training rows, so this cannot tell whether test rows were among them."};
  const auto known = static_cast<std::uint64_t>(std::ranges::count_if(
      context.rows, [&](std::uint64_t row) { return std::ranges::binary_search(training, row); }));
  const double share = share_of(known, context.rows.size());
  if (known == 0)
    return Audit{"duplicates-across", note, 0, "No test row equals a training row in the learned columns."};
  const auto found = fmt::format("{} of the test ({}) equal a training row in the learned columns. ", rows_text(known),
                                 percent_text(share));
  if (!context.input.digest.empty() && context.input.digest == context.input.model->record.digest)
    return Audit{
        "duplicates-across", error, share,
        found +
            "This is the very file that the model was trained on: the numbers say how well the model knows these "
            "rows, not how it does on new ones."};
  if (share >= kSameData)
    return Audit{"duplicates-across", error, share,
                 found +
                     "This looks like the training data itself: the numbers say how well the model knows these rows, "
                     "not how it does on new ones."};
  if (share > kManyDuplicates)
    return Audit{"duplicates-across", warning, share,
                 found +
                     "On them the model is tested on what it has seen, so the numbers may be better than on new "
                     "traffic."};
  return Audit{"duplicates-across", note, share, found + "That is too few to sway the metrics much."};
}

std::optional<Audit> audit_ceiling(const AuditContext& context) {
  const auto labels = context.labels();
  if (context.columns.empty() || labels.empty()) return std::nullopt;
  const auto ceiling = find_ceiling(context.rows, labels);
  if (ceiling.unavoidable == 0)
    return Audit{"ceiling", note, 1,
                 "No two rows that are equal in the learned columns have different labels: the columns set no limit to "
                 "accuracy."};
  const auto* evaluation = context.input.evaluation;
  const double accuracy =
      evaluation != nullptr && evaluation->confusion ? evaluation->confusion->accuracy() : std::nan("");
  auto text = fmt::format(
      "{} equal rows of the other label in all learned columns, so no model on these columns can be right on more than "
      "{} of this test (accuracy {}).",
      rows_text(ceiling.conflicting), percent_text(ceiling.accuracy), decimal_text(ceiling.accuracy));
  if (accuracy > ceiling.accuracy + 1e-9)
    return Audit{
        "ceiling", error, ceiling.accuracy,
        fmt::format("{} The accuracy measured is {}: higher than possible, so the scores or verdicts know more "
                    "than the columns, such as the labels.",
                    text, decimal_text(accuracy))};
  const bool low = ceiling.accuracy < kLowCeiling;
  if (low) text += " More than that needs other columns.";
  return Audit{"ceiling", low ? warning : note, ceiling.accuracy, std::move(text)};
}

std::optional<Audit> audit_trivial_models(const AuditContext& context) {
  const auto& input = context.input;
  const auto labels = context.labels();
  if (context.columns.empty() || labels.empty() || input.model == nullptr) return std::nullopt;
  if (!has_both_classes(labels))
    return Audit{"trivial-models", note, std::nan(""),
                 "Trivial models cannot be compared: this test has rows of one class only."};
  const auto models = trivial_models({*input.table, input.model->encoder(), context.columns, context.rows,
                                      input.model->fingerprints, context.unusual(), input.seed});
  const auto& best = *std::ranges::max_element(models, {}, &TrivialModel::auc);
  std::vector<std::string> named;
  named.reserve(models.size());
  for (const auto& model : models) named.push_back(fmt::format("{} {}", model.what, decimal_text(model.auc)));
  const double auc = input.evaluation == nullptr ? std::nan("") : input.evaluation->auc;
  const auto list = fmt::format("AUC of models that learn next to nothing: {}", join(named, "; "));
  if (std::isnan(auc)) return Audit{"trivial-models", note, best.auc, list + "."};
  const bool as_good = best.auc >= auc - kAsGood;
  return Audit{"trivial-models", as_good ? warning : note, best.auc,
               fmt::format("{}; this model: {}. {}", list, decimal_text(auc),
                           as_good ? fmt::format("So {} does as well or better: the test does not show that the "
                                                 "model learned more than that.",
                                                 best.what)
                                   : "The model does better than all of them.")};
}

}  // namespace netstray
