#pragma once

#include <span>
#include <string>

namespace netstray {

/// Runs what the arguments (without the program's name) ask for and returns the exit code: 0 done, 1 failed, 2 wrong
/// usage, 130 interrupted, 141 the reader of standard output has gone. Errors are told on standard error, all but the
/// last.
int run_program(std::span<const std::string> arguments);

}  // namespace netstray
