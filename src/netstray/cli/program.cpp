#include "netstray/cli/program.h"

#include <cstdio>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/instruction_set.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/output_file.h"
#include "netstray/base/text.h"
#include "netstray/base/version.h"
#include "netstray/cli/command.h"
#include "netstray/cli/help.h"

namespace netstray {
namespace {

int exit_code(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::usage:
      return 2;
    case Error::Kind::interrupted:
      return 130;
    case Error::Kind::output_closed:
      return 141;
    case Error::Kind::failed:
      break;
  }
  return 1;
}

std::vector<CommandSpec> specs() {
  std::vector<CommandSpec> result;
  for (const auto& command : all_commands()) result.push_back(command->spec());
  return result;
}

int run_command(const std::string& name, std::span<const std::string> arguments) {
  std::vector<std::string> names;
  for (const auto& command : all_commands()) {
    const CommandSpec spec = command->spec();
    names.push_back(spec.name());
    if (spec.name() != name) continue;
    if (!parse_arguments(spec, arguments)) {
      write_file("-", command_help(spec));
      return 0;
    }
    return command->run();
  }
  const auto close = nearest(name, names);
  throw usage_error(fmt::format("unknown command {}{} The commands are: {}", quoted(name),
                                close ? fmt::format("; did you mean {}?", *close) : ".", join(names, ", ")));
}

int dispatch(std::span<const std::string> arguments) {
  if (arguments.empty()) {
    tell(program_help(specs()));
    return 2;
  }
  const std::string& first = arguments.front();
  if (first == "--version" || first == "-V") {
    write_file("-", fmt::format("netstray {}\n", version()));
    return 0;
  }
  if (first == "help" && arguments.size() > 1) {
    const std::vector<std::string> help = {"--help"};
    return run_command(arguments[1], help);
  }
  if (first == "--help" || first == "-h" || first == "help") {
    write_file("-", program_help(specs()));
    return 0;
  }
  return run_command(first, arguments.subspan(1));
}

}  // namespace

int run_program(std::span<const std::string> arguments) {
  install_interrupt_handler();
  try {
    limit_instruction_set_from_environment();
    return dispatch(arguments);
  } catch (const Error& error) {
    if (error.kind() != Error::Kind::output_closed) tell(fmt::format("netstray: {}\n", error.what()));
    return exit_code(error.kind());
  }
}

}  // namespace netstray
