#include "netstray/experiment/study/claims.h"

#include <algorithm>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

double claimed_metric(const ClaimSpec& claim, const SeedResult& seed, const LabelSpec& label) {
  if (claim.metric == "auc") return seed.auc;
  if (claim.metric == "accuracy") return seed.confusion.accuracy();
  const bool is_positive = claim.class_name == (label.attack_is_positive ? "attack" : "normal");
  const ClassScores scores = class_scores(seed.confusion)[is_positive ? 1 : 0];
  if (claim.metric == "precision") return scores.precision;
  return claim.metric == "recall" ? scores.recall : scores.f1;
}

}  // namespace

std::vector<ClaimResult> compare_with_claims(const Experiment& experiment, const ExperimentResult& result) {
  std::vector<ClaimResult> compared;
  for (const auto& claim : experiment.claims) {
    const auto detector = std::ranges::find(result.detectors, claim.detector, &DetectorResult::name);
    if (detector == result.detectors.end()) {
      throw Error(fmt::format("claims: there is no detector {}", quoted(claim.detector)));
    }
    double sum = 0;
    for (const auto& seed : detector->seeds) sum += claimed_metric(claim, seed, experiment.label);
    compared.push_back({claim.detector, claim.metric, claim.class_name, claim.value,
                        sum / static_cast<double>(detector->seeds.size())});
  }
  return compared;
}

}  // namespace netstray
