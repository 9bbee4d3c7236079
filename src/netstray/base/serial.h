#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace netstray {

static_assert(std::endian::native == std::endian::little, "files are little-endian and written as memory lies");

template <typename T>
concept Plain = std::integral<T> || std::floating_point<T>;

/// Writes numbers, texts and vectors one after the other, little-endian, without padding. docs/model-format.md has the
/// result.
class ByteWriter {
 public:
  template <Plain T>
  void put(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  /// u64 length, then the bytes.
  void put_text(std::string_view text) {
    put<std::uint64_t>(text.size());
    bytes_.append(text);
  }
  /// u64 count, then the elements.
  template <Plain T>
  void put_vector(const std::vector<T>& values) {
    put<std::uint64_t>(values.size());
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  void put_texts(const std::vector<std::string>& texts) {
    put<std::uint64_t>(texts.size());
    for (const auto& text : texts) put_text(text);
  }

  const std::string& bytes() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads what ByteWriter wrote, from bytes that may be hostile: every length is checked against what is left before
/// memory is taken. Throws Error "NAME: ..." where the bytes end early.
class ByteReader {
 public:
  ByteReader(std::string_view bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}

  template <Plain T>
  T get() {
    T value;
    const auto source = take(sizeof value);
    std::memcpy(&value, source.data(), source.size());
    return value;
  }
  std::string get_text() { return std::string(take(get<std::uint64_t>())); }
  template <Plain T>
  std::vector<T> get_vector() {
    const auto count = get_count(sizeof(T));
    const auto source = take(count * sizeof(T));
    std::vector<T> values(count);
    if (count > 0) std::memcpy(values.data(), source.data(), source.size());
    return values;
  }
  std::vector<std::string> get_texts() {
    std::vector<std::string> texts(get_count(sizeof(std::uint64_t)));
    for (auto& text : texts) text = get_text();
    return texts;
  }
  /// A count of things of which each takes at least `least_bytes` of what is left.
  std::size_t get_count(std::size_t least_bytes) {
    const auto count = get<std::uint64_t>();
    if (count > left() / least_bytes) fail("it ends early, or a length in it is wrong");
    return static_cast<std::size_t>(count);
  }

  std::size_t left() const noexcept { return bytes_.size(); }
  /// Throws Error unless all was read.
  void expect_end();
  /// Throws Error "NAME: damaged model file: WHY".
  [[noreturn]] void fail(std::string_view why) const;

 private:
  std::string_view take(std::uint64_t count);

  std::string_view bytes_;
  std::string name_;
};

}  // namespace netstray
