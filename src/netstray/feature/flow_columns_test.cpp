#include "netstray/feature/flow_columns.h"

#include <array>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/table/csv_writer.h"

namespace netstray {
namespace {

constexpr TimeNs kStart = 1'772'442'000'000'000'000;  // 2026-03-02T09:00:00Z

FlowRecord web_flow() {
  FlowRecord flow;
  flow.number = 7;
  flow.originator = *parse_address("10.0.0.1");
  flow.responder = *parse_address("2001:db8::1");
  flow.originator_port = 51234;
  flow.responder_port = 443;
  flow.protocol = Protocol::tcp;
  flow.first = kStart;
  flow.last = kStart + 1'250'000'000;
  flow.state = ConnState::sf;
  flow.history = "ShADadFf";
  flow.sent.packets = 3;
  flow.sent.ip_bytes = 500;
  flow.received.packets = 4;
  flow.received.ip_bytes = 1500;
  return flow;
}

std::string row_of(std::string_view fields, const FlowRecord& flow) {
  const FlowColumns columns(choose_fields(fields));
  Table table(columns.schema());
  columns.append(std::array{flow}, table);
  const std::string text = csv_text(table);
  return text.substr(text.find('\n') + 1);
}

TEST(FlowColumns, AFlowIsARowOfConnV1) {
  EXPECT_EQ(row_of("conn-v1", web_flow()),
            "2026-03-02T09:00:00Z,10.0.0.1,51234,2001:db8::1,443,tcp,https,SF,1.25,3,4,500,1500,166.67,375,0.25\n");
}

TEST(FlowColumns, AnEmptyFlowHasZerosAndNoMissingValue) {
  EXPECT_EQ(row_of("conn-v1", FlowRecord{}),
            "1970-01-01T00:00:00Z,0.0.0.0,0,0.0.0.0,0,hopopt,no-port,OTH,0,0,0,0,0,0,0,0\n");
}

TEST(FlowColumns, EveryFieldFillsItsColumnOnceForEachFlow) {
  Rng rng(1);
  const FlowColumns columns(choose_fields("all"));
  Table table(columns.schema());
  std::vector<FlowRecord> flows;
  for (int i = 0; i < 100; ++i) {
    FlowRecord flow = web_flow();
    flow.first += static_cast<TimeNs>(rng.below(1'000'000'000));
    flow.last = flow.first + static_cast<TimeNs>(rng.below(1'000'000'000));
    flow.sent.ip_bytes = rng.below(std::uint64_t{1} << 62);
    flow.sent.gaps.add(rng.uniform() * 1e9);
    flow.first_packets.resize(rng.below(3));
    flows.push_back(flow);
  }
  columns.append(std::span(flows).first(60), table);
  columns.append(std::span(flows).subspan(60), table);
  for (std::size_t i = 0; i < table.columns(); ++i) {
    EXPECT_EQ(table.column(i).size(), 100U) << columns.schema()[i].name;
    EXPECT_EQ(table.column(i).type(), columns.schema()[i].type) << columns.schema()[i].name;
  }
}

TEST(FlowColumns, SecondsAndRatiosAreWhatDoublesSayOver200Seeds) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    FlowRecord flow = web_flow();
    flow.last = flow.first + static_cast<TimeNs>(rng.below(std::uint64_t{1} << rng.below(60)));
    flow.sent.packets = 1 + rng.below(1000);
    flow.sent.ip_bytes = rng.below(std::uint64_t{1} << rng.below(50));
    const FlowColumns columns(choose_fields("duration,orig_bytes_per_pkt,orig_share"));
    Table table(columns.schema());
    columns.append(std::array{flow}, table);
    EXPECT_DOUBLE_EQ(table.column(0).number(0), flow.duration_seconds()) << "seed " << seed;
    const auto bytes = static_cast<double>(flow.sent.ip_bytes);
    EXPECT_NEAR(table.column(1).number(0), bytes / static_cast<double>(flow.sent.packets), 0.005 + bytes * 1e-15)
        << "seed " << seed;
    EXPECT_NEAR(table.column(2).number(0), bytes / (bytes + 1500), 0.00005) << "seed " << seed;
  }
}

TEST(FlowColumns, FirstPacketsAreAWordEach) {
  FlowRecord flow = web_flow();
  EXPECT_EQ(row_of("number,first_sizes", flow), "7,\n");
  flow.first_packets = {{kStart, 0, TcpFlags::kSyn, true},
                        {kStart + 500'000, 0, TcpFlags::kSyn | TcpFlags::kAck, false},
                        {kStart + 2'000'000, 517, 0, true}};
  EXPECT_EQ(row_of("first_sizes,first_times,first_flags", flow), "+0 -0 +517,0.000000 0.000500 0.002000,S SA .\n");
}

TEST(FlowColumns, FlagsAreCountedInTheOrderOfTheHeader) {
  FlowRecord flow = web_flow();
  flow.sent.flags = {1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(row_of("orig_fin_pkts,orig_syn_pkts,orig_rst_pkts,orig_psh_pkts,orig_ack_pkts,orig_urg_pkts,orig_ece_pkts,"
                   "orig_cwr_pkts,resp_syn_pkts",
                   flow),
            "1,2,3,4,5,6,7,8,0\n");
}

TEST(FlowFields, AListMayHoldNamesSetsAndAllEachFieldOnce) {
  const auto names = [](std::string_view list) {
    std::vector<std::string> found;
    for (const FlowField* field : choose_fields(list)) found.emplace_back(field->name);
    return found;
  };
  EXPECT_EQ(names("history, time,history"), (std::vector<std::string>{"history", "time"}));
  const auto set = names("conn-v1");
  EXPECT_EQ(set.size(), feature_set("conn-v1").fields.size());
  EXPECT_EQ(names("conn-v1,time").size(), set.size());
  EXPECT_EQ(names("conn-v1,number").back(), "number");
  EXPECT_EQ(names("all").size(), set.size() + further_fields().size());
}

TEST(FlowFields, AnUnknownNameIsRefusedWithTheNearest) {
  const auto told = [](auto&& act) {
    try {
      act();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), Error::Kind::usage);
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  EXPECT_NE(told([] { choose_fields("durations"); }).find("did you mean \"duration\"?"), std::string::npos);
  EXPECT_NE(told([] { choose_fields(" , "); }).find("no field"), std::string::npos);
  EXPECT_NE(told([] { feature_set("conn-v2"); }).find("did you mean conn-v1?"), std::string::npos);
}

TEST(FlowFields, NamesAreDistinctAndEachSaysWhatItMeans) {
  std::set<std::string_view> names;
  for (const FlowField* field : choose_fields("all")) {
    EXPECT_TRUE(names.insert(field->name).second) << field->name;
    EXPECT_FALSE(field->meaning.empty()) << field->name;
    const bool can_be_learned = field->type != ColumnType::time && field->type != ColumnType::address;
    EXPECT_TRUE(can_be_learned || field->use == FieldUse::carried) << field->name;
    EXPECT_EQ(find_field(field->name), field);
  }
}

TEST(FlowFields, ATableThatHasAllColumnsOfASetIsOfThatSet) {
  const FlowColumns columns(choose_fields("number,conn-v1"));
  EXPECT_EQ(feature_set_of(columns.schema()), &feature_set("conn-v1"));
  EXPECT_EQ(feature_set_of(FlowColumns(choose_fields("time,duration")).schema()), nullptr);
}

// A model keeps the id only, so what it stands for must stay as it is: a change needs another id, conn-v2.
TEST(FlowFields, ConnV1IsWhatItWas) {
  std::string definition;
  for (const auto& field : feature_set("conn-v1").fields) {
    definition +=
        std::string(field.name) + ' ' + std::string(name_of(field.type)) + ' ' + std::string(name_of(field.use)) + '\n';
  }
  EXPECT_EQ(definition,
            "time time carried\n"
            "src_ip address carried\n"
            "src_port integer carried\n"
            "dst_ip address carried\n"
            "dst_port integer carried\n"
            "proto category learned\n"
            "service category learned\n"
            "conn_state category learned\n"
            "duration number learned\n"
            "orig_pkts integer learned\n"
            "resp_pkts integer learned\n"
            "orig_ip_bytes integer learned\n"
            "resp_ip_bytes integer learned\n"
            "orig_bytes_per_pkt number learned\n"
            "resp_bytes_per_pkt number learned\n"
            "orig_share number learned\n");
}

}  // namespace
}  // namespace netstray
