#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <iterator>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "netstray/base/bounded_queue.h"
#include "netstray/base/start_thread.h"

namespace netstray {

/// Hands items to `take` on a thread of its own, in order, where there is one to be had (start_thread) and they are not
/// to be taken `at_once`; otherwise in the thread that gives them. What `take` does is the same either way.
template <typename Item>
class TakenElsewhere {
 public:
  using Take = std::function<void(std::span<const Item>)>;

  /// At most `pieces_ahead` spans wait. What `take` uses must outlive this object.
  TakenElsewhere(std::size_t pieces_ahead, Take take, bool at_once = false)
      : take_(std::move(take)), queue_(pieces_ahead) {
    if (!at_once) start_thread(thread_, [this] { take_all(); });
  }
  ~TakenElsewhere() { end(); }
  TakenElsewhere(const TakenElsewhere&) = delete;
  TakenElsewhere& operator=(const TakenElsewhere&) = delete;

  /// The items may be moved from. Throws what `take` threw, for these or for earlier ones.
  void give(std::span<Item> items) {
    if (!thread_.joinable()) return take_(items);
    std::vector<Item> piece(std::move_iterator(items.begin()), std::move_iterator(items.end()));
    if (!queue_.push(std::move(piece))) finish();
  }
  /// Waits until all is taken; throws as give(). Call it once, last.
  void finish() {
    end();
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  void end() {
    queue_.close();
    if (thread_.joinable()) thread_.join();
  }
  void take_all() {
    try {
      while (const auto items = queue_.pop()) take_(*items);
    } catch (...) {
      error_ = std::current_exception();
      queue_.leave();
    }
  }

  Take take_;
  BoundedQueue<std::vector<Item>> queue_;
  std::exception_ptr error_;  // of the thread, once it has ended
  std::thread thread_;
};

}  // namespace netstray
