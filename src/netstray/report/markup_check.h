#pragma once

#include <string>
#include <string_view>

namespace netstray {

/// For tests: what is wrong with HTML or SVG, "" where all is well. Checks that tags are balanced, attributes quoted,
/// and no bare < or & stands in text. Defined in markup_check_test.cpp.
std::string markup_fault(std::string_view text);

}  // namespace netstray
