#include <algorithm>
#include <iterator>
#include <optional>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/base/write_lines.h"
#include "netstray/cli/command.h"
#include "netstray/cli/console.h"
#include "netstray/cli/inputs.h"
#include "netstray/model/train.h"
#include "netstray/report/json.h"
#include "netstray/report/model_summary.h"
#include "netstray/report/model_text.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

class TrainCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("train", "learn what is usual, into a model file");
    spec.describe(
            "Fits several detectors that judge together (auto), or the one that is named. "
            "Fits only on rows labelled normal where a layout or --label with --normal says which they are; otherwise "
            "on all rows. "
            "A fifth of them is kept back before anything is fitted, so that the cut and the p-values come from rows "
            "that the "
            "model has not seen. logistic, the supervised yardstick, learns from all rows and their labels.")
        .example("netstray train flows.csv -o usual.nst", "learn from all rows of a table of quiet traffic")
        .example("netstray train flows.csv --label label --normal BENIGN -o usual.nst --false-alarms 0.001",
                 "learn from its normal rows; flag one in a thousand rows like them")
        .example("netstray train KDDTrain+.txt.gz --layout nsl-kdd -o kdd.nst",
                 "a published data set, without a header")
        .positional(
            "DATA", data_,
            "a capture (pcap, pcapng) or a table (CSV, TSV, JSON lines), plain, .gz or .zst; - is standard input")
        .text("-o,--out", "MODEL", model_path_, "where the model goes");
    declare_source(spec, source_);
    declare_capture(spec, source_.capture);
    declare_max_rows(spec, source_);
    declare_label(spec, label_);
    declare_flow_labels(spec, source_.capture);
    spec.flag("--all-rows", all_rows_, "fit on all rows, whatever their label");
    declare_learn(spec, learn_);
    declare_detector(spec, detector_);
    spec.real("--calibration", "SHARE", settings_.calibration_share, 0, 0.9,
              "share of the rows kept back for calibration; 0 = none: no p-values then");
    declare_threshold(spec, rule_, "0.01");
    spec.text("--scores-out", "FILE", scores_path_, "write the scores of the training rows, as CSV")
        .number("--seed", "N", common_.seed, 0, UINT64_MAX >> 1, "the same seed gives the same model");
    declare_common(spec, common_);
    return spec;
  }

  int run() override {
    if (model_path_.empty()) throw usage_error("train: say where the model goes: -o MODEL");
    refuse_overwriting(model_path_, {data_, scores_path_.value_or("")});
    if (scores_path_) refuse_overwriting(*scores_path_, {data_});
    set_threads(static_cast<unsigned>(common_.threads));
    console_.quiet = common_.quiet;
    settings_.recipe = detector_.recipe();
    source_.seed = common_.seed;
    source_.capture.normal = label_.normal.value_or(source_.capture.normal);
    const LoadedTable loaded = load_table(data_, source_);
    const JsonInput input = note_input(loaded, console_);
    settings_.seed = common_.seed;
    if (rule_) settings_.rule = *rule_;

    const auto label = choose_label(label_, loaded);
    const TrainingRows rows =
        choose_rows(loaded.table, label ? std::optional(label->column) : std::nullopt,
                    label ? label->normal : std::string(), all_rows_ || settings_.recipe.supervised());
    const ColumnRoles roles = choose_columns(loaded.table, column_choice(learn_, label, loaded));
    if (!label) console_.warn("no-label", no_label_text(roles));
    for (const std::size_t column : roles.learned) {
      const std::string& name = loaded.table.schema()[column].name;
      if (loaded.layout == nullptr && looks_like_label(name)) {
        console_.warn("label-learned",
                      fmt::format("column {} looks like a label, and it is learned: a model that sees the answer is "
                                  "worth nothing on rows that do not have it",
                                  quoted(name)));
      }
    }
    Trained trained = train(loaded.table, rows, roles, settings_);
    complete_record(trained.model, loaded, label);
    note_fit(trained.model.record.notes, console_);
    warn_of_cut(trained.model, console_);

    if (scores_path_) write_scores(loaded, trained);
    trained.model.save(model_path_);
    const ModelSummary summary = summarise(trained.model, model_path_);
    write_file("-",
               common_.json ? train_json(console_.frame({input}), summary) : trained_text(summary, colour_wanted(1)));
    return 0;
  }

 private:
  static std::string no_label_text(const ColumnRoles& roles) {
    std::string text = "no label is known: all rows are taken as usual traffic";
    for (const auto& column : roles.carried) {
      if (column.why.find("label") != std::string::npos) {
        text += fmt::format("; column {} looks like one: --label {} --normal VALUE fits on normal rows only",
                            quoted(column.name), column.name);
        break;
      }
    }
    return text;
  }

  static void complete_record(Model& model, const LoadedTable& loaded, const std::optional<LabelChoice>& label) {
    TrainingRecord& record = model.record;
    record.source = loaded.path;
    record.digest = loaded.digest;
    if (loaded.layout != nullptr) {
      record.layout = loaded.layout->id;
      record.feature_set = loaded.layout->feature_set;
    } else if (loaded.feature_set != nullptr) {
      record.feature_set = loaded.feature_set->id;
    }
    if (label) {
      record.label_column = label->column;
      record.normal_value = label->normal;
    }
  }

  /// One line a row that was used: its number and line in the data, whether it was fitted on or kept back, score,
  /// verdict.
  void write_scores(const LoadedTable& loaded, const Trained& trained) const {
    struct Line {
      std::uint32_t row;
      bool fitted;
      double score;
    };
    std::vector<Line> lines;
    lines.reserve(trained.fitted.size() + trained.kept_back.size());
    for (std::size_t i = 0; i < trained.fitted.size(); ++i)
      lines.push_back({trained.fitted[i], true, trained.fitted_scores[i]});
    for (std::size_t i = 0; i < trained.kept_back.size(); ++i) {
      lines.push_back({trained.kept_back[i], false, trained.kept_back_scores[i]});
    }
    const auto behind_fitted = lines.begin() + static_cast<std::ptrdiff_t>(trained.fitted.size());
    std::inplace_merge(lines.begin(), behind_fitted, lines.end(),
                       [](const Line& a, const Line& b) { return a.row < b.row; });

    OutputFile out(*scores_path_);
    out.write("row,line,used_for,score,verdict\n");
    write_lines(out, lines.size(), [&](std::size_t index, std::string& text) {
      const Line& line = lines[index];
      fmt::format_to(std::back_inserter(text), "{},{},{},{:.9g},{}\n", loaded.number(line.row), loaded.lines[line.row],
                     line.fitted ? "training" : "calibration", line.score, line.score > trained.model.cut ? 1 : 0);
    });
    out.commit();
  }

  std::string data_;
  std::string model_path_;
  SourceOptions source_;
  LabelOptions label_;
  bool all_rows_ = false;
  LearnOptions learn_;
  DetectorOptions detector_{.detector = "auto"};
  TrainSettings settings_;
  std::optional<ThresholdRule> rule_;
  std::optional<std::string> scores_path_;
  CommonOptions common_;
  Console console_{"train"};
};

}  // namespace

std::unique_ptr<Command> make_train_command() { return std::make_unique<TrainCommand>(); }

}  // namespace netstray
