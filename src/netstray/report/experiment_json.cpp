#include "netstray/report/experiment_json.h"

#include <cmath>
#include <optional>

#include <nlohmann/json.hpp>

#include "netstray/report/experiment/outcome.h"

namespace netstray {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

template <typename Items, typename Function>
Json array_of(const Items& items, const Function& to_json) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(to_json(item));
  return array;
}

Json interval_json(const Interval& interval) {
  return Json{{"low", number(interval.low)}, {"high", number(interval.high)}};
}

Json source_json(const SourceResult& source) {
  return Json{{"name", source.name},
              {"path", text_or_null(source.path)},
              {"format", text_or_null(source.format)},
              {"digest", text_or_null(source.digest)},
              {"rows", source.rows},
              {"made_up", source.made_up},
              {"note", text_or_null(source.note)}};
}

Json table_json(const TableResult& table) {
  return Json{
      {"name", table.name},
      {"rows", table.rows},
      {"columns", array_of(table.columns,
                           [](const TableResult::Column& column) {
                             return Json{{"name", column.name},
                                         {"type", column.type},
                                         {"missing", column.missing},
                                         {"distinct", column.distinct}};
                           })},
      {"labels",
       array_of(table.labels, [](const auto& label) { return Json{{"value", label.first}, {"rows", label.second}}; })},
      {"steps", table.steps}};
}

Json elbow_json(const std::optional<ElbowResult>& elbow) {
  if (!elbow) return nullptr;
  return Json{{"clusters", elbow->clusters},
              {"inertia", array_of(elbow->inertia, [](double value) { return number(value); })},
              {"chosen", elbow->chosen == 0 ? Json(nullptr) : Json(elbow->chosen)}};
}

Json usual_json(const UsualRange& range) {
  return Json{{"column", range.feature},
              {"normal", {number(range.low), number(range.median), number(range.high)}},
              {"attack", {number(range.attack_low), number(range.attack_median), number(range.attack_high)}}};
}

Json daily_json(const std::optional<DailyRows>& daily) {
  if (!daily) return nullptr;
  return Json{{"normal", number(daily->normal)}, {"attacks", number(daily->attacks)}, {"days", number(daily->days)}};
}

Json study_json(const StudyResult& study) {
  return Json{
      {"name", study.name},
      {"title", text_or_null(study.title)},
      {"table", study.table},
      {"split", study.split},
      {"train_on", study.train_on},
      {"balance", array_of(study.balance,
                           [](const StageBalance& stage) {
                             return Json{{"stage", stage.stage}, {"normal", stage.normal}, {"attacks", stage.attacks}};
                           })},
      {"features", study.features},
      {"selection", array_of(study.selection,
                             [](const auto& column) {
                               return Json{{"column", column.first}, {"mutual_information", number(column.second)}};
                             })},
      {"points", array_of(study.points,
                          [](const PointsResult& points) {
                            return Json{{"title", points.title},
                                        {"points", points.x.size()},
                                        {"of_rows", points.of_rows},
                                        {"divergence", number(points.divergence)}};
                          })},
      {"elbow", elbow_json(study.elbow)},
      {"usual", array_of(study.usual, usual_json)},
      {"rows_per_day", daily_json(study.daily)}};
}

Json confusion_json(const Confusion& confusion) {
  return Json{{"tn", confusion.tn}, {"fp", confusion.fp}, {"fn", confusion.fn}, {"tp", confusion.tp}};
}

Json seed_json(const SeedResult& seed, bool attack_is_positive) {
  return Json{{"seed", seed.seed},
              {"threshold", number(seed.cut)},
              {"confusion", confusion_json(seed.confusion)},
              {"accuracy", number(seed.confusion.accuracy())},
              {"precision", number(seed.confusion.precision())},
              {"recall", number(seed.confusion.recall())},
              {"f1", number(seed.confusion.f1())},
              {"false_alarms", number(of_attacks(seed.confusion, attack_is_positive).false_positive_rate())},
              {"auc", number(seed.auc)},
              {"average_precision", number(seed.average_precision)},
              {"recall_at_fpr", {{"0.01", number(seed.recall_at_fpr_01)}, {"0.05", number(seed.recall_at_fpr_05)}}}};
}

Json class_json(const std::string& name, const ClassScores& scores) {
  return Json{{"class", name},
              {"precision", number(scores.precision)},
              {"recall", number(scores.recall)},
              {"f1", number(scores.f1)},
              {"rows", scores.support}};
}

Json classes_json(const ExperimentResult& result, const DetectorResult& detector) {
  const ClassNames names = class_names(result);
  const bool attack = result.attack_is_positive;
  return Json::array({class_json(attack ? names.normal : names.attack, detector.classes[0]),
                      class_json(attack ? names.attack : names.normal, detector.classes[1]),
                      class_json("macro average", detector.classes[2]),
                      class_json("weighted average", detector.classes[3])});
}

Json spread_json(const Spread& spread) {
  return Json{{"mean", number(spread.mean)},
              {"sd", spread.seeds < 2 ? Json(nullptr) : number(spread.sd)},
              {"least", number(spread.least)},
              {"most", number(spread.most)}};
}

Json summary_json(const ExperimentResult& result, const DetectorResult& detector) {
  const Spreads found = spreads(result, detector);
  return Json{{"accuracy", spread_json(found.accuracy)},
              {"precision", spread_json(found.precision)},
              {"recall", spread_json(found.recall)},
              {"f1", spread_json(found.f1)},
              {"auc", spread_json(found.auc)},
              {"average_precision", spread_json(found.average_precision)},
              {"false_alarms", spread_json(found.false_alarms)},
              {"missed", spread_json(found.missed)}};
}

Json intervals_json(const std::optional<BootstrapIntervals>& intervals) {
  if (!intervals) return nullptr;
  return Json{{"auc", interval_json(intervals->auc)},
              {"average_precision", interval_json(intervals->average_precision)},
              {"accuracy", interval_json(intervals->accuracy)},
              {"recall", interval_json(intervals->recall)},
              {"false_positive_rate", interval_json(intervals->false_positive_rate)}};
}

Json families_json(const ExperimentResult& result, const DetectorResult& detector) {
  const StudyResult* study = study_of(result, detector.study);
  if (study == nullptr) return Json::array();
  return array_of(family_shares(result, *study, detector), [](const FamilyShare& family) {
    return Json{{"family", family.family}, {"rows", family.rows}, {"recall", number(family.share())}};
  });
}

Json curves_json(const std::optional<LearningCurves>& curves) {
  if (!curves) return nullptr;
  const auto numbers = [](const std::vector<double>& values) {
    return array_of(values, [](double value) { return number(value); });
  };
  return Json{{"loss", numbers(curves->loss)},
              {"r2", numbers(curves->r2)},
              {"validation_loss", numbers(curves->validation_loss)},
              {"validation_r2", numbers(curves->validation_r2)},
              {"best_epoch", curves->best_epoch}};
}

Json settings_json(const DetectorResult& detector) {
  Json json = Json::object();
  for (const auto& [name, value] : detector.model.record.settings) json[name] = value;
  return json;
}

Json detector_json(const ExperimentResult& result, const DetectorResult& detector) {
  return Json{{"name", detector.name},
              {"title", text_or_null(detector.title)},
              {"study", detector.study},
              {"kind", detector.kind},
              {"leaky", !detector.leaks.empty()},
              {"leaks", detector.leaks},
              {"encoding", text_or_null(detector.encoding)},
              {"encoding_from", text_or_null(detector.encoding_from)},
              {"settings", settings_json(detector)},
              {"threshold_rule", text_or_null(detector.rule)},
              {"threshold_from", text_or_null(detector.cut_from)},
              {"threshold", number(detector.cut)},
              {"inverted", detector.inverted},
              {"rows_train", detector.model.record.rows_train},
              {"summary", summary_json(result, detector)},
              {"seeds", array_of(detector.seeds,
                                 [&](const SeedResult& seed) { return seed_json(seed, result.attack_is_positive); })},
              {"classes", classes_json(result, detector)},
              {"intervals", intervals_json(detector.evaluation.intervals)},
              {"families", families_json(result, detector)},
              {"importance", array_of(detector.importance,
                                      [](const auto& column) {
                                        return Json{{"column", column.first}, {"auc_lost", number(column.second)}};
                                      })},
              {"learning", curves_json(detector.curves)},
              {"model", text_or_null(detector.model_file)}};
}

Json pair_json(const PairResult& pair) {
  return Json{{"study", pair.study},
              {"first", pair.first},
              {"second", pair.second},
              {"auc_difference", number(pair.auc_difference)},
              {"auc_interval", interval_json(pair.auc_interval)},
              {"delong_p", number(pair.delong_p)},
              {"delong_p_holm", number(pair.delong_holm_p)},
              {"only_first_right", pair.only_first_right},
              {"only_second_right", pair.only_second_right},
              {"mcnemar_p", number(pair.mcnemar_p)},
              {"mcnemar_p_holm", number(pair.mcnemar_holm_p)}};
}

Json audit_json(const AuditResult& found) {
  return Json{{"id", found.audit.id},
              {"severity", std::string(name_of(found.audit.severity))},
              {"study", text_or_null(found.study)},
              {"detector", text_or_null(found.detector)},
              {"value", number(found.audit.value)},
              {"text", found.audit.text}};
}

Json claim_json(const ClaimResult& claim) {
  return Json{{"detector", claim.detector},
              {"metric", claim.metric},
              {"class", text_or_null(claim.class_name)},
              {"claimed", number(claim.claimed)},
              {"found", number(claim.found)}};
}

Json journey_json(const JourneyResult& journey) {
  return Json{{"entity", journey.entity},
              {"events", journey.events},
              {"places", journey.places.size()},
              {"hops", journey.hops.size()}};
}

std::string written(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n'; }

}  // namespace

std::string experiment_json(const ExperimentResult& result) {
  const ClassNames names = class_names(result);
  Json json;
  json["netstray"] = result.version;
  json["recipe"] = result.recipe;
  json["title"] = text_or_null(result.title);
  json["about"] = text_or_null(result.about);
  json["command"] = result.command;
  json["seeds"] = result.seeds;
  json["classes"] = {{"normal", names.normal}, {"attack", names.attack}, {"positive", positive_name(result)}};
  json["sources"] = array_of(result.sources, source_json);
  json["tables"] = array_of(result.tables, table_json);
  json["studies"] = array_of(result.studies, study_json);
  json["detectors"] =
      array_of(result.detectors, [&](const DetectorResult& detector) { return detector_json(result, detector); });
  json["pairs"] = array_of(result.pairs, pair_json);
  json["claims"] = array_of(result.claims, claim_json);
  json["audits"] = array_of(result.audits, audit_json);
  json["journeys"] = array_of(result.journeys, journey_json);
  json["notes"] = result.notes;
  return written(json);
}

std::string experiment_timings_json(const ExperimentSeconds& seconds) {
  Json parts = Json::object();
  for (const auto& [name, value] : seconds.parts) parts[name] = number(value);
  Json json;
  json["total"] = number(seconds.total);
  json["parts"] = parts;
  json["detectors"] = array_of(seconds.detectors, [](const ExperimentSeconds::Detector& detector) {
    return Json{{"name", detector.name},
                {"seed", detector.seed},
                {"fit", number(detector.fit)},
                {"score", number(detector.score)},
                {"rows_fitted", detector.rows_fitted},
                {"rows_scored", detector.rows_scored}};
  });
  return written(json);
}

}  // namespace netstray
