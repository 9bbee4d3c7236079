// Reads MaxMind DB files: the search tree is walked once, its networks become ranges of addresses.

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <maxminddb.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/feature/asn_table.h"

namespace netstray {
namespace {

constexpr unsigned kHalfBits = 64;
constexpr unsigned kV6Bits = 128;
constexpr unsigned kV4Bits = 32;
constexpr unsigned kV4Depth = kV6Bits - kV4Bits;  // IPv4 is the network ::/96 of a tree of IPv6 addresses

using FieldPath = std::array<const char*, 3>;  // ends with a null
constexpr std::array kAsnFields = {FieldPath{"autonomous_system_number"}, FieldPath{"asn"}};
constexpr std::array kOrganisationFields = {FieldPath{"autonomous_system_organization"}, FieldPath{"as_name"},
                                            FieldPath{"name"}};
constexpr std::array kCountryFields = {FieldPath{"country", "iso_code"}, FieldPath{"country_code"},
                                       FieldPath{"country"}, FieldPath{"registered_country", "iso_code"}};

/// A record's value as text: a text as it is, a whole number in digits.
std::optional<std::string> as_text(const MMDB_entry_data_s& data) {
  switch (data.type) {
    case MMDB_DATA_TYPE_UTF8_STRING:
      return std::string(data.utf8_string, data.data_size);
    case MMDB_DATA_TYPE_UINT16:
      return std::to_string(data.uint16);
    case MMDB_DATA_TYPE_UINT32:
      return std::to_string(data.uint32);
    case MMDB_DATA_TYPE_UINT64:
      return std::to_string(data.uint64);
    default:
      return std::nullopt;
  }
}

/// "13335" or "AS13335"; 0 where it is no such number.
std::uint32_t asn_of(std::string_view text) noexcept {
  if (text.starts_with("AS")) text.remove_prefix(2);
  const auto number = parse_integer(text);
  const bool fits = number && *number >= 0 && *number <= std::numeric_limits<std::uint32_t>::max();
  return fits ? static_cast<std::uint32_t>(*number) : 0;
}

class MmdbReader {
 public:
  explicit MmdbReader(const std::string& path) : path_(path) {
    const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &file_);
    if (status != MMDB_SUCCESS) fail(MMDB_strerror(status));
  }
  ~MmdbReader() { MMDB_close(&file_); }
  MmdbReader(const MmdbReader&) = delete;
  MmdbReader& operator=(const MmdbReader&) = delete;

  AsnTable read() {
    in_v6_tree_ = file_.metadata.ip_version == 6;
    visits_left_ = std::uint64_t{2} * file_.metadata.node_count + 1;
    // The bits of IPv4 addresses are the lowest ones also where the tree has only these.
    walk(0, in_v6_tree_ ? 0 : kV4Depth, {});
    const auto has_nothing = [](const AsnOwner& owner) { return owner.is_gap() && owner.organisation.empty(); };
    if (std::ranges::all_of(ranges_.owners, has_nothing)) {
      fail("it has neither autonomous_system_number nor a country");
    }
    return {path_, std::move(ranges_)};
  }

 private:
  [[noreturn]] void fail(std::string_view why) const { throw Error(fmt::format("{}: {}", path_, why)); }

  /// Adds the networks below a node whose address has `depth` bits so far. At most 128 calls deep.
  void walk(std::uint32_t node, unsigned depth, V6Number address) {
    if (depth == kV6Bits) fail("its search tree is deeper than addresses are long");
    if (visits_left_-- == 0) fail("its search tree has loops");
    const bool repeats_v4 = address != V6Number{} && node == file_.ipv4_start_node.node_value;
    if (in_v6_tree_ && repeats_v4) return;
    MMDB_search_node_s children{};
    const int status = MMDB_read_node(&file_, node, &children);
    if (status != MMDB_SUCCESS) fail(MMDB_strerror(status));
    step(children.left_record_type, children.left_record, children.left_record_entry, depth + 1, address);
    (depth < kHalfBits ? address.high : address.low) |= std::uint64_t{1} << (kHalfBits - 1 - depth % kHalfBits);
    step(children.right_record_type, children.right_record, children.right_record_entry, depth + 1, address);
  }

  void step(std::uint8_t type, std::uint64_t record, MMDB_entry_s entry, unsigned depth, V6Number address) {
    if (type == MMDB_RECORD_TYPE_SEARCH_NODE) return walk(static_cast<std::uint32_t>(record), depth, address);
    if (type == MMDB_RECORD_TYPE_DATA) return add(address, depth, owner_of(entry));
    if (type != MMDB_RECORD_TYPE_EMPTY) fail("its search tree is damaged");
  }

  void add(V6Number first, unsigned depth, std::uint32_t owner) {
    constexpr std::uint64_t kAll = ~std::uint64_t{0};
    if (ranges_.size() == AsnRanges::kMostRanges) fail("it has too many networks");
    V6Number last = first;
    if (depth <= kHalfBits) {
      last.high |= depth == kHalfBits ? 0 : kAll >> depth;
      last.low = kAll;
    } else {
      last.low |= depth == kV6Bits ? 0 : kAll >> (depth - kHalfBits);
    }
    if (first.high == 0 && first.low <= std::numeric_limits<std::uint32_t>::max() && depth >= kV4Depth) {
      ranges_.v4.push_back({static_cast<std::uint32_t>(first.low), static_cast<std::uint32_t>(last.low), owner, 0});
    } else {
      ranges_.v6.push_back({first, last, owner, 0});
    }
  }

  template <std::size_t count>
  std::string first_of(MMDB_entry_s entry, const std::array<FieldPath, count>& fields) const {
    for (const auto& path : fields) {
      MMDB_entry_data_s data{};
      const int status = MMDB_aget_value(&entry, &data, path.data());
      const bool absent = status == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR;
      if (status != MMDB_SUCCESS && !absent) fail(MMDB_strerror(status));
      if (absent || !data.has_data) continue;
      if (auto text = as_text(data)) return *std::move(text);
    }
    return {};
  }

  /// Many networks share a record: each is read once, by its place in the file.
  std::uint32_t owner_of(MMDB_entry_s entry) {
    const auto known = owner_at_.find(entry.offset);
    if (known != owner_at_.end()) return known->second;
    AsnOwner owner{asn_of(first_of(entry, kAsnFields)), first_of(entry, kCountryFields),
                   first_of(entry, kOrganisationFields)};
    const auto key = fmt::format("{}\t{}\t{}", owner.asn, owner.country, owner.organisation);
    const std::uint32_t place = ranges_.owner(key, [&] { return std::move(owner); });
    owner_at_.emplace(entry.offset, place);
    return place;
  }

  std::string path_;
  MMDB_s file_{};
  bool in_v6_tree_ = false;
  std::uint64_t visits_left_ = 0;
  std::unordered_map<std::uint32_t, std::uint32_t> owner_at_;
  AsnRanges ranges_;
};

}  // namespace

AsnTable read_mmdb(const std::string& path) { return MmdbReader(path).read(); }

}  // namespace netstray
