#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "netstray/base/rng.h"
#include "netstray/detect/registry.h"

namespace netstray {

/// What the tests of several detectors share (detector_testing_test.cpp); no part of the program.

using Given = std::vector<std::string>;

/// A matrix of `columns` number columns from row-major values.
Matrix matrix_of(std::size_t columns, const std::vector<float>& row_major);
/// `rows` ordinary rows: three clumps, correlated numbers of different spread, one constant column, some copies, and,
/// where asked, two one-hot groups.
Matrix quiet_rows(Rng& rng, std::size_t rows, std::size_t numbers, bool groups = true);

std::unique_ptr<Detector> fit_detector(const DetectorInfo& info, const Matrix& matrix, const Given& given = {},
                                       std::uint64_t seed = 1, std::vector<std::string>* notes = nullptr);
std::vector<double> scores_of(const Detector& detector, const Matrix& matrix);
std::string saved(const Detector& detector);
std::unique_ptr<Detector> loaded(const DetectorInfo& info, const std::string& bytes);
/// The text of the Error that `info` throws, or "no error".
std::string fit_error(const DetectorInfo& info, const Matrix& matrix, const Given& given = {});

/// Each fails the test where the property does not hold.
void expect_saves_and_loads(const DetectorInfo& info, const Given& given = {});
void expect_refuses_damaged_bytes(const DetectorInfo& info, const Given& given = {});
void expect_same_for_any_threads(const DetectorInfo& info, const Given& given = {});
void expect_handles_bad_input(const DetectorInfo& info, const Given& given = {});
void expect_finite_scores_far_away(const DetectorInfo& info, const Given& given = {});

/// Over 100 seeds, the share of quiet rows with 1 to 3 number columns moved by 6 to 12 of their standard deviations in
/// which those columns have the greatest parts.
double moved_columns_lead(const DetectorInfo& info, const Given& given = {});

}  // namespace netstray
