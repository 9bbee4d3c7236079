#include "netstray/alert/story_conditions.h"

#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace netstray {
namespace {

TEST(StoryConditions, AreWhatTheDocumentSays) {
  std::ifstream file("docs/stories.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_NE(text.str().find(story_conditions_markdown()), std::string::npos)
      << "docs/stories.md must hold the table that `netstray scan --list-stories --markdown` prints";
}

TEST(StoryConditions, HaveNamesOfTheirOwnAndSources) {
  std::set<std::string_view> ids;
  for (const StoryCondition& condition : story_conditions()) {
    EXPECT_TRUE(ids.insert(condition.id).second) << condition.id;
    EXPECT_FALSE(condition.holds_when.empty()) << condition.id;
    EXPECT_FALSE(condition.source.empty()) << condition.id;
    EXPECT_EQ(&story_condition(condition.id), &condition);
  }
}

}  // namespace
}  // namespace netstray
