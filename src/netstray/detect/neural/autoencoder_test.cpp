#include "netstray/detect/neural/autoencoder.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"
#include "netstray/detect/neural/dense_trainer.h"
#include "netstray/maths/dense.h"

namespace netstray {
namespace {

constexpr std::size_t kNumbers = 10;

/// Rows near a curved surface of 2 dimensions in 10 columns, about standardised, and a category that hangs on them.
Matrix surface(std::size_t rows, std::uint64_t seed) {
  Rng rng = Rng::stream(seed, 5);
  std::vector<std::vector<float>> columns(kNumbers, std::vector<float>(rows));
  std::vector<std::uint16_t> codes(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const double a = rng.uniform(-1.7, 1.7);
    const double b = rng.uniform(-1.7, 1.7);
    for (std::size_t i = 0; i < kNumbers; ++i) {
      const double turn = static_cast<double>(i) * 0.7;
      columns[i][row] = static_cast<float>(std::cos(turn) * a + std::sin(turn) * b + 0.05 * rng.normal());
    }
    codes[row] = static_cast<std::uint16_t>(a > 0 ? 2 : (b > 0 ? 1 : 0));
  }
  Matrix matrix(rows);
  for (auto& column : columns) matrix.add_numbers(std::move(column));
  matrix.add_group(3, std::move(codes));
  return matrix;
}

Matrix numbers_of(std::size_t rows, std::size_t columns, float value) {
  Matrix matrix(rows);
  for (std::size_t i = 0; i < columns; ++i) matrix.add_numbers(std::vector<float>(rows, value));
  return matrix;
}

AutoencoderSettings small_settings() {
  AutoencoderSettings settings;
  settings.layers = {12, 4, 12};
  settings.activations = {Activation::tanh};
  settings.epochs = 12;
  settings.learning_rate = 0.004;
  return settings;
}

const Autoencoder& fitted() {
  static const Autoencoder detector = Autoencoder::fit(surface(3000, 1), small_settings());
  return detector;
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

TEST(Autoencoder, LearnsWhatHangsTogether) {
  const auto& curves = fitted().curves();
  EXPECT_GT(curves.validation_r2.back(), 0.9);
  EXPECT_LT(curves.loss.back(), 0.2 * curves.loss.front());
  EXPECT_EQ(curves.loss.size(), curves.validation_loss.size());
}

TEST(Autoencoder, ScoreIsTheMeanOfTheColumnsSquaredErrors) {
  const Matrix test = surface(300, 2);
  const auto scores = scores_of(fitted(), test);
  std::vector<double> parts(test.columns());
  for (std::size_t row = 0; row < test.rows(); ++row) {
    fitted().explain(test, row, parts);
    double sum = 0;
    for (const double part : parts) sum += part;
    ASSERT_NEAR(scores[row], sum / 13, 1e-5 * (1 + scores[row])) << "row " << row;
  }
}

TEST(Autoencoder, WhatTheRestOfTheNetworkMakesOfTheLatentRowsIsTheReconstruction) {
  const Matrix test = surface(130, 3);
  const Matrix latent = fitted().latent(test);
  ASSERT_EQ(latent.columns(), 4U);
  ASSERT_EQ(latent.rows(), 130U);
  const DenseNet& net = fitted().net();
  std::vector<double> parts(test.columns());
  std::vector<float> dense(test.columns());
  for (std::size_t row = 0; row < test.rows(); ++row) {
    std::vector<double> values(4);
    for (std::size_t unit = 0; unit < 4; ++unit) values[unit] = static_cast<double>(latent.at(row, unit));
    for (std::size_t layer = 2; layer < net.layers(); ++layer) {
      const auto weights = net.weights(layer);
      const auto biases = net.biases(layer);
      std::vector<double> next(biases.begin(), biases.end());
      for (std::size_t unit = 0; unit < next.size(); ++unit) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          next[unit] += values[i] * static_cast<double>(weights[i * next.size() + unit]);
        }
        if (layer + 1 < net.layers()) next[unit] = std::tanh(next[unit]);
      }
      values = next;
    }
    fitted().explain(test, row, parts);
    test.dense_row(row, dense);
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_NEAR(parts[i], std::pow(values[i] - static_cast<double>(dense[i]), 2), 1e-4) << "row " << row;
    }
  }
}

TEST(Autoencoder, LatentRowsAreFiniteForHugeValues) {
  AutoencoderSettings settings = small_settings();
  settings.activations = {Activation::linear};
  settings.epochs = 1;
  const auto detector = Autoencoder::fit(surface(200, 1), settings);
  Matrix huge(3);
  for (std::size_t i = 0; i < kNumbers; ++i) huge.add_numbers({3e38F, -3e38F, i % 2 == 0 ? 3e38F : -3e38F});
  huge.add_group(3, {0, 1, 2});
  EXPECT_EQ(first_not_finite(detector.latent(huge)), std::nullopt);
  EXPECT_THROW((void)detector.latent(numbers_of(1, 2, 0)), Error);
}

TEST(Autoencoder, MovedColumnsScoreHigherAndLeadTheReasons) {
  int led = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const Matrix quiet = surface(1, 1000 + seed);
    const auto moved = rng.sample(kNumbers, static_cast<std::uint32_t>(1 + rng.below(3)));
    Matrix strange(1);
    for (std::uint32_t i = 0; i < kNumbers; ++i) {
      const bool is_moved = std::find(moved.begin(), moved.end(), i) != moved.end();
      strange.add_numbers({quiet.at(0, i) + (is_moved ? (rng.below(2) == 0 ? 6.0F : -6.0F) : 0.0F)});
    }
    strange.add_group(3, quiet.groups()[0].codes);
    EXPECT_GT(scores_of(fitted(), strange)[0], scores_of(fitted(), quiet)[0]) << "seed " << seed;
    std::vector<double> parts(strange.columns());
    fitted().explain(strange, 0, parts);
    double least_moved = std::numeric_limits<double>::infinity();
    double most_other = 0;
    for (std::uint32_t i = 0; i < parts.size(); ++i) {
      const bool is_moved = std::find(moved.begin(), moved.end(), i) != moved.end();
      if (is_moved) least_moved = std::min(least_moved, parts[i]);
      if (!is_moved) most_other = std::max(most_other, parts[i]);
    }
    led += least_moved > most_other ? 1 : 0;
  }
  EXPECT_GE(led, 80) << "of 100";
}

TEST(Autoencoder, AnyNumberOfThreadsGivesTheSameBytesAndScores) {
  const Matrix train = surface(5000, 3);
  const Matrix test = surface(9000, 4);
  AutoencoderSettings settings = small_settings();
  settings.batch = 2100;  // five pieces
  settings.epochs = 3;
  settings.dropout = {0.1};
  set_threads(1);
  const Autoencoder one = Autoencoder::fit(train, settings);
  const auto scores = scores_of(one, test);
  set_threads(3);
  const Autoencoder three = Autoencoder::fit(train, settings);
  EXPECT_EQ(bytes_of(three), bytes_of(one));
  EXPECT_EQ(scores_of(three, test), scores);
  set_threads(0);
}

TEST(Autoencoder, AnyInstructionSetGivesTheSameBytesAndScores) {
  const Matrix train = surface(1000, 3);
  AutoencoderSettings settings = small_settings();
  settings.activations = {Activation::elu, Activation::tanh, Activation::sigmoid};
  settings.dropout = {0, 0.1, 0};
  settings.epochs = 2;
  std::vector<std::string> bytes;
  std::vector<std::vector<double>> scores;
  for (const auto set : {InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512}) {
    limit_instruction_set(set);
    const Autoencoder detector = Autoencoder::fit(train, settings);
    bytes.push_back(bytes_of(detector));
    scores.push_back(scores_of(detector, train));
  }
  EXPECT_EQ(bytes[0], bytes[1]);
  EXPECT_EQ(bytes[0], bytes[2]);
  EXPECT_EQ(scores[0], scores[1]);
  EXPECT_EQ(scores[0], scores[2]);
}

TEST(Autoencoder, TheSameSeedGivesTheSameModelAndAnotherSeedAnother) {
  const Matrix train = surface(200, 3);
  AutoencoderSettings settings = small_settings();
  settings.epochs = 1;
  const std::string first = bytes_of(Autoencoder::fit(train, settings));
  EXPECT_EQ(bytes_of(Autoencoder::fit(train, settings)), first);
  settings.seed = 1;
  EXPECT_NE(bytes_of(Autoencoder::fit(train, settings)), first);
}

TEST(Autoencoder, SavedAndLoadedGivesTheSameScoresAndCurves) {
  const Matrix test = surface(100, 7);
  const std::string bytes = bytes_of(fitted());
  ByteReader in(bytes, "model");
  const Autoencoder loaded = Autoencoder::load(in);
  in.expect_end();
  EXPECT_EQ(scores_of(loaded, test), scores_of(fitted(), test));
  EXPECT_EQ(loaded.curves().loss, fitted().curves().loss);
  EXPECT_EQ(loaded.curves().validation_r2, fitted().curves().validation_r2);
  EXPECT_EQ(loaded.curves().best_epoch, fitted().curves().best_epoch);
  EXPECT_EQ(bytes_of(loaded), bytes);
}

TEST(Autoencoder, ValidationIsTheLastShareOfTheRowsAndTeachesNothing) {
  const Matrix train = surface(1000, 9);
  Matrix other_end(1000);
  for (std::size_t i = 0; i < kNumbers; ++i) {
    std::vector<float> values(train.numbers(i).begin(), train.numbers(i).end());
    for (std::size_t row = 850; row < 1000; ++row) values[row] = 9.0F;
    other_end.add_numbers(std::move(values));
  }
  other_end.add_group(3, train.groups()[0].codes);
  AutoencoderSettings settings = small_settings();
  settings.validation = 0.15;
  settings.patience = 0;
  settings.epochs = 3;
  const Autoencoder plain = Autoencoder::fit(train, settings);
  const Autoencoder odd = Autoencoder::fit(other_end, settings);
  EXPECT_EQ(plain.net().weights(0), odd.net().weights(0));
  EXPECT_EQ(plain.curves().loss, odd.curves().loss);
  EXPECT_GT(odd.curves().validation_loss[2], 10 * plain.curves().validation_loss[2]);
}

TEST(Autoencoder, StopsEarlyAndKeepsTheBestEpochsWeights) {
  AutoencoderSettings settings = small_settings();
  settings.learning_rate = 0.05;
  settings.patience = 2;
  settings.epochs = 1000;
  const Matrix train = surface(600, 10);
  const Autoencoder detector = Autoencoder::fit(train, settings);
  const auto& losses = detector.curves().validation_loss;
  const auto best = std::min_element(losses.begin(), losses.end());
  ASSERT_LT(losses.size(), 1000U);
  EXPECT_EQ(detector.curves().best_epoch, best - losses.begin() + 1);
  EXPECT_EQ(losses.size(), detector.curves().best_epoch + 2U);
  const auto scores = scores_of(detector, train);
  double sum = 0;
  for (std::size_t row = 540; row < 600; ++row) sum += scores[row];
  EXPECT_NEAR(sum / 60, *best, 1e-6 * *best);
  settings.restore_best = false;
  const Autoencoder last = Autoencoder::fit(train, settings);
  EXPECT_EQ(last.curves().best_epoch, losses.size());
  EXPECT_NE(scores_of(last, train), scores);
}

TEST(Autoencoder, R2IsOneMinusLossOverVariance) {
  const Matrix train = surface(500, 11);
  AutoencoderSettings settings = small_settings();
  settings.validation = 0;
  settings.epochs = 1;
  const Autoencoder detector = Autoencoder::fit(train, settings);
  double mean = 0;
  double square = 0;
  for (std::size_t row = 0; row < 500; ++row) {
    for (std::size_t column = 0; column < 13; ++column) {
      const auto value = static_cast<double>(train.at(row, column));
      mean += value / 6500;
      square += value * value / 6500;
    }
  }
  EXPECT_TRUE(detector.curves().validation_loss.empty());
  EXPECT_NEAR(detector.curves().r2[0], 1 - detector.curves().loss[0] / (square - mean * mean), 1e-6);
}

TEST(Autoencoder, DivergingLearningSaysWhatToChange) {
  AutoencoderSettings settings = small_settings();
  settings.activations = {Activation::linear};
  settings.learning_rate = 10;
  settings.epochs = 100;
  settings.patience = 0;
  const std::string exploding = error_of([&] { Autoencoder::fit(surface(500, 12), settings); });
  EXPECT_NE(exploding.find("diverged in epoch"), std::string::npos) << exploding;
  EXPECT_NE(exploding.find("smaller learning_rate (now 10)"), std::string::npos) << exploding;
  settings.learning_rate = 0.001;
  const std::string unscaled = error_of([&] { Autoencoder::fit(numbers_of(50, 3, 3e30F), settings); });
  EXPECT_NE(unscaled.find("scale the number columns"), std::string::npos) << unscaled;
}

TEST(Autoencoder, RefusesWhatItCannotLearnFrom) {
  const AutoencoderSettings settings = small_settings();
  EXPECT_THROW(Autoencoder::fit(Matrix(0), settings), Error);
  EXPECT_THROW(Autoencoder::fit(Matrix(5), settings), Error);
  EXPECT_THROW(Autoencoder::fit(numbers_of(0, 3, 1), settings), Error);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Matrix matrix = numbers_of(3, 2, 1);
    matrix.add_numbers({1, bad, 2});
    const std::string text = error_of([&] { Autoencoder::fit(matrix, settings); });
    EXPECT_NE(text.find("column 2 "), std::string::npos) << text;
  }
  EXPECT_THROW(scores_of(fitted(), numbers_of(1, 13, 0)), Error);
}

TEST(Autoencoder, TakesFewOddAndEqualRows) {
  AutoencoderSettings settings = small_settings();
  settings.epochs = 2;
  std::vector<std::string> notes;
  FitContext context;
  context.notes = &notes;
  const auto fits = [&](const Matrix& matrix) {
    for (const double score : scores_of(Autoencoder::fit(matrix, settings, context), matrix)) {
      ASSERT_TRUE(std::isfinite(score));
    }
  };
  fits(surface(1, 1));
  EXPECT_EQ(notes.size(), 1U);  // no rows to spare for validation
  fits(surface(2, 1));
  fits(surface(33, 1));
  fits(numbers_of(100, 5, 0));
  fits(numbers_of(3, 200, 1.5F));
  Matrix categories(40);
  categories.add_group(4, std::vector<std::uint16_t>(40, 3));
  fits(categories);
  EXPECT_EQ(notes.size(), 1U);
}

TEST(Autoencoder, AMillionEqualRowsAreSoonLearnt) {
  std::vector<std::string> notes;
  FitContext context;
  context.notes = &notes;
  const Matrix matrix = numbers_of(1'000'000, 2, 0.5F);
  AutoencoderSettings settings = small_settings();
  settings.epochs = 100;
  const Autoencoder detector = Autoencoder::fit(matrix, settings, context);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("all 1,000,000 rows are equal"), std::string::npos) << notes[0];
  EXPECT_LT(detector.curves().loss.back(), 1e-4);
}

TEST(Autoencoder, HugeValuesScoreHighAndFinite) {
  Matrix rows(3);
  for (std::size_t i = 0; i < kNumbers; ++i) rows.add_numbers({0.0F, 1e25F, 3e38F});
  rows.add_group(3, {0, 0, 0});
  const auto scores = scores_of(fitted(), rows);
  EXPECT_LT(scores[0], 10);
  EXPECT_GT(scores[1], 1e40);
  EXPECT_GT(scores[2], scores[1]);
  EXPECT_TRUE(std::isfinite(scores[2]));
}

TEST(Autoencoder, TellsItsProgressWithLosses) {
  std::vector<std::string> words;
  std::uint64_t last = 0;
  FitContext context;
  context.progress = [&](std::uint64_t done, std::uint64_t total, std::string_view what) {
    EXPECT_LE(done, total);
    EXPECT_GE(done, last);
    last = done;
    words.emplace_back(what);
  };
  AutoencoderSettings settings = small_settings();
  settings.epochs = 3;
  Autoencoder::fit(surface(100, 1), settings, context);
  ASSERT_EQ(words.size(), 3U);
  EXPECT_EQ(words[2].find("epoch 3: loss "), 0U) << words[2];
  EXPECT_NE(words[2].find("validation "), std::string::npos) << words[2];
}

TEST(Autoencoder, SettingsAsTextAreThoseOfTheStruct) {
  const DetectorInfo& info = autoencoder_info();
  const Matrix train = surface(64, 1);
  const auto settings_from = [&](const std::vector<std::string>& given) {
    const auto detector = info.fit(train, SettingValues(info.name, info.settings, given), FitContext{});
    return dynamic_cast<const Autoencoder&>(*detector).settings();
  };
  const AutoencoderSettings defaults;
  const AutoencoderSettings parsed = settings_from({});
  EXPECT_EQ(parsed.layers, defaults.layers);
  EXPECT_EQ(parsed.activations, defaults.activations);
  EXPECT_EQ(parsed.output, defaults.output);
  EXPECT_EQ(parsed.dropout, defaults.dropout);
  EXPECT_EQ(parsed.learning_rate, defaults.learning_rate);
  EXPECT_EQ(parsed.batch, defaults.batch);
  EXPECT_EQ(parsed.epochs, defaults.epochs);
  EXPECT_EQ(parsed.validation, defaults.validation);
  EXPECT_EQ(parsed.patience, defaults.patience);
  EXPECT_EQ(parsed.shuffle, defaults.shuffle);
  EXPECT_EQ(parsed.restore_best, defaults.restore_best);
  const auto given =
      settings_from({"layers=7,3", "activations=elu,sigmoid", "dropout=0.2,0", "shuffle=no", "epochs=1"});
  EXPECT_EQ(given.layers, (std::vector<std::uint32_t>{7, 3}));
  EXPECT_EQ(given.activations, (std::vector{Activation::elu, Activation::sigmoid}));
  EXPECT_EQ(given.dropout, (std::vector{0.2, 0.0}));
  EXPECT_FALSE(given.shuffle);
  for (const auto* bad : {"layers=", "layers=0", "activations=selu", "dropout=1", "dropout=0,0", "learning_rate=0",
                          "batch=0", "epochs=0", "validation=1", "output=softmax", "activations=relu,relu"}) {
    EXPECT_THROW(settings_from({bad}), Error) << bad;
  }
}

}  // namespace
}  // namespace netstray
