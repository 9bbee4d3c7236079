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
#include "netstray/model/rank.h"
#include "netstray/report/findings_text.h"
#include "netstray/report/json.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

/// The ten commonest distinct rows making up more than this share of all is worth a warning.
constexpr double kManyAlike = 0.5;

class ScanCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("scan", "rank what stands out in a table; no training needed");
    spec.describe(
            "Fits a detector, the isolation forest unless told otherwise, on the very rows that it ranks, so it finds "
            "what is rare in this file. Labels "
            "are never "
            "used; a label column is only shown. Rows that are equal in all learned columns are one line with their "
            "count, and of "
            "rows that stand out in the same way (the same columns lead their reasons) the three highest are shown.")
        .example("netstray scan flows.csv", "the twenty rows that stand out most, with reasons")
        .example("netstray scan kddcup.data.gz --layout kdd99 --top 50", "a published data set")
        .example("zcat flows.csv.gz | netstray scan - --drop src_port --json", "from a pipe, as JSON")
        .positional(
            "FILE", data_,
            "a capture (pcap, pcapng) or a table (CSV, TSV, JSON lines), plain, .gz or .zst; - is standard input");
    declare_source(spec, source_);
    declare_capture(spec, source_.capture);
    declare_max_rows(spec, source_);
    spec.text("--label", "COLUMN", label_, "a column that is a label: shown, never learned");
    declare_learn(spec, learn_);
    declare_detector(spec, detector_);
    spec.number("--top", "N", top_, 1, 1'000'000, "how many to show")
        .flag("--each", each_, "every distinct row by itself, however many stand out in the same way")
        .number("--seed", "N", common_.seed, 0, UINT64_MAX >> 1, "the same seed gives the same ranking");
    declare_common(spec, common_);
    return spec;
  }

  int run() override {
    set_threads(static_cast<unsigned>(common_.threads));
    console_.quiet = common_.quiet;
    settings_.seed = common_.seed;
    settings_.recipe = detector_.recipe();
    if (settings_.recipe.supervised()) {
      throw usage_error(
          fmt::format("scan: {0} learns from labels, which a scan never uses: netstray train --detector {0}",
                      settings_.recipe.name));
    }
    source_.seed = common_.seed;
    const LoadedTable loaded = load_table(data_, source_);
    const JsonInput input = note_input(loaded, console_);

    std::optional<LabelChoice> label;
    if (label_) {
      loaded.table.schema().require(*label_);
      label = LabelChoice{*label_, ""};
    }
    const ColumnRoles roles = choose_columns(loaded.table, column_choice(learn_, label, loaded));
    const Ranking ranking = rank_rows(loaded.table, roles, settings_, static_cast<std::size_t>(top_),
                                      each_ ? Alike::apart : Alike::together);
    for (const auto& note : ranking.notes) console_.keep("fit", note);
    warn_of_likeness(ranking, loaded.table.rows());
    const ScanResult result = result_of(ranking, loaded, roles);
    write_file("-", common_.json ? scan_json(console_.frame({input}), result)
                                 : scan_text(result, data_, console_.warnings(), colour_wanted(1)));
    return 0;
  }

 private:
  void warn_of_likeness(const Ranking& ranking, std::size_t rows) {
    if (ranking.distinct_rows == 1) {
      console_.keep("all-rows-equal", "all rows are equal in the learned columns: nothing stands out");
      return;
    }
    if (ranking.commonest_share <= kManyAlike || ranking.distinct_rows <= 10) return;
    console_.keep(
        "most-rows-alike",
        fmt::format(
            "{:.0f} % of the {} rows are repeats of only ten distinct ones: what is ranked here is rarity, and a "
            "flood of equal rows is the opposite of rare. Train on quiet traffic to judge such rows",
            100 * ranking.commonest_share, grouped(rows)));
  }

  static ScanResult result_of(const Ranking& ranking, const LoadedTable& loaded, const ColumnRoles& roles) {
    ScanResult result;
    result.rows = loaded.table.rows();
    result.distinct_rows = ranking.distinct_rows;
    for (const auto& ranked : ranking.top) {
      Finding finding;
      finding.rank = result.top.size() + 1;
      finding.row = loaded.number(ranked.row);
      finding.line = loaded.lines[ranked.row];
      finding.count = ranked.count;
      finding.similar = ranked.similar;
      finding.score = ranked.score;
      finding.carried = carried_values(loaded.table, roles.carried, ranked.row);
      finding.reasons = ranked.reasons;
      result.top.push_back(std::move(finding));
    }
    return result;
  }

  std::string data_;
  SourceOptions source_;
  std::optional<std::string> label_;
  LearnOptions learn_;
  DetectorOptions detector_{.detector = "iforest"};
  TrainSettings settings_;
  std::uint64_t top_ = 20;
  bool each_ = false;
  CommonOptions common_;
  Console console_{"scan"};
};

}  // namespace

std::unique_ptr<Command> make_scan_command() { return std::make_unique<ScanCommand>(); }

}  // namespace netstray
