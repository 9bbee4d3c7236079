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

/// Labels of which every fourth is 1, for detectors that need some.
std::vector<std::uint8_t> made_up_labels(std::size_t rows);

/// Fitted with the made-up labels.
std::unique_ptr<Detector> fit_detector(const DetectorInfo& info, const Matrix& matrix, const Given& given = {},
                                       std::uint64_t seed = 1, std::vector<std::string>* notes = nullptr);
std::vector<double> scores_of(const Detector& detector, const Matrix& matrix);
std::vector<double> parts_of(const Detector& detector, const Matrix& matrix, std::size_t row);
std::string saved(const Detector& detector);
std::unique_ptr<Detector> loaded(const DetectorInfo& info, const std::string& bytes);
/// The text of the Error that `info` throws, or "no error".
std::string fit_error(const DetectorInfo& info, const Matrix& matrix, const Given& given = {});

}  // namespace netstray
