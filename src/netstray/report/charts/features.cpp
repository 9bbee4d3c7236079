#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/report/charts/bars.h"
#include "netstray/report/charts/frame.h"
#include "netstray/report/csv_lines.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

/// A share in [0, 1] within a narrow cell: percent without the sign, never 0 or 100 by rounding alone.
std::string cell_percent(double share) {
  if (!std::isfinite(share)) return "";
  if (share > 0 && share < 0.005) return "<1";
  if (share < 1 && share >= 0.995) return ">99";
  return fmt::format("{:.0f}", share * 100);
}

std::string families_csv(const FamilyTable& table) {
  std::string csv;
  std::vector<std::string> cells = {"family", "rows"};
  cells.insert(cells.end(), table.models.begin(), table.models.end());
  append_csv_line(csv, cells);
  for (const auto& row : table.families) {
    cells = {row.family, std::to_string(row.rows)};
    for (const double recall : row.recall) cells.push_back(csv_number(recall));
    cells.resize(2 + table.models.size());
    append_csv_line(csv, cells);
  }
  return csv;
}

constexpr double kModelRoom = 150;  // for a model's name that stands upright

/// Where the cells of the table are.
struct Grid {
  double left, top, cell, pitch;
};

void draw_models(Svg& svg, const Grid& grid, const std::vector<std::string>& models, bool upward) {
  for (std::size_t m = 0; m < models.size(); ++m) {
    const double middle = grid.left + grid.cell * (static_cast<double>(m) + 0.5);
    if (upward) {
      svg.upward_text({middle + 4, grid.top - 8}, fitted(models[m], kModelRoom), "key", Svg::Anchor::start);
    } else {
      svg.text({middle, grid.top - 8}, fitted(models[m], grid.cell - 4), "key", Svg::Anchor::middle);
    }
  }
}

void draw_family(Svg& svg, const Grid& grid, double top, const FamilyTable::Row& row, std::size_t models) {
  constexpr double kRowsRoom = 58;
  svg.text({grid.left - kRowsRoom - 6, top + grid.pitch / 2 + 4}, fitted(row.family, grid.left - kRowsRoom - 10), "key",
           Svg::Anchor::end);
  svg.text({grid.left - 10, top + grid.pitch / 2 + 4}, grouped(row.rows), "small soft", Svg::Anchor::end);
  for (std::size_t m = 0; m < std::min(models, row.recall.size()); ++m) {
    const double recall = row.recall[m];
    if (!std::isfinite(recall)) continue;
    const double left = grid.left + grid.cell * static_cast<double>(m);
    svg.rect({left, top}, grid.cell, grid.pitch,
             fmt::format("cell right shade{}", std::lround(std::clamp(recall, 0.0, 1.0) * 10)));
    svg.text({left + grid.cell / 2, top + grid.pitch / 2 + 4}, cell_percent(recall), "small", Svg::Anchor::middle);
  }
}

}  // namespace

Picture family_picture(const Heading& heading, const FamilyTable& table, std::size_t most) {
  constexpr double kLeft = 176;
  constexpr double kPitch = 25;
  const std::string title = heading.title.empty() ? "Found at the cut, by family" : heading.title;
  Picture picture{heading.name, heading.caption, {}, families_csv(table)};
  if (table.families.empty() || table.models.empty()) {
    picture.svg = empty_chart(title, "there are no families");
    return picture;
  }
  auto shown = table.families;
  std::stable_sort(shown.begin(), shown.end(), [](const auto& a, const auto& b) { return a.rows > b.rows; });
  shown.resize(std::min(shown.size(), most));
  Frame frame;
  const double cell = std::min(130.0, (frame.right - kLeft) / static_cast<double>(table.models.size()));
  const bool upward = std::any_of(table.models.begin(), table.models.end(),
                                  [cell](const std::string& model) { return text_width(model) > cell - 4; });
  double longest = 0;
  for (const auto& model : table.models) longest = std::max(longest, text_width(model));
  const Grid grid{kLeft, upward ? 44 + std::min(longest, kModelRoom) : 62, cell, kPitch};
  frame.height = grid.top + kPitch * static_cast<double>(shown.size()) + 34;
  Svg svg(frame.width, frame.height, title, "Share of each family's rows that each model flags, in percent");
  draw_title(svg, title);
  svg.text({grid.left - 10, grid.top - 8}, "rows", "small soft", Svg::Anchor::end);
  draw_models(svg, grid, table.models, upward);
  double top = grid.top;
  for (const auto& row : shown) {
    draw_family(svg, grid, top, row, table.models.size());
    top += kPitch;
  }
  const std::size_t rest = table.families.size() - shown.size();
  svg.text({14, frame.height - 12},
           "Percent of the family's rows that is flagged." +
               (rest > 0 ? " " + counted(rest, "smaller family", "smaller families") + " left out." : ""),
           "tick");
  picture.svg = svg.str();
  return picture;
}

namespace {

void draw_weight(Svg& svg, const Axis& x, double middle, const FeatureWeight& feature) {
  constexpr double kBar = 13;
  const double zero = x.scale(0);
  const double end = x.scale(feature.weight);
  svg.rect({std::min(zero, end), middle - kBar / 2}, std::fabs(end - zero), kBar,
           feature.weight < 0 ? "tone c1" : "tone c0");
  if (drawable(feature.sd) && feature.sd > 0) {
    svg.line({x.scale(feature.weight - feature.sd), middle}, {x.scale(feature.weight + feature.sd), middle}, "axis");
  }
}

}  // namespace

Picture importance_picture(const Heading& heading, std::string_view axis, std::span<const FeatureWeight> features,
                           std::size_t most) {
  constexpr double kPitch = 20;
  const std::string title = heading.title.empty() ? "What the model looks at" : heading.title;
  std::vector<FeatureWeight> sorted;
  std::copy_if(features.begin(), features.end(), std::back_inserter(sorted),
               [](const FeatureWeight& feature) { return drawable(feature.weight); });
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.weight > b.weight; });
  Picture picture{heading.name, heading.caption, {}, "feature,weight,sd\n"};
  for (const auto& f : sorted) append_csv_line(picture.csv, {f.feature, csv_number(f.weight), csv_number(f.sd)});
  if (sorted.empty()) {
    picture.svg = empty_chart(title, "there are no weights");
    return picture;
  }
  const std::size_t all = sorted.size();
  sorted.resize(std::min(all, most));
  double low = 0;
  double high = 0;
  for (const auto& f : sorted) {
    const double sd = drawable(f.sd) ? std::fabs(f.sd) : 0;
    low = std::min(low, f.weight - sd);
    high = std::max(high, f.weight + sd);
  }
  Frame frame;
  frame.left = 64;
  for (const auto& f : sorted) frame.left = std::clamp(text_width(f.feature) + 22, frame.left, 184.0);
  frame.right -= 56;
  frame.top = 40;
  frame.bottom = frame.top + kPitch * static_cast<double>(sorted.size()) + 4;
  frame.height = frame.bottom + 54;
  Svg svg(frame.width, frame.height, title, fmt::format("{}, the heaviest first", axis));
  draw_title(svg, title);
  const Axis x = linear_axis(low, high > low ? high : low + 1, frame.left, frame.right, 4,
                             std::string(axis) + (all > most ? fmt::format(" ({} of {})", most, all) : ""));
  draw_value_axis(svg, frame, x);
  svg.line({x.scale(0), frame.top}, {x.scale(0), frame.bottom}, "axis");
  const int decimals = std::clamp(2 - static_cast<int>(std::floor(std::log10(std::max(high, -low) + 1e-9))), 0, 6);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double middle = frame.top + kPitch * (static_cast<double>(i) + 0.5) + 2;
    svg.text({frame.left - 8, middle + 4}, fitted_within(sorted[i].feature, frame.left - 12), "key", Svg::Anchor::end);
    draw_weight(svg, x, middle, sorted[i]);
    svg.text({444, middle + 4}, fmt::format("{:.{}f}", sorted[i].weight, decimals), "small", Svg::Anchor::end);
  }
  picture.svg = svg.str();
  return picture;
}

}  // namespace netstray
