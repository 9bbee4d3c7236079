#pragma once

#include <cstddef>
#include <span>

#include "netstray/embed/tsne.h"
#include "netstray/maths/matrix.h"

namespace netstray {

/// How far neighbours on a picture are neighbours among the rows too (Venna, Kaski 2001), [0, 1], 1 best: for each
/// row's `neighbours` nearest on the picture, by how much their rank among the rows' own distances exceeds
/// `neighbours`. As scikit-learn's function of this name, but equally near rows share the best of their ranks, so that
/// it does not matter which copy of a row lies beside it. Throws Error unless there are more than twice as many rows as
/// neighbours, and as many points as rows, all finite. O(rows^2 columns); uses threads().
double trustworthiness(const Matrix& matrix, std::span<const PicturePoint> points, std::size_t neighbours = 5);

}  // namespace netstray
