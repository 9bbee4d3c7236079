#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace netstray {

/// Scores made elsewhere, one a row.
struct ScoreFile {
  std::vector<double> scores;
  std::vector<std::uint8_t> verdicts;  ///< empty where the file has none
};

/// Reads a table with a column `score` or `netstray_score` (and `verdict` or `netstray_verdict`, 0 or 1), or one number
/// a line. Throws Error for a missing score, a verdict that is neither 0 nor 1, or no such column.
ScoreFile read_score_file(const std::string& path);

}  // namespace netstray
