#include "netstray/maths/quadratic_form.h"

#include <algorithm>
#include <cmath>

#include "netstray/maths/symmetric.h"

namespace netstray {
namespace {

constexpr std::size_t kRowStep = 32;  // the kernels' widest stride
constexpr std::size_t kTermStep = 8;

bool within(std::span<const double> numbers, double least, double most) noexcept {
  return std::ranges::all_of(numbers, [=](double number) { return number >= least && number <= most; });
}

/// Sum of a[i] * b[i], in eight sums of which none waits for another.
double product(const double* a, const double* b, std::size_t length) noexcept {
  constexpr std::size_t kSums = 8;
  double sums[kSums] = {};
  std::size_t i = 0;
  for (; i + kSums <= length; i += kSums) {
    for (std::size_t k = 0; k < kSums; ++k) sums[k] += a[i + k] * b[i + k];
  }
  for (std::size_t k = 0; i < length; ++i, ++k) sums[k] += a[i] * b[i];
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

std::vector<double> load_centre(ByteReader& in, const MatrixShape& shape) {
  auto centre = in.get_vector<double>();
  constexpr double kMost = 1e39;  // any float
  if (centre.size() != shape.columns() || !within(centre, -kMost, kMost)) in.fail("a centre is not one of its columns");
  return centre;
}

}  // namespace

QuadraticForm::QuadraticForm(MatrixShape shape, std::vector<double> centre, std::vector<double> factor,
                             std::size_t outputs)
    : shape_(std::move(shape)),
      columns_(shape_.columns()),
      outputs_(outputs),
      centre_(std::move(centre)),
      factor_(std::move(factor)) {
  prepare();
}

void QuadraticForm::prepare() {
  const std::size_t numbers = shape_.number_columns();
  number_outputs_ = std::min(outputs_, numbers);
  for (std::size_t first = 0; first < number_outputs_; first += kPanel) {
    panel_starts_.push_back(panel_factors_.size());
    for (std::size_t j = first; j < numbers; ++j) {
      for (std::size_t o = first; o < first + kPanel; ++o) {
        panel_factors_.push_back(o < number_outputs_ ? factor_at(o, j) : 0);
      }
    }
  }
  if (shape_.widths().empty()) return;
  bias_length_ = rounded_up(number_outputs_, kTermStep);
  term_length_ = bias_length_ + rounded_up(outputs_ - number_outputs_, kTermStep);
  base_ = AlignedNumbers(term_length_);
  terms_ = AlignedNumbers((columns_ - numbers) * term_length_);
  for (std::size_t column = numbers; column < columns_; ++column) {
    double* const term = terms_.data() + (column - numbers) * term_length_;
    for (std::size_t o = 0; o < outputs_; ++o) {
      const std::size_t place = o < number_outputs_ ? o : o - number_outputs_ + bias_length_;
      term[place] = factor_at(o, column);
      base_.data()[place] -= term[place] * centre_[column];
    }
  }
}

QuadraticForm::Scratch::Scratch(const MatrixShape& shape)
    : block_(shape.number_columns()),
      bias_(shape.widths().empty() ? 0 : rounded_up(shape.number_columns(), kTermStep) * kBlockRows),
      q_(kBlockRows),
      terms_(shape.widths().size() * kBlockRows) {}

void QuadraticForm::values(const Matrix& matrix, std::size_t begin, std::size_t end, std::span<double> q,
                           Scratch& scratch) const {
  const std::size_t rows = end - begin;
  const auto groups = matrix.groups();
  scratch.q_.fill(0);
  if (!groups.empty()) {
    for (std::size_t group = 0; group < groups.size(); ++group) {
      const double* first = terms_.data() + (shape_.first_column(group) - shape_.number_columns()) * term_length_;
      for (std::size_t row = 0; row < rows; ++row) {
        scratch.terms_[row * groups.size() + group] = first + groups[group].codes[begin + row] * term_length_;
      }
    }
    add_terms({base_.data(), scratch.terms_.data(), groups.size(), term_length_}, bias_length_, rows,
              scratch.bias_.data(), scratch.q_.data());
  }
  if (number_outputs_ > 0) {
    scratch.block_.load(matrix, begin, end, std::span(centre_).first(shape_.number_columns()));
    std::vector<Panel> panels;
    panels.reserve(panel_starts_.size());
    for (const std::size_t start : panel_starts_)
      panels.push_back({panels.size() * kPanel, panel_factors_.data() + start});
    add_squared_products({panels.data(), panels.size(), shape_.number_columns()}, scratch.block_.data(),
                         groups.empty() ? nullptr : scratch.bias_.data(), rounded_up(rows, kRowStep),
                         scratch.q_.data());
  }
  std::copy_n(scratch.q_.data(), rows, q.begin());
}

void QuadraticForm::parts(std::span<const float> row, std::span<double> parts) const {
  std::vector<double> away(columns_);
  for (std::size_t j = 0; j < columns_; ++j) away[j] = static_cast<double>(row[j]) - centre_[j];
  std::fill(parts.begin(), parts.end(), 0.0);
  const double* factor = factor_.data();
  for (std::size_t o = 0; o < outputs_; ++o) {
    const std::size_t length = columns_ - o;
    const double output = product(factor, away.data() + o, length);
    for (std::size_t j = 0; j < length; ++j) parts[o + j] += factor[j] * output;
    factor += length;
  }
  for (std::size_t j = 0; j < columns_; ++j) parts[j] *= away[j];
}

std::vector<double> QuadraticForm::squares() const {
  std::vector<double> result(columns_);
  for (std::size_t output = 0; output < outputs_; ++output) {
    for (std::size_t column = output; column < columns_; ++column) {
      result[column] += factor_at(output, column) * factor_at(output, column);
    }
  }
  return result;
}

void QuadraticForm::save(ByteWriter& out) const {
  out.put<std::uint64_t>(outputs_);
  out.put_vector(centre_);
  out.put_vector(factor_);
}

QuadraticForm QuadraticForm::load(ByteReader& in, const MatrixShape& shape) {
  const auto outputs = in.get<std::uint64_t>();
  auto centre = load_centre(in, shape);
  auto factor = in.get_vector<double>();
  const std::size_t columns = shape.columns();
  if (outputs > columns || factor.size() != packed_size(outputs, columns)) in.fail("a factor has another size");
  if (!within(factor, -kMostFactor, kMostFactor)) in.fail("a factor is out of range");
  return {shape, std::move(centre), std::move(factor), outputs};
}

DiagonalForm::DiagonalForm(MatrixShape shape, std::vector<double> centre, std::vector<double> factors)
    : shape_(std::move(shape)), centre_(std::move(centre)), factors_(std::move(factors)) {
  const std::size_t numbers = shape_.number_columns();
  code_values_.resize(shape_.columns() - numbers);
  for (std::size_t group = 0; group < shape_.widths().size(); ++group) {
    const std::size_t first = shape_.first_column(group);
    const std::size_t last = first + shape_.widths()[group];
    double none = 0;
    for (std::size_t j = first; j < last; ++j) none += factors_[j] * centre_[j] * centre_[j];
    for (std::size_t j = first; j < last; ++j) code_values_[j - numbers] = none + factors_[j] * (1 - 2 * centre_[j]);
  }
}

void DiagonalForm::values(const Matrix& matrix, std::size_t begin, std::size_t end, std::span<double> q,
                          RowBlock& scratch) const {
  const std::size_t numbers = shape_.number_columns();
  alignas(64) double sums[kBlockRows] = {};
  for (std::size_t group = 0; group < matrix.groups().size(); ++group) {
    const double* values = code_values_.data() + (shape_.first_column(group) - numbers);
    const auto* codes = matrix.groups()[group].codes.data() + begin;
    for (std::size_t row = 0; row < end - begin; ++row) sums[row] += values[codes[row]];
  }
  scratch.load(matrix, begin, end, std::span(centre_).first(numbers));
  add_weighted_squares(scratch.data(), factors_.data(), numbers, rounded_up(end - begin, kRowStep), sums);
  std::copy_n(sums, end - begin, q.begin());
}

void DiagonalForm::parts(std::span<const float> row, std::span<double> parts) const {
  for (std::size_t j = 0; j < centre_.size(); ++j) {
    const double away = static_cast<double>(row[j]) - centre_[j];
    parts[j] = factors_[j] * away * away;
  }
}

void DiagonalForm::save(ByteWriter& out) const {
  out.put_vector(centre_);
  out.put_vector(factors_);
}

DiagonalForm DiagonalForm::load(ByteReader& in, const MatrixShape& shape) {
  auto centre = load_centre(in, shape);
  auto factors = in.get_vector<double>();
  if (factors.size() != shape.columns() || !within(factors, 0, kMostFactor)) in.fail("a factor is out of range");
  return {shape, std::move(centre), std::move(factors)};
}

}  // namespace netstray
