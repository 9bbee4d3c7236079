#include "netstray/source/packet_feed.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "netstray/base/start_thread.h"

namespace netstray {
namespace {

constexpr std::size_t kFramesAtOnce = 128;
constexpr std::size_t kFramesPerBatch = 1024;
constexpr std::size_t kBatchesAhead = 4;

void add_frame(const Frame& frame, const Decoded& decoded, PacketBatch& batch) {
  batch.frames.push_back({static_cast<std::uint32_t>(batch.packets.size()), static_cast<std::uint8_t>(decoded.count),
                          decoded.dropped, frame.time});
  for (const Packet& packet : decoded.all()) batch.packets.push_back(packet);
  for (std::size_t i = batch.frames.back().first; i < batch.packets.size(); ++i) batch.packets[i].payload = {};
  if (decoded.claim) batch.claims.push_back(*decoded.claim);
}

}  // namespace

PacketFeed::PacketFeed(std::unique_ptr<CaptureReader> reader, const DecodeSettings& settings, bool with_hops)
    : reader_(std::move(reader)),
      decoder_(settings),
      live_(!reader_->size()),
      with_hops_(with_hops),
      queue_(kBatchesAhead) {
  if (!live_) start_thread(thread_, [this] { give_all(); });
}

PacketFeed::~PacketFeed() {
  queue_.leave();
  if (thread_.joinable()) thread_.join();
}

std::optional<PacketBatch> PacketFeed::next() {
  if (thread_.joinable()) return queue_.pop();
  PacketBatch batch;
  if (!fill(batch)) return {};
  return batch;
}

void PacketFeed::give_all() {
  try {
    for (;;) {
      PacketBatch batch;
      if (!fill(batch) || !queue_.push(std::move(batch))) break;
    }
    queue_.close();
  } catch (...) {
    queue_.close(std::current_exception());
  }
}

void PacketFeed::add_hop(PacketBatch& batch, TimeNs time) {
  const NextHop hop{decoded_.source_mac, decoded_.destination_mac, decoded_.packets[0].destination, time};
  const auto& ip = hop.destination.bytes;
  const std::size_t last = hop.destination.v6 ? 15 : 3;
  NextHop& recent = recent_hops_[(ip[last] ^ ip[last - 1] ^ hop.from.bytes[5]) % recent_hops_.size()];
  if (recent.from == hop.from && recent.to == hop.to && recent.destination == hop.destination) return;
  recent = hop;
  batch.hops.push_back(hop);
}

bool PacketFeed::fill(PacketBatch& batch) {
  std::array<Frame, kFramesAtOnce> frames;
  batch.frames.reserve(kFramesPerBatch);
  batch.packets.reserve(kFramesPerBatch);
  while (batch.frames.size() < kFramesPerBatch) {
    const std::size_t count = reader_->next(std::span(frames));
    for (std::size_t i = 0; i < count; ++i) {
      decoder_.decode(frames[i], decoded_);
      add_frame(frames[i], decoded_, batch);
      if (with_hops_ && decoded_.has_macs && decoded_.count > 0) add_hop(batch, frames[i].time);
    }
    if (count == 0 || live_) break;
  }
  batch.position = reader_->position();
  return !batch.frames.empty();
}

}  // namespace netstray
