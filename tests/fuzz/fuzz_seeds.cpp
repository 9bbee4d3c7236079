// Writes small encoders, detectors and models for the fuzz targets to begin with, as this version saves them:
//
//   fuzz_seeds DIRECTORY
//
// DIRECTORY gets a folder for every target, empty where the corpus is written by hand.

#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/output_file.h"
#include "netstray/detect/registry.h"
#include "netstray/encode/encoder.h"
#include "netstray/model/train.h"
#include "netstray/synth/flow_table.h"
#include "small_rows.h"

namespace netstray {
namespace {

namespace files = std::filesystem;

constexpr std::size_t kRows = 24;

/// Settings of the detectors that would be large, or have more than one shape; all others have their defaults.
const std::multimap<std::string_view, std::vector<std::string>>& variants() {
  static const std::multimap<std::string_view, std::vector<std::string>> variants{
      {"iforest", {"trees=3", "sample=16"}},
      {"gmm", {"components=2"}},
      {"gmm", {"components=2", "covariance=diagonal"}},
      {"kmeans", {"clusters=3"}},
      {"ocsvm", {"nu=0.2"}},
      {"ocsvm", {"kernel=linear"}},
      {"ocsvm", {"exact_rows=0", "landmarks=4"}},
      {"autoencoder", {"layers=3", "epochs=2"}},
      {"autoencoder", {"layers=4,2,4", "epochs=1", "activations=tanh", "output=sigmoid"}}};
  return variants;
}

void write_detector(const files::path& folder, const DetectorInfo& info, const std::vector<std::string>& given,
                    std::size_t number) {
  for (const bool groups : {false, true}) {
    std::vector<std::uint8_t> labels(kRows, 0);
    labels[3] = labels[7] = 1;
    FitContext context;
    context.labels = labels;
    const auto detector =
        info.fit(fuzz::small_rows(kRows, groups), SettingValues(info.name, info.settings, given), context);
    ByteWriter out;
    detector->save(out);
    const auto name = fmt::format("{}-{}{}", info.name, number, groups ? "-groups" : "");
    write_file(folder / name, fmt::format("{}\n{}", info.name, out.bytes()));
  }
}

void write_detectors(const files::path& folder) {
  for (const DetectorInfo* info : detectors()) {
    const auto [first, last] = variants().equal_range(info->name);
    std::size_t number = 0;
    for (auto variant = first; variant != last; ++variant) write_detector(folder, *info, variant->second, number++);
    if (number == 0) write_detector(folder, *info, {}, 0);
  }
}

/// Of three columns, as the scaling by rank keeps 8 KB for a number column.
void write_encoders(const files::path& folder, const Table& table) {
  std::vector<std::size_t> columns;
  for (const char* name : {"proto", "service", "orig_bytes"}) columns.push_back(table.schema().require(name));
  std::vector<std::uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  for (const std::string text : {"log", "robust+minmax+no-categories", "rank+rarity", "none+standardise"}) {
    ByteWriter out;
    Encoder::fit(table, columns, rows, Encoding::parse(text)).save(out);
    write_file(folder / text, out.bytes());
  }
}

void write_models(const files::path& folder, const Table& table, const ColumnRoles& roles) {
  const TrainingRows rows = choose_rows(table, {}, {}, true);
  TrainSettings settings;
  settings.recipe = make_recipe("mahalanobis");
  train(table, rows, roles, settings).model.save(folder / "mahalanobis");
  settings.recipe = make_recipe("iforest", {"trees=2", "sample=12"}, Encoding::parse("log+rarity"));
  train(table, rows, roles, settings).model.save(folder / "iforest");
  settings.calibration_share = 0;
  settings.rule = ThresholdRule::parse("contamination:auto");
  train(table, rows, roles, settings).model.save(folder / "iforest-without-calibration");
}

void write_all(const files::path& directory) {
  files::remove_all(directory);
  for (const char* name : {"detector", "encoder", "model"}) files::create_directories(directory / name);
  FlowTableSettings settings;
  settings.rows = 40;
  const Table table = make_flow_table(settings);
  const ColumnRoles roles = choose_columns(table, {});
  write_detectors(directory / "detector");
  write_encoders(directory / "encoder", table);
  write_models(directory / "model", table, roles);
}

}  // namespace
}  // namespace netstray

int main(int count, char** values) {
  try {
    if (count == 2) netstray::write_all(values[1]);
    return count == 2 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fuzz_seeds: %s\n", error.what());
    return 1;
  }
}
