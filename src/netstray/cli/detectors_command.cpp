#include <algorithm>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/cli/command.h"
#include "netstray/cli/console.h"
#include "netstray/report/detectors_text.h"
#include "netstray/report/json.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

class DetectorsCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("detectors", "list the detectors, or tell when to use one and what can be set");
    spec.example("netstray detectors", "one line each")
        .example("netstray detectors gmm", "how it judges, what it is good for, and its settings")
        .positional("NAME", name_, "tell about this one only", false)
        .flag("--json", json_, "print the answer as JSON (docs/json.md)")
        .flag("--markdown", markdown_, "print the answer as it stands in docs/detectors.md");
    return spec;
  }

  int run() override {
    if (json_ && markdown_) throw usage_error("detectors: --json and --markdown exclude each other");
    std::vector<const DetectorInfo*> chosen = listed_detectors();
    if (!name_.empty()) {
      const auto found = std::ranges::find(chosen, name_, &DetectorInfo::name);
      chosen = {found == chosen.end() ? &detector_info(name_) : *found};
    }
    write_file("-", answer(chosen));
    return 0;
  }

 private:
  std::string answer(std::span<const DetectorInfo* const> chosen) const {
    if (json_) return detectors_json({"detectors", {}, {}}, chosen);
    if (markdown_) return detectors_markdown(chosen);
    return name_.empty() ? detectors_text(chosen, colour_wanted(1)) : detector_text(*chosen.front(), colour_wanted(1));
  }

  std::string name_;
  bool json_ = false;
  bool markdown_ = false;
};

}  // namespace

std::unique_ptr<Command> make_detectors_command() { return std::make_unique<DetectorsCommand>(); }

}  // namespace netstray
