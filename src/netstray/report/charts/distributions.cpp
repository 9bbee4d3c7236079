#include "netstray/report/charts/distributions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/maths/quantile.h"
#include "netstray/report/charts/frame.h"
#include "netstray/report/csv_lines.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

/// The values of each class in ascending order, those that can be drawn.
struct Classes {
  std::array<std::vector<double>, 2> values;
  std::uint64_t left_out = 0;

  bool empty() const { return values[0].empty() && values[1].empty(); }
  std::vector<double> all() const {
    std::vector<double> merged(values[0].size() + values[1].size());
    std::merge(values[0].begin(), values[0].end(), values[1].begin(), values[1].end(), merged.begin());
    return merged;
  }
};

Classes classes_of(std::span<const std::uint8_t> labels, std::span<const double> values) {
  Classes classes;
  for (std::size_t i = 0; i < std::min(labels.size(), values.size()); ++i) {
    if (drawable(values[i])) {
      classes.values[labels[i] != 0 ? 1 : 0].push_back(values[i]);
    } else {
      ++classes.left_out;
    }
  }
  for (auto& of_class : classes.values) std::sort(of_class.begin(), of_class.end());
  return classes;
}

/// Whether most of positive values would be crowded at the lower end of a linear axis.
bool wants_logarithm(const std::vector<double>& sorted) {
  constexpr double kDecades = 1000;
  constexpr double kCrowded = 20;
  return sorted.front() > 0 && sorted.back() / sorted.front() > kDecades &&
         sorted.back() > kCrowded * sorted_quantile(sorted, .75);
}

/// An axis for values, linear or by the logarithm; never without width.
Axis axis_of_values(double low, double high, bool logarithmic, double from, double to, std::string label) {
  if (logarithmic) return logarithmic_axis(low, high, from, to, std::move(label));
  if (high <= low) {
    const double margin = std::max(std::fabs(low) * 0.05, 1e-6);
    low -= margin;
    high += margin;
  }
  return linear_axis(low, high, from, to, 6, std::move(label));
}

/// With a capital letter.
std::string titled(std::string_view text) {
  std::string title(text);
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return title;
}

std::string left_out_words(const Classes& classes) {
  return classes.left_out == 0
             ? ""
             : " (without " + counted(classes.left_out, "value that is none)", "values that are none)");
}

std::string class_words(const ClassNames& names, bool attack, std::size_t rows) {
  return fmt::format("{} {}", grouped(rows), fitted(attack ? names.attack : names.normal, 100));
}

/// Bins of equal width on the axis, and each class's density in them. The density is per unit of the axis: of the
/// values, or of their decimal logarithm.
struct Density {
  std::vector<double> edges;
  std::array<std::vector<std::uint64_t>, 2> rows;
  std::array<std::vector<double>, 2> density;
};

Density density_of(const Classes& classes, const Axis& axis, bool logarithmic, std::size_t bins) {
  Density result;
  const double low = logarithmic ? std::log10(axis.scale.low()) : axis.scale.low();
  const double high = logarithmic ? std::log10(axis.scale.high()) : axis.scale.high();
  const double width = (high - low) / static_cast<double>(bins);
  for (std::size_t b = 0; b <= bins; ++b) {
    const double edge = low + width * static_cast<double>(b);
    result.edges.push_back(logarithmic ? std::pow(10.0, edge) : edge);
  }
  for (std::size_t c = 0; c < 2; ++c) {
    result.rows[c].assign(bins, 0);
    for (const double value : classes.values[c]) {
      const double place = ((logarithmic ? std::log10(value) : value) - low) / width;
      ++result.rows[c][static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bins - 1)))];
    }
    const double all = static_cast<double>(classes.values[c].size()) * width;
    for (const std::uint64_t count : result.rows[c]) {
      result.density[c].push_back(all > 0 ? static_cast<double>(count) / all : 0);
    }
  }
  return result;
}

void draw_density(Svg& svg, const Density& bins, std::size_t c, const Axis& x, const Axis& y, double base) {
  std::vector<Point> outline = {{x.scale(bins.edges.front()), base}};
  for (std::size_t b = 0; b < bins.density[c].size(); ++b) {
    outline.push_back({x.scale(bins.edges[b]), y.scale(bins.density[c][b])});
    outline.push_back({x.scale(bins.edges[b + 1]), y.scale(bins.density[c][b])});
  }
  outline.push_back({x.scale(bins.edges.back()), base});
  svg.polygon(outline, fmt::format("area {}", class_series(c == 1)));
  svg.polyline(outline, fmt::format("line thin {}", class_series(c == 1)));
}

}  // namespace

Picture score_histogram_picture(const Heading& heading, const ScoreHistogram& histogram, std::optional<double> cut,
                                const ClassNames& names) {
  Picture picture{heading.name, heading.caption, histogram_chart(histogram, cut, heading.title, names), {}};
  append_csv_line(picture.csv, {"low", "high", names.normal, names.attack});
  const std::size_t bins = histogram.normal.size();
  for (std::size_t b = 0; b < bins; ++b) {
    const double width = (histogram.high - histogram.low) / static_cast<double>(bins);
    const double low = histogram.low + width * static_cast<double>(b);
    append_csv_line(picture.csv, {csv_number(low), csv_number(low + width), std::to_string(histogram.normal[b]),
                                  std::to_string(histogram.attacks[b])});
  }
  return picture;
}

Picture density_histogram_picture(const Heading& heading, std::string_view axis, std::span<const std::uint8_t> labels,
                                  std::span<const double> values, const ClassNames& names, std::size_t bins) {
  const std::string title = heading.title.empty() ? titled(axis) + " by class" : heading.title;
  Picture picture{
      heading.name, heading.caption, {}, "low,high,normal_density,attack_density,normal_rows,attack_rows\n"};
  const Classes classes = classes_of(labels, values);
  if (classes.empty() || bins == 0) {
    picture.svg = empty_chart(title, "there are no values");
    return picture;
  }
  const auto all = classes.all();
  const bool logarithmic = wants_logarithm(all);
  Frame frame;
  frame.height = 384;
  const Axis x = axis_of_values(all.front(), all.back(), logarithmic, frame.left, frame.right,
                                std::string(axis) + left_out_words(classes));
  const Density density = density_of(classes, x, logarithmic, bins);
  double most = 0;
  for (std::size_t b = 0; b < bins; ++b) {
    most = std::max({most, density.density[0][b], density.density[1][b]});
    append_csv_line(picture.csv, {csv_number(density.edges[b]), csv_number(density.edges[b + 1]),
                                  csv_number(density.density[0][b]), csv_number(density.density[1][b]),
                                  std::to_string(density.rows[0][b]), std::to_string(density.rows[1][b])});
  }
  const Axis y = linear_axis(0, most * 1.05, frame.bottom, frame.top, 5,
                             logarithmic ? "density, per factor of 10" : "density (each class has area 1)");
  Svg svg(frame.width, frame.height, title, fmt::format("Density of each class in {} bins", bins));
  draw_title(svg, title);
  draw_axes(svg, frame, x, y);
  std::vector<KeyEntry> entries;
  for (std::size_t c = 0; c < 2; ++c) {
    if (classes.values[c].empty()) continue;
    draw_density(svg, density, c, x, y, frame.bottom);
    entries.push_back(
        {fmt::format("line {}", class_series(c == 1)), class_words(names, c == 1, classes.values[c].size())});
  }
  draw_key(svg, frame, frame.bottom + 54, entries);
  picture.svg = svg.str();
  return picture;
}

namespace {

/// What stands below a violin.
std::string rows_and_median(const std::vector<double>& sorted) {
  const std::string rows = counted(sorted.size(), "row", "rows");
  return sorted.empty() ? rows : rows + ", median " + number_text(sorted_quantile(sorted, .5), 3);
}

/// A class's violin: where the values are, how wide the shape is there, and the quartiles.
struct Violin {
  std::vector<double> at, density;
  std::array<double, 3> quartiles{};
};

Violin violin_of(const std::vector<double>& sorted, bool logarithmic) {
  constexpr std::size_t kPoints = 129;
  std::vector<double> values = sorted;
  if (logarithmic) std::transform(values.begin(), values.end(), values.begin(), [](double v) { return std::log10(v); });
  Violin violin;
  violin.density = kernel_density(values, kPoints);
  for (std::size_t p = 0; p < kPoints; ++p) {
    const double at = values.front() + (values.back() - values.front()) * static_cast<double>(p) / (kPoints - 1);
    violin.at.push_back(logarithmic ? std::pow(10.0, at) : at);
  }
  violin.quartiles = {sorted_quantile(sorted, .25), sorted_quantile(sorted, .5), sorted_quantile(sorted, .75)};
  return violin;
}

void append_violin(std::string& csv, const Violin& violin, const std::string& name) {
  for (std::size_t p = 0; p < violin.at.size(); ++p) {
    append_csv_line(csv, {name, csv_number(violin.at[p]), csv_number(violin.density[p]), ""});
  }
  constexpr std::array<std::string_view, 3> kQuantiles = {"0.25", "0.5", "0.75"};
  for (std::size_t q = 0; q < 3; ++q) {
    append_csv_line(csv, {name, csv_number(violin.quartiles.at(q)), "", std::string(kQuantiles.at(q))});
  }
}

void draw_violin(Svg& svg, const Axis& y, double middle, double half_width, const Violin& violin, bool attack) {
  const double widest = *std::max_element(violin.density.begin(), violin.density.end());
  std::vector<Point> outline;
  outline.reserve(2 * violin.at.size() + 1);
  for (std::size_t p = 0; p < violin.at.size(); ++p) {
    outline.push_back({middle - half_width * violin.density[p] / widest, y.scale(violin.at[p])});
  }
  for (std::size_t p = violin.at.size(); p-- > 0;) {
    outline.push_back({middle + half_width * violin.density[p] / widest, y.scale(violin.at[p])});
  }
  outline.push_back(outline.front());
  svg.polygon(outline, fmt::format("area {}", class_series(attack)));
  svg.polyline(outline, fmt::format("line thin solid {}", class_series(attack)));
  const auto& [lower, median, upper] = violin.quartiles;
  svg.line({middle, y.scale(violin.at.front())}, {middle, y.scale(violin.at.back())}, "axis");
  svg.line({middle, y.scale(lower)}, {middle, y.scale(upper)}, "box");
  svg.circle({middle, y.scale(median)}, 4.5, "median");
}

}  // namespace

Picture violin_picture(const Heading& heading, std::string_view axis, std::span<const std::uint8_t> labels,
                       std::span<const double> values, const ClassNames& names) {
  constexpr double kHalfWidth = 84;
  const std::string title = heading.title.empty() ? titled(axis) + " by class" : heading.title;
  Picture picture{heading.name, heading.caption, {}, "class,value,density,quantile\n"};
  const Classes classes = classes_of(labels, values);
  if (classes.empty()) {
    picture.svg = empty_chart(title, "there are no values");
    return picture;
  }
  const auto all = classes.all();
  const bool logarithmic = wants_logarithm(all);
  Frame frame;
  frame.left = 72;
  Svg svg(frame.width, frame.height, title, "A shape for each class, as wide as its values are frequent");
  draw_title(svg, title);
  const Axis y = axis_of_values(all.front(), all.back(), logarithmic, frame.bottom, frame.top,
                                std::string(axis) + left_out_words(classes));
  draw_axes(svg, frame, {Scale(0, 1, frame.left, frame.right), {}, 1, ""}, y);
  for (std::size_t c = 0; c < 2; ++c) {
    const double middle = frame.left + (frame.right - frame.left) * (c == 0 ? 0.25 : 0.75);
    svg.text({middle, frame.bottom + 20}, fitted(c == 1 ? names.attack : names.normal, 160), "key strong",
             Svg::Anchor::middle);
    svg.text({middle, frame.bottom + 37}, rows_and_median(classes.values[c]), "tick", Svg::Anchor::middle);
    if (classes.values[c].empty()) continue;
    const Violin violin = violin_of(classes.values[c], logarithmic);
    append_violin(picture.csv, violin, c == 1 ? names.attack : names.normal);
    draw_violin(svg, y, middle, kHalfWidth, violin, c == 1);
  }
  picture.svg = svg.str();
  return picture;
}

}  // namespace netstray
