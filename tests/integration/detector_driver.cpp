// Fits a detector on a raw f32 matrix (row-major), scores another and writes the scores as raw f64: for tests that
// compare with other programs. Prints the seconds that fitting and scoring took, and the notes.
//
//   detector_driver NAME TRAIN.f32 ROWS COLS TEST.f32 ROWS OUT.f64 SEED [--labels FILE.u8] [key=value ...]
//
// With the name `elbow` it writes the inertias of k-means for k = 2 to 21 instead.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/detect/clustering.h"
#include "netstray/detect/gmm.h"
#include "netstray/detect/kmeans.h"
#include "netstray/detect/mahalanobis.h"
#include "netstray/detect/pca.h"
#include "netstray/detect/registry.h"

namespace netstray {
namespace {

const DetectorInfo& info_named(std::string_view name) {
  for (const DetectorInfo* info : {&mahalanobis_info(), &gmm_info(), &pca_info(), &kmeans_info()}) {
    if (info->name == name) return *info;
  }
  throw usage_error(fmt::format("no detector {}", quoted(name)));
}

std::size_t whole(const std::string& text) {
  const auto number = parse_integer(text);
  if (!number || *number < 0) throw usage_error(fmt::format("found {}, expected a whole number", quoted(text)));
  return static_cast<std::size_t>(*number);
}

template <typename T>
std::vector<T> read_numbers(const std::string& path, std::size_t count) {
  std::vector<T> numbers(count);
  const auto bytes = static_cast<std::streamsize>(count * sizeof(T));
  std::ifstream in(path, std::ios::binary);
  if (!in.read(reinterpret_cast<char*>(numbers.data()), bytes)) throw Error(fmt::format("{}: cannot be read", path));
  return numbers;
}

Matrix read_matrix(const std::string& path, std::size_t rows, std::size_t columns) {
  const auto numbers = read_numbers<float>(path, rows * columns);
  Matrix matrix(rows);
  for (std::size_t column = 0; column < columns; ++column) {
    std::vector<float> values(rows);
    for (std::size_t row = 0; row < rows; ++row) values[row] = numbers[row * columns + column];
    matrix.add_numbers(std::move(values));
  }
  return matrix;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void write_numbers(const std::string& path, std::span<const double> numbers) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(numbers.data()), static_cast<std::streamsize>(numbers.size_bytes()));
  if (!out.flush()) throw Error(fmt::format("{}: cannot be written", path));
}

void run_elbow(const Matrix& matrix, std::uint64_t seed, const std::string& path) {
  std::vector<std::size_t> counts(20);
  std::iota(counts.begin(), counts.end(), std::size_t{2});
  const auto before = std::chrono::steady_clock::now();
  const auto inertias = elbow(matrix, counts, {.seed = seed, .progress = {}});
  fmt::print("fit_seconds {:.6f}\n", seconds_since(before));
  write_numbers(path, inertias);
}

void run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 8) throw usage_error("NAME TRAIN.f32 ROWS COLS TEST.f32 ROWS OUT.f64 SEED [key=value ...]");
  if (arguments[0] == "elbow") {
    const Matrix matrix = read_matrix(arguments[1], whole(arguments[2]), whole(arguments[3]));
    return run_elbow(matrix, whole(arguments[7]), arguments[6]);
  }
  const DetectorInfo& info = info_named(arguments[0]);
  const std::size_t columns = whole(arguments[3]);
  const Matrix train = read_matrix(arguments[1], whole(arguments[2]), columns);
  const Matrix test = read_matrix(arguments[4], whole(arguments[5]), columns);
  std::vector<std::string> given;
  std::vector<std::uint8_t> labels;
  for (std::size_t i = 8; i < arguments.size(); ++i) {
    if (arguments[i] == "--labels" && i + 1 < arguments.size()) {
      labels = read_numbers<std::uint8_t>(arguments[++i], train.rows());
    } else {
      given.push_back(arguments[i]);
    }
  }
  std::vector<std::string> notes;
  const FitContext context{whole(arguments[7]), labels, {}, &notes};
  const auto before_fit = std::chrono::steady_clock::now();
  const auto detector = info.fit(train, SettingValues(info.name, info.settings, given), context);
  const double fit_seconds = seconds_since(before_fit);
  std::vector<double> scores(test.rows());
  const auto before_score = std::chrono::steady_clock::now();
  detector->score(test, scores);
  fmt::print("fit_seconds {:.6f}\nscore_seconds {:.6f}\n", fit_seconds, seconds_since(before_score));
  for (const auto& note : notes) fmt::print("note {}\n", note);
  write_numbers(arguments[6], scores);
}

}  // namespace
}  // namespace netstray

int main(int argc, char** argv) {
  try {
    netstray::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "detector_driver: {}\n", error.what());
    return 1;
  }
  return 0;
}
