#include "netstray/detect/svm/row_kernel.h"

#include <algorithm>
#include <array>

#include "netstray/base/parallel.h"

namespace netstray {
namespace {

constexpr std::size_t kTogether = 4;
constexpr std::size_t kRunPanels = 16;

}  // namespace

void RowKernel::likeness_of_panels(const PanelView& points, std::span<const float> queries, std::size_t count,
                                   std::span<float> out) const {
  const std::size_t places = points.panels * kPanelPoints;
  if (kind == Kind::rbf) {
    std::array<float, kTogether * kPanelPoints> least{};
    squared_distances(points, queries.data(), count, out.data(), least.data());
    gaussian(gamma, out.data(), count * places);
    return;
  }
  std::array<double, kRunPanels * kPanelPoints> dots{};
  for (std::size_t query = 0; query < count; ++query) {
    dot_products(points, queries.data() + query * points.packed, dots.data());
    for (std::size_t i = 0; i < places; ++i) out[query * places + i] = static_cast<float>(dots[i] / scale);
  }
}

void RowKernel::likeness(const PointPanels& points, std::span<const float> query, std::span<float> out) const {
  constexpr std::size_t kPiecePanels = 8 * kRunPanels;
  constexpr std::size_t kWorthThreads = std::size_t{1} << 21;  // values to compare: some 50 microseconds of one thread
  const auto work = [&](std::size_t begin, std::size_t end) {
    for (std::size_t panel = begin; panel < end; panel += kRunPanels) {
      const std::size_t panels = std::min(kRunPanels, end - panel);
      likeness_of_panels(points.view(panel, panels), query, 1,
                         out.subspan(panel * kPanelPoints, panels * kPanelPoints));
    }
  };
  if (points.padded() * query.size() < kWorthThreads) return work(0, points.panels());
  parallel_for(points.panels(), kPiecePanels, work);
}

void RowKernel::sums(const PointPanels& points, std::span<const double> coefficients, std::span<const float> queries,
                     std::span<double> out) const {
  const std::size_t packed = queries.size() / std::max<std::size_t>(1, out.size());
  std::array<float, kTogether * kRunPanels * kPanelPoints> alike{};
  std::ranges::fill(out, 0.0);
  for (std::size_t panel = 0; panel < points.panels(); panel += kRunPanels) {
    const std::size_t panels = std::min(kRunPanels, points.panels() - panel);
    const std::size_t places = panels * kPanelPoints;
    for (std::size_t first = 0; first < out.size(); first += kTogether) {
      const std::size_t count = std::min(kTogether, out.size() - first);
      likeness_of_panels(points.view(panel, panels), queries.subspan(first * packed, count * packed), count, alike);
      for (std::size_t query = 0; query < count; ++query) {
        out[first + query] +=
            weighted_sum(coefficients.data() + panel * kPanelPoints, alike.data() + query * places, places);
      }
    }
  }
}

}  // namespace netstray
