#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "netstray/detect/neural/dense_net.h"
#include "netstray/maths/float_buffer.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// Scores the rows of a Matrix where they lie, kRows of them at a time, for a network that is learnt. One per thread:
/// it is the room that it works in. `net` must outlive it.
class LaneForward {
 public:
  static constexpr std::size_t kRows = 64;

  explicit LaneForward(const DenseNet& net);

  /// Squared error of rows [begin, end) of `matrix`, at most kRows, summed over columns in f32; infinite or NaN where
  /// that overflows. `sums` has kRows places.
  void errors(const Matrix& matrix, std::size_t begin, std::size_t end, std::span<float> sums);
  /// What hidden layer `layer` makes of rows [begin, end), at most kRows, to the same rows of `columns`, one a unit.
  /// Infinite or NaN where f32 overflows.
  void hidden(const Matrix& matrix, std::size_t begin, std::size_t end, std::size_t layer,
              std::span<std::vector<float>> columns);

 private:
  void take_rows(const Matrix& matrix, std::size_t begin, std::size_t end);
  void take_codes(const Matrix& matrix, std::size_t begin, std::size_t end);
  void add_first_codes();
  void hidden_layers(std::size_t count);
  void output_errors(std::size_t first, std::size_t end, std::size_t group, std::span<float> sums);

  const DenseNet& net_;
  std::size_t number_columns_;
  std::size_t groups_;
  std::vector<const float*> numbers_;  ///< where the rows of each number column begin
  FloatBuffer last_rows_;              ///< the last rows of a matrix, made up to kRows with zeros
  std::vector<std::uint32_t> codes_;   ///< per group the dense columns of kRows rows
  FloatBuffer coded_rows_;             ///< the same numbers row after row
  std::vector<const float*> coded_begins_;
  FloatBuffer by_row_;                ///< what codes add to the first layer, row after row
  std::vector<FloatBuffer> values_;   ///< of each hidden layer, unit after unit
  std::vector<const float*> inputs_;  ///< of the layer under way
  FloatBuffer outputs_;
};

}  // namespace netstray
