#include "netstray/detect/registry.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/detect/cluster/kmeans.h"
#include "netstray/detect/forest/isolation_forest.h"
#include "netstray/detect/gaussian/gmm.h"
#include "netstray/detect/gaussian/mahalanobis.h"
#include "netstray/detect/gaussian/pca.h"
#include "netstray/detect/linear/logistic.h"
#include "netstray/detect/marginal/deviation.h"
#include "netstray/detect/marginal/ecod.h"
#include "netstray/detect/marginal/hbos.h"
#include "netstray/detect/neighbour/knn.h"
#include "netstray/detect/neighbour/lof.h"
#include "netstray/detect/neural/autoencoder.h"
#include "netstray/detect/svm/ocsvm.h"

namespace netstray {

std::span<const DetectorInfo* const> detectors() {
  static const std::array all = {&iforest_info(),     &mahalanobis_info(), &gmm_info(),    &pca_info(),
                                 &kmeans_info(),      &knn_info(),         &lof_info(),    &ocsvm_info(),
                                 &hbos_info(),        &ecod_info(),        &zscore_info(), &mad_info(),
                                 &autoencoder_info(), &logistic_info()};
  return all;
}

const DetectorInfo* find_detector(std::string_view name) {
  const auto all = detectors();
  const auto* const found = std::ranges::find(all.data(), all.data() + all.size(), name, &DetectorInfo::name);
  return found == all.data() + all.size() ? nullptr : *found;
}

const DetectorInfo& detector_info(std::string_view name) {
  if (const auto* info = find_detector(name)) return *info;
  std::vector<std::string> names;
  for (const auto* info : detectors()) names.emplace_back(info->name);
  const auto close = nearest(name, names);
  throw usage_error(fmt::format("unknown detector {}{} The detectors are: {}", quoted(name),
                                close ? fmt::format("; did you mean {}?", *close) : ".", join(names, ", ")));
}

std::unique_ptr<Detector> load_detector(std::string_view name, ByteReader& in) {
  if (const auto* info = find_detector(name)) return info->load(in);
  in.fail(fmt::format("unknown detector {}", quoted(name)));
}

}  // namespace netstray
