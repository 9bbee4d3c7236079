#include <filesystem>
#include <optional>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/cli/command.h"
#include "netstray/cli/console.h"
#include "netstray/cli/inputs.h"
#include "netstray/experiment/check_data.h"
#include "netstray/experiment/recipe/keys_text.h"
#include "netstray/experiment/recipe/recipe.h"
#include "netstray/experiment/run.h"
#include "netstray/report/experiment_json.h"
#include "netstray/report/experiment_text.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

class ExperimentCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("experiment", "run a study that a recipe declares, from raw data to a report");
    spec.describe(
            "Reads sources, makes tables, splits rows, fits and cuts each detector for each seed, measures and audits, "
            "and "
            "leaves a folder: report.html, pictures and tables with their numbers, results.json, the models, and the "
            "scored "
            "rows. Two runs leave the same bytes but for timings.json. What looked at test rows is marked LEAKY.")
        .example("netstray experiment recipes/ocpp-one-class.toml --data DATA", "a study, into ./ocpp-one-class")
        .example("netstray experiment recipes/nsl-kdd.toml --data DATA --set runs=1 --out quick",
                 "the same with one seed")
        .example("netstray experiment mine.toml --data DATA --check", "whether files and columns are there")
        .positional("RECIPE", recipe_, "a TOML file (docs/experiments.md)", false)
        .text("--data", "DIR", data_, "folder that the recipe's files lie below")
        .text("-o,--out", "DIR", out_, "folder that the run leaves; without it, one named as the recipe")
        .option("--set", "KEY=VALUE",
                "another value for a key of the recipe, as in --set detectors.gmm.components=2; may be given again", "",
                [this](const std::string& text) { overrides_.push_back(text); })
        .flag("--check", check_, "only see whether the recipe is right, and its files and columns are there")
        .flag("--keys", keys_, "list the keys that a recipe may have")
        .flag("--markdown", markdown_, "with --keys: as they stand in docs/experiments.md")
        .flag("--force", force_, "replace the folder of an earlier run")
        .option("--seed", "N", "the first seed, instead of the recipe's", "the recipe's",
                [this](const std::string& text) { overrides_.push_back("seed=" + text); });
    declare_common(spec, common_);
    return spec;
  }

  int run() override {
    set_threads(static_cast<unsigned>(common_.threads));
    if (keys_) {
      const auto keys = experiment_keys();
      write_file("-", markdown_ ? keys_markdown(keys) : keys_text(keys));
      return 0;
    }
    if (out_ && out_->empty()) throw usage_error("experiment: --out \"\" names no folder");
    if (recipe_.empty()) throw usage_error("experiment: RECIPE is missing (see `netstray experiment --help`)");
    const Experiment experiment = read_recipe(recipe_, overrides_);
    if (check_) {
      write_file("-", check_text(check_data(experiment, data_)));
      return 0;
    }
    return run_it(experiment);
  }

 private:
  static std::string check_text(const DataCheck& check) {
    std::string text;
    for (const auto& source : check.sources) {
      text += fmt::format("source {}: {}, {} columns\n", source.name, source.path.empty() ? "made up" : source.path,
                          source.columns.size());
    }
    for (const auto& table : check.tables) {
      text += fmt::format("table {}: {}\n", table.name, join(table.columns, ", "));
    }
    return text + "The recipe is right, and the columns that it names are there.\n";
  }

  /// What makes the run again.
  std::string command() const {
    std::string text = "netstray experiment " + recipe_ + " --data " + data_;
    for (const auto& assignment : overrides_) text += " --set '" + assignment + "'";
    return text;
  }

  int run_it(const Experiment& experiment) {
    const std::string out = out_.value_or(std::filesystem::path(recipe_).stem().string());
    ExperimentSeconds seconds;
    const ExperimentResult result = run_experiment(experiment, {data_, out, force_, command()}, seconds);
    write_file("-", common_.json ? experiment_json(result) : experiment_text(result, seconds, colour_wanted(1), out));
    return 0;
  }

  std::string recipe_;
  std::string data_ = ".";
  std::optional<std::string> out_;
  std::vector<std::string> overrides_;
  bool check_ = false;
  bool keys_ = false;
  bool markdown_ = false;
  bool force_ = false;
  CommonOptions common_;
};

}  // namespace

std::unique_ptr<Command> make_experiment_command() { return std::make_unique<ExperimentCommand>(); }

}  // namespace netstray
