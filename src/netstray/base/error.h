#pragma once

#include <stdexcept>
#include <string>

namespace netstray {

/// Thrown when what was asked cannot be done: a file, a setting, a model. Its text is shown to the user as it is: what
/// failed, on what, why, and what would help. Never thrown per packet or per row of a stream.
class Error : public std::runtime_error {
 public:
  /// What the program's exit code tells: 1 failed, 2 the command line was wrong, 130 the user interrupted, 141 the
  /// reader of standard output has gone (`| head`), of which nothing is said.
  enum class Kind { failed, usage, interrupted, output_closed };

  explicit Error(const std::string& text, Kind kind = Kind::failed) : std::runtime_error(text), kind_(kind) {}

  Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

/// An Error about the command line or a setting (exit code 2).
inline Error usage_error(const std::string& text) { return Error(text, Error::Kind::usage); }

}  // namespace netstray
