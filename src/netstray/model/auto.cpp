#include "netstray/model/auto.h"

namespace netstray {

std::vector<std::string> auto_settings() {
  std::vector<std::string> settings = {
      "members=mahalanobis,gmm,gmm:second,gmm:log,iforest,iforest:one-hot",
      "join=mean",
      "unique=yes",
      "mahalanobis.encoding=log+rank+one-hot",
      "mahalanobis.ridge=0.001",
      "gmm.encoding=rank+one-hot",
      "gmm.reg_covar=0.001",
      "gmm:second.encoding=rank+one-hot",
      "gmm:second.reg_covar=0.001",
      "gmm:log.encoding=log+one-hot",
      "gmm:log.reg_covar=0.03",
      "iforest.encoding=rank+rarity",
      "iforest:one-hot.encoding=rank+one-hot",
  };
  for (const std::string mixture : {"gmm", "gmm:second", "gmm:log"}) {
    for (const auto* setting : {".components=8", ".init=kmeans++", ".max_iter=40", ".rows=40000"}) {
      settings.push_back(mixture + setting);
    }
  }
  for (const std::string forest : {"iforest", "iforest:one-hot"}) {
    for (const auto* setting : {".trees=100", ".sample=2048"}) settings.push_back(forest + setting);
  }
  return settings;
}

}  // namespace netstray
