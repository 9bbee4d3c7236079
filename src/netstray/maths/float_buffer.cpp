#include "netstray/maths/float_buffer.h"

#include <cstring>
#include <new>

#include <sys/mman.h>

namespace netstray {
namespace {

constexpr std::size_t kLargeBytes = std::size_t{1} << 22;
constexpr std::align_val_t kAlignment{64};

void* map_zeros(std::size_t bytes) {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  // Only advice: without huge pages everything works as well, more slowly.
  static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));
  return memory;
}

}  // namespace

FloatBuffer::FloatBuffer(std::size_t count) : count_(count) {
  if (count > (std::size_t{1} << 60)) throw std::bad_alloc();
  const std::size_t bytes = count * sizeof(float);
  if (bytes >= kLargeBytes) {
    memory_ = {static_cast<float*>(map_zeros(bytes)), Release{bytes}};
  } else {
    memory_ = {static_cast<float*>(::operator new(bytes, kAlignment)), Release{0}};
    std::memset(memory_.get(), 0, bytes);
  }
}

void FloatBuffer::Release::operator()(float* memory) const noexcept {
  if (mapped_bytes == 0) {
    ::operator delete(memory, kAlignment);
  } else {
    ::munmap(memory, mapped_bytes);
  }
}

}  // namespace netstray
