#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/report/svg.h"

namespace netstray {

// What the charts of this module are drawn with. All are 460 units wide, so that text has one size wherever charts
// stand side by side; their height follows from what they show.

/// The drawing and, within it, the plot.
struct Frame {
  double width = 460, height = 360;
  double left = 64, right = 444;
  double top = 50, bottom = 304;
};

/// One axis: its numbers, their places and what they are.
struct Axis {
  Scale scale;
  std::vector<double> ticks;
  double step = 0;  ///< between ticks; 0 on a logarithmic axis
  std::string label;
};

/// Whether a number can be drawn: finite, and no difference to another one overflows.
bool drawable(double value) noexcept;

/// About `wanted` round ticks in [low, high]. Ends that cannot be drawn are brought in; ends too near each other for
/// numbers between them are taken apart.
Axis linear_axis(double low, double high, double from, double to, int wanted, std::string label);
/// A tick per decade, or at 1, 2 and 5 times each where there are at most two; low > 0. The label gets "(logarithmic)".
Axis logarithmic_axis(double low, double high, double from, double to, std::string label);
/// A number with thousands told apart: "1,032", "0.25", "5.5e+07".
std::string number_text(double value, int digits = 4);
/// What stands at a tick, short: "1,000", "0.25", "20 k", "1.5 M", "1e-05".
std::string tick_label(const Axis& axis, double tick);

/// Lines across at the ticks of y, ticks below, numbers and labels.
void draw_axes(Svg& svg, const Frame& frame, const Axis& x, const Axis& y);
/// An axis below and lines up from it, for bars that lie.
void draw_value_axis(Svg& svg, const Frame& frame, const Axis& x);
void draw_title(Svg& svg, std::string_view title);

/// A chart that says why there is none.
std::string empty_chart(std::string_view title, std::string_view why);

/// CSS classes of the series number i: colour and, on lines, dashes. They repeat after 10.
std::string series(std::size_t i);
/// CSS classes of a class of rows: colour and dashes.
std::string_view class_series(bool attack);

/// About how wide text of 12 units is.
double text_width(std::string_view text);
/// Text that fits into so many units, "..." at its end where it was cut. Made printable.
std::string fitted(std::string_view text, double width);
/// The same, but "..." stands in the middle, for names that differ at their ends.
std::string fitted_within(std::string_view text, double width);

/// A name at the left of what it names, right-aligned at `end`: in one line, or where that is too short in two, the
/// second cut where it must be.
void draw_name(Svg& svg, Point end, std::string_view name, double width);

/// One entry of a key: a sample of the line, dot or area, and words.
struct KeyEntry {
  enum class Sample { line, dot, area, ring, diamond };
  std::string css_class;
  std::string text;
  Sample sample = Sample::line;
};
/// Rows that a key needs below a plot, and its drawing from `top` on, in two columns where the words are short enough.
std::size_t key_rows(const Frame& frame, const std::vector<KeyEntry>& entries);
void draw_key(Svg& svg, const Frame& frame, double top, const std::vector<KeyEntry>& entries);
/// A key in one line above the plot, at its right end.
void draw_key_above(Svg& svg, const Frame& frame, const std::vector<KeyEntry>& entries);
constexpr double kKeyPitch = 19;

/// A square that stands on a corner.
void draw_diamond(Svg& svg, Point centre, double reach, std::string_view css_class);
/// One entry anywhere: its sample is 22 wide, the words begin 28 right of `at`.
void draw_key_entry(Svg& svg, Point at, const KeyEntry& entry);

}  // namespace netstray
