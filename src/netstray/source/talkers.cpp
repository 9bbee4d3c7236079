#include "netstray/source/talkers.h"

#include <algorithm>
#include <utility>

#include "netstray/base/hash.h"

namespace netstray {
namespace {

constexpr std::size_t kMost = 1024;
constexpr std::size_t kPlaces = 2 * kMost;

}  // namespace

Talkers::Talkers() : places_(kPlaces) {}

std::size_t Talkers::place_of(const IpAddress& address) const noexcept {
  const std::size_t size = address.v6 ? 16 : 4;
  std::size_t place = hash64({reinterpret_cast<const char*>(address.bytes.data()), size}) % kPlaces;
  while (places_[place].flows > 0 && places_[place].address != address) place = (place + 1) % kPlaces;
  return place;
}

void Talkers::add(const IpAddress& address, std::uint64_t packets, std::uint64_t bytes) {
  std::size_t place = place_of(address);
  if (places_[place].flows == 0) {
    if (used_ == kMost) {
      let_go_of_the_least();
      place = place_of(address);
    }
    places_[place].address = address;
    ++used_;
  }
  Talker& talker = places_[place];
  ++talker.flows;
  talker.packets += packets;
  talker.bytes += bytes;
}

void Talkers::let_go_of_the_least() {
  std::vector<std::uint64_t> sizes;
  for (const Talker& talker : places_) {
    if (talker.flows > 0) sizes.push_back(talker.bytes);
  }
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::ranges::nth_element(sizes, middle);
  const std::uint64_t less = *middle;
  error_ += less;
  const auto before = std::exchange(places_, std::vector<Talker>(kPlaces));
  used_ = 0;
  for (const Talker& talker : before) {
    if (talker.flows == 0 || talker.bytes <= less) continue;
    Talker& kept = places_[place_of(talker.address)];
    kept = talker;
    kept.bytes -= less;
    ++used_;
  }
}

std::vector<Talker> Talkers::top(std::size_t count) const {
  std::vector<Talker> found;
  for (const Talker& talker : places_) {
    if (talker.flows > 0 && talker.bytes >= error_) found.push_back(talker);
  }
  std::ranges::sort(found, [](const Talker& a, const Talker& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.address < b.address;
  });
  if (found.size() > count) found.resize(count);
  return found;
}

}  // namespace netstray
