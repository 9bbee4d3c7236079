#include "netstray/cli/command.h"

#include <cmath>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {

CommandSpec& CommandSpec::describe(std::string text) {
  description_ = std::move(text);
  return *this;
}

CommandSpec& CommandSpec::example(std::string line, std::string what) {
  examples_.push_back({std::move(line), std::move(what)});
  return *this;
}

CommandSpec& CommandSpec::positional(std::string name, std::string& value, std::string help, bool required) {
  positionals_.push_back(
      {std::move(name), std::move(help), required, false, [&value](const std::string& text) { value = text; }});
  return *this;
}

CommandSpec& CommandSpec::positionals(std::string name, std::vector<std::string>& values, std::string help,
                                      bool required) {
  positionals_.push_back({std::move(name), std::move(help), required, true,
                          [&values](const std::string& text) { values.push_back(text); }});
  return *this;
}

CommandSpec& CommandSpec::flag(std::string name, bool& value, std::string help) {
  options_.push_back({std::move(name), "", std::move(help), "", [&value](const std::string&) { value = true; }});
  return *this;
}

CommandSpec& CommandSpec::option(std::string name, std::string placeholder, std::string help, std::string preset,
                                 Setter set) {
  options_.push_back({std::move(name), std::move(placeholder), std::move(help), std::move(preset), std::move(set)});
  return *this;
}

CommandSpec& CommandSpec::pair(std::string name, std::string placeholder,
                               std::optional<std::pair<std::string, std::string>>& value, std::string help) {
  option(std::move(name), std::move(placeholder), std::move(help), "", [&value](const std::string& text) {
    if (value && value->second.empty()) {
      value->second = text;
    } else {
      value.emplace(text, "");
    }
  });
  options_.back().values = 2;
  return *this;
}

CommandSpec& CommandSpec::text(std::string name, std::string placeholder, std::string& value, std::string help) {
  return option(std::move(name), std::move(placeholder), std::move(help), value,
                [&value](const std::string& t) { value = t; });
}

CommandSpec& CommandSpec::text(std::string name, std::string placeholder, std::optional<std::string>& value,
                               std::string help) {
  return option(std::move(name), std::move(placeholder), std::move(help), "",
                [&value](const std::string& t) { value = t; });
}

CommandSpec& CommandSpec::texts(std::string name, std::string placeholder, std::vector<std::string>& values,
                                std::string help) {
  return option(std::move(name), std::move(placeholder), std::move(help), "", [&values](const std::string& text) {
    for (auto& part : split(text, ',')) {
      if (!part.empty()) values.emplace_back(trim(part));
    }
  });
}

CommandSpec& CommandSpec::number(std::string name, std::string placeholder, std::uint64_t& value, std::uint64_t low,
                                 std::uint64_t high, std::string help) {
  const std::string shown = name;
  return option(std::move(name), std::move(placeholder), std::move(help), std::to_string(value),
                [&value, low, high, shown](const std::string& text) {
                  const auto parsed = parse_integer(text);
                  if (!parsed || *parsed < 0 || static_cast<std::uint64_t>(*parsed) < low ||
                      static_cast<std::uint64_t>(*parsed) > high) {
                    throw usage_error(fmt::format("{}: found {}, expected a whole number from {} to {}", shown,
                                                  quoted(text), low, high));
                  }
                  value = static_cast<std::uint64_t>(*parsed);
                });
}

CommandSpec& CommandSpec::real(std::string name, std::string placeholder, double& value, double low, double high,
                               std::string help) {
  const std::string shown = name;
  return option(std::move(name), std::move(placeholder), std::move(help), readable(value),
                [&value, low, high, shown](const std::string& text) {
                  const auto parsed = parse_double(text);
                  if (!parsed || !std::isfinite(*parsed) || *parsed < low || *parsed > high) {
                    throw usage_error(
                        fmt::format("{}: found {}, expected a number from {} to {}", shown, quoted(text), low, high));
                  }
                  value = *parsed;
                });
}

std::vector<std::unique_ptr<Command>> all_commands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(make_scan_command());
  commands.push_back(make_flows_command());
  commands.push_back(make_train_command());
  commands.push_back(make_score_command());
  commands.push_back(make_explain_command());
  commands.push_back(make_evaluate_command());
  commands.push_back(make_experiment_command());
  commands.push_back(make_tune_command());
  commands.push_back(make_models_command());
  commands.push_back(make_detectors_command());
  commands.push_back(make_demo_command());
  commands.push_back(make_doctor_command());
  commands.push_back(make_completion_command());
  commands.push_back(make_man_command());
  return commands;
}

}  // namespace netstray
