#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "netstray/maths/packed_rows.h"
#include "netstray/maths/point_kernels.h"

namespace netstray {

/// Packed rows in panels, as the kernels take them.
class PointPanels {
 public:
  PointPanels() = default;
  /// `count` points, all zero.
  PointPanels(const MatrixShape& shape, std::size_t count);
  /// The named rows of `rows` (packed, row after row), in that order.
  PointPanels(const MatrixShape& shape, std::span<const float> rows, std::span<const std::uint32_t> order);

  std::size_t size() const noexcept { return count_; }
  std::size_t panels() const noexcept { return (count_ + kPanelPoints - 1) / kPanelPoints; }
  /// Places for one value per point, the last panel's empty places included.
  std::size_t padded() const noexcept { return panels() * kPanelPoints; }

  float at(std::size_t point, std::size_t value) const noexcept {
    return lanes_[point / kPanelPoints * packed_ + value].at[point % kPanelPoints];
  }
  void set(std::size_t point, std::size_t value, float to) noexcept {
    lanes_[point / kPanelPoints * packed_ + value].at[point % kPanelPoints] = to;
  }
  /// `out` has packed_width(shape) places.
  void read(std::size_t point, std::span<float> out) const noexcept;

  PanelView view() const noexcept { return view(0, panels()); }
  PanelView view(std::size_t first_panel, std::size_t panels) const noexcept;

 private:
  struct alignas(64) Lane {
    std::array<float, kPanelPoints> at{};
  };
  std::size_t count_ = 0;
  std::size_t numbers_ = 0;
  std::size_t packed_ = 0;
  std::vector<Lane> lanes_;  ///< panels() * packed_
};

}  // namespace netstray
