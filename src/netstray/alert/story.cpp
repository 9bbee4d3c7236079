#include "netstray/alert/story.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/text.h"

namespace netstray {
namespace {

template <typename List, typename Text>
std::string one_of(std::string_view field, const List& list, const Text& text) {
  if (list.size() == 1) return fmt::format("{} == {}", field, text(list.front()));
  std::vector<std::string> texts;
  texts.reserve(list.size());
  for (const auto& item : list) texts.push_back(text(item));
  return fmt::format("{} in {{{}}}", field, join(texts, ", "));
}

std::string_view address_field(const IpAddress& address) { return address.v6 ? "ipv6.addr" : "ip.addr"; }

std::string protocol_filter(Protocol protocol) {
  switch (protocol) {
    case Protocol::icmp:
      return "icmp";
    case Protocol::tcp:
      return "tcp";
    case Protocol::udp:
      return "udp";
    case Protocol::icmpv6:
      return "icmpv6";
    case Protocol::sctp:
      return "sctp";
  }
  return fmt::format("ip.proto == {}", static_cast<unsigned>(protocol));
}

bool has(const auto& list, const auto& item) { return std::ranges::find(list, item) != list.end(); }

}  // namespace

std::string_view name_of(Severity severity) noexcept {
  constexpr std::array<std::string_view, 4> kNames = {"note", "low", "medium", "high"};
  return kNames[static_cast<std::size_t>(severity)];
}

bool StoryScope::contains(const IpAddress& source, std::uint16_t source_port, const IpAddress& destination,
                          std::uint16_t destination_port, Protocol packet_protocol) const noexcept {
  if (claims) return false;
  if (protocol && packet_protocol != *protocol) return false;
  if (!ports.empty() && !has(ports, source_port) && !has(ports, destination_port)) return false;
  if (!host) return true;
  const bool here = source == *host;
  if (!here && destination != *host) return false;
  return others.empty() || has(others, here ? destination : source);
}

bool StoryScope::contains_claim(const IpAddress& claimed) const noexcept { return claims && has(others, claimed); }

std::string StoryScope::display_filter() const {
  const auto address = [](const IpAddress& ip) { return to_text(ip); };
  const auto number = [](std::uint16_t port) { return std::to_string(port); };
  if (claims) {
    if (!others.front().v6) return one_of("arp.src.proto_ipv4", others, address);
    return fmt::format("{} || (icmpv6.type == 135 && {})", one_of("icmpv6.nd.na.target_address", others, address),
                       one_of("ipv6.src", others, address));
  }
  std::vector<std::string> parts;
  if (host) parts.push_back(fmt::format("{} == {}", address_field(*host), to_text(*host)));
  if (!others.empty()) parts.push_back(one_of(address_field(others.front()), others, address));
  if (protocol && ports.empty()) parts.push_back(protocol_filter(*protocol));
  if (!ports.empty())
    parts.push_back(one_of(protocol_filter(protocol.value_or(Protocol::tcp)) + ".port", ports, number));
  return join(parts, " && ");
}

ReasonList& ReasonList::above(std::string_view feature, double value, double usual_high, std::string_view unit) {
  if (value < usual_high) return *this;
  Reason reason;
  reason.feature = std::string(feature);
  reason.value = readable(value) + (unit.empty() ? "" : " " + std::string(unit));
  reason.number = value;
  reason.usual_low = 0;
  reason.usual_high = usual_high;
  reason.usual = fmt::format("below {}", readable(usual_high));
  add(std::move(reason), usual_high > 0 ? value / usual_high : 2);
  return *this;
}

ReasonList& ReasonList::below(std::string_view feature, double value, double usual_low) {
  if (value > usual_low) return *this;
  Reason reason;
  reason.feature = std::string(feature);
  reason.value = readable(value, 3);
  reason.number = value;
  reason.usual_low = usual_low;
  reason.usual_high = 1;
  reason.usual = fmt::format("above {}", readable(usual_low, 3));
  add(std::move(reason), (1 - value) / std::max(1 - usual_low, 1e-6));
  return *this;
}

void ReasonList::add(Reason reason, double times_beyond) {
  reason.weight = 1 + std::log(std::max(times_beyond, 1.0));
  reasons_.push_back(std::move(reason));
}

std::vector<Reason> ReasonList::take() {
  double sum = 0;
  for (const Reason& reason : reasons_) sum += reason.weight;
  for (Reason& reason : reasons_) reason.weight /= sum;
  std::ranges::stable_sort(reasons_, std::greater<>(), &Reason::weight);
  return std::move(reasons_);
}

}  // namespace netstray
