#include "netstray/detect/gaussian/mixture.h"

#include <algorithm>
#include <cmath>

#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/finite.h"

namespace netstray {
namespace {

constexpr std::size_t kPieceRows = 16 * kBlockRows;
constexpr std::size_t kMostComponents = 1000;
constexpr double kMostLogScale = 1e9;

}  // namespace

std::span<const double> GaussianComponent::mean() const noexcept {
  return std::visit([](const auto& own) { return own.centre(); }, form);
}

Mixture::Mixture(MatrixShape shape, std::vector<GaussianComponent> components)
    : shape_(std::move(shape)), components_(std::move(components)) {}

Mixture::Scratch::Scratch(const Mixture& mixture)
    : form_(mixture.shape_), block_(mixture.shape_.number_columns()), logs_(mixture.components_.size() * kBlockRows) {}

void Mixture::log_densities(const Matrix& matrix, std::size_t begin, std::size_t end, Scratch& scratch) const {
  double* logs = scratch.logs_.data();
  for (const GaussianComponent& component : components_) {
    const std::span own(logs, end - begin);
    if (const auto* full = std::get_if<QuadraticForm>(&component.form)) {
      full->values(matrix, begin, end, own, scratch.form_);
    } else {
      std::get<DiagonalForm>(component.form).values(matrix, begin, end, own, scratch.block_);
    }
    for (double& log : own) log = component.log_scale - 0.5 * finite_score(log);
    logs += kBlockRows;
  }
}

void Mixture::log_likelihoods(const Matrix& matrix, std::span<double> out) const {
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t piece_begin, std::size_t piece_end) {
    check_interrupt();
    Scratch scratch(*this);
    alignas(64) double totals[kBlockRows];
    for (std::size_t begin = piece_begin; begin < piece_end; begin += kBlockRows) {
      const std::size_t end = std::min(piece_end, begin + kBlockRows);
      log_densities(matrix, begin, end, scratch);
      to_shares(scratch.logs(), components_.size(), rounded_up(end - begin, 8), totals);
      std::copy_n(totals, end - begin, out.begin() + static_cast<std::ptrdiff_t>(begin));
    }
  });
}

void Mixture::parts(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  Scratch scratch(*this);
  log_densities(matrix, row, row + 1, scratch);
  std::size_t best = 0;
  for (std::size_t c = 1; c < components_.size(); ++c) {
    if (scratch.logs()[c * kBlockRows] > scratch.logs()[best * kBlockRows]) best = c;
  }
  std::vector<float> dense(shape_.columns());
  matrix.dense_row(row, dense);
  std::visit([&](const auto& form) { form.parts(dense, parts); }, components_[best].form);
}

void Mixture::save(ByteWriter& out) const {
  shape_.save(out);
  const bool full = std::holds_alternative<QuadraticForm>(components_.front().form);
  out.put<std::uint8_t>(full ? 1 : 0);
  out.put<std::uint64_t>(components_.size());
  for (const GaussianComponent& component : components_) {
    out.put(component.weight);
    out.put(component.log_scale);
    std::visit([&](const auto& form) { form.save(out); }, component.form);
  }
}

Mixture Mixture::load(ByteReader& in, std::size_t most_columns) {
  MatrixShape shape = MatrixShape::load(in, most_columns);
  const auto full = in.get<std::uint8_t>();
  const std::size_t count = in.get_count((2 + shape.columns()) * sizeof(double));
  if (full > 1 || count == 0 || count > kMostComponents)
    in.fail("the kind or the number of components is out of range");
  std::vector<GaussianComponent> components;
  for (std::size_t c = 0; c < count; ++c) {
    const auto weight = in.get<double>();
    const auto log_scale = in.get<double>();
    if (!(weight >= 0 && weight <= 1.001) || !(std::fabs(log_scale) <= kMostLogScale)) {
      in.fail("a component's weight or scale is out of range");
    }
    if (full == 1) {
      components.push_back({weight, log_scale, QuadraticForm::load(in, shape)});
    } else {
      components.push_back({weight, log_scale, DiagonalForm::load(in, shape)});
    }
  }
  return {std::move(shape), std::move(components)};
}

}  // namespace netstray
