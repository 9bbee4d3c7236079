#include "netstray/base/read_ahead.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "netstray/base/start_thread.h"

namespace netstray {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::size_t kBlocks = 4;

/// A ring of blocks: the thread fills the one behind the last that is full, the caller empties the first.
class ReadAheadSource final : public ByteSource {
 public:
  explicit ReadAheadSource(std::unique_ptr<ByteSource> source)
      : ByteSource(source->name()), source_(std::move(source)), compression_(source_->compression()) {
    size_ = source_->size();
    position_ = source_->position();
  }
  /// False where there is no thread to be had.
  bool start() {
    return start_thread(thread_, [this] { fill_blocks(); });
  }
  /// The source itself, of a reader that was not started.
  std::unique_ptr<ByteSource> give_back() { return std::move(source_); }
  ~ReadAheadSource() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  ReadAheadSource(const ReadAheadSource&) = delete;
  ReadAheadSource& operator=(const ReadAheadSource&) = delete;

  std::size_t read(std::span<char> out) override {
    Block* block = nullptr;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return full_ > 0 || ended_; });
      if (full_ == 0) {
        if (failure_) std::rethrow_exception(failure_);
        return 0;
      }
      block = &blocks_[first_];
      position_ = block->position;
    }
    const std::size_t count = std::min(out.size(), block->size - given_);
    std::memcpy(out.data(), block->bytes.data() + given_, count);
    given_ += count;
    if (given_ == block->size) release();
    return count;
  }
  std::string_view compression() const noexcept override { return compression_; }
  std::string digest() const override {
    const std::lock_guard lock(source_mutex_);
    return source_->digest();
  }

 private:
  struct Block {
    std::vector<char> bytes;
    std::size_t size = 0;
    std::uint64_t position = 0;
  };

  void release() {
    {
      const std::lock_guard lock(mutex_);
      first_ = (first_ + 1) % kBlocks;
      --full_;
      given_ = 0;
    }
    changed_.notify_all();
  }

  void fill_blocks() {
    for (std::size_t next = 0;; next = (next + 1) % kBlocks) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return full_ < kBlocks || stop_; });
        if (stop_) return;
      }
      std::exception_ptr failure;
      const bool more = fill(blocks_[next], failure);
      {
        const std::lock_guard lock(mutex_);
        if (blocks_[next].size > 0) ++full_;
        failure_ = failure;
        ended_ = !more;
      }
      changed_.notify_all();
      if (!more) return;
    }
  }

  /// False at the end of the source, and where it failed.
  bool fill(Block& block, std::exception_ptr& failure) {
    const std::lock_guard lock(source_mutex_);
    block.size = 0;
    try {
      block.bytes.resize(kBlockBytes);
      while (block.size < kBlockBytes) {
        const std::size_t got = source_->read({block.bytes.data() + block.size, kBlockBytes - block.size});
        block.position = source_->position();
        if (got == 0) return false;
        block.size += got;
      }
    } catch (...) {
      failure = std::current_exception();
      return false;
    }
    return true;
  }

  mutable std::mutex source_mutex_;  // held while the source works
  std::unique_ptr<ByteSource> source_;
  std::string_view compression_;
  std::array<Block, kBlocks> blocks_;
  std::size_t given_ = 0;  // bytes of the first block

  std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  std::size_t first_ = 0;
  std::size_t full_ = 0;
  bool ended_ = false;
  bool stop_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<ByteSource> read_ahead(std::unique_ptr<ByteSource> source) {
  if (!source->size()) return source;
  auto reader = std::make_unique<ReadAheadSource>(std::move(source));
  if (!reader->start()) return reader->give_back();
  return reader;
}

}  // namespace netstray
