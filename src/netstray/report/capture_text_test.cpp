#include "netstray/report/capture_text.h"

#include <gtest/gtest.h>

#include "netstray/report/sample_answers.h"

namespace netstray {
namespace {

TEST(CaptureText, SaysWhatWasInTheCapture) {
  EXPECT_EQ(capture_text(sample_capture(), "a.pcap, b.pcap", false),
            "a.pcap, b.pcap: 1,234 packets, 2026-03-02T09:00:00Z to 2026-03-02T10:02:05Z (1 h 2 min)\n"
            "  in flows   1,200 packets in 56 flows\n"
            "  in none    arp 30, truncated 4\n"
            "  protocols  tcp 50 flows (1.5 MB), udp 6 flows (900 B)\n"
            "  talk most  10.0.0.1 1.5 MB in 56 flows, 2001:db8::1 120 B in 1 flow\n");
}

TEST(CaptureText, LeavesOutWhatIsNotThereAndIsSafeToPrint) {
  EXPECT_EQ(capture_text({}, "a\x1b.pcap", false), "a\\x1b.pcap: 0 packets\n  in flows  0 packets in 0 flows\n");
}

TEST(CaptureText, SaysWhereTalkersAreToldTooSmall) {
  CaptureSummary summary = sample_capture();
  summary.talkers_error = 60;
  EXPECT_NE(capture_text(summary, "x", false).find("10.0.0.1 at least 1.5 MB"), std::string::npos);
}

}  // namespace
}  // namespace netstray
