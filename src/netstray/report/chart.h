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

// What all charts share, and the two that are drawn from evaluations only; charts/ has the others. A chart is an <svg>
// element without looks of its own: chart_css() goes once into the page that holds it, or standalone_svg makes a file
// of one. Colours are Okabe and Ito's or near them, told apart by all kinds of colour vision, and line styles differ
// too. Where there is nothing to draw (one class absent, NaN, no rows) the chart says so.

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

/// Counts of normal and attack rows in bins of equal width that both share.
struct ScoreHistogram {
  double low = 0, high = 0;  ///< edges of the first and last bin
  std::vector<std::uint64_t> normal, attacks;
  bool clipped = false;  ///< the first and last bin also hold all rows beyond them
};
/// Scores that are not finite, or beyond 1e300, are left out. The range is that of the scores; where a few lie far away
/// (more than 20 times the spread of the middle 99 %) it is clipped to the middle 99.8 %. No bins where there are no
/// scores.
ScoreHistogram score_histogram(std::span<const std::uint8_t> labels, std::span<const double> scores,
                               std::size_t bins = 60);

/// Rows per bin for both classes and the cut. The axis of rows is logarithmic where the largest bin has over 100 rows
/// (it says so). Without a title it has one of its own.
std::string histogram_chart(const ScoreHistogram& histogram, std::optional<double> cut, std::string_view title = {},
                            const ClassNames& names = {});

/// What share of each family's rows is flagged, as bars; the 12 largest families.
std::string family_chart(std::span<const FamilyRecall> families);

}  // namespace netstray
