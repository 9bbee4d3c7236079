#include "netstray/detect/detector_testing.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "netstray/base/error.h"

namespace netstray {
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

std::vector<std::uint8_t> made_up_labels(std::size_t rows) {
  std::vector<std::uint8_t> labels(rows);
  for (std::size_t row = 3; row < rows; row += 4) labels[row] = 1;
  return labels;
}

std::unique_ptr<Detector> fit_detector(const DetectorInfo& info, const Matrix& matrix, const Given& given,
                                       std::uint64_t seed, std::vector<std::string>* notes) {
  const auto labels = made_up_labels(matrix.rows());
  FitContext context;
  context.seed = seed;
  context.labels = labels;
  context.notes = notes;
  return info.fit(matrix, SettingValues(info.name, info.settings, given), context);
}

std::vector<double> scores_of(const Detector& detector, const Matrix& matrix) {
  std::vector<double> scores(matrix.rows());
  detector.score(matrix, scores);
  return scores;
}

std::vector<double> parts_of(const Detector& detector, const Matrix& matrix, std::size_t row) {
  std::vector<double> parts(detector.columns());
  detector.explain(matrix, row, parts);
  return parts;
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
