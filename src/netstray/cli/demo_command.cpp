#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/base/text.h"
#include "netstray/capture/pcap_writer.h"
#include "netstray/cli/command.h"
#include "netstray/cli/console.h"
#include "netstray/cli/program.h"
#include "netstray/synth/flow_table.h"
#include "netstray/synth/office_capture.h"
#include "netstray/synth/user_log.h"
#include "netstray/table/csv_writer.h"

namespace netstray {
namespace {

constexpr std::size_t kQuietRows = 20'000;
constexpr std::size_t kTodayRows = 6'000;
constexpr double kAnomalyShare = 0.02;
constexpr TimeNs kWeek = TimeNs{7} * 86'400 * 1'000'000'000;

class DemoCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("demo", "made-up traffic, start to finish");
    spec.describe(
            "Makes up an office: a capture of an hour in which it is attacked, the flows of a quiet week, and those of "
            "a "
            "day with planted anomalies of several kinds. Tells what stands out in the capture. Then learns from the "
            "quiet week, ranks, explains and evaluates the day, with the same commands that you would type.")
        .example("netstray demo", "files go to ./netstray-demo")
        .example("netstray demo --user-log users.csv --rows 1000000", "a log of a million rows")
        .text("-o,--out", "DIR", out_, "where the files go")
        .text("--user-log", "FILE", user_log_,
              "only write a made-up log of users and the networks they reach (CSV), in the shape of the study "
              "user-behaviour, with malicious episodes of known kinds")
        .number("--rows", "N", rows_, 1, 100'000'000, "rows of the user log")
        .number("--seed", "N", seed_, 0, UINT64_MAX >> 1, "another seed makes another office");
    return spec;
  }

  int run() override {
    if (!user_log_.empty()) return write_log();
    make_traffic();
    const std::string quiet = in_out("quiet-week.csv");
    const std::string day = in_out("one-day.csv");
    const std::string model = in_out("usual.nst");
    const std::string report = in_out("report.html");
    const std::vector<std::string> labels = {"--label", "label", "--normal", std::string(kNormalLabel)};
    step("What stands out in the hour on the wire?", {"scan", in_out("one-hour.pcap"), "--top", "5"});
    step("What stands out in the day, without any training?", {"scan", day, "--drop", "src_port", "--top", "5"});
    step("Learn what is usual from the quiet week.",
         with(labels, {"train", quiet, "-o", model, "--drop", "src_port", "--false-alarms", "0.01"}));
    step("Why are the day's three most unusual flows unusual to the model?", {"explain", model, day, "--top", "3"});
    step("Score the whole day.", {"score", model, day, "-o", in_out("scored.csv")});
    step("How well does it do? (The planted anomalies are labelled; the model never saw a label of this day.)",
         with(labels, {"evaluate", model, day, "--report", report}));
    write_file("-", fmt::format("\nThe report, for a browser: {}\n", std::filesystem::absolute(report).string()));
    return 0;
  }

 private:
  std::string in_out(const std::string& name) const { return (std::filesystem::path(out_) / name).string(); }

  static std::vector<std::string> with(const std::vector<std::string>& labels, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), labels.begin(), labels.end());
    return arguments;
  }

  int write_log() const {
    if (user_log_.ends_with(".gz") || user_log_.ends_with(".zst"))
      throw usage_error(fmt::format("{}: the log is written as plain text; compress it afterwards", user_log_));
    OutputFile file(user_log_);
    write_user_log(make_user_log({.rows = rows_, .seed = seed_}), file);
    file.commit();
    std::string text = fmt::format("{}: {} made up; malicious ones come in episodes of these kinds:\n", user_log_,
                                   rows_ == 1 ? "1 row" : grouped(rows_) + " rows");
    for (const auto& kind : user_log_kinds()) text += fmt::format("  {:<43} {}\n", kind.label, kind.story);
    tell(text);
    return 0;
  }

  void make_traffic() const {
    std::error_code failed;
    std::filesystem::create_directories(out_, failed);
    if (failed) throw Error(fmt::format("{}: cannot make the folder: {}", out_, failed.message()));
    FlowTableSettings quiet;
    quiet.rows = kQuietRows;
    quiet.anomaly_share = 0;
    quiet.seed = seed_;
    FlowTableSettings day;
    day.rows = kTodayRows;
    day.anomaly_share = kAnomalyShare;
    day.seed = seed_;
    day.days = 1;
    day.start = quiet.start + kWeek;
    write_table(make_flow_table(quiet), "quiet-week.csv");
    write_table(make_flow_table(day), "one-day.csv");
    write_capture();
    std::string text = "An office's made-up packets of one hour, in which\n";
    for (const std::string_view attack : office_attacks()) text += fmt::format("  {}\n", attack);
    text += fmt::format("An office's made-up flows: {} of a quiet week, {} of one day with these planted anomalies:\n",
                        grouped(kQuietRows), grouped(kTodayRows));
    for (const auto& kind : planted_kinds()) text += fmt::format("  {:<16} {}\n", kind.label, kind.story);
    write_file("-", text);
  }

  void write_capture() const {
    const MadeTraffic traffic = make_office_capture({.seed = seed_});
    PcapWriter file(in_out("one-hour.pcap"), LinkType::ethernet, PcapWriter::Resolution::microseconds);
    for (std::size_t i = 0; i < traffic.size(); ++i) file.write(traffic.frame(i));
    file.commit();
  }

  void write_table(const Table& table, const std::string& name) const {
    OutputFile file(in_out(name));
    write_csv(table, file);
    file.commit();
  }

  /// Shows a command and runs it as if it had been typed.
  static void step(std::string_view what, const std::vector<std::string>& arguments) {
    write_file("-", fmt::format("\n# {}\n$ netstray {}\n", what, join(arguments, " ")));
    std::fflush(stderr);
    const int code = run_program(arguments);
    if (code == 130) throw Error("interrupted", Error::Kind::interrupted);
    if (code == 141) throw Error("standard output was closed", Error::Kind::output_closed);
    if (code != 0) throw Error(fmt::format("the step `netstray {}` failed", join(arguments, " ")));
  }

  std::string out_ = "netstray-demo";
  std::string user_log_;
  std::uint64_t rows_ = UserLogSettings{}.rows;
  std::uint64_t seed_ = 1;
};

}  // namespace

std::unique_ptr<Command> make_demo_command() { return std::make_unique<DemoCommand>(); }

}  // namespace netstray
