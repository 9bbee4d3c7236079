#include "netstray/flow/pages.h"

#include <cerrno>
#include <cstring>

#include <fmt/core.h>
#include <sys/mman.h>

#include "netstray/base/error.h"

namespace netstray {

void* take_pages(std::uint64_t bytes, const char* what_for) {
  void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) {
    throw Error(fmt::format("{} MB of memory for {} are not to be had: {}; a smaller limit would help", bytes >> 20U,
                            what_for, std::strerror(errno)));
  }
  madvise(pages, bytes, MADV_HUGEPAGE);
  return pages;
}

void give_back_pages(void* pages, std::uint64_t bytes) noexcept {
  if (pages != nullptr) munmap(pages, bytes);
}

}  // namespace netstray
