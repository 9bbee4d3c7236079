#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "benchmarks/encoded_file.h"
#include "benchmarks/served_job.h"
#include "netstray/base/text.h"
#include "netstray/detect/forest/isolation_forest.h"

namespace netstray {
namespace {

constexpr IsolationForestSettings kForest{.trees = 100, .sample = 256, .seed = 1};
constexpr std::size_t kCalls = 20'000;
constexpr std::size_t kBatch = 64;

/// The first rows of a file, as `netstray train` would see them; shuffled where asked for.
Matrix encoded(const std::string& path, const std::string& layout, std::size_t rows, bool shuffled) {
  const LoadedTable loaded = load_layout(path, layout);
  const Matrix matrix = fit_standardised(loaded).encode(loaded.table);
  auto chosen = shuffled_rows(matrix.rows());
  if (!shuffled) std::ranges::sort(chosen);
  chosen.resize(std::min(rows, chosen.size()));
  return matrix.gather(chosen);
}

/// Single rows, or batches of them, that come from all over the file.
std::vector<Matrix> pieces(const Matrix& matrix, std::size_t size) {
  const auto order = shuffled_rows(matrix.rows());
  std::vector<Matrix> result;
  result.reserve(kCalls);
  for (std::size_t i = 0; i < kCalls; ++i) {
    const std::size_t begin = i * size % (order.size() - size);
    result.push_back(matrix.gather(std::span(order).subspan(begin, size)));
  }
  return result;
}

/// The .99 quantile of the seconds of one call.
double p99_of_calls(const IsolationForest& forest, const std::vector<Matrix>& parts) {
  std::vector<double> seconds;
  seconds.reserve(parts.size());
  std::array<double, kBatch> scores{};
  for (const Matrix& part : parts)
    seconds.push_back(seconds_of([&] { forest.score(part, std::span(scores).first(part.rows())); }));
  const auto place = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() * 99 / 100);
  std::ranges::nth_element(seconds, place);
  return *place;
}

double mean_of_row(const IsolationForest& forest, const std::vector<Matrix>& parts) {
  std::array<double, kBatch> scores{};
  const double all = seconds_of([&] {
    for (const Matrix& part : parts) forest.score(part, std::span(scores).first(part.rows()));
  });
  return all / static_cast<double>(parts.size() * kBatch);
}

}  // namespace

Job forest_job(const std::vector<std::string>& words) {
  if (words.size() != 5 || !words[0].starts_with("forest-")) return {};
  const auto rows = static_cast<std::size_t>(parse_integer(words[3]).value_or(0));
  const auto matrix = std::make_shared<Matrix>(encoded(words[1], words[2], rows, words[4] == "shuffled"));
  if (words[0] == "forest-fit") {
    return [matrix] { return seconds_of([&] { IsolationForest::fit(*matrix, kForest); }); };
  }
  const auto forest = std::make_shared<IsolationForest>(IsolationForest::fit(*matrix, kForest));
  if (words[0] == "forest-one" || words[0] == "forest-batch") {
    const bool one = words[0] == "forest-one";
    const auto parts = std::make_shared<std::vector<Matrix>>(pieces(*matrix, one ? 1 : kBatch));
    return [=] { return one ? p99_of_calls(*forest, *parts) : mean_of_row(*forest, *parts); };
  }
  if (words[0] != "forest-score") return {};
  const auto scores = std::make_shared<std::vector<double>>(matrix->rows());
  return [=] { return seconds_of([&] { forest->score(*matrix, *scores); }); };
}

}  // namespace netstray
