#include "netstray/detect/detector.h"

#include <fmt/core.h>

#include "netstray/base/text.h"
#include "netstray/detect/isolation_forest.h"

namespace netstray {

std::unique_ptr<Detector> load_detector(std::string_view name, ByteReader& in) {
  if (name == "iforest") return std::make_unique<IsolationForest>(IsolationForest::load(in));
  in.fail(fmt::format("unknown detector {}", quoted(name)));
}

}  // namespace netstray
