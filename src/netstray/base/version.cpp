#include "netstray/base/version.h"

#include <algorithm>

namespace netstray {

std::string_view version() noexcept { return NETSTRAY_VERSION; }

std::vector<Library> built_with() {
  std::vector<Library> libraries;
#if defined(__clang__)
  libraries.push_back({"Clang", __clang_version__});
#else
  libraries.push_back({"GCC", __VERSION__});
#endif
  std::string_view rest = NETSTRAY_LIBRARIES;  // "fmt 9.1.0, ISA-L 2.30.0"
  while (!rest.empty()) {
    const auto end = std::min(rest.find(", "), rest.size());
    const std::string_view entry = rest.substr(0, end);
    const auto space = entry.rfind(' ');
    libraries.push_back({std::string(entry.substr(0, space)), std::string(entry.substr(space + 1))});
    rest.remove_prefix(std::min(rest.size(), end + 2));
  }
  return libraries;
}

}  // namespace netstray
