#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace netstray {

/// Floats that begin on a cache line, all 0 at first; large ones ask the system for huge pages, so that rows read in
/// random order do not wait for the page tables too. Can be moved, not copied. Throws std::bad_alloc.
class FloatBuffer {
 public:
  FloatBuffer() = default;
  explicit FloatBuffer(std::size_t count);

  float* data() noexcept { return memory_.get(); }
  const float* data() const noexcept { return memory_.get(); }
  std::size_t size() const noexcept { return count_; }
  std::span<float> span() noexcept { return {data(), count_}; }
  std::span<const float> span() const noexcept { return {data(), count_}; }

 private:
  struct Release {
    std::size_t mapped_bytes;  ///< 0: it came from operator new
    void operator()(float* memory) const noexcept;
  };

  std::unique_ptr<float, Release> memory_;
  std::size_t count_ = 0;
};

}  // namespace netstray
