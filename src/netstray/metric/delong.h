#pragma once

#include <cstdint>
#include <span>

#include "netstray/metric/metric.h"

namespace netstray {

/// Two areas under the ROC curve of the same rows, compared.
struct AucComparison {
  double first = 0, second = 0;                    ///< the two areas, ties counted half
  double first_variance = 0, second_variance = 0;  ///< of each area, over samples like this one
  double covariance = 0;                           ///< of the two
  double difference = 0;                           ///< first - second
  double z = 0;             ///< difference / its standard error; 0 where both are 0, infinite where only the error is
  double p = 1;             ///< two-sided, of a difference as large by chance; 1 where z is 0
  Interval interval{0, 0};  ///< 95 % of the difference: difference +- 1.96 standard errors
};

/// The paired test of DeLong, DeLong, Clarke-Pearson (1988), by the ranks of Sun and Xu (2014): O(n log n). Both scores
/// are of the same rows, so what makes a row hard for both does not count as a difference. The rows are taken as
/// independent: where many are repeated, as in raw KDD, p is far too small. Labels are 1 anomaly, 0 normal. Throws
/// Error where the lengths differ, a score is NaN or a class has less than two rows. Thread-safe.
AucComparison compare_aucs(std::span<const std::uint8_t> labels, std::span<const double> first,
                           std::span<const double> second);

}  // namespace netstray
