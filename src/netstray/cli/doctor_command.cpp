#include <fmt/core.h>

#include "netstray/base/instruction_set.h"
#include "netstray/base/machine.h"
#include "netstray/base/output_file.h"
#include "netstray/base/parallel.h"
#include "netstray/base/version.h"
#include "netstray/cli/command.h"
#include "netstray/report/json.h"
#include "netstray/report/text_table.h"

namespace netstray {
namespace {

std::string gibibytes(const std::optional<std::uint64_t>& bytes) {
  return bytes ? fmt::format("{:.1f} GiB", static_cast<double>(*bytes) / 0x1p30) : "not known";
}

std::string memory_text(const Machine& machine) {
  std::string text = fmt::format("{}, {} available", gibibytes(machine.memory), gibibytes(machine.available));
  if (machine.allowed && *machine.allowed < machine.memory.value_or(UINT64_MAX)) {
    text += fmt::format("; this process may have {}", gibibytes(machine.allowed));
  }
  return text;
}

std::string instructions_text() {
  const auto used = name_of(instruction_set());
  const auto supported = name_of(supported_instruction_set());
  return used == supported ? std::string(used) : fmt::format("{} (NETSTRAY_ISA; this machine has {})", used, supported);
}

std::string or_unknown(const std::string& text) { return text.empty() ? "not known" : text; }

class DoctorCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("doctor", "show what this machine can do for netstray");
    spec.describe(
            "Shows the processor, the vector instructions that the hot loops use, threads, memory and the libraries "
            "that this program was built with. Results do not depend on any of it, only the time that they take. "
            "NETSTRAY_ISA=portable, avx2 or avx512 limits the vector instructions.")
        .example("netstray doctor", "what is used here")
        .example("NETSTRAY_ISA=portable netstray doctor", "what would be used on a machine without AVX2")
        .flag("--json", json_, "print the answer as JSON (docs/json.md)");
    return spec;
  }

  int run() override {
    const Machine machine = this_machine();
    if (json_) {
      write_file("-", doctor_json({"doctor", {}, {}},
                                  {machine, instruction_set(), supported_instruction_set(), threads(), built_with()}));
      return 0;
    }
    TextTable table({{""}, {""}});
    table.add_row({"netstray", std::string(version())});
    table.add_row({"system", or_unknown(machine.system)});
    table.add_row({"processor", or_unknown(machine.processor)});
    table.add_row({"vector instructions", instructions_text()});
    table.add_row({"threads", fmt::format("{} of {} cores", threads(), machine.cores)});
    table.add_row({"memory", memory_text(machine)});
    table.add_row({"huge pages", or_unknown(machine.huge_pages)});
    for (const auto& library : built_with()) table.add_row({library.name, library.version});
    write_file("-", table.text());
    return 0;
  }

 private:
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_doctor_command() { return std::make_unique<DoctorCommand>(); }

}  // namespace netstray
