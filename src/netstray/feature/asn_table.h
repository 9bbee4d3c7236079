#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "netstray/base/byte_source.h"
#include "netstray/feature/asn_ranges.h"
#include "netstray/packet/address.h"
#include "netstray/table/table.h"

namespace netstray {

/// Who an Internet address belongs to: autonomous systems and countries by ranges of addresses, in memory. Const
/// members are thread-safe.
class AsnTable {
 public:
  /// Puts the ranges in order. Throws Error `NAME:LINE: ...` where two ranges overlap (NAME without a line where the
  /// ranges come from no text).
  AsnTable(const std::string& name, AsnRanges ranges);

  /// The owner of the range that has the address, or nothing where none has it and where the range is a gap (AS number
  /// 0 without a country). An IPv6 address that stands for an IPv4 one (::ffff:10.0.0.1) is looked up as that. A binary
  /// search, for IPv4 among the ranges of the address' first two bytes.
  const AsnOwner* find(const IpAddress& address) const noexcept;

  /// All different owners in the order of their first range.
  const std::vector<AsnOwner>& owners() const noexcept { return owners_; }
  /// How many ranges there are, gaps too, and how many of them began before the one above them and were put in order.
  std::size_t ranges() const noexcept { return ranges_; }
  std::size_t unordered() const noexcept { return unordered_; }
  /// Whether any owner has an AS number, an organisation, a country.
  bool has_asn() const noexcept { return has_asn_; }
  bool has_country() const noexcept { return has_country_; }

  /// The different (asn, country, organisation) without AS number 0, in order of first appearance, as a table with the
  /// columns of notebook 001: `asn` (integer), `country.code2`, `entity`. An autonomous system that is in several
  /// countries, or goes by several names, has several rows. Of a file without AS numbers: its countries, with `asn`
  /// missing.
  Table unique_asns() const;

 private:
  void index_v4();

  std::vector<AsnOwner> owners_;
  std::vector<AsnRange<std::uint32_t>> v4_;  // ascending, without gaps
  std::vector<AsnRange<V6Number>> v6_;
  std::vector<std::uint32_t> v4_before_;  // per first two bytes: how many ranges begin at lesser ones
  std::size_t ranges_ = 0;
  std::size_t unordered_ = 0;
  bool has_asn_ = false;
  bool has_country_ = false;
};

/// Reads lines of five cells parted by tabs, as iptoasn.com and others publish them: first address, last address, AS
/// number, country code, organisation. Addresses are dotted, IPv6, or IPv4 as a decimal number; a file may have IPv4
/// and IPv6. AS number 0 is a gap that nobody announces. Throws Error `NAME:LINE: ...` for a line that is damaged, and
/// for over 50 million ranges. The name of an organisation may have quotes in it; they mean nothing.
AsnTable read_asn_text(std::unique_ptr<ByteSource> source);

/// Reads a MaxMind DB file (.mmdb), of autonomous systems, of countries, or of both: the number in
/// autonomous_system_number or asn, the organisation in autonomous_system_organization, as_name or name, the country in
/// country.iso_code, country_code, country or registered_country.iso_code (the first of them that a record has).
/// Networks that MaxMind's files repeat for tunnels (::ffff:0:0/96, 2002::/16 and so on) are passed over. Throws Error
/// with the path for a file that is damaged, or has none of these fields.
AsnTable read_mmdb(const std::string& path);

/// One of the two, by what is in the file; the text may be compressed (gzip, zstd).
AsnTable read_asn_table(const std::string& path);

}  // namespace netstray
