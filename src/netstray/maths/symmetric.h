#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace netstray {

/// Linear algebra on small symmetric matrices, row-major, in f64. Thread-safe; cost d^3.

/// How many numbers an upper trapezoid of `rows` rows and `columns` columns (rows <= columns) takes when row i holds
/// only its columns i, i + 1, ...: the packed factors below.
constexpr std::size_t packed_size(std::size_t rows, std::size_t columns) noexcept {
  return rows * columns - rows * (rows - (rows > 0 ? 1 : 0)) / 2;
}

/// The least that the factor's numbers may reach, so that no score overflows.
constexpr double kMostFactor = 1e60;

struct InverseFactor {
  std::vector<double> packed;  ///< upper triangle F with F'F = inverse of the matrix (with its ridge)
  double log_determinant;      ///< of the matrix with its ridge
  double ridge;                ///< what was added to the diagonal: what was asked, or more where that was not enough
};
/// Factor of the inverse of `symmetric` + ridge on the diagonal. Where that is singular (to f64) the ridge is raised,
/// from 1e-15 of the mean diagonal on in steps of ten, until it is not; the result tells. All numbers must be finite.
InverseFactor inverse_factor(std::span<const double> symmetric, std::size_t columns, double ridge);

struct Eigenpairs {
  std::vector<double> values;   ///< descending; those that rounding made negative are 0
  std::vector<double> vectors;  ///< row i: the unit eigenvector of values[i]
};
Eigenpairs eigenpairs(std::span<const double> symmetric, std::size_t columns);

/// The packed upper trapezoid R with R'R = A'A, where A has `rows` rows (row-major) and rows <= columns: |R z| = |A z|.
std::vector<double> trapezoid(std::span<const double> matrix, std::size_t rows, std::size_t columns);

}  // namespace netstray
