#include "netstray/cli/help.h"

#include <algorithm>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/base/version.h"

namespace netstray {
namespace {

constexpr std::size_t kWidth = 100;

/// `text` in lines of at most `width`, each but the first behind `indent` spaces.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = kWidth) {
  std::string result;
  std::size_t column = indent;
  for (const auto& word : split(text, ' ')) {
    if (column > indent && column + 1 + word.size() > width) {
      result += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result;
}

std::string usage_line(const CommandSpec& command) {
  std::string line = "netstray " + command.name();
  for (const auto& positional : command.positionals()) {
    const std::string name = positional.name + (positional.many ? "..." : "");
    line += positional.required ? " " + name : " [" + name + "]";
  }
  return line + (command.options().empty() ? "" : " [OPTIONS]");
}

std::string option_words(const CommandSpec::Option& option) {
  std::string words = option.name;
  if (const auto comma = words.find(','); comma != std::string::npos) words.insert(comma + 1, " ");
  return option.placeholder.empty() ? words : words + " " + option.placeholder;
}

std::string option_help(const CommandSpec::Option& option) {
  return option.preset.empty() ? option.help : fmt::format("{} [default: {}]", option.help, option.preset);
}

std::string entry(std::string_view left, std::string_view right) {
  constexpr std::size_t kIndent = 28;
  std::string line = fmt::format("  {:<{}}", left, kIndent - 2);
  if (left.size() + 4 > kIndent) line = fmt::format("  {}\n{}", left, std::string(kIndent, ' '));
  return line + wrapped(right, kIndent) + "\n";
}

}  // namespace

std::string program_help(std::span<const CommandSpec> commands) {
  std::string text =
      "netstray finds the network traffic that strays from normal, and says why.\n\n"
      "Examples:\n"
      "  netstray demo                                    made-up traffic, start to finish\n"
      "  netstray scan flows.csv                          rank what stands out; no training needed\n"
      "  netstray flows office.pcap -o flows.csv          packets to flows; the others take captures, too\n"
      "  netstray train quiet.csv -o usual.nst            learn what is usual\n"
      "  netstray score usual.nst today.csv -o out.csv    score, p-value, verdict and reasons of each row\n"
      "  netstray evaluate usual.nst labelled.csv --label label --normal normal\n\n"
      "Commands:\n";
  for (const auto& command : commands) text += entry(command.name(), command.summary());
  text +=
      "\n`netstray COMMAND --help` tells more. Any option can also come from the environment: NETSTRAY_SEED=1 is "
      "--seed 1.\n"
      "Results go to standard output, messages to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 "
      "interrupted, 141 the reader of the output has gone.\n";
  return text;
}

std::string command_help(const CommandSpec& command) {
  std::string text = fmt::format("netstray {}: {}\n\n", command.name(), command.summary());
  if (!command.examples().empty()) {
    text += "Examples:\n";
    for (const auto& example : command.examples()) {
      text += fmt::format("  {}\n      {}\n", example.line, wrapped(example.what, 6));
    }
    text += "\n";
  }
  text += "Usage: " + usage_line(command) + "\n\n";
  if (!command.description().empty()) {
    for (const auto& paragraph : split(command.description(), '\n')) text += wrapped(paragraph, 0) + "\n";
    text += "\n";
  }
  if (!command.positionals().empty()) {
    text += "Arguments:\n";
    for (const auto& positional : command.positionals()) text += entry(positional.name, positional.help);
    text += "\n";
  }
  text += "Options:\n";
  for (const auto& option : command.options()) text += entry(option_words(option), option_help(option));
  return text + entry("-h, --help", "this text");
}

namespace {

std::string roff(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
  }
  return result.starts_with('.') || result.starts_with('\'') ? "\\&" + result : result;
}

std::string man_section(const CommandSpec& command) {
  std::string text = fmt::format(".SS {}\n{}\n", roff(usage_line(command)), roff(command.summary() + "."));
  for (const auto& paragraph : split(command.description(), '\n')) {
    if (!paragraph.empty()) text += ".PP\n" + roff(paragraph) + "\n";
  }
  for (const auto& positional : command.positionals()) {
    text += fmt::format(".TP\n.I {}\n{}\n", roff(positional.name), roff(positional.help));
  }
  for (const auto& option : command.options()) {
    text += fmt::format(".TP\n.B {}\n{}\n", roff(option_words(option)), roff(option_help(option)));
  }
  for (const auto& example : command.examples()) {
    text += fmt::format(".PP\n{}:\n.PP\n.RS 4\n.EX\n{}\n.EE\n.RE\n", roff(example.what), roff(example.line));
  }
  return text;
}

}  // namespace

std::string man_page(std::span<const CommandSpec> commands) {
  std::string text = fmt::format(
      ".TH NETSTRAY 1 \"\" \"netstray {}\" \"User Commands\"\n"
      ".SH NAME\nnetstray \\- finds the network traffic that strays from normal, and says why\n"
      ".SH SYNOPSIS\n.B netstray\n.I COMMAND\n[\\fIARGUMENTS\\fR]\n"
      ".SH DESCRIPTION\nnetstray reads captures and tables of flows, learns what is usual, ranks what is not, gives "
      "the reasons of "
      "each "
      "verdict and measures how well it does.\n"
      "Results go to standard output, messages and progress to standard error; \\- is standard input.\n"
      ".SH COMMANDS\n",
      version());
  for (const auto& command : commands) text += man_section(command);
  return text +
         ".SH ENVIRONMENT\nAny option can come from a variable: NETSTRAY_SEED=1 is \\-\\-seed 1. NO_COLOR turns colour "
         "off.\n"
         ".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage, 130 interrupted, 141 the reader of the output has gone.\n";
}

namespace {

/// Long and short names of all options of a command.
std::vector<std::string> option_names(const CommandSpec& command) {
  std::vector<std::string> names;
  for (const auto& option : command.options()) {
    for (auto& name : split(option.name, ',')) names.push_back(std::move(name));
  }
  names.insert(names.end(), {"-h", "--help"});
  return names;
}

std::string bash_script(std::span<const CommandSpec> commands) {
  std::string cases;
  std::vector<std::string> names;
  for (const auto& command : commands) {
    names.push_back(command.name());
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command.name(), join(option_names(command), " "));
  }
  return fmt::format(
      "_netstray() {{\n"
      "  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" words=\"\"\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{} --help --version\" -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"${{COMP_WORDS[1]}}\" in\n{}  esac\n"
      "  case \"$current\" in\n"
      "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$current\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n"
      "  esac\n"
      "}}\n"
      "complete -o filenames -F _netstray netstray\n",
      join(names, " "), cases);
}

std::string zsh_script(std::span<const CommandSpec> commands) {
  std::string list;
  std::string cases;
  for (const auto& command : commands) {
    list += fmt::format("    '{}:{}'\n", command.name(), command.summary());
    cases += fmt::format("    {}) compadd -- {}; _files ;;\n", command.name(), join(option_names(command), " "));
  }
  return fmt::format(
      "#compdef netstray\n"
      "_netstray() {{\n"
      "  local -a commands=(\n{}  )\n"
      "  if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
      "  case \"$words[2]\" in\n{}  esac\n"
      "}}\n"
      "compdef _netstray netstray\n",
      list, cases);
}

std::string fish_script(std::span<const CommandSpec> commands) {
  auto quoted_text = [](std::string text) {
    std::replace(text.begin(), text.end(), '\'', '`');
    return text;
  };
  std::string script = "complete -c netstray -f -n __fish_use_subcommand -l version\n";
  for (const auto& command : commands) {
    script += fmt::format("complete -c netstray -f -n __fish_use_subcommand -a {} -d '{}'\n", command.name(),
                          quoted_text(command.summary()));
    for (const auto& option : command.options()) {
      const std::string name = option.name.substr(option.name.find("--") + 2);
      script += fmt::format("complete -c netstray -n '__fish_seen_subcommand_from {}' -l {}{} -d '{}'\n",
                            command.name(), name, option.placeholder.empty() ? "" : " -r", quoted_text(option.help));
    }
  }
  return script;
}

}  // namespace

std::string completion_script(const std::string& shell, std::span<const CommandSpec> commands) {
  if (shell == "bash") return bash_script(commands);
  if (shell == "zsh") return zsh_script(commands);
  if (shell == "fish") return fish_script(commands);
  throw usage_error(fmt::format("completion: unknown shell {}; known are bash, zsh and fish", quoted(shell)));
}

}  // namespace netstray
