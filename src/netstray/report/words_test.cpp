#include "netstray/report/words.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "netstray/base/text.h"
#include "netstray/report/sample_answers.h"

namespace netstray {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string all_words(const Evaluation& evaluation) { return join(plain_words(evaluation), " "); }

Evaluation with_confusion(const Confusion& confusion) {
  Evaluation evaluation;
  evaluation.rows = confusion.rows();
  evaluation.attacks = confusion.fn + confusion.tp;
  evaluation.confusion = confusion;
  evaluation.false_alarms.measured = confusion.false_positive_rate();
  return evaluation;
}

TEST(Percent, SaysAllOrNothingOnlyWhereItIsSo) {
  EXPECT_EQ(percent(0), "0 %");
  EXPECT_EQ(percent(1), "100 %");
  EXPECT_EQ(percent(0.05234), "5.2 %");
  EXPECT_EQ(percent(0.00012), "0.012 %");
  EXPECT_EQ(percent(0.5), "50.0 %");
  EXPECT_EQ(percent(0.9995), "99.95 %");
  EXPECT_EQ(percent(0.999999), "> 99.999 %");
  EXPECT_EQ(percent(1e-9), "< 0.001 %");
  EXPECT_EQ(percent(kNaN), "n/a");
  for (int i = 1; i < 100000; ++i) {
    const std::string text = percent(i / 100000.0);
    EXPECT_TRUE(text != "0 %" && !text.starts_with("100")) << i << ": " << text;
  }
}

TEST(ChosenPercent, HasNoNeedlessZeros) {
  EXPECT_EQ(chosen_percent(0.01), "1 %");
  EXPECT_EQ(chosen_percent(0.005), "0.5 %");
  EXPECT_EQ(chosen_percent(0.07), "7 %");
  EXPECT_EQ(chosen_percent(kNaN), "n/a");
}

TEST(MetricText, NeverRoundsToOne) {
  EXPECT_EQ(metric_text(0.9421), "0.942");
  EXPECT_EQ(metric_text(1), "1.000");
  EXPECT_EQ(metric_text(0.9997), "0.99970");
  EXPECT_EQ(metric_text(0.999999), "> 0.99999");
  EXPECT_EQ(metric_text(0), "0.000");
  EXPECT_EQ(metric_text(0.0001), "0.00010");
  EXPECT_EQ(metric_text(kNaN), "n/a");
}

TEST(ReasonText, ReadsAsASentencePart) {
  EXPECT_EQ(reason_text(sample_number_reason()), "src_bytes 54540 (usually 105 to 330)");
  EXPECT_EQ(reason_text(sample_category_reason()), "service ecr_i (usually http, smtp, private, ...)");
  EXPECT_EQ(reason_text({"land", "1", 1, 0, 0, "always 0", 1}), "land 1 (always 0)");
  EXPECT_EQ(reason_text({"duration", "", {}, 0, 12, "0 to 12", 1}), "duration missing (usually 0 to 12)");
  EXPECT_EQ(reason_text({"x", "1", 1, {}, {}, "", 1}), "x 1");
}

TEST(ReasonsCell, JoinsAllOnOneLine) {
  const std::vector<Reason> reasons = {sample_number_reason(), sample_category_reason()};
  EXPECT_EQ(reasons_cell(reasons),
            "src_bytes=54540 (usually 105 to 330); service=ecr_i (usually http, smtp, private, ...)");
  EXPECT_EQ(reasons_cell({}), "");
  const std::vector<Reason> hostile = {{"a\nb", "x\x1b[2J", {}, {}, {}, "y\r", 1}};
  EXPECT_EQ(reasons_cell(hostile), "a\\x0ab=x\\x1b[2J (usually y\\x0d)");
}

TEST(PlainWords, TellWhatAnOperatorWantsToKnow) {
  Evaluation evaluation = with_confusion({950, 50, 300, 700});
  evaluation.false_alarms = {0.01, 0.05, 0.004, 0.018};
  evaluation.families = {{"dos", 800, .85, 0, 0}, {"r2l", 190, .1, 0, 0}, {"u2r", 10, .0, 0, 0}};
  const auto words = plain_words(evaluation);
  ASSERT_EQ(words.size(), 4U);
  EXPECT_EQ(words[0],
            "Of 1,000 normal rows, about 50 are flagged (5.0 %); 1 % was asked for. Chance allows 0.4 % to 1.8 %: the "
            "promise did not hold. The normal rows here differ from those that the model was calibrated on.");
  EXPECT_EQ(words[1], "Of 1,000 attack rows, 700 are found and 300 missed (30.0 %).");
  EXPECT_EQ(words[2], "Missed most: r2l, with 90.0 % of its 190 rows not flagged.");
  EXPECT_EQ(
      words[3],
      "Here 50.0 % of the rows are attacks, and 93.3 % of what is flagged is one. Where only 1 row in 1,000 is an "
      "attack, 1.4 % of what is flagged would be one, with the same shares found and falsely flagged.");
}

TEST(PlainWords, SayWhetherThePromiseHeld) {
  Evaluation evaluation = with_confusion({990, 10, 0, 5});
  evaluation.false_alarms = {0.01, 0.01, 0.004, 0.018};
  EXPECT_NE(all_words(evaluation).find("the promise held"), std::string::npos);
  evaluation.false_alarms = {0.1, 0.01, 0.08, 0.12};
  EXPECT_NE(all_words(evaluation).find("stricter"), std::string::npos);
  evaluation.false_alarms = {{}, 0.01, {}, {}};
  EXPECT_NE(all_words(evaluation).find("no promise"), std::string::npos);
}

TEST(PlainWords, SayWhatCannotBeSaid) {
  EXPECT_NE(all_words(Evaluation{}).find("no rows"), std::string::npos);
  EXPECT_NE(all_words(with_confusion({0, 0, 3, 4})).find("no normal rows"), std::string::npos);
  EXPECT_NE(all_words(with_confusion({5, 1, 0, 0})).find("no attack rows"), std::string::npos);
  EXPECT_NE(all_words(with_confusion({5, 0, 3, 0})).find("Nothing was flagged"), std::string::npos);
  Evaluation without_cut = with_confusion({1, 1, 1, 1});
  without_cut.confusion.reset();
  EXPECT_NE(all_words(without_cut).find("without a cut"), std::string::npos);
}

TEST(BySeverity, PutsErrorsFirstAndKeepsTheOrderOtherwise) {
  const auto sorted = by_severity({{"a", Audit::Severity::note, 0, ""},
                                   {"b", Audit::Severity::error, 0, ""},
                                   {"c", Audit::Severity::note, 0, ""},
                                   {"d", Audit::Severity::warning, 0, ""}});
  EXPECT_EQ(sorted[0].id + sorted[1].id + sorted[2].id + sorted[3].id, "bdac");
}

}  // namespace
}  // namespace netstray
