#include "netstray/encode/close_mantissas.h"

#include <algorithm>

namespace netstray {

std::optional<CloseMantissas> CloseMantissas::find(const Column& column) {
  constexpr std::size_t kAlwaysFew = 4096;
  constexpr std::size_t kRowsPerValue = 8;
  if (!column.holds_mantissas() || column.size() == 0) return {};
  std::int64_t least = 0;
  std::int64_t most = 0;
  column.visit_mantissas([&](const auto& mantissas) {
    auto low = mantissas.front();
    auto high = low;
    for (const auto mantissa : mantissas) {
      low = std::min(low, mantissa);
      high = std::max(high, mantissa);
    }
    least = std::int64_t{low};
    most = std::int64_t{high};
  });
  const auto span = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
  if (span >= std::max(kAlwaysFew, column.size() / kRowsPerValue)) return {};
  return CloseMantissas(column, least, static_cast<std::size_t>(span) + 1);
}

std::vector<double> CloseMantissas::sorted(std::span<const std::uint32_t> rows) const {
  std::vector<std::size_t> counts(size_, 0);
  std::size_t present = 0;
  column_->visit_mantissas([&](const auto& mantissas) {
    for (const std::uint32_t row : rows) {
      if (column_->missing(row)) continue;
      ++counts[static_cast<std::size_t>(mantissas[row] - least_)];
      ++present;
    }
  });
  std::vector<double> values;
  values.reserve(present);
  for (std::size_t place = 0; place < size_; ++place) values.insert(values.end(), counts[place], value(place));
  return values;
}

}  // namespace netstray
