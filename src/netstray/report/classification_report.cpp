#include "netstray/report/classification_report.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace netstray {
namespace {

constexpr std::string_view kLongestHeading = "weighted avg";

struct Row {
  std::string name;
  ClassScores scores;
};

/// The classes that occur, in labels or verdicts; both where there are no rows at all.
std::vector<Row> class_rows(const Confusion& confusion, const std::array<std::string, 2>& names) {
  const auto scores = class_scores(confusion);
  const bool mixed = confusion.fp + confusion.fn > 0 || confusion.rows() == 0;
  std::vector<Row> rows;
  if (mixed || confusion.tn > 0) rows.push_back({names[0], scores[0]});
  if (mixed || confusion.tp > 0) rows.push_back({names[1], scores[1]});
  return rows;
}

/// Mean of the rows' scores; each row counts as its weight.
ClassScores mean(const std::vector<Row>& rows, bool weighted, std::uint64_t support) {
  ClassScores sum{0, 0, 0, support};
  double weights = 0;
  for (const auto& row : rows) {
    const double weight = weighted ? static_cast<double>(row.scores.support) : 1.0;
    sum.precision += row.scores.precision * weight;
    sum.recall += row.scores.recall * weight;
    sum.f1 += row.scores.f1 * weight;
    weights += weight;
  }
  if (weights > 0) {
    sum.precision /= weights;
    sum.recall /= weights;
    sum.f1 /= weights;
  }
  return sum;
}

/// Code points of UTF-8 text, which is what Python's len() and format() count.
std::size_t length(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string padded(const std::string& name, std::size_t width) {
  return std::string(width - std::min(width, length(name)), ' ') + name;
}

/// A count as scikit-learn prints it: where not one row is right its counts have become floats.
std::string support_text(std::uint64_t support, bool none_right) {
  return std::to_string(support) + (none_right ? ".0" : "");
}

std::string line(const std::string& name, const ClassScores& scores, std::size_t width, bool none_right) {
  return fmt::format("{}  {:>9.2f} {:>9.2f} {:>9.2f} {:>9}\n", padded(name, width), scores.precision, scores.recall,
                     scores.f1, support_text(scores.support, none_right));
}

}  // namespace

std::string classification_report(const Confusion& confusion, const std::array<std::string, 2>& names) {
  const auto rows = class_rows(confusion, names);
  std::size_t width = kLongestHeading.size();
  for (const auto& row : rows) width = std::max(width, length(row.name));
  const bool none_right = confusion.tn + confusion.tp == 0 && confusion.rows() > 0;
  const double accuracy =
      confusion.rows() == 0 ? 0.0
                            : static_cast<double>(confusion.tn + confusion.tp) / static_cast<double>(confusion.rows());

  std::string text =
      fmt::format("{}  {:>9} {:>9} {:>9} {:>9}\n\n", padded("", width), "precision", "recall", "f1-score", "support");
  for (const auto& row : rows) text += line(row.name, row.scores, width, none_right);
  text += fmt::format("\n{}  {:>9} {:>9} {:>9.2f} {:>9}\n", padded("accuracy", width), "", "", accuracy,
                      support_text(confusion.rows(), none_right));
  text += line("macro avg", mean(rows, false, confusion.rows()), width, none_right);
  text += line("weighted avg", mean(rows, true, confusion.rows()), width, none_right);
  return text;
}

}  // namespace netstray
