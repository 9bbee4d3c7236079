#include "netstray/alert/scan_words.h"

#include <fmt/core.h>

#include "netstray/base/text.h"

namespace netstray {

std::string ports_named(const PortSet& ports) {
  constexpr std::size_t kNamed = 5;
  std::vector<std::string> texts;
  for (const std::uint16_t port : ports.first(kNamed)) texts.push_back(std::to_string(port));
  std::string text = join(texts, ", ");
  if (ports.size() > kNamed) text += fmt::format(" and {} more", grouped(ports.size() - kNamed));
  return text;
}

std::string_view scan_technique(std::span<const NetworkRange> home, const IpAddress& scanner) noexcept {
  return in_ranges(home, scanner) ? "T1046" : "T1595.001";
}

}  // namespace netstray
