#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "netstray/report/picture.h"

namespace netstray {

// Pictures of how a model came to be. All functions are thread-safe and say in the chart why there is nothing to draw
// instead of failing.

struct ElbowPoint {
  std::uint64_t clusters = 0;
  double inertia = 0;  ///< sum of squared distances to the nearest centre
};
/// Inertia against the number of clusters k, the chosen one marked. CSV: clusters, inertia, chosen.
Picture elbow_picture(const Heading& heading, std::span<const ElbowPoint> points,
                      std::optional<std::uint64_t> chosen = {});

/// A measure of each epoch (`measure` names it: "loss", "R2"), on the rows learned from and on those kept back (may be
/// empty). The axis is logarithmic where all are positive and span more than a factor of 50. `kept_epoch` counts from
/// 1: the one whose weights are used. CSV: epoch, training, validation.
Picture learning_picture(const Heading& heading, std::string_view measure, std::span<const double> training,
                         std::span<const double> validation, std::optional<std::size_t> kept_epoch = {});

}  // namespace netstray
