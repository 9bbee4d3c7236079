#include "netstray/report/json.h"

#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "netstray/base/time.h"
#include "netstray/base/version.h"

namespace netstray {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json number(const std::optional<double>& value) { return value ? number(*value) : Json(nullptr); }
Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

template <typename Items, typename Function>
Json array_of(const Items& items, const Function& to_json) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(to_json(item));
  return array;
}

Json frame_json(const JsonFrame& frame) {
  Json json;
  json["netstray"] = std::string(version());
  json["command"] = frame.command;
  json["inputs"] = array_of(frame.inputs, [](const JsonInput& input) {
    Json skipped = Json::object();
    for (const auto& [reason, count] : input.skipped) skipped[reason] = count;
    Json entry{{"path", input.path}, {"format", input.format}, {"rows", nullptr}, {"skipped", skipped}};
    if (input.rows) entry["rows"] = *input.rows;
    if (input.sampled_from) entry["sampled_from"] = *input.sampled_from;
    if (input.packets) entry["packets"] = *input.packets;
    return entry;
  });
  json["warnings"] = array_of(
      frame.warnings, [](const JsonWarning& warning) { return Json{{"id", warning.id}, {"text", warning.text}}; });
  return json;
}

std::string written(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n'; }

Json reason_json(const Reason& reason) {
  Json value = nullptr;
  if (reason.number) {
    value = number(*reason.number);
  } else if (!reason.value.empty()) {
    value = reason.value;
  }
  return Json{{"feature", reason.feature},
              {"value", value},
              {"usual_low", number(reason.usual_low)},
              {"usual_high", number(reason.usual_high)},
              {"usual", reason.usual},
              {"usual_for", text_or_null(reason.usual_for)},
              {"weight", number(reason.weight)}};
}

Json carried_values(const std::vector<NamedValue>& values) {
  Json json = Json::object();
  for (const auto& [name, value] : values) json[name] = text_or_null(value);
  return json;
}

Json carried_columns(const std::vector<CarriedColumn>& columns) {
  return array_of(columns,
                  [](const CarriedColumn& column) { return Json{{"name", column.name}, {"why", column.why}}; });
}

Json settings_json(const std::map<std::string, std::string>& settings) {
  Json json = Json::object();
  for (const auto& [name, value] : settings) json[name] = value;
  return json;
}

Json member_json(const MemberSummary& member) {
  return Json{{"name", member.name},
              {"detector", member.detector},
              {"encoding", member.encoding},
              {"width", member.width},
              {"settings", settings_json(member.settings)},
              {"learning", text_or_null(member.learning)}};
}

/// The detector, its members and what must be known of their fits.
void add_detector(Json& json, const ModelSummary& model) {
  json["detector"] = {{"name", model.record.detector}, {"settings", settings_json(model.record.settings)}};
  json["members"] = array_of(model.members, member_json);
  json["notes"] = model.record.notes;
}

Json column_names(const ModelSummary& model) {
  return array_of(model.columns, [](const Encoder::Column& column) { return Json(column.field.name); });
}

void add_threshold(Json& json, const ModelSummary& model) {
  json["threshold"] = number(model.cut);
  json["threshold_rule"] = model.rule;
  json["threshold_from"] = model.cut_source;
}

Json interval_json(const Interval& interval) {
  return Json{{"low", number(interval.low)}, {"high", number(interval.high)}};
}

Json intervals_json(const std::optional<BootstrapIntervals>& intervals) {
  if (!intervals) return nullptr;
  return Json{{"auc", interval_json(intervals->auc)},
              {"average_precision", interval_json(intervals->average_precision)},
              {"accuracy", interval_json(intervals->accuracy)},
              {"recall", interval_json(intervals->recall)},
              {"false_positive_rate", interval_json(intervals->false_positive_rate)}};
}

Json recall_at_fpr_json(double at_01, double at_05) { return Json{{"0.01", number(at_01)}, {"0.05", number(at_05)}}; }

Json family_json(const FamilyRecall& family) {
  return Json{{"family", family.family},
              {"rows", family.rows},
              {"recall", number(family.recall)},
              {"recall_at_fpr", recall_at_fpr_json(family.recall_at_fpr_01, family.recall_at_fpr_05)}};
}

Json audit_json(const Audit& audit) {
  return Json{{"id", audit.id},
              {"severity", std::string(name_of(audit.severity))},
              {"value", number(audit.value)},
              {"text", audit.text}};
}

/// The confusion and what follows from it; null each where there was no cut.
void add_confusion(Json& json, const std::optional<Confusion>& confusion) {
  json["confusion"] = nullptr;
  for (const auto* key : {"accuracy", "precision", "recall", "f1", "false_positive_rate"}) json[key] = nullptr;
  if (!confusion) return;
  json["confusion"] = {{"tn", confusion->tn}, {"fp", confusion->fp}, {"fn", confusion->fn}, {"tp", confusion->tp}};
  json["accuracy"] = number(confusion->accuracy());
  json["precision"] = number(confusion->precision());
  json["recall"] = number(confusion->recall());
  json["f1"] = number(confusion->f1());
  json["false_positive_rate"] = number(confusion->false_positive_rate());
}

Json column_counts(const std::vector<ColumnCount>& counts) {
  return array_of(counts,
                  [](const ColumnCount& count) { return Json{{"column", count.column}, {"rows", count.rows}}; });
}

Json quantiles_json(const std::vector<ScoreQuantile>& quantiles) {
  return array_of(quantiles, [](const ScoreQuantile& quantile) {
    return Json{{"share", quantile.share}, {"score", number(quantile.score)}};
  });
}

Json learned_column_json(const Encoder::Column& column) {
  Json json{
      {"name", column.field.name}, {"type", std::string(name_of(column.field.type))}, {"constant", column.constant}};
  if (column.field.type == ColumnType::category) {
    Json levels = Json::array();
    for (std::size_t i = 0; i < column.levels.size(); ++i) {
      levels.push_back(Json{{"value", text_or_null(column.levels[i])}, {"rows", column.level_rows.at(i)}});
    }
    json["levels"] = levels;
    return json;
  }
  json["missing"] = column.missing;
  json["min"] = number(column.min);
  json["max"] = number(column.max);
  json["mean"] = number(column.mean);
  json["sd"] = number(column.sd);
  json["median"] = number(column.median);
  json["usual_low"] = number(column.low);
  json["usual_high"] = number(column.high);
  return json;
}

Json time_or_null(const std::optional<TimeNs>& time) { return time ? Json(format_time(*time)) : Json(nullptr); }

Json disputed_json(const ClaimedAddress& address) {
  const Json claimants = array_of(address.claimants, [](const Claimant& claimant) {
    return Json{{"mac", to_text(claimant.mac)},
                {"first", format_time(claimant.first)},
                {"last", format_time(claimant.last)},
                {"claims", claimant.claims}};
  });
  return Json{{"address", to_text(address.ip)}, {"claimants", claimants}};
}

Json packets_json(const CaptureSummary& summary) {
  Json dropped = Json::object();
  for (const auto& [reason, count] : summary.dropped) dropped[reason] = count;
  return Json{{"read", summary.packets_read}, {"in_flows", summary.packets_in_flows}, {"dropped", dropped}};
}

void add_rows(Json& json, const TrainingRecord& record) {
  json["rows_read"] = record.rows_read;
  json["rows_left_out"] = record.rows_left_out;
  json["rows_train"] = record.rows_train;
  json["rows_calibration"] = record.rows_calibration;
  json["rows_used"] = record.rows_used;
}

void add_capture(Json& json, const CaptureSummary& summary) {
  json["packets"] = packets_json(summary);
  json["flows"] = summary.flows;
  json["first"] = time_or_null(summary.first);
  json["last"] = time_or_null(summary.last);
  json["protocols"] = array_of(summary.protocols, [](const CaptureSummary::ProtocolShare& share) {
    return Json{{"protocol", share.name}, {"flows", share.flows}, {"packets", share.packets}, {"bytes", share.bytes}};
  });
  json["talkers"] = array_of(summary.talkers, [](const Talker& talker) {
    return Json{{"address", to_text(talker.address)},
                {"flows", talker.flows},
                {"packets", talker.packets},
                {"bytes", talker.bytes}};
  });
  json["talkers_error"] = summary.talkers_error;
  json["disputed_addresses"] = array_of(summary.disputed, disputed_json);
}

void add_ranking(Json& json, const ScanResult& result) {
  json["rows"] = result.rows;
  json["distinct_rows"] = result.distinct_rows == 0 ? Json(nullptr) : Json(result.distinct_rows);
  json["labels_used"] = result.labels_used;
  json["top"] = array_of(result.top, [](const Finding& finding) {
    return Json{{"rank", finding.rank},
                {"row", finding.row},
                {"line", finding.line},
                {"count", finding.count},
                {"similar", finding.similar},
                {"score", number(finding.score)},
                {"carried", carried_values(finding.carried)},
                {"reasons", array_of(finding.reasons, reason_json)}};
  });
}

Json stories_json(std::span<const Story> stories) {
  Json array = Json::array();
  for (const Story& story : stories) {
    array.push_back({{"rank", array.size() + 1},
                     {"title", story.title},
                     {"kind", std::string(story.kind)},
                     {"severity", std::string(name_of(story.severity))},
                     {"technique", text_or_null(std::string(story.technique))},
                     {"hosts", array_of(story.hosts, [](const IpAddress& host) { return Json(to_text(host)); })},
                     {"flows", story.flows},
                     {"packets", story.packets},
                     {"bytes", story.bytes},
                     {"first", format_time(story.first)},
                     {"last", format_time(story.last)},
                     {"score", number(story.score)},
                     {"reasons", array_of(story.reasons, reason_json)},
                     {"display_filter", story.scope.display_filter()}});
  }
  return array;
}

}  // namespace

std::string reasons_json(std::span<const Reason> reasons) {
  return array_of(reasons, reason_json).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string train_json(const JsonFrame& frame, const ModelSummary& model) {
  Json json = frame_json(frame);
  add_rows(json, model.record);
  add_threshold(json, model);
  json["seed"] = model.record.seed;
  add_detector(json, model);
  json["learned"] = column_names(model);
  json["carried"] = carried_columns(model.carried);
  json["constant"] = model.constant_names();
  json["model"] = {{"path", text_or_null(model.path)}};
  return written(json);
}

std::string evaluate_json(const JsonFrame& frame, const Evaluation& evaluation, const ModelSummary* model) {
  Json json = frame_json(frame);
  json["model"] = model == nullptr ? Json(nullptr) : Json{{"path", text_or_null(model->path)}};
  json["rows"] = evaluation.rows;
  json["attacks"] = evaluation.attacks;
  json["threshold"] = number(evaluation.cut);
  add_confusion(json, evaluation.confusion);
  json["auc"] = number(evaluation.auc);
  json["average_precision"] = number(evaluation.average_precision);
  json["recall_at_fpr"] = recall_at_fpr_json(evaluation.recall_at_fpr_01, evaluation.recall_at_fpr_05);
  json["intervals"] = intervals_json(evaluation.intervals);
  json["families"] = array_of(evaluation.families, family_json);
  const FalseAlarms& alarms = evaluation.false_alarms;
  json["false_alarms"] = {{"asked", number(alarms.asked)},
                          {"measured", evaluation.confusion ? number(alarms.measured) : Json(nullptr)},
                          {"low", number(alarms.low)},
                          {"high", number(alarms.high)}};
  json["audits"] = array_of(evaluation.audits, audit_json);
  return written(json);
}

std::string capture_scan_json(const JsonFrame& frame, const CaptureSummary& summary, std::span<const Story> stories,
                              const ScanResult& result) {
  Json json = frame_json(frame);
  add_capture(json, summary);
  json["stories"] = stories_json(stories);
  add_ranking(json, result);
  return written(json);
}

std::string scan_json(const JsonFrame& frame, const ScanResult& result) {
  Json json = frame_json(frame);
  add_ranking(json, result);
  return written(json);
}

std::string score_json(const JsonFrame& frame, const ScoreSummary& summary) {
  Json json = frame_json(frame);
  json["rows"] = summary.rows;
  json["flagged"] = summary.flagged;
  json["flagged_share"] = summary.rows == 0
                              ? Json(nullptr)
                              : number(static_cast<double>(summary.flagged) / static_cast<double>(summary.rows));
  json["asked_share"] = number(summary.asked_share);
  json["unseen"] = column_counts(summary.unseen);
  json["out_of_range"] = column_counts(summary.out_of_range);
  return written(json);
}

std::string explain_json(const JsonFrame& frame, const Explanation& explanation) {
  Json json = frame_json(frame);
  json["threshold"] = number(explanation.cut);
  json["rows_calibration"] = explanation.calibration_rows;
  json["rows"] = array_of(explanation.rows, [](const ExplainedRow& row) {
    return Json{{"row", row.row},
                {"line", row.line},
                {"score", number(row.score)},
                {"p_value", number(row.p_value)},
                {"verdict", row.flagged ? 1 : 0},
                {"members", array_of(row.members,
                                     [](const MemberShare& member) {
                                       return Json{{"name", member.name}, {"share", number(member.share)}};
                                     })},
                {"carried", carried_values(row.carried)},
                {"reasons", array_of(row.reasons, reason_json)}};
  });
  return written(json);
}

std::string models_show_json(const JsonFrame& frame, const ModelSummary& model) {
  Json json = frame_json(frame);
  json["model"] = {{"path", text_or_null(model.path)}};
  json["trained_by"] = model.record.version;
  json["source"] = {{"path", model.record.source},
                    {"digest", model.record.digest},
                    {"layout", text_or_null(model.record.layout)},
                    {"feature_set", text_or_null(model.record.feature_set)}};
  add_rows(json, model.record);
  json["distinct_rows"] = model.distinct_rows;
  json["seed"] = model.record.seed;
  add_threshold(json, model);
  add_detector(json, model);
  json["columns"] = array_of(model.columns, learned_column_json);
  json["carried"] = carried_columns(model.carried);
  json["constant"] = model.constant_names();
  json["training_scores"] = quantiles_json(model.training);
  json["calibration_scores"] = quantiles_json(model.calibration);
  return written(json);
}

std::string models_verify_json(const JsonFrame& frame, const ModelCheck& check) {
  Json json = frame_json(frame);
  json["path"] = check.path;
  json["ok"] = check.ok;
  json["error"] = text_or_null(check.error);
  json["trained_by"] = text_or_null(check.version);
  json["bytes"] = check.bytes;
  return written(json);
}

std::string flows_json(const JsonFrame& frame, const CaptureSummary& summary, std::span<const std::string> fields) {
  Json json = frame_json(frame);
  add_capture(json, summary);
  json["fields"] = array_of(fields, [](const std::string& field) { return Json(field); });
  return written(json);
}

std::string doctor_json(const JsonFrame& frame, const DoctorReport& report) {
  const auto bytes = [](const std::optional<std::uint64_t>& count) { return count ? Json(*count) : Json(nullptr); };
  Json json = frame_json(frame);
  json["system"] = text_or_null(report.machine.system);
  json["processor"] = text_or_null(report.machine.processor);
  json["instruction_set"] = std::string(name_of(report.used));
  json["instruction_set_supported"] = std::string(name_of(report.supported));
  json["cores"] = report.machine.cores;
  json["threads"] = report.threads;
  json["memory"] = bytes(report.machine.memory);
  json["memory_available"] = bytes(report.machine.available);
  json["memory_allowed"] = bytes(report.machine.allowed);
  json["huge_pages"] = text_or_null(report.machine.huge_pages);
  json["built_with"] = array_of(report.built_with, [](const Library& library) {
    return Json{{"name", library.name}, {"version", library.version}};
  });
  return written(json);
}

std::string detectors_json(const JsonFrame& frame, std::span<const DetectorInfo* const> detectors) {
  Json json = frame_json(frame);
  json["detectors"] = array_of(detectors, [](const DetectorInfo* info) {
    return Json{{"name", info->name},
                {"title", info->title},
                {"summary", info->summary},
                {"how", info->how},
                {"good_for", info->good_for},
                {"not_for", info->not_for},
                {"source", info->source},
                {"numbers", info->encoding},
                {"supervised", info->supervised},
                {"set", array_of(info->settings, [](const SettingInfo& setting) {
                   return Json{{"name", setting.name},
                               {"default", setting.preset},
                               {"range", setting.range},
                               {"meaning", setting.meaning},
                               {"source", setting.source}};
                 })}};
  });
  return written(json);
}

}  // namespace netstray
