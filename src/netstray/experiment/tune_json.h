#pragma once

#include <string>

#include "netstray/experiment/tune.h"

namespace netstray {

/// What `tune` found, as one object in UTF-8 (docs/json.md has each key). `output`: the file that the recipe went to;
/// "" is null.
std::string tune_json(const TuneResult& result, TuneSettings::Metric metric, const std::string& output);

}  // namespace netstray
