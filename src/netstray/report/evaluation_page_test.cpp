#include "netstray/report/evaluation_page.h"

#include <limits>

#include <gtest/gtest.h>

#include "netstray/report/html.h"
#include "netstray/report/markup_check.h"
#include "netstray/report/sample_answers.h"

namespace netstray {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

class EvaluationPageTest : public testing::Test {
 protected:
  SampleScores rows_ = sample_scores(5, 800, 600);
  Evaluation evaluation_ = sample_evaluation(rows_);
  ModelSummary model_ = sample_model();
  EvaluationPage page_{sample_frame("evaluate").inputs, &evaluation_, &model_,
                       score_histogram(rows_.labels, rows_.scores), "netstray evaluate m.nst KDDTest+.txt.gz"};
};

TEST_F(EvaluationPageTest, IsWellFormedAndFetchesNothing) {
  const std::string html = evaluation_page(page_);
  EXPECT_EQ(markup_fault(html), "");
  for (const char* load : {"src=", "src =", "href=", "href =", "url(", "url (", "@import"}) {
    EXPECT_EQ(html.find(load), std::string::npos) << load;
  }
  EXPECT_FALSE(has(html, "<script"));
  EXPECT_FALSE(has(html, " style=\""));
  EXPECT_TRUE(has(html, "default-src 'none'"));
}

TEST_F(EvaluationPageTest, HoldsWhatAReaderLooksFor) {
  const std::string html = evaluation_page(page_);
  for (const auto* part :
       {"How well m.nst does on KDDTest+.txt.gz",
        "1,400 rows: 800 normal, 600 attacks. The model (iforest) learned from 53,874 rows", "Of 1,000 normal rows",
        "ROC curve", "Precision and recall", "weighted avg", "r2l", "duplicates-across", "not a feature of this layout",
        "num_outbound_cmds", "rows with label &quot;normal&quot;", "3 too few cells", "netstray evaluate m.nst"}) {
    EXPECT_TRUE(has(html, part)) << part;
  }
}

TEST_F(EvaluationPageTest, ShowsErrorsBeforeWarningsAndNotes) {
  const std::string html = evaluation_page(page_);
  const auto audits = html.find("Audits: ");
  EXPECT_LT(html.find("duplicates-across", audits), html.find("calibration-shift", audits));
  EXPECT_LT(html.find("calibration-shift", audits), html.find("duplicates-within", audits));
  EXPECT_LT(html.find("duplicates-across"), audits) << "an error stands beside the headline numbers too";
}

TEST_F(EvaluationPageTest, IsTheSameForTheSameInput) { EXPECT_EQ(evaluation_page(page_), evaluation_page(page_)); }

TEST_F(EvaluationPageTest, DisarmsHostileNames) {
  const std::string hostile = "\"'><script>alert(1)</script>&\x1b[31m";
  page_.inputs[0].path = hostile;
  page_.inputs[0].skipped = {{hostile, 1}};
  page_.command = hostile;
  evaluation_.families[0].family = hostile;
  evaluation_.audits[0].text = hostile;
  evaluation_.audits[0].id = hostile;
  model_.path = hostile;
  model_.columns[0].field.name = hostile;
  model_.columns[2].levels[0] = hostile;
  model_.carried[0] = {hostile, hostile};
  model_.record.source = hostile;
  const std::string html = evaluation_page(page_);
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_FALSE(has(html, "<script"));
  EXPECT_FALSE(has(html, "\x1b"));
}

TEST_F(EvaluationPageTest, CopesWithoutModelCutOrRows) {
  Evaluation nothing;
  nothing.auc = nothing.average_precision = nothing.recall_at_fpr_01 = nothing.recall_at_fpr_05 =
      std::numeric_limits<double>::quiet_NaN();
  const std::string html = evaluation_page({{}, &nothing, nullptr, {}, ""});
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_TRUE(has(html, "There are no rows to evaluate."));
  EXPECT_TRUE(has(html, "n/a"));
  EXPECT_FALSE(has(html, "nan"));
}

TEST_F(EvaluationPageTest, CopesWithOneClass) {
  for (const bool attacks : {false, true}) {
    const auto rows = attacks ? sample_scores(1, 0, 50) : sample_scores(1, 50, 0);
    Evaluation evaluation = sample_evaluation(rows);
    evaluation.intervals.reset();
    const std::string html = evaluation_page({{}, &evaluation, &model_, score_histogram(rows.labels, rows.scores), ""});
    EXPECT_EQ(markup_fault(html), "");
    EXPECT_TRUE(has(html, "needs rows of both classes"));
    EXPECT_FALSE(has(html, ">nan"));
  }
}

TEST(PageOf, ClosesWhatItOpened) {
  Page page("A <title>", "");
  page.section("one");
  page.details("more");
  page.paragraph("a & b");
  page.section("two");
  page.table({{"a"}, {"b", Page::Align::right}}, {{"x", "1", "too many"}, {"y"}});
  page.preformatted("two\nlines <");
  page.details("last");
  EXPECT_EQ(markup_fault(page.str()), "");
  EXPECT_TRUE(has(page.str(), "<title>A &lt;title&gt;</title>"));
  EXPECT_FALSE(has(page.str(), "too many"));
  EXPECT_TRUE(has(page.str(), "<pre>two\nlines &lt;\n</pre>"));
}

}  // namespace
}  // namespace netstray
