#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/evaluate/evaluation.h"
#include "netstray/metric/metric.h"
#include "netstray/report/picture.h"

namespace netstray {

// Charts as <svg> elements without looks of their own: chart_css() goes once into the page that holds them, or
// standalone_svg makes a file of one. Colours are Okabe and Ito's, told apart by all kinds of colour vision, and line
// styles differ too. Where there is nothing to draw (one class absent, NaN, no rows) the chart says so.

/// The style sheet that all charts share: light, dark (prefers-color-scheme) and print.
std::string_view chart_css() noexcept;

/// A chart as a whole SVG file, its style sheet inside.
std::string standalone_svg(const std::string& chart);

/// Where a model works: what its cut gives on this test.
struct OperatingPoint {
  double false_positive_rate;
  double recall;
  double precision;
};
/// Nothing where a class is absent, or nothing was flagged.
std::optional<OperatingPoint> operating_point(const Confusion& confusion) noexcept;

/// True-positive rate against false-positive rate up to `fpr_limit` in (0, 1], with the diagonal of guessing, the area
/// under the whole curve, and the model's point where it lies within. `curve` as metric.h gives it.
std::string roc_chart(std::span<const CurvePoint> curve, const std::optional<OperatingPoint>& point,
                      double fpr_limit = 1);

/// Precision against recall, with the base rate (what flagging at random gives). Between points of `curve` rows are
/// taken at random among the equal scores, so that precision follows a hyperbola (Davis and Goadrich 2006).
std::string precision_recall_chart(std::span<const CurvePoint> curve, const std::optional<OperatingPoint>& point);

/// Counts of normal and attack rows in bins of equal width that both share.
struct ScoreHistogram {
  double low = 0, high = 0;  ///< edges of the first and last bin
  std::vector<std::uint64_t> normal, attacks;
  bool clipped = false;  ///< the first and last bin also hold all rows beyond them
};
/// Scores that are not finite are left out. The range is that of the scores; where a few lie far away (more than 20
/// times the spread of the middle 99 %) it is clipped to the middle 99.8 %. No bins where there are no scores.
ScoreHistogram score_histogram(std::span<const std::uint8_t> labels, std::span<const double> scores,
                               std::size_t bins = 60);

/// Rows per bin for both classes and the cut. The axis of rows is logarithmic where the largest bin has over 100 rows
/// (it says so). Without a title it has one of its own.
std::string histogram_chart(const ScoreHistogram& histogram, std::optional<double> cut, std::string_view title = {},
                            const ClassNames& names = {});

/// Rows by truth and verdict, with each one's share of its class; darker = larger share.
std::string confusion_chart(const Confusion& confusion);

/// What share of each family's rows is flagged, as bars; the 12 largest families.
std::string family_chart(std::span<const FamilyRecall> families);

}  // namespace netstray
