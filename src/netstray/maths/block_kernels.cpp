#include "netstray/maths/block_kernels.h"

#include <algorithm>
#include <cmath>

#include "netstray/maths/run_widest.h"

namespace netstray {
namespace {

constexpr std::size_t kLanes = 8;
constexpr std::size_t kTile = 4;
constexpr std::size_t kTileSums = kTile * kTile * kLanes;

/// W numbers that the compiler keeps in one register (or more, where the machine's are narrower).
template <std::size_t W>
struct Wide {
  using Numbers [[gnu::vector_size(W * sizeof(double)), gnu::aligned(sizeof(double)), gnu::may_alias]] = double;
  using Bits [[gnu::vector_size(W * sizeof(double)), gnu::aligned(sizeof(double)), gnu::may_alias]] = std::int64_t;
  using Floats [[gnu::vector_size(W * sizeof(double)), gnu::aligned(sizeof(float)), gnu::may_alias]] = float;
  using Codes [[gnu::vector_size(W * sizeof(double)), gnu::aligned(sizeof(float)), gnu::may_alias]] = std::int32_t;
};
template <std::size_t W>
using Numbers = typename Wide<W>::Numbers;
template <std::size_t W>
using Floats = typename Wide<W>::Floats;

template <std::size_t W>
[[gnu::always_inline]] inline const Numbers<W>& at(const double* place) {
  return *reinterpret_cast<const Numbers<W>*>(place);
}
template <std::size_t W>
[[gnu::always_inline]] inline Numbers<W>& at(double* place) {
  return *reinterpret_cast<Numbers<W>*>(place);
}

template <std::size_t W>
[[gnu::always_inline]] inline const Floats<W>& at(const float* place) {
  return *reinterpret_cast<const Floats<W>*>(place);
}
template <std::size_t W>
[[gnu::always_inline]] inline Floats<W>& at(float* place) {
  return *reinterpret_cast<Floats<W>*>(place);
}

/// Always in the same order.
[[gnu::always_inline]] inline double sum_of_lanes(const double* l) noexcept {
  return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
}

/// Registers side by side that, with four outputs, fill the register file without spilling.
template <std::size_t W>
constexpr std::size_t kAbreast = W == 8 ? 4 : 2;

struct Widen {
  const float* from;
  std::size_t rows;
  double origin;
  double* to;

  template <std::size_t W>
  [[gnu::always_inline]] void run() const {
    for (std::size_t row = 0; row < rows; ++row) to[row] = static_cast<double>(from[row]) - origin;
  }
};

struct SquaredProducts {
  PanelList list;
  const double* block;
  const double* bias;
  std::size_t rows;
  double* q;

  template <std::size_t W>
  [[gnu::always_inline]] void run() const {
    constexpr std::size_t kR = kAbreast<W>;
    for (std::size_t row = 0; row < rows; row += kR * W) {
      for (std::size_t p = 0; p < list.count; ++p) {
        Numbers<W> sums[kPanel][kR];
        for (std::size_t o = 0; o < kPanel; ++o) {
          for (std::size_t r = 0; r < kR; ++r) {
            sums[o][r] = Numbers<W>{};
            if (bias != nullptr) sums[o][r] = at<W>(bias + (p * kPanel + o) * kBlockRows + row + r * W);
          }
        }
        const double* factor = list.panels[p].factors;
        for (std::size_t j = list.panels[p].first; j < list.inputs; ++j, factor += kPanel) {
          const double* column = block + j * kBlockRows + row;
          for (std::size_t o = 0; o < kPanel; ++o) {
            for (std::size_t r = 0; r < kR; ++r) sums[o][r] += factor[o] * at<W>(column + r * W);
          }
        }
        for (std::size_t r = 0; r < kR; ++r) {
          Numbers<W> squares = at<W>(q + row + r * W);
          for (const auto& sum : sums) squares += sum[r] * sum[r];
          at<W>(q + row + r * W) = squares;
        }
      }
    }
  }
};

struct PairProducts {
  const double* left;
  const double* right;
  std::size_t columns;
  std::size_t rows;
  double* lanes;

  template <std::size_t W>
  [[gnu::always_inline]] void run() const {
    constexpr std::size_t kHigh = W == 8 ? kTile : 2;  // rows of a tile at a time: what the register file holds
    double* tile = lanes;
    for (std::size_t i = 0; i < columns; i += kTile) {
      for (std::size_t j = i; j < columns; j += kTile, tile += kTileSums) {
        for (std::size_t part = 0; part < kTile; part += kHigh) {
          for (std::size_t lane = 0; lane < kLanes; lane += W) {
            add_tile<W, kHigh>(left + (i + part) * kBlockRows + lane, right + j * kBlockRows + lane,
                               tile + part * kTile * kLanes + lane);
          }
        }
      }
    }
  }

  template <std::size_t W, std::size_t High>
  [[gnu::always_inline]] void add_tile(const double* l, const double* r, double* sums) const {
    Numbers<W> running[High][kTile];
    for (std::size_t a = 0; a < High; ++a) {
      for (std::size_t b = 0; b < kTile; ++b) running[a][b] = at<W>(sums + (a * kTile + b) * kLanes);
    }
    for (std::size_t row = 0; row < rows; row += kLanes) {
      for (std::size_t a = 0; a < High; ++a) {
        for (std::size_t b = 0; b < kTile; ++b) {
          running[a][b] += at<W>(l + a * kBlockRows + row) * at<W>(r + b * kBlockRows + row);
        }
      }
    }
    for (std::size_t a = 0; a < High; ++a) {
      for (std::size_t b = 0; b < kTile; ++b) at<W>(sums + (a * kTile + b) * kLanes) = running[a][b];
    }
  }
};

struct WeighBlock {
  const double* left;
  const double* weights;
  std::size_t columns;
  double* right;
  double* sum_lanes;
  double* square_lanes;

  template <std::size_t W>
  [[gnu::always_inline]] void run() const {
    for (std::size_t j = 0; j < columns; ++j) {
      const std::size_t column = j * kBlockRows;
      for (std::size_t lane = 0; lane < kLanes; lane += W) {
        Numbers<W> sum = at<W>(sum_lanes + j * kLanes + lane);
        Numbers<W> squares = at<W>(square_lanes + j * kLanes + lane);
        for (std::size_t row = lane; row < kBlockRows; row += kLanes) {
          const Numbers<W> weighted = at<W>(left + column + row) * at<W>(weights + row);
          at<W>(right + column + row) = weighted;
          sum += weighted;
          squares += weighted * at<W>(left + column + row);
        }
        at<W>(sum_lanes + j * kLanes + lane) = sum;
        at<W>(square_lanes + j * kLanes + lane) = squares;
      }
    }
  }
};

struct WeightedSquares {
  const double* block;
  const double* factors;
  std::size_t columns;
  std::size_t rows;
  double* q;

  template <std::size_t W>
  [[gnu::always_inline]] void run() const {
    constexpr std::size_t kR = kAbreast<W>;
    for (std::size_t row = 0; row < rows; row += kR * W) {
      Numbers<W> sums[kR];
      for (std::size_t r = 0; r < kR; ++r) sums[r] = at<W>(q + row + r * W);
      for (std::size_t j = 0; j < columns; ++j) {
        for (std::size_t r = 0; r < kR; ++r) {
          const Numbers<W>& value = at<W>(block + j * kBlockRows + row + r * W);
          sums[r] += value * value * factors[j];
        }
      }
      for (std::size_t r = 0; r < kR; ++r) at<W>(q + row + r * W) = sums[r];
    }
  }
};

struct Terms {
  TermList list;
  std::size_t biases;
  std::size_t rows;
  double* bias;
  double* q;

  template <std::size_t W>
  [[gnu::always_inline]] void run() const {
    for (std::size_t row = 0; row < rows; ++row) {
      const double* const* own = list.vectors + row * list.count;
      for (std::size_t m = 0; m < biases; m += W) {
        Numbers<W> sum;
        sum_at<W>(own, m, sum);
        for (std::size_t lane = 0; lane < W; ++lane) bias[(m + lane) * kBlockRows + row] = sum[lane];
      }
      if (biases < list.length) q[row] += squares<W>(own);
    }
  }

  template <std::size_t W>
  [[gnu::always_inline]] void sum_at(const double* const* own, std::size_t m, Numbers<W>& sum) const {
    sum = at<W>(list.base + m);
    for (std::size_t t = 0; t < list.count; ++t) sum += at<W>(own[t] + m);
  }

  template <std::size_t W>
  [[gnu::always_inline]] double squares(const double* const* own) const {
    alignas(64) double lanes[kLanes];
    Numbers<W> sums[kLanes / W] = {};
    for (std::size_t m = biases; m < list.length; m += kLanes) {
      for (std::size_t part = 0; part < kLanes / W; ++part) {
        Numbers<W> sum;
        sum_at<W>(own, m + part * W, sum);
        sums[part] += sum * sum;
      }
    }
    for (std::size_t part = 0; part < kLanes / W; ++part) at<W>(lanes + part * W) = sums[part];
    return sum_of_lanes(lanes);
  }
};

/// Squared distances in f32: registers hold 2 W numbers.
struct Points {
  PointList list;
  const float* block;
  const float* bias;
  std::size_t rows;

  /// Of R registers of rows, from `row` on, to the kPanel points from `first` on.
  template <std::size_t W, std::size_t R>
  [[gnu::always_inline]] void distances(std::size_t first, std::size_t row, Floats<W> (&sums)[kPanel][R]) const {
    for (std::size_t o = 0; o < kPanel; ++o) {
      for (std::size_t r = 0; r < R; ++r) {
        sums[o][r] = Floats<W>{};
        if (bias != nullptr) sums[o][r] = at<W>(bias + (first + o) * kBlockRows + row + r * 2 * W);
      }
    }
    const float* point = list.numbers + first * list.columns;
    for (std::size_t j = 0; j < list.columns; ++j, point += kPanel) {
      const float* column = block + j * kBlockRows + row;
      for (std::size_t o = 0; o < kPanel; ++o) {
        for (std::size_t r = 0; r < R; ++r) {
          const Floats<W> away = at<W>(column + r * 2 * W) - point[o];
          sums[o][r] += away * away;
        }
      }
    }
  }
};

struct NearestPoints : Points {
  float* best;
  std::uint32_t* which;

  template <std::size_t W>
  [[gnu::always_inline]] void run() const {
    constexpr std::size_t kR = kAbreast<W>;
    using Codes = typename Wide<W>::Codes;
    for (std::size_t row = 0; row < rows; row += kR * 2 * W) {
      Floats<W> least[kR];
      Codes winner[kR];
      for (std::size_t r = 0; r < kR; ++r) {
        least[r] = Floats<W>{} + HUGE_VALF;
        winner[r] = Codes{};
      }
      for (std::size_t c = 0; c < list.count; c += kPanel) {
        Floats<W> sums[kPanel][kR];
        distances<W, kR>(c, row, sums);
        for (std::size_t o = 0; o < std::min(kPanel, list.count - c); ++o) {
          const auto number = static_cast<std::int32_t>(c + o);
          for (std::size_t r = 0; r < kR; ++r) {
            const auto nearer = sums[o][r] < least[r];
            least[r] = nearer ? sums[o][r] : least[r];
            winner[r] = nearer ? Codes{} + number : winner[r];
          }
        }
      }
      for (std::size_t r = 0; r < kR; ++r) {
        at<W>(best + row + r * 2 * W) = least[r];
        *reinterpret_cast<Codes*>(which + row + r * 2 * W) = winner[r];
      }
    }
  }
};

struct PointDistances : Points {
  float* out;

  template <std::size_t W>
  [[gnu::always_inline]] void run() const {
    constexpr std::size_t kR = kAbreast<W>;
    for (std::size_t c = 0; c < list.count; c += kPanel) {
      for (std::size_t row = 0; row < rows; row += kR * 2 * W) {
        Floats<W> sums[kPanel][kR];
        distances<W, kR>(c, row, sums);
        for (std::size_t o = 0; o < kPanel; ++o) {
          for (std::size_t r = 0; r < kR; ++r) at<W>(out + (c + o) * kBlockRows + row + r * 2 * W) = sums[o][r];
        }
      }
    }
  }
};

/// e^x for x in [-36.05, 0], to an ulp or so; 0 below that. x = n ln 2 + f, |f| <= ln 2 / 2, Taylor's series for e^f.
template <std::size_t W>
[[gnu::always_inline]] inline void small_exp(Numbers<W>& x) {
  constexpr double kMagic = 0x1.8p52;  // adding it rounds to a whole number
  constexpr double kLog2Above = 0x1.62e42feep-1;
  constexpr double kLog2Below = 0x1.a39ef35793c76p-33;
  constexpr double kLeast = -36.04365338911715;  // ln 2^-52
  constexpr double kTaylor[] = {
      1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
      1.0 / 720,        1.0 / 120,       1.0 / 24,       1.0 / 6,       1.0 / 2,      1.0,         1.0};
  const auto far_below = !(x >= kLeast);
  const Numbers<W> y = far_below ? Numbers<W>{} : x;
  const Numbers<W> shifted = y * 1.4426950408889634 + kMagic;
  const Numbers<W> n = shifted - kMagic;
  const Numbers<W> f = (y - n * kLog2Above) - n * kLog2Below;
  Numbers<W> sum = Numbers<W>{} + kTaylor[0];
  for (std::size_t i = 1; i < std::size(kTaylor); ++i) sum = sum * f + kTaylor[i];
  using Bits = typename Wide<W>::Bits;
  const Bits exponent = reinterpret_cast<Bits>(shifted) << 52;  // the low bits of `shifted` are n
  const Numbers<W> scaled = reinterpret_cast<Numbers<W>>(reinterpret_cast<Bits>(sum) + exponent);
  x = far_below ? Numbers<W>{} : scaled;
}

struct Shares {
  double* logs;
  std::size_t count;
  std::size_t rows;
  double* total;

  template <std::size_t W>
  [[gnu::always_inline]] void run() const {
    for (std::size_t row = 0; row < rows; row += W) {
      Numbers<W> most = at<W>(logs + row);
      for (std::size_t c = 1; c < count; ++c) {
        const Numbers<W>& log = at<W>(logs + c * kBlockRows + row);
        most = log > most ? log : most;
      }
      Numbers<W> sum = {};
      for (std::size_t c = 0; c < count; ++c) {
        Numbers<W> share = at<W>(logs + c * kBlockRows + row) - most;
        small_exp<W>(share);
        at<W>(logs + c * kBlockRows + row) = share;
        sum += share;
      }
      for (std::size_t c = 0; c < count; ++c) at<W>(logs + c * kBlockRows + row) /= sum;
      at<W>(total + row) = most;
      for (std::size_t lane = 0; lane < W; ++lane) total[row + lane] += std::log(sum[lane]);
    }
  }
};

}  // namespace

void widen(const float* from, std::size_t rows, double origin, double* to) noexcept {
  run_widest(Widen{from, rows, origin, to});
}

void add_squared_products(const PanelList& panels, const double* block, const double* bias, std::size_t rows,
                          double* q) noexcept {
  run_widest(SquaredProducts{panels, block, bias, rows, q});
}

std::size_t pair_lanes_size(std::size_t columns) noexcept {
  const std::size_t tiles = rounded_up(columns, kTile) / kTile;
  return tiles * (tiles + 1) / 2 * kTileSums;
}

void add_pair_products(const double* left, const double* right, std::size_t columns, std::size_t rows,
                       double* lanes) noexcept {
  run_widest(PairProducts{left, right, columns, rows, lanes});
}

void collect_pair_lanes(const double* lanes, std::size_t columns, double* sums) noexcept {
  for (std::size_t i = 0; i < columns; i += kTile) {
    for (std::size_t j = i; j < columns; j += kTile) {
      for (std::size_t a = 0; a < kTile; ++a) {
        for (std::size_t b = 0; b < kTile; ++b, lanes += kLanes) {
          if (i + a > j + b || j + b >= columns) continue;
          sums[(i + a) * columns + j + b] += sum_of_lanes(lanes);
        }
      }
    }
  }
}

void weigh_block(const double* left, const double* weights, std::size_t columns, double* right, double* sum_lanes,
                 double* square_lanes) noexcept {
  run_widest(WeighBlock{left, weights, columns, right, sum_lanes, square_lanes});
}

void add_weighted_squares(const double* block, const double* factors, std::size_t columns, std::size_t rows,
                          double* q) noexcept {
  run_widest(WeightedSquares{block, factors, columns, rows, q});
}

void add_terms(const TermList& terms, std::size_t biases, std::size_t rows, double* bias, double* q) noexcept {
  run_widest(Terms{terms, biases, rows, bias, q});
}

void nearest_points(const PointList& points, const float* block, const float* bias, std::size_t rows, float* best,
                    std::uint32_t* which) noexcept {
  run_widest(NearestPoints{{points, block, bias, rows}, best, which});
}

void point_distances(const PointList& points, const float* block, const float* bias, std::size_t rows,
                     float* distances) noexcept {
  run_widest(PointDistances{{points, block, bias, rows}, distances});
}

void to_shares(double* logs, std::size_t count, std::size_t rows, double* total) noexcept {
  run_widest(Shares{logs, count, rows, total});
}

}  // namespace netstray
