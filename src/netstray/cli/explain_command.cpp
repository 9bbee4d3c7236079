#include <algorithm>
#include <numeric>
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
#include "netstray/report/findings_text.h"
#include "netstray/report/json.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

constexpr std::size_t kReasonsInDetail = 10;

class ExplainCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("explain", "why these rows are unusual to a model");
    spec.example("netstray explain usual.nst today.csv --row 1734", "the reasons of the data's row 1734")
        .example("netstray explain usual.nst today.csv --top 3", "of the three most unusual rows")
        .positional("MODEL", model_path_, "what `netstray train` made")
        .positional("DATA", data_, "a capture, or a table with the model's columns; - is standard input")
        .option("--row", "N", "a row of the data, counted from 1 without the header; may be given again, or as 3,14,15",
                "", [this](const std::string& text) { add_rows(text); })
        .number("--top", "N", top_, 1, 100'000, "without --row: how many of the most unusual rows");
    declare_source(spec, source_);
    declare_capture(spec, source_.capture);
    declare_threshold(spec, rule_);
    declare_common(spec, common_);
    return spec;
  }

  int run() override {
    set_threads(static_cast<unsigned>(common_.threads));
    console_.quiet = common_.quiet;
    Model model = Model::load(model_path_);
    if (rule_) model.recut(*rule_);
    const LoadedTable loaded = load_for_model(data_, source_, model);
    const JsonInput input = note_input(loaded, console_);
    const Verdicts verdicts = model.judge(loaded.table, Explain::none);
    const auto rows = chosen_rows(verdicts);
    const auto reasons = model.explain(loaded.table, rows, kReasonsInDetail);

    Explanation explanation;
    explanation.cut = model.cut;
    explanation.calibration_rows = model.calibration.size();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t row = rows[i];
      explanation.rows.push_back({row + 1, loaded.lines[row], verdicts.scores[row], verdicts.p_values[row],
                                  verdicts.verdicts[row] == 1, carried_values(loaded.table, model.carried, row),
                                  reasons[i].reasons, reasons[i].members});
    }
    write_file("-", common_.json ? explain_json(console_.frame({input}), explanation)
                                 : explain_text(explanation, data_, colour_wanted(1)));
    return 0;
  }

 private:
  void add_rows(const std::string& text) {
    for (const auto& part : split(text, ',')) {
      const auto row = parse_integer(trim(part));
      if (!row || *row < 1)
        throw usage_error(fmt::format("--row: found {}, expected a row number from 1", quoted(part)));
      rows_.push_back(static_cast<std::uint64_t>(*row));
    }
  }

  std::vector<std::size_t> chosen_rows(const Verdicts& verdicts) const {
    const std::size_t count = verdicts.scores.size();
    std::vector<std::size_t> rows;
    for (const std::uint64_t row : rows_) {
      if (row > count) throw Error(fmt::format("{}: has no row {}; it has {} rows", data_, row, grouped(count)));
      rows.push_back(static_cast<std::size_t>(row - 1));
    }
    if (!rows.empty()) return rows;
    rows.resize(count);
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    const auto shown = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(top_, count));
    std::partial_sort(rows.begin(), rows.begin() + shown, rows.end(), [&](std::size_t a, std::size_t b) {
      return verdicts.scores[a] != verdicts.scores[b] ? verdicts.scores[a] > verdicts.scores[b] : a < b;
    });
    rows.resize(static_cast<std::size_t>(shown));
    return rows;
  }

  std::string model_path_;
  std::string data_;
  std::vector<std::uint64_t> rows_;
  std::uint64_t top_ = 5;
  SourceOptions source_;
  std::optional<ThresholdRule> rule_;
  CommonOptions common_;
  Console console_{"explain"};
};

}  // namespace

std::unique_ptr<Command> make_explain_command() { return std::make_unique<ExplainCommand>(); }

}  // namespace netstray
