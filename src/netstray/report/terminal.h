#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace netstray {

/// Whether to write colour to this file descriptor: it is a terminal, NO_COLOR is unset or empty (no-color.org) and
/// TERM is not "dumb".
bool colour_wanted(int descriptor);

/// Columns that a terminal needs for UTF-8 text: code points, wide East Asian ones and emoji twice, combining marks and
/// escape sequences of our own not at all. Bytes that are no UTF-8 count once each.
std::size_t display_width(std::string_view text) noexcept;

/// Text from outside made safe to print on one line: control characters (with them the terminal's escape sequences) as
/// \xNN.
std::string printable(std::string_view text);

/// Emphasis that is plain text where colour is off. The text given is not changed otherwise.
class Ink {
 public:
  explicit Ink(bool colour) noexcept : colour_(colour) {}

  std::string strong(std::string_view text) const { return wrapped("1", text); }
  std::string faint(std::string_view text) const { return wrapped("2", text); }
  std::string good(std::string_view text) const { return wrapped("32", text); }
  std::string warning(std::string_view text) const { return wrapped("33", text); }
  std::string alarm(std::string_view text) const { return wrapped("1;31", text); }

 private:
  std::string wrapped(std::string_view code, std::string_view text) const;

  bool colour_;
};

}  // namespace netstray
