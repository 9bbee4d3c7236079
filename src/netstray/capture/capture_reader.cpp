#include "netstray/capture/capture_reader.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "netstray/base/error.h"
#include "netstray/base/read_ahead.h"
#include "netstray/capture/capture_file.h"
#include "netstray/capture/frame_filter.h"

namespace netstray {
namespace {

/// A file of several, in the order in which they begin.
struct Part {
  std::size_t input = 0;
  std::string path;
  TimeNs head = 0;                    ///< time of its first frame
  std::unique_ptr<CaptureFile> file;  ///< while it is read, and always where it could not be opened again
  std::vector<Frame> batch;           ///< frames of it at hand: [next, batch.size())
  std::size_t next = 0;

  bool exhausted() const noexcept { return next == batch.size(); }
  TimeNs time() const noexcept { return batch[next].time; }
};

class FileReader final : public CaptureReader {
 public:
  explicit FileReader(const CaptureOptions& options) : unpack_ahead_(options.unpack_ahead) {
    if (!options.filter.empty()) filter_.emplace(options.filter);
  }

  void add_only(std::unique_ptr<ByteSource> source) {
    Part part;
    part.file = start(std::move(source));
    part.input = register_input(*part.file);
    parts_.push_back(std::move(part));
    active_.push_back(&parts_.back());
  }

  /// Learns when each of the files begins; those that can be opened again are closed until then.
  void add_all(std::span<const std::string> paths) {
    parts_.reserve(paths.size());
    for (const auto& path : paths) {
      Part part;
      part.path = path;
      part.file = std::make_unique<CaptureFile>(open_bytes(path));
      part.input = register_input(*part.file);
      Frame first;
      if (part.file->next({&first, 1}) == 0) {
        refresh(part);
        finished_bytes_ += part.file->source().position();
        continue;
      }
      part.head = first.time;
      if (part.file->source().size()) {
        part.file.reset();
      } else {
        part.batch.assign(1, first);
        refresh(part);
      }
      parts_.push_back(std::move(part));
    }
    std::ranges::sort(parts_, {}, [](const Part& part) { return std::tie(part.head, part.path, part.input); });
  }

  std::size_t next(std::span<Frame> frames) override {
    if (inputs_.size() == 1 && !frames.empty() && !active_.empty()) return read(*active_.front(), frames);
    std::size_t count = 0;
    while (count < frames.size() && prepare(count == 0)) count += take_run(frames.subspan(count));
    return count;
  }

  std::uint64_t frames_read() const noexcept override {
    std::uint64_t sum = 0;
    for (const auto& input : inputs_) sum += input.frames;
    return sum;
  }
  std::uint64_t frames_left_out() const noexcept override { return left_out_; }
  std::span<const CaptureInput> inputs() const noexcept override { return inputs_; }

  std::uint64_t position() const noexcept override {
    std::uint64_t sum = finished_bytes_;
    for (const Part* part : active_) sum += part->file->source().position();
    return sum;
  }
  std::optional<std::uint64_t> size() const noexcept override {
    return sizes_known_ ? std::optional(size_) : std::nullopt;
  }

 private:
  static constexpr std::size_t kBatch = 256;

  std::unique_ptr<CaptureFile> start(std::unique_ptr<ByteSource> source) const {
    if (unpack_ahead_ && source->compression() != "plain") source = read_ahead(std::move(source));
    return std::make_unique<CaptureFile>(std::move(source));
  }

  std::size_t register_input(const CaptureFile& file) {
    inputs_.push_back(file.input());
    size_ += file.source().size().value_or(0);
    sizes_known_ = sizes_known_ && file.source().size().has_value();
    return inputs_.size() - 1;
  }

  /// Notes how far a file was read.
  void refresh(const Part& part) {
    CaptureInput& known = inputs_[part.input];
    known.frames = part.file->input().frames;
    if (part.file->input().broken) known.broken = part.file->input().broken;
  }

  /// The next frames of a file that the filter lets pass; 0 at its end.
  std::size_t read(Part& part, std::span<Frame> frames) {
    for (;;) {
      const std::size_t count = part.file->next(frames);
      refresh(part);
      if (count == 0) return 0;
      const std::size_t passed = filter(frames.first(count));
      left_out_ += count - passed;
      if (passed > 0) return passed;
    }
  }

  std::size_t filter(std::span<Frame> frames) {
    if (!filter_) return frames.size();
    const auto gone = std::ranges::remove_if(frames, [this](const Frame& frame) { return !filter_->matches(frame); });
    return frames.size() - gone.size();
  }

  /// Sees to it that every file that is being read has a frame at hand, and that every file is being read that begins
  /// before that. False at the end, and where frames that were given away would have to go for it.
  bool prepare(bool may_refill) {
    for (Part* part : active_) {
      if (part->exhausted() && !may_refill) return false;
    }
    for (Part* part : active_) {
      if (part->exhausted()) refill(*part);
    }
    std::erase_if(active_, [](const Part* part) { return part->file == nullptr; });
    while (begun_ < parts_.size() && (active_.empty() || parts_[begun_].head <= first_active().time())) {
      Part& part = parts_[begun_++];
      begin(part);
      if (part.file != nullptr) active_.push_back(&part);
    }
    return !active_.empty();
  }

  void begin(Part& part) {
    if (part.file == nullptr) {
      part.file = start(open_bytes(part.path));
      refill(part);
      return;
    }
    const std::size_t passed = filter(part.batch);
    left_out_ += part.batch.size() - passed;
    part.batch.resize(passed);
    if (part.exhausted()) refill(part);
  }

  /// More of a file, or its end.
  void refill(Part& part) {
    part.batch.resize(kBatch);
    part.next = 0;
    part.batch.resize(read(part, part.batch));
    if (!part.batch.empty()) return;
    finished_bytes_ += part.file->source().position();
    part.file.reset();
  }

  Part& first_active() {
    return **std::ranges::min_element(active_, {}, [](const Part* part) { return order(*part); });
  }
  /// At the same time the file goes first that began first.
  static std::pair<TimeNs, const Part*> order(const Part& part) noexcept { return {part.time(), &part}; }

  /// Gives frames of the first file as long as no other one is due.
  std::size_t take_run(std::span<Frame> frames) {
    Part& first = first_active();
    std::optional<std::pair<TimeNs, const Part*>> due;
    if (begun_ < parts_.size()) due = {parts_[begun_].head, &parts_[begun_]};
    for (const Part* other : active_) {
      if (other != &first && (!due || order(*other) < *due)) due = order(*other);
    }
    std::size_t count = 0;
    while (count < frames.size() && !first.exhausted() && (!due || order(first) < *due)) {
      frames[count++] = first.batch[first.next++];
    }
    return count;
  }

  bool unpack_ahead_;
  std::optional<FrameFilter> filter_;
  std::vector<CaptureInput> inputs_;
  std::vector<Part> parts_;
  std::vector<Part*> active_;  // the parts that are being read
  std::size_t begun_ = 0;      // parts before this one are active or finished
  std::uint64_t left_out_ = 0;
  std::uint64_t finished_bytes_ = 0;
  std::uint64_t size_ = 0;
  bool sizes_known_ = true;
};

}  // namespace

std::unique_ptr<CaptureReader> CaptureReader::open(std::span<const std::string> paths, const CaptureOptions& options) {
  if (paths.empty()) throw usage_error("no capture was named");
  if (paths.size() == 1) return open(open_bytes(paths.front()), options);
  auto reader = std::make_unique<FileReader>(options);
  reader->add_all(paths);
  return reader;
}

std::unique_ptr<CaptureReader> CaptureReader::open(std::unique_ptr<ByteSource> source, const CaptureOptions& options) {
  auto reader = std::make_unique<FileReader>(options);
  reader->add_only(std::move(source));
  return reader;
}

}  // namespace netstray
