#include "netstray/report/experiment/words.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/detect/registry.h"
#include "netstray/report/experiment/outcome.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kAssumedDailyRows = 10'000;
constexpr std::uint64_t kFewRows = 20;

/// "fewer than 1", "about 520".
std::string about(double number) {
  if (number == 0) return "none";
  if (number < 1) return "fewer than 1";
  if (number < 9.5) return fmt::format("about {:.0f}", number);
  const double unit = std::pow(10.0, std::max(0.0, std::floor(std::log10(number)) - 1));
  return "about " + grouped(static_cast<std::uint64_t>(std::min(std::round(number / unit) * unit, 1e18)));
}

double daily_normal_rows(const StudyResult& study) { return study.daily ? study.daily->normal : kAssumedDailyRows; }

/// The share of test rows that the larger class has: what calling all rows the same would get right.
double larger_share(const Confusion& confusion) {
  const std::uint64_t positive = confusion.fn + confusion.tp;
  if (confusion.rows() == 0) return kNaN;
  return static_cast<double>(std::max(positive, confusion.rows() - positive)) / static_cast<double>(confusion.rows());
}

Confusion first_confusion(const ExperimentResult& result, const DetectorResult& detector) {
  return detector.seeds.empty() ? Confusion() : of_attacks(detector.seeds.front().confusion, result.attack_is_positive);
}

/// Attacks found less false alarms; NaN where a class is absent.
double youden(const ExperimentResult& result, const DetectorResult& detector) {
  const Spreads found = spreads(result, detector);
  return 1 - found.missed.mean - found.false_alarms.mean;
}

std::string polarity_words(const ExperimentResult& result, const StudyResult& study, const DetectorResult& detector) {
  const ClassNames names = class_names(result);
  if (detector.inverted) {
    const std::string& learned = result.attack_is_positive ? names.attack : names.normal;
    const std::string& strays = result.attack_is_positive ? names.normal : names.attack;
    return fmt::format(
        "It learned what \"{}\" rows look like and calls \"{}\" what strays from them. Below, a row counts as flagged "
        "where it is called \"{}\".",
        learned, strays, names.attack);
  }
  const DetectorInfo* info = find_detector(detector.kind);
  if (info != nullptr && info->supervised) return "It learned from labelled rows of both classes.";
  if (study.train_on == "all") {
    return fmt::format("It learned from all training rows, \"{}\" among them: it can only find what is rare there.",
                       names.attack);
  }
  return {};
}

/// "lies between 4.5 % and 5.5 %", "is 5.0 %".
std::string range_words(const Spread& spread) {
  const std::string least = percent(spread.least);
  const std::string most = percent(spread.most);
  return least == most ? "is " + least : fmt::format("lies between {} and {}", least, most);
}

std::string seeds_words(const ExperimentResult& result, const DetectorResult& detector) {
  if (detector.seeds.size() < 2) return {};
  const Spreads found = spreads(result, detector);
  if (std::isnan(found.missed.mean) || std::isnan(found.false_alarms.mean)) return {};
  const bool same = found.missed.least == found.missed.most && found.false_alarms.least == found.false_alarms.most;
  if (same) return fmt::format("All {} seeds give the same numbers.", detector.seeds.size());
  return fmt::format(
      "These are the numbers of the first seed. Over {} seeds the share of false alarms {}, the share missed {}.",
      detector.seeds.size(), range_words(found.false_alarms), range_words(found.missed));
}

/// How little a share of few rows says.
std::string few_rows_words(const ExperimentResult& result, const DetectorResult& detector) {
  constexpr std::uint64_t kFewNormal = 1'000;
  const Confusion confusion = first_confusion(result, detector);
  const std::uint64_t normal = confusion.tn + confusion.fp;
  if (normal == 0 || normal >= kFewNormal) return {};
  return fmt::format("The test has {} only: a share of false alarms of up to {} cannot be ruled out.",
                     counted(normal, "normal row", "normal rows"), percent(wilson(confusion.fp, normal).high));
}

std::string daily_words(const ExperimentResult& result, const StudyResult& study, const DetectorResult& detector) {
  const Spreads found = spreads(result, detector);
  if (std::isnan(found.false_alarms.mean)) return {};
  const double alarms = found.false_alarms.mean * daily_normal_rows(study);
  const std::string words =
      alarms == 0 ? "no false alarm"
                  : about(alarms) + (about(alarms) == "about 1" || alarms < 1 ? " false alarm" : " false alarms");
  if (!study.daily) {
    return fmt::format("Where {} rows a day are normal (an assumption: the data has no times), that would be {} a day.",
                       grouped(static_cast<std::uint64_t>(kAssumedDailyRows)), words);
  }
  std::string text =
      fmt::format("The data has {} normal rows a day, so that would be {} a day", about(study.daily->normal), words);
  if (!std::isnan(found.missed.mean) && study.daily->attacks > 0) {
    text += fmt::format(", and {} attack rows a day missed", about(found.missed.mean * study.daily->attacks));
  }
  return text + ".";
}

std::string area_words(const DetectorResult& detector) {
  if (!detector.evaluation.intervals) return {};
  const Interval& area = detector.evaluation.intervals->auc;
  if (std::isnan(area.low) || std::isnan(area.high)) return {};
  if (area.high >= 1) {
    return fmt::format(
        "The 95 % interval of its AUC ({}) reaches 1: in this test the two classes hardly overlap, so the test is too "
        "easy, or too small, to tell how the model would do elsewhere.",
        interval_text(area));
  }
  if (area.low <= 0.5 && area.high >= 0.5) {
    return fmt::format("The 95 % interval of its AUC ({}) holds 0.5: this test cannot tell it from guessing.",
                       interval_text(area));
  }
  return {};
}

std::string larger_class_words(const ExperimentResult& result, const DetectorResult& detector) {
  const Confusion confusion = first_confusion(result, detector);
  const double larger = larger_share(confusion);
  const double accuracy = spreads(result, detector).accuracy.mean;
  if (std::isnan(larger) || std::isnan(accuracy) || accuracy > larger) return {};
  const ClassNames names = class_names(result);
  const bool attacks = confusion.fn + confusion.tp > confusion.tn + confusion.fp;
  return fmt::format("Its accuracy of {} is no better than calling every row \"{}\" ({}).", metric_text(accuracy),
                     attacks ? names.attack : names.normal, metric_text(larger));
}

std::string trivial_words(const ExperimentResult& result, const DetectorResult& detector) {
  for (const auto& found : result.audits) {
    const bool own = found.detector == detector.name;
    if (own && found.audit.id == "trivial-models" && found.audit.severity != Audit::Severity::note) {
      return "A trivial model does as well. " + found.audit.text;
    }
  }
  return {};
}

std::string twin_words(const ExperimentResult& result, const DetectorResult& detector) {
  const DetectorResult* clean = clean_twin(result, detector);
  if (clean == nullptr) return {};
  const Spreads leaky = spreads(result, detector);
  const Spreads found = spreads(result, *clean);
  return fmt::format(
      "Without that, as \"{}\", it has an accuracy of {} instead of {}, {} false alarms instead of {}, and misses {} "
      "instead of {}.",
      shown_name(*clean), metric_text(found.accuracy.mean), metric_text(leaky.accuracy.mean),
      percent(found.false_alarms.mean), percent(leaky.false_alarms.mean), percent(found.missed.mean),
      percent(leaky.missed.mean));
}

void add(std::vector<std::string>& words, std::string sentence) {
  if (!sentence.empty()) words.push_back(std::move(sentence));
}

/// "2,704 test rows, of which 29.7 % are attacks".
std::string tested_words(const Confusion& of_attacks) {
  const std::uint64_t attacks = of_attacks.fn + of_attacks.tp;
  return fmt::format("{}, of which {} are attacks", counted(of_attacks.rows(), "test row", "test rows"),
                     percent(static_cast<double>(attacks) / static_cast<double>(of_attacks.rows())));
}

std::string best_words(const ExperimentResult& result, const DetectorResult& best) {
  const StudyResult* study = study_of(result, best.study);
  const Spreads found = spreads(result, best);
  const double j = youden(result, best);
  if (j < 0.05) {
    return fmt::format(
        "None of the models is of use as it stands: even the best, {}, finds {} of the attack rows and flags {} of the "
        "normal ones, which is hardly better than guessing.",
        shown_name(best), percent(1 - found.missed.mean), percent(found.false_alarms.mean));
  }
  const bool any_leaky = std::any_of(result.detectors.begin(), result.detectors.end(),
                                     [](const DetectorResult& one) { return !one.leaks.empty(); });
  const std::string_view opening = !best.leaks.empty() ? "At face value, "
                                   : any_leaky         ? "Of those that looked at no test rows, "
                                                       : "";
  const std::string shares = fmt::format("finds {} of the attack rows and flags {} of the normal ones.",
                                         percent(1 - found.missed.mean), percent(found.false_alarms.mean));
  const Confusion confusion = first_confusion(result, best);
  const std::string where = result.studies.size() > 1 && confusion.rows() > 0
                                ? fmt::format(" (study {}: {})", best.study, tested_words(confusion))
                                : "";
  std::string text = result.detectors.size() == 1
                         ? fmt::format("{} {}", shown_name(best), shares)
                         : fmt::format("{}{} does best at its cut{}: it {}", opening, shown_name(best), where, shares);
  if (study != nullptr) text += " " + daily_words(result, *study, best);
  if (const std::string few = few_rows_words(result, best); !few.empty()) text += " " + few;
  if (best.seeds.size() > 1) {
    text += fmt::format(" Its worst seed misses {}, and its worst flags {} of the normal rows.",
                        percent(found.missed.most), percent(found.false_alarms.most));
  }
  return text;
}

/// The fewest and the most rows that any model was tested on.
std::pair<std::uint64_t, std::uint64_t> fewest_and_most_rows(const ExperimentResult& result) {
  std::pair<std::uint64_t, std::uint64_t> found{std::numeric_limits<std::uint64_t>::max(), 0};
  for (const auto& detector : result.detectors) {
    const std::uint64_t rows = first_confusion(result, detector).rows();
    found = {std::min(found.first, rows), std::max(found.second, rows)};
  }
  return found;
}

std::string tried_words(const ExperimentResult& result) {
  std::string text = counted(result.detectors.size(), "model was", "models were") + " tried";
  if (result.studies.size() > 1) text += fmt::format(" in {} studies", result.studies.size());
  if (result.studies.empty() || result.detectors.empty()) return text + ".";
  const auto [least, most] = fewest_and_most_rows(result);
  if (most == 0) return text + ".";
  if (least < most) {
    return text + fmt::format(", on {} to {} test rows: numbers of different studies are of different rows.",
                              grouped(least), grouped(most));
  }
  return text + fmt::format(" on {}.", tested_words(first_confusion(result, result.detectors.front())));
}

std::string leaks_words(const ExperimentResult& result) {
  const auto leaky = static_cast<std::uint64_t>(std::count_if(
      result.detectors.begin(), result.detectors.end(), [](const DetectorResult& one) { return !one.leaks.empty(); }));
  if (leaky == 0) return {};
  const std::uint64_t all = result.detectors.size();
  if (leaky == all) {
    return fmt::format("{} looked at test rows, so {} more than can be kept. This is marked LEAKY.",
                       all == 1 ? "The model" : "Every model",
                       all == 1 ? "its numbers promise" : "their numbers promise");
  }
  return fmt::format("{} of the {} looked at test rows; {} more than can be kept, and {} marked LEAKY wherever {}.",
                     grouped(leaky), counted(all, "model", "models"),
                     leaky == 1 ? "its numbers promise" : "their numbers promise", leaky == 1 ? "it is" : "they are",
                     leaky == 1 ? "it stands" : "they stand");
}

/// The family of attacks of which even the model that sees it best sees least.
std::string hidden_words(const ExperimentResult& result, const StudyResult& study) {
  struct Seen {
    std::uint64_t rows = 0;
    double most = 0;
    std::string by;
  };
  std::map<std::string, Seen> families;
  for (const auto* detector : detectors_of(result, study.name)) {
    if (!detector->leaks.empty()) continue;
    for (const auto& family : family_shares(result, study, *detector)) {
      Seen& seen = families[family.family];
      seen.rows = family.rows;
      if (family.share() >= seen.most) seen = {family.rows, family.share(), shown_name(*detector)};
    }
  }
  const auto hidden = std::min_element(families.begin(), families.end(), [](const auto& a, const auto& b) {
    const bool few_a = a.second.rows < kFewRows;
    const bool few_b = b.second.rows < kFewRows;
    return few_a != few_b ? few_b : a.second.most < b.second.most;
  });
  if (hidden == families.end() || hidden->second.most >= 0.9 || hidden->second.rows < kFewRows) return {};
  return fmt::format("What stays hidden most is {}: of its {} no model finds more than {} ({}).", hidden->first,
                     counted(hidden->second.rows, "row", "rows"), percent(hidden->second.most), hidden->second.by);
}

std::string all_same_words(const ExperimentResult& result) {
  std::uint64_t known = 0;
  std::uint64_t worse = 0;
  for (const auto& detector : result.detectors) {
    const double larger = larger_share(first_confusion(result, detector));
    const double accuracy = spreads(result, detector).accuracy.mean;
    if (std::isnan(larger) || std::isnan(accuracy)) continue;
    ++known;
    worse += accuracy <= larger ? 1 : 0;
  }
  if (worse == 0 || known < 2) return {};
  if (worse == known) {
    return fmt::format("None of the {} models is right more often than a rule that calls every row the same.",
                       grouped(known));
  }
  return fmt::format("{} of the {} models {} right no more often than a rule that calls every row the same.",
                     grouped(worse), grouped(known), worse == 1 ? "is" : "are");
}

/// Those that cannot be told from the best one.
std::string equals_words(const ExperimentResult& result, const DetectorResult& best) {
  constexpr double kChance = 0.05;
  std::vector<std::string> equals;
  for (const auto& pair : result.pairs) {
    if (pair.study != best.study || (pair.first != best.name && pair.second != best.name)) continue;
    if (!(pair.mcnemar_holm_p > kChance)) continue;
    const std::string& other = pair.first == best.name ? pair.second : pair.first;
    const auto found = std::find_if(result.detectors.begin(), result.detectors.end(),
                                    [&](const DetectorResult& one) { return one.name == other; });
    if (found != result.detectors.end()) equals.push_back(shown_name(*found));
  }
  if (equals.empty()) return {};
  return fmt::format("Between it and {}, the difference in how many verdicts are right may be chance.",
                     join(equals, "; "));
}

}  // namespace

const DetectorResult* best_detector(const ExperimentResult& result) {
  const DetectorResult* best = nullptr;
  for (const auto& detector : result.detectors) {
    if (std::isnan(youden(result, detector))) continue;
    const bool cleaner = best != nullptr && detector.leaks.empty() && !best->leaks.empty();
    const bool as_clean = best != nullptr && detector.leaks.empty() == best->leaks.empty();
    if (best == nullptr || cleaner || (as_clean && youden(result, detector) > youden(result, *best))) best = &detector;
  }
  return best;
}

const DetectorResult* clean_twin(const ExperimentResult& result, const DetectorResult& detector) {
  if (detector.leaks.empty()) return nullptr;
  const DetectorResult* twin = nullptr;
  for (const auto& other : result.detectors) {
    if (!other.leaks.empty() || other.study != detector.study || other.kind != detector.kind) continue;
    const bool better = twin != nullptr && twin->encoding != detector.encoding && other.encoding == detector.encoding;
    if (twin == nullptr || better) twin = &other;
  }
  return twin;
}

std::string daily_assumption(const StudyResult& study) {
  if (!study.daily) return grouped(static_cast<std::uint64_t>(kAssumedDailyRows)) + " normal rows a day assumed";
  return fmt::format("the data has {} normal rows a day", about(study.daily->normal));
}

std::string daily_alarms(const ExperimentResult& result, const StudyResult& study, const DetectorResult& detector) {
  const double share = spreads(result, detector).false_alarms.mean;
  return std::isnan(share) ? "n/a" : about(share * daily_normal_rows(study));
}

std::vector<std::string> answer_words(const ExperimentResult& result) {
  std::vector<std::string> words;
  add(words, tried_words(result));
  const DetectorResult* best = best_detector(result);
  if (best != nullptr) {
    add(words, best_words(result, *best));
    add(words, equals_words(result, *best));
  }
  add(words, leaks_words(result));
  for (const auto& study : result.studies) add(words, hidden_words(result, study));
  add(words, all_same_words(result));
  return words;
}

std::vector<std::string> words_on_detector(const ExperimentResult& result, const StudyResult& study,
                                           const DetectorResult& detector) {
  std::vector<std::string> at_cut;
  add(at_cut, polarity_words(result, study, detector));
  for (auto& sentence : plain_words(evaluation_of_attacks(result, study, detector))) at_cut.push_back(sentence);
  std::vector<std::string> in_use;
  add(in_use, seeds_words(result, detector));
  add(in_use, daily_words(result, study, detector));
  add(in_use, few_rows_words(result, detector));
  std::vector<std::string> doubts;
  add(doubts, area_words(detector));
  add(doubts, larger_class_words(result, detector));
  add(doubts, trivial_words(result, detector));
  add(doubts, twin_words(result, detector));
  std::vector<std::string> paragraphs;
  for (const auto& sentences : {at_cut, in_use, doubts}) add(paragraphs, join(sentences, " "));
  return paragraphs;
}

}  // namespace netstray
