#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace netstray {

/// XXH3, 64 bits: for fingerprints and checksums, not against an adversary.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0) noexcept;

/// XXH3, 128 bits, of a stream, as 32 hexadecimal digits: what `xxh128sum FILE` prints.
class StreamHash {
 public:
  StreamHash();
  ~StreamHash();
  StreamHash(StreamHash&&) noexcept;
  StreamHash& operator=(StreamHash&&) noexcept;

  void add(std::string_view bytes) noexcept;
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace netstray
