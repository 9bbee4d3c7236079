#include "netstray/table/narrow_ints.h"

#include <algorithm>
#include <array>
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

void NarrowInts::append(std::span<const std::int64_t> values) {
  if (values.empty()) return;
  std::int64_t least = 0;
  std::int64_t most = 0;
  for (const std::int64_t value : values) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
  const auto all_fit = [&](const auto& list) {
    using Narrow = typename std::decay_t<decltype(list)>::value_type;
    return fits<Narrow>(least) && fits<Narrow>(most);
  };
  if (!visit(all_fit)) widen_for(fits<std::int16_t>(least) && !fits<std::int16_t>(most) ? most : least);
  if (!visit(all_fit)) widen_for(most);
  std::visit(
      [values](auto& list) {
        using Narrow = typename std::decay_t<decltype(list)>::value_type;
        const std::size_t old_size = list.size();
        list.resize(old_size + values.size());
        Narrow* out = list.data() + old_size;
        for (std::size_t i = 0; i < values.size(); ++i) out[i] = static_cast<Narrow>(values[i]);
      },
      values_);
}

void NarrowInts::append(const NarrowInts& from, std::size_t begin, std::size_t end) {
  constexpr std::size_t kAtOnce = 512;
  std::array<std::int64_t, kAtOnce> some{};
  from.visit([&](const auto& other) {
    using List = std::decay_t<decltype(other)>;
    if (auto* same = std::get_if<List>(&values_)) {
      same->insert(same->end(), other.begin() + static_cast<std::ptrdiff_t>(begin),
                   other.begin() + static_cast<std::ptrdiff_t>(end));
      return;
    }
    while (begin < end) {
      const std::size_t count = std::min(kAtOnce, end - begin);
      for (std::size_t i = 0; i < count; ++i) some[i] = other[begin + i];
      append(std::span<const std::int64_t>(some.data(), count));
      begin += count;
    }
  });
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
