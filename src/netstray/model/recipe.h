#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/detect/join.h"
#include "netstray/detect/registry.h"
#include "netstray/encode/encoding.h"

namespace netstray {

/// How rows are to be judged: by which detectors, with which settings, in which encoding each, and how they are joined.
struct Recipe {
  struct Member {
    std::string name;  ///< the detector's, or with a word of the user's behind a colon: "gmm", "gmm:wide"
    const DetectorInfo* detector;
    SettingValues settings;
    Encoding encoding;
  };
  std::string name;  ///< as the user asks for it: "gmm", "ensemble", "auto"
  std::vector<Member> members;
  Join join = Join::mean;
  bool unique = false;  ///< fitted on the distinct ones of the training rows

  /// Whether it learns from labels.
  bool supervised() const noexcept;
  /// As TrainingRecord::settings has them, but for "calibration".
  std::map<std::string, std::string> settings_in_force() const;
};

/// Every name that make_recipe takes: "auto", "ensemble", then the detectors'.
std::vector<std::string> recipe_names();

/// What an ensemble can be told, beside the settings of its members.
std::span<const SettingInfo> ensemble_settings();

/// The recipe of that name, with settings ("key=value") over its defaults.
///
/// A detector's name is a recipe of one member; `encoding` takes the place of the detector's own.
///
/// "ensemble" needs members=A,B,... and takes ensemble_settings(), and those of its members behind their names, as in
/// "iforest.sample=2048"; "gmm.encoding=rank+one-hot" sets a member's encoding. A detector that stands twice has a word
/// behind a colon: members=gmm,gmm:wide with "gmm:wide.components=16". `encoding` must be absent.
///
/// "auto" is an ensemble too; model/auto.h has its settings.
///
/// Throws usage Error with the nearest name for an unknown detector, member or setting. The values of a detector's
/// settings are checked when it is fitted.
Recipe make_recipe(std::string_view name, const std::vector<std::string>& settings = {},
                   const std::optional<Encoding>& encoding = {});

}  // namespace netstray
