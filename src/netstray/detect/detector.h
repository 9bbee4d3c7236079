#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "netstray/base/serial.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// How unusual rows are. A detector is fitted once, by a function of its own that takes its settings, and only reads
/// after that: all members are const and thread-safe, and give the same results for any number of threads.
class Detector {
 public:
  virtual ~Detector() = default;

  /// "iforest", ...
  virtual std::string_view name() const noexcept = 0;
  /// Dense width of the matrices that it takes.
  virtual std::size_t columns() const noexcept = 0;

  /// One score a row, higher = more unusual. `scores` has matrix.rows() places. Uses threads().
  virtual void score(const Matrix& matrix, std::span<double> scores) const = 0;

  /// For one row, how much each dense column made it unusual: higher = more, can be negative; `parts` has columns()
  /// places. What the numbers mean is the detector's own; their order is what counts.
  virtual void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const = 0;

  virtual void save(ByteWriter& out) const = 0;

 protected:
  Detector() = default;
  Detector(const Detector&) = default;
  Detector& operator=(const Detector&) = default;
};

/// Reads back what Detector::save wrote, for the detector of that name. Throws Error for an unknown name or damaged
/// bytes.
std::unique_ptr<Detector> load_detector(std::string_view name, ByteReader& in);

}  // namespace netstray
