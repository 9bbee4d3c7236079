#pragma once

#include <string>
#include <vector>

#include "netstray/report/experiment_result.h"
#include "netstray/report/picture.h"

namespace netstray {

/// A picture and where on the page it belongs.
struct PlacedPicture {
  enum class Part {
    all,       ///< of all studies: beside the comparison
    data,      ///< of a study's rows and columns
    models,    ///< of a study's detectors together
    points,    ///< of a study's rows as points
    detector,  ///< of one detector
    journey    ///< a map
  };
  Part part = Part::all;
  std::string study, detector;  ///< names; "" where it is of several
  std::string leaky;            ///< why numbers in it cannot be trusted; "" where they can
  Picture picture;
};

/// All of them, in the order of the page; names are unique. Drawn with threads().
std::vector<PlacedPicture> placed_pictures(const ExperimentResult& result);

}  // namespace netstray
