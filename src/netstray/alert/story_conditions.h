#pragma once

#include <span>
#include <string>
#include <string_view>

#include "netstray/alert/story.h"

namespace netstray {

/// When flows become a story of this kind.
struct StoryCondition {
  std::string_view id;  ///< "port_scan"; stable, for programs
  Severity severity;
  std::string_view technique;  ///< of MITRE ATT&CK, "" where none fits or it depends on the hosts
  std::string holds_when;      ///< one sentence with its constants
  std::string_view source;     ///< of the constants
};

/// All kinds there are, in the order of docs/stories.md.
std::span<const StoryCondition> story_conditions();

/// The kind of this id, which must exist.
const StoryCondition& story_condition(std::string_view id);

/// The table of docs/stories.md.
std::string story_conditions_markdown();
/// For a terminal where `markdown` is false, else the same table.
std::string story_conditions_text(bool markdown);

}  // namespace netstray
