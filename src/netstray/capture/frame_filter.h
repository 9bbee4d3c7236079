#pragma once

#include <memory>
#include <string>

#include "netstray/packet/frame.h"

namespace netstray {

/// A BPF filter in tcpdump's words, compiled by libpcap, for each link type when its first frame comes. Not
/// thread-safe.
class FrameFilter {
 public:
  /// Throws usage Error, in libpcap's words, where no link type gives the expression a meaning.
  explicit FrameFilter(std::string expression);
  ~FrameFilter();
  FrameFilter(const FrameFilter&) = delete;
  FrameFilter& operator=(const FrameFilter&) = delete;

  /// Throws usage Error where the expression has no meaning for the frame's link type.
  bool matches(const Frame& frame);

 private:
  class Programs;
  std::unique_ptr<Programs> programs_;
};

}  // namespace netstray
