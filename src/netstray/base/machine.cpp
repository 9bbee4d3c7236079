#include "netstray/base/machine.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>
#include <thread>

#include <fmt/core.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "netstray/base/text.h"

namespace netstray {
namespace {

std::string contents(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kAround = " \t\r\n\"";
  const auto first = text.find_first_not_of(kAround);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kAround) - first + 1);
}

std::string system_name() {
  std::string name = value_of(contents("/etc/os-release"), "PRETTY_NAME", '=');
  utsname kernel{};
  if (uname(&kernel) == 0) name += fmt::format("{}{} {}", name.empty() ? "" : ", ", kernel.sysname, kernel.release);
  return name;
}

unsigned allowed_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<unsigned>(CPU_COUNT(&set));
  return std::max(1U, std::thread::hardware_concurrency());
}

/// "24588176 kB"
std::optional<std::uint64_t> bytes_of(const std::string& kilobytes) {
  const auto number = parse_integer(kilobytes.substr(0, kilobytes.find(' ')));
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number) * 1024;
}

std::optional<std::uint64_t> allowed_memory() {
  std::optional<std::uint64_t> least;
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) least = limit.rlim_cur;
  const std::string group = contents("/sys/fs/cgroup/memory.max");
  const auto bytes = parse_integer(trimmed(group));
  if (bytes && *bytes >= 0) least = std::min(least.value_or(UINT64_MAX), static_cast<std::uint64_t>(*bytes));
  return least;
}

}  // namespace

std::string value_of(const std::string& text, const std::string& key, char separator) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find(separator);
    if (at != std::string::npos && trimmed(std::string_view(line).substr(0, at)) == key) {
      return std::string(trimmed(std::string_view(line).substr(at + 1)));
    }
  }
  return "";
}

std::string bracketed(const std::string& text) {
  const auto open = text.find('[');
  const auto close = text.find(']', open == std::string::npos ? 0 : open);
  return open == std::string::npos || close == std::string::npos ? "" : text.substr(open + 1, close - open - 1);
}

Machine this_machine() {
  Machine machine;
  machine.system = system_name();
  machine.processor = value_of(contents("/proc/cpuinfo"), "model name", ':');
  machine.cores = allowed_cores();
  const std::string memory = contents("/proc/meminfo");
  machine.memory = bytes_of(value_of(memory, "MemTotal", ':'));
  machine.available = bytes_of(value_of(memory, "MemAvailable", ':'));
  machine.allowed = allowed_memory();
  machine.huge_pages = bracketed(contents("/sys/kernel/mm/transparent_hugepage/enabled"));
  return machine;
}

}  // namespace netstray
