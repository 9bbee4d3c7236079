#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/cli/command.h"
#include "netstray/cli/console.h"
#include "netstray/cli/inputs.h"
#include "netstray/experiment/recipe/recipe.h"
#include "netstray/experiment/tune.h"
#include "netstray/experiment/tune_json.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

class TuneCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("tune", "choose settings of a recipe's detectors by rows kept for validation");
    spec.describe(
            "Tries combinations of settings, each fitted on a study's training rows and scored on the rows that its "
            "split "
            "keeps for validation, for each of the recipe's seeds. The test rows are never looked at. The best of each "
            "detector is written as a recipe; of equal ones the first.")
        .example("netstray tune recipes/ocpp-one-class-clean.toml --data DATA --grid detectors.ocsvm.nu=.01,.05,.1",
                 "three settings")
        .example(
            "netstray tune mine.toml --data DATA --grid detectors.gmm.components=1,2,4,8 --grid "
            "detectors.gmm.encoding=none,standardise,rank --random 6 -o tuned.toml",
            "six of twelve combinations; the best becomes a recipe")
        .positional("RECIPE", recipe_, "a TOML file (docs/experiments.md)")
        .text("--data", "DIR", settings_.data, "folder that the recipe's files lie below")
        .option("--grid", "KEY=A,B,...",
                "a key of a detector and the values to try; may be given again: then all combinations are tried", "",
                [this](const std::string& text) { settings_.grid.push_back(text); })
        .number("--random", "N", settings_.random, 0, 10'000, "try so many combinations of each detector; 0 = all")
        .option("--metric", "NAME", "what is best: auc, average-precision, f1 or accuracy", "auc",
                [this](const std::string& text) { set_metric(text); })
        .option(
            "--set", "KEY=VALUE",
            "another value for a key of the recipe, as in --set studies.all.split.validation=0.2; may be given again",
            "", [this](const std::string& text) { settings_.overrides.push_back(text); })
        .text("-o,--output", "FILE", output_, "where the recipe with the best settings goes");
    declare_common(spec, common_);
    return spec;
  }

  int run() override {
    set_threads(static_cast<unsigned>(common_.threads));
    console_.quiet = common_.quiet;
    if (!output_.empty()) refuse_overwriting(output_, {recipe_});
    if (output_ == "-" && common_.json) throw usage_error("tune: --json and -o - both want standard output");
    const TuneResult result =
        tune(recipe_text(recipe_), recipe_, settings_, [this](const auto&... news) { tell_of(news...); });
    if (!output_.empty()) write_file(output_, result.recipe);
    if (common_.json) {
      write_file("-", tune_json(result, settings_.metric, output_));
    } else if (output_ != "-") {
      write_file("-", tune_text(result, settings_.metric) +
                          (output_.empty() ? "" : fmt::format("\nThe best settings are in {}.\n", output_)));
    }
    return 0;
  }

 private:
  void set_metric(const std::string& text) {
    const auto metric = tune_metric(text);
    if (!metric) {
      throw usage_error(
          fmt::format("--metric: found {}, expected auc, average-precision, f1 or accuracy", quoted(text)));
    }
    settings_.metric = *metric;
  }

  void tell_of(const std::string& detector, const TriedCombination& tried, std::size_t number, std::size_t of) const {
    const std::string what = tried.score ? fmt::format("{} {}", name_of(settings_.metric),
                                                       metric_text(metric_of(*tried.score, settings_.metric)))
                                         : tried.error;
    console_.note(fmt::format("{} {} of {}: {}: {}", detector, number, of, join(tried.values, " "), what));
  }

  std::string recipe_;
  std::string output_;
  TuneSettings settings_;
  CommonOptions common_;
  Console console_{"tune"};
};

}  // namespace

std::unique_ptr<Command> make_tune_command() { return std::make_unique<TuneCommand>(); }

}  // namespace netstray
