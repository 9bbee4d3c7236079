#include "netstray/report/experiment_json.h"

#include <fstream>
#include <limits>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "netstray/report/sample_experiment.h"

namespace netstray {
namespace {

using Json = nlohmann::json;

TEST(ExperimentJson, HoldsTheNumbers) {
  const ExperimentResult result = sample_experiment();
  const Json json = Json::parse(experiment_json(result));
  ASSERT_EQ(json["detectors"].size(), 7U);
  const Json& leaky = json["detectors"][2];
  EXPECT_EQ(leaky["name"], "gmm-leaky");
  EXPECT_EQ(leaky["leaky"], true);
  EXPECT_EQ(leaky["seeds"].size(), 5U);
  EXPECT_EQ(leaky["seeds"][0]["auc"], result.detectors[2].seeds[0].auc);
  EXPECT_EQ(leaky["seeds"][0]["confusion"]["tp"], result.detectors[2].seeds[0].confusion.tp);
  EXPECT_EQ(json["detectors"][0]["leaky"], false);
  EXPECT_EQ(json["detectors"][0]["families"].size(), 4U);
  EXPECT_EQ(json["studies"][0]["elbow"]["chosen"], 5);
  EXPECT_TRUE(json["studies"][1]["elbow"].is_null());
  EXPECT_EQ(json["claims"][0]["found"], .79);
  EXPECT_EQ(json["classes"]["positive"], "attack");
}

TEST(ExperimentJson, HasNullWhereThereIsNoNumber) {
  ExperimentResult result = bare_experiment({20, 0, 0, 1, true, false});
  result.detectors[0].cut = std::numeric_limits<double>::infinity();
  const Json json = Json::parse(experiment_json(result));
  const Json& detector = json["detectors"][0];
  EXPECT_TRUE(detector["threshold"].is_null());
  EXPECT_TRUE(detector["summary"]["auc"]["mean"].is_null());
  EXPECT_TRUE(detector["summary"]["missed"]["mean"].is_null());
  EXPECT_TRUE(detector["summary"]["accuracy"]["sd"].is_null());
  EXPECT_TRUE(detector["intervals"].is_null());
}

std::string section_of(const std::string& document, const std::string& heading) {
  const auto begin = document.find("\n## " + heading + "\n");
  return begin == std::string::npos ? "" : document.substr(begin, document.find("\n## ", begin + 4) - begin);
}

/// All keys of objects, apart from those whose names come from the data.
void gather_keys(const Json& json, std::set<std::string>& keys) {
  if (json.is_array()) {
    for (const auto& item : json) gather_keys(item, keys);
  }
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.items()) {
    keys.insert(key);
    if (key != "settings" && key != "parts") gather_keys(value, keys);
  }
}

TEST(ExperimentJson, HasEveryKeyDocumented) {
  std::ifstream file("docs/experiments-json.md");
  ASSERT_TRUE(file) << "docs/experiments-json.md: run the tests in the repository's root";
  std::stringstream text;
  text << file.rdbuf();
  const ExperimentResult result = sample_experiment();
  for (const auto& [name, json] : {std::pair<std::string, std::string>("results.json", experiment_json(result)),
                                   {"timings.json", experiment_timings_json(sample_experiment_seconds(result))}}) {
    std::set<std::string> keys;
    gather_keys(Json::parse(json), keys);
    EXPECT_FALSE(keys.empty());
    const std::string section = section_of(text.str(), name);
    for (const auto& key : keys) {
      EXPECT_NE(section.find("`" + key + "`"), std::string::npos) << name << ": `" << key << "` is not documented";
    }
  }
}

}  // namespace
}  // namespace netstray
