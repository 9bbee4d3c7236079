// Fits a detector on a raw matrix and writes its scores of another, for the oracle tests and for timing:
//
//   detector_driver NAME TRAIN.f32 ROWS COLS TEST.f32 ROWS OUT.f64 SEED [--labels FILE.u8] [key=value...]
//
// Matrices are row-major little-endian f32, all number columns. Prints a line of JSON: seconds of fit and score by the
// clock and of processor time (all threads together), notes, and an autoencoder's learning curves. With the name
// `elbow` OUT gets the inertias of k-means for k = 2 to 21 instead; with `tsne` the points of TRAIN's picture, x and y
// of each, and the line tells their divergence and trustworthiness.

#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <fstream>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/detect/cluster/clustering.h"
#include "netstray/detect/neural/autoencoder.h"
#include "netstray/detect/registry.h"
#include "netstray/embed/trustworthiness.h"
#include "netstray/embed/tsne.h"

namespace netstray {
namespace {

template <typename T>
std::vector<T> read_raw(const std::string& path, std::size_t count) {
  std::vector<T> values(count);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(T)));
  if (!file || file.peek() != std::ifstream::traits_type::eof()) {
    throw Error(fmt::format("{}: it does not hold {} values of {} bytes", path, count, sizeof(T)));
  }
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

/// Seconds since it was made.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  /// Of processor time, all threads together.
  double cpu_seconds() const { return static_cast<double>(std::clock() - cpu_start_) / CLOCKS_PER_SEC; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::clock_t cpu_start_ = std::clock();
};

std::size_t whole(const std::string& text) {
  const auto value = parse_integer(text);
  if (!value || *value < 0) throw usage_error("not a whole number: " + text);
  return static_cast<std::size_t>(*value);
}

void write_raw(const std::string& path, std::span<const double> numbers) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(numbers.data()), static_cast<std::streamsize>(numbers.size_bytes()));
  if (!out.flush()) throw Error(path + ": cannot be written");
}

void run_elbow(const Matrix& matrix, std::uint64_t seed, const std::string& path) {
  std::vector<std::size_t> counts(20);
  std::iota(counts.begin(), counts.end(), std::size_t{2});
  const Stopwatch watch;
  const auto inertias = elbow(matrix, counts, {.seed = seed, .progress = {}});
  fmt::print(R"({{"fit_seconds": {}, "fit_cpu_seconds": {}}})"
             "\n",
             watch.seconds(), watch.cpu_seconds());
  write_raw(path, inertias);
}

void run_tsne(const Matrix& matrix, const std::string& path) {
  const Stopwatch watch;
  const TsnePicture picture = tsne(matrix);
  const double seconds = watch.seconds();
  fmt::print(R"({{"fit_seconds": {}, "divergence": {}, "trustworthiness": {}}})"
             "\n",
             seconds, picture.divergence, trustworthiness(matrix, picture.points));
  std::vector<double> places;
  places.reserve(2 * picture.points.size());
  for (const auto& point : picture.points) {
    places.push_back(static_cast<double>(point.x));
    places.push_back(static_cast<double>(point.y));
  }
  write_raw(path, places);
}

void run(const std::vector<std::string>& words) {
  if (words.size() < 8)
    throw usage_error("detector_driver NAME TRAIN.f32 ROWS COLS TEST.f32 ROWS OUT.f64 SEED [key=value...]");
  if (words[0] == "elbow")
    return run_elbow(read_matrix(words[1], whole(words[2]), whole(words[3])), whole(words[7]), words[6]);
  if (words[0] == "tsne") return run_tsne(read_matrix(words[1], whole(words[2]), whole(words[3])), words[6]);
  const DetectorInfo& info = detector_info(words[0]);
  const std::size_t columns = whole(words[3]);
  const Matrix train = read_matrix(words[1], whole(words[2]), columns);
  const Matrix test = read_matrix(words[4], whole(words[5]), columns);
  std::vector<std::string> given;
  std::vector<std::uint8_t> labels;
  for (std::size_t i = 8; i < words.size(); ++i) {
    if (words[i] == "--labels" && i + 1 < words.size()) {
      labels = read_raw<std::uint8_t>(words[++i], train.rows());
    } else {
      given.push_back(words[i]);
    }
  }
  std::vector<std::string> notes;
  FitContext context;
  context.seed = whole(words[7]);
  context.labels = labels;
  context.notes = &notes;

  const Stopwatch fitting;
  const auto detector = info.fit(train, SettingValues(info.name, info.settings, given), context);
  fmt::print(R"({{"fit_seconds": {}, "fit_cpu_seconds": {}, )", fitting.seconds(), fitting.cpu_seconds());
  std::vector<double> scores(test.rows());
  const Stopwatch scoring;
  detector->score(test, scores);
  fmt::print(R"("score_seconds": {}, "score_cpu_seconds": {}, "notes": [{}])", scoring.seconds(), scoring.cpu_seconds(),
             notes.empty() ? "" : fmt::format("\"{}\"", join(notes, "\", \"")));
  write_raw(words[6], scores);
  if (const auto* autoencoder = dynamic_cast<const Autoencoder*>(detector.get())) {
    fmt::print(R"(, "loss": {}, "validation_loss": {}, "r2": {})", autoencoder->curves().loss,
               autoencoder->curves().validation_loss, autoencoder->curves().r2);
  }
  fmt::print("}}\n");
}

}  // namespace
}  // namespace netstray

int main(int argc, char** argv) {
  try {
    netstray::run({argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "detector_driver: %s\n", error.what());
    return 1;
  }
}
