#include "netstray/model/recipe.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/model/auto.h"

namespace netstray {
namespace {

constexpr std::array kEnsembleSettings = {
    SettingInfo{"members", "", "detectors, comma-separated", "Which detectors judge together.", "none"},
    SettingInfo{"join", "mean", "mean, fisher or max", "How their -log10 p become one score.",
                "measured: docs/auto.md"},
    SettingInfo{"unique", "no", "yes or no", "Whether to learn from distinct rows only.", "measured: docs/auto.md"},
};
constexpr std::array<std::string_view, 3> kJoins = {"mean", "fisher", "max"};
constexpr std::size_t kMostMembers = 16;

std::string unknown_name(std::string_view name) {
  const auto names = recipe_names();
  const auto close = nearest(name, names);
  return fmt::format("unknown detector {}{} The detectors are: {}", quoted(name),
                     close ? fmt::format("; did you mean {}?", *close) : ".", join(names, ", "));
}

/// Settings given for an ensemble, sorted out: its own, and those of each member by the member's name.
struct Given {
  std::vector<std::string> own;
  std::map<std::string, std::vector<std::string>> of_members;
};

Given sort_out(const std::vector<std::string>& settings) {
  Given given;
  for (const auto& setting : settings) {
    const std::string key = setting.substr(0, setting.find('='));
    const auto dot = key.find('.');
    if (dot == std::string::npos) {
      given.own.push_back(setting);
    } else {
      given.of_members[key.substr(0, dot)].push_back(setting.substr(dot + 1));
    }
  }
  return given;
}

Recipe::Member make_member(const std::string& name, std::vector<std::string> settings) {
  const DetectorInfo* info = find_detector(name.substr(0, name.find(':')));
  if (info == nullptr) throw usage_error("ensemble: " + unknown_name(name.substr(0, name.find(':'))));
  if (info->supervised) {
    throw usage_error(fmt::format("ensemble: {} learns from labels and cannot be a member", info->name));
  }
  std::string encoding(info->encoding);
  constexpr std::string_view kEncoding = "encoding=";
  std::erase_if(settings, [&](const std::string& setting) {
    if (!setting.starts_with(kEncoding)) return false;
    encoding = setting.substr(kEncoding.size());
    return true;
  });
  return {name, info, SettingValues(name, info->settings, settings), Encoding::parse(encoding)};
}

std::vector<std::string> member_names(const SettingValues& own, std::string_view recipe) {
  std::vector<std::string> names;
  for (const auto& part : split(own.text("members"), ',')) {
    const std::string name(trim(part));
    if (name.empty()) continue;
    if (std::ranges::find(names, name) != names.end()) {
      throw usage_error(
          fmt::format("{}: members: {} stands twice; give one a word of its own, as in {}:b", recipe, name, name));
    }
    names.push_back(name);
  }
  if (names.empty() || names.size() > kMostMembers) {
    throw usage_error(
        fmt::format("{}: say which detectors judge together, 1 to {} of them, as in --set "
                    "members=mahalanobis,gmm,iforest",
                    recipe, kMostMembers));
  }
  return names;
}

Recipe make_ensemble(std::string_view name, const std::vector<std::string>& settings) {
  Given given = sort_out(settings);
  const SettingValues own(name, kEnsembleSettings, given.own);
  const auto names = member_names(own, name);
  for (const auto& [member, ignored] : given.of_members) {
    if (std::ranges::find(names, member) != names.end()) continue;
    const auto close = nearest(member, names);
    throw usage_error(fmt::format("{}: has no member {}{} Its members are: {}", name, quoted(member),
                                  close ? fmt::format("; did you mean {}?", *close) : ".", join(names, ", ")));
  }
  Recipe recipe{.name = std::string(name), .members = {}};
  for (const auto& member : names) recipe.members.push_back(make_member(member, std::move(given.of_members[member])));
  recipe.join = join_named(own.choice("join", kJoins)).value_or(Join::mean);
  recipe.unique = own.yes("unique");
  return recipe;
}

}  // namespace

bool Recipe::supervised() const noexcept {
  return std::ranges::any_of(members, [](const Member& member) { return member.detector->supervised; });
}

std::map<std::string, std::string> Recipe::settings_in_force() const {
  std::map<std::string, std::string> settings;
  if (members.size() > 1) settings = {{"join", std::string(name_of(join))}, {"unique", unique ? "yes" : "no"}};
  for (const auto& member : members) {
    settings[member.name + ".encoding"] = member.encoding.text();
    for (const auto& [key, value] : member.settings.all()) settings[member.name + "." + key] = value;
  }
  return settings;
}

std::vector<std::string> recipe_names() {
  std::vector<std::string> names = {"auto", "ensemble"};
  for (const auto* info : detectors()) names.emplace_back(info->name);
  return names;
}

std::span<const SettingInfo> ensemble_settings() { return kEnsembleSettings; }

Recipe make_recipe(std::string_view name, const std::vector<std::string>& settings,
                   const std::optional<Encoding>& encoding) {
  if (name == "auto" || name == "ensemble") {
    if (encoding) {
      throw usage_error(fmt::format(
          "{}: its members have encodings of their own: say --set MEMBER.encoding=SCALING instead of --numeric", name));
    }
    std::vector<std::string> all = name == "auto" ? auto_settings() : std::vector<std::string>();
    all.insert(all.end(), settings.begin(), settings.end());
    return make_ensemble(name, all);
  }
  const DetectorInfo* info = find_detector(name);
  if (info == nullptr) throw usage_error(unknown_name(name));
  Recipe recipe{.name = std::string(name), .members = {}};
  recipe.members.push_back({recipe.name, info, SettingValues(name, info->settings, settings),
                            encoding.value_or(Encoding::parse(info->encoding))});
  return recipe;
}

}  // namespace netstray
