#include "netstray/report/detectors_text.h"

#include <algorithm>

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/model/auto.h"
#include "netstray/model/recipe.h"
#include "netstray/report/terminal.h"
#include "netstray/report/text_table.h"

namespace netstray {
namespace {

constexpr std::size_t kWidth = 100;

/// "good for   Many rows ...", the text behind the word in lines of its own width.
std::string fact(std::string_view word, std::string_view text) {
  constexpr std::size_t kIndent = 14;
  const std::string lines = wrapped(std::string(text), kWidth, kIndent);
  return fmt::format("  {:<{}}{}", word, kIndent - 2, std::string_view(lines).substr(kIndent));
}

std::string shown_default(const SettingInfo& setting) {
  return setting.preset.empty() ? "nothing" : std::string(setting.preset);
}

std::string setting_text(const SettingInfo& setting, const Ink& ink) {
  return fmt::format("  {}   {}\n{}", ink.strong(fmt::format("{}={}", setting.name, setting.preset)), setting.range,
                     wrapped(fmt::format("{} (default: {})", setting.meaning, setting.source), kWidth, 6));
}

/// A cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string section(const DetectorInfo& info) {
  std::string text = fmt::format("\n### {} (`{}`)\n\n", info.title, info.name);
  text += wrapped(std::string(info.how), 120) + "\n";
  text += fmt::format("- Good for: {}\n- Not for: {}\n- Numbers: {}\n- Source: {}\n\n", info.good_for, info.not_for,
                      info.encoding, info.source);
  text += "| setting | default | range | what it does | the default is from |\n|---|---|---|---|---|\n";
  for (const auto& setting : info.settings) {
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", setting.name, cell(shown_default(setting)),
                        cell(setting.range), cell(setting.meaning), cell(setting.source));
  }
  return text;
}

/// What `auto` presets, with range and meaning from the ensemble's settings and those of its members.
std::vector<SettingInfo> settings_of_auto() {
  static const std::vector<std::string> presets = auto_settings();
  std::vector<SettingInfo> settings;
  for (const std::string& given : presets) {
    const std::string_view key = std::string_view(given).substr(0, given.find('='));
    const std::string_view preset = std::string_view(given).substr(key.size() + 1);
    const auto dot = key.find('.');
    const std::string_view member = dot == std::string_view::npos ? "" : key.substr(0, std::min(dot, key.find(':')));
    const auto known = member.empty() ? ensemble_settings() : detector_info(member).settings;
    SettingInfo setting{key, preset, "as in log+rank+one-hot", "How the columns are encoded for this member.",
                        "netstray"};
    for (const auto& info : known) {
      if (info.name != (member.empty() ? key : key.substr(dot + 1))) continue;
      setting.range = info.range;
      setting.meaning = info.meaning;
    }
    settings.push_back(setting);
  }
  return settings;
}

}  // namespace

std::vector<const DetectorInfo*> listed_detectors() {
  static const std::vector<SettingInfo> auto_presets = settings_of_auto();
  static const DetectorInfo automatic{
      .name = "auto",
      .title = "The default",
      .summary = "what several detectors make of a row, by p-values",
      .how =
          "A Mahalanobis distance, mixtures of Gaussians and isolation forests judge together, each in an encoding of "
          "its own: the score is the mean of -log10 of their p-values, whose tails go on beyond the calibration rows.",
      .good_for = "Any table, where there is no reason to choose another: it is one setting for all of them.",
      .not_for = "Tables of a few hundred rows, whose p-values are coarse, and where a row must be scored fast.",
      .source = "netstray; Fisher 1932 on joining p-values, Pickands 1975 on tails",
      .encoding = "each member's",
      .settings = auto_presets};
  static const DetectorInfo ensemble{
      .name = "ensemble",
      .title = "Several together",
      .summary = "p-values of detectors of your choice, joined",
      .how =
          "The detectors that you name are fitted side by side; their p-values, whose tails go on beyond the "
          "calibration "
          "rows, are joined into one score.",
      .good_for = "Detectors that are good at different things; a member is set as in --set gmm.components=16.",
      .not_for = "Members that are wrong in the same way: joined they are no better.",
      .source = "Fisher 1932 on joining p-values, Pickands 1975 on tails",
      .encoding = "each member's",
      .settings = ensemble_settings()};
  std::vector<const DetectorInfo*> all{&automatic, &ensemble};
  all.insert(all.end(), detectors().begin(), detectors().end());
  return all;
}

std::string detectors_text(std::span<const DetectorInfo* const> all, bool colour) {
  const Ink ink(colour);
  TextTable table({{"detector"}, {"full name"}, {"what its score is"}});
  for (const auto* info : all) {
    table.add_row({ink.strong(info->name), std::string(info->title), std::string(info->summary)});
  }
  return table.text(0, kWidth) +
         "\n`netstray detectors NAME` tells when to use one, when not, and what can be set.\n"
         "`netstray train DATA --detector NAME --set key=value -o MODEL` trains with it.\n";
}

std::string detector_text(const DetectorInfo& info, bool colour) {
  const Ink ink(colour);
  std::string text =
      fmt::format("{} ({})\n\n{}\n", ink.strong(info.title), info.name, wrapped(std::string(info.how), kWidth, 2));
  text += fact("good for", info.good_for) + fact("not for", info.not_for) + fact("numbers", info.encoding) +
          fact("source", info.source);
  if (info.supervised) text += fact("labels", "It needs them: it is a yardstick, and no detector in the strict sense.");
  text += "\n" + ink.strong("Settings") +
          " (--set name=value), their defaults and ranges, and where the defaults are from\n";
  for (const auto& setting : info.settings) text += setting_text(setting, ink);
  return text;
}

std::string detectors_markdown(std::span<const DetectorInfo* const> all) {
  std::string text = "| detector | full name | what its score is | numbers |\n|---|---|---|---|\n";
  for (const auto* info : all) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", info->name, info->title, info->summary, info->encoding);
  }
  for (const auto* info : all) text += section(*info);
  return text;
}

}  // namespace netstray
