#include "netstray/base/bounded_queue.h"

#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

TEST(BoundedQueueThreads, GiveEverythingInOrder) {
  BoundedQueue<int> queue(3);
  std::thread giver([&] {
    for (int i = 0; i < 5000; ++i) queue.push(i);
    queue.close();
  });
  int expected = 0;
  while (const auto value = queue.pop()) EXPECT_EQ(*value, expected++);
  giver.join();
  EXPECT_EQ(expected, 5000);
}

TEST(BoundedQueueThreads, AnErrorComesBehindWhatWasGivenBefore) {
  BoundedQueue<std::string> queue(8);
  std::thread giver([&] {
    queue.push("first");
    queue.close(std::make_exception_ptr(Error("the disk is full")));
  });
  EXPECT_EQ(queue.pop(), "first");
  EXPECT_THROW(queue.pop(), Error);
  EXPECT_EQ(queue.pop(), std::nullopt);
  giver.join();
}

TEST(BoundedQueueThreads, AGiverThatWaitsIsLetGoWhenTheTakerLeaves) {
  BoundedQueue<int> queue(1);
  bool taken = true;
  std::thread giver([&] {
    queue.push(1);
    taken = queue.push(2);
  });
  queue.leave();
  giver.join();
  EXPECT_FALSE(taken);
}

}  // namespace
}  // namespace netstray
