#include "netstray/detect/svm/nystroem.h"

#include <cmath>
#include <numeric>

#include <Eigen/Dense>

#include "netstray/base/parallel.h"

namespace netstray {
namespace {

constexpr double kLeastEigenvalue = 1e-6;
constexpr std::size_t kWidthStep = 16;

using RowMajorFloats = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using RowMajorDoubles = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Index index(std::size_t value) noexcept { return static_cast<Eigen::Index>(value); }

PointPanels all_panels(const MatrixShape& shape, std::span<const float> rows, std::size_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  return {shape, rows, order};
}

}  // namespace

Nystroem::Nystroem(const MatrixShape& shape, const RowKernel& kernel, std::span<const float> landmarks)
    : kernel_(kernel),
      packed_(packed_width(shape)),
      landmarks_(landmarks.size() / packed_),
      points_(all_panels(shape, landmarks, landmarks_)) {
  Eigen::MatrixXd alike(index(landmarks_), index(landmarks_));
  std::vector<float> row(points_.padded());
  for (std::size_t i = 0; i < landmarks_; ++i) {
    kernel.likeness(points_, landmarks.subspan(i * packed_, packed_), row);
    for (std::size_t j = 0; j < landmarks_; ++j) alike(index(i), index(j)) = row[j];
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(alike);
  const auto& values = solver.eigenvalues();  // ascending
  Eigen::Index first = 0;
  while (first + 1 < values.size() && !(values[first] > kLeastEigenvalue * values[values.size() - 1])) ++first;
  const auto kept = static_cast<std::size_t>(values.size() - first);
  width_ = (kept + kWidthStep - 1) / kWidthStep * kWidthStep;
  turn_.assign(landmarks_ * width_, 0.0);
  for (std::size_t j = 0; j < kept; ++j) {
    const double value = std::max(values[first + index(j)], kLeastEigenvalue);
    for (std::size_t i = 0; i < landmarks_; ++i) {
      turn_[i * width_ + j] = solver.eigenvectors()(index(i), first + index(j)) / std::sqrt(value);
    }
  }
}

void Nystroem::features(std::span<const float> rows, std::span<float> out) const {
  constexpr std::size_t kPiece = 256;
  const std::size_t count = rows.size() / packed_;
  const Eigen::Map<const RowMajorDoubles> turn(turn_.data(), index(landmarks_), index(width_));
  const RowMajorFloats turn_floats = turn.cast<float>();
  parallel_for(count, kPiece, [&](std::size_t begin, std::size_t end) {
    RowMajorFloats alike(index(end - begin), index(points_.padded()));
    for (std::size_t row = begin; row < end; ++row) {
      kernel_.likeness(points_, rows.subspan(row * packed_, packed_),
                       {alike.row(index(row - begin)).data(), points_.padded()});
    }
    Eigen::Map<RowMajorFloats> to(out.data() + begin * width_, index(end - begin), index(width_));
    to.noalias() = alike.leftCols(index(landmarks_)) * turn_floats;
  });
}

std::vector<double> Nystroem::coefficients(std::span<const double> weights) const {
  std::vector<double> result(landmarks_);
  for (std::size_t i = 0; i < landmarks_; ++i) {
    for (std::size_t j = 0; j < width_; ++j) result[i] += turn_[i * width_ + j] * weights[j];
  }
  return result;
}

}  // namespace netstray
