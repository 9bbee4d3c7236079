#include "netstray/table/narrow_ints.h"

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>
#include <utility>

namespace netstray {
namespace {

constexpr std::size_t kAtOnce = 512;  // values brought to 64 bits at a time

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
  while (!values.empty()) {
    extend(values.size(), [&](auto* out) {
      using Narrow = std::remove_pointer_t<decltype(out)>;
      std::size_t count = 0;
      while (count < values.size() && values[count] == static_cast<Narrow>(values[count])) {
        out[count] = static_cast<Narrow>(values[count]);
        ++count;
      }
      values = values.subspan(count);
      return count;
    });
    if (!values.empty()) widen_for(values.front());
  }
}

void NarrowInts::append(const NarrowInts& from, std::size_t begin, std::size_t end, std::int64_t factor) {
  std::array<std::int64_t, kAtOnce> some{};
  from.visit([&](const auto& other) {
    using List = std::decay_t<decltype(other)>;
    if (auto* same = factor == 1 ? std::get_if<List>(&values_) : nullptr) {
      same->insert(same->end(), other.begin() + static_cast<std::ptrdiff_t>(begin),
                   other.begin() + static_cast<std::ptrdiff_t>(end));
      return;
    }
    while (begin < end) {
      const std::size_t count = std::min(kAtOnce, end - begin);
      for (std::size_t i = 0; i < count; ++i) some[i] = other[begin + i] * factor;
      append(std::span<const std::int64_t>(some.data(), count));
      begin += count;
    }
  });
}

void NarrowInts::append_picked(const NarrowInts& from, std::span<const std::uint32_t> places, std::uint32_t nowhere) {
  reserve(size() + places.size());
  std::array<std::int64_t, kAtOnce> some{};
  from.visit([&](const auto& other) {
    while (!places.empty()) {
      const auto head = places.first(std::min(kAtOnce, places.size()));
      for (std::size_t i = 0; i < head.size(); ++i) some[i] = head[i] == nowhere ? 0 : std::int64_t{other[head[i]]};
      append(std::span<const std::int64_t>(some.data(), head.size()));
      places = places.subspan(head.size());
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
