#include "netstray/alert/network_range.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

constexpr unsigned kBitsPerByte = 8;

std::optional<NetworkRange> parse_range(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = parse_address(text.substr(0, slash));
  if (!base) return std::nullopt;
  const unsigned most = base->v6 ? 128 : 32;
  if (slash == std::string_view::npos) return NetworkRange{*base, most};
  const auto prefix = parse_integer(text.substr(slash + 1));
  if (!prefix || *prefix < 0 || *prefix > static_cast<std::int64_t>(most)) return std::nullopt;
  return NetworkRange{*base, static_cast<unsigned>(*prefix)};
}

}  // namespace

bool NetworkRange::contains(const IpAddress& address) const noexcept {
  if (address.v6 != base.v6) return false;
  const std::size_t whole = prefix / kBitsPerByte;
  for (std::size_t i = 0; i < whole; ++i) {
    if (address.bytes[i] != base.bytes[i]) return false;
  }
  const unsigned rest = prefix % kBitsPerByte;
  if (rest == 0) return true;
  const unsigned differing = static_cast<unsigned>(address.bytes[whole]) ^ base.bytes[whole];
  return differing >> (kBitsPerByte - rest) == 0;
}

std::vector<NetworkRange> parse_ranges(std::string_view option, std::string_view text) {
  std::vector<NetworkRange> ranges;
  for (const std::string& part : split(text, ',')) {
    const auto range = parse_range(trim(part));
    if (!range) {
      throw usage_error(
          fmt::format("{}: found {}, expected networks such as 10.0.0.0/8,2001:db8::/32", option, quoted(part)));
    }
    ranges.push_back(*range);
  }
  return ranges;
}

std::vector<NetworkRange> private_ranges() {
  return parse_ranges("private networks",
                      "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,169.254.0.0/16,127.0.0.0/8,fc00::/7,"
                      "fe80::/10,::1");
}

bool in_ranges(std::span<const NetworkRange> ranges, const IpAddress& address) noexcept {
  return std::ranges::any_of(ranges, [&](const NetworkRange& range) { return range.contains(address); });
}

bool is_for_many(const IpAddress& address) noexcept {
  if (address.v6) return address.bytes[0] == 0xff;
  const bool multicast = (address.bytes[0] & 0xf0U) == 0xe0U;
  const bool broadcast = std::ranges::all_of(std::span(address.bytes).first<4>(), [](auto b) { return b == 0xff; });
  return multicast || broadcast;
}

}  // namespace netstray
