#include "netstray/experiment/tune_json.h"

#include <nlohmann/json.hpp>

#include "netstray/base/version.h"

namespace netstray {
namespace {

using Json = nlohmann::ordered_json;

Json tried_json(const TriedCombination& tried) {
  Json json{{"values", tried.values}};
  if (tried.score) {
    json["auc"] = tried.score->auc;
    json["average_precision"] = tried.score->average_precision;
    json["f1"] = tried.score->f1;
    json["accuracy"] = tried.score->accuracy;
  }
  json["error"] = tried.score ? Json(nullptr) : Json(tried.error);
  return json;
}

Json detector_json(const TunedDetector& detector) {
  const auto& best = detector.tried[detector.best].score;
  Json json{{"name", detector.name},
            {"best", detector.best},
            {"validation_normal", best ? Json(best->normal) : Json(nullptr)},
            {"validation_attacks", best ? Json(best->attacks) : Json(nullptr)},
            {"tried", Json::array()}};
  for (const auto& tried : detector.tried) json["tried"].push_back(tried_json(tried));
  return json;
}

}  // namespace

std::string tune_json(const TuneResult& result, TuneSettings::Metric metric, const std::string& output) {
  Json json{{"netstray", version()}, {"command", "tune"}, {"inputs", Json::array()}, {"warnings", Json::array()}};
  json["metric"] = name_of(metric);
  json["output"] = output.empty() ? Json(nullptr) : Json(output);
  json["detectors"] = Json::array();
  for (const auto& detector : result.detectors) json["detectors"].push_back(detector_json(detector));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace netstray
