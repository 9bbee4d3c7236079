#include "netstray/source/flow_labels.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"

namespace netstray {
namespace {

constexpr TimeNs kStart = 1'772'442'000'000'000'000;  // 2026-03-02T09:00:00Z

FlowRecord flow(const std::string& originator, std::uint16_t originator_port, const std::string& responder,
                std::uint16_t responder_port) {
  FlowRecord record;
  record.originator = *parse_address(originator);
  record.responder = *parse_address(responder);
  record.originator_port = originator_port;
  record.responder_port = responder_port;
  record.protocol = Protocol::tcp;
  record.first = record.last = kStart;
  return record;
}

class FlowLabelsTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = (std::filesystem::temp_directory_path() / ("netstray-" + std::to_string(::getpid()) + "-" +
                                                       testing::UnitTest::GetInstance()->current_test_info()->name()))
                .string();
  }
  void TearDown() override { std::filesystem::remove(path_); }

  FlowLabels labels(const std::string& text) const {
    write_file(path_, text);
    return {path_, "normal"};
  }
  std::string error_of(const std::string& text) const {
    try {
      labels(text);
    } catch (const Error& error) {
      return std::string(error.what()).substr(path_.size());
    }
    return "no error";
  }

 private:
  std::string path_;
};

TEST_F(FlowLabelsTest, NameFlowsByTheirCommunityId) {
  FlowLabels truth = labels("community_id,label\n1:9j2Dzwrw7T9E+IZi4b4IVT66HBI=,beacon\n");
  EXPECT_EQ(truth.label_of(flow("10.0.0.1", 10, "10.0.0.2", 20)), "beacon");
  EXPECT_EQ(truth.label_of(flow("10.0.0.2", 20, "10.0.0.1", 10)), "beacon");
  EXPECT_EQ(truth.label_of(flow("10.0.0.1", 11, "10.0.0.2", 20)), "normal");
}

TEST_F(FlowLabelsTest, NameFlowsByTheirEndsInEitherDirection) {
  FlowLabels truth =
      labels("src_ip,src_port,dst_ip,dst_port,proto,label\n10.0.0.1,,10.0.0.2,80,tcp,web\n10.0.0.9,,,,17,udp\n");
  EXPECT_EQ(truth.label_of(flow("10.0.0.1", 5, "10.0.0.2", 80)), "web");
  EXPECT_EQ(truth.label_of(flow("10.0.0.2", 80, "10.0.0.1", 5)), "web");
  EXPECT_EQ(truth.label_of(flow("10.0.0.1", 80, "10.0.0.2", 5)), "normal");
  EXPECT_EQ(truth.label_of(flow("10.0.0.9", 1, "10.0.0.8", 2)), "normal");
  FlowRecord other = flow("10.0.0.8", 1, "10.0.0.9", 2);
  other.protocol = Protocol::udp;
  EXPECT_EQ(truth.label_of(other), "udp");
  EXPECT_EQ(truth.lines_used(), 2U);
}

TEST_F(FlowLabelsTest, NameFlowsByWhenTheyBegan) {
  FlowLabels truth = labels(
      "start,end,time,label\n2026-03-02T08:00:00Z,2026-03-02T08:59:59Z,,early\n,,2026-03-02T09:00:00Z,now\n"
      "2026-03-02T09:00:00Z,,,late\n");
  FlowRecord record = flow("10.0.0.1", 1, "10.0.0.2", 2);
  EXPECT_EQ(truth.label_of(record), "now");
  record.first = kStart - 1'000'000'000;
  EXPECT_EQ(truth.label_of(record), "early");
  record.first = kStart - 1;
  EXPECT_EQ(truth.label_of(record), "normal");
  record.first = kStart + 1;
  EXPECT_EQ(truth.label_of(record), "late");
}

TEST_F(FlowLabelsTest, TheFirstOfSeveralLinesCounts) {
  FlowLabels truth = labels(
      "community_id,src_ip,dst_ip,label\n,10.0.0.1,,any\n1:9j2Dzwrw7T9E+IZi4b4IVT66HBI=,,,id\n,10.0.0.1,10.0.0.2,"
      "both\n");
  EXPECT_EQ(truth.label_of(flow("10.0.0.1", 10, "10.0.0.2", 20)), "any");
  EXPECT_EQ(truth.lines_used(), 1U);
  EXPECT_EQ(truth.lines(), 3U);
}

TEST_F(FlowLabelsTest, AFaultyLineIsNamed) {
  EXPECT_NE(error_of("src_ip,dst_ip\n10.0.0.1,10.0.0.2\n").find("needs the column label"), std::string::npos);
  EXPECT_NE(error_of("label,note\nx,y\n").find("needs the column label"), std::string::npos);
  EXPECT_EQ(error_of("src_ip,label\n10.0.0.1,x\n10.0.0.300,y\n"),
            ":3: src_ip: found \"10.0.0.300\", expected an IP address");
  EXPECT_EQ(error_of("src_port,label\n70000,x\n"), ":2: src_port: found \"70000\", expected a port, 0 to 65535");
  EXPECT_EQ(error_of("src_ip,label\n10.0.0.1,\n"), ":2: label: found \"\", expected a label");
  EXPECT_EQ(error_of("src_ip,label\n,x\n"), ":2: says \"x\", but not of which flows");
}

}  // namespace
}  // namespace netstray
