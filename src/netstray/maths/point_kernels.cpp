#include "netstray/maths/point_kernels.h"

#include <array>
#include <cstring>
#include <limits>

#include "netstray/maths/run_widest.h"

namespace netstray {
namespace {

constexpr std::size_t kLanes = kPanelPoints;
using Floats [[gnu::vector_size(64)]] = float;
using Ints [[gnu::vector_size(64)]] = int;
using Doubles [[gnu::vector_size(128)]] = double;
static_assert(sizeof(Floats) == kLanes * sizeof(float) && sizeof(Doubles) == kLanes * sizeof(double));

/// Bodies are inlined into one function per instruction set, so that each is compiled for that set.
[[gnu::always_inline]] inline void load(const float* from, Floats& to) noexcept { std::memcpy(&to, from, sizeof to); }
[[gnu::always_inline]] inline void store(const Floats& from, float* to) noexcept {
  std::memcpy(to, &from, sizeof from);
}
[[gnu::always_inline]] inline void fill(float value, Floats& to) noexcept { to = Floats{} + value; }

/// Q queries against P panels in registers.
template <std::size_t Q, std::size_t P>
[[gnu::always_inline]] inline void distance_tile(const PanelView& points, std::size_t panel, const float* queries,
                                                 float* out, Floats* least) noexcept {
  const std::size_t step = points.packed * kLanes;
  const float* data = points.data + panel * step;
  Floats sum[Q][P] = {};  // NOLINT(modernize-avoid-c-arrays): an array of registers
  Floats value;
  for (std::size_t k = 0; k < points.numbers; ++k) {
    for (std::size_t p = 0; p < P; ++p) {
      load(data + p * step + k * kLanes, value);
      for (std::size_t q = 0; q < Q; ++q) {
        const Floats difference = value - queries[q * points.packed + k];
        sum[q][p] += difference * difference;
      }
    }
  }
  Floats zero;
  Floats two;
  fill(0, zero);
  fill(2, two);
  for (std::size_t k = points.numbers; k < points.packed; ++k) {
    for (std::size_t p = 0; p < P; ++p) {
      load(data + p * step + k * kLanes, value);
      for (std::size_t q = 0; q < Q; ++q) sum[q][p] += value != queries[q * points.packed + k] ? two : zero;
    }
  }
  Floats most;
  fill(std::numeric_limits<float>::max(), most);
  for (std::size_t q = 0; q < Q; ++q) {
    for (std::size_t p = 0; p < P; ++p) {
      const Floats capped = sum[q][p] < most ? sum[q][p] : most;
      least[q] = capped < least[q] ? capped : least[q];
      store(capped, out + (q * points.panels + panel + p) * kLanes);
    }
  }
}

template <std::size_t Q, std::size_t P>
[[gnu::always_inline]] inline void distances_of(const PanelView& points, const float* queries, float* out,
                                                float* least_out) noexcept {
  Floats least[Q];  // NOLINT(modernize-avoid-c-arrays)
  for (auto& each : least) fill(std::numeric_limits<float>::max(), each);
  std::size_t panel = 0;
  for (; panel + P <= points.panels; panel += P) distance_tile<Q, P>(points, panel, queries, out, least);
  for (; panel < points.panels; ++panel) distance_tile<Q, 1>(points, panel, queries, out, least);
  for (std::size_t q = 0; q < Q; ++q) store(least[q], least_out + q * kLanes);
}

/// Four queries with P panels at a time: their sums fill the registers, so that additions need not wait for each other.
template <std::size_t P>
[[gnu::always_inline]] inline void squared_distances_body(const PanelView& points, const float* queries,
                                                          std::size_t count, float* out, float* least) noexcept {
  std::size_t q = 0;
  for (; q + 4 <= count; q += 4) {
    distances_of<4, P>(points, queries + q * points.packed, out + q * points.panels * kLanes, least + q * kLanes);
  }
  for (; q < count; ++q) {
    distances_of<1, 4>(points, queries + q * points.packed, out + q * points.panels * kLanes, least + q * kLanes);
  }
}

[[gnu::always_inline]] inline void box_distances_body(const PanelView& low, const float* high, const float* query,
                                                      float* out) noexcept {
  Floats sum = {};
  Floats zero;
  Floats two;
  Floats from;
  Floats to;
  fill(0, zero);
  fill(2, two);
  for (std::size_t k = 0; k < low.numbers; ++k) {
    load(low.data + k * kLanes, from);
    load(high + k * kLanes, to);
    const Floats under = from - query[k];
    const Floats over = query[k] - to;
    Floats beyond = under > over ? under : over;
    beyond = beyond > zero ? beyond : zero;
    sum += beyond * beyond;
  }
  for (std::size_t k = low.numbers; k < low.packed; ++k) {
    load(low.data + k * kLanes, from);
    load(high + k * kLanes, to);
    sum += from > query[k] ? two : zero;
    sum += to < query[k] ? two : zero;
  }
  Floats most;
  fill(std::numeric_limits<float>::max(), most);
  sum = sum < most ? sum : most;
  store(sum, out);
}

/// e^x = 2^n e^r with |r| <= ln(2) / 2, e^r by its series to the 7th power (what is left out is below 6e-9).
[[gnu::always_inline]] inline void gaussian_body(float gamma, float* values, std::size_t count) noexcept {
  constexpr float kLeast = -87.0F;
  constexpr float kLog2E = 1.44269504F;
  constexpr float kLn2High = 0.693359375F;  // 9 bits, so that n times it is exact
  constexpr float kLn2Low = -2.12194440e-4F;
  constexpr std::array kSeries{1.0F / 5040, 1.0F / 720, 1.0F / 120, 1.0F / 24, 1.0F / 6, 0.5F, 1.0F, 1.0F};
  Floats zero;
  Floats least;
  fill(0, zero);
  fill(kLeast, least);
  for (std::size_t i = 0; i < count; i += kLanes) {
    Floats x;
    load(values + i, x);
    x = x * -gamma;
    const Ints vanishes = x < least;
    x = x < least ? least : x;
    const Ints n = __builtin_convertvector(x * kLog2E - 0.5F, Ints);
    const Floats whole = __builtin_convertvector(n, Floats);
    const Floats rest = x - whole * kLn2High - whole * kLn2Low;
    Floats sum;
    fill(kSeries.front(), sum);
    for (std::size_t k = 1; k < kSeries.size(); ++k) sum = sum * rest + kSeries[k];
    const Ints exponent = (n + 127) << 23;
    Floats scale;
    std::memcpy(&scale, &exponent, sizeof scale);
    sum = sum * scale;
    store(vanishes ? zero : sum, values + i);
  }
}

[[gnu::always_inline]] inline void dot_products_body(const PanelView& points, const float* query,
                                                     double* out) noexcept {
  const float* data = points.data;
  Floats value;
  Floats zero;
  Floats one;
  fill(0, zero);
  fill(1, one);
  for (std::size_t panel = 0; panel < points.panels; ++panel) {
    Doubles sum = {};
    for (std::size_t k = 0; k < points.packed; ++k, data += kLanes) {
      load(data, value);
      if (k < points.numbers) {
        sum += __builtin_convertvector(value, Doubles) * static_cast<double>(query[k]);
      } else {
        value = value == query[k] ? one : zero;
        sum += __builtin_convertvector(value, Doubles);
      }
    }
    std::memcpy(out + panel * kLanes, &sum, sizeof sum);
  }
}

[[gnu::always_inline]] inline double weighted_sum_body(const double* weights, const float* values,
                                                       std::size_t count) noexcept {
  Doubles sum = {};
  Floats value;
  Doubles weight;
  for (std::size_t i = 0; i < count; i += kLanes) {
    load(values + i, value);
    std::memcpy(&weight, weights + i, sizeof weight);
    sum += weight * __builtin_convertvector(value, Doubles);
  }
  double total = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) total += sum[lane];
  return total;
}

struct SquaredDistances {
  const PanelView& points;
  const float* queries;
  std::size_t count;
  float* out;
  float* least;
  template <int W>
  [[gnu::always_inline]] void run() const noexcept {
    squared_distances_body<W == 8 ? 2 : 1>(points, queries, count, out, least);
  }
};

struct BoxDistances {
  const PanelView& low;
  const float* high;
  const float* query;
  float* out;
  template <int>
  [[gnu::always_inline]] void run() const noexcept {
    box_distances_body(low, high, query, out);
  }
};

struct Gaussian {
  float gamma;
  float* values;
  std::size_t count;
  template <int>
  [[gnu::always_inline]] void run() const noexcept {
    gaussian_body(gamma, values, count);
  }
};

struct DotProducts {
  const PanelView& points;
  const float* query;
  double* out;
  template <int>
  [[gnu::always_inline]] void run() const noexcept {
    dot_products_body(points, query, out);
  }
};

struct WeightedSum {
  const double* weights;
  const float* values;
  std::size_t count;
  double& sum;
  template <int>
  [[gnu::always_inline]] void run() const noexcept {
    sum = weighted_sum_body(weights, values, count);
  }
};

}  // namespace

void squared_distances(const PanelView& points, const float* queries, std::size_t count, float* out,
                       float* least) noexcept {
  run_widest(SquaredDistances{points, queries, count, out, least});
}

void box_distances(const PanelView& low, const float* high, const float* query, float* out) noexcept {
  run_widest(BoxDistances{low, high, query, out});
}

void gaussian(float gamma, float* values, std::size_t count) noexcept { run_widest(Gaussian{gamma, values, count}); }

void dot_products(const PanelView& points, const float* query, double* out) noexcept {
  run_widest(DotProducts{points, query, out});
}

double weighted_sum(const double* weights, const float* values, std::size_t count) noexcept {
  double sum = 0;
  run_widest(WeightedSum{weights, values, count, sum});
  return sum;
}

}  // namespace netstray
