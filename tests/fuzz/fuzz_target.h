#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What every NAME_fuzz.cpp here defines: it feeds `bytes` to one reader of bytes from outside. An Error is a fine
/// answer; any other exception, a crash, a sanitizer's report, a broken promise (fuzz::require), over 10 s or over 1
/// GiB is a finding. libFuzzer calls it with what it makes up (tools/fuzz), replay.cpp with what is in the corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace netstray::fuzz {

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// Ends the program, so that the input is kept, unless `holds`.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "a promise is broken: %s\n", promise);
  std::abort();
}

}  // namespace netstray::fuzz
