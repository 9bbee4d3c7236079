#include "netstray/embed/forces.h"

#include <algorithm>
#include <vector>

#include "netstray/base/parallel.h"
#include "netstray/maths/run_widest.h"

namespace netstray {
namespace {

/// Points of one piece of work.
constexpr std::size_t kPiecePoints = 4 * kForceLanes;
/// Other points whose forces are added up before they are added to the sum, so that the sum stays exact.
constexpr std::size_t kBlockPoints = 256;
/// So that points which are all far from each other do not divide by nothing; scikit-learn's.
constexpr double kLeastWeights = 0x1p-52;
/// Registers side by side, so that none waits for another's division.
constexpr std::size_t kAbreast = 2;

/// A register of f32, twice as many as W, the f64 that it holds.
template <std::size_t W>
struct Wide {
  using Floats [[gnu::vector_size(W * sizeof(double)), gnu::aligned(sizeof(float)), gnu::may_alias]] = float;
};
template <std::size_t W>
using Floats = typename Wide<W>::Floats;

template <std::size_t W>
[[gnu::always_inline]] inline const Floats<W>& at(const float* place) {
  return *reinterpret_cast<const Floats<W>*>(place);
}
template <std::size_t W>
[[gnu::always_inline]] inline Floats<W>& at(float* place) {
  return *reinterpret_cast<Floats<W>*>(place);
}

/// The repulsion of all points on [begin, begin + kForceLanes), and their sums of w, themselves included.
struct Repel {
  const PlanePoints& points;
  std::size_t begin;
  float* x;
  float* y;
  float* weights;

  template <std::size_t W>
  [[gnu::always_inline]] void run() const {
    constexpr std::size_t kStep = 2 * W * kAbreast;
    for (std::size_t lane = 0; lane < kForceLanes; lane += kStep) lanes<W>(lane);
  }

  template <std::size_t W>
  [[gnu::always_inline]] void lanes(std::size_t lane) const {
    Floats<W> sum_x[kAbreast] = {};
    Floats<W> sum_y[kAbreast] = {};
    Floats<W> sum_w[kAbreast] = {};
    for (std::size_t first = 0; first < points.count; first += kBlockPoints) {
      Floats<W> block_x[kAbreast] = {};
      Floats<W> block_y[kAbreast] = {};
      Floats<W> block_w[kAbreast] = {};
      const std::size_t end = std::min(points.count, first + kBlockPoints);
      for (std::size_t other = first; other < end; ++other) {
        const float other_x = points.x.data()[other];
        const float other_y = points.y.data()[other];
        for (std::size_t a = 0; a < kAbreast; ++a) {
          const Floats<W> dx = at<W>(points.x.data() + begin + lane + 2 * W * a) - other_x;
          const Floats<W> dy = at<W>(points.y.data() + begin + lane + 2 * W * a) - other_y;
          const Floats<W> w = 1.0F / (1.0F + dx * dx + dy * dy);
          const Floats<W> squared = w * w;
          block_w[a] += w;
          block_x[a] += squared * dx;
          block_y[a] += squared * dy;
        }
      }
      for (std::size_t a = 0; a < kAbreast; ++a) {
        sum_x[a] += block_x[a];
        sum_y[a] += block_y[a];
        sum_w[a] += block_w[a];
      }
    }
    for (std::size_t a = 0; a < kAbreast; ++a) {
      at<W>(x + lane + 2 * W * a) = sum_x[a];
      at<W>(y + lane + 2 * W * a) = sum_y[a];
      at<W>(weights + lane + 2 * W * a) = sum_w[a];
    }
  }
};

/// Always in the same order.
[[gnu::always_inline]] inline float sum_of_lanes(const float* l) noexcept {
  return (((l[0] + l[8]) + (l[4] + l[12])) + ((l[2] + l[10]) + (l[6] + l[14]))) +
         (((l[1] + l[9]) + (l[5] + l[13])) + ((l[3] + l[11]) + (l[7] + l[15])));
}

/// The attraction of its neighbours on one point. `x` and `y` are theirs, in the order of `shares`.
struct Attract {
  float own_x, own_y;
  const float* x;
  const float* y;
  const float* shares;
  std::size_t count;
  float* sum_x;
  float* sum_y;

  template <std::size_t W>
  [[gnu::always_inline]] void run() const {
    constexpr std::size_t kParts = Affinities::kLanes / (2 * W);
    Floats<W> sums_x[kParts] = {};
    Floats<W> sums_y[kParts] = {};
    for (std::size_t first = 0; first < count; first += Affinities::kLanes) {
      for (std::size_t part = 0; part < kParts; ++part) {
        const std::size_t place = first + part * 2 * W;
        const Floats<W> dx = own_x - at<W>(x + place);
        const Floats<W> dy = own_y - at<W>(y + place);
        const Floats<W> pull = at<W>(shares + place) / (1.0F + dx * dx + dy * dy);
        sums_x[part] += pull * dx;
        sums_y[part] += pull * dy;
      }
    }
    alignas(64) float lanes_x[Affinities::kLanes];
    alignas(64) float lanes_y[Affinities::kLanes];
    for (std::size_t part = 0; part < kParts; ++part) {
      at<W>(lanes_x + part * 2 * W) = sums_x[part];
      at<W>(lanes_y + part * 2 * W) = sums_y[part];
    }
    *sum_x = sum_of_lanes(lanes_x);
    *sum_y = sum_of_lanes(lanes_y);
  }
};

/// The attraction on the points [begin, end). `x` and `y` are room for the neighbours of one.
void attract(const PlanePoints& points, const Affinities& affinities, std::size_t begin, std::size_t end,
             PlanePoints& attraction) {
  std::vector<float> x;
  std::vector<float> y;
  for (std::size_t point = begin; point < end; ++point) {
    const std::size_t first = affinities.begins[point];
    const std::size_t count = affinities.begins[point + 1] - first;
    if (x.size() < count) {
      x.resize(count);
      y.resize(count);
    }
    for (std::size_t k = 0; k < count; ++k) {
      const std::uint32_t neighbour = affinities.neighbours[first + k];
      x[k] = points.x.data()[neighbour];
      y[k] = points.y.data()[neighbour];
    }
    run_widest(Attract{points.x.data()[point], points.y.data()[point], x.data(), y.data(),
                       affinities.shares.data() + first, count, attraction.x.data() + point,
                       attraction.y.data() + point});
  }
}

}  // namespace

void add_up_forces(const PlanePoints& points, const Affinities& affinities, Forces& forces) {
  Aligned<float> weights(rounded_up(points.count, kForceLanes));
  parallel_for(points.count, kPiecePoints, [&](std::size_t begin, std::size_t end) {
    for (std::size_t first = begin; first < end; first += kForceLanes) {
      run_widest(Repel{points, first, forces.repulsion.x.data() + first, forces.repulsion.y.data() + first,
                       weights.data() + first});
    }
    attract(points, affinities, begin, end, forces.attraction);
  });
  forces.weights = -static_cast<double>(points.count);  // each with itself
  for (std::size_t point = 0; point < points.count; ++point) {
    forces.weights += static_cast<double>(weights.data()[point]);
  }
  forces.weights = std::max(forces.weights, kLeastWeights);
}

}  // namespace netstray
