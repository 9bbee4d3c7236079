#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "netstray/alert/story_finder.h"
#include "netstray/base/byte_source.h"
#include "netstray/model/column_roles.h"
#include "netstray/model/rank.h"
#include "netstray/report/findings.h"
#include "netstray/source/capture_summary.h"
#include "netstray/source/table_source.h"

namespace netstray {

/// What `scan` is asked of a capture.
struct CaptureScan {
  std::vector<std::string> paths;  ///< several are one capture
  SourceOptions source;
  std::optional<TimeNs> from, until;
  StorySettings stories;
};

/// What was found in it.
struct ScannedCapture {
  CaptureSummary summary;
  std::vector<Story> stories;
  LoadedTable flows;  ///< a sample of them where there are more than kMostRanked
};

/// Flows that are ranked by a detector where --max-rows says nothing else; stories are of all flows.
inline constexpr std::uint64_t kMostRanked = std::uint64_t{1} << 18;

/// Meters a capture, and joins its flows into stories. `opened` is the one file of `paths`, where it was opened
/// already. Throws Error as CaptureReader.
ScannedCapture scan_capture(const CaptureScan& scan, std::unique_ptr<ByteSource> opened);

/// Gives stories the mean score of their flows, and keeps of the ranking what no story explains: at most `top` entries.
void join_scores(ScannedCapture& capture, Ranking& ranking, std::size_t top);

/// Writes the frames of a story to a pcap file. Throws Error where they cannot be read again, and as PcapWriter.
void write_story(const CaptureScan& scan, const Story& story, const std::string& path);

}  // namespace netstray
