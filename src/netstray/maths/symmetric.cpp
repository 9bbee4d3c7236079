#include "netstray/maths/symmetric.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>

#include "netstray/base/error.h"

namespace netstray {
namespace {

using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<const Square>;

Eigen::Index index_of(std::size_t number) noexcept { return static_cast<Eigen::Index>(number); }

/// Nothing where the matrix with this ridge is not positive definite.
std::optional<InverseFactor> try_inverse_factor(const Square& reversed, double ridge) {
  const Eigen::Index d = reversed.rows();
  Square with_ridge = reversed;
  with_ridge.diagonal().array() += ridge;
  const Eigen::LLT<Square> cholesky(with_ridge);
  if (cholesky.info() != Eigen::Success) return std::nullopt;
  const Square lower = cholesky.matrixL();
  Square inverse = Square::Identity(d, d);
  cholesky.matrixL().solveInPlace(inverse);
  if (!inverse.allFinite() || inverse.cwiseAbs().maxCoeff() > kMostFactor) return std::nullopt;
  InverseFactor result{{}, 2 * lower.diagonal().array().log().sum(), ridge};
  result.packed.reserve(packed_size(static_cast<std::size_t>(d), static_cast<std::size_t>(d)));
  for (Eigen::Index i = 0; i < d; ++i) {
    for (Eigen::Index j = i; j < d; ++j) result.packed.push_back(inverse(d - 1 - i, d - 1 - j));
  }
  return result;
}

}  // namespace

InverseFactor inverse_factor(std::span<const double> symmetric, std::size_t columns, double ridge) {
  const View matrix(symmetric.data(), index_of(columns), index_of(columns));
  // From the last column to the first, the Cholesky factor's inverse comes out upper triangular.
  const Square reversed = matrix.reverse();
  const double scale = std::max(matrix.trace() / static_cast<double>(columns), 1e-30);
  double tried = ridge;
  for (int attempt = 0; attempt < 60; ++attempt) {
    if (auto result = try_inverse_factor(reversed, tried)) return *std::move(result);
    tried = std::max(tried * 10, scale * 1e-15);
  }
  throw Error("the covariance of the columns cannot be factored: their values are too large or not finite");
}

Eigenpairs eigenpairs(std::span<const double> symmetric, std::size_t columns) {
  const View matrix(symmetric.data(), index_of(columns), index_of(columns));
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix);
  if (solver.info() != Eigen::Success) throw Error("the eigenvectors of the columns' covariance cannot be found");
  Eigenpairs pairs;
  for (Eigen::Index i = matrix.rows(); i-- > 0;) {
    pairs.values.push_back(std::max(0.0, solver.eigenvalues()(i)));
    for (Eigen::Index j = 0; j < matrix.rows(); ++j) pairs.vectors.push_back(solver.eigenvectors()(j, i));
  }
  return pairs;
}

std::vector<double> trapezoid(std::span<const double> matrix, std::size_t rows, std::size_t columns) {
  std::vector<double> packed;
  packed.reserve(packed_size(rows, columns));
  if (rows == 0) return packed;
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(View(matrix.data(), index_of(rows), index_of(columns)));
  for (Eigen::Index i = 0; i < index_of(rows); ++i) {
    for (Eigen::Index j = i; j < index_of(columns); ++j) packed.push_back(qr.matrixQR()(i, j));
  }
  return packed;
}

}  // namespace netstray
