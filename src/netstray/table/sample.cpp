#include "netstray/table/sample.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

constexpr double kMostRows = std::numeric_limits<std::uint32_t>::max() - 1.0;

std::uint64_t rows_wanted(ClassSize size, std::size_t rest, double most_rows) {
  if (!(size.amount > 0)) throw usage_error(fmt::format("a class cannot be brought to {} times a size", size.amount));
  const double base = size.rule == ClassSize::Rule::rows ? 1 : static_cast<double>(rest);
  const double wanted = std::floor(size.amount * base + 0.5);
  const double all = wanted + static_cast<double>(rest);
  if (!(all <= most_rows)) {
    throw usage_error(fmt::format("a sample of {} rows and {} others is too large: at most {} rows fit",
                                  readable(wanted), grouped(rest), readable(most_rows)));
  }
  return static_cast<std::uint64_t>(wanted);
}

}  // namespace

std::vector<std::uint32_t> draw_rows(std::span<const std::uint32_t> rows, std::uint64_t count, bool with_replacement,
                                     std::uint64_t seed) {
  if (count > 0 && rows.empty()) throw Error("there are no rows to draw from");
  if (!with_replacement && count > rows.size()) {
    throw Error(
        fmt::format("{} rows cannot be drawn from {} without replacement", grouped(count), grouped(rows.size())));
  }
  Rng rng(seed);
  std::vector<std::uint32_t> drawn;
  if (with_replacement) {
    drawn.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) drawn.push_back(rows[rng.below(rows.size())]);
    return drawn;
  }
  drawn = rng.sample(static_cast<std::uint32_t>(rows.size()), static_cast<std::uint32_t>(count));
  for (auto& row : drawn) row = rows[row];
  return drawn;
}

std::vector<std::uint32_t> resize_class(std::span<const std::uint8_t> of_class, ClassSize size, bool with_replacement,
                                        std::uint64_t seed, std::uint64_t most_rows) {
  std::vector<std::uint32_t> own;
  std::vector<std::uint32_t> result;
  for (std::size_t row = 0; row < of_class.size(); ++row) {
    (of_class[row] != 0 ? own : result).push_back(static_cast<std::uint32_t>(row));
  }
  if (own.empty()) throw Error("the class to be sampled has no rows");
  const double most = std::min(kMostRows, static_cast<double>(most_rows));
  const auto drawn = draw_rows(own, rows_wanted(size, result.size(), most), with_replacement, seed);
  result.insert(result.end(), drawn.begin(), drawn.end());
  return result;
}

}  // namespace netstray
