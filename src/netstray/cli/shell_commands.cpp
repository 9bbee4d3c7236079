// Commands about the program itself: shell completion and the man page, both made from the commands' declarations.

#include "netstray/base/output_file.h"
#include "netstray/cli/command.h"
#include "netstray/cli/help.h"

namespace netstray {
namespace {

std::vector<CommandSpec> all_specs() {
  std::vector<CommandSpec> specs;
  for (const auto& command : all_commands()) specs.push_back(command->spec());
  return specs;
}

class CompletionCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("completion", "print a completion script for a shell");
    spec.example("source <(netstray completion bash)", "complete commands and options in this shell")
        .positional("SHELL", shell_, "bash, zsh or fish");
    return spec;
  }
  int run() override {
    write_file("-", completion_script(shell_, all_specs()));
    return 0;
  }

 private:
  std::string shell_;
};

class ManCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("man", "print the manual page");
    spec.example("netstray man | man -l -", "read it");
    return spec;
  }
  int run() override {
    write_file("-", man_page(all_specs()));
    return 0;
  }
};

}  // namespace

std::unique_ptr<Command> make_completion_command() { return std::make_unique<CompletionCommand>(); }
std::unique_ptr<Command> make_man_command() { return std::make_unique<ManCommand>(); }

}  // namespace netstray
