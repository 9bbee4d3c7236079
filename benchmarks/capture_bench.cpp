// How fast captures are read, from files that the system has in memory.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <zlib.h>

#include "netstray/capture/capture_files_testing.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/capture/capture_testing.h"
#include "netstray/synth/traffic.h"

namespace netstray {
namespace {

/// Some hundred thousand packets of an ordinary mix, in each of the formats.
class Captures {
 public:
  Captures() {
    TrafficSettings settings;
    settings.conversations = 30'000;
    const MadeTraffic traffic = make_traffic(settings);
    std::vector<OwnFrame> frames;
    frames.reserve(traffic.size());
    for (std::size_t i = 0; i < traffic.size(); ++i) frames.push_back(owned(traffic.frame(i)));
    directory_.write("pcap", pcap_of(frames));
    directory_.write("pcapng", pcapng_of(frames));
    pack(pcap_of(frames));
  }
  std::string path(const std::string& format) const { return directory_.path(format); }

 private:
  void pack(const std::string& bytes) const {
    gzFile_s* const file = gzopen(path("pcap.gz").c_str(), "wb1");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
  }

  TemporaryDirectory directory_;
};

void read(benchmark::State& state, const std::string& format, const std::string& filter) {
  static const Captures captures;
  CaptureOptions options;
  options.filter = filter;
  std::vector<Frame> frames(128);
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    const auto reader = CaptureReader::open({{captures.path(format)}}, options);
    while (const std::size_t count = reader->next(frames)) {
      for (std::size_t i = 0; i < count; ++i) bytes += frames[i].bytes.size();
    }
    packets += reader->frames_read();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(packets));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK_CAPTURE(read, pcap, "pcap", "")->UseRealTime();
BENCHMARK_CAPTURE(read, pcapng, "pcapng", "")->UseRealTime();
BENCHMARK_CAPTURE(read, pcap_gz, "pcap.gz", "")->UseRealTime();
BENCHMARK_CAPTURE(read, pcap_filtered, "pcap", "tcp port 443")->UseRealTime();

}  // namespace
}  // namespace netstray
