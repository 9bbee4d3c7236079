#include "netstray/report/charts/bars.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/charts/frame.h"
#include "netstray/report/csv_lines.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kCountBar = 16;
constexpr double kBelowPlot = 54;  // an axis' numbers and label

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? kNaN : static_cast<double>(part) / static_cast<double>(whole);
}

std::vector<KeyEntry> class_key(const ClassNames& names) {
  return {{"tone c0", fitted(names.normal, 110), KeyEntry::Sample::area},
          {"tone c1", fitted(names.attack, 110), KeyEntry::Sample::area}};
}

/// Room for names at the left of a chart: as much as the longest needs, within bounds.
template <typename Rows, typename Name>
double name_room(const Rows& rows, Name name, double least, double most) {
  double room = least;
  for (const auto& row : rows) room = std::max(room, text_width(name(row)) + 14);
  return std::min(room, most);
}

/// Counts from 0, or by the logarithm where they are too unlike for that.
Axis count_axis(const Frame& frame, std::span<const ClassBalance> stages) {
  constexpr std::uint64_t kUnlike = 100;
  std::uint64_t most = 1;
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  for (const auto& stage : stages) {
    for (const std::uint64_t count : {stage.normal, stage.attacks}) {
      most = std::max(most, count);
      if (count > 0) least = std::min(least, count);
    }
  }
  const auto top = static_cast<double>(most);
  if (most / kUnlike >= least) return logarithmic_axis(0.7, top, frame.left, frame.right, "rows");
  return linear_axis(0, top, frame.left, frame.right, 4, "rows");
}

/// A lying bar of a stage: a class's rows and what stands behind it.
struct CountBar {
  double top;
  std::uint64_t rows;
  bool attack;
  std::string words;
};

void draw_count(Svg& svg, const Frame& frame, const Axis& x, const CountBar& bar) {
  const double end = bar.rows == 0 ? frame.left : std::max(x.scale(static_cast<double>(bar.rows)), frame.left + 1);
  svg.rect({frame.left, bar.top}, end - frame.left, kCountBar, fmt::format("tone {}", class_series(bar.attack)));
  svg.text({end + 6, bar.top + kCountBar - 3.5}, bar.words, "small halo");
}

}  // namespace

Picture class_balance_picture(const Heading& heading, std::span<const ClassBalance> stages, const ClassNames& names) {
  constexpr double kPitch = 46;
  constexpr double kNumbers = 96;  // room behind the longest bar
  const std::string title = heading.title.empty() ? "Rows by class, at each stage" : heading.title;
  Picture picture{heading.name, heading.caption, {}, "stage,class,rows,share\n"};
  for (const auto& stage : stages) {
    const std::uint64_t all = stage.normal + stage.attacks;
    append_csv_line(picture.csv,
                    {stage.stage, names.normal, std::to_string(stage.normal), csv_number(share(stage.normal, all))});
    append_csv_line(picture.csv,
                    {stage.stage, names.attack, std::to_string(stage.attacks), csv_number(share(stage.attacks, all))});
  }
  if (stages.empty()) {
    picture.svg = empty_chart(title, "there are no rows");
    return picture;
  }
  Frame frame;
  frame.left = name_room(stages, [](const ClassBalance& stage) { return stage.stage; }, 64, 130);
  frame.right -= kNumbers;
  frame.bottom = frame.top + kPitch * static_cast<double>(stages.size()) + 4;
  frame.height = frame.bottom + kBelowPlot;
  Svg svg(frame.width, frame.height, title, "A bar for each class and stage, with its rows and their share");
  draw_title(svg, title);
  draw_key_above(svg, Frame(), class_key(names));
  const Axis x = count_axis(frame, stages);
  draw_value_axis(svg, frame, x);
  double top = frame.top + 5;
  for (const auto& stage : stages) {
    svg.text({frame.left - 10, top + kCountBar + 4}, fitted(stage.stage, frame.left - 14), "key", Svg::Anchor::end);
    for (const bool attack : {false, true}) {
      const std::uint64_t count = attack ? stage.attacks : stage.normal;
      const std::string words =
          fmt::format("{} ({})", grouped(count), percent(share(count, stage.normal + stage.attacks)));
      draw_count(svg, frame, x, {top + (attack ? kCountBar + 2 : 0), count, attack, words});
    }
    top += kPitch;
  }
  picture.svg = svg.str();
  return picture;
}

namespace {

/// One cell of the confusion picture.
struct Cell {
  bool actual, predicted;
  std::uint64_t count, of_class, of_all;
};

std::string_view meaning(const Cell& cell) {
  if (cell.actual) return cell.predicted ? "found" : "missed";
  return cell.predicted ? "false alarms" : "left alone";
}

void draw_cell(Svg& svg, Point corner, double width, double height, const Cell& cell, const ClassNames& names) {
  const double of_class = share(cell.count, cell.of_class);
  const long shade = std::isfinite(of_class) ? std::lround(of_class * 10) : 0;
  svg.rect(corner, width, height,
           fmt::format("cell {} shade{}", cell.actual == cell.predicted ? "right" : "wrong", shade));
  const Point middle{corner.x + width / 2, corner.y + height / 2};
  const std::string name = fitted(cell.actual ? names.attack : names.normal, width - 60);
  svg.text({middle.x, middle.y - 26}, meaning(cell), "key", Svg::Anchor::middle);
  svg.text({middle.x, middle.y}, grouped(cell.count), "figure", Svg::Anchor::middle);
  svg.text({middle.x, middle.y + 21},
           cell.of_class == 0 ? "no rows of the class" : fmt::format("{} of {}", percent(of_class), name), "key",
           Svg::Anchor::middle);
  svg.text({middle.x, middle.y + 38}, cell.of_all == 0 ? "" : percent(share(cell.count, cell.of_all)) + " of all",
           "key soft", Svg::Anchor::middle);
}

std::array<Cell, 4> cells_of(const Confusion& confusion) {
  const std::uint64_t normal = confusion.tn + confusion.fp;
  const std::uint64_t attacks = confusion.fn + confusion.tp;
  const std::uint64_t all = normal + attacks;
  return {{{false, false, confusion.tn, normal, all},
           {false, true, confusion.fp, normal, all},
           {true, false, confusion.fn, attacks, all},
           {true, true, confusion.tp, attacks, all}}};
}

}  // namespace

Picture confusion_picture(const Heading& heading, const Confusion& confusion, const ClassNames& names) {
  const std::string title = heading.title.empty() ? "Rows by truth and verdict" : heading.title;
  Picture picture{heading.name, heading.caption, {}, "actual,predicted,rows,share_of_class,share_of_all\n"};
  const auto name = [&names](bool attack) { return attack ? names.attack : names.normal; };
  for (const Cell& cell : cells_of(confusion)) {
    append_csv_line(picture.csv,
                    {name(cell.actual), name(cell.predicted), std::to_string(cell.count),
                     csv_number(share(cell.count, cell.of_class)), csv_number(share(cell.count, cell.of_all))});
  }
  Frame frame;
  frame.left = 54;
  frame.top = 72;
  frame.bottom = 330;
  frame.height = 344;
  Svg svg(frame.width, frame.height, title, "Counts, shares of each class and of all rows");
  draw_title(svg, title);
  const double width = (frame.right - frame.left) / 2;
  const double height = (frame.bottom - frame.top) / 2;
  svg.text({frame.left + width, 44}, "verdict", "label", Svg::Anchor::middle);
  svg.upward_text({16, frame.top + height}, "truth", "label");
  for (const Cell& cell : cells_of(confusion)) {
    const Point corner{frame.left + (cell.predicted ? width : 0), frame.top + (cell.actual ? height : 0)};
    draw_cell(svg, corner, width, height, cell, names);
  }
  for (const bool attack : {false, true}) {
    const double middle = attack ? 1.5 : 0.5;
    svg.text({frame.left + width * middle, frame.top - 9}, fitted(name(attack), width - 10), "key strong",
             Svg::Anchor::middle);
    svg.upward_text({38, frame.top + height * middle}, fitted(name(attack), height - 10), "key strong");
  }
  picture.svg = svg.str();
  return picture;
}

}  // namespace netstray
