#include "netstray/table/type_finder.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>

#include "netstray/base/text.h"
#include "netstray/base/time.h"

namespace netstray {
namespace {

bool is_hex(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// aa:bb:cc:dd:ee:ff, or with dashes.
bool is_ethernet_address(std::string_view text) noexcept {
  constexpr std::size_t kLength = 17;
  if (text.size() != kLength || (text[2] != ':' && text[2] != '-')) return false;
  for (std::size_t i = 0; i < kLength; ++i) {
    if (i % 3 == 2 ? text[i] != text[2] : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_internet_address(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.size() >= copy.size()) return false;
  std::copy(text.begin(), text.end(), copy.begin());
  std::array<unsigned char, sizeof(in6_addr)> address{};
  const int family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  return inet_pton(family, copy.data(), address.data()) == 1;
}

}  // namespace

bool is_address(std::string_view text) noexcept { return is_internet_address(text) || is_ethernet_address(text); }

void TypeFinder::add(std::string_view cell) noexcept {
  const std::string_view text = trim(cell);
  ++present_;
  const auto number = parse_number(text);
  if (number.is_number()) {
    ++numbers_;
    if (number.kind == NumberText::Kind::integer) ++integers_;
    const auto unit = plausible_epoch_unit(value_of(number));
    one_unit_ = one_unit_ && unit && (!unit_ || unit_ == unit);
    unit_ = unit;
  } else if (parse_time(text)) {
    ++times_;
  } else if (is_address(text)) {
    ++addresses_;
  }
}

bool TypeFinder::numeric() const noexcept {
  constexpr std::size_t kFew = 3;
  if (numbers_ == present_) return true;
  return numbers_ >= kFew && 5 * numbers_ >= 4 * present_;
}

std::optional<ColumnType> TypeFinder::type(std::string_view name) const {
  if (present_ == 0) return {};
  if (numbers_ == present_ && one_unit_ && named_as_time(name)) return ColumnType::time;
  if (numeric()) return integers_ == numbers_ ? ColumnType::integer : ColumnType::number;
  if (times_ == present_) return ColumnType::time;
  if (10 * addresses_ >= 8 * present_) return ColumnType::address;  // Argus writes 0 or a name where it has none
  return ColumnType::category;
}

bool is_of_type(std::string_view cell, ColumnType type) noexcept {
  const std::string_view text = trim(cell);
  switch (type) {
    case ColumnType::integer:
    case ColumnType::number:
      return parse_number(text).is_number();
    case ColumnType::time:
      return parse_time(text) || parse_number(text).is_number();
    case ColumnType::address:
      return is_address(text);
    case ColumnType::category:
      break;
  }
  return false;
}

}  // namespace netstray
