#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/detect/detector.h"
#include "netstray/detect/setting.h"

namespace netstray {

/// What a fit may use beside the matrix and the settings.
struct FitContext {
  std::uint64_t seed = 0;
  /// Labels (1 anomaly) of the rows, for the supervised yardstick only; empty where unknown.
  std::span<const std::uint8_t> labels;
  /// Called now and then with what was done of how much and a word ("epoch 3: loss 0.71"); may throw to stop. May be
  /// empty.
  std::function<void(std::uint64_t done, std::uint64_t total, std::string_view what)> progress;
  /// Filled with what a user must know: columns left out, an approximate mode, a fallback.
  std::vector<std::string>* notes = nullptr;

  /// Tells `progress`, where there is one, that a fit of one quick step begins.
  void begin(std::string_view what) const {
    if (progress) progress(0, 1, what);
  }
};

/// A detector as people and the commands know it. Each detector's .cpp defines one; docs/detectors.md is printed from
/// these.
struct DetectorInfo {
  std::string_view name;      ///< "gmm"
  std::string_view title;     ///< "Gaussian mixture"
  std::string_view summary;   ///< what its score is, in at most 58 characters
  std::string_view how;       ///< how it judges, one or two sentences
  std::string_view good_for;  ///< when to use it
  std::string_view not_for;   ///< when not
  std::string_view source;    ///< paper, and the peer whose results it reproduces
  std::string_view encoding;  ///< scaling of number columns that suits it: "standardise", "rank", ...
  bool supervised = false;    ///< needs labels, so it is no detector in the strict sense
  std::span<const SettingInfo> settings;
  std::unique_ptr<Detector> (*fit)(const Matrix& matrix, const SettingValues& values,
                                   const FitContext& context) = nullptr;
  std::unique_ptr<Detector> (*load)(ByteReader& in) = nullptr;
};

/// All detectors, in the order in which they are listed.
std::span<const DetectorInfo* const> detectors();
/// Null where there is none of that name.
const DetectorInfo* find_detector(std::string_view name);
/// Throws usage Error with the nearest name and the list.
const DetectorInfo& detector_info(std::string_view name);

}  // namespace netstray
