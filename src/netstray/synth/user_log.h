#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netstray/base/output_file.h"
#include "netstray/base/time.h"
#include "netstray/synth/flow_table.h"
#include "netstray/table/table.h"

namespace netstray {

/// An autonomous system, and a country in which it has addresses. One number may be in several countries.
struct AsnCountry {
  std::uint32_t asn = 0;
  std::string country;  ///< two capital letters (ISO 3166)
};

/// A made-up log of which user reached which network: what is written, how much, and when.
struct UserLogSettings {
  std::size_t rows = 200'000;                ///< 1 to 10^8
  double malicious_share = 0.003;            ///< of the rows, [0, 1]: 600 of the default 200,000
  std::uint64_t seed = 1;                    ///< who the users are and what they do
  std::size_t users = 0;                     ///< at most as many as rows; 0 = one for every 500 rows
  TimeNs start = 1'696'348'800'000'000'000;  ///< 2023-10-03T16:00:00Z
  unsigned days = 7;                         ///< 1 to 366
  /// The networks there are, such as the pairs of an ip2asn file; pairs with number 0 or without a country are left
  /// aside, order and repetition do not matter. Empty: some eighty well-known ones.
  std::vector<AsnCountry> networks = {};
};

/// The kinds of malicious episodes: the text of `signature`, and what is unusual. Each is there as soon as the log has
/// that many malicious rows.
std::span<const PlantedKind> user_log_kinds() noexcept;

/// Makes a log in the shape of the one that a published study of a university's users was made with, which is not
/// public: timestamp (whole seconds), user (8 hexadecimal digits), dst_port, asn, malware_type, signature (both missing
/// for what is benign; malware_type sometimes also for what is not), sorted by user, then time.
///
/// Users have a home country (mostly Portugal), hours, a handful of favourite services (a port at a network), which
/// they use in bursts, and now and then go somewhere new. Some rows (1 in 200) have asn 0, for addresses that nobody
/// announces, and some favourites are networks in several countries, so that a join with a list of networks drops rows
/// and multiplies others. In it round(rows x malicious_share) malicious rows, in episodes of 2 to 40 of one user.
///
/// It is made up: it shows that a study runs, and what its numbers look like where the answer is known. What a detector
/// reaches on it says nothing of real users.
///
/// The same settings give the same table, for any number of threads. A million rows take about a second. Throws usage
/// Error for a setting out of range, and where `networks` has none that can be used.
Table make_user_log(const UserLogSettings& settings);

/// Writes such a table as that study's file has it: CSV with a header, times as 2023-10-03T16:00:00, missing values as
/// "-". Throws Error as OutputFile; does not commit.
void write_user_log(const Table& log, OutputFile& out);

}  // namespace netstray
