#include "netstray/alert/neighbour_watch.h"

#include <algorithm>

#include <fmt/core.h>

#include "netstray/alert/scan_words.h"
#include "netstray/alert/story_limits.h"
#include "netstray/alert/story_watch.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

using Limits = StoryLimits;
constexpr std::size_t kMostKept = 16'384;
constexpr std::size_t kMostStories = 1000;
constexpr std::size_t kMostClaimsKept = 64;

bool begins_with(const MacAddress& mac, std::initializer_list<unsigned> bytes) {
  return std::equal(bytes.begin(), bytes.end(), mac.bytes.begin());
}

/// One that several routers answer to in turn: VRRP (RFC 9568), HSRP 1 and 2, GLBP.
bool is_shared(const MacAddress& mac) {
  return begins_with(mac, {0x00, 0x00, 0x5e, 0x00}) || begins_with(mac, {0x00, 0x00, 0x0c, 0x07, 0xac}) ||
         begins_with(mac, {0x00, 0x00, 0x0c, 0x9f}) || begins_with(mac, {0x00, 0x07, 0xb4});
}

/// Nobody's own: sent to several hosts, or all zero.
bool is_nobodys(const MacAddress& mac) { return (mac.bytes[0] & 1U) != 0 || mac == MacAddress{}; }

/// The entry of this key, which is made where there is room; null where there is none.
template <typename Map, typename Key>
typename Map::mapped_type* entry_of(Map& map, const Key& key) {
  const auto found = map.find(key);
  if (found != map.end()) return &found->second;
  return map.size() < kMostKept ? &map[key] : nullptr;
}

FlowSum sum_of(std::uint64_t packets, TimeNs first, TimeNs last) { return {0, packets, 0, first, last}; }

std::string addresses_named(const std::vector<IpAddress>& addresses) {
  std::vector<std::string> texts;
  for (const IpAddress& address : addresses) {
    if (texts.size() < kHostsNamed) texts.push_back(to_text(address));
  }
  return join(texts, ", ") + (addresses.size() > texts.size() ? ", ..." : "");
}

}  // namespace

void NeighbourWatch::add(const AddressClaim& claim) {
  if (is_shared(claim.mac) || is_nobodys(claim.mac)) return;
  if (claim.asked != IpAddress{} && claim.asked != claim.ip) add_question(claim);
  claims_.add(claim);
  auto* claims = claim.ip.v6 ? nullptr : entry_of(claims_of_, claim.mac);
  if (!claims || claims->size() >= kMostClaimsKept) return;
  if (std::ranges::find(*claims, claim.ip) == claims->end()) claims->push_back(claim.ip);
}

void NeighbourWatch::add_question(const AddressClaim& claim) {
  Asker* asker = entry_of(askers_, claim.mac);
  if (!asker) return;
  if (asker->questions > 0 && claim.time > asker->last + Limits::kFloodSilence) end_run(claim.mac, *asker);
  if (asker->questions == 0) asker->first = claim.time;
  asker->last = std::max(asker->last, claim.time);
  asker->ip = claim.ip;
  asker->asked.add(claim.asked);
  ++asker->questions;
}

void NeighbourWatch::end_run(const MacAddress& mac, Asker& asker) {
  if (found_.size() < kMostStories) tell_asker(mac, asker, found_);
  asker = {};
}

void NeighbourWatch::add(const NextHop& hop) {
  if (is_shared(hop.to) || is_nobodys(hop.to) || is_nobodys(hop.from)) return;
  const std::pair key{hop.from, hop.destination};
  const auto known = hops_.find(key);
  if (known == hops_.end()) {
    if (hops_.size() < kMostKept) hops_.emplace(key, hop.to);
    return;
  }
  if (known->second == hop.to) return;
  if (Moved* moved = entry_of(moved_, std::pair(known->second, hop.to))) {
    if (moved->destinations == 0) moved->first = hop.time;
    moved->from = hop.from;
    moved->last = std::max(moved->last, hop.time);
    ++moved->destinations;
  }
  known->second = hop.to;
}

void NeighbourWatch::finish(std::vector<Story>& stories) const {
  stories.insert(stories.end(), found_.begin(), found_.end());
  tell_conflicts(stories);
  tell_takeovers(stories);
  for (const auto& [mac, asker] : askers_) tell_asker(mac, asker, stories);
}

void NeighbourWatch::tell_conflicts(std::vector<Story>& stories) const {
  for (const ClaimedAddress& claimed : claims_.disputed()) {
    const Claimant& first = claimed.claimants[0];
    const Claimant& second = claimed.claimants[1];
    // A host that takes the address of one that has long gone is no conflict.
    if (second.first > first.last + Limits::kSilence || stories.size() >= kMostStories) continue;
    Story story = begin_story("address_conflict",
                              sum_of(first.claims + second.claims, first.first, std::max(first.last, second.last)));
    story.title = fmt::format("address conflict: {} is claimed by {} and {}{}", to_text(claimed.ip), to_text(first.mac),
                              to_text(second.mac), claimed.claimants.size() > 2 ? " and more" : "");
    story.hosts = {claimed.ip};
    story.reasons = ReasonList().above("hardware_addresses", static_cast<double>(claimed.claimants.size()), 2).take();
    story.scope = {.host = {}, .others = {claimed.ip}, .protocol = {}, .ports = {}, .claims = true};
    stories.push_back(std::move(story));
  }
}

void NeighbourWatch::tell_takeovers(std::vector<Story>& stories) const {
  for (const auto& [hops, moved] : moved_) {
    const auto& [before, after] = hops;
    const auto claims = claims_of_.find(after);
    if (claims == claims_of_.end() || claims->second.size() < 2 || stories.size() >= kMostStories) continue;
    Story story = begin_story("arp_poisoning", sum_of(moved.destinations, moved.first, moved.last));
    story.title = fmt::format("ARP poisoning: {} claims {}, and packets of {} that went to {} now go to it",
                              to_text(after), addresses_named(claims->second), to_text(moved.from), to_text(before));
    story.hosts = claims->second;
    story.reasons = ReasonList()
                        .above("claimed_addresses", static_cast<double>(claims->second.size()), 2)
                        .above("destinations_moved", static_cast<double>(moved.destinations), 1)
                        .take();
    story.scope = {.host = {}, .others = claims->second, .protocol = {}, .ports = {}, .claims = true};
    stories.push_back(std::move(story));
  }
}

void NeighbourWatch::tell_asker(const MacAddress& mac, const Asker& asker, std::vector<Story>& stories) {
  const FlowSum sum = sum_of(asker.questions, asker.first, asker.last);
  const std::uint64_t asked = asker.asked.count();
  const double per_second = sum.per_second(asker.questions, Limits::kSecond);
  if (asked < Limits::kArpAsked || per_second < Limits::kArpPerSecond) return;
  Story story = begin_story("arp_scan", sum);
  story.title =
      fmt::format("ARP scan: {} ({}) asked for {} addresses", to_text(asker.ip), to_text(mac), grouped(asked));
  story.hosts = {asker.ip};
  story.reasons = ReasonList()
                      .above("asked_addresses", static_cast<double>(asked), static_cast<double>(Limits::kArpAsked))
                      .above("questions_per_second", per_second, Limits::kArpPerSecond)
                      .take();
  story.scope = {.host = {}, .others = {asker.ip}, .protocol = {}, .ports = {}, .claims = true};
  stories.push_back(std::move(story));
}

}  // namespace netstray
