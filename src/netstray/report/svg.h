#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netstray {

/// Text made safe inside XML or HTML, in content and in quoted attributes: & < > " ' escaped, control characters and
/// bytes that are no UTF-8 replaced.
std::string escaped(std::string_view text);

/// Round numbers (1, 2 or 5 times a power of ten apart) that lie in [low, high], about `wanted` of them, ascending.
/// Empty where low or high is not finite or high < low.
std::vector<double> nice_ticks(double low, double high, int wanted);

/// How a tick's number is written when ticks are `step` apart: as many decimals as the step has.
std::string tick_text(double value, double step);

/// From numbers to places on a drawing: linear, or by the logarithm (then low > 0).
class Scale {
 public:
  Scale(double low, double high, double from, double to, bool logarithmic = false);

  /// The place of `value`; values outside [low, high] are at the end.
  double operator()(double value) const noexcept;
  double low() const noexcept { return low_; }
  double high() const noexcept { return high_; }

 private:
  double low_, high_, from_, to_;
  bool logarithmic_;
};

struct Point {
  double x, y;
};

/// A drawing in SVG, built shape by shape. Looks come from CSS classes only (chart_css), so that a page decides on
/// light, dark and print, and a strict content policy is content. Coordinates are written with one decimal.
class Svg {
 public:
  /// `title` and `description` are for readers who cannot see it.
  Svg(double width, double height, std::string_view title, std::string_view description);

  enum class Anchor { start, middle, end };

  void line(Point from, Point to, std::string_view css_class);
  void rect(Point corner, double width, double height, std::string_view css_class, std::string_view tip = {});
  void circle(Point centre, double radius, std::string_view css_class, std::string_view tip = {});
  void polyline(const std::vector<Point>& points, std::string_view css_class);
  void polygon(const std::vector<Point>& points, std::string_view css_class);
  /// A path as SVG writes it ("M1 2h0"); `commands` is taken as it is, so it must not come from outside.
  void path(std::string_view commands, std::string_view css_class);
  void text(Point at, std::string_view text, std::string_view css_class, Anchor anchor = Anchor::start);
  /// Text that runs upwards, its middle (or its start) at `at`.
  void upward_text(Point at, std::string_view text, std::string_view css_class, Anchor anchor = Anchor::middle);

  /// The whole <svg> element.
  std::string str() const;

 private:
  void shape(std::string_view name, const std::string& attributes, std::string_view css_class, std::string_view tip);
  void corners(std::string_view name, const std::vector<Point>& points, std::string_view css_class);

  std::string head_;
  std::string body_;
};

}  // namespace netstray
