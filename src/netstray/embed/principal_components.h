#pragma once

#include <cstddef>
#include <vector>

#include "netstray/maths/matrix.h"

namespace netstray {

/// The directions along which rows spread most.
struct PrincipalComponents {
  /// Per component, most spread first: each row's place along it, from the mean of all rows.
  std::vector<std::vector<float>> scores;
  /// Per component: its share of the variance of all columns, [0, 1]; 0 where the rows are all alike.
  std::vector<double> explained;
  /// Per component: its weight of each dense column, of length 1 together. The weight farthest from 0 (the first of
  /// several) is positive, so that a picture is not turned round by chance.
  std::vector<std::vector<double>> weights;
};

/// The first `count` principal components (Pearson 1901) of the dense rows, by the eigenvectors of their covariance in
/// f64. Scores beyond f32 become its largest value of that sign. Throws Error for no rows or columns, over 4,096
/// columns, a value that is not finite, or more components than columns. Cost: rows * columns^2 / 2 + columns^3;
/// uses threads(), same result for any number.
PrincipalComponents principal_components(const Matrix& matrix, std::size_t count);

}  // namespace netstray
