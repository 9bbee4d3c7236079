#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/maths/quantile.h"
#include "netstray/report/charts/distributions.h"
#include "netstray/report/charts/frame.h"
#include "netstray/report/csv_lines.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::array<double, 3> quantiles_of(std::vector<double> values) {
  if (values.empty()) return {kNaN, kNaN, kNaN};
  std::sort(values.begin(), values.end());
  return {sorted_quantile(values, .05), sorted_quantile(values, .5), sorted_quantile(values, .95)};
}

/// A strip's own scale: linear, or for counts of very unlike size by log(1 + value / unit).
struct Strip {
  double low = 0, high = 0, unit = 0;

  double share(double value) const {
    const double all = warped(high) - warped(low);
    return all > 0 ? std::clamp((warped(value) - warped(low)) / all, 0.0, 1.0) : 0.5;
  }
  double warped(double value) const { return unit > 0 ? std::log1p(std::max(0.0, value) / unit) : value; }
};

Strip strip_of(const std::array<double, 6>& numbers) {
  constexpr double kUnlike = 100;
  Strip strip{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), 0};
  double least_positive = std::numeric_limits<double>::infinity();
  for (const double number : numbers) {
    if (!std::isfinite(number)) continue;
    strip.low = std::min(strip.low, number);
    strip.high = std::max(strip.high, number);
    if (number > 0) least_positive = std::min(least_positive, number);
  }
  if (strip.low >= 0 && std::isfinite(least_positive) && strip.high / least_positive > kUnlike)
    strip.unit = std::max(least_positive, strip.high * 1e-12);
  return strip;
}

/// Three digits, large numbers short: "0.04", "1,032", "54.5 k", "60 M".
std::string short_number(double value) {
  const double size = std::fabs(value);
  if (size >= 1e4 && size < 1e9) return size < 1e6 ? readable(value / 1e3, 3) + " k" : readable(value / 1e6, 3) + " M";
  return number_text(value, 3);
}

/// Whether all that is known of a feature is one number.
bool is_constant(const UsualRange& f) {
  const bool attacks = std::isfinite(f.attack_low);
  return !(f.low < f.high) && (!attacks || (!(f.attack_low < f.attack_high) && !(f.attack_low != f.low)));
}

/// "0 to 1,032", or one number where both ends are the same.
std::string range_text(double low, double high) {
  const std::string from = short_number(low);
  const std::string to = short_number(high);
  return from == to ? from : from + " to " + to;
}

void draw_range(Svg& svg, const Frame& frame, const Strip& strip, double top, const std::array<double, 3>& numbers,
                bool attack) {
  constexpr double kBar = 9;
  if (!std::isfinite(numbers[0])) return;
  const auto place = [&](double value) { return frame.left + (frame.right - frame.left) * strip.share(value); };
  const double from = place(numbers[0]);
  const double to = place(numbers[2]);
  svg.rect({from - 1, top}, to - from + 2, kBar, fmt::format("pale {}", class_series(attack)));
  svg.rect({place(numbers[1]) - 1.5, top}, 3, kBar, fmt::format("fill {}", class_series(attack)),
           "median " + number_text(numbers[1], 4));
  svg.text({frame.right + 10, top + kBar}, range_text(numbers[0], numbers[2]), attack ? "small soft" : "small");
}

}  // namespace

UsualRange usual_range(std::string feature, std::span<const std::uint8_t> labels, std::span<const double> values) {
  std::array<std::vector<double>, 2> classes;
  for (std::size_t i = 0; i < std::min(labels.size(), values.size()); ++i) {
    if (drawable(values[i])) classes[labels[i] != 0 ? 1 : 0].push_back(values[i]);
  }
  const auto normal = quantiles_of(std::move(classes[0]));
  const auto attack = quantiles_of(std::move(classes[1]));
  return {std::move(feature), normal[0], normal[1], normal[2], attack[0], attack[1], attack[2]};
}

Picture usual_picture(const Heading& heading, std::span<const UsualRange> features, const ClassNames& names,
                      std::size_t most) {
  constexpr double kPitch = 32;
  const std::string title = heading.title.empty() ? "What is usual, and where attacks lie" : heading.title;
  Picture picture{heading.name,
                  heading.caption,
                  {},
                  "feature,normal_q05,normal_median,normal_q95,attack_q05,attack_median,attack_q95\n"};
  for (const auto& f : features) {
    append_csv_line(picture.csv, {f.feature, csv_number(f.low), csv_number(f.median), csv_number(f.high),
                                  csv_number(f.attack_low), csv_number(f.attack_median), csv_number(f.attack_high)});
  }
  std::vector<UsualRange> shown;
  std::copy_if(features.begin(), features.end(), std::back_inserter(shown), std::not_fn(is_constant));
  shown.resize(std::min(shown.size(), most));
  if (shown.empty()) {
    picture.svg = empty_chart(title, features.empty() ? "there are no features" : "every feature has one value");
    return picture;
  }
  Frame frame;
  frame.left = 164;
  frame.right = 310;
  frame.top = 58;
  frame.bottom = frame.top + kPitch * static_cast<double>(shown.size());
  const std::size_t left_out = features.size() - shown.size();
  frame.height = frame.bottom + (left_out > 0 ? 53 : 38);
  Svg svg(frame.width, frame.height, title,
          "5 % to 95 % of the rows of each class, the median marked, for each feature");
  draw_title(svg, title);
  draw_key_above(svg, Frame(),
                 {{"tone c0", fitted(names.normal, 110), KeyEntry::Sample::area},
                  {"tone c1", fitted(names.attack, 110), KeyEntry::Sample::area}});
  double top = frame.top;
  for (const auto& f : shown) {
    const Strip strip = strip_of({f.low, f.median, f.high, f.attack_low, f.attack_median, f.attack_high});
    svg.line({frame.left, top + 12}, {frame.right, top + 12}, "grid");
    svg.text({frame.left - 10, top + 16}, fitted_within(f.feature, frame.left - 14), "key", Svg::Anchor::end);
    draw_range(svg, frame, strip, top + 2, {f.low, f.median, f.high}, false);
    draw_range(svg, frame, strip, top + 13, {f.attack_low, f.attack_median, f.attack_high}, true);
    top += kPitch;
  }
  svg.text({14, frame.bottom + 14}, "Bars hold 5 % to 95 % of the rows, the mark is the median.", "small soft");
  svg.text({14, frame.bottom + 29}, "Each feature has a scale of its own, logarithmic where it is wide.", "small soft");
  if (left_out > 0) {
    svg.text({14, frame.bottom + 44},
             counted(left_out, "feature is", "features are") + " not shown: constant, or too many.", "small soft");
  }
  picture.svg = svg.str();
  return picture;
}

}  // namespace netstray
