#include <filesystem>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/base/text.h"
#include "netstray/cli/command.h"
#include "netstray/cli/console.h"
#include "netstray/cli/inputs.h"
#include "netstray/model/model.h"
#include "netstray/report/json.h"
#include "netstray/report/model_summary.h"
#include "netstray/report/model_text.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

class ModelsCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("models", "show what is in a model file, or verify it");
    spec.example("netstray models show usual.nst", "how and on what it was trained, what it learned of each column")
        .example("netstray models verify usual.nst", "exit code 0 where the file is whole, 1 where it is damaged")
        .positional("ACTION", action_, "show or verify")
        .positional("MODEL", path_, "a model file")
        .flag("--json", json_, "print the answer as JSON (docs/json.md)");
    return spec;
  }

  int run() override {
    if (action_ == "show") return show();
    if (action_ == "verify") return verify();
    throw usage_error(fmt::format("models: found {}, expected show or verify", netstray::quoted(action_)));
  }

 private:
  int show() const {
    const ModelSummary summary = summarise(Model::load(path_), path_);
    const JsonFrame frame{"models show", {}, {}};
    write_file("-", json_ ? models_show_json(frame, summary) : model_text(summary, colour_wanted(1)));
    return 0;
  }

  int verify() const {
    ModelCheck check;
    check.path = path_;
    try {
      check.version = Model::load(path_).record.version;
      check.ok = true;
    } catch (const Error& error) {
      if (error.kind() == Error::Kind::interrupted) throw;
      check.error = error.what();
    }
    std::error_code ignored;
    const auto bytes = std::filesystem::file_size(path_, ignored);
    check.bytes = ignored ? 0 : bytes;
    if (json_) {
      write_file("-", models_verify_json({"models verify", {}, {}}, check));
    } else if (check.ok) {
      write_file("-", verified_text(check, colour_wanted(1)));
    }
    if (!check.ok) tell(fmt::format("netstray: {}\n", check.error));
    return check.ok ? 0 : 1;
  }

  std::string action_;
  std::string path_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_models_command() { return std::make_unique<ModelsCommand>(); }

}  // namespace netstray
