#include "netstray/flow/address_claims.h"

#include <algorithm>

namespace netstray {
namespace {

bool says_nothing(const AddressClaim& claim) noexcept {
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  const bool group = (claim.mac.bytes[0] & 1U) != 0;
  return group || std::ranges::all_of(claim.ip.bytes, is_zero) || std::ranges::all_of(claim.mac.bytes, is_zero);
}

}  // namespace

void AddressClaims::add(const AddressClaim& claim) {
  if (says_nothing(claim)) return;
  auto found = addresses_.find(claim.ip);
  if (found == addresses_.end()) {
    if (addresses_.size() == capacity_) forget_oldest();
    found = addresses_.emplace(claim.ip, Entry{{claim.ip, {}, 0}, claim.time}).first;
  } else {
    by_time_.erase({found->second.last, claim.ip});
  }
  Entry& entry = found->second;
  entry.last = std::max(entry.last, claim.time);
  by_time_.emplace(entry.last, claim.ip);

  auto& claimants = entry.address.claimants;
  const auto known =
      std::ranges::find_if(claimants, [&](const Claimant& claimant) { return claimant.mac == claim.mac; });
  if (known != claimants.end()) {
    known->last = std::max(known->last, claim.time);
    ++known->claims;
  } else if (claimants.size() < kMostClaimants) {
    claimants.push_back({claim.mac, claim.time, claim.time, 1});
  } else {
    ++entry.address.further_claims;
  }
}

void AddressClaims::forget_oldest() {
  const auto oldest = by_time_.begin();
  addresses_.erase(oldest->second);
  by_time_.erase(oldest);
  ++forgotten_;
}

std::vector<ClaimedAddress> AddressClaims::disputed() const {
  std::vector<ClaimedAddress> out;
  for (const auto& [ip, entry] : addresses_) {
    if (entry.address.claimants.size() > 1) out.push_back(entry.address);
  }
  std::ranges::stable_sort(out, {}, [](const ClaimedAddress& address) { return address.claimants[1].first; });
  return out;
}

}  // namespace netstray
