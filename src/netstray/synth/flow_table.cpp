#include "netstray/synth/flow_table.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/synth/made_flow.h"
#include "netstray/synth/office.h"
#include "netstray/synth/office_traffic.h"
#include "netstray/synth/planted.h"

namespace netstray {
namespace {

void check(const FlowTableSettings& settings) {
  if (settings.rows < 1 || settings.rows > 100'000'000) throw usage_error("rows: 1 to 100,000,000");
  if (!(settings.anomaly_share >= 0 && settings.anomaly_share <= 1)) throw usage_error("share of anomalies: 0 to 1");
  if (settings.days < 1 || settings.days > 366) throw usage_error("days: 1 to 366");
}

Schema flow_schema() {
  return Schema({{"time", ColumnType::time},
                 {"src_ip", ColumnType::address},
                 {"dst_ip", ColumnType::address},
                 {"src_port", ColumnType::integer},
                 {"dst_port", ColumnType::integer},
                 {"proto", ColumnType::category},
                 {"service", ColumnType::category},
                 {"conn_state", ColumnType::category},
                 {"duration", ColumnType::number},
                 {"orig_bytes", ColumnType::integer},
                 {"resp_bytes", ColumnType::integer},
                 {"orig_pkts", ColumnType::integer},
                 {"resp_pkts", ColumnType::integer},
                 {"label", ColumnType::category}});
}

std::string dotted(std::uint32_t ip) {
  return fmt::format("{}.{}.{}.{}", ip >> 24U, ip >> 16U & 255U, ip >> 8U & 255U, ip & 255U);
}

void append(Table& table, const MadeFlow& flow) {
  std::size_t next = 0;
  const auto column = [&]() -> Column& { return table.column(next++); };
  column().append_time(flow.time);
  column().append_text(dotted(flow.src_ip));
  column().append_text(dotted(flow.dst_ip));
  column().append_decimal(flow.src_port, 0);
  column().append_decimal(flow.dst_port, 0);
  column().append_text(flow.proto);
  if (Column& service = column(); flow.service.empty()) {
    service.append_missing();
  } else {
    service.append_text(flow.service);
  }
  column().append_text(flow.state);
  column().append_decimal(flow.duration_us, 6);
  column().append_decimal(flow.orig_bytes, 0);
  column().append_decimal(flow.resp_bytes, 0);
  column().append_decimal(flow.orig_pkts, 0);
  column().append_decimal(flow.resp_pkts, 0);
  column().append_text(flow.label);
}

}  // namespace

std::vector<MadeFlow> make_flows(const FlowTableSettings& settings) {
  check(settings);
  const Office office(settings.seed, settings.start, settings.days);
  const auto planted =
      static_cast<std::size_t>(std::llround(static_cast<double>(settings.rows) * settings.anomaly_share));
  // What happens depends on the days, who is there does not.
  const std::uint64_t events = Rng::stream(settings.seed, static_cast<std::uint64_t>(settings.start)).next();

  std::vector<MadeFlow> flows;
  flows.reserve(settings.rows);
  Rng rng(events);
  for (std::size_t i = planted; i < settings.rows; ++i) {
    flows.push_back(office.ordinary_flow(rng));
    flows.back().label = kNormalLabel;
  }
  plant_anomalies(office, planted, events, flows);
  std::stable_sort(flows.begin(), flows.end(), [](const MadeFlow& a, const MadeFlow& b) { return a.time < b.time; });
  return flows;
}

Table make_flow_table(const FlowTableSettings& settings) {
  Table table(flow_schema());
  for (const MadeFlow& flow : make_flows(settings)) append(table, flow);
  return table;
}

}  // namespace netstray
