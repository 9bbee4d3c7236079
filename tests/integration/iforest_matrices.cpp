// Reads a KDD table, encodes it, scores its test rows by our forest with ten seeds, and leaves everything in raw files,
// so that iforest_oracle_test.py can give the very same matrix to scikit-learn.
//
//   netstray_iforest_matrices nsl-kdd|kdd99 DATA_FOLDER OUTPUT_FOLDER
//
// train.f32, test.f32: dense rows; labels.u8: 1 attack, a byte a test row; scores.f64: a row of scores per seed.
// Standard output: rows, columns and seconds as JSON.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "netstray/base/error.h"
#include "netstray/base/output_file.h"
#include "netstray/base/rng.h"
#include "netstray/detect/forest/isolation_forest.h"
#include "netstray/encode/encoder.h"
#include "netstray/source/table_source.h"

namespace netstray {
namespace {

constexpr std::uint64_t kSeeds = 10;
constexpr std::uint32_t kMostTestRows = 60'000;

struct Case {
  std::string layout, train, test;
};

Case case_named(const std::string& name) {
  if (name == "kdd99") return {name, "kdd99/kddcup.data_10_percent.gz", "kdd99/corrected.gz"};
  return {"nsl-kdd", "nsl-kdd/KDDTrain+.txt.gz", "nsl-kdd/KDDTest+.txt.gz"};
}

LoadedTable load(const std::string& path, const std::string& layout) {
  SourceOptions options;
  options.layout = layout;
  return load_table(path, options);
}

std::vector<std::uint8_t> attacks(const LoadedTable& loaded) {
  const Column& label = loaded.table.column(loaded.layout->label_column);
  std::vector<std::uint8_t> result(label.size());
  for (std::size_t row = 0; row < label.size(); ++row)
    result[row] = label.text(row) == loaded.layout->normal_value ? 0 : 1;
  return result;
}

/// All columns but the label and those that are never learned.
std::vector<std::size_t> features(const LoadedTable& loaded) {
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < loaded.table.columns(); ++column) {
    const std::string& name = loaded.table.schema()[column].name;
    const auto& left_out = loaded.layout->not_features;
    if (name != loaded.layout->label_column && std::ranges::find(left_out, name) == left_out.end()) {
      columns.push_back(column);
    }
  }
  return columns;
}

template <typename T>
void write_raw(const std::string& path, const std::vector<T>& values) {
  OutputFile file(path);
  file.write({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
  file.commit();
}

std::vector<float> dense(const Matrix& matrix) {
  std::vector<float> values(matrix.rows() * matrix.columns());
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    matrix.dense_row(row, std::span(values).subspan(row * matrix.columns(), matrix.columns()));
  }
  return values;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void run(const std::string& name, const std::string& data, const std::string& out) {
  const Case chosen = case_named(name);
  const LoadedTable train = load(data + "/" + chosen.train, chosen.layout);
  const LoadedTable test = load(data + "/" + chosen.test, chosen.layout);
  std::vector<std::uint32_t> normal;
  const auto train_labels = attacks(train);
  for (std::uint32_t row = 0; row < train_labels.size(); ++row) {
    if (train_labels[row] == 0) normal.push_back(row);
  }
  Rng rng(1);
  const auto drawn = rng.sample(static_cast<std::uint32_t>(test.table.rows()), kMostTestRows);

  const Encoder encoder = Encoder::fit(train.table, features(train), normal, Encoding{});
  const Matrix train_matrix = encoder.encode(train.table).gather(normal);
  const Matrix test_matrix = encoder.encode(test.table).gather(drawn);
  const auto test_labels = attacks(test);
  std::vector<std::uint8_t> labels;
  labels.reserve(drawn.size());
  for (const std::uint32_t row : drawn) labels.push_back(test_labels[row]);

  std::vector<double> scores(kSeeds * drawn.size());
  std::vector<double> fit_seconds;
  std::vector<double> score_seconds;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto start = std::chrono::steady_clock::now();
    const auto forest = IsolationForest::fit(train_matrix, {.seed = seed});
    fit_seconds.push_back(seconds_since(start));
    const auto fitted = std::chrono::steady_clock::now();
    forest.score(test_matrix, std::span(scores).subspan(seed * drawn.size(), drawn.size()));
    score_seconds.push_back(seconds_since(fitted));
  }
  write_raw(out + "/train.f32", dense(train_matrix));
  write_raw(out + "/test.f32", dense(test_matrix));
  write_raw(out + "/labels.u8", labels);
  write_raw(out + "/scores.f64", scores);
  fmt::print(
      R"({{"train_rows": {}, "test_rows": {}, "columns": {}, "seeds": {}, "fit_seconds": {}, "score_seconds": {}}})",
      normal.size(), drawn.size(), encoder.width(), kSeeds, fit_seconds, score_seconds);
}

}  // namespace
}  // namespace netstray

int main(int argc, char** argv) {
  constexpr int kArguments = 4;
  const std::vector<std::string> arguments(argv, argv + argc);
  try {
    if (argc != kArguments) throw netstray::usage_error("give: nsl-kdd|kdd99 DATA_FOLDER OUTPUT_FOLDER");
    netstray::run(arguments[1], arguments[2], arguments[3]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
