#include "netstray/detect/fit_support.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/maths/distinct_rows.h"

namespace netstray {

void add_note(const FitContext& context, std::string text) {
  if (context.notes != nullptr) context.notes->push_back(std::move(text));
}

TrainingRows::TrainingRows(std::string_view detector, const Matrix& matrix, std::uint64_t limit,
                           const FitContext& context)
    : all_(&matrix) {
  if (limit == 0 || matrix.rows() <= limit) return;
  Rng rng(context.seed);
  auto rows = rng.sample(static_cast<std::uint32_t>(matrix.rows()), static_cast<std::uint32_t>(limit));
  std::ranges::sort(rows);
  drawn_ = matrix.gather(rows);
  add_note(context, fmt::format("{}: learned from {} of the {} rows, drawn at random (setting rows)", detector,
                                grouped(limit), grouped(matrix.rows())));
}

std::vector<float> load_packed_rows(ByteReader& in, const MatrixShape& shape) {
  auto rows = in.get_vector<float>();
  const std::size_t packed = packed_width(shape);
  if (rows.size() % packed != 0) in.fail("its rows are not whole");
  for (std::size_t at = 0; at < rows.size(); at += packed) {
    for (std::size_t k = 0; k < packed; ++k) {
      const float value = rows[at + k];
      const bool fits = k < shape.number_columns()
                            ? std::isfinite(value)
                            : value >= 0 && value < static_cast<float>(shape.widths()[k - shape.number_columns()]) &&
                                  value == std::floor(value);
      if (!fits) in.fail("a value of its rows is out of range");
    }
  }
  return rows;
}

double load_number(ByteReader& in, double low, double high) {
  const auto value = in.get<double>();
  if (!(value >= low && value <= high) || !std::isfinite(value)) in.fail("a number is out of range");
  return value;
}

std::vector<double> load_numbers(ByteReader& in, std::size_t count, double low, double high) {
  auto values = in.get_vector<double>();
  const auto fits = [&](double value) { return value >= low && value <= high && std::isfinite(value); };
  if (values.size() != count || !std::ranges::all_of(values, fits)) in.fail("a list of numbers is out of range");
  return values;
}

void score_distinct_rows(const Matrix& matrix, std::span<double> scores,
                         const std::function<void(std::span<const float>, std::span<double>)>& body) {
  constexpr std::size_t kPiece = 64;
  const DistinctRows distinct = distinct_rows(matrix);
  const std::size_t packed = matrix.number_columns() + matrix.groups().size();
  std::vector<double> found(distinct.first.size());
  parallel_for(found.size(), kPiece, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    std::vector<float> rows((end - begin) * packed);
    pack_rows(matrix, std::span(distinct.first).subspan(begin, end - begin), rows);
    body(rows, std::span(found).subspan(begin, end - begin));
  });
  for (std::size_t row = 0; row < scores.size(); ++row) scores[row] = found[distinct.which[row]];
}

}  // namespace netstray
