#include "netstray/maths/block_kernels.h"

#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/maths/run_widest.h"

namespace netstray {
namespace {

template <typename Number>
Aligned<Number> random_block(Rng& rng, std::size_t columns, std::size_t rows) {
  Aligned<Number> block(rounded_up(columns, 8) * kBlockRows);
  for (std::size_t j = 0; j < columns; ++j) {
    for (std::size_t row = 0; row < rows; ++row) block.data()[j * kBlockRows + row] = static_cast<Number>(rng.normal());
  }
  return block;
}

/// Calls `run` with each instruction set that the machine has and expects the same bits each time; returns them.
std::string same_bits(const std::function<std::string()>& run) {
  limit_instruction_set(InstructionSet::portable);
  const std::string portable = run();
  for (const InstructionSet limit : {InstructionSet::avx2, InstructionSet::avx512}) {
    limit_instruction_set(limit);
    EXPECT_EQ(run(), portable) << "instruction set " << static_cast<int>(limit);
  }
  limit_instruction_set(InstructionSet::avx512);
  return portable;
}

template <typename Number>
std::string bits_of(const Number* numbers, std::size_t count) {
  return {reinterpret_cast<const char*>(numbers), count * sizeof(Number)};
}
template <typename Number>
std::vector<Number> numbers_of(const std::string& bits) {
  std::vector<Number> numbers(bits.size() / sizeof(Number));
  std::memcpy(numbers.data(), bits.data(), bits.size());
  return numbers;
}

TEST(SquaredProducts, AreThoseOfASlowSumWithTheSameBitsOnAnyInstructionSet) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Rng rng(seed);
    const std::size_t inputs = 1 + rng.below(20);
    const std::size_t rows = 1 + rng.below(kBlockRows);
    const auto block = random_block<double>(rng, inputs, rows);
    const auto bias = random_block<double>(rng, rounded_up(inputs, 4), rows);
    const bool biased = rng.below(2) == 0;
    const std::size_t panel_count = (inputs + 3) / 4;
    std::vector<std::vector<double>> factors(panel_count);
    std::vector<Panel> panels;
    for (std::size_t p = 0; p < panel_count; ++p) {
      for (std::size_t i = 4 * p; i < inputs; ++i) {
        for (int o = 0; o < 4; ++o) factors[p].push_back(rng.normal());
      }
      panels.push_back({4 * p, factors[p].data()});
    }
    const auto bits = same_bits([&] {
      AlignedNumbers q(kBlockRows);
      add_squared_products({panels.data(), panels.size(), inputs}, block.data(), biased ? bias.data() : nullptr,
                           rounded_up(rows, 32), q.data());
      return bits_of(q.data(), rows);
    });
    const auto q = numbers_of<double>(bits);
    for (std::size_t row = 0; row < rows; ++row) {
      double slow = 0;
      for (std::size_t p = 0; p < panel_count; ++p) {
        for (std::size_t o = 0; o < 4; ++o) {
          double sum = biased ? bias.data()[(4 * p + o) * kBlockRows + row] : 0;
          for (std::size_t j = 4 * p; j < inputs; ++j)
            sum += factors[p][(j - 4 * p) * 4 + o] * block.data()[j * kBlockRows + row];
          slow += sum * sum;
        }
      }
      ASSERT_NEAR(q[row], slow, 1e-9 * (1 + slow)) << "seed " << seed;
    }
  }
}

TEST(PairProducts, AreThoseOfASlowSumWithTheSameBitsOnAnyInstructionSet) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Rng rng(seed);
    const std::size_t columns = 1 + rng.below(14);
    const std::size_t rows = 1 + rng.below(kBlockRows);
    const auto left = random_block<double>(rng, columns, rows);
    AlignedNumbers weights(kBlockRows);
    for (std::size_t row = 0; row < rows; ++row) weights.data()[row] = rng.uniform();
    const auto bits = same_bits([&] {
      AlignedNumbers right(rounded_up(columns, 4) * kBlockRows);
      AlignedNumbers sums(columns * kWeighLanes);
      AlignedNumbers squares(columns * kWeighLanes);
      AlignedNumbers lanes(pair_lanes_size(columns));
      weigh_block(left.data(), weights.data(), columns, right.data(), sums.data(), squares.data());
      add_pair_products(left.data(), right.data(), columns, rounded_up(rows, 8), lanes.data());
      std::vector<double> pairs(columns * columns);
      collect_pair_lanes(lanes.data(), columns, pairs.data());
      return bits_of(pairs.data(), pairs.size()) + bits_of(sums.data(), columns * kWeighLanes) +
             bits_of(squares.data(), columns * kWeighLanes);
    });
    const auto found = numbers_of<double>(bits);
    for (std::size_t i = 0; i < columns; ++i) {
      double sum = 0;
      for (std::size_t row = 0; row < rows; ++row) sum += left.data()[i * kBlockRows + row] * weights.data()[row];
      const double* lanes = found.data() + columns * columns + i * kWeighLanes;
      ASSERT_NEAR(std::accumulate(lanes, lanes + kWeighLanes, 0.0), sum, 1e-10) << "seed " << seed;
      for (std::size_t j = i; j < columns; ++j) {
        double slow = 0;
        for (std::size_t row = 0; row < rows; ++row) {
          slow += left.data()[i * kBlockRows + row] * left.data()[j * kBlockRows + row] * weights.data()[row];
        }
        ASSERT_NEAR(found[i * columns + j], slow, 1e-10) << "seed " << seed;
      }
    }
  }
}

TEST(NearestPoints, AreThoseOfASlowSearchWithTheSameBitsOnAnyInstructionSet) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Rng rng(seed);
    const std::size_t columns = 1 + rng.below(6);
    const std::size_t count = 1 + rng.below(11);
    const std::size_t rows = 1 + rng.below(kBlockRows);
    const auto block = random_block<float>(rng, columns, rows);
    std::vector<float> centres(rounded_up(count, 4) * columns);
    for (float& number : centres) number = static_cast<float>(rng.normal());
    const auto which_bits = same_bits([&] {
      Aligned<float> best(kBlockRows);
      Aligned<std::uint32_t> which(kBlockRows);
      nearest_points({centres.data(), count, columns}, block.data(), nullptr, rounded_up(rows, 64), best.data(),
                     which.data());
      return bits_of(which.data(), rows);
    });
    const auto distances = numbers_of<float>(same_bits([&] {
      Aligned<float> all(rounded_up(count, 4) * kBlockRows);
      point_distances({centres.data(), count, columns}, block.data(), nullptr, rounded_up(rows, 64), all.data());
      return bits_of(all.data(), count * kBlockRows);
    }));
    const auto which = numbers_of<std::uint32_t>(which_bits);
    for (std::size_t row = 0; row < rows; ++row) {
      std::size_t nearest = 0;
      for (std::size_t c = 0; c < count; ++c) {
        float sum = 0;
        for (std::size_t j = 0; j < columns; ++j) {
          const float away = block.data()[j * kBlockRows + row] - centres[(c / 4 * columns + j) * 4 + c % 4];
          sum += away * away;
        }
        ASSERT_EQ(distances[c * kBlockRows + row], sum) << "seed " << seed;
        if (sum < distances[nearest * kBlockRows + row]) nearest = c;
      }
      ASSERT_EQ(which[row], nearest) << "seed " << seed;
    }
  }
}

TEST(Shares, AddUpToOneAndLeaveOutWhatADoubleCannotHold) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::size_t count = 1 + rng.below(9);
    auto logs = random_block<double>(rng, count, kBlockRows);
    for (std::size_t i = 0; i < count * kBlockRows; ++i) logs.data()[i] *= rng.below(2) == 0 ? 1 : 30;
    const auto first = bits_of(logs.data(), count * kBlockRows);
    const auto found = numbers_of<double>(same_bits([&] {
      std::memcpy(logs.data(), first.data(), first.size());
      AlignedNumbers total(kBlockRows);
      to_shares(logs.data(), count, kBlockRows, total.data());
      return bits_of(total.data(), kBlockRows) + bits_of(logs.data(), count * kBlockRows);
    }));
    const auto before = numbers_of<double>(first);
    for (std::size_t row = 0; row < kBlockRows; ++row) {
      double most = -HUGE_VAL;
      for (std::size_t c = 0; c < count; ++c) most = std::max(most, before[c * kBlockRows + row]);
      double sum = 0;
      for (std::size_t c = 0; c < count; ++c) sum += std::exp(before[c * kBlockRows + row] - most);
      ASSERT_NEAR(found[row], most + std::log(sum), 1e-13 * (1 + std::fabs(most))) << "seed " << seed;
      for (std::size_t c = 0; c < count; ++c) {
        const double away = before[c * kBlockRows + row] - most;
        const double share = found[kBlockRows + c * kBlockRows + row];
        if (away < -36.1) {
          ASSERT_EQ(share, 0.0) << "seed " << seed;
        } else if (away > -36) {
          const double exact = std::exp(away) / sum;
          ASSERT_NEAR(share, exact, 1e-14 * exact) << "seed " << seed;
        }
      }
    }
  }
}

TEST(Terms, AreAddedUpForEachRow) {
  Rng rng(3);
  constexpr std::size_t kLength = 24;
  constexpr std::size_t kBiases = 8;
  constexpr std::size_t kRows = 5;
  std::vector<double> table(4 * kLength);
  for (double& number : table) number = rng.normal();
  std::vector<const double*> terms;
  for (std::size_t row = 0; row < kRows; ++row) {
    terms.push_back(table.data() + (1 + row % 3) * kLength);
    terms.push_back(table.data() + (1 + (row + 1) % 3) * kLength);
  }
  const auto found = numbers_of<double>(same_bits([&] {
    AlignedNumbers bias(kBiases * kBlockRows);
    AlignedNumbers q(kBlockRows);
    add_terms({table.data(), terms.data(), 2, kLength}, kBiases, kRows, bias.data(), q.data());
    return bits_of(q.data(), kBlockRows) + bits_of(bias.data(), kBiases * kBlockRows);
  }));
  for (std::size_t row = 0; row < kRows; ++row) {
    double squares = 0;
    for (std::size_t m = 0; m < kLength; ++m) {
      const double sum = table[m] + terms[2 * row][m] + terms[2 * row + 1][m];
      if (m < kBiases) {
        EXPECT_EQ(found[kBlockRows + m * kBlockRows + row], sum);
      } else {
        squares += sum * sum;
      }
    }
    EXPECT_NEAR(found[row], squares, 1e-12);
  }
}

}  // namespace
}  // namespace netstray
