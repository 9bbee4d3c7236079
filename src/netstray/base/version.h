#pragma once

#include <string_view>

namespace netstray {

/// The program's version, "0.1.0": what CMakeLists.txt says. Written into models and reports.
std::string_view version() noexcept;

}  // namespace netstray
