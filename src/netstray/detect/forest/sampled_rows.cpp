#include "netstray/detect/forest/sampled_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "netstray/base/parallel.h"

namespace netstray {
namespace {

struct Move {
  std::uint32_t from, to;
};

/// One move a row, nearly ascending in `from`: sorted by its leading bits.
std::vector<Move> ordered_moves(std::span<const std::uint32_t> rows, std::size_t most) {
  constexpr unsigned kBits = 12;
  const auto width = static_cast<unsigned>(std::bit_width(most));
  const unsigned shift = width > kBits ? width - kBits : 0;
  std::array<std::uint32_t, (1U << kBits) + 1> starts{};
  for (const std::uint32_t row : rows) ++starts[(row >> shift) + 1];
  for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
  std::vector<Move> moves(rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) moves[starts[rows[i] >> shift]++] = {rows[i], i};
  return moves;
}

template <typename T>
std::vector<T> moved(std::span<const T> values, std::span<const Move> moves) {
  std::vector<T> result(moves.size());
  for (const Move& move : moves) result[move.to] = values[move.from];
  return result;
}

}  // namespace

Matrix gather_in_order(const Matrix& matrix, std::span<const std::uint32_t> rows) {
  const auto moves = ordered_moves(rows, matrix.rows());
  const std::size_t number_columns = matrix.number_columns();
  std::vector<std::vector<float>> numbers(number_columns);
  std::vector<std::vector<std::uint16_t>> codes(matrix.groups().size());
  parallel_for(numbers.size() + codes.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t column = begin; column < end; ++column) {
      if (column < number_columns) {
        numbers[column] = moved(matrix.numbers(column), std::span<const Move>(moves));
      } else {
        codes[column - number_columns] =
            moved(std::span(matrix.groups()[column - number_columns].codes), std::span<const Move>(moves));
      }
    }
  });
  Matrix result(rows.size());
  for (auto& column : numbers) result.add_numbers(std::move(column));
  for (std::size_t group = 0; group < codes.size(); ++group) {
    result.add_group(matrix.groups()[group].width, std::move(codes[group]));
  }
  return result;
}

}  // namespace netstray
