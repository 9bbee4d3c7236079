#include <cmath>
#include <optional>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/base/parallel.h"
#include "netstray/base/progress.h"
#include "netstray/base/text.h"
#include "netstray/cli/command.h"
#include "netstray/cli/console.h"
#include "netstray/cli/flow_fields_text.h"
#include "netstray/cli/flow_writer.h"
#include "netstray/cli/inputs.h"
#include "netstray/report/capture_text.h"
#include "netstray/report/json.h"
#include "netstray/report/terminal.h"
#include "netstray/source/capture_flows.h"

namespace netstray {
namespace {

constexpr double kLongestSeconds = 30 * 86'400;

class FlowsCommand final : public Command {
 public:
  CommandSpec spec() override {
    CommandSpec spec("flows", "packets to flows: the columns that models learn, as CSV or JSON lines");
    spec.describe(
            "Gathers the packets of captures (pcap, pcapng, plain, .gz or .zst; several files are one capture) into "
            "conversations and writes a row for each, when it ends. What the columns are is told by --list-fields and "
            "docs/conn-v1.md. Every packet is in a flow or counted by the reason why not.")
        .example("netstray flows office.pcap -o flows.csv", "the columns of conn-v1, which train, score and scan use")
        .example("netstray flows a.pcap b.pcap.gz --fields conn-v1,history,community_id --filter 'tcp port 443'",
                 "two files as one capture, some packets only, further columns")
        .example("tcpdump -w - | netstray flows - -o flows.jsonl --summary summary.json",
                 "from a pipe, as JSON lines, and what was in it")
        .positionals("FILE", files_, "captures; - is standard input", false)
        .text("-o,--out", "FILE", out_, "where the rows go: JSON lines where named .jsonl or .ndjson, else CSV")
        .text("--features", "SET", choice_.features, "the columns, as a named set (docs/conn-v1.md)")
        .text("--fields", "LIST", fields_, "the columns one by one: names, sets or all, comma-separated")
        .text("--summary", "FILE", summary_path_, "also write what was in the capture, as JSON (docs/json.md)");
    declare_capture_reading(spec, choice_);
    declare_metering(spec);
    spec.number("--talkers", "N", talkers_, 0, 1000, "how many of those that talk most the summary names")
        .flag("--list-fields", list_fields_, "print all fields instead, and what they mean")
        .flag("--markdown", markdown_, "with --list-fields: as it stands in docs/conn-v1.md");
    declare_common(spec, common_);
    return spec;
  }

  int run() override {
    if (list_fields_) {
      write_file("-", markdown_ ? flow_fields_markdown() : flow_fields_text());
      return 0;
    }
    check_usage();
    set_threads(static_cast<unsigned>(common_.threads));
    console_.quiet = common_.quiet;
    const FlowColumns columns(choose_fields(fields_.value_or(std::string(feature_set(choice_.features).id))));
    choice_.flows.meter.first_packets = static_cast<std::uint8_t>(first_packets_);
    choice_.flows.talkers = static_cast<std::size_t>(talkers_);
    CaptureFlows flows(CaptureReader::open(files_, {choice_.filter}), choice_.flows);
    OutputFile out(out_);
    try {
      write_rows(flows, columns, out);
    } catch (const Error&) {
      if (out_ == "-") out.flush();  // what was good before it
      throw;
    }
    out.commit();
    tell_summary(flows.summary(), columns.schema().names());
    return 0;
  }

 private:
  void declare_metering(CommandSpec& spec) {
    MeterSettings& meter = choice_.flows.meter;
    declare_seconds(spec, "--tcp-timeout", meter.tcp_idle, "a TCP connection ends after so long a silence");
    declare_seconds(spec, "--udp-timeout", meter.udp_idle, "a UDP conversation ends after so long a silence");
    declare_seconds(spec, "--dns-timeout", meter.dns_idle, "one with a DNS server does; 0 = as other UDP", kMayBeNone);
    declare_seconds(spec, "--icmp-timeout", meter.icmp_idle, "an ICMP conversation ends after so long a silence");
    declare_seconds(spec, "--other-timeout", meter.other_idle, "any other conversation ends after so long a silence");
    declare_seconds(spec, "--tcp-attempt", meter.tcp_attempt, "how long an answer to the first SYN may take");
    declare_seconds(spec, "--tcp-close", meter.tcp_close, "how long packets after the close belong to the connection");
    declare_seconds(spec, "--active-timeout", meter.active_limit, "a conversation is cut after so long; 0 = never",
                    kMayBeNone);
    declare_seconds(spec, "--interim", meter.interim_interval,
                    "a conversation that goes on gives a row so far each time so long has passed; 0 = never",
                    kMayBeNone);
    spec.number("--first-packets", "N", first_packets_, 0, UINT8_MAX,
                "keep so many first packets of each flow, for the fields first_sizes, first_times and first_flags")
        .flag("--vlan-in-key", meter.vlan_in_key, "packets of different VLANs are different conversations");
  }

  static constexpr bool kMayBeNone = true;

  static void declare_seconds(CommandSpec& spec, const std::string& name, TimeNs& value, std::string help,
                              bool may_be_none = false) {
    constexpr auto kSecond = static_cast<double>(MeterSettings::kSecond);
    const std::string preset = readable(static_cast<double>(value) / kSecond);
    spec.option(name, "SECONDS", std::move(help), preset, [name, &value, may_be_none](const std::string& text) {
      const auto seconds = parse_double(text);
      const bool right = seconds && *seconds >= 0 && *seconds <= kLongestSeconds && (may_be_none || *seconds > 0);
      if (!right) {
        throw usage_error(fmt::format("{}: found {}, expected seconds, {} to {}", name, quoted(text),
                                      may_be_none ? "0" : "above 0", kLongestSeconds));
      }
      value = std::llround(*seconds * kSecond);
    });
  }

  void check_usage() {
    if (files_.empty()) throw usage_error("flows: FILE is missing: a capture (see `netstray flows --help`)");
    if (markdown_) throw usage_error("flows: --markdown goes with --list-fields");
    if (out_ == "-" && (common_.json || summary_path_.value_or("") == "-")) {
      throw usage_error("flows: the rows are on standard output; say where they go with -o FILE");
    }
    refuse_overwriting(out_, files_);
    if (!summary_path_) return;
    refuse_overwriting(*summary_path_, files_);
    refuse_overwriting(*summary_path_, {out_});
  }

  void write_rows(CaptureFlows& flows, const FlowColumns& columns, OutputFile& out) const {
    FlowWriter writer(out, out_, columns, !flows.size());
    Progress progress("metering");
    flows.run([&](std::span<FlowRecord> records) { writer.write(records); },
              [&](std::uint64_t position) { progress.update(position, flows.size()); });
    writer.finish();
  }

  void tell_summary(const CaptureSummary& summary, const std::vector<std::string>& fields) {
    if (!common_.quiet && !common_.json) tell(capture_text(summary, join(files_, ", "), colour_wanted(2)));
    for (const auto& [id, text] : summary.warnings) console_.warn(id, text);
    std::vector<JsonInput> inputs;
    for (const auto& input : summary.inputs) {
      JsonInput& entry = inputs.emplace_back();
      entry.path = input.name;
      entry.format = input.format;
      entry.packets = input.frames;
    }
    if (!summary_path_ && !common_.json) return;
    const std::string json = flows_json(console_.frame(std::move(inputs)), summary, fields);
    if (summary_path_) write_file(*summary_path_, json);
    if (common_.json && summary_path_.value_or("") != "-") write_file("-", json);
  }

  std::vector<std::string> files_;
  std::string out_ = "-";
  std::optional<std::string> fields_;
  std::optional<std::string> summary_path_;
  CaptureChoice choice_;
  std::uint64_t first_packets_ = 0;
  std::uint64_t talkers_ = 10;
  bool list_fields_ = false;
  bool markdown_ = false;
  CommonOptions common_;
  Console console_{"flows"};
};

}  // namespace

std::unique_ptr<Command> make_flows_command() { return std::make_unique<FlowsCommand>(); }

}  // namespace netstray
