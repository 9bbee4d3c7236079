#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netstray/detect/detector.h"
#include "netstray/detect/registry.h"
#include "netstray/maths/dense.h"

namespace netstray {

/// Settings of the tail score.
struct EcodSettings {
  std::uint64_t rows = 0;  ///< training rows at most, drawn with the seed; 0: all
};

/// Empirical cumulative distributions (Li, Zhao, Hu, Botta, Ionescu, Chen 2022), as pyod's ECOD computes it: a row is
/// as unusual as its values lie out in the tails, column by column. Score = sum over the dense columns of the greater
/// of -ln P(X <= x) and -ln P(X >= x), or of their sum where the column's skewness is exactly 0. It needs no settings
/// and no scaling.
///
/// It differs from pyod in one thing: pyod adds all rows that are scored together to the training rows before it takes
/// shares, so that a row's score depends on its company. Here each row is added alone: P(X <= x) = (1 + training rows
/// <= x) / (1 + training rows), which is what pyod gives for one row at a time.
class EcodDetector final : public Detector {
 public:
  /// Throws Error where there are no rows or columns or a value is not finite. Sorts each column; keeps its distinct
  /// values.
  static EcodDetector fit(const Matrix& matrix, const EcodSettings& settings, const FitContext& context = {});
  static EcodDetector load(ByteReader& in);

  std::string_view name() const noexcept override { return "ecod"; }
  std::size_t columns() const noexcept override { return shape_.columns(); }
  /// Values must be finite. Throws Error where the matrix has other columns.
  void score(const Matrix& matrix, std::span<double> scores) const override;
  /// Per column: its share of the score.
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

 private:
  /// One number column's distinct values, ascending, and how many training rows are at most each.
  struct Column {
    std::vector<float> values;
    std::vector<std::uint32_t> up_to;
    bool symmetric = false;  ///< skewness 0
    // Made from the above: how unusual each value is, and what lies between it and the one before (one place more).
    std::vector<double> at;
    std::vector<double> before;
  };

  static Column learn(std::span<const float> values);
  void prepare(Column& column) const;
  void prepare_groups();
  static double unusual(const Column& column, float value) noexcept;

  EcodSettings settings_;
  MatrixShape shape_;
  std::uint32_t rows_ = 0;  ///< training rows
  std::vector<Column> columns_;
  std::vector<std::vector<std::uint32_t>> code_rows_;  ///< per group and code: training rows
  // Made from code_rows_: how unusual 1 and 0 are in the code's column, and the whole group with that code.
  std::vector<std::vector<double>> code_set_, code_unset_, code_unusual_;
};

const DetectorInfo& ecod_info();

}  // namespace netstray
