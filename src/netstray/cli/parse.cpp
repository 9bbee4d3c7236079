// The command line's reader: CLI11 behind the declarations of CommandSpec.

#include <cstdlib>
#include <deque>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/cli/command.h"

namespace netstray {
namespace {

/// "--false-alarms" is NETSTRAY_FALSE_ALARMS in the environment.
std::string environment_name(const CommandSpec::Option& option) {
  std::string name = option.name.substr(option.name.find("--") + 2);
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return "NETSTRAY_" + name;
}

std::vector<std::string> long_names(const CommandSpec& spec) {
  std::vector<std::string> names = {"--help"};
  for (const auto& option : spec.options()) names.push_back(option.name.substr(option.name.find("--")));
  return names;
}

[[noreturn]] void refuse_extra(const CommandSpec& spec, const std::string& extra) {
  if (!extra.starts_with('-') || extra == "-") {
    throw usage_error(fmt::format("{}: one argument too many: {}", spec.name(), netstray::quoted(extra)));
  }
  const auto names = long_names(spec);
  const auto close = nearest(extra.substr(0, extra.find('=')), names);
  throw usage_error(fmt::format("{}: unknown option {}{} (see `netstray {} --help`)", spec.name(),
                                netstray::quoted(extra), close ? fmt::format("; did you mean {}?", *close) : "",
                                spec.name()));
}

struct Bound {
  const CommandSpec::Option* option;
  std::vector<std::string> values;
  CLI::Option* cli;
};

void apply(const Bound& bound) {
  if (bound.cli->count() == 0) {
    const char* found = std::getenv(environment_name(*bound.option).c_str());
    const std::string value = found == nullptr ? "" : found;
    const bool off =
        bound.option->placeholder.empty() && (value == "0" || lower(value) == "no" || lower(value) == "false");
    if (!value.empty() && !off) bound.option->set(value);
    return;
  }
  if (bound.option->placeholder.empty()) bound.option->set("");
  for (const auto& value : bound.values) bound.option->set(value);
}

}  // namespace

bool parse_arguments(const CommandSpec& spec, std::span<const std::string> arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  bool help = false;
  app.add_flag("-h,--help", help);
  std::deque<Bound> options;
  for (const auto& option : spec.options()) {
    auto& bound = options.emplace_back(Bound{&option, {}, nullptr});
    bound.cli = option.placeholder.empty()
                    ? app.add_flag(option.name)
                    : app.add_option(option.name, bound.values)->expected(option.values)->take_all();
    if (!option.placeholder.empty())
      bound.cli->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    throw usage_error(fmt::format("{}: {}", spec.name(), error.what()));
  }
  if (help) return false;
  for (const auto& bound : options) apply(bound);

  std::vector<std::string> rest = app.remaining();
  std::size_t taken = 0;
  for (const auto& positional : spec.positionals()) {
    std::size_t count = 0;
    while (taken < rest.size() && (positional.many || count == 0)) {
      if (rest[taken].starts_with('-') && rest[taken] != "-") refuse_extra(spec, rest[taken]);
      positional.set(rest[taken++]);
      ++count;
    }
    if (count == 0 && positional.required) {
      throw usage_error(fmt::format("{}: {} is missing: {} (see `netstray {} --help`)", spec.name(), positional.name,
                                    positional.help, spec.name()));
    }
  }
  if (taken < rest.size()) refuse_extra(spec, rest[taken]);
  return true;
}

}  // namespace netstray
