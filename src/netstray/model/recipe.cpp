#include "netstray/model/recipe.h"

#include <algorithm>

namespace netstray {

bool Recipe::supervised() const noexcept {
  return std::ranges::any_of(members, [](const Member& member) { return member.detector->supervised; });
}

Recipe make_recipe(std::string_view detector, const std::vector<std::string>& settings,
                   const std::optional<Encoding>& encoding) {
  const DetectorInfo& info = detector_info(detector);
  Recipe recipe{std::string(info.name), {}};
  recipe.members.push_back(
      {&info, SettingValues(info.name, info.settings, settings), encoding.value_or(Encoding::parse(info.encoding))});
  return recipe;
}

}  // namespace netstray
