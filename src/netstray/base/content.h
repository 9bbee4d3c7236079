#pragma once

#include <string_view>

namespace netstray {

/// What a file that begins like this is, where it is of a well-known kind that is no table of text, and what to do with
/// it: "a PDF", "an xz file; unpack it first (xz -d)"; empty for anything else.
std::string_view foreign_content(std::string_view head) noexcept;

}  // namespace netstray
