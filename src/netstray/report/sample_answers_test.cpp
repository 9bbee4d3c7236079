#include "netstray/report/sample_answers.h"

#include <algorithm>
#include <limits>

#include "netstray/base/rng.h"

namespace netstray {

Reason sample_number_reason() { return {"src_bytes", "54540", 54540, 105, 330, "105 to 330", 0.41}; }

Reason sample_category_reason() { return {"service", "ecr_i", {}, {}, {}, "http, smtp, private, ...", 0.22}; }

SampleScores sample_scores(std::uint64_t seed, std::size_t normal, std::size_t attacks) {
  SampleScores rows;
  Rng rng(seed);
  for (std::size_t i = 0; i < normal + attacks; ++i) {
    const bool attack = i >= normal;
    const bool hidden = attack && rng.uniform() < 0.2;
    const double score = attack && !hidden ? 0.66 + 0.06 * rng.normal() : 0.44 + 0.05 * rng.normal();
    rows.labels.push_back(attack ? 1 : 0);
    rows.scores.push_back(std::clamp(score, 0.3, 0.9));
    rows.verdicts.push_back(rows.scores.back() > rows.cut ? 1 : 0);
  }
  return rows;
}

Evaluation sample_evaluation(const SampleScores& rows) {
  Evaluation evaluation;
  evaluation.rows = rows.labels.size();
  evaluation.attacks = static_cast<std::uint64_t>(std::count(rows.labels.begin(), rows.labels.end(), 1));
  evaluation.cut = rows.cut;
  evaluation.confusion = confusion(rows.labels, rows.verdicts);
  evaluation.curve = curve(rows.labels, rows.scores);
  evaluation.auc = auc(evaluation.curve);
  evaluation.average_precision = average_precision(evaluation.curve);
  evaluation.recall_at_fpr_01 = recall_at_fpr(evaluation.curve, .01);
  evaluation.recall_at_fpr_05 = recall_at_fpr(evaluation.curve, .05);
  evaluation.families = {{"dos", 7458, .93, .81, .94},
                         {"probe", 2421, .97, .88, .98},
                         {"r2l", 2887, .12, .04, .17},
                         {"u2r", 67, .41, .18, .52}};
  evaluation.false_alarms = {0.01, evaluation.confusion->false_positive_rate(), 0.0083, 0.0119};
  evaluation.intervals = BootstrapIntervals{{.91, .93}, {.92, .94}, {.85, .87}, {.77, .80}, {.012, .016}};
  evaluation.audits = {
      {"duplicates-within", Audit::Severity::note, .02, "2.0 % of the test rows equal another test row."},
      {"calibration-shift", Audit::Severity::warning, .014,
       "1.4 % of the normal rows are flagged where 1 % was asked for: normal traffic has changed since training."},
      {"duplicates-across", Audit::Severity::error, .31,
       "31 % of the test rows also stand in training: they measure "
       "memory, not detection."}};
  return evaluation;
}

ModelSummary sample_model() {
  ModelSummary model;
  model.path = "m.nst";
  model.record.version = "0.1.0";
  model.record.source = "KDDTrain+.txt.gz";
  model.record.digest = "00112233445566778899aabbccddeeff";
  model.record.layout = "nsl-kdd";
  model.record.feature_set = "kdd41-v1";
  model.record.rows_used = "rows with label \"normal\"";
  model.record.rows_read = 125973;
  model.record.rows_left_out = 58630;
  model.record.rows_train = 53874;
  model.record.rows_calibration = 13469;
  model.record.seed = 1;
  model.record.settings = {{"iforest.trees", "100"}, {"iforest.sample", "256"}};
  model.record.detector = "iforest";
  model.members = {{"iforest", "iforest", "log+one-hot", 6, {{"trees", "100"}, {"sample", "256"}}, ""}};
  Encoder::Column bytes;
  bytes.field = {"src_bytes", ColumnType::integer};
  bytes.max = 89581520;
  bytes.median = 233;
  bytes.low = 105;
  bytes.high = 330;
  Encoder::Column constant;
  constant.field = {"num_outbound_cmds", ColumnType::integer};
  constant.constant = true;
  Encoder::Column service;
  service.field = {"service", ColumnType::category};
  service.levels = {"smtp", "http", "private", ""};
  service.level_rows = {7029, 38289, 982, 3};
  model.columns = {bytes, constant, service};
  model.carried = {{"label", "label"}, {"difficulty", "not a feature of this layout"}};
  model.rule = "false-alarms:0.01";
  model.asked_false_alarms = 0.01;
  model.cut = 0.55;
  model.cut_source = "calibration";
  model.training = {{0, .35}, {.5, .41}, {1, .71}};
  model.calibration = {{0, .36}, {.5, .42}, {1, .70}};
  model.distinct_rows = 53801;
  return model;
}

ScanResult sample_scan() {
  ScanResult result;
  result.rows = 494021;
  result.distinct_rows = 145586;
  Finding first;
  first.rank = 1;
  first.row = 4712;
  first.line = 4713;
  first.score = .781;
  first.carried = {{"src_ip", "10.0.0.7"}, {"label", ""}};
  first.reasons = {sample_number_reason(), sample_category_reason()};
  Finding second;
  second.rank = 2;
  second.row = 7602;
  second.line = 7602;
  second.count = 2193;
  second.similar = 14;
  second.score = .764;
  second.reasons = {{"land", "1", 1, 0, 0, "nearly always 0", .71}};
  result.top = {first, second};
  return result;
}

Explanation sample_explanation() {
  Explanation explanation;
  explanation.cut = .55;
  explanation.calibration_rows = 13469;
  explanation.rows.push_back(
      {12,
       13,
       .6123,
       29.0 / 13470,
       true,
       {{"label", "neptune"}},
       {sample_number_reason(), sample_category_reason(), {"duration", "", {}, 0, 12, "0 to 12", .04}},
       {{"iforest", .12}, {"gmm", .88}}});
  explanation.rows.push_back({13, 14, .41, std::numeric_limits<double>::quiet_NaN(), false, {}, {}});
  return explanation;
}

ScoreSummary sample_score_summary() {
  return {22544, 9870, 0.01, {{"service", 12}}, {{"src_bytes", 4}, {"duration", 1}}};
}

CaptureSummary sample_capture() {
  CaptureSummary summary;
  summary.packets_read = 1234;
  summary.packets_in_flows = 1200;
  summary.dropped = {{"arp", 30}, {"truncated", 4}};
  summary.flows = 56;
  summary.first = 1'772'442'000'000'000'000;
  summary.last = *summary.first + 3'725'000'000'000;
  summary.protocols = {{"tcp", 50, 1100, 1'500'000}, {"udp", 6, 100, 900}};
  summary.talkers = {{*parse_address("10.0.0.1"), 56, 1200, 1'500'900}, {*parse_address("2001:db8::1"), 1, 2, 120}};
  summary.disputed = {
      {*parse_address("10.0.0.9"), {{{{2, 0, 0, 0, 0, 1}}, 5, 5, 1}, {{{2, 0, 0, 0, 0, 2}}, 6, 9, 4}}, 0}};
  return summary;
}

JsonFrame sample_frame(const std::string& command) {
  return {command,
          {{"KDDTest+.txt.gz", "csv.gz", 22544, {{"too few cells", 3}}}},
          {{"columns-carried", "1 column is not learned: difficulty"}}};
}

}  // namespace netstray
