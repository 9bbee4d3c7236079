#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "netstray/detect/detector.h"

namespace netstray {

/// Settings of the isolation forest; defaults as in the paper and in scikit-learn.
struct IsolationForestSettings {
  std::uint32_t trees = 100;   ///< 1 to 10,000. Liu, Ting, Zhou 2012: path lengths converge well before 100
  std::uint32_t sample = 256;  ///< 2 to 2^20 rows per tree, without replacement; fewer where there are fewer rows
  std::uint64_t seed = 0;
};

/// Isolation forest (Liu, Ting, Zhou 2008 and 2012): unusual rows are cut off from the rest by few random splits. Each
/// tree is grown on a sample to depth ceil(log2(sample)); a split takes a random column among those that are not
/// constant in the node, and a threshold uniform between the column's least and largest value there. Score =
/// 2^(-E[h(x)] / c(sample)) in (0, 1]: about .5 for ordinary rows, towards 1 for rows that are cut off early. The same
/// construction as scikit-learn's.
class IsolationForest final : public Detector {
 public:
  /// Fits on all rows of `matrix`. Throws Error where it has no rows or columns or a value is not finite.
  static IsolationForest fit(const Matrix& matrix, const IsolationForestSettings& settings);
  static IsolationForest load(ByteReader& in);

  std::string_view name() const noexcept override { return "iforest"; }
  std::size_t columns() const noexcept override;
  void score(const Matrix& matrix, std::span<double> scores) const override;
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

  const IsolationForestSettings& settings() const noexcept;
  std::size_t nodes() const noexcept;

  /// Average path length of an unsuccessful search among n rows: c(n) of the paper.
  static double average_path(std::uint64_t n) noexcept;

 private:
  IsolationForest() = default;
};

}  // namespace netstray
