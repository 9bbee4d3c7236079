#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace netstray {

/// A JSON object taken apart into named values: those of objects inside are named by the way to them, joined by dots
/// ({"id": {"orig_h": 1}} has "id.orig_h"). simdjson finds them. Not thread-safe; memory grows with the longest text.
class JsonObject {
 public:
  /// Bytes behind the text that may be read.
  static constexpr std::size_t kPadding = 64;

  JsonObject();
  ~JsonObject();
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  /// Takes `text` apart; it is followed by kPadding bytes that may be read. False where it is no JSON object (RFC 8259)
  /// and nothing else.
  bool parse(std::string_view text);

  /// A value of the text parsed last; the views are valid until the next one. An object inside at depth 16 is one
  /// value.
  struct Value {
    std::string_view name;
    /// A string without its escapes; anything else as it stands: a number, true, false, an array, an empty object.
    std::string_view text;
    bool is_null = false;
  };
  std::size_t size() const noexcept { return values_.size(); }
  Value operator[](std::size_t index) const noexcept {
    const Place& place = values_[index];
    return {std::string_view(names_).substr(place.name, place.name_size), place.text, place.is_null};
  }

 private:
  struct Parser;
  struct Place {
    std::size_t name;
    std::size_t name_size;
    std::string_view text;
    bool is_null;
  };
  friend struct Flattener;

  std::unique_ptr<Parser> parser_;
  std::vector<Place> values_;
  std::string names_;
};

}  // namespace netstray
