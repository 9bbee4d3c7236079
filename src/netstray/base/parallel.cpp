#include "netstray/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <sched.h>

#include "netstray/base/interrupt.h"

namespace netstray {
namespace {

unsigned cores_allowed() noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
  return std::max(1U, std::thread::hardware_concurrency());
}

thread_local bool inside_worker = false;

/// One parallel_for under way: pieces are handed out by a counter.
struct Job {
  std::size_t n;
  std::size_t grain;
  const std::function<void(std::size_t, std::size_t)>& body;
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::size_t failed_at = std::numeric_limits<std::size_t>::max();
  std::exception_ptr failure;

  void work() {
    const bool was_inside = inside_worker;
    inside_worker = true;
    for (;;) {
      const std::size_t begin = next.fetch_add(grain);
      if (begin >= n) break;
      try {
        check_interrupt();
        body(begin, std::min(n, begin + grain));
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (begin < failed_at) {
          failed_at = begin;
          failure = std::current_exception();
        }
        next.store(n);
      }
    }
    inside_worker = was_inside;
  }
};

/// Workers that sleep until there is a job.
class Pool {
 public:
  /// Fewer where the system gives no more (of memory or of threads): no result depends on it.
  explicit Pool(std::size_t workers) : wanted_(workers) {
    threads_.reserve(workers);
    try {
      while (threads_.size() < workers) threads_.emplace_back([this] { loop(); });
    } catch (const std::exception&) {
      return;
    }
  }

  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void run(Job& job) {
    {
      const std::lock_guard lock(mutex_);
      job_ = &job;
      ++generation_;
    }
    wake_.notify_all();
    job.work();
    std::unique_lock lock(mutex_);
    job_ = nullptr;  // a worker that has not woken yet finds nothing to do
    done_.wait(lock, [this] { return busy_ == 0; });
  }

  std::size_t wanted() const noexcept { return wanted_; }

 private:
  void loop() {
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return stop_ || generation_ != seen; });
      if (stop_) return;
      seen = generation_;
      Job* job = job_;
      if (job == nullptr) continue;
      ++busy_;
      lock.unlock();
      job->work();
      lock.lock();
      if (--busy_ == 0) done_.notify_all();
    }
  }

  std::size_t wanted_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  Job* job_ = nullptr;
  std::uint64_t generation_ = 0;
  std::size_t busy_ = 0;
  bool stop_ = false;
};

unsigned wanted_threads = 0;

/// Lets the workers help with a job; false where they are helping another thread's.
bool run_in_pool(Job& job) {
  static std::mutex one_at_a_time;
  static std::unique_ptr<Pool> pool;
  const std::unique_lock lock(one_at_a_time, std::try_to_lock);
  if (!lock.owns_lock()) return false;
  const std::size_t workers = threads() - 1;
  if (!pool || pool->wanted() != workers) {
    pool.reset();
    pool = std::make_unique<Pool>(workers);
  }
  pool->run(job);
  return true;
}

}  // namespace

void set_threads(unsigned count) { wanted_threads = count; }

unsigned threads() noexcept {
  static const unsigned allowed = cores_allowed();
  return wanted_threads == 0 ? allowed : wanted_threads;
}

void parallel_for(std::size_t n, std::size_t grain, const std::function<void(std::size_t, std::size_t)>& body) {
  if (n == 0) return;
  grain = std::max<std::size_t>(1, grain);
  Job job{n, grain, body, {}, {}, std::numeric_limits<std::size_t>::max(), {}};
  if (inside_worker || threads() <= 1 || n <= grain || !run_in_pool(job)) job.work();
  if (job.failure) std::rethrow_exception(job.failure);
}

}  // namespace netstray
