#pragma once

#include <cstddef>
#include <cstdint>

/// The numbers of the pcapng format (draft-ietf-opsawg-pcapng). A file is a row of blocks: type, total length, body,
/// total length again. A section header block begins a section and fixes its byte order; interface description blocks
/// number its interfaces from 0; packet blocks name one.
namespace netstray::pcapng_format {

inline constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;  ///< the same in either byte order
inline constexpr std::uint32_t kInterface = 1;
inline constexpr std::uint32_t kPacket = 2;  ///< obsolete
inline constexpr std::uint32_t kSimplePacket = 3;
inline constexpr std::uint32_t kEnhancedPacket = 6;

inline constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;

inline constexpr std::size_t kBlockHead = 8;      ///< type and total length
inline constexpr std::size_t kBlockTail = 4;      ///< total length again
inline constexpr std::size_t kBlockLeast = 12;    ///< both
inline constexpr std::size_t kSectionBytes = 16;  ///< of the body before its options: magic, version, section's length
inline constexpr std::size_t kInterfaceBytes = 8;
inline constexpr std::size_t kPacketBytes = 20;  ///< enhanced ones, too
inline constexpr std::size_t kSimplePacketBytes = 4;

inline constexpr std::uint16_t kEndOfOptions = 0;
inline constexpr std::uint16_t kTimeResolution = 9;
inline constexpr std::uint16_t kTimeOffset = 14;

}  // namespace netstray::pcapng_format
