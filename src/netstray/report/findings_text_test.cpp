#include "netstray/report/findings_text.h"

#include <array>

#include <gtest/gtest.h>

#include "netstray/report/evaluation_text.h"
#include "netstray/report/model_text.h"
#include "netstray/report/sample_answers.h"

namespace netstray {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(ScanText, ReadsWellToSomeoneWhoHasNeverSeenIt) {
  const std::array<JsonWarning, 1> notes = {{{"most-alike", "57 % of the rows are alike: rare is not bad here."}}};
  EXPECT_EQ(scan_text(sample_scan(), "kddcup.data_10_percent.gz", notes, false),
            "What stands out among the 494,021 rows of kddcup.data_10_percent.gz (145,586 distinct)\n"
            "Most unusual first. Labels were not used. Equal rows are one entry, and so are rows that stand out\n"
            "in the same way. The percentages say how much each column adds to what makes the row unusual.\n"
            "\n"
            "note: 57 % of the rows are alike: rare is not bad here.\n"
            "\n"
            "#1  score 0.781  row 4,712, line 4,713\n"
            "    src_ip 10.0.0.7, label missing\n"
            "    41 %  src_bytes 54540 (usually 105 to 330)\n"
            "    22 %  service ecr_i (usually http, smtp, private, ...)\n"
            "\n"
            "#2  score 0.764  2,193 equal rows, first at row 7,602 (+ 14 rows like it)\n"
            "    71 %  land 1 (nearly always 0)\n");
}

TEST(ScanText, OfNothingSaysSo) {
  const std::string text = scan_text({}, "empty.csv", {}, false);
  EXPECT_TRUE(has(text, "among the 0 rows of empty.csv")) << text;
  EXPECT_TRUE(has(text, "Nothing to show.")) << text;
  EXPECT_FALSE(has(text, "in the same way")) << text;
}

TEST(ScanText, LetsNoEscapeSequenceOfTheDataThrough) {
  ScanResult result = sample_scan();
  result.top[0].carried[0] = {"a\x1b[2J", "b\x07"};
  result.top[0].reasons[0].feature = "\x1b]0;title";
  EXPECT_FALSE(has(scan_text(result, "x\x1b[31m", {}, false), "\x1b"));
}

TEST(ExplainText, TellsWhyAndHowSure) {
  EXPECT_EQ(explain_text(sample_explanation(), "KDDTest+.txt.gz", false),
            "Of KDDTest+.txt.gz\n"
            "\n"
            "Row 12, line 13: flagged\n"
            "  score      0.6123 (above the cut, 0.55)\n"
            "  p-value    0.0022 (28 of 13,469 calibration rows are at least as unusual)\n"
            "  judged by  gmm 88 %, iforest 12 %\n"
            "  carried    label neptune\n"
            "\n"
            "  what sets it apart    value  usual                     share\n"
            "  src_bytes             54540  105 to 330                 41 %  #####\n"
            "  service               ecr_i  http, smtp, private, ...   22 %  ###\n"
            "  duration            missing  0 to 12                     4 %  #\n"
            "\n"
            "Row 13, line 14: not flagged\n"
            "  score    0.41 (not above the cut, 0.55)\n"
            "  p-value  n/a (the model kept no calibration rows)\n"
            "\n"
            "  No single column sets it apart.\n");
}

TEST(ScoreText, SumsUpAgainstWhatWasAsked) {
  EXPECT_EQ(score_text(sample_score_summary(), false),
            "22,544 rows scored, 9,870 flagged (43.8 %); 1 % was asked for among normal rows.\n"
            "Categories that training never saw: service (12 rows).\n"
            "Numbers beyond what training saw: src_bytes (4 rows), duration (1 row).\n");
  EXPECT_EQ(score_text({}, false), "0 rows scored, none flagged.\n");
}

TEST(ScoreText, NamesTheFirstColumnsOfMany) {
  ScoreSummary summary = sample_score_summary();
  for (int i = 0; i < 20; ++i) summary.unseen.push_back({"c" + std::to_string(i), 1});
  EXPECT_TRUE(has(score_text(summary, false), "c6 (1 row) and 13 more.")) << score_text(summary, false);
}

TEST(Texts, HoldColourOnlyWhereAsked) {
  const Evaluation evaluation = sample_evaluation(sample_scores(1, 300, 200));
  const ModelSummary model = sample_model();
  for (const bool colour : {false, true}) {
    for (const auto& text : {scan_text(sample_scan(), "x", {}, colour), explain_text(sample_explanation(), "x", colour),
                             score_text(sample_score_summary(), colour), trained_text(model, colour),
                             evaluation_text(evaluation, "x", {"0", "1"}, colour), model_text(model, colour)}) {
      EXPECT_EQ(has(text, "\x1b["), colour) << text;
    }
  }
}

TEST(EvaluationText, GoesFromTheMeaningToTheDetail) {
  const std::string text = evaluation_text(sample_evaluation(sample_scores(1, 300, 200)), "t.csv", {"0", "1"}, false);
  std::size_t at = 0;
  for (const auto* part :
       {"t.csv: 500 rows, 200 attacks\n", "Of 1,000 normal rows", "area under the ROC curve", "0.910 to 0.930",
        "asked                                                 1 %", "Confusion\n", "normal rows",
        "Classification report\n", "weighted avg", "Attacks by family\n", "r2l     2,887            12.0 %", "Audits\n",
        "  error duplicates-across\n", "  warning calibration-shift\n", "  note duplicates-within\n"}) {
    const auto found = text.find(part, at);
    ASSERT_NE(found, std::string::npos) << part << "\nmissing or out of order in:\n" << text;
    at = found;
  }
}

TEST(EvaluationText, WithoutACutHasNoConfusion) {
  Evaluation evaluation = sample_evaluation(sample_scores(1, 300, 200));
  evaluation.cut.reset();
  evaluation.confusion.reset();
  evaluation.intervals.reset();
  const std::string text = evaluation_text(evaluation, "t.csv", {"0", "1"}, false);
  EXPECT_FALSE(has(text, "Confusion")) << text;
  EXPECT_TRUE(has(text, "without a cut")) << text;
  EXPECT_TRUE(has(text, "recall at 5 % false positives")) << text;
}

TEST(EvaluationText, OfOneClassOrNothingIsStillReadable) {
  for (const auto& rows : {sample_scores(1, 40, 0), sample_scores(1, 0, 40), sample_scores(1, 0, 0)}) {
    const std::string text = evaluation_text(sample_evaluation(rows), "t.csv", {"0", "1"}, false);
    EXPECT_TRUE(has(text, "n/a")) << text;
    EXPECT_FALSE(has(text, "nan")) << text;
  }
}

TEST(TrainedText, SaysWhatWasLearnedAndFromWhat) {
  EXPECT_EQ(
      trained_text(sample_model(), false),
      "Trained m.nst\n"
      "  rows         125,973 rows read, 58,630 left out; 53,874 to learn from, 13,469 kept for calibration (rows "
      "with label \"normal\")\n"
      "  columns      3 columns learned (as 6 matrix columns); 1 of them constant: num_outbound_cmds\n"
      "  not learned  label (label), difficulty (not a feature of this layout)\n"
      "  detector     iforest in log+one-hot; seed 1\n"
      "  cut          0.55, by false-alarms:0.01 from calibration scores: a row is flagged where its score is "
      "above it\n");
}

TEST(ModelText, ShowsEveryColumnAndWhatIsUsualInIt) {
  const std::string text = model_text(sample_model(), false);
  for (const auto* part :
       {"Model m.nst\n", "trained on     KDDTrain+.txt.gz\n", "settings       sample 256, trees 100\n",
        "src_bytes          integer   105 to 330                                  0  89581520\n",
        "num_outbound_cmds  integer   always 0                                    0         0\n",
        "service            category  http 83 %, smtp 15 %, private 2 %, ...\n",
        "50 %          0.4100             0.4200\n"}) {
    EXPECT_TRUE(has(text, part)) << part << "\nmissing in:\n" << text;
  }
}

TEST(VerifiedText, IsOneLine) {
  EXPECT_EQ(verified_text({"m.nst", true, "", "0.1.0", 123456}, false),
            "m.nst: ok (123,456 bytes, written by netstray 0.1.0)\n");
  EXPECT_EQ(verified_text({"m.nst", false, "cut short", "", 12}, false), "m.nst: damaged: cut short\n");
}

TEST(ColumnCounts, LeaveOutColumnsWithNothingToSay) {
  EncodeCounts counts;
  counts.unseen = {0, 0, 7};
  counts.out_of_range = {3, 9, 0};
  const auto model = sample_model();
  const auto unseen = unseen_columns(counts, model.columns);
  ASSERT_EQ(unseen.size(), 1U);
  EXPECT_EQ(unseen[0].column, "service");
  const auto outside = out_of_range_columns(counts, model.columns);
  ASSERT_EQ(outside.size(), 2U);
  EXPECT_EQ(outside[0].column, "num_outbound_cmds");
}

}  // namespace
}  // namespace netstray
