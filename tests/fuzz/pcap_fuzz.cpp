// Captures in the format pcap, beside what libpcap makes of them.

#include "capture_reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  netstray::fuzz::read_capture(netstray::fuzz::text_of(bytes, size));
  return 0;
}
