#include "netstray/feature/further_fields.h"

#include <array>
#include <cstddef>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/feature/field_values.h"

namespace netstray {
namespace {

using Append = void (*)(Column&, std::span<const FlowRecord>);
using Side = FlowSide FlowRecord::*;

template <Side side, auto value>
void append_counts(Column& column, std::span<const FlowRecord> records) {
  for (const FlowRecord& record : records) {
    column.append_decimal(static_cast<std::int64_t>((record.*side).*value), 0);
  }
}

template <Side side, std::size_t bit>
void append_flag_counts(Column& column, std::span<const FlowRecord> records) {
  for (const FlowRecord& record : records) column.append_decimal((record.*side).flags[bit], 0);
}

/// Mean, deviation, least and greatest of a side's moments, so many decimals each; 0 without values.
enum class Of { mean, deviation, least, greatest };
template <Side side, Moments FlowSide::* moments, Of what, unsigned decimals>
void append_moments(Column& column, std::span<const FlowRecord> records) {
  for (const FlowRecord& record : records) {
    const Moments& values = (record.*side).*moments;
    double value = 0;
    if (values.count > 0) {
      switch (what) {
        case Of::mean:
          value = values.mean;
          break;
        case Of::deviation:
          value = values.deviation();
          break;
        case Of::least:
          value = values.least;
          break;
        case Of::greatest:
          value = values.greatest;
          break;
      }
    }
    append_rounded<decimals>(column, value);
  }
}

/// The first packets of a conversation, one word each, as `write` has it.
template <auto write>
void append_first_packets(Column& column, std::span<const FlowRecord> records) {
  std::string text;
  for (const FlowRecord& record : records) {
    if (record.first_packets.empty()) {
      column.append_missing();
      continue;
    }
    text.clear();
    for (const FirstPacket& packet : record.first_packets) {
      if (!text.empty()) text += ' ';
      write(record, packet, text);
    }
    column.append_text(text);
  }
}

void write_size(const FlowRecord&, const FirstPacket& packet, std::string& text) {
  text += packet.from_originator ? '+' : '-';
  text += std::to_string(packet.payload_bytes);
}

void write_time(const FlowRecord& record, const FirstPacket& packet, std::string& text) {
  text += fmt::format("{:.6f}", static_cast<double>(packet.time - record.first) * 1e-9);
}

void write_flags(const FlowRecord&, const FirstPacket& packet, std::string& text) {
  constexpr std::string_view kLetters = "FSRPAUEC";
  const std::size_t before = text.size();
  for (std::size_t bit = 0; bit < kLetters.size(); ++bit) {
    if ((packet.tcp_flags >> bit & 1U) != 0) text += kLetters[bit];
  }
  if (text.size() == before) text += '.';
}

constexpr Side kSent = &FlowRecord::sent;
constexpr Side kReceived = &FlowRecord::received;
constexpr auto kCarried = FieldUse::carried;
constexpr auto kLearned = FieldUse::learned;
constexpr auto kInteger = ColumnType::integer;
constexpr auto kNumber = ColumnType::number;
constexpr auto kCategory = ColumnType::category;
constexpr auto kSizes = &FlowSide::payload_sizes;
constexpr auto kGaps = &FlowSide::gaps;

constexpr FlowField packets(std::string_view name, std::string_view meaning, Append append) {
  return {name, kInteger, "packets", kLearned, meaning, "", append};
}
constexpr FlowField bytes(std::string_view name, std::string_view meaning, std::string_view formula, Append append) {
  return {name, kInteger, "bytes", kLearned, meaning, formula, append};
}
constexpr FlowField size(std::string_view name, std::string_view meaning, Append append) {
  return {name, kNumber, "bytes", kLearned, meaning, "packets without payload included; two decimals", append};
}
constexpr FlowField gap(std::string_view name, std::string_view meaning, Append append) {
  return {name, kNumber, "s", kLearned, meaning, "0 with fewer than two packets; nine decimals", append};
}

constexpr std::array kFields = {
    FlowField{"number", kInteger, "", kCarried, "the flow's number in the capture, from 1",
              "in order of the first packets", append_integers<[](const FlowRecord& flow) { return flow.number; }>},
    FlowField{"last_time", ColumnType::time, "", kCarried, "when the flow ended", "time of its last packet",
              append_times<[](const FlowRecord& flow) { return flow.last; }>},
    FlowField{"end_reason", kCategory, "", kCarried, "why the record was written",
              "closed, idle, active (older than --active-timeout), interim (more follows), memory (no room for it) or "
              "end_of_input",
              append_texts<[](const FlowRecord& flow) { return name_of(flow.end); }>},
    FlowField{"community_id", kCategory, "", kCarried, "the flow's Community ID, the same in every tool",
              "version 1, seed 0", append_texts<[](const FlowRecord& flow) { return community_id(flow); }>},
    FlowField{"vlan", kInteger, "", kCarried, "the outermost VLAN id", "0 without one",
              append_integers<[](const FlowRecord& flow) { return flow.vlan; }>},
    FlowField{"inner_vlan", kInteger, "", kCarried, "the VLAN id below it", "0 without one",
              append_integers<[](const FlowRecord& flow) { return flow.inner_vlan; }>},
    FlowField{"tunnel_depth", kInteger, "", kLearned, "how many tunnels are around the flow", "0 outside of any",
              append_integers<[](const FlowRecord& flow) { return flow.depth; }>},
    FlowField{"history", kCategory, "", kLearned, "what happened, a letter each", "Zeek's history",
              append_texts<[](const FlowRecord& flow) -> const std::string& { return flow.history; }>},

    bytes("orig_bytes", "payload that the originator sent",
          "TCP: by sequence numbers, as Zeek counts; otherwise summed", append_counts<kSent, &FlowSide::payload_bytes>),
    bytes("resp_bytes", "payload that the responder sent", "TCP: by sequence numbers, as Zeek counts; otherwise summed",
          append_counts<kReceived, &FlowSide::payload_bytes>),
    packets("orig_payload_pkts", "the originator's packets that carry payload",
            append_counts<kSent, &FlowSide::payload_packets>),
    packets("resp_payload_pkts", "the responder's packets that carry payload",
            append_counts<kReceived, &FlowSide::payload_packets>),
    packets("orig_retransmitted_pkts", "the originator's packets that send again what was sent",
            append_counts<kSent, &FlowSide::retransmitted_packets>),
    packets("resp_retransmitted_pkts", "the responder's packets that send again what was sent",
            append_counts<kReceived, &FlowSide::retransmitted_packets>),
    bytes("orig_retransmitted_bytes", "payload that the originator sent again", "TCP only",
          append_counts<kSent, &FlowSide::retransmitted_bytes>),
    bytes("resp_retransmitted_bytes", "payload that the responder sent again", "TCP only",
          append_counts<kReceived, &FlowSide::retransmitted_bytes>),
    bytes("orig_missed_bytes", "payload of the originator that the capture does not have",
          "TCP only: gaps in the sequence numbers", append_counts<kSent, &FlowSide::missed_bytes>),
    bytes("resp_missed_bytes", "payload of the responder that the capture does not have",
          "TCP only: gaps in the sequence numbers", append_counts<kReceived, &FlowSide::missed_bytes>),

    packets("orig_fin_pkts", "the originator's packets with FIN", append_flag_counts<kSent, 0>),
    packets("resp_fin_pkts", "the responder's packets with FIN", append_flag_counts<kReceived, 0>),
    packets("orig_syn_pkts", "the originator's packets with SYN", append_flag_counts<kSent, 1>),
    packets("resp_syn_pkts", "the responder's packets with SYN", append_flag_counts<kReceived, 1>),
    packets("orig_rst_pkts", "the originator's packets with RST", append_flag_counts<kSent, 2>),
    packets("resp_rst_pkts", "the responder's packets with RST", append_flag_counts<kReceived, 2>),
    packets("orig_psh_pkts", "the originator's packets with PSH", append_flag_counts<kSent, 3>),
    packets("resp_psh_pkts", "the responder's packets with PSH", append_flag_counts<kReceived, 3>),
    packets("orig_ack_pkts", "the originator's packets with ACK", append_flag_counts<kSent, 4>),
    packets("resp_ack_pkts", "the responder's packets with ACK", append_flag_counts<kReceived, 4>),
    packets("orig_urg_pkts", "the originator's packets with URG", append_flag_counts<kSent, 5>),
    packets("resp_urg_pkts", "the responder's packets with URG", append_flag_counts<kReceived, 5>),
    packets("orig_ece_pkts", "the originator's packets with ECE", append_flag_counts<kSent, 6>),
    packets("resp_ece_pkts", "the responder's packets with ECE", append_flag_counts<kReceived, 6>),
    packets("orig_cwr_pkts", "the originator's packets with CWR", append_flag_counts<kSent, 7>),
    packets("resp_cwr_pkts", "the responder's packets with CWR", append_flag_counts<kReceived, 7>),
    bytes("orig_window", "window of the originator's first packet", "TCP only: as it stands, not scaled",
          append_counts<kSent, &FlowSide::first_window>),
    bytes("resp_window", "window of the responder's first packet", "TCP only: as it stands, not scaled",
          append_counts<kReceived, &FlowSide::first_window>),
    FlowField{"orig_ttl_min", kInteger, "", kLearned, "least TTL or hop limit of the originator's packets", "",
              append_counts<kSent, &FlowSide::least_ttl>},
    FlowField{"resp_ttl_min", kInteger, "", kLearned, "least TTL or hop limit of the responder's packets", "",
              append_counts<kReceived, &FlowSide::least_ttl>},
    FlowField{"orig_ttl_max", kInteger, "", kLearned, "greatest TTL or hop limit of the originator's packets", "",
              append_counts<kSent, &FlowSide::greatest_ttl>},
    FlowField{"resp_ttl_max", kInteger, "", kLearned, "greatest TTL or hop limit of the responder's packets", "",
              append_counts<kReceived, &FlowSide::greatest_ttl>},

    size("orig_size_mean", "mean payload of the originator's packets", append_moments<kSent, kSizes, Of::mean, 2>),
    size("resp_size_mean", "mean payload of the responder's packets", append_moments<kReceived, kSizes, Of::mean, 2>),
    size("orig_size_sd", "spread of the payload of the originator's packets",
         append_moments<kSent, kSizes, Of::deviation, 2>),
    size("resp_size_sd", "spread of the payload of the responder's packets",
         append_moments<kReceived, kSizes, Of::deviation, 2>),
    size("orig_size_min", "least payload of the originator's packets", append_moments<kSent, kSizes, Of::least, 2>),
    size("resp_size_min", "least payload of the responder's packets", append_moments<kReceived, kSizes, Of::least, 2>),
    size("orig_size_max", "greatest payload of the originator's packets",
         append_moments<kSent, kSizes, Of::greatest, 2>),
    size("resp_size_max", "greatest payload of the responder's packets",
         append_moments<kReceived, kSizes, Of::greatest, 2>),
    gap("orig_gap_mean", "mean time between the originator's packets", append_moments<kSent, kGaps, Of::mean, 9>),
    gap("resp_gap_mean", "mean time between the responder's packets", append_moments<kReceived, kGaps, Of::mean, 9>),
    gap("orig_gap_sd", "spread of the time between the originator's packets",
        append_moments<kSent, kGaps, Of::deviation, 9>),
    gap("resp_gap_sd", "spread of the time between the responder's packets",
        append_moments<kReceived, kGaps, Of::deviation, 9>),
    gap("orig_gap_min", "least time between the originator's packets", append_moments<kSent, kGaps, Of::least, 9>),
    gap("resp_gap_min", "least time between the responder's packets", append_moments<kReceived, kGaps, Of::least, 9>),
    gap("orig_gap_max", "greatest time between the originator's packets",
        append_moments<kSent, kGaps, Of::greatest, 9>),
    gap("resp_gap_max", "greatest time between the responder's packets",
        append_moments<kReceived, kGaps, Of::greatest, 9>),

    FlowField{"first_sizes", kCategory, "bytes", kCarried, "payload of each of the first packets",
              "with --first-packets N; + from the originator, - from the responder: \"+0 -0 +0 +517\"",
              append_first_packets<write_size>},
    FlowField{"first_times", kCategory, "s", kCarried, "when each of the first packets came",
              "with --first-packets N; seconds after the flow's first", append_first_packets<write_time>},
    FlowField{
        "first_flags", kCategory, "", kCarried, "TCP flags of each of the first packets",
        "with --first-packets N; letters of FIN, SYN, RST, PSH, ACK, URG, ECE, CWR: \"S SA A PA\"; a point for none",
        append_first_packets<write_flags>},
};

}  // namespace

std::span<const FlowField> meter_fields() noexcept { return kFields; }

}  // namespace netstray
