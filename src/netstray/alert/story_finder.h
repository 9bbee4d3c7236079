#pragma once

#include <memory>
#include <span>
#include <vector>

#include "netstray/alert/neighbour_watch.h"
#include "netstray/alert/network_range.h"
#include "netstray/alert/story.h"
#include "netstray/alert/story_watch.h"
#include "netstray/flow/record.h"

namespace netstray {

struct StorySettings {
  std::vector<NetworkRange> home = private_ranges();  ///< --home-net: what is inside
};

/// Joins flows into stories: a port scan is one, however many flows it took. What becomes a story is told by named
/// conditions alone (story_conditions()): counts, shares, rates and distinct peers, the same for every capture. Flows
/// come once, in the meter's order, and are not kept: memory is at most some hundred MB whatever comes, and some MB for
/// usual traffic. The same flows in the same order give the same stories. Flows may come on one thread and
/// claims and hops on another; otherwise not thread-safe. About half a microsecond a
/// flow.
class StoryFinder {
 public:
  explicit StoryFinder(StorySettings settings = {});

  /// Interim records are left out: their flow will come again.
  void add(std::span<const FlowRecord> flows);
  void add(const AddressClaim& claim) { neighbours_.add(claim); }
  void add(const NextHop& hop) { neighbours_.add(hop); }

  /// The stories, most severe first, of equal ones those of more packets first. No flow may follow.
  std::vector<Story> finish();

 private:
  StorySettings settings_;
  std::vector<std::unique_ptr<StoryWatch>> watches_;
  NeighbourWatch neighbours_;
};

}  // namespace netstray
