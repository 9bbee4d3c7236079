#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace netstray {

/// The program's version, "0.1.0": what CMakeLists.txt says. Written into models and reports.
std::string_view version() noexcept;

struct Library {
  std::string name;
  std::string version;
};
/// The compiler and the libraries that this program was built with, for people who look for the cause of a difference.
std::vector<Library> built_with();

}  // namespace netstray
