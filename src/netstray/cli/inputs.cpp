#include "netstray/cli/inputs.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <span>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

void warn_of_late_keys(const std::vector<std::string>& names, const std::string& path, Console& console) {
  if (names.empty()) return;
  constexpr std::size_t kNamed = 5;
  const std::span<const std::string> shown(names.data(), std::min(names.size(), kNamed));
  console.warn("late-keys", fmt::format("{}: {} that the first rows do not have {} left out: {}{}", path,
                                        names.size() == 1 ? "a key" : "keys", names.size() == 1 ? "is" : "are",
                                        join(shown, ", "), names.size() > kNamed ? ", ..." : ""));
}

/// "64M": bytes, or with K, M or G so many times 1024, 1024^2, 1024^3.
std::uint64_t parse_size(const char* option, const std::string& text) {
  constexpr std::string_view kUnits = "KMG";
  const auto unit = text.empty() ? std::string_view::npos : kUnits.find(static_cast<char>(std::toupper(text.back())));
  const bool has_unit = unit != std::string_view::npos;
  const auto number = parse_integer(std::string_view(text).substr(0, text.size() - (has_unit ? 1 : 0)));
  constexpr std::int64_t kMost = std::int64_t{1} << 30;
  if (!number || *number < 0 || (has_unit && *number > kMost)) {
    throw usage_error(fmt::format("{}: found {}, expected a size such as 64M", option, netstray::quoted(text)));
  }
  return static_cast<std::uint64_t>(*number) << (has_unit ? 10 * (unit + 1) : 0);
}

}  // namespace

void declare_source(CommandSpec& spec, SourceOptions& options) {
  spec.text("--layout", "NAME", options.layout,
            "known data set: kdd99 or nsl-kdd (columns, types, label, attack families)")
      .text("--columns", "NAMES|FILE", options.columns,
            "the columns' names, comma-separated, or a KDD .names file; the data has no header")
      .flag("--no-header", options.no_header, "the first row is data; columns are named c1, c2, ...")
      .option("--delimiter", "C", "what separates cells: one character, or tab", "found",
              [&options](const std::string& text) {
                if (text == "tab" || text == "\\t") {
                  options.delimiter = '\t';
                } else if (text.size() == 1) {
                  options.delimiter = text.front();
                } else {
                  throw usage_error(
                      fmt::format("--delimiter: found {}, expected one character, or tab", netstray::quoted(text)));
                }
              })
      .text("--missing", "LIST", options.missing,
            "cells that mean \"no value\", comma-separated, in place of the usual ones")
      .option("--type", "COLUMN=TYPE",
              "type of a column: integer, number, category, time or address; may be given again", "found",
              [&options](const std::string& text) { options.types.push_back(text); })
      .flag("--skip-bad-rows", options.skip_bad_rows,
            "count rows that cannot be read, instead of stopping at the first");
}

void declare_capture(CommandSpec& spec, CaptureChoice& choice) {
  spec.text("--features", "SET", choice.features, "of a capture: what its flows become (docs/conn-v1.md)");
  declare_capture_reading(spec, choice);
}

void declare_capture_reading(CommandSpec& spec, CaptureChoice& choice) {
  spec.option("--filter", "EXPRESSION", "of a capture: only these packets, as tcpdump takes it: 'tcp port 80'", "",
              [&choice](const std::string& text) { choice.filter = text; })
      .option("--no-checksums", "", "of a capture: packets with wrong checksums count as well", "",
              [&choice](const std::string&) { choice.flows.decode.check_checksums = false; })
      .option(
          "--flow-memory", "SIZE", "of a capture: most memory for flows that go on (K, M and G are understood)", "256M",
          [&choice](const std::string& text) { choice.flows.meter.memory_bytes = parse_size("--flow-memory", text); });
}

void declare_flow_labels(CommandSpec& spec, CaptureChoice& choice) {
  spec.text("--labels", "FILE", choice.labels,
            "of a capture: a table that says what its flows are (docs/flows.md); the others are normal");
}

void note_capture(const CaptureSummary& summary, const std::string& path, Console& console) {
  std::string dropped;
  for (const auto& [reason, count] : summary.dropped) {
    dropped += fmt::format("{}{} {}", dropped.empty() ? "; in none: " : ", ", reason, grouped(count));
  }
  console.note(fmt::format("{}: {} of {} packets are in {} flows{}", path, grouped(summary.packets_in_flows),
                           grouped(summary.packets_read), grouped(summary.flows), dropped));
  for (const auto& [id, text] : summary.warnings) console.warn(id, text);
}

void declare_max_rows(CommandSpec& spec, SourceOptions& options) {
  spec.option("--max-rows", "N", "draw N rows at random while reading, for a table larger than memory", "all",
              [&options](const std::string& text) {
                const auto rows = parse_integer(text);
                if (!rows || *rows < 1 || *rows > UINT32_MAX) {
                  throw usage_error(fmt::format("--max-rows: found {}, expected a whole number from 1 to {}",
                                                netstray::quoted(text), UINT32_MAX));
                }
                options.max_rows = static_cast<std::uint64_t>(*rows);
              });
}

JsonInput note_input(const LoadedTable& loaded, Console& console) {
  warn_of_skipped(loaded.skipped, loaded.path, console);
  warn_of_late_keys(loaded.late_names, loaded.path, console);
  JsonInput input{loaded.path, loaded.format, loaded.table.rows(), loaded.skipped};
  if (loaded.capture) {
    note_capture(*loaded.capture, loaded.path, console);
    input.packets = loaded.capture->packets_read;
  }
  if (loaded.rows_read > loaded.table.rows()) {
    input.sampled_from = loaded.rows_read;
    console.warn("rows-sampled", fmt::format("{}: {} of {} rows were drawn at random (--max-rows)", loaded.path,
                                             grouped(loaded.table.rows()), grouped(loaded.rows_read)));
  }
  return input;
}

void declare_label(CommandSpec& spec, LabelOptions& options) {
  spec.text("--label", "COLUMN", options.label, "the column that says what a row is")
      .text("--normal", "VALUE", options.normal, "the label of normal rows; every other value is an anomaly");
}

std::optional<LabelChoice> choose_label(const LabelOptions& options, const LoadedTable& loaded) {
  const Layout* layout = loaded.layout;
  const std::string flow_label(CaptureTableReader::kLabelColumn);
  if (loaded.capture && loaded.table.schema().find(flow_label) && options.label.value_or(flow_label) == flow_label) {
    return LabelChoice{flow_label, options.normal.value_or(CaptureChoice().normal)};
  }
  if (options.label && !options.normal) {
    if (layout != nullptr && *options.label == layout->label_column)
      return LabelChoice{*options.label, layout->normal_value};
    throw usage_error("--label says which column, --normal VALUE must say which of its values is normal");
  }
  if (options.label) return LabelChoice{*options.label, *options.normal};
  if (layout != nullptr) return LabelChoice{layout->label_column, options.normal.value_or(layout->normal_value)};
  if (options.normal) throw usage_error("--normal needs --label COLUMN, or --labels FILE for a capture");
  return {};
}

void declare_learn(CommandSpec& spec, LearnOptions& options) {
  spec.texts("--drop", "COLUMNS", options.drop, "columns not to learn, comma-separated")
      .texts("--learn", "COLUMNS", options.learn, "learn exactly these columns, in spite of the automatic list");
}

ColumnChoice column_choice(const LearnOptions& options, const std::optional<LabelChoice>& label,
                           const LoadedTable& loaded) {
  ColumnChoice choice;
  if (label) choice.label = label->column;
  choice.drop = options.drop;
  choice.learn = options.learn;
  if (const Layout* layout = loaded.layout; layout != nullptr) {
    choice.not_features = layout->not_features;
    choice.not_features.push_back(layout->label_column);
    choice.known_layout = true;
  } else if (loaded.feature_set != nullptr) {
    choice.not_features = carried_fields();
    choice.features_of = loaded.feature_set->id;
    for (const FlowField& field : loaded.feature_set->fields) {
      if (field.use == FieldUse::learned) choice.features.emplace_back(field.name);
    }
  }
  return choice;
}

void declare_common(CommandSpec& spec, CommonOptions& options) {
  spec.number("--threads", "N", options.threads, 0, 1024,
              "threads to use; 0 = one per core. The result is the same for any number");
  spec.flag("--json", options.json, "print the answer as JSON (docs/json.md)")
      .flag("-q,--quiet", options.quiet, "no messages on standard error but errors");
}

void declare_detector(CommandSpec& spec, DetectorOptions& options) {
  spec.text("--detector", "NAME", options.detector, fmt::format("how rows are judged: {}", join(recipe_names(), ", ")))
      .option("--set", "KEY=VALUE",
              "a setting of the detector, as in --set trees=200; of an ensemble's member behind its name, as in --set "
              "iforest.trees=200; may be given again",
              "", [&options](const std::string& text) { options.settings.push_back(text); })
      .option("--numeric", "SCALING",
              "scaling of number columns: standardise, log, minmax, robust, rank or none; or an encoding, as "
              "log+rank+one-hot (docs/encoding.md)",
              "the detector's own", [&options](const std::string& text) { options.encoding = Encoding::parse(text); });
}

void declare_threshold(CommandSpec& spec, std::optional<ThresholdRule>& rule, const std::string& preset) {
  auto once = [&rule](const ThresholdRule& parsed) {
    if (rule && !(*rule == parsed))
      throw usage_error("--threshold and --false-alarms are two ways to say one thing: give one");
    rule = parsed;
  };
  spec.option("--false-alarms", "SHARE", "share of normal rows that may be flagged, in (0, 1)", preset,
              [once](const std::string& text) { once(ThresholdRule::parse("false-alarms:" + text)); })
      .option("--threshold", "RULE",
              "how the cut is found: false-alarms:S, tail:S, alerts-per-day:ALERTS/ROWS, quantile:Q, contamination:S, "
              "contamination:auto, mean-sd:K, mad:K, cluster-mean:K, score:X or best-f1 (docs/thresholds.md)",
              "", [once](const std::string& text) { once(ThresholdRule::parse(text)); });
}

void refuse_overwriting(const std::string& output, const std::vector<std::string>& others) {
  for (const auto& other : others) {
    if (output == "-" || other == "-" || other.empty()) continue;
    std::error_code ignored;
    if (output == other || std::filesystem::equivalent(output, other, ignored)) {
      throw usage_error(fmt::format("{} would be overwritten, but it is needed itself: write to another file",
                                    netstray::quoted(output)));
    }
  }
}

void warn_of_cut(const Model& model, Console& console) {
  if (model.calibration.empty()) {
    console.warn("no-calibration",
                 "no calibration rows were kept back: there are no p-values, and no rate of false alarms is promised");
  }
  if (model.cut_from_training && !model.rule.uses_training()) {
    console.warn(
        "cut-from-training",
        fmt::format(
            "the cut {} was taken from rows that the detector was fitted on: expect more false alarms than asked",
            model.rule.text()));
  }
  if (std::isinf(model.cut) && model.cut > 0) {
    const std::size_t rows = model.cut_from_training ? model.training.size() : model.calibration.size();
    console.warn(
        "few-calibration-rows",
        fmt::format("{} {}row{} are too few for {} ({} are needed): nothing will be flagged; ask for a larger share or "
                    "give more rows",
                    rows, model.cut_from_training ? "" : "calibration ", rows == 1 ? "" : "s", model.rule.text(),
                    model.rule.rows_needed()));
  }
}

void note_fit(const std::vector<std::string>& notes, Console& console) {
  for (const auto& note : notes) console.warn("fit", note);
}

void warn_of_skipped(const std::map<std::string, std::uint64_t>& skipped, const std::string& path, Console& console) {
  std::uint64_t total = 0;
  std::string reasons;
  for (const auto& [reason, count] : skipped) {
    total += count;
    reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", grouped(count), reason);
  }
  if (total > 0)
    console.warn("rows-skipped", fmt::format("{}: skipped {} that could not be read: {}", path,
                                             total == 1 ? "1 row" : grouped(total) + " rows", reasons));
}

}  // namespace netstray
