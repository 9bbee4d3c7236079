#include <cmath>
#include <limits>
#include <optional>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/cli/command.h"
#include "netstray/cli/console.h"
#include "netstray/cli/inputs.h"
#include "netstray/cli/models.h"
#include "netstray/cli/score_file.h"
#include "netstray/evaluate/evaluation.h"
#include "netstray/model/truth.h"
#include "netstray/report/evaluation_page.h"
#include "netstray/report/evaluation_text.h"
#include "netstray/report/json.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

class EvaluateCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("evaluate",
                     "how well a model, or scores made elsewhere, tell labelled anomalies from normal rows");
    spec.describe(
            "Prints the classification report, areas under the curves, recall per family, the false alarms that were "
            "asked against "
            "those measured, with 95 % intervals, and audits: what a reader must know before believing the numbers.")
        .example("netstray evaluate kdd.nst KDDTest+.txt.gz --layout nsl-kdd --report report.html",
                 "a model on a labelled test set")
        .example("netstray evaluate usual.nst test.csv --label label --normal BENIGN --false-alarms 0.001",
                 "with another cut")
        .example("netstray evaluate --scores theirs.csv test.csv --label label --normal BENIGN",
                 "scores of another program, one a row, in the order of the table")
        .positional("MODEL", first_, "what `netstray train` made; left out with --scores", false)
        .positional("DATA", second_, "a labelled table, or a capture with --labels; - is standard input", false);
    declare_source(spec, source_);
    declare_capture(spec, source_.capture);
    declare_max_rows(spec, source_);
    declare_label(spec, label_);
    declare_flow_labels(spec, source_.capture);
    declare_threshold(spec, rule_);
    spec.text("--scores", "FILE", scores_path_,
              "evaluate these scores (column score, and verdict if there is one; or one number a line; higher = more "
              "unusual)")
        .option("--cut", "X", "with --scores: flag rows whose score is over X", "",
                [this](const std::string& text) { set_cut(text); })
        .text("--report", "FILE", report_path_,
              "also write a page for a browser: one HTML file, nothing loaded from elsewhere")
        .number("--resamples", "N", resamples_, 0, 100'000, "bootstrap resamples for the intervals; 0 = none")
        .number("--seed", "N", common_.seed, 0, UINT64_MAX >> 1, "of the bootstrap, and of --max-rows");
    declare_common(spec, common_);
    return spec;
  }

  int run() override {
    set_threads(static_cast<unsigned>(common_.threads));
    console_.quiet = common_.quiet;
    source_.seed = common_.seed;
    source_.capture.normal = label_.normal.value_or(source_.capture.normal);
    if (report_path_) {
      if (*report_path_ == "-") throw usage_error("--report needs a file; standard output has the answer");
      refuse_overwriting(*report_path_, {first_, second_, scores_path_.value_or("")});
    }
    return scores_path_ ? evaluate_scores() : evaluate_model();
  }

 private:
  void set_cut(const std::string& text) {
    cut_ = parse_double(text);
    if (!cut_) throw usage_error(fmt::format("--cut: found {}, expected a number", quoted(text)));
  }

  int evaluate_model() {
    if (first_.empty() || second_.empty())
      throw usage_error("evaluate: expected MODEL and DATA (see `netstray evaluate --help`)");
    if (cut_)
      throw usage_error("evaluate: --cut goes with --scores; a model's cut is set by --threshold or --false-alarms");
    Model model = Model::load(first_);
    if (rule_) model.recut(*rule_);
    warn_of_cut(model, console_);
    const LoadedTable loaded = load_for_model(second_, source_, model);
    const JsonInput source = note_input(loaded, console_);
    const Truth truth = truth_of(loaded, &model);

    EncodeCounts counts;
    const Verdicts verdicts = model.judge(loaded.table, Explain::none, &counts);
    EvaluationInput input;
    input.truth = &truth;
    input.scores = verdicts.scores;
    input.verdicts = verdicts.verdicts;
    input.cut = model.cut;
    input.asked_false_alarms = model.rule.asked_share();
    input.calibration_rows = model.calibration.size();
    input.resamples = static_cast<std::size_t>(resamples_);
    input.seed = common_.seed;
    Evaluation evaluation = evaluate(input);
    evaluation.audits = audit({&truth, &evaluation, &loaded.table, &model, &counts, common_.seed, loaded.digest});
    const ModelSummary summary = summarise(model, first_);
    answer(evaluation, source, truth, verdicts.scores, &summary);
    return 0;
  }

  int evaluate_scores() {
    if (!second_.empty()) throw usage_error("evaluate: with --scores only DATA is expected, no MODEL");
    if (rule_) throw usage_error("evaluate: --threshold needs a model's calibration scores; with --scores say --cut X");
    if (source_.max_rows) throw usage_error("evaluate: --max-rows draws rows, but --scores has one score for each row");
    const ScoreFile scores = read_score_file(*scores_path_);
    const std::string data = first_.empty() ? *scores_path_ : first_;
    const LoadedTable loaded = load_table(data, source_);
    const JsonInput source = note_input(loaded, console_);
    if (scores.scores.size() != loaded.table.rows()) {
      throw Error(fmt::format("{}: has {} scores, but {} has {} rows", *scores_path_, grouped(scores.scores.size()),
                              data, grouped(loaded.table.rows())));
    }
    const Truth truth = truth_of(loaded, nullptr);
    std::vector<std::uint8_t> verdicts = scores.verdicts;
    if (cut_) {
      verdicts.resize(scores.scores.size());
      for (std::size_t row = 0; row < verdicts.size(); ++row) verdicts[row] = scores.scores[row] > *cut_ ? 1 : 0;
    }
    EvaluationInput input;
    input.truth = &truth;
    input.scores = scores.scores;
    input.verdicts = verdicts;
    input.cut = cut_;
    input.resamples = static_cast<std::size_t>(resamples_);
    input.seed = common_.seed;
    Evaluation evaluation = evaluate(input);
    evaluation.audits = audit({&truth, &evaluation, &loaded.table, nullptr, nullptr, common_.seed, {}});
    answer(evaluation, source, truth, scores.scores, nullptr);
    return 0;
  }

  /// Labels as the user, the layout or the model's own training says.
  Truth truth_of(const LoadedTable& loaded, const Model* model) const {
    auto label = choose_label(label_, loaded);
    if (!label && loaded.capture) {
      throw usage_error(
          fmt::format("evaluate: {} is a packet capture, which does not say what its flows are: say "
                      "--labels FILE (docs/flows.md)",
                      loaded.path));
    }
    if (!label && model != nullptr && !model->record.label_column.empty()) {
      label = LabelChoice{model->record.label_column, model->record.normal_value};
    }
    if (!label)
      throw usage_error("evaluate: which rows are anomalies? Say --layout NAME, or --label COLUMN and --normal VALUE");
    const Layout* layout = loaded.layout;
    return make_truth(loaded.table, label->column, label->normal, [layout](std::string_view value) {
      return layout == nullptr ? std::string(value) : layout->family(value);
    });
  }

  void answer(const Evaluation& evaluation, const JsonInput& input, const Truth& truth, std::span<const double> scores,
              const ModelSummary* summary) const {
    if (report_path_) {
      write_file(*report_path_,
                 evaluation_page({{input}, &evaluation, summary, score_histogram(truth.labels, scores), {}}));
      console_.note(fmt::format("report: {}", *report_path_));
    }
    write_file("-", common_.json ? evaluate_json(console_.frame({input}), evaluation, summary)
                                 : evaluation_text(evaluation, input.path, {"0", "1"}, colour_wanted(1)));
  }

  std::string first_;
  std::string second_;
  SourceOptions source_;
  LabelOptions label_;
  std::optional<ThresholdRule> rule_;
  std::optional<std::string> scores_path_;
  std::optional<double> cut_;
  std::optional<std::string> report_path_;
  std::uint64_t resamples_ = 200;
  CommonOptions common_;
  Console console_{"evaluate"};
};

}  // namespace

std::unique_ptr<Command> make_evaluate_command() { return std::make_unique<EvaluateCommand>(); }

}  // namespace netstray
