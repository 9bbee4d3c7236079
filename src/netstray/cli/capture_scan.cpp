#include "netstray/cli/capture_scan.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/progress.h"
#include "netstray/base/taken_elsewhere.h"
#include "netstray/capture/pcap_writer.h"
#include "netstray/capture/time_range.h"
#include "netstray/feature/flow_columns.h"
#include "netstray/feature/service.h"
#include "netstray/source/capture_flows.h"
#include "netstray/source/row_sample.h"

namespace netstray {
namespace {

constexpr std::size_t kPiecesAhead = 16;

std::unique_ptr<CaptureReader> open_capture(const CaptureScan& scan, std::unique_ptr<ByteSource> opened) {
  CaptureOptions options;
  options.filter = scan.source.capture.filter;
  auto reader = opened ? CaptureReader::open(std::move(opened), options) : CaptureReader::open(scan.paths, options);
  return within(std::move(reader), scan.from, scan.until);
}

/// The flows as rows, of which a sample is kept.
class FlowTable {
 public:
  explicit FlowTable(const SourceOptions& source)
      : columns_(choose_fields(feature_set(source.capture.features).id)),
        sample_(source.max_rows.value_or(kMostRanked), source.seed),
        batch_{Table(columns_.schema()), {}, {}} {}

  void add(std::span<const FlowRecord> records) {
    columns_.append(records, batch_.table);
    for (std::size_t i = 0; i < records.size(); ++i) batch_.lines.push_back(++rows_);
    sample_.thin(batch_);
  }
  void finish(LoadedTable& flows) {
    sample_.finish(batch_);
    flows.table = std::move(batch_.table);
    flows.lines = std::move(batch_.lines);
    flows.rows_read = rows_;
    flows.numbers = sample_.numbers();
  }

 private:
  FlowColumns columns_;
  RowSample sample_;
  RowBatch batch_;
  std::uint64_t rows_ = 0;
};

/// The flows of a table, as far as a story wants to know which they are.
class FlowEnds {
 public:
  explicit FlowEnds(const Table& table)
      : sources_(addresses(table.column("src_ip"))),
        destinations_(addresses(table.column("dst_ip"))),
        protocols_(protocols(table.column("proto"))) {
    const Column& source = table.column("src_ip");
    const Column& destination = table.column("dst_ip");
    const Column& protocol = table.column("proto");
    const auto source_ports = table.column("src_port").numbers();
    const auto destination_ports = table.column("dst_port").numbers();
    ends_.reserve(table.rows());
    for (std::size_t row = 0; row < table.rows(); ++row) {
      ends_.push_back({source.code(row), destination.code(row), protocol.code(row),
                       static_cast<std::uint16_t>(source_ports[row]),
                       static_cast<std::uint16_t>(destination_ports[row])});
    }
  }

  bool in(const StoryScope& scope, std::size_t row) const {
    const Ends& ends = ends_[row];
    return scope.contains(sources_[ends.source], ends.source_port, destinations_[ends.destination],
                          ends.destination_port, protocols_[ends.protocol]);
  }

 private:
  struct Ends {
    std::uint32_t source, destination, protocol;  ///< codes
    std::uint16_t source_port, destination_port;
  };

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

  std::vector<Ends> ends_;
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

  FlowTable table(scan.source);
  {
    TakenElsewhere<FlowRecord> taken(kPiecesAhead, [&](std::span<const FlowRecord> records) {
      finder.add(records);
      table.add(records);
    });
    Progress progress("metering");
    flows.run([&](std::span<FlowRecord> records) { taken.give(records); },
              [&](std::uint64_t position) { progress.update(position, flows.size()); });
    taken.finish();
  }

  ScannedCapture result;
  result.summary = flows.summary();
  result.stories = finder.finish();
  table.finish(result.flows);
  result.flows.feature_set = feature_set_of(result.flows.table.schema());
  return result;
}

void join_scores(ScannedCapture& capture, Ranking& ranking, std::size_t top) {
  const FlowEnds ends(capture.flows.table);
  parallel_for(capture.stories.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      Story& story = capture.stories[i];
      double sum = 0;
      std::uint64_t count = 0;
      for (std::size_t row = 0; row < ranking.scores.size(); ++row) {
        if (!ends.in(story.scope, row)) continue;
        sum += ranking.scores[row];
        ++count;
      }
      if (count > 0) story.score = sum / static_cast<double>(count);
    }
  });
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
