#include "netstray/source/capture_flows.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/feature/service.h"

namespace netstray {
namespace {

constexpr std::size_t kRecordsAtOnce = 256;
constexpr std::size_t kMostDisputed = 10;      // warnings of addresses that are claimed twice
constexpr std::uint64_t kManyBadHeaders = 10;  // one in so many is worth a warning

void widen(std::optional<TimeNs>& first, std::optional<TimeNs>& last, TimeNs time) noexcept {
  if (!first || time < *first) first = time;
  if (!last || time > *last) last = time;
}

/// "192.168.1.1 is claimed by 2 hardware addresses: 00:1b:44:11:3a:b7 (12 times, first at ...), ..."
std::string dispute_text(const ClaimedAddress& address) {
  std::vector<std::string> claimants;
  claimants.reserve(address.claimants.size());
  for (const Claimant& claimant : address.claimants) {
    claimants.push_back(fmt::format("{} ({}, first at {})", to_text(claimant.mac),
                                    claimant.claims == 1 ? "once" : grouped(claimant.claims) + " times",
                                    format_time(claimant.first)));
  }
  return fmt::format("{} is claimed by {}{} hardware addresses: {}", to_text(address.ip), claimants.size(),
                     address.further_claims > 0 ? " and more" : "", join(claimants, ", "));
}

std::string format_of(const CaptureReader& reader) {
  const std::string& format = reader.inputs().front().format;
  return format.substr(0, format.find('.'));  // without what it is compressed by
}

/// Why a frame is in no flow, by what the decoder said of it and, where that is nothing, what the meter did.
DropReason reason_of(const PacketBatch::FrameEntry& frame, std::span<const Metered> metered) noexcept {
  if (frame.dropped != DropReason::none) return frame.dropped;
  const bool bad = std::ranges::find(metered, Metered::bad_checksum) != metered.end();
  return bad ? DropReason::bad_checksum : DropReason::not_ip;
}

}  // namespace

CaptureFlows::CaptureFlows(std::unique_ptr<CaptureReader> reader, const FlowSettings& settings)
    : size_(reader->size()),
      format_(format_of(*reader)),
      feed_(std::move(reader), settings.decode, settings.next_hops),
      talkers_wanted_(settings.talkers) {
  meter_.emplace(settings.meter, [this](FlowRecord&& record) { take(std::move(record)); });
  records_.reserve(kRecordsAtOnce);
}

void CaptureFlows::run(const Sink& sink, const std::function<void(std::uint64_t position)>& after_batch) {
  while (step(sink)) {
    if (after_batch) after_batch(position_);
  }
}

bool CaptureFlows::step(const Sink& sink) {
  sink_ = &sink;
  const auto batch = feed_.next();
  if (!batch) {
    meter_->finish();
    give();
    return false;
  }
  if (watcher_) watcher_(*batch);
  meter_batch(*batch);
  position_ = batch->position;
  if (!size_) give();
  return true;
}

void CaptureFlows::meter_batch(const PacketBatch& batch) {
  metered_.resize(batch.packets.size());
  meter_->add(batch.packets, metered_);
  for (const auto& frame : batch.frames) count_frame(batch, frame);
  for (const AddressClaim& claim : batch.claims) claims_.add(claim);
}

void CaptureFlows::count_frame(const PacketBatch& batch, const PacketBatch::FrameEntry& frame) {
  widen(first_, last_, frame.time);
  for (const Packet& packet : batch.packets_of(frame)) checksums_.look(packet);
  const auto metered = std::span<const Metered>(metered_).subspan(frame.first, frame.count);
  if (std::ranges::any_of(metered, in_flow)) {
    ++frames_in_flows_;
  } else {
    ++dropped_[static_cast<std::size_t>(reason_of(frame, metered))];
  }
}

void CaptureFlows::take(FlowRecord&& record) {
  if (record.end != EndReason::interim) {
    const std::uint64_t packets = record.sent.packets + record.received.packets;
    const std::uint64_t bytes = record.sent.ip_bytes + record.received.ip_bytes;
    Share& share = protocols_[static_cast<std::size_t>(record.protocol)];
    ++share.flows;
    share.packets += packets;
    share.bytes += bytes;
    ++flows_;
    if (talkers_wanted_ > 0) {
      talkers_.add(record.originator, packets, bytes);
      if (record.responder != record.originator) talkers_.add(record.responder, packets, bytes);
    }
  }
  records_.push_back(std::move(record));
  if (records_.size() == kRecordsAtOnce) give();
}

void CaptureFlows::give() {
  if (records_.empty()) return;
  (*sink_)(records_);
  records_.clear();
}

void CaptureFlows::add_flows(CaptureSummary& summary) const {
  summary.flows = flows_;
  for (std::size_t number = 0; number < protocols_.size(); ++number) {
    const Share& share = protocols_[number];
    if (share.flows == 0) continue;
    const auto name = protocol_name(static_cast<Protocol>(number));
    summary.protocols.push_back({std::string(name), share.flows, share.packets, share.bytes});
  }
  std::ranges::stable_sort(summary.protocols, std::greater<>(), &CaptureSummary::ProtocolShare::packets);
  summary.talkers = talkers_.top(talkers_wanted_);
  summary.talkers_error = talkers_.error();
}

void CaptureFlows::add_warnings(CaptureSummary& summary) const {
  for (const CaptureInput& input : summary.inputs) {
    if (input.broken) summary.warnings.push_back({"broken-tail", input.warning()});
  }
  if (auto text = checksums_.warning(); !text.empty()) {
    summary.warnings.push_back({"checksum-offloading", std::move(text)});
  }
  const std::uint64_t bad_headers = dropped_[static_cast<std::size_t>(DropReason::bad_ip_checksum)];
  if (bad_headers > summary.packets_read / kManyBadHeaders) {
    summary.warnings.push_back(
        {"ip-checksums",
         fmt::format(
             "{} of {} packets have a wrong checksum of the IP header and are in no flow; --no-checksums counts "
             "them",
             grouped(bad_headers), grouped(summary.packets_read))});
  }
  for (std::size_t i = 0; i < std::min(summary.disputed.size(), kMostDisputed); ++i) {
    summary.warnings.push_back({"address-claimed-twice", dispute_text(summary.disputed[i])});
  }
}

CaptureSummary CaptureFlows::summary() const {
  const CaptureReader& reader = feed_.reader();
  CaptureSummary summary;
  summary.packets_read = reader.frames_read();
  summary.packets_in_flows = frames_in_flows_;
  for (std::size_t reason = 0; reason < dropped_.size(); ++reason) {
    if (dropped_[reason] > 0) {
      summary.dropped.emplace(name_of(static_cast<DropReason>(reason)), dropped_[reason]);
    }
  }
  if (reader.frames_left_out() > 0) summary.dropped.emplace("filter", reader.frames_left_out());
  summary.first = first_;
  summary.last = last_;
  summary.inputs.assign(reader.inputs().begin(), reader.inputs().end());
  summary.disputed = claims_.disputed();
  add_flows(summary);
  add_warnings(summary);
  return summary;
}

}  // namespace netstray
