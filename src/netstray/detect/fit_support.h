#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/base/serial.h"
#include "netstray/detect/registry.h"
#include "netstray/maths/matrix.h"
#include "netstray/maths/packed_rows.h"

namespace netstray {

/// What the fits, scores and files of several detectors have in common.

/// Most dense columns of the detectors that have no reason for fewer.
constexpr std::size_t kMostColumns = std::size_t{1} << 20;

/// Adds to context.notes, where there are any.
void add_note(const FitContext& context, std::string text);

/// The matrix itself, or `limit` rows of it drawn with the context's seed (in their order) where it has more; says so
/// in the notes. `limit` 0: all.
class TrainingRows {
 public:
  TrainingRows(std::string_view detector, const Matrix& matrix, std::uint64_t limit, const FitContext& context);
  const Matrix& matrix() const noexcept { return drawn_.rows() > 0 ? drawn_ : *all_; }

 private:
  const Matrix* all_;
  Matrix drawn_;
};

/// Packed rows, row after row. Throws Error unless they are whole rows of finite numbers and codes of their groups.
std::vector<float> load_packed_rows(ByteReader& in, const MatrixShape& shape);

/// A number that is finite and within [low, high], or Error.
double load_number(ByteReader& in, double low, double high);
/// `count` such numbers, or Error.
std::vector<double> load_numbers(ByteReader& in, std::size_t count, double low, double high);

/// Scores each distinct row once and gives all its copies that score. `body` gets packed rows, row after row, and fills
/// their scores; it is called for pieces of 64 rows, spread over threads().
void score_distinct_rows(const Matrix& matrix, std::span<double> scores,
                         const std::function<void(std::span<const float>, std::span<double>)>& body);

}  // namespace netstray
