#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace netstray {

/// A growing list of integers, all kept in the fewest bytes (1, 2, 4 or 8) that hold every one of them.
class NarrowInts {
 public:
  std::size_t size() const noexcept {
    return std::visit([](const auto& values) { return values.size(); }, values_);
  }
  std::int64_t operator[](std::size_t index) const noexcept {
    return std::visit([index](const auto& values) { return std::int64_t{values[index]}; }, values_);
  }

  /// Amortised O(1); the first value that does not fit costs one copy of the list.
  void push_back(std::int64_t value) {
    switch (values_.index()) {
      case 0:
        return push_or_widen<0>(value);
      case 1:
        return push_or_widen<1>(value);
      case 2:
        return push_or_widen<2>(value);
      default:
        return std::get<3>(values_).push_back(value);
    }
  }
  /// All of them behind what is there.
  void append(std::span<const std::int64_t> values);
  /// The elements [begin, end) of another list, times `factor`.
  void append(const NarrowInts& from, std::size_t begin, std::size_t end, std::int64_t factor = 1);
  /// The elements of another list at these places; 0 for a place `nowhere`.
  void append_picked(const NarrowInts& from, std::span<const std::uint32_t> places, std::uint32_t nowhere);
  /// Appends up to `count` elements: calls fill(first), where `first` points to that many new elements of whatever
  /// width it is, and keeps as many of them as it returns.
  template <typename Fill>
  void extend(std::size_t count, Fill&& fill) {
    std::visit(
        [&](auto& values) {
          const std::size_t old_size = values.size();
          values.resize(old_size + count);
          values.resize(old_size + fill(values.data() + old_size));
        },
        values_);
  }
  void pop_back() {
    std::visit([](auto& values) { values.pop_back(); }, values_);
  }
  void reserve(std::size_t count) {
    std::visit([count](auto& values) { values.reserve(count); }, values_);
  }

  /// Multiplies every value by `factor`; false, and nothing done, where one would reach `limit` in size.
  bool multiply(std::int64_t factor, std::int64_t limit);

  std::size_t memory_bytes() const noexcept {
    return std::visit([](const auto& values) { return values.capacity() * sizeof(values[0]); }, values_);
  }

  /// Calls `use` with the std::vector of whatever width it is: for loops over all values.
  template <typename Use>
  decltype(auto) visit(Use&& use) const {
    return std::visit(std::forward<Use>(use), values_);
  }

 private:
  using Values = std::variant<std::vector<std::int8_t>, std::vector<std::int16_t>, std::vector<std::int32_t>,
                              std::vector<std::int64_t>>;

  template <std::size_t width>
  void push_or_widen(std::int64_t value) {
    auto& values = std::get<width>(values_);
    using Narrow = typename std::variant_alternative_t<width, Values>::value_type;
    if (value == static_cast<Narrow>(value)) {
      values.push_back(static_cast<Narrow>(value));
    } else {
      widen_for(value);
      push_back(value);
    }
  }

  void widen_for(std::int64_t value);

  Values values_;
};

}  // namespace netstray
