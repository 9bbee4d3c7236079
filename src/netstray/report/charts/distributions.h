#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/report/chart.h"
#include "netstray/report/picture.h"

namespace netstray {

// Pictures of how values are spread, by class. Labels are 1 attack, 0 normal, as many as values; values that are not
// finite are left out and counted in the chart. All functions are thread-safe, cost a sort of the values, and say in
// the chart why there is nothing to draw instead of failing.

/// Rows per bin for both classes, with the cut: histogram_chart with its numbers. CSV: low, high, normal, attack.
Picture score_histogram_picture(const Heading& heading, const ScoreHistogram& histogram, std::optional<double> cut,
                                const ClassNames& names = {});

/// Each class's density (its bars have area 1) over bins of equal width that both share, laid over each other.
/// Logarithmic bins where positive values span more than three decades and most lie in the lowest part. `axis` names
/// the values ("reconstruction loss"). CSV: low, high, normal_density, attack_density, normal_rows, attack_rows.
Picture density_histogram_picture(const Heading& heading, std::string_view axis, std::span<const std::uint8_t> labels,
                                  std::span<const double> values, const ClassNames& names = {}, std::size_t bins = 30);

/// Each class's density as a shape that is as wide as values are frequent: a Gaussian kernel with Scott's bandwidth
/// (n^-1/5 standard deviations), cut at the data's range, as seaborn's violinplot(cut=0); quartiles inside. Logarithmic
/// as above; the density is then that of the logarithm. CSV: class, value, density, then the quartiles as rows "class,
/// value, , q" with q one of .25, .5, .75.
Picture violin_picture(const Heading& heading, std::string_view axis, std::span<const std::uint8_t> labels,
                       std::span<const double> values, const ClassNames& names = {});

/// Density of a Gaussian kernel with Scott's bandwidth at `points` places evenly from the least to the largest of
/// `values` (finite, at least one). Values are put on 2,048 bins first, so the cost does not grow with their number;
/// the error of that is below a thousandth of the bandwidth squared. One value alone, or all equal: density 1 each.
std::vector<double> kernel_density(std::span<const double> values, std::size_t points);

/// What is usual in one feature: quantiles of the normal rows and of the attacks.
struct UsualRange {
  std::string feature;
  double low = 0, median = 0, high = 0;                       ///< .05, .5 and .95 quantile of normal rows
  double attack_low = 0, attack_median = 0, attack_high = 0;  ///< likewise of attacks; NaN where there are none
};
/// Of finite values only; all NaN where there are none.
UsualRange usual_range(std::string feature, std::span<const std::uint8_t> labels, std::span<const double> values);
/// A strip per feature on an axis of its own: where normal rows lie, where attacks lie, and the numbers. The first
/// `most` features that hold more than one value are drawn. CSV, with all: feature, normal_q05, normal_median,
/// normal_q95, attack_q05, attack_median, attack_q95.
Picture usual_picture(const Heading& heading, std::span<const UsualRange> features, const ClassNames& names = {},
                      std::size_t most = 30);

}  // namespace netstray
