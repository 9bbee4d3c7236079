#include "netstray/detect/linear/logistic.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/instruction_set.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/detect/linear/logistic_fit.h"

namespace netstray {
namespace {

struct Labelled {
  Matrix matrix;
  std::vector<std::uint8_t> labels;
};

/// Rows of two overlapping classes in `numbers` columns and a category; about a fifth are anomalies.
Labelled made(std::size_t rows, std::size_t numbers, std::uint64_t seed, std::uint32_t levels = 4) {
  Rng rng = Rng::stream(seed, 17);
  Labelled result{Matrix(rows), std::vector<std::uint8_t>(rows)};
  for (auto& label : result.labels) label = rng.below(5) == 0 ? 1 : 0;
  result.labels[0] = 0;
  if (rows > 1) result.labels[1] = 1;
  for (std::size_t column = 0; column < numbers; ++column) {
    std::vector<float> values(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      values[row] = static_cast<float>(rng.normal() + (result.labels[row] == 1 ? 0.8 : 0) * (column % 2 == 0 ? 1 : -1));
    }
    result.matrix.add_numbers(std::move(values));
  }
  std::vector<std::uint16_t> codes(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    codes[row] = static_cast<std::uint16_t>(result.labels[row] == 1 ? rng.below(levels) / 2 : rng.below(levels));
  }
  result.matrix.add_group(levels, std::move(codes));
  return result;
}

FitContext context_of(const std::vector<std::uint8_t>& labels) {
  FitContext context;
  context.labels = labels;
  return context;
}

Logistic fitted(const Labelled& data, const LogisticSettings& settings = {}) {
  return Logistic::fit(data.matrix, settings, context_of(data.labels));
}

std::vector<double> scores_of(const Detector& detector, const Matrix& matrix) {
  std::vector<double> scores(matrix.rows());
  detector.score(matrix, scores);
  return scores;
}

std::string bytes_of(const Detector& detector) {
  ByteWriter out;
  detector.save(out);
  return out.bytes();
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// The loss by its definition, one row after the other.
double naive_loss(const Labelled& data, std::span<const double> weights, double c, const double (&class_weights)[2]) {
  double loss = 0;
  for (std::size_t k = 0; k + 1 < weights.size(); ++k) loss += weights[k] * weights[k] / 2;
  for (std::size_t row = 0; row < data.labels.size(); ++row) {
    double decision = weights.back();
    for (std::size_t k = 0; k + 1 < weights.size(); ++k)
      decision += weights[k] * static_cast<double>(data.matrix.at(row, k));
    loss += c * class_weights[data.labels[row]] * std::log1p(std::exp(data.labels[row] == 1 ? -decision : decision));
  }
  return loss;
}

TEST(Logistic, WeightsAreThoseOfScikitLearn) {
  // LogisticRegression(solver="newton-cholesky", tol=1e-13) of scikit-learn 1.9.1.
  Labelled data{Matrix(8), {0, 0, 1, 1, 0, 0, 1, 0}};
  data.matrix.add_numbers({0.5F, -1.0F, 2.0F, 1.5F, -0.5F, 0.0F, 3.0F, -2.0F});
  data.matrix.add_numbers({1.0F, 0.25F, -0.5F, 1.5F, -1.0F, 2.0F, 0.5F, 1.0F});
  struct Case {
    double c;
    bool balanced;
    double weights[2];
    double intercept;
  };
  const Case cases[] = {
      {1.0, true, {1.307037683620, -0.056362156687}, -1.062331302521},
      {0.1, true, {0.376187711794, -0.018867406419}, -0.287011177729},
      {1.0, false, {1.284891268394, -0.068348557941}, -1.376677221959},
      {0.1, false, {0.362013853590, -0.020022731652}, -0.694408118662},
  };
  for (const Case& wanted : cases) {
    LogisticSettings settings;
    settings.c = wanted.c;
    settings.balanced = wanted.balanced;
    const Logistic detector = fitted(data, settings);
    EXPECT_NEAR(detector.weights()[0], wanted.weights[0], 2e-5);
    EXPECT_NEAR(detector.weights()[1], wanted.weights[1], 2e-5);
    EXPECT_NEAR(detector.intercept(), wanted.intercept, 2e-5);
  }
}

TEST(LogisticLoss, IsTheNaiveOneAndItsDerivativesAreThoseOfCentralDifferences) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Labelled data = made(1 + rng.below(700), rng.below(7), seed);
    constexpr double kWeights[2] = {0.7, 2.5};
    const LogisticLoss loss(data.matrix, data.labels, 1.5, kWeights);
    std::vector<double> weights(loss.size());
    for (double& weight : weights) weight = rng.normal();
    const auto value = loss.at(weights, true);
    const double wanted = naive_loss(data, weights, 1.5, kWeights);
    ASSERT_NEAR(value.loss, wanted, 1e-10 * wanted) << "seed " << seed;
    const std::size_t k = rng.below(weights.size());
    auto moved = weights;
    moved[k] += 1e-5;
    const auto above = loss.at(moved, false);
    moved[k] -= 2e-5;
    const auto below = loss.at(moved, false);
    ASSERT_NEAR(value.gradient[k], (above.loss - below.loss) / 2e-5, 1e-6 * wanted) << "seed " << seed;
    for (std::size_t other = 0; other < weights.size(); ++other) {
      const double second = (above.gradient[other] - below.gradient[other]) / 2e-5;
      const double found = value.hessian[std::max(k, other) * loss.size() + std::min(k, other)];
      ASSERT_NEAR(found, second, 1e-6 * (1 + wanted)) << "seed " << seed << " pair " << k << " " << other;
    }
    const auto diagonal = loss.first_diagonal();
    const auto at_zero = loss.at(std::vector<double>(loss.size()), true);
    for (std::size_t i = 0; i < diagonal.size(); ++i) {
      ASSERT_NEAR(diagonal[i], at_zero.hessian[i * loss.size() + i], 1e-9 * diagonal[i]) << "seed " << seed;
    }
  }
}

/// The number columns alone, and `zeros` columns of 0 behind them.
Matrix numbers_of(const Matrix& matrix, std::size_t zeros) {
  Matrix result(matrix.rows());
  for (std::size_t column = 0; column < matrix.number_columns(); ++column) {
    const auto values = matrix.numbers(column);
    result.add_numbers({values.begin(), values.end()});
  }
  for (std::size_t i = 0; i < zeros; ++i) result.add_numbers(std::vector<float>(matrix.rows()));
  return result;
}

TEST(LogisticLoss, FewColumnsHaveTheDerivativesOfManyInAllInstructionSets) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const std::size_t numbers = 1 + rng.below(4);
    const Labelled data = made(2 + rng.below(1500), numbers, seed);
    const Matrix few = numbers_of(data.matrix, 0);
    const Matrix many = numbers_of(data.matrix, 5);
    constexpr double kWeights[2] = {1, 3};
    std::vector<double> weights(numbers + 1);
    for (double& weight : weights) weight = rng.normal();
    std::vector<double> more_weights = weights;
    more_weights.insert(more_weights.end() - 1, 5, 0.0);
    const auto wanted = LogisticLoss(many, data.labels, 1, kWeights).at(more_weights, true);
    std::vector<LogisticLoss::Value> found;
    for (const auto set : {InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512}) {
      limit_instruction_set(set);
      found.push_back(LogisticLoss(few, data.labels, 1, kWeights).at(weights, true));
      ASSERT_EQ(found.back().gradient, found.front().gradient) << "seed " << seed;
      ASSERT_EQ(found.back().hessian, found.front().hessian) << "seed " << seed;
    }
    const double slack = 1e-10 * static_cast<double>(few.rows());
    ASSERT_NEAR(found[0].loss, wanted.loss, slack) << "seed " << seed;
    const auto place = [&](std::size_t k) { return k < numbers ? k : k + 5; };  // the intercept stands last
    for (std::size_t k = 0; k <= numbers; ++k) {
      ASSERT_NEAR(found[0].gradient[k], wanted.gradient[place(k)], slack) << "seed " << seed << " " << k;
      for (std::size_t l = 0; l <= k; ++l) {
        ASSERT_NEAR(found[0].hessian[k * (numbers + 1) + l], wanted.hessian[place(k) * (numbers + 6) + place(l)], slack)
            << "seed " << seed << " pair " << k << " " << l;
      }
    }
  }
}

TEST(LogisticLoss, IsFiniteAndRightWhereDecisionsAreExtreme) {
  Labelled data{Matrix(2), {0, 1}};
  data.matrix.add_numbers({1.0F, 1.0F});
  constexpr double kWeights[2] = {1, 1};
  const LogisticLoss loss(data.matrix, data.labels, 1, kWeights);
  for (const double decision : {800.0, -800.0, 1e6}) {
    const auto value = loss.at(std::vector<double>{0, decision}, true);
    EXPECT_NEAR(value.loss, std::fabs(decision), 1e-9 * std::fabs(decision));
    EXPECT_NEAR(value.gradient[1], decision > 0 ? 1 : -1, 1e-12);
  }
}

TEST(Logistic, NewtonAndLbfgsFindTheSameMinimum) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Labelled data = made(400, 8, seed);
    constexpr double kWeights[2] = {1, 3};
    const LogisticLoss loss(data.matrix, data.labels, 1, kWeights);
    const auto silent = [](std::uint32_t, double) {};
    const auto newton = newton_minimum(loss, 100, silent);
    const auto lbfgs = lbfgs_minimum(loss, 1000, silent);
    ASSERT_TRUE(newton.converged && lbfgs.converged) << "seed " << seed;
    EXPECT_LT(newton.steps, 10U) << "seed " << seed;
    const double least = loss.at(newton.weights, false).loss;
    EXPECT_NEAR(loss.at(lbfgs.weights, false).loss, least, 1e-5 * least) << "seed " << seed;
    for (std::size_t k = 0; k < loss.size(); ++k) {
      EXPECT_NEAR(newton.weights[k], lbfgs.weights[k], 0.03) << "seed " << seed << " weight " << k;
    }
  }
}

TEST(Logistic, ManyRowsHaveTheMinimumOfASearchFromZero) {
  Labelled data = made(70'000, 3, 11);
  data.matrix = numbers_of(data.matrix, 0);
  const double class_weights[2] = {1, 2.5};
  const LogisticLoss loss(data.matrix, data.labels, 1, class_weights);
  const auto silent = [](std::uint32_t, double) {};
  const auto wanted = newton_minimum(loss, 100, silent);
  for (const double offset : {0.0, 0.1, -3.0, 1e3}) {  // near, far, and worse than 0
    LogisticMinimum nearby = wanted;
    for (double& weight : nearby.weights) weight += offset;
    const auto found = newton_minimum(loss, 100, silent, &nearby);
    EXPECT_TRUE(found.converged) << offset;
    for (std::size_t k = 0; k < loss.size(); ++k) {
      EXPECT_NEAR(found.weights[k], wanted.weights[k], 1e-4) << "weight " << k << " from " << offset;
    }
  }
  LogisticSettings settings;
  settings.balanced = false;
  const Logistic detector = fitted(data, settings);
  const double equal[2] = {1, 1};
  const auto plain = newton_minimum(LogisticLoss(data.matrix, data.labels, 1, equal), 100, silent);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(detector.weights()[k], plain.weights[k], 1e-4) << "weight " << k;
}

TEST(Logistic, ManyColumnsGoTheOtherWayAndStillTellTheClassesApart) {
  const Labelled data = made(600, 90, 3);
  const auto scores = scores_of(fitted(data), data.matrix);
  std::size_t right = 0;
  for (std::size_t row = 0; row < scores.size(); ++row) right += (scores[row] > 0) == (data.labels[row] == 1) ? 1U : 0U;
  EXPECT_GT(right, 590U);
}

TEST(Logistic, AnyNumberOfThreadsAndAnyInstructionSetGiveTheSameBytes) {
  for (const std::size_t numbers : {5U, 80U}) {
    const Labelled data = made(numbers == 5 ? 10'000 : 8'300, numbers, 5);
    LogisticSettings settings;
    settings.steps = 5;
    set_threads(1);
    const std::string wanted = bytes_of(fitted(data, settings));
    const auto scores = scores_of(fitted(data, settings), data.matrix);
    set_threads(3);
    EXPECT_EQ(bytes_of(fitted(data, settings)), wanted);
    EXPECT_EQ(scores_of(fitted(data, settings), data.matrix), scores);
    set_threads(0);
    for (const auto set : {InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512}) {
      limit_instruction_set(set);
      EXPECT_EQ(bytes_of(fitted(data, settings)), wanted) << name_of(set);
      EXPECT_EQ(scores_of(fitted(data, settings), data.matrix), scores) << name_of(set);
    }
  }
}

TEST(Logistic, ReasonsAddUpToTheDistanceFromTheAverageNormalRow) {
  const Labelled data = made(500, 4, 6);
  const Logistic detector = fitted(data);
  const auto scores = scores_of(detector, data.matrix);
  double normal_score = 0;
  double normals = 0;
  for (std::size_t row = 0; row < 500; ++row) {
    if (data.labels[row] == 0) {
      normal_score += scores[row];
      normals += 1;
    }
  }
  std::vector<double> parts(detector.columns());
  for (std::size_t row = 0; row < 500; ++row) {
    detector.explain(data.matrix, row, parts);
    double sum = 0;
    for (const double part : parts) sum += part;
    ASSERT_NEAR(sum, scores[row] - normal_score / normals, 1e-9) << "row " << row;
  }
}

TEST(Logistic, ColumnsMovedTowardsTheAnomaliesLeadTheReasons) {
  const Labelled data = made(2000, 10, 7);
  const Logistic detector = fitted(data);
  int led = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const auto moved = rng.sample(10, static_cast<std::uint32_t>(1 + rng.below(3)));
    const auto is_moved = [&](std::size_t column) {
      return std::find(moved.begin(), moved.end(), column) != moved.end();
    };
    Matrix row(1);
    for (std::size_t i = 0; i < 10; ++i) {
      const float away = detector.weights()[i] > 0 ? 6.0F : -6.0F;
      row.add_numbers({static_cast<float>(rng.normal()) + (is_moved(i) ? away : 0.0F)});
    }
    row.add_group(4, {static_cast<std::uint16_t>(rng.below(4))});
    std::vector<double> parts(detector.columns());
    detector.explain(row, 0, parts);
    double least_moved = std::numeric_limits<double>::infinity();
    double most_other = -least_moved;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (is_moved(i)) least_moved = std::min(least_moved, parts[i]);
      if (!is_moved(i)) most_other = std::max(most_other, parts[i]);
    }
    led += least_moved > most_other ? 1 : 0;
  }
  EXPECT_GE(led, 90) << "of 100";
}

TEST(Logistic, RefusesAbsentOddAndOneSidedLabels) {
  const Labelled data = made(20, 2, 10);
  const auto message = [&](std::vector<std::uint8_t> labels) {
    return error_of([&] { Logistic::fit(data.matrix, {}, context_of(labels)); });
  };
  EXPECT_NE(message({}).find("needs labels"), std::string::npos) << message({});
  EXPECT_NE(message(std::vector<std::uint8_t>(20, 0)).find("all 20 rows are labelled normal"), std::string::npos);
  EXPECT_NE(message(std::vector<std::uint8_t>(20, 1)).find("all 20 rows are labelled anomalies"), std::string::npos);
  EXPECT_NE(message(std::vector<std::uint8_t>(19, 1)).find("19 labels for 20 rows"), std::string::npos);
  EXPECT_NE(message(std::vector<std::uint8_t>(20, 2)).find("neither 0 nor 1"), std::string::npos);
}

TEST(Logistic, AMillionEqualRowsAreSoonLearnt) {
  Labelled data{Matrix(1'000'000), std::vector<std::uint8_t>(1'000'000)};
  for (std::size_t row = 0; row < data.labels.size(); row += 4) data.labels[row] = 1;
  data.matrix.add_numbers(std::vector<float>(1'000'000, 0.5F));
  const Logistic detector = fitted(data);
  EXPECT_LT(detector.steps(), 10U);
  EXPECT_NEAR(scores_of(detector, data.matrix)[0], 0, 1e-6);  // balanced: even odds
}

TEST(Logistic, SaysWhereItsStepsRanOut) {
  const Labelled data = made(200, 3, 11);
  std::vector<std::string> notes;
  FitContext context = context_of(data.labels);
  context.notes = &notes;
  std::uint64_t reports = 0;
  context.progress = [&](std::uint64_t done, std::uint64_t, std::string_view what) {
    EXPECT_EQ(done, ++reports);
    EXPECT_EQ(what.find("step "), 0U);
  };
  LogisticSettings settings;
  settings.steps = 1;
  Logistic::fit(data.matrix, settings, context);
  EXPECT_EQ(reports, 1U);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("after 1 steps"), std::string::npos) << notes[0];
  context.progress = nullptr;
  Logistic::fit(data.matrix, {}, context);
  EXPECT_EQ(notes.size(), 1U);
}

TEST(Logistic, SettingsAsTextAreThoseOfTheStruct) {
  const DetectorInfo& info = logistic_info();
  const Labelled data = made(50, 2, 12);
  const auto settings_from = [&](const std::vector<std::string>& given) {
    const auto detector =
        info.fit(data.matrix, SettingValues(info.name, info.settings, given), context_of(data.labels));
    return dynamic_cast<const Logistic&>(*detector).settings();
  };
  const LogisticSettings defaults;
  EXPECT_EQ(settings_from({}).c, defaults.c);
  EXPECT_EQ(settings_from({}).balanced, defaults.balanced);
  EXPECT_EQ(settings_from({}).steps, defaults.steps);
  EXPECT_FALSE(settings_from({"class_weight=none"}).balanced);
  EXPECT_EQ(settings_from({"c=0.25"}).c, 0.25);
  for (const auto* bad : {"c=0", "c=-1", "class_weight=auto", "steps=0"})
    EXPECT_THROW(settings_from({bad}), Error) << bad;
  EXPECT_TRUE(info.supervised);
}

}  // namespace
}  // namespace netstray
