#pragma once

#include <string>
#include <vector>

#include "netstray/report/json.h"

namespace netstray {

/// What a command says beside its result, on standard error as it happens.
class Console {
 public:
  explicit Console(std::string command) : command_(std::move(command)) {}

  /// One line of progress or news, unless quiet.
  void note(const std::string& text) const;
  /// A warning: told at once and kept.
  void warn(std::string id, std::string text);
  /// A warning that the answer itself shows: only kept.
  void keep(std::string id, std::string text);

  /// What the command's JSON begins with.
  JsonFrame frame(std::vector<JsonInput> inputs) const { return {command_, std::move(inputs), warnings_}; }
  const std::vector<JsonWarning>& warnings() const noexcept { return warnings_; }
  bool quiet = false;

 private:
  std::string command_;
  std::vector<JsonWarning> warnings_;
};

}  // namespace netstray
