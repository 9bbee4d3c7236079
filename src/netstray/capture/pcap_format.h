#pragma once

#include <cstddef>
#include <cstdint>

/// The numbers of the classic capture format (pcap-savefile(5)). A file is a head of 24 bytes (magic, version 2.4, two
/// words that nobody uses, greatest frame, link type) and records (seconds, fraction, bytes captured, bytes on the
/// wire, the bytes captured).
namespace netstray::pcap_format {

inline constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
inline constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
/// As patched for Linux by A. Kuznetzov: records tell interface, protocol and direction, in 8 bytes more.
inline constexpr std::uint32_t kModified = 0xa1b2cd34;

inline constexpr std::size_t kHeadBytes = 24;
inline constexpr std::size_t kVersionAt = 4;
inline constexpr std::size_t kLinkAt = 20;
inline constexpr std::size_t kRecordBytes = 16;
inline constexpr std::size_t kModifiedRecordBytes = 24;

}  // namespace netstray::pcap_format
