#include "netstray/feature/conn_v1.h"

#include <array>

#include "netstray/feature/field_values.h"
#include "netstray/feature/service.h"

namespace netstray {
namespace {

void append_durations(Column& column, std::span<const FlowRecord> records) {
  for (const FlowRecord& record : records) append_seconds(column, record.last - record.first);
}

template <FlowSide FlowRecord::* side>
void append_bytes_per_packet(Column& column, std::span<const FlowRecord> records) {
  for (const FlowRecord& record : records) append_ratio<2>(column, (record.*side).ip_bytes, (record.*side).packets);
}

void append_originator_share(Column& column, std::span<const FlowRecord> records) {
  for (const FlowRecord& record : records) {
    append_ratio<4>(column, record.sent.ip_bytes, record.sent.ip_bytes + record.received.ip_bytes);
  }
}

constexpr auto kCarried = FieldUse::carried;
constexpr auto kLearned = FieldUse::learned;

constexpr std::array kFields = {
    FlowField{"time", ColumnType::time, "", kCarried, "when the flow began", "time of its first packet",
              append_times<[](const FlowRecord& flow) { return flow.first; }>},
    FlowField{"src_ip", ColumnType::address, "", kCarried, "the originator's address",
              "who sent the first packet, unless the handshake or the ports say otherwise",
              append_texts<[](const FlowRecord& flow) { return to_text(flow.originator); }>},
    FlowField{"src_port", ColumnType::integer, "", kCarried, "the originator's port", "ICMP: the message's type",
              append_integers<[](const FlowRecord& flow) { return flow.originator_port; }>},
    FlowField{"dst_ip", ColumnType::address, "", kCarried, "the responder's address", "the other end",
              append_texts<[](const FlowRecord& flow) { return to_text(flow.responder); }>},
    FlowField{"dst_port", ColumnType::integer, "", kCarried, "the responder's port",
              "ICMP: the type of the message that answers, or else the code",
              append_integers<[](const FlowRecord& flow) { return flow.responder_port; }>},
    FlowField{"proto", ColumnType::category, "", kLearned, "what IP carries", "IANA's name of the protocol number",
              append_texts<[](const FlowRecord& flow) { return protocol_name(flow.protocol); }>},
    FlowField{"service", ColumnType::category, "", kLearned, "which service, by the responder's port alone",
              "its well-known name, or system-port, user-port, dynamic-port (RFC 6335); ICMP: the kind of message",
              append_texts<[](const FlowRecord& flow) {
                return service_name(flow.protocol, flow.originator_port, flow.responder_port);
              }>},
    FlowField{"conn_state", ColumnType::category, "", kLearned, "how the conversation went", "Zeek's conn_state",
              append_texts<[](const FlowRecord& flow) { return name_of(flow.state); }>},
    FlowField{"duration", ColumnType::number, "s", kLearned, "from the first packet to the last", "0 for one packet",
              append_durations},
    FlowField{"orig_pkts", ColumnType::integer, "packets", kLearned, "packets that the originator sent", "",
              append_integers<[](const FlowRecord& flow) { return flow.sent.packets; }>},
    FlowField{"resp_pkts", ColumnType::integer, "packets", kLearned, "packets that the responder sent", "",
              append_integers<[](const FlowRecord& flow) { return flow.received.packets; }>},
    FlowField{"orig_ip_bytes", ColumnType::integer, "bytes", kLearned, "bytes that the originator sent",
              "IP headers and what they carry, by the headers' lengths",
              append_integers<[](const FlowRecord& flow) { return flow.sent.ip_bytes; }>},
    FlowField{"resp_ip_bytes", ColumnType::integer, "bytes", kLearned, "bytes that the responder sent",
              "IP headers and what they carry, by the headers' lengths",
              append_integers<[](const FlowRecord& flow) { return flow.received.ip_bytes; }>},
    FlowField{"orig_bytes_per_pkt", ColumnType::number, "bytes", kLearned, "mean size of the originator's packets",
              "orig_ip_bytes / orig_pkts, two decimals; 0 without packets", append_bytes_per_packet<&FlowRecord::sent>},
    FlowField{"resp_bytes_per_pkt", ColumnType::number, "bytes", kLearned, "mean size of the responder's packets",
              "resp_ip_bytes / resp_pkts, two decimals; 0 without packets",
              append_bytes_per_packet<&FlowRecord::received>},
    FlowField{"orig_share", ColumnType::number, "", kLearned, "the originator's share of the bytes, 0 to 1",
              "orig_ip_bytes / (orig_ip_bytes + resp_ip_bytes), four decimals; 0 without bytes",
              append_originator_share},
};

}  // namespace

std::span<const FlowField> conn_v1_fields() noexcept { return kFields; }

}  // namespace netstray
