#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/base/time.h"
#include "netstray/flow/record.h"
#include "netstray/model/reasons.h"
#include "netstray/packet/address.h"
#include "netstray/packet/packet.h"

namespace netstray {

/// How much a story deserves attention. A note is no alarm: worth knowing, often harmless.
enum class Severity : std::uint8_t { note, low, medium, high };

/// "note", "low", "medium", "high".
std::string_view name_of(Severity severity) noexcept;

/// Which packets and flows belong to a story, whatever their direction. What is empty does not matter.
struct StoryScope {
  std::optional<IpAddress> host;  ///< one end
  std::vector<IpAddress> others;  ///< the other end is one of these
  std::optional<Protocol> protocol;
  std::vector<std::uint16_t> ports;  ///< one of the two ports is one of these
  bool claims = false;               ///< instead: ARP packets and neighbour messages that speak for one of `others`

  bool contains(const IpAddress& source, std::uint16_t source_port, const IpAddress& destination,
                std::uint16_t destination_port, Protocol packet_protocol) const noexcept;
  bool contains(const Packet& packet) const noexcept {
    return contains(packet.source, packet.source_port, packet.destination, packet.destination_port, packet.protocol);
  }
  bool contains(const FlowRecord& flow) const noexcept {
    return contains(flow.originator, flow.originator_port, flow.responder, flow.responder_port, flow.protocol);
  }
  bool contains_claim(const IpAddress& claimed) const noexcept;
  /// The same for Wireshark and tshark -Y: "ip.addr == 10.0.0.1 && tcp.port == 22".
  std::string display_filter() const;
};

/// What a person is told: flows of one host, or against one, that together look like something that has a name.
struct Story {
  std::string_view kind;  ///< id of its StoryCondition
  std::string title;      ///< one line
  Severity severity = Severity::note;
  std::vector<IpAddress> hosts;  ///< who did it first, then who it was done to; the first few
  std::uint64_t flows = 0, packets = 0, bytes = 0;
  TimeNs first = 0, last = 0;
  /// Mean score of its flows by a detector, NaN where none has judged them.
  double score = std::numeric_limits<double>::quiet_NaN();
  std::vector<Reason> reasons;
  std::string_view technique;  ///< of MITRE ATT&CK, "T1046"; "" where none fits
  StoryScope scope;
};

/// Numbers that made a condition hold, most telling first; how far a number is beyond what is usual makes its weight.
/// A number that is as usual is no reason and left out.
class ReasonList {
 public:
  /// `feature` is `value`, where at most `usual_high` would be usual.
  ReasonList& above(std::string_view feature, double value, double usual_high, std::string_view unit = {});
  /// `feature` is `value`, where at least `usual_low` would be usual; both are shares.
  ReasonList& below(std::string_view feature, double value, double usual_low);
  std::vector<Reason> take();

 private:
  void add(Reason reason, double times_beyond);

  std::vector<Reason> reasons_;
};

}  // namespace netstray
