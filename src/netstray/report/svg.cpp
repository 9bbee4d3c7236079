#include "netstray/report/svg.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/core.h>

#include "netstray/report/terminal.h"

namespace netstray {
namespace {

/// 1, 2 or 5 times a power of ten, about `step` or the next one above.
double nice_step(double step) {
  const double magnitude = std::pow(10.0, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * magnitude >= step * 0.999) return factor * magnitude;
  }
  return 10 * magnitude;
}

std::string class_attribute(std::string_view css_class) {
  return css_class.empty() ? std::string() : fmt::format(" class=\"{}\"", escaped(css_class));
}

std::string_view anchor_attribute(Svg::Anchor anchor) {
  if (anchor == Svg::Anchor::middle) return " text-anchor=\"middle\"";
  return anchor == Svg::Anchor::end ? " text-anchor=\"end\"" : "";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::vector<double> nice_ticks(double low, double high, int wanted) {
  if (!std::isfinite(low) || !std::isfinite(high) || high < low || wanted < 1) return {};
  if (high == low) return {low};
  const double step = nice_step((high - low) / wanted);
  std::vector<double> ticks;
  const double slack = step * 1e-9;
  for (double i = std::ceil((low - slack) / step); i * step <= high + slack; ++i) ticks.push_back(i * step);
  return ticks;
}

std::string tick_text(double value, double step) {
  const double magnitude = std::max(std::fabs(value), std::fabs(step));
  if (magnitude >= 1e7 || (step > 0 && step < 1e-5)) return fmt::format("{:.3g}", value);
  const int decimals = step > 0 ? static_cast<int>(std::clamp(std::ceil(-std::log10(step) - 1e-9), 0.0, 6.0)) : 0;
  const double rounded = std::fabs(value) < step * 1e-9 ? 0.0 : value;
  return fmt::format("{:.{}f}", rounded, decimals);
}

Scale::Scale(double low, double high, double from, double to, bool logarithmic)
    : low_(low), high_(high), from_(from), to_(to), logarithmic_(logarithmic) {}

double Scale::operator()(double value) const noexcept {
  const double inside = std::clamp(value, low_, std::max(low_, high_));
  if (!(high_ > low_)) return (from_ + to_) / 2;
  const double share =
      logarithmic_ ? std::log(inside / low_) / std::log(high_ / low_) : (inside - low_) / (high_ - low_);
  return from_ + share * (to_ - from_);
}

Svg::Svg(double width, double height, std::string_view title, std::string_view description) {
  head_ = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 {:.0f} {:.0f}\" width=\"{:.0f}\" "
      "height=\"{:.0f}\" role=\"img\">\n<title>{}</title>\n<desc>{}</desc>\n",
      width, height, width, height, escaped(title), escaped(description));
}

void Svg::shape(std::string_view name, const std::string& attributes, std::string_view css_class,
                std::string_view tip) {
  body_ += fmt::format("<{}{}{}", name, class_attribute(css_class), attributes);
  body_ += tip.empty() ? "/>\n" : fmt::format("><title>{}</title></{}>\n", escaped(tip), name);
}

void Svg::corners(std::string_view name, const std::vector<Point>& points, std::string_view css_class) {
  std::string places;
  for (const Point& point : points) {
    if (!places.empty()) places += ' ';
    places += fmt::format("{:.1f},{:.1f}", point.x, point.y);
  }
  shape(name, fmt::format(" points=\"{}\"", places), css_class, {});
}

void Svg::line(Point from, Point to, std::string_view css_class) {
  shape("line", fmt::format(" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"", from.x, from.y, to.x, to.y),
        css_class, {});
}

void Svg::rect(Point corner, double width, double height, std::string_view css_class, std::string_view tip) {
  shape("rect",
        fmt::format(" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"", corner.x, corner.y,
                    std::max(0.0, width), std::max(0.0, height)),
        css_class, tip);
}

void Svg::circle(Point centre, double radius, std::string_view css_class, std::string_view tip) {
  shape("circle", fmt::format(" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"", centre.x, centre.y, radius), css_class, tip);
}

void Svg::polyline(const std::vector<Point>& points, std::string_view css_class) {
  corners("polyline", points, css_class);
}

void Svg::polygon(const std::vector<Point>& points, std::string_view css_class) {
  corners("polygon", points, css_class);
}

void Svg::path(std::string_view commands, std::string_view css_class) {
  shape("path", fmt::format(" d=\"{}\"", commands), css_class, {});
}

void Svg::text(Point at, std::string_view text, std::string_view css_class, Anchor anchor) {
  body_ += fmt::format("<text{} x=\"{:.1f}\" y=\"{:.1f}\"{}>{}</text>\n", class_attribute(css_class), at.x, at.y,
                       anchor_attribute(anchor), escaped(text));
}

void Svg::upward_text(Point at, std::string_view text, std::string_view css_class, Anchor anchor) {
  body_ += fmt::format("<text{} x=\"{:.1f}\" y=\"{:.1f}\"{} transform=\"rotate(-90 {:.1f} {:.1f})\">{}</text>\n",
                       class_attribute(css_class), at.x, at.y, anchor_attribute(anchor), at.x, at.y, escaped(text));
}

std::string Svg::str() const { return head_ + body_ + "</svg>\n"; }

}  // namespace netstray
