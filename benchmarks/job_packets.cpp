#include <memory>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/served_job.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/source/capture_flows.h"

namespace netstray {

Job packet_job(const std::vector<std::string>& words) {
  if (words.size() != 3 || words[0] != "meter") return {};
  FlowSettings settings;
  settings.decode.check_checksums =
      false;  // the capture's addresses are changed, its checksums are not; peers look at none
  settings.meter.memory_bytes = static_cast<std::uint64_t>(parse_integer(words[2]).value_or(0)) << 20U;
  settings.talkers = 0;
  return [settings, paths = std::vector<std::string>{words[1]}] {
    return seconds_of([&] {
      CaptureFlows flows(CaptureReader::open(paths, {}), settings);
      flows.run([](std::span<FlowRecord>) {});
    });
  };
}

}  // namespace netstray
