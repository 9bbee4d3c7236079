#include "netstray/packet/address.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

namespace netstray {
namespace {

constexpr std::size_t kGroups = 8;

/// A text that is written from the front; long enough for any address.
class Letters {
 public:
  void add(char letter) noexcept { text_[length_++] = letter; }
  void add(unsigned number, int base) noexcept {
    length_ = static_cast<std::size_t>(
        std::to_chars(text_.data() + length_, text_.data() + text_.size(), number, base).ptr - text_.data());
  }
  std::string text() const { return {text_.data(), length_}; }

 private:
  std::array<char, 48> text_{};
  std::size_t length_ = 0;
};

void add_dotted(Letters& letters, const std::uint8_t* bytes) noexcept {
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) letters.add('.');
    letters.add(bytes[i], 10);
  }
}

/// The groups [begin, end) that "::" stands for: the first of the longest runs of zeros, if of two groups at least.
struct Run {
  std::size_t begin = kGroups, end = kGroups;
};
Run longest_zeros(const std::array<unsigned, kGroups>& groups) noexcept {
  Run longest;
  for (std::size_t begin = 0; begin < kGroups; ++begin) {
    std::size_t end = begin;
    while (end < kGroups && groups[end] == 0) ++end;
    if (end - begin >= 2 && end - begin > longest.end - longest.begin) longest = {begin, end};
  }
  return longest;
}

bool is_mapped(const std::array<unsigned, kGroups>& groups) noexcept {
  return groups[5] == 0xffff &&
         std::all_of(groups.begin(), groups.begin() + 5, [](unsigned group) { return group == 0; });
}

void add_v6(Letters& letters, const std::array<std::uint8_t, 16>& bytes) noexcept {
  std::array<unsigned, kGroups> groups{};
  for (std::size_t i = 0; i < kGroups; ++i) groups[i] = static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
  const std::size_t count = is_mapped(groups) ? 6 : kGroups;
  const Run run = longest_zeros(groups);
  for (std::size_t i = 0; i < count; ++i) {
    if (i == run.begin) {
      letters.add(':');
      letters.add(':');
      i = run.end - 1;
    } else {
      if (i > 0 && i != run.end) letters.add(':');
      letters.add(groups[i], 16);
    }
  }
  if (count < kGroups) {
    letters.add(':');
    add_dotted(letters, bytes.data() + 12);
  }
}

}  // namespace

std::string to_text(const IpAddress& address) {
  Letters letters;
  if (address.v6) {
    add_v6(letters, address.bytes);
  } else {
    add_dotted(letters, address.bytes.data());
  }
  return letters.text();
}

std::optional<IpAddress> parse_address(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::ranges::copy(text, terminated.begin());
  IpAddress address;
  address.v6 = text.find(':') != std::string_view::npos;
  if (inet_pton(address.v6 ? AF_INET6 : AF_INET, terminated.data(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

std::string to_text(const MacAddress& address) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(17);
  for (const std::uint8_t byte : address.bytes) {
    if (!text.empty()) text += ':';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0x0f];
  }
  return text;
}

}  // namespace netstray
