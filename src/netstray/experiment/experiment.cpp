#include "netstray/experiment/experiment.h"

namespace netstray {

std::string_view name_of(ThresholdSpec::From from) noexcept {
  switch (from) {
    case ThresholdSpec::From::train:
      return "train";
    case ThresholdSpec::From::calibration:
      return "calibration";
    case ThresholdSpec::From::validation:
      return "validation";
    case ThresholdSpec::From::test:
      return "test";
    case ThresholdSpec::From::test_normals:
      return "test-normals";
  }
  return "train";
}

}  // namespace netstray
