// What holds for every detector that does linear algebra on the columns: mahalanobis, pca, kmeans, gmm.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/cluster/kmeans.h"
#include "netstray/detect/gaussian/gmm.h"
#include "netstray/detect/gaussian/mahalanobis.h"
#include "netstray/detect/gaussian/pca.h"
#include "netstray/detect/registry.h"
#include "netstray/maths/made_up_matrix.h"
#include "netstray/maths/run_widest.h"

namespace netstray {
namespace {

struct Case {
  const DetectorInfo* info;
  std::vector<std::string> settings;
  int least_led = 80;  ///< in how many of 100 rows the moved columns must lead the reasons
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  out << c.info->name;
  for (const auto& setting : c.settings) out << ' ' << setting;
  return out;
}

std::vector<Case> cases() {
  return {{&mahalanobis_info(), {}},
          {&mahalanobis_info(), {"ridge=0", "log=no"}},
          // Independent columns leave it hardly any residual to tell them apart by.
          {&pca_info(), {}, 15},
          {&pca_info(), {"share=0.5"}},
          {&pca_info(), {"components=2"}},
          {&kmeans_info(), {"clusters=3", "n_init=2"}},
          {&kmeans_info(), {"clusters=3", "scale=cluster-mean"}},
          {&kmeans_info(), {"clusters=2", "scale=all-mean"}},
          {&gmm_info(), {"components=1"}},
          {&gmm_info(), {"components=3", "n_init=2", "max_iter=10"}},
          {&gmm_info(), {"components=2", "covariance=diagonal", "init=kmeans++"}},
          {&gmm_info(), {"components=auto:1-3", "rows=150", "max_iter=5"}}};
}

class DenseDetector : public testing::TestWithParam<Case> {
 protected:
  std::unique_ptr<Detector> fit(const Matrix& matrix, std::uint64_t seed = 1) {
    notes_.clear();
    const FitContext context{seed, {}, {}, &notes_};
    const DetectorInfo& info = *GetParam().info;
    return info.fit(matrix, SettingValues(info.name, info.settings, GetParam().settings), context);
  }

  std::unique_ptr<Detector> load(const std::string& bytes) const {
    ByteReader in(bytes, "model");
    auto detector = GetParam().info->load(in);
    in.expect_end();
    return detector;
  }

  static std::vector<double> scores(const Detector& detector, const Matrix& matrix) {
    std::vector<double> result(matrix.rows(), std::numeric_limits<double>::quiet_NaN());
    detector.score(matrix, result);
    return result;
  }

  static std::string bytes_of(const Detector& detector) {
    ByteWriter out;
    detector.save(out);
    return out.bytes();
  }

  static void expect_finite(const std::vector<double>& scores) {
    for (const double score : scores) ASSERT_TRUE(std::isfinite(score));
  }

  std::vector<std::string> notes_;
};

INSTANTIATE_TEST_SUITE_P(All, DenseDetector, testing::ValuesIn(cases()));

TEST_P(DenseDetector, ScoresTheSameBitsAfterSavingAndLoading) {
  Rng rng(1);
  const Matrix matrix = made_up_matrix(rng, 300, 5, {3, 4});
  const auto detector = fit(matrix);
  const auto again = load(bytes_of(*detector));
  EXPECT_EQ(again->name(), GetParam().info->name);
  EXPECT_EQ(again->columns(), matrix.columns());
  EXPECT_EQ(scores(*again, matrix), scores(*detector, matrix));
  EXPECT_EQ(bytes_of(*again), bytes_of(*detector));
}

TEST_P(DenseDetector, IsTheSameForAnyNumberOfThreadsAndInstructionSet) {
  Rng rng(2);
  const Matrix matrix = made_up_matrix(rng, 3000, 6, {3});
  set_threads(1);
  limit_instruction_set(InstructionSet::portable);
  const auto plain = fit(matrix);
  const auto plain_scores = scores(*plain, matrix);
  set_threads(3);
  limit_instruction_set(InstructionSet::avx512);
  const auto wide = fit(matrix);
  EXPECT_EQ(bytes_of(*wide), bytes_of(*plain));
  EXPECT_EQ(scores(*wide, matrix), plain_scores);
  set_threads(0);
}

TEST_P(DenseDetector, RefusesDamagedBytesOrLoadsWhatCanScore) {
  Rng rng(3);
  const Matrix matrix = made_up_matrix(rng, 60, 2, {3});
  const auto detector = fit(matrix);
  const std::string bytes = bytes_of(*detector);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    ASSERT_THROW(load(bytes.substr(0, length)), Error) << length;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const unsigned flip : {0x01U, 0x40U, 0x80U, 0xffU}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ flip);
      try {
        const auto survivor = load(damaged);
        expect_finite(scores(*survivor, matrix));
        std::vector<double> parts(survivor->columns());
        survivor->explain(matrix, 0, parts);
      } catch (const Error&) {
        continue;  // also for rows of another shape
      }
    }
  }
}

TEST_P(DenseDetector, RefusesRowsOfAnotherShape) {
  Rng rng(4);
  const auto detector = fit(made_up_matrix(rng, 50, 5, {4}));
  std::vector<double> result(3);
  std::vector<double> parts(9);
  for (const Matrix& other : {made_up_matrix(rng, 3, 9), made_up_matrix(rng, 3, 4, {5}), made_up_matrix(rng, 3, 4)}) {
    EXPECT_THROW(detector->score(other, result), Error);
    EXPECT_THROW(detector->explain(other, 0, parts), Error);
  }
}

TEST_P(DenseDetector, RefusesWhatCannotBeLearned) {
  EXPECT_THROW(fit(Matrix(0)), Error);
  EXPECT_THROW(fit(Matrix(20)), Error);
  Rng rng(5);
  EXPECT_THROW(fit(made_up_matrix(rng, 0, 3)), Error);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<std::vector<float>> rows(20, {1, 2, 3});
    rows[7][1] = bad;
    try {
      fit(matrix_of(rows));
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("column 1 holds a value that is not finite"), std::string::npos);
    }
  }
}

TEST_P(DenseDetector, ScoresADepartureFromAConstantMatrixAsStranger) {
  const auto detector = fit(matrix_of(std::vector<std::vector<float>>(40, {1, 2, 3})));
  const auto found = scores(*detector, matrix_of({{1, 2, 3}, {1, 2, 3.5}}));
  expect_finite(found);
  EXPECT_GT(found[1], found[0]);
}

TEST_P(DenseDetector, LearnsAMillionEqualRowsAtOnce) {
  Matrix matrix(1'000'000);
  matrix.add_numbers(std::vector<float>(matrix.rows(), 4.25F));
  matrix.add_numbers(std::vector<float>(matrix.rows(), -1e6F));
  matrix.add_numbers(std::vector<float>(matrix.rows(), 3e-4F));
  const auto detector = fit(matrix);
  const auto found = scores(*detector, matrix_of({{4.25F, -1e6F, 3e-4F}, {5, -1e6F, 3e-4F}}));
  expect_finite(found);
  EXPECT_GT(found[1], found[0]);
}

TEST_P(DenseDetector, LearnsFewerRowsThanColumns) {
  Rng rng(6);
  const Matrix matrix = made_up_matrix(rng, 5, 20, {6});
  const auto detector = fit(matrix);
  expect_finite(scores(*detector, matrix));
  expect_finite(scores(*detector, made_up_matrix(rng, 30, 20, {6})));
}

TEST_P(DenseDetector, LearnsCodesWithoutNumbersAndFindsANewOneStrange) {
  Matrix matrix(400);
  std::vector<std::uint16_t> first(matrix.rows());
  std::vector<std::uint16_t> second(matrix.rows());
  Rng rng(7);
  for (auto& code : first) code = static_cast<std::uint16_t>(rng.below(2));
  for (auto& code : second) code = static_cast<std::uint16_t>(rng.below(4));
  matrix.add_group(3, std::move(first));
  matrix.add_group(5, std::move(second));
  const auto detector = fit(matrix);
  Matrix test(2);
  test.add_group(3, {0, 2});
  test.add_group(5, {0, 4});
  const auto found = scores(*detector, test);
  expect_finite(found);
  EXPECT_GT(found[1], found[0]);
}

TEST_P(DenseDetector, GivesFiniteScoresWhateverTheRowsHold) {
  Rng rng(8);
  const auto detector = fit(made_up_matrix(rng, 300, 3));
  const float most = std::numeric_limits<float>::max();
  const float infinity = std::numeric_limits<float>::infinity();
  const Matrix wild =
      matrix_of({{0, 10, 20}, {most, -most, most}, {infinity, 0, 0}, {std::nanf(""), 0, 0}, {-infinity, infinity, 0}});
  const auto found = scores(*detector, wild);
  expect_finite(found);
  for (std::size_t row = 1; row < found.size(); ++row) EXPECT_GT(found[row], found[0]) << row;
}

TEST_P(DenseDetector, ScoresRowsOneByOneAsTogether) {
  Rng rng(9);
  const Matrix matrix = made_up_matrix(rng, 200, 4, {3});
  const auto detector = fit(matrix);
  const auto together = scores(*detector, matrix);
  for (std::uint32_t row = 0; row < matrix.rows(); ++row) {
    ASSERT_EQ(scores(*detector, matrix.gather(std::span(&row, 1))).front(), together[row]) << row;
  }
}

/// Of 100 quiet rows with 1 to 3 columns moved by 6 to 12 standard deviations, the share whose reasons they lead.
TEST_P(DenseDetector, NamesTheMovedColumnsFirst) {
  constexpr std::size_t kColumns = 12;
  Rng rng(10);
  const auto detector = fit(made_up_matrix(rng, 2000, kColumns, {4}));
  int led = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng own(1000 + seed);
    const Matrix quiet = made_up_matrix(own, 1, kColumns, {4});
    const auto moved = own.sample(kColumns, static_cast<std::uint32_t>(1 + own.below(3)));
    Matrix row(1);
    for (std::size_t j = 0; j < kColumns; ++j) {
      float value = quiet.numbers(j)[0];
      if (std::ranges::find(moved, j) != moved.end()) {
        const double sd = 1.17 * (1 + 0.2 * static_cast<double>(j));
        value += static_cast<float>((own.below(2) == 0 ? -1 : 1) * own.uniform(6, 12) * sd);
      }
      row.add_numbers({value});
    }
    row.add_group(4, quiet.groups()[0].codes);
    std::vector<double> parts(row.columns());
    detector->explain(row, 0, parts);
    std::vector<std::uint32_t> order(parts.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, std::greater<>(), [&](std::uint32_t j) { return parts[j]; });
    const std::set<std::uint32_t> first(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(moved.size()));
    led += first == std::set<std::uint32_t>(moved.begin(), moved.end()) ? 1 : 0;
  }
  EXPECT_GE(led, GetParam().least_led);
}

TEST_P(DenseDetector, DescribesEachSetting) {
  const DetectorInfo& info = *GetParam().info;
  for (const auto& text : {info.title, info.how, info.good_for, info.not_for, info.source, info.encoding}) {
    EXPECT_FALSE(text.empty());
  }
  for (const auto& setting : info.settings) {
    EXPECT_FALSE(setting.name.empty() || setting.preset.empty() || setting.range.empty() || setting.meaning.empty() ||
                 setting.source.empty());
  }
}

}  // namespace
}  // namespace netstray
