#include "netstray/table/narrow_ints.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace netstray {
namespace {

template <typename Values, typename Wide, typename Narrow>
void widen_to(Values& values, const std::vector<Narrow>& old) {
  std::vector<Wide> wide;
  wide.reserve(std::max(old.capacity(), old.size() + 1));
  wide.assign(old.begin(), old.end());
  values = std::move(wide);
}

template <typename Narrow>
bool fits(std::int64_t value) noexcept {
  return value >= std::numeric_limits<Narrow>::min() && value <= std::numeric_limits<Narrow>::max();
}

}  // namespace

void NarrowInts::widen_for(std::int64_t value) {
  Values old = std::move(values_);
  std::visit(
      [this, value](const auto& values) {
        if (fits<std::int16_t>(value) && sizeof(values[0]) < sizeof(std::int16_t)) {
          widen_to<Values, std::int16_t>(values_, values);
        } else if (fits<std::int32_t>(value)) {
          widen_to<Values, std::int32_t>(values_, values);
        } else {
          widen_to<Values, std::int64_t>(values_, values);
        }
      },
      old);
}

bool NarrowInts::multiply(std::int64_t factor, std::int64_t limit) {
  NarrowInts product;
  product.reserve(std::visit([](const auto& values) { return values.capacity(); }, values_));
  const std::int64_t largest = (limit - 1) / factor;
  const bool all_fit = visit([&](const auto& values) {
    for (const auto narrow : values) {
      const auto value = std::int64_t{narrow};
      if (value > largest || value < -largest) return false;
      product.push_back(value * factor);
    }
    return true;
  });
  if (all_fit) *this = std::move(product);
  return all_fit;
}

}  // namespace netstray
