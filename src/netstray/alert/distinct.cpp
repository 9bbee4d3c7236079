#include "netstray/alert/distinct.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "netstray/alert/tally_table.h"

namespace netstray {
namespace {

constexpr std::size_t kFewPorts = 64;
constexpr std::size_t kPorts = 65'536;
constexpr std::size_t kBits = 64;

}  // namespace

void DistinctAddresses::add(const IpAddress& address) {
  const std::uint64_t hash = hash_of(address);
  if (least_.empty()) {
    if (!has_first_) {
      has_first_ = true;
      first_ = hash;
    }
    if (hash == first_) return;
    least_.push_back(first_);
  }
  if (least_.size() == kMostExact && hash >= least_.back()) return;
  const auto place = std::lower_bound(least_.begin(), least_.end(), hash);
  if (place != least_.end() && *place == hash) return;
  least_.insert(place, hash);
  if (least_.size() > kMostExact) least_.pop_back();
}

std::uint64_t DistinctAddresses::count() const noexcept {
  if (least_.empty()) return has_first_ ? 1 : 0;
  if (exact()) return least_.size();
  const double share =
      static_cast<double>(least_.back()) / static_cast<double>(std::numeric_limits<std::uint64_t>::max());
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(kMostExact - 1) / share));
}

void PortSet::add_further(std::uint16_t port) {
  if (size_ == 1 && few_.empty()) few_.push_back(first_);
  if (!bits_.empty()) {
    std::uint64_t& word = bits_[port / kBits];
    const std::uint64_t bit = std::uint64_t{1} << port % kBits;
    size_ += (word & bit) == 0 ? 1 : 0;
    word |= bit;
    return;
  }
  const auto place = std::lower_bound(few_.begin(), few_.end(), port);
  if (place != few_.end() && *place == port) return;
  if (few_.size() < kFewPorts) {
    few_.insert(place, port);
    ++size_;
    return;
  }
  bits_.resize(kPorts / kBits);
  size_ = 0;
  for (const std::uint16_t kept : few_) add_further(kept);
  few_ = {};
  add_further(port);
}

bool PortSet::contains(std::uint16_t port) const noexcept {
  if (size_ <= 1) return size_ == 1 && port == first_;
  if (bits_.empty()) return std::binary_search(few_.begin(), few_.end(), port);
  return (bits_[port / kBits] >> port % kBits & 1U) != 0;
}

std::vector<std::uint16_t> PortSet::first(std::size_t count) const {
  std::vector<std::uint16_t> ports;
  if (size_ == 1) {
    if (count > 0) ports.push_back(first_);
    return ports;
  }
  if (bits_.empty()) {
    ports.assign(few_.begin(), few_.begin() + static_cast<std::ptrdiff_t>(std::min(count, few_.size())));
    return ports;
  }
  for (std::size_t port = 0; port < kPorts && ports.size() < count; ++port) {
    if (contains(static_cast<std::uint16_t>(port))) ports.push_back(static_cast<std::uint16_t>(port));
  }
  return ports;
}

void PortSet::merge(const PortSet& other) {
  for (const std::uint16_t port : other.first(kPorts)) add(port);
}

}  // namespace netstray
