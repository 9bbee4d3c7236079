// What holds for every detector, whatever it is given: bad rows, other threads, damaged files.

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/instruction_set.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/detector_testing.h"
#include "netstray/maths/made_up_matrix.h"

namespace netstray {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kManyRows = 20'000;
#else
constexpr std::size_t kManyRows = 1'000'000;
#endif

struct Case {
  std::string detector;
  Given settings;
  /// Whether a value or code that training never showed must score higher than what it did show. Trees cut within the
  /// values that they have seen, and weights learned from labels know nothing of it.
  bool sees_departures = true;

  const DetectorInfo& info() const { return detector_info(detector); }
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  out << c.detector;
  for (const auto& setting : c.settings) out << ' ' << setting;
  return out;
}

/// Small and quick ones of each kind; every detector is there.
std::vector<Case> cases() {
  return {{"iforest", {"trees=5", "sample=16"}, false},
          {"iforest", {"trees=5", "sample=16", "extension=2"}, false},
          {"mahalanobis", {}},
          {"mahalanobis", {"ridge=0", "log=no"}},
          {"gmm", {"components=1"}},
          {"gmm", {"components=3", "n_init=2", "max_iter=10"}},
          {"gmm", {"components=2", "covariance=diagonal", "init=kmeans++"}},
          {"gmm", {"components=auto:1-3", "rows=150", "max_iter=5"}},
          {"pca", {}},
          {"pca", {"components=1"}},
          {"kmeans", {"clusters=3", "n_init=2"}},
          {"kmeans", {"clusters=3", "scale=cluster-mean"}},
          {"kmeans", {"clusters=2", "scale=all-mean"}},
          {"knn", {}},
          {"knn", {"k=3", "distance=mean", "rows=100"}},
          {"lof", {"k=3"}},
          {"ocsvm", {"nu=0.2"}},
          {"ocsvm", {"nu=0.2", "kernel=linear"}, false},
          {"ocsvm", {"nu=0.2", "exact_rows=0", "landmarks=20"}},
          {"hbos", {"bins=7"}},
          {"ecod", {}},
          {"zscore", {}},
          {"mad", {"join=rms"}},
          {"autoencoder", {"layers=4,2,4", "epochs=3", "batch=16"}, false},
          {"logistic", {}, false}};
}

class EveryDetector : public testing::TestWithParam<Case> {
 protected:
  void TearDown() override {
    set_threads(0);
    limit_instruction_set(InstructionSet::avx512);
  }

  static const DetectorInfo& info() { return GetParam().info(); }

  std::unique_ptr<Detector> fit(const Matrix& matrix) {
    notes_.clear();
    return fit_detector(info(), matrix, GetParam().settings, 1, &notes_);
  }

  /// Fits and scores, and where `stranger` is given scores that, too: an Error with the detector's name, or finite
  /// scores and reasons, and the stranger higher where the detector is one that sees departures.
  void learn_or_refuse(const Matrix& matrix, const Matrix* stranger = nullptr) {
    try {
      const auto detector = fit(matrix);
      const auto usual = scores_of(*detector, matrix);
      expect_finite(usual);
      expect_finite_reasons(*detector, matrix);
      if (stranger == nullptr) return;
      const auto found = scores_of(*detector, *stranger);
      expect_finite(found);
      if (!GetParam().sees_departures) return;
      for (const double score : found) EXPECT_GT(score, *std::ranges::max_element(usual));
    } catch (const Error& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with(info().name)) << error.what();
      EXPECT_FALSE(GetParam().sees_departures && stranger != nullptr) << error.what();
    }
  }

  static void expect_finite(const std::vector<double>& values) {
    for (const double value : values) ASSERT_TRUE(std::isfinite(value));
  }

  static void expect_finite_reasons(const Detector& detector, const Matrix& matrix) {
    for (std::size_t row = 0; row < std::min<std::size_t>(matrix.rows(), 20); ++row) {
      std::vector<double> parts(detector.columns(), std::numeric_limits<double>::quiet_NaN());
      detector.explain(matrix, row, parts);
      expect_finite(parts);
    }
  }

  std::vector<std::string> notes_;
};

INSTANTIATE_TEST_SUITE_P(All, EveryDetector, testing::ValuesIn(cases()));

TEST(DetectorCases, LeaveNoDetectorOut) {
  const auto all = cases();
  for (const auto* info : detectors()) {
    EXPECT_TRUE(std::ranges::any_of(all, [&](const Case& c) { return c.detector == info->name; })) << info->name;
  }
}

TEST_P(EveryDetector, ScoresTheSameBitsAfterSavingAndLoading) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Rng rng(seed);
    const Matrix train = quiet_rows(rng, 40 + rng.below(100), 2 + rng.below(6), seed % 2 == 0);
    const auto detector = fit(train);
    const auto again = loaded(info(), saved(*detector));
    EXPECT_EQ(again->name(), info().name);
    EXPECT_EQ(again->columns(), train.columns());
    EXPECT_EQ(scores_of(*again, train), scores_of(*detector, train)) << "seed " << seed;
    EXPECT_EQ(saved(*again), saved(*detector)) << "seed " << seed;
    EXPECT_EQ(parts_of(*again, train, 3), parts_of(*detector, train, 3)) << "seed " << seed;
  }
}

TEST_P(EveryDetector, IsTheSameForAnyNumberOfThreadsAndInstructionSet) {
  Rng rng(2);
  const Matrix train = quiet_rows(rng, 1200, 6);
  const Matrix test = quiet_rows(rng, 9000, 6);
  set_threads(1);
  limit_instruction_set(InstructionSet::portable);
  const auto plain = fit(train);
  const auto plain_scores = scores_of(*plain, test);
  for (const auto& [threads, set] : {std::pair{2U, InstructionSet::avx2}, std::pair{5U, InstructionSet::avx512}}) {
    set_threads(threads);
    limit_instruction_set(set);
    const auto other = fit(train);
    EXPECT_EQ(saved(*other), saved(*plain)) << threads << " threads";
    EXPECT_EQ(scores_of(*other, test), plain_scores) << threads << " threads";
  }
}

TEST_P(EveryDetector, ScoresRowsOneByOneAsTogether) {
  Rng rng(9);
  const Matrix matrix = quiet_rows(rng, 200, 4);
  const auto detector = fit(matrix);
  const auto together = scores_of(*detector, matrix);
  for (std::uint32_t row = 0; row < matrix.rows(); ++row) {
    ASSERT_EQ(scores_of(*detector, matrix.gather(std::span(&row, 1))).front(), together[row]) << row;
  }
  EXPECT_TRUE(scores_of(*detector, matrix.gather({})).empty());
}

TEST_P(EveryDetector, RefusesDamagedBytesOrLoadsWhatCanScore) {
  Rng rng(7);
  const Matrix train = quiet_rows(rng, 24, 3);
  const std::string bytes = saved(*fit(train));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_THROW((void)loaded(info(), bytes.substr(0, size)), Error) << size << " of " << bytes.size() << " bytes";
  }
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned flip : {0x01U, 0x40U, 0x80U, 0xffU}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ flip);
      try {
        const auto detector = loaded(info(), damaged);
        const auto found = scores_of(*detector, train);
        const bool fine = std::ranges::all_of(found, [](double score) { return std::isfinite(score); });
        ASSERT_TRUE(fine) << "byte " << at << ", flip " << flip;
        (void)parts_of(*detector, train, 0);
      } catch (const Error&) {
        ++refused;  // also for rows of another shape
      }
    }
  }
  EXPECT_GT(refused, 0U);
}

TEST_P(EveryDetector, RefusesRowsOfAnotherShape) {
  Rng rng(4);
  const auto detector = fit(made_up_matrix(rng, 50, 5, {4}));
  std::vector<double> result(3);
  std::vector<double> parts(9);
  for (const Matrix& other : {made_up_matrix(rng, 3, 9), made_up_matrix(rng, 3, 4, {5}), made_up_matrix(rng, 3, 4)}) {
    EXPECT_THROW(detector->score(other, result), Error);
    EXPECT_THROW(detector->explain(other, 0, parts), Error);
  }
}

TEST_P(EveryDetector, RefusesNoRowsAndNoColumns) {
  Rng rng(5);
  for (const Matrix& nothing : {Matrix(0), Matrix(20), made_up_matrix(rng, 0, 3)}) {
    const std::string error = fit_error(info(), nothing, GetParam().settings);
    EXPECT_TRUE(error.starts_with(info().name) && error.find("no rows or no columns") != std::string::npos) << error;
  }
}

TEST_P(EveryDetector, NamesTheColumnThatHoldsAValueThatIsNotFinite) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity}) {
    std::vector<std::vector<float>> rows(20, {1, 2, 3});
    rows[7][1] = bad;
    const std::string error = fit_error(info(), matrix_of(rows), GetParam().settings);
    EXPECT_EQ(error, std::string(info().name) + ": column 1 holds a value that is not finite");
  }
}

TEST_P(EveryDetector, LearnsAConstantMatrix) {
  const Matrix other = matrix_of({{1, 2, 3.5}});
  learn_or_refuse(matrix_of(std::vector<std::vector<float>>(40, {1, 2, 3})), &other);
}

TEST_P(EveryDetector, LearnsOneRowOrRefusesIt) { learn_or_refuse(matrix_of({{1, 2, 3}})); }

TEST_P(EveryDetector, LearnsTwoRowsOrRefusesThem) {
  Rng rng(13);
  learn_or_refuse(quiet_rows(rng, 2, 3));
}

TEST_P(EveryDetector, LearnsOneColumn) {
  Rng rng(14);
  learn_or_refuse(made_up_matrix(rng, 60, 1));
  learn_or_refuse(matrix_of(std::vector<std::vector<float>>(30, {5})));
}

TEST_P(EveryDetector, LearnsAMillionEqualRowsAtOnce) {
  Matrix matrix(kManyRows);
  for (const float value : {4.25F, -10.0F, 3e-4F}) matrix.add_numbers(std::vector<float>(kManyRows, value));
  const auto detector = fit(matrix);
  const auto found = scores_of(*detector, matrix_of({{4.25F, -10, 3e-4F}, {5, -10, 3e-4F}}));
  expect_finite(found);
  if (GetParam().sees_departures) {
    EXPECT_GT(found[1], found[0]);
  }
}

TEST_P(EveryDetector, LearnsFewerRowsThanColumns) {
  Rng rng(6);
  const Matrix matrix = made_up_matrix(rng, 8, 40, {6});
  const auto detector = fit(matrix);
  expect_finite(scores_of(*detector, matrix));
  expect_finite(scores_of(*detector, made_up_matrix(rng, 30, 40, {6})));
}

TEST_P(EveryDetector, LearnsCodesWithoutNumbers) {
  Matrix matrix(400);
  std::vector<std::uint16_t> first(matrix.rows());
  std::vector<std::uint16_t> second(matrix.rows());
  Rng rng(7);
  for (auto& code : first) code = static_cast<std::uint16_t>(rng.below(2));
  for (auto& code : second) code = static_cast<std::uint16_t>(rng.below(4));
  matrix.add_group(3, std::move(first));
  matrix.add_group(5, std::move(second));
  Matrix unseen(1);
  unseen.add_group(3, {2});
  unseen.add_group(5, {4});
  learn_or_refuse(matrix, &unseen);
}

TEST_P(EveryDetector, LearnsHugeAndTinyNumbers) {
  learn_or_refuse(matrix_of(1, {3e38F, -3e38F, 3e38F, 0, 1, 1e-45F, -1e-45F}));
  learn_or_refuse(matrix_of(1, {1e-45F, 0, 1e-45F, 0, 0, 2e-45F}));
}

TEST_P(EveryDetector, GivesFiniteScoresAndReasonsWhateverTheRowsHold) {
  Rng rng(8);
  const auto detector = fit(made_up_matrix(rng, 300, 3));
  const float most = std::numeric_limits<float>::max();
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Matrix wild = matrix_of(
      {{0, 10, 20}, {most, -most, most}, {1e30F, 0, 1e-45F}, {infinity, 0, 0}, {nan, 0, 0}, {-infinity, infinity, 0}});
  const auto found = scores_of(*detector, wild);
  expect_finite(found);
  expect_finite_reasons(*detector, wild.gather(std::vector<std::uint32_t>{0, 1, 2}));
  if (!GetParam().sees_departures) return;
  for (std::size_t row = 1; row < found.size(); ++row) EXPECT_GT(found[row], found[0]) << row;
}

TEST_P(EveryDetector, TellsItsProgressAndStopsWhereThatThrows) {
  Rng rng(11);
  const Matrix train = quiet_rows(rng, 300, 4);
  const SettingValues values(info().name, info().settings, GetParam().settings);
  const auto labels = made_up_labels(train.rows());
  FitContext context;
  context.labels = labels;
  std::size_t calls = 0;
  context.progress = [&](std::uint64_t done, std::uint64_t total, std::string_view what) {
    ++calls;
    EXPECT_LE(done, total);
    EXPECT_FALSE(what.empty());
  };
  (void)info().fit(train, values, context);
  EXPECT_GT(calls, 0U);
  context.progress = [](std::uint64_t, std::uint64_t, std::string_view) { throw Error("enough"); };
  EXPECT_THROW((void)info().fit(train, values, context), Error);
}

/// A setting that asks for more than the rows hold, and what must become of it.
struct TooMuch {
  std::string detector;
  std::string setting;
  std::string said;  ///< a part of the Error or of the note; empty where fewer rows are nothing to tell
};

class MoreThanTheRows : public testing::TestWithParam<TooMuch> {};

INSTANTIATE_TEST_SUITE_P(All, MoreThanTheRows,
                         testing::Values(TooMuch{"iforest", "sample=1000", ""},
                                         TooMuch{"gmm", "components=11", "11 components of 10 rows"},
                                         TooMuch{"kmeans", "clusters=11", "11"}, TooMuch{"knn", "k=11", "k is 10"},
                                         TooMuch{"lof", "k=11", "k is 9"}, TooMuch{"pca", "components=11", "11"}),
                         [](const auto& one) { return one.param.detector; });

TEST_P(MoreThanTheRows, IsRefusedOrReported) {
  Rng rng(3);
  const DetectorInfo& info = detector_info(GetParam().detector);
  const Matrix ten = made_up_matrix(rng, 10, 4);
  std::vector<std::string> notes;
  std::string said;
  try {
    const auto detector = fit_detector(info, ten, {GetParam().setting}, 1, &notes);
    for (const double score : scores_of(*detector, ten)) EXPECT_TRUE(std::isfinite(score));
    for (const auto& note : notes) said += note + "\n";
  } catch (const Error& error) {
    said = error.what();
  }
  EXPECT_EQ(said.empty(), GetParam().said.empty()) << said;
  EXPECT_NE(said.find(GetParam().said), std::string::npos) << said;
}

class DetectorDescription : public testing::TestWithParam<const DetectorInfo*> {};

INSTANTIATE_TEST_SUITE_P(All, DetectorDescription,
                         testing::ValuesIn(std::vector(detectors().begin(), detectors().end())),
                         [](const auto& one) { return std::string(one.param->name); });

void expect_sentence(std::string_view text) {
  ASSERT_FALSE(text.empty());
  EXPECT_TRUE(text.ends_with('.')) << text;
  EXPECT_EQ(text.find("  "), std::string_view::npos) << text;
}

TEST_P(DetectorDescription, IsWhole) {
  const DetectorInfo& info = *GetParam();
  for (const auto text : {info.title, info.summary, info.source, info.encoding}) EXPECT_FALSE(text.empty());
  EXPECT_LE(info.summary.size(), 58U);  // or `netstray detectors` cuts it
  for (const auto text : {info.how, info.good_for, info.not_for}) {
    expect_sentence(text);
    EXPECT_TRUE(std::isupper(static_cast<unsigned char>(text.front()))) << text;
  }
  for (const auto& setting : info.settings) {
    EXPECT_FALSE(setting.name.empty() || setting.preset.empty() || setting.range.empty() || setting.source.empty());
    EXPECT_EQ(setting.name.find('-'), std::string_view::npos) << setting.name;
    expect_sentence(setting.meaning);
  }
}

TEST_P(DetectorDescription, HasDefaultsThatLearn) {
  Rng rng(1);
  const Matrix rows = quiet_rows(rng, 200, 4);
  for (const double score : scores_of(*fit_detector(*GetParam(), rows), rows)) ASSERT_TRUE(std::isfinite(score));
}

}  // namespace
}  // namespace netstray
