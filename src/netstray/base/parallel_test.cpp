#include "netstray/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

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
