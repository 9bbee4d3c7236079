#include "netstray/report/charts/frame.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/terminal.h"
#include "netstray/report/text_table.h"

namespace netstray {
namespace {

constexpr double kSampleWidth = 28;  // with the space behind it
constexpr double kCharacter = 7.2;   // at 12 units in a wide face
constexpr std::size_t kSeries = 10;
constexpr double kLargest = 1e300;
constexpr double kTitleLeft = 14;
constexpr double kTickRoom = 28;  // between the ticks of an axis that stands

double brought_in(double value) { return std::isnan(value) ? 0 : std::clamp(value, -kLargest, kLargest); }

std::size_t key_columns(const Frame& frame, const std::vector<KeyEntry>& entries) {
  const double room = (frame.right - frame.left) / 2 - kSampleWidth - 10;
  const bool narrow = std::all_of(entries.begin(), entries.end(),
                                  [room](const KeyEntry& entry) { return text_width(entry.text) <= room; });
  return narrow && entries.size() > 1 ? 2 : 1;
}

}  // namespace

bool drawable(double value) noexcept { return std::fabs(value) < kLargest; }

Axis linear_axis(double low, double high, double from, double to, int wanted, std::string label) {
  low = brought_in(low);
  high = std::max(low, brought_in(high));
  const double least = std::max(std::max(std::fabs(low), std::fabs(high)) * 1e-6, 1e-250);
  if (high - low < least) {
    low -= least / 2;
    high += least / 2;
  }
  auto values = nice_ticks(low, high, wanted);
  const double step = values.size() > 1 ? values[1] - values[0] : high - low;
  return {Scale(low, high, from, to), std::move(values), step, std::move(label)};
}

Axis logarithmic_axis(double low, double high, double from, double to, std::string label) {
  low = std::clamp(low, 1 / kLargest, kLargest);
  high = std::max(low * 1.01, brought_in(high));
  Axis axis{Scale(low, high, from, to, true), {}, 0, std::move(label) + " (logarithmic)"};
  const double first = std::ceil(std::log10(low) - 1e-9);
  const double last = std::floor(std::log10(high) + 1e-9);
  if (last - first < 2) {
    for (double decade = first - 1; decade <= last; ++decade) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double tick = factor * std::pow(10.0, decade);
        if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) axis.ticks.push_back(tick);
      }
    }
    return axis;
  }
  const double room = to > from ? text_width(tick_label(axis, std::pow(10.0, last))) + 6 : kTickRoom;
  const double per_decade =
      std::fabs(axis.scale(std::pow(10.0, last)) - axis.scale(std::pow(10.0, first))) / (last - first);
  const double stride = std::max(1.0, std::ceil(room / per_decade));
  for (double decade = first; decade <= last; decade += stride) axis.ticks.push_back(std::pow(10.0, decade));
  return axis;
}

std::string number_text(double value, int digits) {
  const double size = std::fabs(value);
  if (size < 1000 || size >= 1e7 || value != std::floor(value)) return readable(value, digits);
  return (value < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(size));
}

std::string tick_label(const Axis& axis, double tick) {
  const double size = std::fabs(tick);
  if (size >= 1e4 && size < 1e9) return size < 1e6 ? readable(tick / 1e3, 7) + " k" : readable(tick / 1e6, 7) + " M";
  if (axis.step == 0 && size > 0 && (size < 1e-3 || size >= 1e6)) return fmt::format("{:.3g}", tick);
  if (axis.step == 0 && size < 1) return readable(tick);
  if (axis.step == 0 || size >= 1000) return number_text(tick);
  return tick_text(tick, axis.step);
}

void draw_axes(Svg& svg, const Frame& frame, const Axis& x, const Axis& y) {
  for (const double tick : y.ticks) {
    svg.line({frame.left, y.scale(tick)}, {frame.right, y.scale(tick)}, "grid");
    svg.text({frame.left - 8, y.scale(tick) + 4}, tick_label(y, tick), "tick", Svg::Anchor::end);
  }
  for (const double tick : x.ticks) {
    svg.line({x.scale(tick), frame.bottom}, {x.scale(tick), frame.bottom + 5}, "axis");
    svg.text({x.scale(tick), frame.bottom + 19}, tick_label(x, tick), "tick", Svg::Anchor::middle);
  }
  svg.line({frame.left, frame.bottom}, {frame.right, frame.bottom}, "axis");
  svg.text({(frame.left + frame.right) / 2, frame.bottom + 42}, x.label, "label", Svg::Anchor::middle);
  svg.upward_text({14, (frame.top + frame.bottom) / 2}, y.label, "label");
}

void draw_value_axis(Svg& svg, const Frame& frame, const Axis& x) {
  for (const double tick : x.ticks) {
    svg.line({x.scale(tick), frame.top}, {x.scale(tick), frame.bottom}, "grid");
    svg.text({x.scale(tick), frame.bottom + 19}, tick_label(x, tick), "tick", Svg::Anchor::middle);
  }
  svg.text({(frame.left + frame.right) / 2, frame.bottom + 42}, x.label, "label", Svg::Anchor::middle);
}

void draw_title(Svg& svg, std::string_view title) {
  constexpr double kWider = 1.25;  // than the text that text_width measures: larger and bold
  svg.text({kTitleLeft, 20}, fitted(title, (Frame().width - kTitleLeft) / kWider), "title");
}

std::string empty_chart(std::string_view title, std::string_view why) {
  const Frame frame;
  Svg svg(frame.width, 140, title, why);
  draw_title(svg, title);
  svg.rect({frame.left, 40}, frame.right - frame.left, 80, "rest");
  svg.text({(frame.left + frame.right) / 2, 84}, why, "label", Svg::Anchor::middle);
  return svg.str();
}

std::string series(std::size_t i) { return fmt::format("s{}", i % kSeries); }

std::string_view class_series(bool attack) { return attack ? "c1" : "c0"; }

double text_width(std::string_view text) { return kCharacter * static_cast<double>(display_width(text)); }

std::string fitted(std::string_view text, double width) {
  return shortened(printable(text), static_cast<std::size_t>(std::max(4.0, width / kCharacter)));
}

std::string fitted_within(std::string_view text, double width) {
  const std::string whole = printable(text);
  const auto room = static_cast<std::size_t>(std::max(7.0, width / kCharacter));
  const bool plain = display_width(whole) == whole.size();
  if (!plain || whole.size() <= room) return fitted(text, width);
  const std::size_t end = (room - 3) / 2;
  return whole.substr(0, room - 3 - end) + "..." + whole.substr(whole.size() - end);
}

void draw_name(Svg& svg, Point end, std::string_view name, double width) {
  constexpr double kLine = 13;
  std::size_t space = std::string_view::npos;
  for (std::size_t i = 0; i < name.size() && text_width(name.substr(0, i)) <= width; ++i) {
    if (name[i] == ' ') space = i;
  }
  if (text_width(name) <= width || space == std::string_view::npos) {
    svg.text(end, fitted(name, width), "key", Svg::Anchor::end);
    return;
  }
  svg.text({end.x, end.y - kLine / 2}, printable(name.substr(0, space)), "key", Svg::Anchor::end);
  svg.text({end.x, end.y + kLine / 2}, fitted(name.substr(space + 1), width), "key", Svg::Anchor::end);
}

void draw_diamond(Svg& svg, Point centre, double reach, std::string_view css_class) {
  svg.polygon({{centre.x, centre.y - reach},
               {centre.x + reach, centre.y},
               {centre.x, centre.y + reach},
               {centre.x - reach, centre.y}},
              css_class);
}

void draw_key_entry(Svg& svg, Point at, const KeyEntry& entry) {
  const double middle = at.y - 4;
  switch (entry.sample) {
    case KeyEntry::Sample::line:
      svg.line({at.x, middle}, {at.x + 22, middle}, entry.css_class);
      break;
    case KeyEntry::Sample::dot:
      svg.circle({at.x + 11, middle}, 4.5, entry.css_class);
      break;
    case KeyEntry::Sample::ring:
      svg.circle({at.x + 11, middle}, 5.5, entry.css_class);
      break;
    case KeyEntry::Sample::diamond:
      draw_diamond(svg, {at.x + 11, middle}, 6, entry.css_class);
      break;
    case KeyEntry::Sample::area:
      svg.rect({at.x + 4, middle - 6}, 14, 12, entry.css_class);
      break;
  }
  svg.text({at.x + kSampleWidth, at.y}, entry.text, "key");
}

std::size_t key_rows(const Frame& frame, const std::vector<KeyEntry>& entries) {
  const std::size_t columns = key_columns(frame, entries);
  return (entries.size() + columns - 1) / columns;
}

void draw_key(Svg& svg, const Frame& frame, double top, const std::vector<KeyEntry>& entries) {
  const std::size_t rows = key_rows(frame, entries);
  const double column_width = (frame.right - frame.left) / 2;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::size_t whole_columns = i / rows;
    const auto column = static_cast<double>(whole_columns);
    const auto row = static_cast<double>(i % rows);
    draw_key_entry(svg, {frame.left + column * column_width, top + kKeyPitch * row + 12}, entries[i]);
  }
}

void draw_key_above(Svg& svg, const Frame& frame, const std::vector<KeyEntry>& entries) {
  double x = frame.right;
  for (std::size_t i = entries.size(); i-- > 0;) {
    x -= kSampleWidth + text_width(entries[i].text) - 2;
    draw_key_entry(svg, {x, 40}, entries[i]);
    x -= 12;
  }
}

}  // namespace netstray
