#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netstray/detect/join.h"
#include "study_set.h"

namespace netstray {

/// The clean protocol: a fifth of the normal rows is kept back before anything is fitted, equal rows among the others
/// count once.
struct Split {
  std::vector<std::uint32_t> fitted, kept_back;
};
Split split_rows(const Table& train, std::uint64_t seed);

/// Scores of one member, higher = stranger.
struct MemberScores {
  std::vector<double> kept_back, test;
  double fit_seconds = 0, score_seconds = 0;  ///< of processor time, encoding included; test rows only
};

/// A member is text: its encoding, its detector, settings of that: "rank+one-hot/gmm:reg_covar=0.001,rows=40000".
/// Throws usage Error for anything unknown. With a `cache` folder the scores are kept there and read again, whatever
/// has changed in the program since: delete it then.
MemberScores score_member(const StudySet& set, const Split& split, const std::string& member, std::uint64_t seed,
                          const std::string& cache);

/// Several members and how they are joined: "NAME=MEMBER MEMBER ... [@mean|@fisher|@max]".
struct Candidate {
  std::string name;
  std::vector<std::string> members;
  Join how = Join::mean;

  static Candidate parse(const std::string& text);
};

/// Members joined by their p-values: of the kept-back rows and of the test rows.
struct JoinedScores {
  std::vector<double> kept_back, test;
};
JoinedScores join_scores(const std::vector<MemberScores>& members, Join how);

/// What a recipe gave on one set with one seed. Figures that do not exist are NaN.
struct Outcome {
  double auc = 0;
  struct AtCut {
    double accuracy, f1, false_alarms, recall;
  };
  AtCut q95{}, q99{};                       ///< cut at these quantiles of the kept-back rows' scores
  double recall_at_1 = 0, recall_at_5 = 0;  ///< at measured false alarms
  double r2l_at_5 = 0;                      ///< of the family r2l
  /// Calibrated on a random half of the kept-back rows, counted on the other half, for 5 % and 1 % asked: whether the
  /// share of false alarms is inside the interval that counts both samples.
  std::vector<bool> inside;
  double fit_seconds = 0, score_microseconds = 0;  ///< of processor time, all members; scoring: a test row
};
Outcome judge(const StudySet& set, const std::vector<MemberScores>& members, Join how, std::uint64_t seed);

}  // namespace netstray
