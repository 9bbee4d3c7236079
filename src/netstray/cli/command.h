#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netstray {

/// What a command takes, declared once: the parser, --help, the man page and the shell completions are all made from
/// it.
class CommandSpec {
 public:
  using Setter = std::function<void(const std::string&)>;

  struct Option {
    std::string name;         ///< "--seed"; a short form may stand before it: "-o,--out"
    std::string placeholder;  ///< "N"; empty for a flag
    std::string help;
    std::string preset;  ///< default, as a person writes it; may be empty
    Setter set;          ///< called for every value of every occurrence; throws usage Error
    int values = 1;      ///< that follow its name
  };
  struct Positional {
    std::string name;  ///< "DATA"
    std::string help;
    bool required;
    bool many;
    Setter set;
  };
  struct Example {
    std::string line;
    std::string what;
  };

  CommandSpec(std::string name, std::string summary) : name_(std::move(name)), summary_(std::move(summary)) {}

  CommandSpec& describe(std::string text);
  CommandSpec& example(std::string line, std::string what);
  CommandSpec& positional(std::string name, std::string& value, std::string help, bool required = true);
  CommandSpec& positionals(std::string name, std::vector<std::string>& values, std::string help, bool required = true);
  CommandSpec& flag(std::string name, bool& value, std::string help);
  CommandSpec& option(std::string name, std::string placeholder, std::string help, std::string preset, Setter set);
  /// An option with two values: "--write-pcap 1 out.pcap".
  CommandSpec& pair(std::string name, std::string placeholder,
                    std::optional<std::pair<std::string, std::string>>& value, std::string help);
  CommandSpec& text(std::string name, std::string placeholder, std::string& value, std::string help);
  CommandSpec& text(std::string name, std::string placeholder, std::optional<std::string>& value, std::string help);
  CommandSpec& texts(std::string name, std::string placeholder, std::vector<std::string>& values, std::string help);
  /// A whole number within [low, high].
  CommandSpec& number(std::string name, std::string placeholder, std::uint64_t& value, std::uint64_t low,
                      std::uint64_t high, std::string help);
  CommandSpec& real(std::string name, std::string placeholder, double& value, double low, double high,
                    std::string help);

  const std::string& name() const noexcept { return name_; }
  const std::string& summary() const noexcept { return summary_; }
  const std::string& description() const noexcept { return description_; }
  std::span<const Example> examples() const noexcept { return examples_; }
  std::span<const Option> options() const noexcept { return options_; }
  std::span<const Positional> positionals() const noexcept { return positionals_; }

 private:
  std::string name_;
  std::string summary_;
  std::string description_;
  std::vector<Example> examples_;
  std::vector<Option> options_;
  std::vector<Positional> positionals_;
};

/// A command of the program: its file declares what it takes and runs it. Made once per call of the program.
class Command {
 public:
  virtual ~Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// Declares the options, bound to members of the command.
  virtual CommandSpec spec() = 0;
  /// Returns the exit code. Throws Error.
  virtual int run() = 0;

 protected:
  Command() = default;
};

/// All commands, in the order in which --help lists them.
std::vector<std::unique_ptr<Command>> all_commands();

/// Reads a command's arguments (without program and command name) into the bound members. Options not given are taken
/// from the environment (NETSTRAY_SEED for --seed) where set. Throws usage Error, with the nearest option for an
/// unknown one. Returns false where --help was asked.
bool parse_arguments(const CommandSpec& spec, std::span<const std::string> arguments);

/// Makes the commands' objects. One file each.
std::unique_ptr<Command> make_scan_command();
std::unique_ptr<Command> make_flows_command();
std::unique_ptr<Command> make_train_command();
std::unique_ptr<Command> make_score_command();
std::unique_ptr<Command> make_explain_command();
std::unique_ptr<Command> make_evaluate_command();
std::unique_ptr<Command> make_experiment_command();
std::unique_ptr<Command> make_tune_command();
std::unique_ptr<Command> make_models_command();
std::unique_ptr<Command> make_doctor_command();
std::unique_ptr<Command> make_detectors_command();
std::unique_ptr<Command> make_demo_command();
std::unique_ptr<Command> make_completion_command();
std::unique_ptr<Command> make_man_command();

}  // namespace netstray
