#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netstray/base/time.h"
#include "netstray/flow/record.h"

namespace netstray {

/// The truth about a capture's flows, from a table that somebody made: each line names flows and says what they are. A
/// line names them by `community_id`, by `src_ip`, `src_port`, `dst_ip`, `dst_port` and `proto` (in either direction),
/// by `time` (when the flow began, exactly), by `start` and `end` (it began between them, both included), or by several
/// of these, which then hold all; a cell that is missing holds for any flow. The column `label` says what they are. Of
/// several lines that name a flow the first counts. docs/flows.md has examples.
class FlowLabels {
 public:
  /// Reads the table (CSV or JSON lines). Flows that no line names are `normal`. Throws Error for a cell that is no
  /// address, port or time, a label that is missing, a line that names nothing, and a table without these columns.
  FlowLabels(const std::string& path, std::string normal);

  /// What the flow is; valid as long as this object. Remembers which lines were of use. O(log n) for lines that have
  /// both addresses or a Community ID, O(n) for the others.
  std::string_view label_of(const FlowRecord& flow);

  const std::string& path() const noexcept { return path_; }
  std::size_t lines() const noexcept { return lines_.size(); }
  /// Lines that were the first to name some flow.
  std::size_t lines_used() const noexcept;

 private:
  struct End {
    std::optional<IpAddress> address;
    std::optional<std::uint16_t> port;
  };
  struct Line {
    std::string community_id;  ///< empty = any
    End source, destination;
    std::string protocol;  ///< empty = any
    std::optional<TimeNs> start, end;
    std::string label;
    bool used = false;
  };
  using Addresses = std::pair<IpAddress, IpAddress>;  ///< the smaller one first
  using Numbers = std::vector<std::uint32_t>;         ///< of lines, ascending

  static bool matches(const Line& line, const FlowRecord& flow, const std::string& community_id);
  static Addresses in_order(const IpAddress& a, const IpAddress& b);
  void consider(const Numbers& numbers, const FlowRecord& flow, const std::string& community_id,
                std::optional<std::uint32_t>& best) const;
  void index();

  std::string path_;
  std::string normal_;
  std::vector<Line> lines_;
  std::map<std::string, Numbers, std::less<>> by_community_id_;
  std::map<Addresses, Numbers> by_addresses_;
  Numbers others_;
};

}  // namespace netstray
