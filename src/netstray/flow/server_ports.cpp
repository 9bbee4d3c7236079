#include "netstray/flow/server_ports.h"

#include <algorithm>
#include <array>

namespace netstray {
namespace {

constexpr std::array<std::uint16_t, 38> kTcp{
    21,   22,   25,   53,   79,   80,   81,   88,   110,  135,  139,  143,  389,  445,  502,  587,  631,  1080, 1434,
    1883, 2811, 3128, 3268, 3306, 3389, 5222, 5269, 5432, 5900, 6379, 6666, 6667, 6668, 6669, 8000, 8080, 8888, 20000};
constexpr std::array<std::uint16_t, 21> kUdp{53,   67,   88,   123,  137,  161,  162,  389,  514,  1812, 2123,
                                             2152, 3268, 3544, 4789, 5060, 5072, 5353, 5355, 6081, 20000};
constexpr std::array<std::uint16_t, 4> kDns{53, 137, 5353, 5355};
static_assert(std::ranges::is_sorted(kTcp) && std::ranges::is_sorted(kUdp));

}  // namespace

bool is_server_port(Protocol protocol, std::uint16_t port) noexcept {
  if (protocol == Protocol::tcp) return std::ranges::binary_search(kTcp, port);
  return protocol == Protocol::udp && std::ranges::binary_search(kUdp, port);
}

bool is_answer(Protocol protocol, std::uint16_t source_port, std::uint16_t destination_port,
               std::uint8_t tcp_flags) noexcept {
  if (!is_server_port(protocol, source_port)) return false;
  const bool both = is_server_port(protocol, destination_port);
  if (protocol != Protocol::tcp) return !both;
  const bool syn = (tcp_flags & TcpFlags::kSyn) != 0;
  if (syn && (tcp_flags & TcpFlags::kAck) == 0) return false;
  return !both || syn || source_port < destination_port;
}

bool is_dns_port(std::uint16_t port) noexcept { return std::ranges::find(kDns, port) != kDns.end(); }

}  // namespace netstray
