#include "netstray/model/auto.h"

namespace netstray {

std::vector<std::string> auto_settings() {
  return {
      "members=mahalanobis,gmm,iforest",
      "join=mean",
      "unique=yes",
      "mahalanobis.encoding=log+rank+one-hot",
      "mahalanobis.ridge=0.001",
      "gmm.encoding=rank+one-hot",
      "gmm.components=8",
      "gmm.reg_covar=0.001",
      "gmm.init=kmeans++",
      "gmm.max_iter=40",
      "gmm.rows=40000",
      "iforest.encoding=rank+rarity",
      "iforest.trees=100",
      "iforest.sample=2048",
  };
}

}  // namespace netstray
