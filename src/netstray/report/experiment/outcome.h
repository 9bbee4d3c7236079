#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netstray/metric/metric.h"
#include "netstray/report/experiment_result.h"
#include "netstray/report/picture.h"

namespace netstray {

// What a detector's numbers say of attacks, whichever class the recipe calls positive and whichever it learned. Here a
// row is "flagged" where it is called an attack.

/// Null where there is none of that name.
const StudyResult* study_of(const ExperimentResult& result, const std::string& name);
/// In the result's order.
std::vector<const DetectorResult*> detectors_of(const ExperimentResult& result, const std::string& study);

/// "Gaussian mixture, one component", or the key where it has no title.
const std::string& shown_name(const DetectorResult& detector);
/// The same with LEAKY behind it, where it looked at test rows.
std::string marked_name(const DetectorResult& detector);
/// "The cut was taken from test rows, and the encoding was fitted on them." as one piece of text; "" where nothing is.
std::string leak_words(const DetectorResult& detector);

/// The same table of rows with attacks as the positive class.
Confusion of_attacks(const Confusion& confusion, bool attack_is_positive) noexcept;
/// Higher = more like an attack, as the detector sees it.
std::vector<double> attack_scores(const ExperimentResult& result, const DetectorResult& detector);
/// The cut among attack_scores; nothing where it is not finite.
std::optional<double> attack_cut(const ExperimentResult& result, const DetectorResult& detector);
/// The cut among DetectorResult::scores; nothing where it is not finite.
std::optional<double> positive_cut(const DetectorResult& detector);
/// The detector's own scores (as it made them, before the sign was turned).
std::vector<double> own_scores(const DetectorResult& detector);
/// 1 where a row was called an attack.
std::vector<std::uint8_t> flagged(const ExperimentResult& result, const DetectorResult& detector);

/// The recall of each family of attacks, in order of name, without normal rows; empty where there are no families.
struct FamilyShare {
  std::string family;
  std::uint64_t rows = 0, flagged = 0;
  double share() const noexcept { return static_cast<double>(flagged) / static_cast<double>(rows); }
};
std::vector<FamilyShare> family_shares(const ExperimentResult& result, const StudyResult& study,
                                       const DetectorResult& detector);

/// The detector's first seed as an Evaluation of attacks, for what is written for those (plain_words).
Evaluation evaluation_of_attacks(const ExperimentResult& result, const StudyResult& study,
                                 const DetectorResult& detector);

/// A metric over the seeds.
struct Spread {
  double mean = 0, sd = 0;     ///< sd with n - 1; 0 of one seed
  double least = 0, most = 0;  ///< NaN where any is
  std::size_t seeds = 0;
};
Spread spread_of(const std::vector<double>& values);
/// "0.942 ± 0.003"; without the second where there is one seed.
std::string spread_text(const Spread& spread);
/// "5.2 % ± 0.3 %".
std::string percent_spread_text(const Spread& spread);

/// The usual metrics over the seeds, of the positive class but for the last two.
struct Spreads {
  Spread accuracy, precision, recall, f1, auc, average_precision;
  Spread false_alarms;  ///< share of normal rows called attacks
  Spread missed;        ///< share of attacks not called so
};
Spreads spreads(const ExperimentResult& result, const DetectorResult& detector);

/// What an audit is about: a detector's name, the names of some, "study mixed" where it is of all of a study's and
/// there are several studies, or "" (all of it).
std::string audited(const ExperimentResult& result, const AuditResult& found);

/// Audits of more than this many models or studies that found the same are told together.
inline constexpr std::size_t kMostAlike = 5;
/// The audits of that severity, those with the same id together, in order of the first of each.
std::vector<std::vector<const AuditResult*>> alike_audits(const ExperimentResult& result, Audit::Severity severity);
/// What they are about, each once: "Isolation forest; study mixed; all models".
std::string audited(const ExperimentResult& result, const std::vector<const AuditResult*>& alike);

ClassNames class_names(const ExperimentResult& result);
/// A claim's class as a reader knows it: "normal" and "attack" stand for the recipe's names.
std::string claimed_class(const ExperimentResult& result, const ClaimResult& claim);
/// The class that precision, recall and F1 are of.
std::string positive_name(const ExperimentResult& result);

}  // namespace netstray
