#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netstray {

/// A progress bar on standard error: only on a terminal, only for work that takes over a second, gone when the work is
/// done. Not thread-safe: update it from the thread that made it.
class Progress {
 public:
  /// `what` is shown before the bar: "reading", "scoring".
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` of `total` (or an unknown total), and a word on how it goes ("epoch 3: loss 0.71"). Cheap: draws at most
  /// ten times a second. Throws Error once the user interrupts.
  void update(std::uint64_t done, std::optional<std::uint64_t> total, std::string_view how = {});

 private:
  std::string what_;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point drawn_;
  bool terminal_;
  bool visible_ = false;
};

}  // namespace netstray
