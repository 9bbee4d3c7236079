#include "netstray/table/json_object.h"

#include <algorithm>

#include <simdjson.h>

#include "netstray/base/text.h"

namespace netstray {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kDeepest = 16;

/// The grammar of RFC 8259, 6: simdjson does not look at numbers that are not asked for as numbers.
bool is_number(std::string_view text) noexcept {
  const auto digits = [&text] {
    const auto count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool zero_first = text.starts_with('0');
  const auto whole = digits();
  if (whole == 0 || (zero_first && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

}  // namespace

struct JsonObject::Parser {
  ondemand::parser parser;
};

/// Walks through an object and notes its values; false where the text is no JSON.
struct Flattener {
  JsonObject& into;
  std::string path;

  bool add_object(ondemand::object object, std::size_t depth) {
    for (auto field : object) {
      std::string_view key;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
      const std::size_t before = path.size();
      if (before > 0) path += '.';
      path += key;
      ondemand::value value;
      if (field.value().get(value) != simdjson::SUCCESS || !add_value(value, depth)) return false;
      path.resize(before);
    }
    return true;
  }

  bool add_value(ondemand::value value, std::size_t depth) {
    ondemand::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) return false;
    std::string_view text;
    switch (type) {
      case ondemand::json_type::object:
        return add_inner(value, depth);
      case ondemand::json_type::array: {
        ondemand::array array;
        if (value.get_array().get(array) != simdjson::SUCCESS || array.raw_json().get(text) != simdjson::SUCCESS) {
          return false;
        }
        return note(trim(text), false);
      }
      case ondemand::json_type::string:
        return value.get_string().get(text) == simdjson::SUCCESS && note(text, false);
      case ondemand::json_type::number:
        text = trim(value.raw_json_token());
        return is_number(text) && note(text, false);
      case ondemand::json_type::boolean: {
        bool truth = false;
        return value.get_bool().get(truth) == simdjson::SUCCESS && note(truth ? "true" : "false", false);
      }
      case ondemand::json_type::null: {
        bool is_null = false;
        return value.is_null().get(is_null) == simdjson::SUCCESS && is_null && note({}, true);
      }
    }
    return false;
  }

  bool add_inner(ondemand::value value, std::size_t depth) {
    ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return false;
    bool empty = false;
    if (depth < kDeepest && object.is_empty().get(empty) == simdjson::SUCCESS && !empty) {
      return add_object(object, depth + 1);
    }
    std::string_view text;
    return object.raw_json().get(text) == simdjson::SUCCESS && note(trim(text), false);
  }

  /// A value whose name is empty is passed over.
  bool note(std::string_view text, bool is_null) {
    if (path.empty()) return true;
    into.values_.push_back({into.names_.size(), path.size(), text, is_null});
    into.names_ += path;
    return true;
  }
};

JsonObject::JsonObject() : parser_(std::make_unique<Parser>()) {}
JsonObject::~JsonObject() = default;

bool JsonObject::parse(std::string_view text) {
  static_assert(kPadding >= simdjson::SIMDJSON_PADDING);
  values_.clear();
  names_.clear();
  ondemand::document document;
  const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + kPadding);
  if (parser_->parser.iterate(padded).get(document) != simdjson::SUCCESS) return false;
  ondemand::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) return false;
  Flattener flattener{*this, {}};
  const char* behind = nullptr;
  return flattener.add_object(object, 1) && document.current_location().get(behind) == simdjson::OUT_OF_BOUNDS;
}

}  // namespace netstray
