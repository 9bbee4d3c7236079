#include "netstray/maths/dense.h"

#include <algorithm>
#include <bit>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"

namespace netstray {
namespace {

constexpr std::size_t kTileRows = 32;

/// Without a branch per value, so that the compiler can take many at a time.
bool all_finite(std::span<const float> values) noexcept {
  constexpr std::uint32_t kExponent = 0x7f800000U;
  std::uint32_t bad = 0;
  for (const float value : values) {
    bad |= (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent ? 1U : 0U;
  }
  return bad == 0;
}

}  // namespace

void dense_block(const Matrix& matrix, std::size_t begin, std::size_t end, std::span<float> row_major_out) {
  const std::size_t width = matrix.columns();
  const std::size_t numbers = matrix.number_columns();
  for (std::size_t tile = begin; tile < end; tile += kTileRows) {
    const std::size_t rows = std::min(kTileRows, end - tile);
    float* const out = row_major_out.data() + (tile - begin) * width;
    for (std::size_t column = 0; column < numbers; ++column) {
      const float* from = matrix.numbers(column).data() + tile;
      for (std::size_t row = 0; row < rows; ++row) out[row * width + column] = from[row];
    }
    for (std::size_t row = 0; row < rows; ++row) {
      float* const line = out + row * width;
      std::fill(line + numbers, line + width, 0.0F);
      for (const auto& group : matrix.groups()) line[group.first_column + group.codes[tile + row]] = 1.0F;
    }
  }
}

std::optional<std::size_t> first_not_finite(const Matrix& matrix) {
  std::vector<std::uint8_t> finite(matrix.number_columns());
  parallel_for(finite.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t column = begin; column < end; ++column)
      finite[column] = all_finite(matrix.numbers(column)) ? 1 : 0;
  });
  const auto found = std::ranges::find(finite, 0);
  if (found == finite.end()) return std::nullopt;
  return static_cast<std::size_t>(found - finite.begin());
}

void expect_finite(const Matrix& matrix, std::string_view name) {
  if (const auto column = first_not_finite(matrix)) {
    throw Error(fmt::format("{}: column {} holds a value that is not finite", name, *column));
  }
}

std::size_t constant_columns(const Matrix& matrix) noexcept {
  std::size_t count = 0;
  for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
    const auto values = matrix.numbers(column);
    const auto differs = [first = values.empty() ? 0.0F : values.front()](float value) { return value != first; };
    if (std::ranges::none_of(values, differs)) ++count;
  }
  return count;
}

void expect_fit_for_learning(const Matrix& matrix, std::string_view name, std::size_t most_columns) {
  if (matrix.rows() == 0 || matrix.columns() == 0)
    throw Error(fmt::format("{}: no rows or no columns to learn from", name));
  if (matrix.rows() > 0xffffffffU) throw Error(fmt::format("{}: more rows than it can take", name));
  if (matrix.columns() > most_columns) {
    throw Error(
        fmt::format("{}: {} columns after encoding; it takes at most {}. Drop categories with many values, or "
                    "choose another detector",
                    name, matrix.columns(), most_columns));
  }
  expect_finite(matrix, name);
}

MatrixShape::MatrixShape(const Matrix& matrix) : number_columns_(matrix.number_columns()) {
  for (const auto& group : matrix.groups()) widths_.push_back(group.width);
  count();
}

void MatrixShape::count() {
  columns_ = number_columns_;
  for (const std::uint32_t width : widths_) {
    firsts_.push_back(columns_);
    columns_ += width;
  }
}

void MatrixShape::expect(const Matrix& matrix, std::string_view name) const {
  const bool same = matrix.number_columns() == number_columns_ &&
                    std::ranges::equal(matrix.groups(), widths_, {}, &Matrix::Group::width);
  if (!same) throw Error(fmt::format("{}: the rows to score have other columns than the rows it was fitted on", name));
}

void MatrixShape::save(ByteWriter& out) const {
  out.put<std::uint64_t>(number_columns_);
  out.put_vector(widths_);
}

MatrixShape MatrixShape::load(ByteReader& in, std::size_t most_columns) {
  MatrixShape shape;
  shape.number_columns_ = in.get<std::uint64_t>();
  shape.widths_ = in.get_vector<std::uint32_t>();
  std::uint64_t columns = shape.number_columns_;
  if (columns > most_columns) in.fail("it has too many columns");
  for (const std::uint32_t width : shape.widths_) {
    columns += width;
    if (width == 0 || width > 0x10000U || columns > most_columns) in.fail("a group of columns is empty or too wide");
  }
  if (columns == 0) in.fail("it has no columns");
  shape.count();
  return shape;
}

}  // namespace netstray
