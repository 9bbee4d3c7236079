#include "netstray/evaluate/ceiling.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

namespace netstray {

Ceiling find_ceiling(std::span<const std::uint64_t> rows, std::span<const std::uint8_t> labels) {
  std::vector<std::pair<std::uint64_t, bool>> sorted(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) sorted[row] = {rows[row], labels[row] != 0};
  std::ranges::sort(sorted);
  Ceiling found;
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::array<std::uint64_t, 2> with_label{};
    std::size_t end = begin;
    for (; end < sorted.size() && sorted[end].first == sorted[begin].first; ++end) ++with_label[sorted[end].second];
    ++found.distinct_rows;
    if (end - begin > 1) found.repeated += end - begin;
    found.unavoidable += std::min(with_label[0], with_label[1]);
    if (with_label[0] > 0 && with_label[1] > 0) found.conflicting += end - begin;
    begin = end;
  }
  found.accuracy = rows.empty() ? std::numeric_limits<double>::quiet_NaN()
                                : 1 - static_cast<double>(found.unavoidable) / static_cast<double>(rows.size());
  return found;
}

}  // namespace netstray
