#include "netstray/capture/time_range.h"

#include <algorithm>
#include <utility>

namespace netstray {
namespace {

class TimeRange final : public CaptureReader {
 public:
  TimeRange(std::unique_ptr<CaptureReader> reader, std::optional<TimeNs> from, std::optional<TimeNs> until)
      : reader_(std::move(reader)), from_(from), until_(until) {}

  std::size_t next(std::span<Frame> frames) override {
    for (;;) {
      const std::size_t count = reader_->next(frames);
      const auto read = frames.first(count);
      const auto end = std::remove_if(read.begin(), read.end(), [&](const Frame& frame) {
        return (from_ && frame.time < *from_) || (until_ && frame.time >= *until_);
      });
      const auto kept = static_cast<std::size_t>(end - read.begin());
      left_out_ += count - kept;
      if (kept > 0 || count == 0) return kept;
    }
  }
  std::uint64_t frames_read() const noexcept override { return reader_->frames_read(); }
  std::uint64_t frames_left_out() const noexcept override { return reader_->frames_left_out() + left_out_; }
  std::span<const CaptureInput> inputs() const noexcept override { return reader_->inputs(); }
  std::uint64_t position() const noexcept override { return reader_->position(); }
  std::optional<std::uint64_t> size() const noexcept override { return reader_->size(); }

 private:
  std::unique_ptr<CaptureReader> reader_;
  std::optional<TimeNs> from_, until_;
  std::uint64_t left_out_ = 0;
};

}  // namespace

std::unique_ptr<CaptureReader> within(std::unique_ptr<CaptureReader> reader, std::optional<TimeNs> from,
                                      std::optional<TimeNs> until) {
  if (!from && !until) return reader;
  return std::make_unique<TimeRange>(std::move(reader), from, until);
}

}  // namespace netstray
