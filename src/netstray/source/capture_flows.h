#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netstray/flow/address_claims.h"
#include "netstray/flow/meter.h"
#include "netstray/packet/decoder.h"
#include "netstray/source/capture_summary.h"
#include "netstray/source/checksum_watch.h"
#include "netstray/source/packet_feed.h"
#include "netstray/source/talkers.h"

namespace netstray {

/// How a capture becomes flows.
struct FlowSettings {
  DecodeSettings decode;
  MeterSettings meter;
  bool next_hops = false;    ///< whether batches have their hops
  std::size_t talkers = 10;  ///< how many of those that talk most the summary names; 0: nobody counts them
};

/// A capture on its way through decoder and meter to flow records, and the sum of what was seen. Reading and decoding
/// have a thread of their own where there is more than one; records and summary are the same for any number.
class CaptureFlows {
 public:
  /// Takes some hundred records at a time, in the meter's order; they may be moved from.
  using Sink = std::function<void(std::span<FlowRecord> records)>;

  /// Throws Error where a setting is out of range.
  CaptureFlows(std::unique_ptr<CaptureReader> reader, const FlowSettings& settings);

  /// Meters everything; `sink` is called in this thread. Where the capture's size is not known (a pipe), records are
  /// given as soon as they are there. `after_batch` is called now and then with position(). Throws what the reader and
  /// `sink` throw. Only once.
  void run(const Sink& sink, const std::function<void(std::uint64_t position)>& after_batch = {});
  /// The same bit by bit: some hundred packets, or the end, at each call; false at the end.
  bool step(const Sink& sink);
  /// Is given every batch before its packets are metered: for what is in no flow (claims, hops). Before run().
  void watch(std::function<void(const PacketBatch&)> watcher) { watcher_ = std::move(watcher); }
  /// Bytes of the files that were read so far; any thread may ask.
  std::uint64_t position() const noexcept { return position_; }
  /// Of all files, where that is known.
  std::optional<std::uint64_t> size() const noexcept { return size_; }
  /// "pcap" or "pcapng": of the first file.
  const std::string& format() const noexcept { return format_; }
  /// After run().
  CaptureSummary summary() const;

 private:
  struct Share {
    std::uint64_t flows = 0, packets = 0, bytes = 0;
  };

  void meter_batch(const PacketBatch& batch);
  void count_frame(const PacketBatch& batch, const PacketBatch::FrameEntry& frame);
  void take(FlowRecord&& record);
  void give();
  void add_flows(CaptureSummary& summary) const;
  void add_warnings(CaptureSummary& summary) const;

  std::optional<std::uint64_t> size_;
  std::string format_;
  PacketFeed feed_;
  std::optional<Meter> meter_;
  const Sink* sink_ = nullptr;
  std::function<void(const PacketBatch&)> watcher_;
  std::vector<FlowRecord> records_;
  std::vector<Metered> metered_;
  std::atomic<std::uint64_t> position_{0};

  std::uint64_t frames_in_flows_ = 0;
  DropCounts dropped_{};
  std::optional<TimeNs> first_, last_;
  std::uint64_t flows_ = 0;
  std::array<Share, 256> protocols_{};
  std::size_t talkers_wanted_;
  Talkers talkers_;
  ChecksumWatch checksums_;
  AddressClaims claims_;
};

}  // namespace netstray
