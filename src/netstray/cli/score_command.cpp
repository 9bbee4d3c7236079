#include <algorithm>
#include <optional>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/base/parallel.h"
#include "netstray/base/progress.h"
#include "netstray/base/text.h"
#include "netstray/base/write_lines.h"
#include "netstray/cli/command.h"
#include "netstray/cli/console.h"
#include "netstray/cli/inputs.h"
#include "netstray/cli/models.h"
#include "netstray/cli/scored_rows.h"
#include "netstray/report/findings_text.h"
#include "netstray/report/json.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

/// Rows judged together: enough to keep the threads busy, few enough to hold in memory.
constexpr std::size_t kBatchRows = 32768;

class ScoreCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("score", "score rows: each row as it came, with score, p-value, verdict and reasons");
    spec.describe(
            "A filter in constant memory. The columns that came in stay as they are; score, p_value, verdict (1 = "
            "flagged) and "
            "reasons (of flagged rows) are added; a name already taken gets the prefix netstray_.")
        .example("netstray score usual.nst today.csv -o scored.csv", "score a table")
        .example("tail -f -n +1 flows.csv | netstray score usual.nst - --line-buffered", "score rows as they come")
        .example("netstray score usual.nst today.csv --false-alarms 0.001", "with another cut, without training again")
        .positional("MODEL", model_path_, "what `netstray train` made")
        .positional("DATA", data_,
                    "a capture, or a table with the model's columns (CSV or JSON lines); - is standard input")
        .text(
            "-o,--out", "FILE", out_,
            "where the rows go, as CSV or as JSON lines by its name (.csv, .tsv, .jsonl, .ndjson), else as they came");
    declare_source(spec, source_);
    declare_capture(spec, source_.capture);
    declare_threshold(spec, rule_);
    spec.flag("--line-buffered", line_buffered_, "write each row as soon as it has come");
    declare_common(spec, common_);
    return spec;
  }

  int run() override {
    if (common_.json && out_ == "-") {
      throw usage_error("score: --json prints the summary on standard output; say where the rows go with -o FILE");
    }
    refuse_overwriting(out_, {data_, model_path_});
    set_threads(static_cast<unsigned>(common_.threads));
    console_.quiet = common_.quiet;
    Model model = Model::load(model_path_);
    if (rule_) model.recut(*rule_);
    warn_of_cut(model, console_);
    const Schema expected = model.encoder().schema();
    TableSource source = open_for_model(data_, source_, model, expected);
    OutputFile out(out_);

    EncodeCounts counts;
    std::uint64_t flagged = 0;
    try {
      stream(model, source, out, counts, flagged);
    } catch (const Error&) {
      if (out_ == "-") out.flush();  // what was good before it
      throw;
    }
    out.commit();
    warn_of_skipped(source.reader().skipped(), data_, console_);
    if (source.capture() != nullptr) note_capture(source.capture()->summary(), data_, console_);
    finish(model, source, counts, flagged);
    return 0;
  }

 private:
  void stream(const Model& model, TableSource& source, OutputFile& out, EncodeCounts& counts,
              std::uint64_t& flagged) const {
    const ScoredRows rows(source, out_);
    out.write(rows.header());
    if (line_buffered_) out.flush();
    Progress progress("scoring");
    RowBatch batch;
    while (source.reader().read(batch, kBatchRows, line_buffered_)) {
      const Verdicts verdicts = model.judge(batch.table, Explain::flagged, &counts);
      write_lines(out, batch.table.rows(),
                  [&](std::size_t row, std::string& text) { rows.append(batch, verdicts, row, text); });
      flagged += static_cast<std::uint64_t>(std::ranges::count(verdicts.verdicts, 1));
      if (line_buffered_) out.flush();
      const InputBytes bytes = source.reader().bytes();
      progress.update(bytes.position, bytes.size);
    }
  }

  void finish(const Model& model, const TableSource& source, const EncodeCounts& counts, std::uint64_t flagged) {
    ScoreSummary summary;
    summary.rows = source.reader().rows();
    summary.flagged = flagged;
    summary.asked_share = model.rule.asked_share();
    summary.unseen = unseen_columns(counts, model.encoder().columns());
    summary.out_of_range = out_of_range_columns(counts, model.encoder().columns());
    if (common_.json) {
      JsonInput input{source.path(), source.format(), summary.rows, source.reader().skipped()};
      if (source.capture() != nullptr) input.packets = source.capture()->summary().packets_read;
      write_file("-", score_json(console_.frame({input}), summary));
    } else if (!common_.quiet) {
      tell(score_text(summary, colour_wanted(2)));
    }
  }

  std::string model_path_;
  std::string data_;
  std::string out_ = "-";
  SourceOptions source_;
  std::optional<ThresholdRule> rule_;
  bool line_buffered_ = false;
  CommonOptions common_;
  Console console_{"score"};
};

}  // namespace

std::unique_ptr<Command> make_score_command() { return std::make_unique<ScoreCommand>(); }

}  // namespace netstray
