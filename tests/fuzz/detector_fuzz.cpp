// The bytes of a detector, as they lie in a model file: its name, a line end, and what Detector::save wrote. What loads
// scores and explains a few rows, and is saved and loaded again.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz_target.h"
#include "netstray/base/error.h"
#include "netstray/detect/detector.h"
#include "small_rows.h"

namespace netstray {
namespace {

constexpr std::size_t kMostColumns = 512;

/// Number columns only, ordinary and extreme values.
Matrix plain_rows(std::size_t columns) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  constexpr std::array<float, 8> kValues{0, 1, -1, 0.5F, kLargest, -kLargest, 1e-45F, 1000};
  Matrix matrix(kValues.size());
  for (std::size_t column = 0; column < columns; ++column) {
    std::vector<float> values(kValues.begin(), kValues.end());
    std::ranges::rotate(values, values.begin() + static_cast<std::ptrdiff_t>(column % values.size()));
    matrix.add_numbers(std::move(values));
  }
  return matrix;
}

std::vector<double> scores_of(const Detector& detector, const Matrix& matrix) {
  std::vector<double> scores(matrix.rows());
  detector.score(matrix, scores);
  for (const double score : scores) fuzz::require(std::isfinite(score), "a score is finite");
  std::vector<double> parts(matrix.columns());
  detector.explain(matrix, matrix.rows() - 1, parts);
  return scores;
}

/// The rows of another shape than the detector's are an Error.
void check(const Detector& detector, const Detector& again, const Matrix& matrix) {
  if (matrix.columns() != detector.columns()) return;
  try {
    const auto scores = scores_of(detector, matrix);
    fuzz::require(scores == scores_of(again, matrix), "what was saved and loaded gives the same scores");
  } catch (const Error&) {
    return;
  }
}

void load(std::string_view name, std::string_view bytes) {
  ByteReader in(bytes, "fuzz");
  const auto detector = load_detector(name, in);
  fuzz::require(detector->name() == name, "a detector knows its name");
  if (detector->columns() > kMostColumns) return;
  ByteWriter out;
  detector->save(out);
  ByteReader saved(out.bytes(), "saved");
  const auto again = load_detector(name, saved);
  saved.expect_end();
  for (const bool groups : {false, true}) check(*detector, *again, fuzz::small_rows(12, groups));
  check(*detector, *again, plain_rows(detector->columns()));
}

}  // namespace
}  // namespace netstray

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace netstray;
  const std::string_view text = fuzz::text_of(bytes, size);
  const auto line_end = text.find('\n');
  if (line_end == std::string_view::npos) return 0;
  try {
    load(text.substr(0, line_end), text.substr(line_end + 1));
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
