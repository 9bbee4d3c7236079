#include "netstray/report/detectors_text.h"

#include <gtest/gtest.h>

#include "netstray/base/text.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

TEST(DetectorsText, HasALineForEachWithin100Columns) {
  const std::string text = detectors_text(listed_detectors(), false);
  for (const auto& line : split(text, '\n')) EXPECT_LE(display_width(line), 100U) << line;
  for (const auto* info : listed_detectors()) {
    EXPECT_NE(text.find(std::string("\n") + std::string(info->name) + ' '), std::string::npos) << info->name;
    EXPECT_NE(text.find(info->summary), std::string::npos) << info->summary;
  }
}

TEST(DetectorsText, TellsAllAboutOneWithin100Columns) {
  for (const auto* info : listed_detectors()) {
    const std::string text = detector_text(*info, false);
    for (const auto& line : split(text, '\n')) EXPECT_LE(display_width(line), 100U) << line;
    for (const auto& setting : info->settings) {
      EXPECT_NE(text.find("  " + std::string(setting.name) + '='), std::string::npos) << setting.name;
    }
    EXPECT_EQ(text.find("yardstick, and no detector") != std::string::npos, info->supervised) << info->name;
  }
}

TEST(DetectorsMarkdown, HasASectionForEachAndNoBarInsideACell) {
  static constexpr SettingInfo kSetting{"way", "a|b", "a or a|b", "Which way.", "us"};
  DetectorInfo info = *detectors().front();
  info.settings = std::span(&kSetting, 1);
  const DetectorInfo* const one = &info;
  const std::string text = detectors_markdown(std::span(&one, 1));
  EXPECT_NE(text.find("| `way` | a\\|b | a or a\\|b | Which way. | us |\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n### Isolation forest (`iforest`)\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace netstray
