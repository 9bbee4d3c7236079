#include "netstray/cli/capture_scan.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/progress.h"
#include "netstray/capture/pcap_writer.h"
#include "netstray/capture/time_range.h"
#include "netstray/feature/flow_columns.h"
#include "netstray/feature/service.h"
#include "netstray/source/capture_flows.h"
#include "netstray/source/row_sample.h"

namespace netstray {
namespace {

std::unique_ptr<CaptureReader> open_capture(const CaptureScan& scan, std::unique_ptr<ByteSource> opened) {
  CaptureOptions options;
  options.filter = scan.source.capture.filter;
  auto reader = opened ? CaptureReader::open(std::move(opened), options) : CaptureReader::open(scan.paths, options);
  return within(std::move(reader), scan.from, scan.until);
}

/// The flows of a table, as far as a story wants to know which they are.
class FlowEnds {
 public:
  explicit FlowEnds(const Table& table)
      : source_(table.column("src_ip")),
        destination_(table.column("dst_ip")),
        source_port_(table.column("src_port")),
        destination_port_(table.column("dst_port")),
        protocol_(table.column("proto")),
        sources_(addresses(source_)),
        destinations_(addresses(destination_)),
        protocols_(protocols(protocol_)) {}

  bool in(const StoryScope& scope, std::size_t row) const {
    return scope.contains(sources_[source_.code(row)], port(source_port_, row), destinations_[destination_.code(row)],
                          port(destination_port_, row), protocols_[protocol_.code(row)]);
  }

 private:
  static std::vector<IpAddress> addresses(const Column& column) {
    std::vector<IpAddress> all;
    for (const std::string& text : column.levels()) all.push_back(parse_address(text).value_or(IpAddress{}));
    return all;
  }
  static std::vector<Protocol> protocols(const Column& column) {
    constexpr unsigned kProtocols = 256;
    std::vector<Protocol> all;
    for (const std::string& text : column.levels()) {
      unsigned number = 0;
      while (number + 1 < kProtocols && protocol_name(static_cast<Protocol>(number)) != text) ++number;
      all.push_back(static_cast<Protocol>(number));
    }
    return all;
  }
  static std::uint16_t port(const Column& column, std::size_t row) {
    return static_cast<std::uint16_t>(column.number(row));
  }

  const Column &source_, &destination_, &source_port_, &destination_port_, &protocol_;
  std::vector<IpAddress> sources_, destinations_;
  std::vector<Protocol> protocols_;
};

bool belongs(const Decoded& decoded, const StoryScope& scope) {
  if (decoded.claim && scope.contains_claim(decoded.claim->ip)) return true;
  return std::ranges::any_of(decoded.all(), [&](const Packet& packet) { return scope.contains(packet); });
}

}  // namespace

ScannedCapture scan_capture(const CaptureScan& scan, std::unique_ptr<ByteSource> opened) {
  FlowSettings settings = scan.source.capture.flows;
  settings.next_hops = true;
  CaptureFlows flows(open_capture(scan, std::move(opened)), settings);
  StoryFinder finder(scan.stories);
  flows.watch([&](const PacketBatch& batch) {
    for (const AddressClaim& claim : batch.claims) finder.add(claim);
    for (const NextHop& hop : batch.hops) finder.add(hop);
  });

  const FlowColumns columns(choose_fields(feature_set(scan.source.capture.features).id));
  RowSample sample(scan.source.max_rows.value_or(kMostRanked), scan.source.seed);
  RowBatch batch{Table(columns.schema()), {}, {}};
  std::uint64_t rows = 0;
  Progress progress("metering");
  flows.run(
      [&](std::span<FlowRecord> records) {
        finder.add(records);
        columns.append(records, batch.table);
        for (std::size_t i = 0; i < records.size(); ++i) batch.lines.push_back(++rows);
        sample.thin(batch);
      },
      [&](std::uint64_t position) { progress.update(position, flows.size()); });
  sample.finish(batch);

  ScannedCapture result;
  result.summary = flows.summary(scan.source.capture.talkers);
  result.stories = finder.finish();
  result.flows.table = std::move(batch.table);
  result.flows.lines = std::move(batch.lines);
  result.flows.rows_read = rows;
  result.flows.numbers = sample.numbers();
  result.flows.feature_set = feature_set_of(result.flows.table.schema());
  return result;
}

void join_scores(ScannedCapture& capture, Ranking& ranking, std::size_t top) {
  const FlowEnds ends(capture.flows.table);
  for (Story& story : capture.stories) {
    double sum = 0;
    std::uint64_t count = 0;
    for (std::size_t row = 0; row < ranking.scores.size(); ++row) {
      if (!ends.in(story.scope, row)) continue;
      sum += ranking.scores[row];
      ++count;
    }
    if (count > 0) story.score = sum / static_cast<double>(count);
  }
  std::erase_if(ranking.top, [&](const RankedRow& ranked) {
    return std::ranges::any_of(capture.stories, [&](const Story& story) { return ends.in(story.scope, ranked.row); });
  });
  if (ranking.top.size() > top) ranking.top.resize(top);
}

void write_story(const CaptureScan& scan, const Story& story, const std::string& path) {
  if (std::ranges::find(scan.paths, "-") != scan.paths.end()) {
    throw usage_error("--write-pcap reads the capture a second time, which standard input does not allow: name a file");
  }
  const auto reader = open_capture(scan, nullptr);
  const Decoder decoder({.check_checksums = false, .most_tunnels = scan.source.capture.flows.decode.most_tunnels});
  Decoded decoded;
  std::optional<PcapWriter> writer;
  constexpr std::size_t kFramesAtOnce = 128;
  std::array<Frame, kFramesAtOnce> frames;
  while (const std::size_t count = reader->next(std::span(frames))) {
    for (const Frame& frame : std::span(frames).first(count)) {
      decoder.decode(frame, decoded);
      if (!belongs(decoded, story.scope)) continue;
      if (!writer) writer.emplace(path, frame.link);
      writer->write(frame);
    }
  }
  if (!writer) throw Error(fmt::format("{}: no packet of the story is there any more; has the capture changed?", path));
  writer->commit();
}

}  // namespace netstray
