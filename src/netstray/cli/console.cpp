#include "netstray/cli/console.h"

#include <fmt/core.h>

#include "netstray/base/text.h"

namespace netstray {

void Console::note(const std::string& text) const {
  if (!quiet) tell(text + "\n");
}

void Console::warn(std::string id, std::string text) {
  if (!quiet) tell(fmt::format("netstray {}: warning: {}\n", command_, text));
  warnings_.push_back({std::move(id), std::move(text)});
}

void Console::keep(std::string id, std::string text) { warnings_.push_back({std::move(id), std::move(text)}); }

}  // namespace netstray
