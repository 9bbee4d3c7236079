#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netstray {

/// A setting of a detector, as people read it: `netstray detectors` and docs/detectors.md are printed from these.
struct SettingInfo {
  std::string_view name;     ///< "nu"
  std::string_view preset;   ///< default as text, parsed like a user's value: "0.05", "scale", "64,32"
  std::string_view range;    ///< "(0, 1]", "full or diagonal", "1 to 1000"
  std::string_view meaning;  ///< one sentence
  std::string_view source;   ///< paper or peer that the default comes from
};

/// Settings as a user gives them (--set key=value), over the defaults of the detector's SettingInfos.
class SettingValues {
 public:
  /// Throws usage Error for a key that is not among `infos` (with the nearest one) or a text without '='.
  SettingValues(std::string_view detector, std::span<const SettingInfo> infos, std::span<const std::string> given = {});

  /// The value, checked; each throws usage Error `gmm: components: found "0", expected a whole number from 1 to 1000`.
  std::uint64_t whole(std::string_view name, std::uint64_t low, std::uint64_t high) const;
  double real(std::string_view name, double low, double high) const;
  bool yes(std::string_view name) const;  ///< yes, no, true, false, 1, 0
  /// One of `choices`.
  std::string choice(std::string_view name, std::span<const std::string_view> choices) const;
  /// Comma-joined whole numbers; empty text is an empty list.
  std::vector<std::uint64_t> wholes(std::string_view name, std::uint64_t low, std::uint64_t high) const;
  /// Comma-joined words, each one of `choices`.
  std::vector<std::string> words(std::string_view name, std::span<const std::string_view> choices) const;
  const std::string& text(std::string_view name) const;

  /// All values in force, for the model's record.
  const std::map<std::string, std::string, std::less<>>& all() const noexcept { return values_; }

 private:
  std::string detector_;
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace netstray
