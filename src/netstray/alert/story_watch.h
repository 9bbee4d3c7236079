#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "netstray/alert/flow_facts.h"
#include "netstray/alert/network_range.h"
#include "netstray/alert/story.h"

namespace netstray {

/// Waits for flows that make up stories of one kind. Memory is bounded; no result depends on the order within a hash
/// table. Flows come once each, in the meter's order.
class StoryWatch {
 public:
  virtual ~StoryWatch() = default;

  virtual void add(const FlowFacts& facts) = 0;
  /// Appends the stories. Only once, after all flows.
  virtual void finish(std::vector<Story>& stories) = 0;

 protected:
  StoryWatch() = default;
  StoryWatch(const StoryWatch&) = default;
  StoryWatch& operator=(const StoryWatch&) = default;
};

/// One host tries many ports of another, one port of many others, or pings many.
std::unique_ptr<StoryWatch> make_port_scan_watch(std::span<const NetworkRange> home);
std::unique_ptr<StoryWatch> make_host_scan_watch(std::span<const NetworkRange> home);
/// More than a host can take: SYNs, datagrams, pings.
std::unique_ptr<StoryWatch> make_flood_watch();
/// Answers without questions, and answers far larger than their questions.
std::unique_ptr<StoryWatch> make_reflection_watch();
/// Many short sessions of a service that asks for a password.
std::unique_ptr<StoryWatch> make_login_watch();
/// Data within DNS questions, or within pings.
std::unique_ptr<StoryWatch> make_tunnel_watch();
/// DHCP messages faster than clients send them.
std::unique_ptr<StoryWatch> make_dhcp_watch();
/// Uploads beyond all others.
std::unique_ptr<StoryWatch> make_upload_watch(std::span<const NetworkRange> home);

/// A story of the condition `id` with what all stories have: severity and technique from the table, times and counts
/// from the sum.
Story begin_story(std::string_view id, const FlowSum& sum);

}  // namespace netstray
