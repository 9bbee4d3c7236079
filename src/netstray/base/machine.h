#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace netstray {

/// What this machine is, as its system tells it; nothing where it does not tell.
struct Machine {
  std::string system;                      ///< "Debian GNU/Linux 12 (bookworm), Linux 6.1.0"
  std::string processor;                   ///< "Intel(R) Xeon(R) Platinum 8488C"
  unsigned cores = 0;                      ///< that this process may run on
  std::optional<std::uint64_t> memory;     ///< bytes
  std::optional<std::uint64_t> available;  ///< bytes that can be had without swapping
  std::optional<std::uint64_t> allowed;    ///< most bytes that this process may have (ulimit -v, control group)
  std::string huge_pages;                  ///< "always", "madvise", "never"; "" where not known
};

/// Reads /proc, /sys and /etc/os-release. Never throws for what is missing there.
Machine this_machine();

/// The value of `key` in lines of the form "key<separator>value", without spaces and quotes around it; "" where absent.
std::string value_of(const std::string& text, const std::string& key, char separator);
/// The choice in brackets of a file like /sys/kernel/mm/transparent_hugepage/enabled: "always [madvise] never".
std::string bracketed(const std::string& text);

}  // namespace netstray
