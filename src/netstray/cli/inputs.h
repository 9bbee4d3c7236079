#pragma once

#include <optional>
#include <string>
#include <vector>

#include "netstray/cli/command.h"
#include "netstray/cli/console.h"
#include "netstray/model/column_roles.h"
#include "netstray/model/train.h"
#include "netstray/source/table_source.h"

namespace netstray {

/// Options that several commands share, each declared here once.

/// How the input is read: --layout, --columns, --no-header, --delimiter, --missing, --type, --skip-bad-rows.
void declare_source(CommandSpec& spec, SourceOptions& options);

/// What is said of captures: --features, --filter, --no-checksums, --flow-memory.
void declare_capture(CommandSpec& spec, CaptureChoice& choice);
/// The part of it that `flows` has too: all but --features.
void declare_capture_reading(CommandSpec& spec, CaptureChoice& choice);
/// --labels, for commands that want the truth about a capture's flows.
void declare_flow_labels(CommandSpec& spec, CaptureChoice& choice);
/// Tells what was in a capture: how much of it became flows, and what is odd about it.
void note_capture(const CaptureSummary& summary, const std::string& path, Console& console);

/// --max-rows, for commands that have the whole table in memory; the rows are drawn with the command's --seed.
void declare_max_rows(CommandSpec& spec, SourceOptions& options);

/// What is said of a file that was loaded: warns of rows skipped or left out by --max-rows and of keys that came too
/// late, and gives its entry in the command's JSON.
JsonInput note_input(const LoadedTable& loaded, Console& console);

/// Which column says what a row is: --label, --normal.
struct LabelOptions {
  std::optional<std::string> label;
  std::optional<std::string> normal;
};
void declare_label(CommandSpec& spec, LabelOptions& options);

/// The label column and the value of normal rows, as the user, the labels of a capture or else the layout say; nothing
/// where none does.
struct LabelChoice {
  std::string column;
  std::string normal;
};
/// Throws usage Error for --normal without --label, or --label without --normal.
std::optional<LabelChoice> choose_label(const LabelOptions& options, const LoadedTable& loaded);

/// --drop and --learn.
struct LearnOptions {
  std::vector<std::string> drop;
  std::vector<std::string> learn;
};
void declare_learn(CommandSpec& spec, LearnOptions& options);
/// With the roles that the table's layout or feature set gives its columns.
ColumnChoice column_choice(const LearnOptions& options, const std::optional<LabelChoice>& label,
                           const LoadedTable& loaded);

/// --seed, --threads, --json, --quiet.
struct CommonOptions {
  std::uint64_t seed = 0;
  std::uint64_t threads = 0;
  bool json = false;
  bool quiet = false;
};
void declare_common(CommandSpec& spec, CommonOptions& options);

/// How rows are judged: --detector, --set, --numeric.
struct DetectorOptions {
  std::string detector;
  std::vector<std::string> settings = {};  ///< "key=value" each
  std::optional<Encoding> encoding = {};

  /// Throws usage Error for an unknown detector or setting, with the nearest.
  Recipe recipe() const { return make_recipe(detector, settings, encoding); }
};
/// `options.detector` holds the command's default.
void declare_detector(CommandSpec& spec, DetectorOptions& options);

/// --threshold, --false-alarms: how the cut is found. `preset`: the share where neither is given, in words.
void declare_threshold(CommandSpec& spec, std::optional<ThresholdRule>& rule, const std::string& preset = "as trained");

/// Throws usage Error where `output` is a file that is also read, or written by another option.
void refuse_overwriting(const std::string& output, const std::vector<std::string>& others);

/// Warns where the cut cannot do what its rule says: no calibration rows, too few of them.
void warn_of_cut(const Model& model, Console& console);

/// Tells what a user must know of a fit.
void note_fit(const std::vector<std::string>& notes, Console& console);

/// Warns of skipped rows, one warning with all reasons.
void warn_of_skipped(const std::map<std::string, std::uint64_t>& skipped, const std::string& path, Console& console);

}  // namespace netstray
