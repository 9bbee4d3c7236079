#include "netstray/alert/story_finder.h"

#include <algorithm>
#include <tuple>

namespace netstray {
namespace {

/// A scan of many ports of many hosts is also a scan of each port: told once.
void leave_out_what_a_port_scan_tells(std::vector<Story>& stories) {
  const auto told = [&](const Story& story) {
    return story.kind == "host_scan" && std::ranges::any_of(stories, [&](const Story& other) {
             return other.kind == "port_scan" && other.scope.host == story.scope.host &&
                    other.scope.protocol == story.scope.protocol && other.flows >= story.flows;
           });
  };
  std::vector<Story> kept;
  for (const Story& story : stories) {
    if (!told(story)) kept.push_back(story);
  }
  stories = std::move(kept);
}

}  // namespace

StoryFinder::StoryFinder(StorySettings settings) : settings_(std::move(settings)) {
  watches_.push_back(make_flood_watch());
  watches_.push_back(make_reflection_watch());
  watches_.push_back(make_dhcp_watch());
  watches_.push_back(make_login_watch());
  watches_.push_back(make_tunnel_watch());
  watches_.push_back(make_port_scan_watch(settings_.home));
  watches_.push_back(make_host_scan_watch(settings_.home));
  watches_.push_back(make_upload_watch(settings_.home));
}

void StoryFinder::add(std::span<const FlowRecord> flows) {
  for (const FlowRecord& flow : flows) {
    if (flow.end == EndReason::interim) continue;
    const FlowFacts facts(flow);
    for (const auto& watch : watches_) watch->add(facts);
  }
}

std::vector<Story> StoryFinder::finish() {
  std::vector<Story> stories;
  for (const auto& watch : watches_) watch->finish(stories);
  neighbours_.finish(stories);
  leave_out_what_a_port_scan_tells(stories);
  std::ranges::stable_sort(stories, [](const Story& a, const Story& b) {
    return std::tuple(b.severity, b.packets, a.first) < std::tuple(a.severity, a.packets, b.first);
  });
  return stories;
}

}  // namespace netstray
