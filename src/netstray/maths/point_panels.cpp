#include "netstray/maths/point_panels.h"

namespace netstray {

PointPanels::PointPanels(const MatrixShape& shape, std::size_t count)
    : count_(count), numbers_(shape.number_columns()), packed_(packed_width(shape)), lanes_(panels() * packed_) {}

PointPanels::PointPanels(const MatrixShape& shape, std::span<const float> rows, std::span<const std::uint32_t> order)
    : PointPanels(shape, order.size()) {
  for (std::size_t point = 0; point < order.size(); ++point) {
    const float* from = rows.data() + order[point] * packed_;
    for (std::size_t value = 0; value < packed_; ++value) set(point, value, from[value]);
  }
}

void PointPanels::read(std::size_t point, std::span<float> out) const noexcept {
  for (std::size_t value = 0; value < packed_; ++value) out[value] = at(point, value);
}

PanelView PointPanels::view(std::size_t first_panel, std::size_t panels) const noexcept {
  if (lanes_.empty()) return {nullptr, 0, numbers_, packed_};
  return {lanes_.data()->at.data() + first_panel * packed_ * kPanelPoints, panels, numbers_, packed_};
}

}  // namespace netstray
