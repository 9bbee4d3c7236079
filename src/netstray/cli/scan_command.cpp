#include <optional>
#include <utility>

#include <fmt/core.h>

#include "netstray/alert/story_conditions.h"
#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/base/time.h"
#include "netstray/capture/capture_reader.h"
#include "netstray/cli/capture_scan.h"
#include "netstray/cli/command.h"
#include "netstray/cli/console.h"
#include "netstray/cli/inputs.h"
#include "netstray/cli/models.h"
#include "netstray/model/rank.h"
#include "netstray/report/capture_text.h"
#include "netstray/report/findings_text.h"
#include "netstray/report/json.h"
#include "netstray/report/story_text.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

/// The ten commonest distinct rows making up more than this share of all is worth a warning.
constexpr double kManyAlike = 0.5;

class ScanCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("scan", "what stands out in a capture or a table; no training needed");
    spec.describe(
            "Of a capture: tells what was in it, then the stories that its flows make up (scans, floods, password "
            "guessing, tunnels, ARP poisoning and others, by the named conditions of docs/stories.md), each with a "
            "display filter for Wireshark, then the rarest flows that no story explains. Packets with wrong "
            "checksums count. Of a table: fits a detector, the isolation forest unless told otherwise, on the very "
            "rows that it ranks, so it finds what is rare in this file. Labels are never used; a label column is "
            "only shown. Rows that are equal in all learned columns are one line with their count, and of rows that "
            "stand out in the same way (the same columns lead their reasons) the three highest are shown.")
        .example("netstray scan office.pcap", "what was in it, and what stands out")
        .example("netstray scan a.pcap b.pcap.gz --write-pcap 1 story.pcap",
                 "two files as one; the first story's packets")
        .example("netstray scan flows.csv", "the twenty rows that stand out most, with reasons")
        .example("netstray scan kddcup.data.gz --layout kdd99 --top 50", "a published data set")
        .example("zcat flows.csv.gz | netstray scan - --drop src_port --json", "from a pipe, as JSON")
        .positionals(
            "FILE", files_,
            "captures (pcap, pcapng; several are one) or a table (CSV, TSV, JSON lines), plain, .gz or .zst; - is "
            "standard input",
            false);
    declare_source(spec, source_);
    declare_capture(spec, source_.capture);
    spec.text("--home-net", "NETWORKS", home_net_, "of a capture: what is inside, in place of the private networks")
        .text("--from", "TIME", from_, "of a capture: only packets from this time on, 2026-03-02T09:00:00Z")
        .text("--until", "TIME", until_, "of a capture: only packets before this time")
        .pair("--write-pcap", "RANK FILE", write_pcap_, "of a capture: write the packets of the story of this rank")
        .flag("--list-stories", list_stories_, "print which stories there are and when each holds, instead")
        .flag("--markdown", markdown_, "with --list-stories: as it stands in docs/stories.md");
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
    if (list_stories_) {
      write_file("-", story_conditions_text(markdown_));
      return 0;
    }
    if (markdown_) throw usage_error("scan: --markdown goes with --list-stories");
    if (files_.empty()) throw usage_error("scan: FILE is missing: a capture or a table (see `netstray scan --help`)");
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
    if (source_.layout) static_cast<void>(layout(*source_.layout));  // refuses a name that there is not
    if (files_.size() > 1) return scan_capture_files(nullptr);
    auto file = open_peeked(files_.front());
    if (is_capture(file->peek(kCaptureMagicBytes))) {
      refuse_table_options(source_, file->name());
      return scan_capture_files(std::move(file));
    }
    refuse_capture_options();
    return scan_table(std::move(file));
  }

 private:
  int scan_table(std::unique_ptr<PeekedSource> file) {
    const LoadedTable loaded = load_table(std::move(file), files_.front(), source_);
    const JsonInput input = note_input(loaded, console_);

    const auto [roles, ranking] = rank(loaded, static_cast<std::size_t>(top_));
    warn_of_likeness(ranking, loaded.table.rows());
    const ScanResult result = result_of(ranking, loaded, roles);
    write_file("-", common_.json ? scan_json(console_.frame({input}), result)
                                 : scan_text(result, files_.front(), console_.warnings(), colour_wanted(1)));
    return 0;
  }

  /// `opened`: the only file, where it was opened already.
  int scan_capture_files(std::unique_ptr<PeekedSource> opened) {
    CaptureScan scan{files_, source_, time_of("--from", from_), time_of("--until", until_), {}};
    // A capture made on the host that sends shows wrong checksums; an attack is one whatever its checksums.
    scan.source.capture.flows.decode.check_checksums = false;
    if (home_net_) scan.stories.home = parse_ranges("--home-net", *home_net_);
    ScannedCapture capture = scan_capture(scan, std::move(opened));
    for (const auto& [id, text] : capture.summary.warnings) {
      if (id != "address-claimed-twice") console_.warn(id, text);  // the stories tell which of them matter
    }
    const ScanResult lone = rank_lone_flows(capture);
    if (write_pcap_) write_story(scan, chosen_story(capture.stories), write_pcap_->second);

    std::vector<JsonInput> inputs;
    inputs.reserve(capture.summary.inputs.size());
    for (const auto& input : capture.summary.inputs) {
      inputs.push_back({.path = input.name, .format = input.format, .rows = {}, .packets = input.frames});
    }
    const bool colour = colour_wanted(1);
    write_file("-", common_.json
                        ? capture_scan_json(console_.frame(std::move(inputs)), capture.summary, capture.stories, lone)
                        : capture_text(capture.summary, join(files_, ", "), colour) + '\n' +
                              stories_text(capture.stories, lone, static_cast<std::size_t>(top_), colour));
    return 0;
  }

  struct Ranked {
    ColumnRoles roles;
    Ranking ranking;
  };
  Ranked rank(const LoadedTable& loaded, std::size_t top) {
    std::optional<LabelChoice> label;
    if (label_) {
      loaded.table.schema().require(*label_);
      label = LabelChoice{*label_, ""};
    }
    ColumnRoles roles = choose_columns(loaded.table, column_choice(learn_, label, loaded));
    Ranking ranking = rank_rows(loaded.table, roles, settings_, top, each_ ? Alike::apart : Alike::together);
    for (const auto& note : ranking.notes) console_.keep("fit", note);
    return {std::move(roles), std::move(ranking)};
  }

  /// Ranks the flows, joins the scores to the stories, and tells what is left.
  ScanResult rank_lone_flows(ScannedCapture& capture) {
    const LoadedTable& flows = capture.flows;
    if (flows.table.rows() < 2) return {.rows = flows.rows_read, .distinct_rows = 0, .labels_used = false, .top = {}};
    const auto top = static_cast<std::size_t>(top_);
    auto [roles, ranking] = rank(flows, top * kRankedPerLone);
    join_scores(capture, ranking, top);
    ScanResult result = result_of(ranking, flows, roles);
    result.rows = flows.rows_read;
    return result;
  }

  const Story& chosen_story(std::span<const Story> stories) const {
    const auto rank = parse_integer(write_pcap_->first);
    if (write_pcap_->second.empty() || !rank || *rank < 1) {
      throw usage_error("--write-pcap: expected the rank of a story and a file, such as --write-pcap 1 story.pcap");
    }
    if (static_cast<std::uint64_t>(*rank) > stories.size()) {
      throw Error(fmt::format("--write-pcap {}: the capture has {} {}", *rank, stories.size(),
                              stories.size() == 1 ? "story" : "stories"));
    }
    return stories[static_cast<std::size_t>(*rank) - 1];
  }

  static std::optional<TimeNs> time_of(const char* option, const std::optional<std::string>& text) {
    if (!text) return {};
    const auto time = parse_time(*text);
    if (!time) {
      throw usage_error(
          fmt::format("{}: found {}, expected a time such as 2026-03-02T09:00:00Z", option, quoted(*text)));
    }
    return time;
  }

  void refuse_capture_options() const {
    const char* option = home_net_ ? "--home-net" : from_ ? "--from" : until_ ? "--until" : nullptr;
    if (write_pcap_) option = "--write-pcap";
    if (option) throw usage_error(fmt::format("{} is for packet captures, but {} is a table", option, files_.front()));
  }

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

  /// Ranked rows that are looked at for each that is shown, as stories explain some of them.
  static constexpr std::size_t kRankedPerLone = 10;

  std::vector<std::string> files_;
  SourceOptions source_;
  std::optional<std::string> home_net_, from_, until_;
  std::optional<std::pair<std::string, std::string>> write_pcap_;
  bool list_stories_ = false;
  bool markdown_ = false;
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
