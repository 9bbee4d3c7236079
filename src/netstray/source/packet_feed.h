#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "netstray/base/bounded_queue.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/packet/decoder.h"

namespace netstray {

/// Some frames of a capture in order, decoded. The packets' payloads are empty: their bytes are gone.
struct PacketBatch {
  struct FrameEntry {
    std::uint32_t first = 0;  ///< of its packets
    std::uint8_t count = 0;
    DropReason dropped = DropReason::none;  ///< of Decoded
    TimeNs time = 0;
  };

  std::vector<FrameEntry> frames;
  std::vector<Packet> packets;
  std::vector<AddressClaim> claims;
  std::vector<NextHop> hops;   ///< only where asked for; one that came shortly before may be left out
  std::uint64_t position = 0;  ///< bytes of the files read so far

  std::span<const Packet> packets_of(const FrameEntry& frame) const noexcept {
    return std::span(packets).subspan(frame.first, frame.count);
  }
};

/// Reads a capture and decodes its frames, on a thread of its own where there is more than one (set_threads) and the
/// capture is no pipe, which may not have more for a long time. The batches are the same for any number of threads. Not
/// thread-safe.
class PacketFeed {
 public:
  /// `with_hops`: whether batches have their `hops`.
  PacketFeed(std::unique_ptr<CaptureReader> reader, const DecodeSettings& settings, bool with_hops = false);
  ~PacketFeed();
  PacketFeed(const PacketFeed&) = delete;
  PacketFeed& operator=(const PacketFeed&) = delete;

  /// The next frames, at least one; nothing at the end. Throws what the reader throws.
  std::optional<PacketBatch> next();
  /// Only once next() gave nothing.
  const CaptureReader& reader() const noexcept { return *reader_; }

 private:
  bool fill(PacketBatch& batch);
  void add_hop(PacketBatch& batch, TimeNs time);
  void give_all();

  std::unique_ptr<CaptureReader> reader_;
  Decoder decoder_;
  Decoded decoded_;
  bool live_;  // of unknown size: what has come is handed on at once
  bool with_hops_;
  std::array<NextHop, 256> recent_hops_{};  // by hash, so that a conversation tells its hop once
  BoundedQueue<PacketBatch> queue_;
  std::thread thread_;
};

}  // namespace netstray
