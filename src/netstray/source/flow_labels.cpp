#include "netstray/source/flow_labels.h"

#include <algorithm>
#include <limits>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/feature/service.h"
#include "netstray/source/table_source.h"

namespace netstray {
namespace {

/// The columns that mean something here.
const Schema& known_columns() {
  static const Schema schema({{"community_id", ColumnType::category},
                              {"src_ip", ColumnType::category},
                              {"src_port", ColumnType::integer},
                              {"dst_ip", ColumnType::category},
                              {"dst_port", ColumnType::integer},
                              {"proto", ColumnType::category},
                              {"time", ColumnType::time},
                              {"start", ColumnType::time},
                              {"end", ColumnType::time},
                              {"label", ColumnType::category}});
  return schema;
}

/// A table of labels, cell by cell.
class Cells {
 public:
  explicit Cells(const LoadedTable& loaded) : loaded_(loaded) {}

  bool has(std::string_view name) const noexcept { return loaded_.table.schema().find(name).has_value(); }
  std::string text(std::size_t row, std::string_view name) const {
    const Column* column = find(row, name);
    return column == nullptr ? std::string() : column->text(row);
  }
  std::optional<TimeNs> time(std::size_t row, std::string_view name) const {
    const Column* column = find(row, name);
    return column == nullptr ? std::nullopt : std::optional(column->time(row));
  }
  std::optional<IpAddress> address(std::size_t row, std::string_view name) const {
    const Column* column = find(row, name);
    if (column == nullptr) return {};
    const auto address = parse_address(column->text(row));
    if (!address) refuse(row, name, "an IP address");
    return address;
  }
  std::optional<std::uint16_t> port(std::size_t row, std::string_view name) const {
    const Column* column = find(row, name);
    if (column == nullptr) return {};
    const double number = column->number(row);
    if (number < 0 || number > std::numeric_limits<std::uint16_t>::max()) refuse(row, name, "a port, 0 to 65535");
    return static_cast<std::uint16_t>(number);
  }
  [[noreturn]] void refuse(std::size_t row, std::string_view name, std::string_view expected) const {
    throw Error(fmt::format("{}:{}: {}: found {}, expected {}", loaded_.path, loaded_.lines[row], name,
                            quoted(text(row, name)), expected));
  }

 private:
  /// The column, where it is there and has a value in this row.
  const Column* find(std::size_t row, std::string_view name) const {
    const auto index = loaded_.table.schema().find(name);
    if (!index || loaded_.table.column(*index).missing(row)) return nullptr;
    return &loaded_.table.column(*index);
  }

  const LoadedTable& loaded_;
};

void require_columns(const Cells& cells, const std::string& path) {
  const bool names_flows = std::ranges::any_of(known_columns().fields(),
                                               [&](const Field& f) { return f.name != "label" && cells.has(f.name); });
  if (cells.has("label") && names_flows) return;
  throw Error(fmt::format("{}: a table of labels needs the column label and, to say which flows are meant, some of: {}",
                          path, "community_id, src_ip, src_port, dst_ip, dst_port, proto, time, start, end"));
}

bool holds(const std::optional<IpAddress>& address, const std::optional<std::uint16_t>& port, const IpAddress& end,
           std::uint16_t end_port) noexcept {
  return (!address || *address == end) && (!port || *port == end_port);
}

bool is_protocol(std::string_view name, Protocol protocol) {
  return name == protocol_name(protocol) || parse_integer(name) == static_cast<std::int64_t>(protocol);
}

}  // namespace

FlowLabels::FlowLabels(const std::string& path, std::string normal) : path_(path), normal_(std::move(normal)) {
  const LoadedTable loaded = load_table(path, {}, &known_columns());
  const Cells cells(loaded);
  require_columns(cells, path);
  lines_.reserve(loaded.table.rows());
  for (std::size_t row = 0; row < loaded.table.rows(); ++row) {
    Line line;
    line.community_id = cells.text(row, "community_id");
    line.source = {cells.address(row, "src_ip"), cells.port(row, "src_port")};
    line.destination = {cells.address(row, "dst_ip"), cells.port(row, "dst_port")};
    line.protocol = lower(cells.text(row, "proto"));
    line.start = cells.time(row, "time");
    line.end = line.start;
    if (const auto start = cells.time(row, "start")) line.start = start;
    if (const auto end = cells.time(row, "end")) line.end = end;
    line.label = cells.text(row, "label");
    if (line.label.empty()) cells.refuse(row, "label", "a label");
    const bool names_nothing = line.community_id.empty() && line.protocol.empty() && !line.start && !line.end &&
                               !line.source.address && !line.source.port && !line.destination.address &&
                               !line.destination.port;
    if (names_nothing)
      throw Error(fmt::format("{}:{}: says {}, but not of which flows", path, loaded.lines[row], quoted(line.label)));
    lines_.push_back(std::move(line));
  }
  index();
}

void FlowLabels::index() {
  for (std::uint32_t number = 0; number < lines_.size(); ++number) {
    const Line& line = lines_[number];
    if (!line.community_id.empty()) {
      by_community_id_[line.community_id].push_back(number);
    } else if (line.source.address && line.destination.address) {
      by_addresses_[in_order(*line.source.address, *line.destination.address)].push_back(number);
    } else {
      others_.push_back(number);
    }
  }
}

FlowLabels::Addresses FlowLabels::in_order(const IpAddress& a, const IpAddress& b) {
  return a < b ? Addresses(a, b) : Addresses(b, a);
}

bool FlowLabels::matches(const Line& line, const FlowRecord& flow, const std::string& community_id) {
  if (!line.community_id.empty() && line.community_id != community_id) return false;
  if (!line.protocol.empty() && !is_protocol(line.protocol, flow.protocol)) return false;
  if ((line.start && flow.first < *line.start) || (line.end && flow.first > *line.end)) return false;
  const auto& [source, source_port] = line.source;
  const auto& [destination, destination_port] = line.destination;
  const bool forward = holds(source, source_port, flow.originator, flow.originator_port) &&
                       holds(destination, destination_port, flow.responder, flow.responder_port);
  return forward || (holds(source, source_port, flow.responder, flow.responder_port) &&
                     holds(destination, destination_port, flow.originator, flow.originator_port));
}

void FlowLabels::consider(const Numbers& numbers, const FlowRecord& flow, const std::string& community_id,
                          std::optional<std::uint32_t>& best) const {
  for (const std::uint32_t number : numbers) {
    if (best && number >= *best) return;
    if (!matches(lines_[number], flow, community_id)) continue;
    best = number;
    return;
  }
}

std::string_view FlowLabels::label_of(const FlowRecord& flow) {
  std::optional<std::uint32_t> best;
  std::string id;
  if (!by_community_id_.empty()) {
    id = community_id(flow);
    if (const auto found = by_community_id_.find(id); found != by_community_id_.end()) {
      consider(found->second, flow, id, best);
    }
  }
  if (const auto found = by_addresses_.find(in_order(flow.originator, flow.responder)); found != by_addresses_.end()) {
    consider(found->second, flow, id, best);
  }
  consider(others_, flow, id, best);
  if (!best) return normal_;
  lines_[*best].used = true;
  return lines_[*best].label;
}

std::size_t FlowLabels::lines_used() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(lines_, &Line::used));
}

}  // namespace netstray
