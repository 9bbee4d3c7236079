#include "netstray/flow/fragment_table.h"

#include <bit>
#include <cstring>
#include <utility>

namespace netstray {
namespace {

std::uint64_t word_at(const std::uint8_t* bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

std::size_t slots_for(std::size_t capacity) noexcept { return std::bit_ceil(2 * capacity); }

}  // namespace

FragmentTable::FragmentTable(std::size_t capacity, const SipKey& secret, Lone lone)
    : capacity_(capacity), secret_(secret), lone_(std::move(lone)) {}

std::uint64_t FragmentTable::bytes_for(std::size_t capacity) noexcept {
  return capacity * sizeof(FragmentedDatagram) + FlowIndex::bytes_for(slots_for(capacity));
}

std::uint64_t FragmentTable::hash_of(const IpAddress& source, const IpAddress& destination,
                                     std::uint32_t identification, Protocol protocol) const noexcept {
  SipHash13 hash(secret_);
  hash.add(identification | (static_cast<std::uint64_t>(protocol) << 32U) | (source.v6 ? 1ULL << 40U : 0));
  for (const IpAddress* address : {&source, &destination}) {
    hash.add(word_at(address->bytes.data()));
    hash.add(word_at(address->bytes.data() + 8));
  }
  return hash.finish();
}

FragmentedDatagram* FragmentTable::find(const Packet& fragment) {
  if (!index_) return nullptr;
  const auto hash = hash_of(fragment.source, fragment.destination, fragment.identification, fragment.protocol);
  const std::size_t place = index_->find(hash, [&](BlockRef ref) {
    const FragmentedDatagram& datagram = ring_[ref - 1];
    return datagram.source == fragment.source && datagram.destination == fragment.destination &&
           datagram.identification == fragment.identification && datagram.protocol == fragment.protocol;
  });
  if (place == FlowIndex::kNowhere) return nullptr;
  FragmentedDatagram& datagram = ring_[index_->at(place).ref - 1];
  if (fragment.time > datagram.time && fragment.time - datagram.time > kLongestWait) {
    forget(datagram);
    return nullptr;
  }
  return &datagram;
}

FragmentedDatagram& FragmentTable::begin(const Packet& fragment) {
  if (!index_) {
    index_ = std::make_unique<FlowIndex>(slots_for(capacity_));
    ring_.resize(capacity_);
  }
  FragmentedDatagram& datagram = ring_[next_];
  if (datagram.used) forget(datagram);
  datagram = {.source = fragment.source,
              .destination = fragment.destination,
              .identification = fragment.identification,
              .protocol = fragment.protocol,
              .used = true,
              .vlan = fragment.vlan,
              .inner_vlan = fragment.inner_vlan,
              .ttl = fragment.ttl,
              .depth = fragment.depth,
              .time = fragment.time,
              .header_bytes = fragment.ip_bytes - fragment.payload_bytes};
  index_->add(hash_of(fragment.source, fragment.destination, fragment.identification, fragment.protocol),
              static_cast<BlockRef>(next_ + 1));
  next_ = (next_ + 1) % capacity_;
  return datagram;
}

void FragmentTable::forget(FragmentedDatagram& datagram) {
  const auto ref = static_cast<BlockRef>(&datagram - ring_.data() + 1);
  const auto hash = hash_of(datagram.source, datagram.destination, datagram.identification, datagram.protocol);
  index_->remove(index_->find(hash, [&](BlockRef other) { return other == ref; }));
  datagram.used = false;
  if (datagram.waiting > 0) lone_(datagram);
}

void FragmentTable::finish() {
  for (std::size_t i = 0; i < ring_.size(); ++i) {
    FragmentedDatagram& datagram = ring_[(next_ + i) % capacity_];
    if (datagram.used) forget(datagram);
  }
}

}  // namespace netstray
