#include "netstray/source/checksum_watch.h"

#include <algorithm>

#include <fmt/core.h>

#include "netstray/base/text.h"

namespace netstray {
namespace {

constexpr std::uint64_t kEnough = 3;
constexpr std::uint64_t kRightForEachWrong = 4;

}  // namespace

void ChecksumWatch::look_closely(const Packet& packet) noexcept {
  const auto sender = std::ranges::find(senders_, packet.source, &Sender::address);
  if (sender != senders_.end()) {
    ++(packet.bad_checksum ? sender->wrong : sender->right);
  } else if (packet.bad_checksum && senders_.size() < kMostSenders) {
    senders_.push_back({packet.source, 1, 0});
  }
}

std::string ChecksumWatch::warning() const {
  std::uint64_t packets = 0;
  std::size_t hosts = 0;
  std::string first;
  for (const Sender& sender : senders_) {
    if (sender.wrong < kEnough || sender.right > kRightForEachWrong * sender.wrong) continue;
    packets += sender.wrong;
    if (hosts++ == 0) first = to_text(sender.address);
  }
  if (hosts == 0) return {};
  const std::string others = hosts == 1 ? "" : fmt::format(" and {} other{}", hosts - 1, hosts == 2 ? "" : "s");
  return fmt::format(
      "{} packets from {}{} have wrong checksums, so they are in no flow: as a rule the capture was made on that host, "
      "whose network card fills them in later; --no-checksums counts them",
      grouped(packets), first, others);
}

}  // namespace netstray
