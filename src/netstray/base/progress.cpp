#include "netstray/base/progress.h"

#include <algorithm>

#include <fmt/core.h>
#include <unistd.h>

#include "netstray/base/interrupt.h"
#include "netstray/base/text.h"

namespace netstray {

using Clock = std::chrono::steady_clock;

Progress::Progress(std::string what)
    : what_(std::move(what)), started_(Clock::now()), drawn_(started_), terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (visible_) tell("\r\x1b[K");
}

void Progress::update(std::uint64_t done, std::optional<std::uint64_t> total, std::string_view how) {
  check_interrupt();
  if (!terminal_) return;
  const auto now = Clock::now();
  if (now - started_ < std::chrono::seconds(1) || now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  visible_ = true;
  if (total && *total > 0) {
    constexpr std::uint64_t kWidth = 30;
    const std::uint64_t filled = std::min(kWidth, done * kWidth / *total);
    tell(fmt::format("\r\x1b[K{} [{:=<{}}{: <{}}] {:3}% {}", what_, "", filled, "", kWidth - filled,
                     std::min<std::uint64_t>(100, done * 100 / *total), how));
  } else {
    tell(fmt::format("\r\x1b[K{} {} {}", what_, done, how));
  }
}

}  // namespace netstray
