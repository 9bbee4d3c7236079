#include "netstray/detect/detector_testing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"

namespace netstray {
namespace {

/// With `changes[i]` added to number column i of row 0.
Matrix with_moved_row(const Matrix& matrix, std::size_t row, std::span<const float> changes) {
  const std::vector<std::uint32_t> rows{static_cast<std::uint32_t>(row)};
  const Matrix one = matrix.gather(rows);
  Matrix result(1);
  for (std::size_t column = 0; column < one.number_columns(); ++column) {
    result.add_numbers({one.numbers(column)[0] + changes[column]});
  }
  for (const auto& group : one.groups()) result.add_group(group.width, group.codes);
  return result;
}

float spread_of(std::span<const float> values) {
  double sum = 0;
  double squares = 0;
  for (const float value : values) {
    sum += value;
    squares += double{value} * value;
  }
  const auto count = static_cast<double>(values.size());
  return static_cast<float>(std::sqrt(std::max(0.0, squares / count - sum / count * (sum / count))));
}

Matrix equal_rows(std::size_t rows, std::size_t columns) {
  Matrix matrix(rows);
  for (std::size_t column = 0; column < columns; ++column) {
    matrix.add_numbers(std::vector<float>(rows, static_cast<float>(column)));
  }
  return matrix;
}

/// Fits, and where that works scores: an Error with the detector's name, or finite scores.
void expect_error_or_finite(const DetectorInfo& info, const Matrix& matrix, const Given& given, const char* what) {
  try {
    const auto detector = fit_detector(info, matrix, given);
    for (const double score : scores_of(*detector, matrix)) ASSERT_TRUE(std::isfinite(score)) << what;
    std::vector<double> parts(detector->columns());
    detector->explain(matrix, 0, parts);
    for (const double part : parts) ASSERT_TRUE(std::isfinite(part)) << what;
  } catch (const Error& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with(info.name)) << what << ": " << error.what();
  }
}

}  // namespace

Matrix matrix_of(std::size_t columns, const std::vector<float>& row_major) {
  Matrix matrix(row_major.size() / columns);
  for (std::size_t column = 0; column < columns; ++column) {
    std::vector<float> values(matrix.rows());
    for (std::size_t row = 0; row < matrix.rows(); ++row) values[row] = row_major[row * columns + column];
    matrix.add_numbers(std::move(values));
  }
  return matrix;
}

Matrix quiet_rows(Rng& rng, std::size_t rows, std::size_t numbers, bool groups) {
  std::vector<std::vector<float>> columns(numbers, std::vector<float>(rows));
  std::vector<std::uint16_t> first(rows);
  std::vector<std::uint16_t> second(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    if (row > 0 && rng.below(8) == 0) {
      for (auto& column : columns) column[row] = column[row - 1];
      first[row] = first[row - 1];
      second[row] = second[row - 1];
      continue;
    }
    const auto clump = rng.below(3);
    const double common = rng.normal();
    for (std::size_t k = 0; k < numbers; ++k) {
      const double spread = 0.5 + static_cast<double>(k % 3) / 2;
      const double value = static_cast<double>(clump * ((k + 1) % 4)) + spread * (0.5 * common + rng.normal());
      columns[k][row] = k + 1 == numbers && numbers > 2 ? 3.0F : static_cast<float>(value);
    }
    first[row] = static_cast<std::uint16_t>(clump);
    second[row] = static_cast<std::uint16_t>(rng.below(2));
  }
  Matrix matrix(rows);
  for (auto& column : columns) matrix.add_numbers(std::move(column));
  if (groups) {
    matrix.add_group(4, std::move(first));  // one code that never comes
    matrix.add_group(2, std::move(second));
  }
  return matrix;
}

std::unique_ptr<Detector> fit_detector(const DetectorInfo& info, const Matrix& matrix, const Given& given,
                                       std::uint64_t seed, std::vector<std::string>* notes) {
  FitContext context;
  context.seed = seed;
  context.notes = notes;
  return info.fit(matrix, SettingValues(info.name, info.settings, given), context);
}

std::vector<double> scores_of(const Detector& detector, const Matrix& matrix) {
  std::vector<double> scores(matrix.rows());
  detector.score(matrix, scores);
  return scores;
}

std::string saved(const Detector& detector) {
  ByteWriter out;
  detector.save(out);
  return out.bytes();
}

std::unique_ptr<Detector> loaded(const DetectorInfo& info, const std::string& bytes) {
  ByteReader in(bytes, "model");
  auto detector = info.load(in);
  in.expect_end();
  return detector;
}

std::string fit_error(const DetectorInfo& info, const Matrix& matrix, const Given& given) {
  try {
    (void)fit_detector(info, matrix, given);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

void expect_saves_and_loads(const DetectorInfo& info, const Given& given) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Rng rng(seed);
    const Matrix train = quiet_rows(rng, 40 + rng.below(100), 1 + rng.below(6), seed % 2 == 0);
    const auto detector = fit_detector(info, train, given, seed);
    const auto again = loaded(info, saved(*detector));
    EXPECT_EQ(again->name(), info.name);
    EXPECT_EQ(again->columns(), train.columns());
    EXPECT_EQ(scores_of(*again, train), scores_of(*detector, train)) << "seed " << seed;
    EXPECT_EQ(saved(*again), saved(*detector)) << "seed " << seed;
    std::vector<double> parts(train.columns());
    std::vector<double> parts_again(train.columns());
    detector->explain(train, 3, parts);
    again->explain(train, 3, parts_again);
    EXPECT_EQ(parts, parts_again) << "seed " << seed;
  }
}

void expect_refuses_damaged_bytes(const DetectorInfo& info, const Given& given) {
  Rng rng(7);
  const Matrix train = quiet_rows(rng, 24, 3);
  const std::string bytes = saved(*fit_detector(info, train, given));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW((void)loaded(info, bytes.substr(0, size)), Error) << size << " of " << bytes.size() << " bytes";
  }
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ flip);
      try {
        const auto detector = loaded(info, damaged);
        if (detector->columns() != train.columns()) continue;
        for (const double score : scores_of(*detector, train)) ASSERT_TRUE(std::isfinite(score)) << "byte " << at;
        std::vector<double> parts(detector->columns());
        detector->explain(train, 0, parts);
      } catch (const Error&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 0U);
}

void expect_same_for_any_threads(const DetectorInfo& info, const Given& given) {
  Rng rng(11);
  const Matrix train = quiet_rows(rng, 600, 5);
  const Matrix test = quiet_rows(rng, 300, 5);
  std::string first;
  std::vector<double> first_scores;
  for (const unsigned count : {1U, 2U, 3U}) {
    set_threads(count);
    const auto detector = fit_detector(info, train, given);
    const auto scores = scores_of(*detector, test);
    if (count == 1) {
      first = saved(*detector);
      first_scores = scores;
    }
    EXPECT_EQ(saved(*detector), first) << count << " threads";
    EXPECT_EQ(scores, first_scores) << count << " threads";
  }
  set_threads(0);
}

void expect_handles_bad_input(const DetectorInfo& info, const Given& given) {
  Rng rng(13);
  EXPECT_NE(fit_error(info, Matrix(0), given), "no error");
  EXPECT_NE(fit_error(info, matrix_of(2, {}), given), "no error");
  EXPECT_NE(fit_error(info, Matrix(5), given), "no error");
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Matrix matrix(30);
    matrix.add_numbers(std::vector<float>(30, 1.0F));
    std::vector<float> values(30, 2.0F);
    values[17] = bad;
    matrix.add_numbers(values);
    EXPECT_NE(fit_error(info, matrix, given).find("column 1"), std::string::npos) << fit_error(info, matrix, given);
  }
  expect_error_or_finite(info, equal_rows(50, 3), given, "a constant matrix");
  expect_error_or_finite(info, equal_rows(1, 3), given, "one row");
  expect_error_or_finite(info, quiet_rows(rng, 2, 3), given, "two rows");
  expect_error_or_finite(info, quiet_rows(rng, 8, 40), given, "more columns than rows");
  expect_error_or_finite(info, quiet_rows(rng, 60, 0), given, "no number columns");
  expect_error_or_finite(info, matrix_of(1, {3e38F, -3e38F, 3e38F, 0, 1, 1e-45F, -1e-45F}), given,
                         "huge and tiny numbers");
  expect_error_or_finite(info, matrix_of(1, {1e-45F, 0, 1e-45F, 0, 0, 2e-45F}), given, "denormal numbers");
  const auto detector = fit_detector(info, quiet_rows(rng, 60, 3), given);
  std::vector<double> scores(10);
  EXPECT_THROW(detector->score(quiet_rows(rng, 10, 4), scores), Error);
  detector->score(quiet_rows(rng, 0, 3), {});
}

void expect_finite_scores_far_away(const DetectorInfo& info, const Given& given) {
  Rng rng(17);
  const auto detector = fit_detector(info, quiet_rows(rng, 200, 2, false), given);
  const Matrix far = matrix_of(2, {3.4e38F, -3.4e38F, 1e30F, 0, 0, -1e20F, 1e-45F, 0});
  const auto scores = scores_of(*detector, far);
  for (std::size_t row = 0; row < far.rows(); ++row) {
    EXPECT_TRUE(std::isfinite(scores[row])) << row;
    std::vector<double> parts(2);
    detector->explain(far, row, parts);
    EXPECT_TRUE(std::isfinite(parts[0]) && std::isfinite(parts[1])) << row;
  }
}

double moved_columns_lead(const DetectorInfo& info, const Given& given) {
  std::size_t lead = 0;
  constexpr std::size_t kSeeds = 100;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Rng rng(seed);
    const Matrix train = quiet_rows(rng, 300, 9);
    const auto detector = fit_detector(info, train, given, seed);
    const auto moved = rng.sample(8, static_cast<std::uint32_t>(1 + rng.below(3)));  // not the constant column
    std::vector<float> changes(9);
    for (const std::uint32_t column : moved) {
      const double sign = rng.below(2) == 0 ? -1 : 1;
      changes[column] = static_cast<float>(sign * rng.uniform(6, 12)) * spread_of(train.numbers(column));
    }
    const Matrix row = with_moved_row(train, rng.below(300), changes);
    std::vector<double> parts(train.columns());
    detector->explain(row, 0, parts);
    std::vector<std::uint32_t> order(parts.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, [&](auto a, auto b) { return parts[a] > parts[b]; });
    std::vector<std::uint32_t> first(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(moved.size()));
    if (std::ranges::is_permutation(first, moved)) ++lead;
  }
  return static_cast<double>(lead) / kSeeds;
}

TEST(QuietRows, HoldCopiesAndAConstantColumn) {
  Rng rng(1);
  const Matrix matrix = quiet_rows(rng, 200, 4);
  EXPECT_EQ(matrix.columns(), 10U);
  EXPECT_TRUE(std::ranges::all_of(matrix.numbers(3), [](float value) { return value == 3.0F; }));
  std::size_t copies = 0;
  for (std::size_t row = 1; row < 200; ++row) copies += matrix.numbers(0)[row] == matrix.numbers(0)[row - 1] ? 1U : 0U;
  EXPECT_GT(copies, 5U);
}

}  // namespace netstray
