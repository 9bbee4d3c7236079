// Fits a detector on a raw matrix and scores another, for the oracle tests:
//   detector_driver NAME TRAIN.f32 ROWS COLUMNS TEST.f32 ROWS OUT.f64 SEED [--labels FILE.u8] [key=value...]
// Matrices are row after row of f32; OUT gets one f64 a row of TEST. Prints "fit SECONDS score SECONDS" and the notes.

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/detect/deviation.h"
#include "netstray/detect/ecod.h"
#include "netstray/detect/hbos.h"
#include "netstray/detect/knn.h"
#include "netstray/detect/lof.h"
#include "netstray/detect/ocsvm.h"

namespace netstray {
namespace {

template <typename T>
std::vector<T> read_raw(const std::string& path, std::size_t count) {
  std::vector<T> values(count);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(T)));
  if (!file) throw Error(fmt::format("{}: cannot read {} values", path, count));
  return values;
}

Matrix read_matrix(const std::string& path, std::size_t rows, std::size_t columns) {
  const auto values = read_raw<float>(path, rows * columns);
  Matrix matrix(rows);
  for (std::size_t column = 0; column < columns; ++column) {
    std::vector<float> numbers(rows);
    for (std::size_t row = 0; row < rows; ++row) numbers[row] = values[row * columns + column];
    matrix.add_numbers(std::move(numbers));
  }
  return matrix;
}

const DetectorInfo& info_of(std::string_view name) {
  for (const DetectorInfo* info :
       {&knn_info(), &lof_info(), &hbos_info(), &ecod_info(), &zscore_info(), &mad_info(), &ocsvm_info()}) {
    if (info->name == name) return *info;
  }
  throw usage_error(fmt::format("no detector {}", name));
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void run(std::vector<std::string> words) {
  if (words.size() < 8)
    throw usage_error("detector_driver NAME TRAIN ROWS COLUMNS TEST ROWS OUT SEED [--labels FILE] [key=value...]");
  const std::size_t columns = std::stoull(words[3]);
  const Matrix train = read_matrix(words[1], std::stoull(words[2]), columns);
  const Matrix test = read_matrix(words[4], std::stoull(words[5]), columns);
  std::vector<std::uint8_t> labels;
  std::vector<std::string> given(words.begin() + 8, words.end());
  if (given.size() >= 2 && given[0] == "--labels") {
    labels = read_raw<std::uint8_t>(given[1], train.rows());
    given.erase(given.begin(), given.begin() + 2);
  }
  const DetectorInfo& info = info_of(words[0]);
  std::vector<std::string> notes;
  FitContext context;
  context.seed = std::stoull(words[7]);
  context.labels = labels;
  context.notes = &notes;
  auto start = std::chrono::steady_clock::now();
  const auto detector = info.fit(train, SettingValues(info.name, info.settings, given), context);
  const double fit = seconds_since(start);
  std::vector<double> scores(test.rows());
  start = std::chrono::steady_clock::now();
  detector->score(test, scores);
  const double score = seconds_since(start);
  std::ofstream out(words[6], std::ios::binary);
  out.write(reinterpret_cast<const char*>(scores.data()), static_cast<std::streamsize>(scores.size() * sizeof(double)));
  if (!out) throw Error(fmt::format("{}: cannot write", words[6]));
  fmt::print("fit {:.6f} score {:.6f}\n", fit, score);
  for (const auto& note : notes) fmt::print("note {}\n", note);
}

}  // namespace
}  // namespace netstray

int main(int count, char** words) {
  try {
    netstray::run({words + 1, words + count});
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
