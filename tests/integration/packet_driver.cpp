// What the decoder makes of captures, for a comparison with other decoders:
//
//   packet_driver FOLDER FILE...
//
// writes, for each link type there is, FOLDER/LINK.pcap with its frames and FOLDER/LINK.txt with a line for each of
// them: the number of IP packets in it, the reason why its innermost part gave none, the file and the number of the
// frame in it. A file that is no capture is left out. Times are replaced, as the format cannot hold all of them.

#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/capture/pcap_writer.h"
#include "netstray/packet/decoder.h"

namespace netstray {
namespace {

struct Link {
  Link(const std::string& path, LinkType type) : frames(path + ".pcap", type), answers(path + ".txt") {}

  PcapWriter frames;
  std::ofstream answers;
};

class Driver {
 public:
  explicit Driver(std::string folder) : folder_(std::move(folder)) {}

  void read(const std::string& path) {
    const auto reader = CaptureReader::open(std::span(&path, 1));
    Frame frame;
    for (std::size_t number = 1; reader->next(frame); ++number) {
      frame.time = 0;
      decoder_.decode(frame, decoded_);
      Link& link = link_of(frame.link);
      link.frames.write(frame);
      link.answers << fmt::format("{} {} {}:{}\n", decoded_.count, name_of(decoded_.dropped), path, number);
    }
  }

  void commit() {
    for (auto& [type, link] : links_) link->frames.commit();
  }

 private:
  Link& link_of(LinkType type) {
    auto& link = links_[type];
    if (!link) link = std::make_unique<Link>(fmt::format("{}/{}", folder_, static_cast<unsigned>(type)), type);
    return *link;
  }

  std::string folder_;
  // Wrong checksums are no reason for others to leave a packet out.
  Decoder decoder_{{.check_checksums = false, .most_tunnels = 6}};
  Decoded decoded_;
  std::map<LinkType, std::unique_ptr<Link>> links_;
};

int run(int count, char** values) {
  if (count < 3) return 2;
  Driver driver(values[1]);
  for (int i = 2; i < count; ++i) {
    try {
      driver.read(values[i]);
    } catch (const Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
  }
  driver.commit();
  return 0;
}

}  // namespace
}  // namespace netstray

int main(int count, char** values) {
  try {
    return netstray::run(count, values);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "packet_driver: %s\n", error.what());
    return 1;
  }
}
