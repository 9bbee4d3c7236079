#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netstray/cli/command.h"

namespace netstray {

/// `netstray --help`: what it is for, examples, the commands.
std::string program_help(std::span<const CommandSpec> commands);
/// `netstray COMMAND --help`: examples first, then arguments and options.
std::string command_help(const CommandSpec& command);
/// The man page (roff, section 1).
std::string man_page(std::span<const CommandSpec> commands);
/// A completion script for "bash", "zsh" or "fish"; throws usage Error for another.
std::string completion_script(const std::string& shell, std::span<const CommandSpec> commands);

}  // namespace netstray
