#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netstray/base/serial.h"
#include "netstray/detect/detector.h"
#include "netstray/detect/join.h"
#include "netstray/detect/tail.h"
#include "netstray/encode/encoder.h"
#include "netstray/model/recipe.h"
#include "netstray/table/table.h"

namespace netstray {

/// The detectors that judge rows together, each in the encoding that suits it: one or more members. The score of one
/// member is its detector's own. The score of several is the join of their -log10 p (detect/join.h), p being that of
/// the member's calibration scores with a tail beyond them (detect/tail.h). All encoders learn the same columns.
/// Const members are thread-safe and use threads().
class Ensemble {
 public:
  struct Member {
    std::string name;         ///< "gmm", or "gmm:wide" where one detector stands twice
    std::size_t encoder = 0;  ///< index into encoders()
    std::unique_ptr<Detector> detector;
    ScoreTail tail;  ///< of its calibration scores; unused where it is the only member
  };
  /// The members' own scores: one list a member, one score a row.
  using OwnScores = std::vector<std::vector<double>>;

  Ensemble(std::vector<Encoder> encoders, std::vector<Member> members, Join how);

  /// Which rows of a table are fitted on, and which are scored then.
  struct Rows {
    std::span<const std::uint32_t> fitted;
    std::span<const std::uint8_t> labels;  ///< of the fitted rows, for supervised detectors only; else empty
    std::span<const std::uint32_t> scored;
    bool keep_matrices = false;  ///< of the rows that are scored
    /// What encoders are fitted on; empty: the fitted rows. A study that looks at all rows here leaks its test.
    std::span<const std::uint32_t> encoded_from = {};
    /// What k-means measures its clusters' mean distances on (KMeans::measure_distances); empty: the fitted rows.
    std::span<const std::uint32_t> measured_on = {};
  };
  struct Fitted;
  /// Fits each encoding once, and each member on it. Several members must be calibrated after that. Throws what
  /// encoders and detectors throw. Memory: one encoded matrix at a time and one of the fitted rows, beside what is
  /// kept.
  static Fitted fit(const Table& table, std::span<const std::size_t> columns, const Rows& rows, const Recipe& recipe,
                    std::uint64_t seed);
  /// Takes each member's calibration scores.
  void calibrate(OwnScores scores);

  /// One matrix per encoder. `counts` as of Encoder::encode.
  std::vector<Matrix> encode(const Table& table, EncodeCounts* counts = nullptr) const;
  OwnScores score(const std::vector<Matrix>& matrices) const;
  /// One score a row.
  std::vector<double> joined(const OwnScores& own) const;

  /// Each member's part in what is made of a row: its share in the sum of their -log10 p; all the same where they find
  /// nothing unusual at all. Sum 1.
  std::vector<double> member_shares(const OwnScores& own, std::size_t row) const;
  /// What each learned column made of a row's strangeness: each member's column_shares (model/reasons.h), weighted by
  /// its part in it. Sum 1, or all 0.
  std::vector<double> column_shares(const std::vector<Matrix>& matrices, std::span<const double> member_shares,
                                    std::size_t row) const;

  std::span<const Encoder> encoders() const noexcept { return encoders_; }
  std::span<const Member> members() const noexcept { return members_; }
  Join how() const noexcept { return how_; }

  void save(ByteWriter& out) const;
  /// Throws Error for damaged bytes, and where the parts do not fit each other.
  static Ensemble load(ByteReader& in);

 private:
  std::vector<Encoder> encoders_;  ///< at least one, each used by a member
  std::vector<Member> members_;    ///< at least one
  Join how_;
};

struct Ensemble::Fitted {
  Ensemble ensemble;
  OwnScores scores;                ///< of the rows that were to be scored
  std::vector<Matrix> matrices;    ///< of these rows, one per encoder, where they were to be kept
  std::vector<std::string> notes;  ///< what a user must know of the fits
  double fit_seconds = 0;          ///< of encoders and detectors; by the clock, so in no result that is compared
  double score_seconds = 0;        ///< likewise
};

}  // namespace netstray
