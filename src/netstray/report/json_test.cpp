#include "netstray/report/json.h"

#include <fstream>
#include <functional>
#include <limits>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "netstray/base/version.h"
#include "netstray/report/sample_answers.h"

namespace netstray {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

const Evaluation& evaluation() {
  static const Evaluation sample = sample_evaluation(sample_scores(1, 400, 300));
  return sample;
}

std::vector<std::string> sample_fields() { return {"time", "src_ip"}; }

DoctorReport sample_doctor() {
  Machine machine;
  machine.cores = 2;
  machine.memory = 1024;
  return {machine, InstructionSet::avx2, InstructionSet::avx512, 2, {{"fmt", "9.1.0"}}};
}

/// The answer of each command that has one.
std::map<std::string, std::string> answers() {
  const ModelSummary model = sample_model();
  return {{"train", train_json(sample_frame("train"), model)},
          {"evaluate", evaluate_json(sample_frame("evaluate"), evaluation(), &model)},
          {"scan", scan_json(sample_frame("scan"), sample_scan())},
          {"score", score_json(sample_frame("score"), sample_score_summary())},
          {"flows", flows_json(sample_frame("flows"), sample_capture(), sample_fields())},
          {"explain", explain_json(sample_frame("explain"), sample_explanation())},
          {"models show", models_show_json(sample_frame("models show"), model)},
          {"models verify", models_verify_json(sample_frame("models verify"), {"m.nst", true, "", "0.1.0", 1234})},
          {"doctor", doctor_json(sample_frame("doctor"), sample_doctor())},
          {"detectors", detectors_json(sample_frame("detectors"), detectors())}};
}

Json parsed(const std::string& text) { return Json::parse(text); }

std::string keys_of(const Json& object) {
  std::string keys;
  for (const auto& [key, value] : object.items()) keys += (keys.empty() ? "" : " ") + key;
  return keys;
}

TEST(JsonAnswers, AllBeginWithTheFrame) {
  for (const auto& [command, text] : answers()) {
    const Json json = parsed(text);
    EXPECT_EQ(json["netstray"], std::string(version()));
    EXPECT_EQ(json["command"], command);
    EXPECT_EQ(json["inputs"].dump(),
              R"([{"path":"KDDTest+.txt.gz","format":"csv.gz","rows":22544,"skipped":{"too few cells":3}}])");
    EXPECT_EQ(json["warnings"][0]["id"], "columns-carried");
    EXPECT_TRUE(keys_of(json).starts_with("netstray command inputs warnings ")) << keys_of(json);
    EXPECT_EQ(text.back(), '\n');
  }
}

TEST(JsonAnswers, OfFlowsSaysWhatWasInTheCapture) {
  const Json json = parsed(flows_json(sample_frame("flows"), sample_capture(), sample_fields()));
  EXPECT_EQ(json["packets"].dump(), R"({"read":1234,"in_flows":1200,"dropped":{"arp":30,"truncated":4}})");
  EXPECT_EQ(json["flows"], 56);
  EXPECT_EQ(json["first"], "2026-03-02T09:00:00Z");
  EXPECT_EQ(json["last"], "2026-03-02T10:02:05Z");
  EXPECT_EQ(json["protocols"][0].dump(), R"({"protocol":"tcp","flows":50,"packets":1100,"bytes":1500000})");
  EXPECT_EQ(json["talkers"][1].dump(), R"({"address":"2001:db8::1","flows":1,"packets":2,"bytes":120})");
  EXPECT_EQ(
      json["disputed_addresses"][0]["claimants"][1].dump(),
      R"({"mac":"02:00:00:00:00:02","first":"1970-01-01T00:00:00.000000006Z","last":"1970-01-01T00:00:00.000000009Z",)"
      R"("claims":4})");
  EXPECT_EQ(json["fields"].dump(), R"(["time","src_ip"])");
  const Json empty = parsed(flows_json(sample_frame("flows"), {}, {}));
  EXPECT_TRUE(empty["first"].is_null());
  EXPECT_EQ(empty["packets"]["dropped"].dump(), "{}");
}

TEST(JsonAnswers, AnInputOfSeveralHasNoRowsOfItsOwn) {
  JsonFrame frame{"flows", {}, {}};
  frame.inputs.emplace_back();
  frame.inputs.back().path = "a.pcap";
  frame.inputs.back().format = "pcap";
  frame.inputs.back().packets = 12;
  EXPECT_EQ(parsed(flows_json(frame, {}, {}))["inputs"].dump(),
            R"([{"path":"a.pcap","format":"pcap","rows":null,"skipped":{},"packets":12}])");
}

TEST(JsonAnswers, OfTrainSaysWhatWasLearned) {
  const Json json = parsed(train_json(sample_frame("train"), sample_model()));
  EXPECT_EQ(json["rows_read"], 125973);
  EXPECT_EQ(json["rows_left_out"], 58630);
  EXPECT_EQ(json["rows_train"].get<int>() + json["rows_calibration"].get<int>(), 67343);
  EXPECT_EQ(json["threshold"], 0.55);
  EXPECT_EQ(json["threshold_rule"], "false-alarms:0.01");
  EXPECT_EQ(json["threshold_from"], "calibration");
  EXPECT_EQ(json["detector"].dump(), R"({"name":"iforest","settings":{"iforest.sample":"256","iforest.trees":"100"}})");
  EXPECT_EQ(json["members"][0].dump(), R"({"name":"iforest","detector":"iforest","encoding":"log+one-hot","width":6,)"
                                       R"("settings":{"sample":"256","trees":"100"},"learning":null})");
  EXPECT_EQ(json["learned"].dump(), R"(["src_bytes","num_outbound_cmds","service"])");
  EXPECT_EQ(json["constant"].dump(), R"(["num_outbound_cmds"])");
  EXPECT_EQ(json["carried"][1].dump(), R"({"name":"difficulty","why":"not a feature of this layout"})");
  EXPECT_EQ(json["model"]["path"], "m.nst");
}

TEST(JsonAnswers, OfEvaluateHaveEveryKeyThatWasPromised) {
  const Json json = parsed(evaluate_json(sample_frame("evaluate"), evaluation(), nullptr));
  for (const auto* key : {"rows", "attacks", "confusion", "accuracy", "auc", "average_precision", "recall_at_fpr",
                          "families", "false_alarms", "audits"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(keys_of(json["confusion"]), "tn fp fn tp");
  EXPECT_EQ(keys_of(json["recall_at_fpr"]), "0.01 0.05");
  EXPECT_EQ(keys_of(json["families"][0]), "family rows recall recall_at_fpr");
  EXPECT_EQ(keys_of(json["false_alarms"]), "asked measured low high");
  EXPECT_EQ(keys_of(json["audits"][0]), "id severity value text");
  EXPECT_EQ(json["audits"][2]["severity"], "error");
  EXPECT_EQ(keys_of(json["intervals"]["auc"]), "low high");
  EXPECT_EQ(json["auc"].get<double>(), evaluation().auc);
  EXPECT_TRUE(json["model"].is_null());
}

TEST(JsonAnswers, OfEvaluateWithoutACutAreNullWhereTheyNeedOne) {
  Evaluation without = evaluation();
  without.cut.reset();
  without.confusion.reset();
  without.intervals.reset();
  without.auc = kNaN;
  const Json json = parsed(evaluate_json(sample_frame("evaluate"), without, nullptr));
  for (const auto* key : {"confusion", "accuracy", "precision", "recall", "f1", "threshold", "intervals", "auc"}) {
    EXPECT_TRUE(json.contains(key) && json[key].is_null()) << key;
  }
  EXPECT_TRUE(json["false_alarms"]["measured"].is_null());
}

TEST(JsonAnswers, GiveAReasonsValueAsANumberATextOrNull) {
  const Json json = parsed(explain_json(sample_frame("explain"), sample_explanation()));
  const Json& reasons = json["rows"][0]["reasons"];
  EXPECT_EQ(keys_of(reasons[0]), "feature value usual_low usual_high usual usual_for weight");
  EXPECT_EQ(reasons[0]["value"], 54540);
  EXPECT_EQ(reasons[1]["value"], "ecr_i");
  EXPECT_TRUE(reasons[1]["usual_low"].is_null());
  EXPECT_TRUE(reasons[2]["value"].is_null());
  EXPECT_EQ(json["rows"][0]["verdict"], 1);
  EXPECT_TRUE(json["rows"][1]["p_value"].is_null());
}

TEST(JsonAnswers, OfScanRankRowsAndNeverUseLabels) {
  const Json json = parsed(scan_json(sample_frame("scan"), sample_scan()));
  EXPECT_EQ(json["labels_used"], false);
  EXPECT_EQ(keys_of(json["top"][0]), "rank row line count similar score carried reasons");
  EXPECT_EQ(json["top"][0]["carried"].dump(), R"({"src_ip":"10.0.0.7","label":null})");
  EXPECT_EQ(json["top"][1]["count"], 2193);
}

TEST(JsonAnswers, OfScoreSumUp) {
  const Json json = parsed(score_json(sample_frame("score"), sample_score_summary()));
  EXPECT_EQ(json["flagged_share"].get<double>(), 9870.0 / 22544);
  EXPECT_EQ(json["asked_share"], 0.01);
  EXPECT_EQ(json["unseen"].dump(), R"([{"column":"service","rows":12}])");
  EXPECT_TRUE(parsed(score_json(sample_frame("score"), {}))["flagged_share"].is_null());
}

TEST(JsonAnswers, OfVerifyNameTheFault) {
  const Json json = parsed(models_verify_json(sample_frame("models verify"), {"m.nst", false, "cut short", "", 12}));
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["error"], "cut short");
}

TEST(JsonAnswers, OfDoctorSayNullWhereTheSystemDoesNotTell) {
  const Json json = parsed(doctor_json(sample_frame("doctor"), sample_doctor()));
  EXPECT_EQ(json["instruction_set"], "avx2");
  EXPECT_EQ(json["instruction_set_supported"], "avx512");
  EXPECT_EQ(json["memory"], 1024);
  EXPECT_TRUE(json["memory_allowed"].is_null());
  EXPECT_TRUE(json["processor"].is_null());
  EXPECT_EQ(json["built_with"].dump(), R"([{"name":"fmt","version":"9.1.0"}])");
}

TEST(JsonAnswers, OfDetectorsTellWhatCanBeSet) {
  const Json json = parsed(detectors_json(sample_frame("detectors"), detectors()));
  EXPECT_EQ(json["detectors"].size(), detectors().size());
  EXPECT_EQ(json["detectors"][0]["name"], "iforest");
  EXPECT_EQ(json["detectors"][0]["set"][0]["name"], "trees");
  EXPECT_EQ(json["detectors"][0]["set"][0]["default"], "100");
}

TEST(JsonAnswers, StayValidWithHostileText) {
  JsonFrame frame = sample_frame("scan");
  frame.inputs[0].path = "a\"b\\\xff\n.csv";
  ScanResult result = sample_scan();
  result.top[0].reasons[0].feature = "</script>\x01\xc3";
  const Json json = parsed(scan_json(frame, result));
  EXPECT_EQ(json["inputs"][0]["path"], "a\"b\\\xef\xbf\xbd\n.csv");
}

Story sample_story() {
  Story story;
  story.kind = "port_scan";
  story.title = "port scan: \x01";
  story.severity = Severity::medium;
  story.hosts = {*parse_address("10.0.0.1"), *parse_address("2001:db8::1")};
  story.flows = 7;
  story.reasons = ReasonList().above("distinct_ports", 40, 15).take();
  story.scope.host = story.hosts[0];
  return story;
}

std::string sample_capture_scan() {
  return capture_scan_json(sample_frame("scan"), sample_capture(), std::vector{sample_story()}, sample_scan());
}

TEST(JsonAnswers, StoriesHaveRankTitleReasonsAndFilter) {
  const Json json = parsed(sample_capture_scan());
  const Json& told = json["stories"][0];
  EXPECT_EQ(told["rank"], 1);
  EXPECT_EQ(told["severity"], "medium");
  EXPECT_EQ(told["hosts"][1], "2001:db8::1");
  EXPECT_EQ(told["reasons"][0]["value"], 40);
  EXPECT_EQ(told["reasons"][0]["usual_high"], 15);
  EXPECT_EQ(told["display_filter"], "ip.addr == 10.0.0.1");
  EXPECT_TRUE(told["score"].is_null());
  EXPECT_TRUE(told["technique"].is_null());
  EXPECT_TRUE(json.contains("packets"));
  EXPECT_EQ(json["top"].size(), sample_scan().top.size());
}

// docs/json.md: each command has a section, what several share stands in "Shared parts".

std::string section_of(const std::string& document, const std::string& heading) {
  const auto begin = document.find("\n## " + heading + "\n");
  if (begin == std::string::npos) return {};
  return document.substr(begin, document.find("\n## ", begin + 4) - begin);
}

/// All keys of objects, apart from those whose names come from the data.
void gather_keys(const Json& json, std::set<std::string>& keys) {
  static const std::set<std::string> named_by_data = {"skipped", "settings", "dropped"};
  if (json.is_array()) {
    for (const auto& item : json) gather_keys(item, keys);
  }
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.items()) {
    keys.insert(key);
    const bool carried_values = key == "carried" && value.is_object();
    if (!named_by_data.contains(key) && !carried_values) gather_keys(value, keys);
  }
}

void expect_documented(const std::string& command, const std::string& answer, const std::string& sections) {
  std::set<std::string> keys;
  gather_keys(parsed(answer), keys);
  for (const auto& key : keys) {
    const std::string marked = "`" + key + "`";
    EXPECT_TRUE(sections.find(marked) != std::string::npos) << command << ": " << marked << " is not documented";
  }
}

TEST(JsonDocument, NamesEveryKeyOfEveryCommand) {
  std::ifstream file("docs/json.md");
  ASSERT_TRUE(file) << "docs/json.md: run the tests in the repository's root";
  std::stringstream text;
  text << file.rdbuf();
  const std::string shared = section_of(text.str(), "Shared parts");
  ASSERT_FALSE(shared.empty());
  for (const auto& [command, answer] : answers()) {
    const std::string own = section_of(text.str(), command);
    EXPECT_FALSE(own.empty()) << "no section \"## " << command << "\"";
    expect_documented(command, answer, own + shared);
  }
  expect_documented("scan of a capture", sample_capture_scan(),
                    shared + section_of(text.str(), "scan") + section_of(text.str(), "flows"));
}

}  // namespace
}  // namespace netstray
