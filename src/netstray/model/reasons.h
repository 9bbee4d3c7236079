#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netstray/encode/encoder.h"
#include "netstray/model/usual.h"
#include "netstray/table/table.h"

namespace netstray {

/// Why a row is unusual, in the user's own columns: one column, its value and what is usual there (docs/reasons.md).
struct Reason {
  std::string feature;              ///< name of the column
  std::string value;                ///< as a person writes it; "" where missing
  std::optional<double> number;     ///< the value of a number column
  std::optional<double> usual_low;  ///< number columns: quantiles .05 and .95 of the training rows
  std::optional<double> usual_high;
  /// In words: "105 to 330", "http 61 %, smtp 20 %, private 9 %, ...", "always 0", "105 to 330 for service private".
  std::string usual;
  double weight = 0;  ///< its share in what made the row unusual, (0, 1]; reasons come in falling order
  /// "service private" where usual_low and usual_high are of its training rows only, as that tells more.
  std::string usual_for = {};
};

/// How many reasons a verdict has at most where nobody asks for another number.
inline constexpr std::size_t kReasonsShown = 5;

/// What each learned column made of a row's strangeness: a detector's parts (one per dense column of the encoder's
/// matrix, in units of its own) summed per learned column, negative sums left out, as shares of their total. All 0
/// where no column made the row stranger.
std::vector<double> column_shares(const Encoder& encoder, std::span<const double> parts);

/// Turns shares per learned column into reasons. A column's weight is its share plus .75 x Encoder::surprise: what no
/// training row showed (a number out of range, a category never seen) many detectors cannot see, but a person must be
/// told of it first. Weights are given as shares of their sum. At most `limit` reasons, none below 2 %, and none for a
/// number that is what it nearly always is: that tells nothing, even where it is strange beside the others.
/// docs/reasons.md says how well this names columns that were tampered with.
std::vector<Reason> reasons_from_shares(const Encoder& encoder, const UsualByCategory& usual,
                                        std::span<const double> shares, const Table& table, std::size_t row,
                                        std::size_t limit);

/// What is usual in a learned column, in words.
std::string usual_words(const Encoder::Column& column);

}  // namespace netstray
