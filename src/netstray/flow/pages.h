#pragma once

#include <cstddef>
#include <cstdint>

namespace netstray {

/// Address space of `bytes`, zeroed, which takes memory page by page as it is touched; large pages where the system
/// gives them. Throws Error, saying what it was for, where it is not to be had.
void* take_pages(std::uint64_t bytes, const char* what_for);
void give_back_pages(void* pages, std::uint64_t bytes) noexcept;

}  // namespace netstray
