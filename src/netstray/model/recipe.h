#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/detect/registry.h"
#include "netstray/encode/encoding.h"

namespace netstray {

/// How rows are to be judged: which detector, its settings, and the encoding that it sees the rows in.
struct Recipe {
  struct Member {
    const DetectorInfo* detector;
    SettingValues settings;
    Encoding encoding;
  };
  std::string name;             ///< as the user asks for it: "gmm"
  std::vector<Member> members;  ///< one

  /// Whether it learns from labels.
  bool supervised() const noexcept;
};

/// The recipe of a detector with settings ("key=value") over its defaults, and with another encoding than its own where
/// one is given. Throws usage Error with the nearest name for an unknown detector or setting.
Recipe make_recipe(std::string_view detector, const std::vector<std::string>& settings = {},
                   const std::optional<Encoding>& encoding = {});

}  // namespace netstray
