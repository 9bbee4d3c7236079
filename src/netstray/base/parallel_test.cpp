#include "netstray/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

/// Runs the test body for several numbers of threads and leaves the default behind.
template <typename Body>
void for_thread_counts(Body body) {
  for (const unsigned count : {1U, 2U, 4U}) {
    set_threads(count);
    body();
  }
  set_threads(0);
}

TEST(ParallelFor, VisitsEveryPlaceOnceInPiecesThatDoNotDependOnThreads) {
  for_thread_counts([] {
    std::vector<int> visits(1001, 0);
    std::atomic<int> pieces = 0;
    parallel_for(visits.size(), 100, [&](std::size_t begin, std::size_t end) {
      ++pieces;
      EXPECT_EQ(begin % 100, 0U);
      for (std::size_t i = begin; i < end; ++i) ++visits[i];
    });
    EXPECT_EQ(pieces, 11);
    EXPECT_EQ(std::accumulate(visits.begin(), visits.end(), 0), 1001);
    EXPECT_EQ(*std::max_element(visits.begin(), visits.end()), 1);
  });
}

TEST(ParallelFor, RethrowsAndCanBeUsedAgain) {
  for_thread_counts([] {
    EXPECT_THROW(parallel_for(100, 1,
                              [](std::size_t begin, std::size_t) {
                                if (begin == 50) throw std::runtime_error("fifty");
                              }),
                 std::runtime_error);
    std::atomic<int> rows = 0;
    parallel_for(10, 3, [&](std::size_t begin, std::size_t end) { rows += static_cast<int>(end - begin); });
    EXPECT_EQ(rows, 10);
  });
}

TEST(ParallelFor, TheEarliestOfTheFailuresIsTheOneThatIsTold) {
  for_thread_counts([] {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      Rng rng(seed);
      std::vector<bool> fails(40);
      for (std::uint64_t i = 0; i < 3; ++i) fails[rng.below(fails.size())] = true;
      const auto first = static_cast<std::size_t>(std::ranges::find(fails, true) - fails.begin());
      std::string told = "nothing";
      try {
        parallel_for(fails.size(), 1, [&](std::size_t begin, std::size_t) {
          if (fails[begin]) throw std::runtime_error(std::to_string(begin));
        });
      } catch (const std::runtime_error& error) {
        told = error.what();
      }
      EXPECT_EQ(told, std::to_string(first)) << "seed " << seed << ", " << threads() << " threads";
    }
  });
}

TEST(ParallelFor, AnswersSeveralThreadsAtOnce) {
  for_thread_counts([] {
    std::vector<std::size_t> sums(3, 0);
    std::vector<std::thread> callers;
    callers.reserve(sums.size());
    for (auto& sum : sums) {
      callers.emplace_back([&sum] {
        for (std::size_t round = 0; round < 50; ++round) {
          std::vector<std::size_t> values(100, 0);
          parallel_for(values.size(), 7, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) values[i] = i;
          });
          sum += std::accumulate(values.begin(), values.end(), std::size_t{0});
        }
      });
    }
    for (auto& caller : callers) caller.join();
    for (const std::size_t sum : sums) EXPECT_EQ(sum, 50U * 4950U);
  });
}

TEST(ParallelFor, MoreThreadsThanPiecesAndOtherNumbersInBetweenDoNoHarm) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    set_threads(static_cast<unsigned>(1 + rng.below(9)));
    const std::size_t n = rng.below(50);
    std::vector<int> visits(n, 0);
    parallel_for(n, 1 + rng.below(9), [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) ++visits[i];
    });
    EXPECT_TRUE(std::ranges::all_of(visits, [](int count) { return count == 1; })) << "seed " << seed;
  }
  set_threads(0);
}

/// Runs a job in which the user presses Ctrl-C, and ends the process with 7 where that stopped it.
[[noreturn]] void interrupt_a_job() {
  install_interrupt_handler();
  set_threads(3);
  std::atomic<int> pieces = 0;
  std::atomic<bool> pressed = false;
  try {
    parallel_for(10'000, 1, [&](std::size_t begin, std::size_t) {
      ++pieces;
      if (begin == 10) {
        std::raise(SIGINT);
        pressed = true;
      }
      while (begin > 10 && !pressed) std::this_thread::yield();  // the other threads are not to be done before
    });
  } catch (const Error& error) {
    std::exit(error.kind() == Error::Kind::interrupted && pieces < 10'000 ? 7 : 1);
  }
  std::exit(0);
}

TEST(ParallelForDeathTest, StopsBetweenTwoPiecesOnceTheUserAskedTo) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(interrupt_a_job(), ::testing::ExitedWithCode(7), "");
}

TEST(ParallelFor, NestedCallsRunInPlace) {
  for_thread_counts([] {
    std::atomic<int> rows = 0;
    parallel_for(8, 1, [&](std::size_t, std::size_t) {
      parallel_for(10, 2, [&](std::size_t begin, std::size_t end) { rows += static_cast<int>(end - begin); });
    });
    EXPECT_EQ(rows, 80);
  });
}

TEST(ParallelFor, NothingToDoIsDone) {
  parallel_for(0, 10, [](std::size_t, std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace netstray
