#include "netstray/base/taken_elsewhere.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"

namespace netstray {
namespace {

class TakenElsewhereThreads : public testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override { set_threads(GetParam()); }
  void TearDown() override { set_threads(0); }
};

TEST_P(TakenElsewhereThreads, TakesAllInOrder) {
  for (const bool at_once : {false, true}) {
    std::vector<std::string> taken;
    TakenElsewhere<std::string> elsewhere(
        2, [&](std::span<const std::string> items) { taken.insert(taken.end(), items.begin(), items.end()); }, at_once);
    std::vector<std::string> expected;
    for (int i = 0; i < 500; ++i) {
      std::vector<std::string> items(static_cast<std::size_t>(i % 3),
                                     "a text too long to be kept in place " + std::to_string(i));
      expected.insert(expected.end(), items.begin(), items.end());
      elsewhere.give(items);
    }
    elsewhere.finish();
    EXPECT_EQ(taken, expected);
  }
}

TEST_P(TakenElsewhereThreads, GivesBackWhatTakingThrew) {
  int taken = 0;
  TakenElsewhere<int> elsewhere(2, [&](std::span<const int> items) {
    if (items.front() == 3) throw Error("no room");
    ++taken;
  });
  const auto give_all = [&] {
    for (int i = 0; i < 1000; ++i) elsewhere.give({&i, 1});
    elsewhere.finish();
  };
  EXPECT_THROW(give_all(), Error);
  EXPECT_EQ(taken, 3);
}

INSTANTIATE_TEST_SUITE_P(OneAndMore, TakenElsewhereThreads, testing::Values(1U, 4U));

}  // namespace
}  // namespace netstray
