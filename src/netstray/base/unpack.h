#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "netstray/base/byte_source.h"
#include "netstray/base/raw_bytes.h"

namespace netstray {

/// Whether bytes that begin like this are compressed, and how.
bool begins_gzip(std::span<const char> head) noexcept;
bool begins_zstd(std::span<const char> head) noexcept;

/// gzip (RFC 1952), member after member, each checked against its CRC and length. Blocks of BGZF (members that tell
/// their length, as bgzip writes them) are inflated on all threads. Zero bytes behind the last member are padding.
std::unique_ptr<ByteSource> unpack_gzip(std::string name, BufferedBytes bytes, std::optional<std::uint64_t> size);

/// zstd (RFC 8878), frame after frame, checksums verified; skippable frames are skipped. A frame that needs a window
/// over 128 MiB is refused, and so is content over 1 GiB that is more than 5,000 times as long as its compressed bytes
/// (gzip never exceeds 1,032 times).
std::unique_ptr<ByteSource> unpack_zstd(std::string name, BufferedBytes bytes, std::optional<std::uint64_t> size);

}  // namespace netstray
