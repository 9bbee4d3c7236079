#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace netstray {

/// Values handed from one thread, the giver, to another, the taker, in order, with at most `capacity` of them waiting.
/// Either side may end it. Costs a lock each: hand over batches, not single things.
template <typename Value>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Waits while it is full. False, and nothing done, once the taker has left.
  bool push(Value value) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return values_.size() < capacity_ || taker_left_; });
    if (taker_left_) return false;
    values_.push_back(std::move(value));
    changed_.notify_all();
    return true;
  }
  /// The giver has no more. An error is rethrown to the taker, behind the values that were given before.
  void close(std::exception_ptr error = nullptr) {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    error_ = std::move(error);
    changed_.notify_all();
  }
  /// Waits while it is empty. Nothing at the end.
  std::optional<Value> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !values_.empty() || closed_; });
    if (values_.empty()) {
      if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
      return {};
    }
    std::optional<Value> value(std::move(values_.front()));
    values_.pop_front();
    changed_.notify_all();
    return value;
  }
  /// The taker wants no more.
  void leave() {
    const std::lock_guard lock(mutex_);
    taker_left_ = true;
    changed_.notify_all();
  }

 private:
  std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Value> values_;
  bool closed_ = false;
  bool taker_left_ = false;
  std::exception_ptr error_;
};

}  // namespace netstray
