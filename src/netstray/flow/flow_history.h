#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace netstray {

/// Kinds of packets that a history tells at most once (or that need a second look), a bit for each. Zeek's HIST_*.
enum class HistoryBit : std::uint16_t { syn = 1, fin = 2, rst = 4, fin_rst = 8, data = 16, ack = 32, multi_flag = 64 };

/// The letters of a conversation's history: upper case from the originator. The first 20 are kept; Zeek keeps all, but
/// a reset storm then fills memory.
struct FlowHistory {
  static constexpr std::size_t kMostLetters = 20;

  std::array<char, kMostLetters> letters{};
  std::uint8_t length = 0;
  std::uint16_t seen = 0;  ///< HistoryBits, the originator's in the low byte

  std::string_view text() const noexcept { return {letters.data(), length}; }

  void put(char code) noexcept {
    if (length < kMostLetters) letters[length++] = code;
  }

  /// `code` is the upper-case letter.
  void put(char code, bool from_originator) noexcept {
    put(from_originator ? code : static_cast<char>(code + ('a' - 'A')));
  }

  /// Puts the letter if this kind was not seen from that side before; whether it was.
  bool seen_before(HistoryBit bit, char code, bool from_originator) noexcept {
    const auto mask = static_cast<std::uint16_t>(static_cast<unsigned>(bit) << (from_originator ? 0U : 8U));
    if ((seen & mask) != 0) return true;
    seen = static_cast<std::uint16_t>(seen | mask);
    put(code, from_originator);
    return false;
  }

  /// For what is told at the first, 10th, 100th, ... time. The count stops at its greatest.
  void put_scaled(std::uint16_t& count, char code, bool from_originator) noexcept {
    if (count == 0xffff) return;
    ++count;
    if (count == 1 || count == 10 || count == 100 || count == 1000 || count == 10'000) put(code, from_originator);
  }
};

}  // namespace netstray
