#include "netstray/feature/asn_table.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

constexpr unsigned kPrefixShift = 16;
constexpr std::size_t kPrefixes = std::size_t{1} << 16;

template <typename Integer>
Integer big_endian(std::span<const std::uint8_t> bytes) noexcept {
  Integer number = 0;
  for (const std::uint8_t byte : bytes) number = static_cast<Integer>(number << 8U) | byte;
  return number;
}

/// Brings ranges into order; returns how many began before the one above them. Throws Error where two overlap.
template <typename Address>
std::size_t put_in_order(const std::string& name, std::vector<AsnRange<Address>>& ranges) {
  std::size_t unordered = 0;
  for (std::size_t i = 1; i < ranges.size(); ++i) unordered += ranges[i].first < ranges[i - 1].first ? 1U : 0U;
  if (unordered > 0) std::ranges::stable_sort(ranges, {}, &AsnRange<Address>::first);
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i - 1].last < ranges[i].first) continue;
    const auto [earlier, later] = std::minmax(ranges[i - 1].line, ranges[i].line);
    if (later == 0) throw Error(fmt::format("{}: it has networks that overlap", name));
    throw Error(fmt::format("{}:{}: this range overlaps the one of line {}", name, later, earlier));
  }
  return unordered;
}

/// The owner of the range that has the address, where the last range that begins at or before it is in [begin - 1,
/// end); or nothing.
template <typename Address>
std::optional<std::uint32_t> owner_at(Address address, std::span<const AsnRange<Address>> ranges, std::size_t begin,
                                      std::size_t end) noexcept {
  const auto candidates = ranges.subspan(begin, end - begin);
  const auto behind = std::ranges::upper_bound(candidates, address, {}, &AsnRange<Address>::first);
  const std::size_t place = begin + static_cast<std::size_t>(behind - candidates.begin());
  if (place == 0 || ranges[place - 1].last < address) return std::nullopt;
  return ranges[place - 1].owner;
}

/// Whether a file ends like a MaxMind DB: a mark stands before the metadata, within the last 128 KiB.
bool is_mmdb(const std::string& path) {
  constexpr std::string_view kMark = "\xab\xcd\xefMaxMind.com";
  constexpr std::streamoff kTail = 128 << 10;
  std::ifstream file(path, std::ios::binary);
  if (!file.seekg(0, std::ios::end)) return false;
  const std::streamoff size = file.tellg();
  std::string tail(static_cast<std::size_t>(std::clamp<std::streamoff>(size, 0, kTail)), '\0');
  file.seekg(-static_cast<std::streamoff>(tail.size()), std::ios::end);
  if (!file.read(tail.data(), static_cast<std::streamsize>(tail.size()))) return false;
  return tail.find(kMark) != std::string::npos;
}

}  // namespace

std::uint32_t v4_number(const IpAddress& address) noexcept {
  return big_endian<std::uint32_t>(std::span(address.bytes).first(sizeof(std::uint32_t)));
}

V6Number v6_number(const IpAddress& address) noexcept {
  const std::span<const std::uint8_t> bytes(address.bytes);
  return {big_endian<std::uint64_t>(bytes.first(sizeof(std::uint64_t))),
          big_endian<std::uint64_t>(bytes.subspan(sizeof(std::uint64_t)))};
}

AsnTable::AsnTable(const std::string& name, AsnRanges ranges) : owners_(std::move(ranges.owners)) {
  unordered_ = put_in_order(name, ranges.v4) + put_in_order(name, ranges.v6);
  const auto is_gap = [this](const auto& range) { return owners_[range.owner].is_gap(); };
  ranges_ = ranges.size();
  v4_ = std::move(ranges.v4);
  v6_ = std::move(ranges.v6);
  std::erase_if(v4_, is_gap);
  std::erase_if(v6_, is_gap);
  index_v4();
  has_asn_ = std::ranges::any_of(owners_, [](const AsnOwner& owner) { return owner.asn != 0; });
  has_country_ = std::ranges::any_of(owners_, [](const AsnOwner& owner) { return !owner.country.empty(); });
}

void AsnTable::index_v4() {
  v4_before_.assign(kPrefixes + 1, 0);
  for (const auto& range : v4_) ++v4_before_[(range.first >> kPrefixShift) + 1];
  for (std::size_t prefix = 0; prefix < kPrefixes; ++prefix) v4_before_[prefix + 1] += v4_before_[prefix];
}

const AsnOwner* AsnTable::find(const IpAddress& address) const noexcept {
  constexpr std::uint64_t kMapped = 0xffff;  // ::ffff:0:0/96
  const V6Number wide = address.v6 ? v6_number(address) : V6Number{};
  const bool mapped = wide.high == 0 && wide.low >> 32U == kMapped;
  std::optional<std::uint32_t> owner;
  if (address.v6 && !mapped) {
    owner = owner_at<V6Number>(wide, v6_, 0, v6_.size());
  } else {
    const std::uint32_t number = mapped ? static_cast<std::uint32_t>(wide.low) : v4_number(address);
    const std::size_t prefix = number >> kPrefixShift;
    owner = owner_at<std::uint32_t>(number, v4_, v4_before_[prefix], v4_before_[prefix + 1]);
  }
  return owner ? &owners_[*owner] : nullptr;
}

Table AsnTable::unique_asns() const {
  Table table(Schema(
      {{"asn", ColumnType::integer}, {"country.code2", ColumnType::category}, {"entity", ColumnType::category}}));
  const auto append = [](Column& column, const std::string& text) {
    if (text.empty()) {
      column.append_missing();
    } else {
      column.append_text(text);
    }
  };
  for (const auto& owner : owners_) {
    if (has_asn_ ? owner.asn == 0 : owner.is_gap()) continue;
    if (has_asn_) {
      table.column(0).append_decimal(owner.asn, 0);
    } else {
      table.column(0).append_missing();
    }
    append(table.column(1), owner.country);
    append(table.column(2), owner.organisation);
  }
  return table;
}

AsnTable read_asn_table(const std::string& path) {
  return is_mmdb(path) ? read_mmdb(path) : read_asn_text(open_bytes(path));
}

}  // namespace netstray
