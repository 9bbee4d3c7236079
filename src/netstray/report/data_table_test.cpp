#include "netstray/report/data_table.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "netstray/report/markup_check.h"
#include "netstray/report/picture.h"

namespace netstray {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

DataTable sample() {
  DataTable table{"cuts", "Cuts & shares", {{"model"}, {"share", Align::right}}, {}, "Of 5 seeds."};
  table.add({"gmm, full", "5 %"});
  table.add({"one\"quote", "0.5", "too many"});
  table.add({"short"});
  return table;
}

TEST(DataTable, IsTextWithItsNumbersAtTheRight) {
  EXPECT_EQ(text_of(sample()),
            "Cuts & shares\n"
            "  model      share\n"
            "  gmm, full    5 %\n"
            "  one\"quote    0.5\n"
            "  short\n"
            "Of 5 seeds.\n");
}

TEST(DataTable, IsCsvWithEveryCellInItsPlace) {
  EXPECT_EQ(csv_of(sample()), "model,share\n\"gmm, full\",5 %\n\"one\"\"quote\",0.5\nshort,\n");
  DataTable one{"one", "", {{"only"}}, {{""}}};
  EXPECT_EQ(csv_of(one), "only\n\"\"\n");
}

TEST(DataTable, IsLatexThatNeedsBooktabsOnly) {
  const std::string latex = latex_of(sample());
  EXPECT_EQ(latex,
            "% needs \\usepackage{booktabs}\n"
            "\\begin{table}\n"
            "  \\centering\n"
            "  \\caption{Cuts \\& shares}\n"
            "  \\label{tab:cuts}\n"
            "  \\begin{tabular}{lr}\n"
            "    \\toprule\n"
            "    model & share \\\\\n"
            "    \\midrule\n"
            "    gmm, full & 5 \\% \\\\\n"
            "    one\"quote & 0.5 \\\\\n"
            "    short &  \\\\\n"
            "    \\bottomrule\n"
            "  \\end{tabular}\n"
            "  \\par\\smallskip\\footnotesize Of 5 seeds.\n"
            "\\end{table}\n");
}

TEST(DataTable, DisarmsWhatLatexWouldTakeForACommand) {
  DataTable table{"a_b{c}", "\\input{x}", {{"$x_1^2$"}}, {{"[1] * 50% #3 ~ <a|b> -- \\"}}};
  const std::string latex = latex_of(table);
  EXPECT_TRUE(has(latex, "\\caption{\\textbackslash{}input\\{x\\}}"));
  EXPECT_TRUE(has(latex, "\\label{tab:a-b-c-}"));
  EXPECT_TRUE(has(latex, "\\$x\\_1\\textasciicircum{}2\\$"));
  EXPECT_TRUE(has(
      latex,
      "{[}1] {*} 50\\% \\#3 \\textasciitilde{} \\textless{}a\\textbar{}b\\textgreater{} -{-} \\textbackslash{} \\\\"))
      << latex;
}

TEST(DataTable, IsAddedToAPageWithTitleAndNote) {
  Page page("p", "");
  page.contents();
  page.section("Tables <1>");
  add_table(page, sample());
  add_table(page, sample(), 2);
  page.leaky("The cut was taken from test rows.");
  DataTable leaky{"l", "", {{"from"}, {"cut"}}, {{"a", "test-normals LEAKY"}}};
  add_table(page, leaky);
  page.subsection("more");
  page.paragraph("two\nlines\n");
  page.small_figures({{"<svg></svg>", "a caption", "cut on the test"}, {"<svg></svg>", ""}});
  const std::string html = page.str();
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_TRUE(has(html, "<a href=\"#s1\">Tables &lt;1&gt;</a>") && has(html, "<section id=\"s1\">"));
  EXPECT_TRUE(has(html, "<p class=\"table-title\">Cuts &amp; shares</p>") && has(html, "Of 5 seeds."));
  EXPECT_TRUE(has(html, "<td>test-normals <b class=\"leaky\">LEAKY</b></td>"));
  EXPECT_TRUE(has(html, "<b class=\"leaky\">LEAKY</b> The cut was taken"));
  EXPECT_TRUE(has(html, "<figcaption><b class=\"leaky\">LEAKY</b> cut on the test. a caption</figcaption>"));
  EXPECT_TRUE(has(html, "class=\"scroll tall\""));
  EXPECT_TRUE(has(html, "<p>two lines</p>"));
  EXPECT_FALSE(has(html, "http:") || has(html, "https:"));
}

TEST(FileNameOf, IsPlainAndNeverEmpty) {
  EXPECT_EQ(file_name_of("ROC: all models (5 seeds)"), "roc-all-models-5-seeds");
  EXPECT_EQ(file_name_of("../../etc/passwd"), "etc-passwd");
  EXPECT_EQ(file_name_of("\xc3\xa9"), "picture");
  EXPECT_LE(file_name_of(std::string(500, 'a')).size(), 60U);
}

}  // namespace
}  // namespace netstray
