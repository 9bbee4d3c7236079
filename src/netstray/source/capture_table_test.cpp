#include "netstray/source/capture_table.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/base/parallel.h"
#include "netstray/capture/pcap_writer.h"
#include "netstray/source/table_source.h"
#include "netstray/synth/traffic.h"
#include "netstray/table/csv_writer.h"

namespace netstray {
namespace {

constexpr TimeNs kStart = 1'772'442'000'000'000'000;
const IpAddress kClient = ipv4_address(10, 0, 0, 1);
const IpAddress kServer = ipv4_address(10, 0, 0, 2);

class CaptureTable : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("netstray-" + std::to_string(::getpid()) + "-" +
                                                        testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    set_threads(0);
    std::filesystem::remove_all(folder_);
  }

  std::string write(const std::string& name, const MadeTraffic& traffic) const {
    PcapWriter out((folder_ / name).string(), LinkType::ethernet);
    for (std::size_t i = 0; i < traffic.size(); ++i) out.write(traffic.frame(i));
    out.commit();
    return (folder_ / name).string();
  }
  std::string write(const std::string& name, const std::string& text) const {
    write_file((folder_ / name).string(), text);
    return (folder_ / name).string();
  }
  std::string error_of(const std::string& path, const SourceOptions& options) const {
    try {
      load_table(path, options);
    } catch (const Error& error) {
      std::string text = error.what();
      const std::string prefix = folder_.string() + "/";
      for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
      return text;
    }
    return "no error";
  }

 private:
  std::filesystem::path folder_;
};

MadeTraffic some_traffic(std::uint64_t seed, std::size_t conversations) {
  TrafficSettings settings;
  settings.seed = seed;
  settings.conversations = conversations;
  return make_traffic(settings);
}

/// More flows than fit one piece of rows, of one packet each but the first.
MadeTraffic a_flood() {
  TrafficWriter writer(3);
  writer.add(TcpStory{.ends = {kClient, kServer, 40000, 80}, .start = kStart, .sent_bytes = 9000});
  FloodStory flood;
  flood.target = kServer;
  flood.start = kStart + 1;
  flood.packets = 9000;
  writer.add(flood);
  return writer.finish();
}

std::uint64_t total_dropped(const CaptureSummary& summary) {
  std::uint64_t total = 0;
  for (const auto& [reason, count] : summary.dropped) total += count;
  return total;
}

TEST_F(CaptureTable, ACaptureOpensAsATableOfConnV1) {
  TrafficWriter writer(1);
  writer.add(
      TcpStory{.ends = {kClient, kServer, 40000, 80}, .start = kStart, .sent_bytes = 100, .received_bytes = 3000});
  writer.add_dns({kClient, kServer, 40001, 53}, kStart + 10'000'000'000, "www.example.org");
  const MadeTraffic traffic = writer.finish();
  const auto path = write("two.pcap", traffic);
  auto source = TableSource::open(path, {});
  EXPECT_EQ(source.format(), "pcap");
  EXPECT_NE(source.capture(), nullptr);
  EXPECT_EQ(source.csv(), nullptr);
  EXPECT_EQ(source.feature_set(), &feature_set("conn-v1"));

  const LoadedTable loaded = load_table(path, {});
  ASSERT_EQ(loaded.table.rows(), 2U);
  EXPECT_EQ(loaded.lines, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(loaded.table.column("service").text(0), "http");
  EXPECT_EQ(loaded.table.column("conn_state").text(0), "SF");
  EXPECT_EQ(loaded.table.column("src_ip").text(1), "10.0.0.1");
  EXPECT_EQ(loaded.table.column("dst_port").number(1), 53);
  EXPECT_EQ(loaded.digest.size(), 32U);
  ASSERT_TRUE(loaded.capture);
  EXPECT_EQ(loaded.capture->packets_read, traffic.size());
  EXPECT_EQ(loaded.capture->packets_in_flows, traffic.size());
  EXPECT_EQ(loaded.capture->flows, 2U);
  EXPECT_EQ(loaded.capture->first, kStart);
  EXPECT_EQ(loaded.capture->protocols.at(0).name, "tcp");
  EXPECT_EQ(loaded.capture->talkers.at(0).address, kClient);
  EXPECT_EQ(loaded.capture->talkers.at(0).flows, 2U);
}

TEST_F(CaptureTable, RowsAndSummaryAreTheSameForAnyThreadsAndPieces) {
  const auto path = write("many.pcap", a_flood());
  std::string expected;
  for (const unsigned threads : {1U, 3U}) {
    set_threads(threads);
    const LoadedTable loaded = load_table(path, {});
    EXPECT_EQ(loaded.capture->packets_in_flows + total_dropped(*loaded.capture), loaded.capture->packets_read);
    if (expected.empty()) expected = csv_text(loaded.table);
    EXPECT_EQ(csv_text(loaded.table), expected) << threads << " threads";
    auto source = TableSource::open(path, {});
    RowBatch batch;
    std::string text;
    append_csv_header(text, source.schema());
    while (source.reader().read(batch, 1777)) {
      for (std::size_t row = 0; row < batch.table.rows(); ++row) append_csv_row(text, batch.table, row);
    }
    EXPECT_EQ(text, expected) << threads << " threads, in batches";
    EXPECT_EQ(source.reader().rows(), loaded.table.rows());
    EXPECT_EQ(source.capture()->summary().talkers, loaded.capture->talkers);
  }
}

TEST_F(CaptureTable, EveryPacketIsInAFlowOrDroppedByAReason) {
  TrafficWriter writer(1);
  writer.add_arp(kClient, hardware_address(kClient), kStart);
  writer.add(UdpStory{.ends = {kClient, kServer, 5000, 5001}, .start = kStart + 1'000'000'000, .datagrams = 3});
  const auto path = write("arp.pcap", writer.finish());
  const LoadedTable loaded = load_table(path, {});
  EXPECT_EQ(loaded.capture->dropped, (std::map<std::string, std::uint64_t>{{"arp", 1}}));
  EXPECT_EQ(loaded.capture->packets_read, loaded.capture->packets_in_flows + 1);

  SourceOptions options;
  options.capture.filter = "udp dst port 5001";
  const LoadedTable filtered = load_table(path, options);
  EXPECT_EQ(filtered.capture->packets_in_flows, 3U);
  EXPECT_EQ(filtered.capture->dropped.at("filter") + 3, filtered.capture->packets_read);
}

TEST_F(CaptureTable, ACaptureWithoutFlowsSaysWhatWasInIt) {
  TrafficWriter writer(1);
  writer.add_arp(kClient, hardware_address(kClient), kStart);
  EXPECT_EQ(error_of(write("arp.pcap", writer.finish()), {}), "arp.pcap: has no flows in 1 packet: arp 1");
}

TEST_F(CaptureTable, OptionsOfTheOtherKindOfFileAreRefused) {
  const auto capture = write("c.pcap", some_traffic(1, 2));
  const auto table = write("t.csv", "a,b\n1,2\n");
  SourceOptions options;
  options.layout = "kdd99";
  EXPECT_EQ(error_of(capture, options), "--layout is for tables, but c.pcap is a packet capture");
  options = {};
  options.capture.filter = "tcp";
  EXPECT_EQ(error_of(table, options), "--filter is for packet captures, but t.csv is a table");
  options = {};
  options.capture.features = "conn-v9";
  EXPECT_NE(error_of(capture, options).find("conn-v1"), std::string::npos);
}

TEST_F(CaptureTable, AModelMayWantFurtherFields) {
  const auto path = write("c.pcap", some_traffic(1, 20));
  const Schema expected({{"history", ColumnType::category}, {"duration", ColumnType::number}});
  const LoadedTable loaded = load_table(path, {}, &expected);
  EXPECT_EQ(loaded.table.columns(), feature_set("conn-v1").fields.size() + 1);
  EXPECT_FALSE(loaded.table.column("history").text(0).empty());
}

TEST_F(CaptureTable, LabelsFillALastColumn) {
  TrafficWriter writer(1);
  writer.add_dns({kClient, kServer, 40001, 53}, kStart, "www.example.org");
  ScanStory scan;
  scan.scanner = ipv4_address(198, 51, 100, 7);
  scan.target = kServer;
  scan.start = kStart + 1;
  scan.ports = 20;
  writer.add(scan);
  const auto path = write("scan.pcap", writer.finish());
  SourceOptions options;
  options.capture.labels = write("truth.csv", "src_ip,dst_ip,label\n198.51.100.7,,scan\n192.0.2.1,,never\n");
  const LoadedTable loaded = load_table(path, options);
  ASSERT_EQ(loaded.table.rows(), 21U);
  const Column& label = loaded.table.column("label");
  std::size_t scans = 0;
  for (std::size_t row = 0; row < 21; ++row) {
    EXPECT_EQ(label.text(row),
              loaded.table.column("service").text(row) == "dns" && loaded.table.column("src_ip").text(row) == "10.0.0.1"
                  ? "normal"
                  : "scan");
    scans += label.text(row) == "scan" ? 1U : 0U;
  }
  EXPECT_EQ(scans, 20U);
  ASSERT_EQ(loaded.capture->warnings.size(), 1U);
  EXPECT_EQ(loaded.capture->warnings[0].id, "labels-unused");
}

TEST_F(CaptureTable, AHostWhoseChecksumsAreAllWrongIsToldOf) {
  TrafficWriter writer(1);
  writer.add(UdpStory{.ends = {kClient, kServer, 5000, 5001}, .start = kStart, .datagrams = 5, .answers = 5});
  const MadeTraffic traffic = writer.finish();
  const auto path = write("sound.pcap", traffic);
  EXPECT_TRUE(load_table(path, {}).capture->warnings.empty());

  constexpr std::size_t kUdpChecksum = 14 + 20 + 6;
  std::vector<std::vector<std::byte>> kept;
  PcapWriter out(path, LinkType::ethernet);
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    Frame frame = traffic.frame(i);
    auto& bytes = kept.emplace_back(frame.bytes.begin(), frame.bytes.end());
    if (i % 2 == 0) bytes[kUdpChecksum] ^= std::byte{0x55};
    frame.bytes = bytes;
    out.write(frame);
  }
  out.commit();
  const LoadedTable loaded = load_table(path, {});
  EXPECT_EQ(loaded.capture->dropped, (std::map<std::string, std::uint64_t>{{"bad_checksum", 5}}));
  ASSERT_EQ(loaded.capture->warnings.size(), 1U);
  EXPECT_EQ(loaded.capture->warnings[0].id, "checksum-offloading");
  EXPECT_NE(loaded.capture->warnings[0].text.find("5 packets from 10.0.0.1 have wrong checksums"), std::string::npos);
  SourceOptions options;
  options.capture.flows.decode.check_checksums = false;
  EXPECT_EQ(load_table(path, options).capture->packets_in_flows, 10U);
}

TEST_F(CaptureTable, AnAddressThatTwoClaimIsToldOf) {
  TrafficWriter writer(1);
  writer.add_dns({kClient, kServer, 40001, 53}, kStart, "www.example.org");
  writer.add_arp(kServer, hardware_address(kServer), kStart + 1);
  writer.add_arp(kClient, hardware_address(kClient), kStart + 2);
  EXPECT_TRUE(load_table(write("sound.pcap", writer.finish()), {}).capture->disputed.empty());

  writer.add_dns({kClient, kServer, 40001, 53}, kStart, "www.example.org");
  writer.add_arp(kServer, hardware_address(kServer), kStart + 1);
  writer.add_arp(kServer, hardware_address(kClient), kStart + 2);
  const LoadedTable loaded = load_table(write("poisoned.pcap", writer.finish()), {});
  ASSERT_EQ(loaded.capture->disputed.size(), 1U);
  EXPECT_EQ(loaded.capture->disputed[0].ip, kServer);
  ASSERT_EQ(loaded.capture->warnings.size(), 1U);
  EXPECT_EQ(loaded.capture->warnings[0].id, "address-claimed-twice");
  EXPECT_TRUE(loaded.capture->warnings[0].text.starts_with("10.0.0.2 is claimed by 2 hardware addresses: "));
}

TEST_F(CaptureTable, ABrokenTailIsToldAndWhatCameBeforeIsThere) {
  const auto traffic = some_traffic(1, 50);
  const auto path = write("c.pcap", traffic);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 10);
  const LoadedTable loaded = load_table(path, {});
  EXPECT_EQ(loaded.capture->packets_read, traffic.size() - 1);
  ASSERT_EQ(loaded.capture->warnings.size(), 1U);
  EXPECT_EQ(loaded.capture->warnings[0].id, "broken-tail");
}

TEST_F(CaptureTable, ThreadsEndWhenNobodyWantsTheRows) {
  const auto path = write("many.pcap", a_flood());
  for (const unsigned threads : {1U, 2U}) {
    set_threads(threads);
    auto source = TableSource::open(path, {});
    RowBatch batch;
    EXPECT_TRUE(source.reader().read(batch, 10));
    EXPECT_EQ(batch.table.rows(), 10U);
  }
}

}  // namespace
}  // namespace netstray
