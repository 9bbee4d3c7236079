#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "netstray/base/serial.h"
#include "netstray/detect/registry.h"
#include "netstray/maths/distinct_rows.h"
#include "netstray/maths/nearest.h"

namespace netstray {

/// The training rows of the detectors that look at neighbours: each distinct row once, with its number of copies. What
/// is found is what would be found among all rows: a row with c copies counts as c neighbours.
class Neighbours {
 public:
  /// A training row near the one that was asked for, and how many of the k neighbours it stands for.
  struct Near {
    std::uint32_t row;     ///< its place among the distinct rows
    std::uint32_t copies;  ///< at least 1
    double squared;        ///< squared distance
  };

  Neighbours() = default;
  /// The matrix must be fit for learning (maths/dense.h). `typical_k` as in NearestPoints.
  Neighbours(const Matrix& matrix, std::size_t typical_k);

  const MatrixShape& shape() const noexcept { return nearest_.shape(); }
  /// Training rows, copies included.
  std::uint64_t rows() const noexcept { return rows_; }
  std::size_t distinct() const noexcept { return nearest_.size(); }
  void read(std::size_t row, std::span<float> packed_row) const noexcept { nearest_.read(row, packed_row); }

  using Visit = std::function<void(std::size_t query, std::span<const Near> near)>;
  /// For each packed row of `queries`: its k nearest training rows, nearest first, k <= rows().
  void find(std::span<const float> queries, std::size_t k, const Visit& visit) const;
  /// The same for the distinct training rows [begin, end), each without one copy of itself: k < rows().
  void find_others(std::size_t begin, std::size_t end, std::size_t k, const Visit& visit) const;

  /// Mean over the k nearest of the squared difference in each dense column. `parts` has shape().columns() places.
  void explain(std::span<const float> query, std::size_t k, std::span<double> parts) const;

  void save(ByteWriter& out) const;
  static Neighbours load(ByteReader& in, std::size_t typical_k);

 private:
  static constexpr std::uint32_t kNobody = 0xffffffffU;
  void near(std::span<const float> squared, std::span<const std::uint32_t> indices, std::size_t k, std::uint32_t self,
            std::vector<Near>& result) const;

  NearestPoints nearest_;
  std::vector<std::uint32_t> copies_;
  std::uint64_t rows_ = 0;
};

}  // namespace netstray
