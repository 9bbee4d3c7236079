#include "netstray/report/experiment/outcome.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? kNaN : static_cast<double>(part) / static_cast<double>(whole);
}

/// -1 where a high score means normal.
double attack_sign(const ExperimentResult& result) { return result.attack_is_positive ? 1 : -1; }

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

}  // namespace

const StudyResult* study_of(const ExperimentResult& result, const std::string& name) {
  const auto found = std::find_if(result.studies.begin(), result.studies.end(),
                                  [&](const StudyResult& study) { return study.name == name; });
  return found == result.studies.end() ? nullptr : &*found;
}

std::vector<const DetectorResult*> detectors_of(const ExperimentResult& result, const std::string& study) {
  std::vector<const DetectorResult*> found;
  for (const auto& detector : result.detectors) {
    if (detector.study == study) found.push_back(&detector);
  }
  return found;
}

const std::string& shown_name(const DetectorResult& detector) {
  return detector.title.empty() ? detector.name : detector.title;
}

std::string marked_name(const DetectorResult& detector) {
  return detector.leaks.empty() ? shown_name(detector) : shown_name(detector) + " LEAKY";
}

std::string leak_words(const DetectorResult& detector) { return join(detector.leaks, "; "); }

Confusion of_attacks(const Confusion& confusion, bool attack_is_positive) noexcept {
  if (attack_is_positive) return confusion;
  return {confusion.tp, confusion.fn, confusion.fp, confusion.tn};
}

std::vector<double> attack_scores(const ExperimentResult& result, const DetectorResult& detector) {
  std::vector<double> scores = detector.scores;
  for (double& score : scores) score *= attack_sign(result);
  return scores;
}

std::optional<double> positive_cut(const DetectorResult& detector) {
  return finite(detector.inverted ? -detector.cut : detector.cut);
}

std::optional<double> attack_cut(const ExperimentResult& result, const DetectorResult& detector) {
  const auto cut = positive_cut(detector);
  return cut ? std::optional<double>(*cut * attack_sign(result)) : std::nullopt;
}

std::vector<double> own_scores(const DetectorResult& detector) {
  std::vector<double> scores = detector.scores;
  for (double& score : scores) score *= detector.inverted ? -1 : 1;
  return scores;
}

std::vector<std::uint8_t> flagged(const ExperimentResult& result, const DetectorResult& detector) {
  std::vector<std::uint8_t> rows = detector.verdicts;
  if (!result.attack_is_positive) {
    for (auto& row : rows) row = row == 0 ? 1 : 0;
  }
  return rows;
}

std::vector<FamilyShare> family_shares(const ExperimentResult& result, const StudyResult& study,
                                       const DetectorResult& detector) {
  const std::vector<std::uint8_t> rows = flagged(result, detector);
  const std::size_t known = std::min({study.families.size(), study.labels.size(), rows.size()});
  std::map<std::string, FamilyShare> families;
  for (std::size_t i = 0; i < known; ++i) {
    if (study.labels[i] == 0) continue;
    FamilyShare& family = families[study.families[i]];
    ++family.rows;
    family.flagged += rows[i];
  }
  std::vector<FamilyShare> found;
  for (auto& [name, family] : families) {
    family.family = name;
    found.push_back(family);
  }
  return found;
}

Evaluation evaluation_of_attacks(const ExperimentResult& result, const StudyResult& study,
                                 const DetectorResult& detector) {
  Evaluation evaluation = detector.evaluation;
  if (!evaluation.confusion && !detector.seeds.empty()) evaluation.confusion = detector.seeds.front().confusion;
  if (!evaluation.confusion) return evaluation;
  evaluation.confusion = of_attacks(*evaluation.confusion, result.attack_is_positive);
  const Confusion& confusion = *evaluation.confusion;
  evaluation.rows = confusion.rows();
  evaluation.attacks = confusion.fn + confusion.tp;
  if (!result.attack_is_positive || detector.inverted) {
    evaluation.false_alarms = {};  // what was promised was of other rows
    evaluation.cut.reset();
  }
  evaluation.false_alarms.measured = share(confusion.fp, confusion.tn + confusion.fp);
  evaluation.families.clear();
  for (const auto& family : family_shares(result, study, detector)) {
    evaluation.families.push_back({family.family, family.rows, family.share(), kNaN, kNaN});
  }
  return evaluation;
}

Spread spread_of(const std::vector<double>& values) {
  Spread spread{kNaN, 0, kNaN, kNaN, values.size()};
  const bool known = std::none_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
  if (values.empty() || !known) return spread;
  const auto count = static_cast<double>(values.size());
  spread.least = *std::min_element(values.begin(), values.end());
  spread.most = *std::max_element(values.begin(), values.end());
  if (spread.least == spread.most) {
    spread.mean = spread.least;
    return spread;
  }
  spread.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
  spread.sd = std::sqrt(squares / (count - 1));
  return spread;
}

std::string spread_text(const Spread& spread) {
  if (spread.seeds < 2 || std::isnan(spread.mean)) return metric_text(spread.mean);
  const bool tiny = spread.sd > 0 && spread.sd < 0.0005;
  return fmt::format("{} ± {}", metric_text(spread.mean), tiny ? "< 0.001" : fmt::format("{:.3f}", spread.sd));
}

std::string percent_spread_text(const Spread& spread) {
  if (spread.seeds < 2 || std::isnan(spread.mean)) return percent(spread.mean);
  const bool tiny = spread.sd > 0 && spread.sd < 0.0005;
  return fmt::format("{} ± {} %", percent(spread.mean), tiny ? "< 0.1" : fmt::format("{:.1f}", spread.sd * 100));
}

Spreads spreads(const ExperimentResult& result, const DetectorResult& detector) {
  const auto over_seeds = [&](const auto& metric) {
    std::vector<double> values;
    values.reserve(detector.seeds.size());
    for (const auto& seed : detector.seeds) values.push_back(metric(seed));
    return spread_of(values);
  };
  const auto of_positive = [&](const auto& metric) {
    return over_seeds([&](const SeedResult& seed) {
      return seed.confusion.fn + seed.confusion.tp == 0 ? kNaN : metric(seed.confusion);
    });
  };
  const auto as_attacks = [&](const SeedResult& seed) { return of_attacks(seed.confusion, result.attack_is_positive); };
  return {over_seeds([](const SeedResult& seed) { return seed.confusion.accuracy(); }),
          of_positive([](const Confusion& confusion) { return confusion.precision(); }),
          of_positive([](const Confusion& confusion) { return confusion.recall(); }),
          of_positive([](const Confusion& confusion) { return confusion.f1(); }),
          over_seeds([](const SeedResult& seed) { return seed.auc; }),
          over_seeds([](const SeedResult& seed) { return seed.average_precision; }),
          over_seeds([&](const SeedResult& seed) { return as_attacks(seed).false_positive_rate(); }),
          over_seeds([&](const SeedResult& seed) {
            const Confusion confusion = as_attacks(seed);
            return share(confusion.fn, confusion.fn + confusion.tp);
          })};
}

std::string audited(const ExperimentResult& result, const AuditResult& found) {
  for (const auto& detector : result.detectors) {
    if (detector.name == found.detector) return shown_name(detector);
  }
  if (!found.detector.empty()) return found.detector;
  const auto& of = found.audit.of;
  const auto judged = std::count_if(result.detectors.begin(), result.detectors.end(), [&](const auto& detector) {
    return found.study.empty() || detector.study == found.study;
  });
  if (!of.empty() && std::ssize(of) < judged) {
    std::vector<std::string> names;
    for (const auto& detector : result.detectors) {
      if (std::find(of.begin(), of.end(), detector.name) != of.end()) names.push_back(shown_name(detector));
    }
    return join(names, "; ");
  }
  return found.study.empty() || result.studies.size() < 2 ? "" : "study " + found.study;
}

std::vector<std::vector<const AuditResult*>> alike_audits(const ExperimentResult& result, Audit::Severity severity) {
  std::vector<std::vector<const AuditResult*>> groups;
  for (const auto& found : result.audits) {
    if (found.audit.severity != severity) continue;
    const auto group = std::find_if(groups.begin(), groups.end(),
                                    [&](const auto& alike) { return alike.front()->audit.id == found.audit.id; });
    if (group != groups.end()) {
      group->push_back(&found);
    } else {
      groups.push_back({&found});
    }
  }
  return groups;
}

std::string audited(const ExperimentResult& result, const std::vector<const AuditResult*>& alike) {
  std::vector<std::string> names;
  for (const auto* found : alike) {
    std::string about = audited(result, *found);
    if (about.empty()) about = result.studies.size() < 2 ? "the study" : "all models";
    if (std::find(names.begin(), names.end(), about) == names.end()) names.push_back(std::move(about));
  }
  return join(names, "; ");
}

ClassNames class_names(const ExperimentResult& result) {
  return {result.normal_name.empty() ? "normal" : result.normal_name,
          result.attack_name.empty() ? "attack" : result.attack_name};
}

std::string claimed_class(const ExperimentResult& result, const ClaimResult& claim) {
  const ClassNames names = class_names(result);
  return claim.class_name == "normal" ? names.normal : claim.class_name == "attack" ? names.attack : claim.class_name;
}

std::string positive_name(const ExperimentResult& result) {
  const ClassNames names = class_names(result);
  return result.attack_is_positive ? names.attack : names.normal;
}

}  // namespace netstray
