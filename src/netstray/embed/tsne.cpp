#include "netstray/embed/tsne.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/embed/affinities.h"
#include "netstray/embed/forces.h"
#include "netstray/embed/principal_components.h"
#include "netstray/maths/dense.h"
#include "netstray/maths/distinct_rows.h"

namespace netstray {
namespace {

constexpr std::size_t kMostRows = 100'000;
constexpr std::size_t kMostColumns = 4'096;
constexpr double kStartSpread = 1e-4;
constexpr double kLeastRate = 50;
constexpr std::uint32_t kCheckEach = 50;
constexpr double kLeastGradient = 1e-7;

void expect_in_range(const TsneSettings& settings) {
  const auto expect = [](bool within, const char* name, const char* range) {
    if (!within) throw Error(fmt::format("t-SNE: {} must be {}", name, range));
  };
  expect(settings.perplexity >= 1 && settings.perplexity <= 1000, "perplexity", "1 to 1000");
  expect(settings.iterations <= 100'000, "iterations", "at most 100000");
  expect(settings.exaggeration >= 1 && settings.exaggeration <= 100, "exaggeration", "1 to 100");
  expect(settings.learning_rate >= 0 && settings.learning_rate <= 1e6, "the learning rate", "at most 1e6, or 0");
}

/// How far the start is spread along one axis: normal numbers where the rows do not spread themselves.
void set_axis(std::span<const float> scores, double unit, Rng& rng, std::size_t count, float* axis) {
  for (std::size_t row = 0; row < count; ++row) {
    const double place = unit > 0 ? static_cast<double>(scores[row]) / unit : rng.normal();
    axis[row] = static_cast<float>(kStartSpread * place);
  }
}

double spread(std::span<const float> scores) {
  double squares = 0;
  for (const float score : scores) squares += static_cast<double>(score) * static_cast<double>(score);
  return std::sqrt(squares / static_cast<double>(scores.size()));
}

PlanePoints start(const Matrix& matrix, const TsneSettings& settings) {
  PlanePoints points(matrix.rows());
  Rng rng(settings.seed);
  PrincipalComponents components;
  if (settings.start == TsneSettings::Start::principal) {
    components = principal_components(matrix, std::min<std::size_t>(2, matrix.columns()));
  }
  components.scores.resize(2, std::vector<float>(matrix.rows()));
  const double unit = spread(components.scores[0]);
  const bool flat = spread(components.scores[1]) <= 1e-6 * unit;
  set_axis(components.scores[0], unit, rng, matrix.rows(), points.x.data());
  set_axis(components.scores[1], flat ? 0 : unit, rng, matrix.rows(), points.y.data());
  return points;
}

/// The gradient descent of van der Maaten 2008, with a gain of each coordinate's own (Jacobs 1988).
class Descent {
 public:
  explicit Descent(std::size_t count) : x_(count), y_(count) {}

  struct Step {
    float rate, momentum, exaggeration, share;  ///< share: 1 / sum of all weights
  };
  /// Moves all points once; gives the gradient's length.
  double move(const Forces& forces, const Step& step, PlanePoints& points) {
    const double x = x_.move(forces.attraction.x.data(), forces.repulsion.x.data(), step, points.x.data());
    const double y = y_.move(forces.attraction.y.data(), forces.repulsion.y.data(), step, points.y.data());
    return std::sqrt(x + y);
  }

 private:
  struct Axis {
    std::vector<float> gains, updates;

    explicit Axis(std::size_t count) : gains(count, 1.0F), updates(count, 0.0F) {}

    double move(const float* attraction, const float* repulsion, const Step& step, float* place) {
      constexpr float kLeastGain = 0.01F;
      double squares = 0;
      for (std::size_t i = 0; i < gains.size(); ++i) {
        const float gradient = 4 * (step.exaggeration * attraction[i] - step.share * repulsion[i]);
        const bool same_way = updates[i] * gradient < 0;
        gains[i] = std::max(kLeastGain, same_way ? gains[i] + 0.2F : gains[i] * 0.8F);
        updates[i] = step.momentum * updates[i] - step.rate * gains[i] * gradient;
        place[i] += updates[i];
        squares += static_cast<double>(gradient) * static_cast<double>(gradient);
      }
      return squares;
    }
  };

  Axis x_, y_;
};

double divergence_of(const PlanePoints& points, const Affinities& affinities, double weights) {
  double sum = 0;
  for (std::size_t row = 0; row < affinities.rows(); ++row) {
    for (std::size_t k = affinities.begins[row]; k < affinities.begins[row + 1]; ++k) {
      const auto share = static_cast<double>(affinities.shares[k]);
      if (share <= 0) continue;
      const std::uint32_t other = affinities.neighbours[k];
      const double dx = static_cast<double>(points.x.data()[row]) - static_cast<double>(points.x.data()[other]);
      const double dy = static_cast<double>(points.y.data()[row]) - static_cast<double>(points.y.data()[other]);
      sum += share * std::log(share * (1 + dx * dx + dy * dy) * weights);
    }
  }
  return sum;
}

double lowered_perplexity(std::size_t rows, double perplexity, std::vector<std::string>& notes) {
  if (perplexity < static_cast<double>(rows)) return perplexity;
  const double lowered = std::max(1.0, static_cast<double>(rows - 1) / 3);
  notes.push_back(fmt::format("t-SNE: perplexity {:.3g} instead of {:.3g}, as there are only {} distinct rows", lowered,
                              perplexity, rows));
  return lowered;
}

/// The picture of rows that all differ, two or more.
TsnePicture draw(const Matrix& matrix, const TsneSettings& settings) {
  const std::size_t rows = matrix.rows();
  TsnePicture picture;
  picture.perplexity = lowered_perplexity(rows, settings.perplexity, picture.notes);
  const Affinities together = affinities(matrix, picture.perplexity);
  PlanePoints points = start(matrix, settings);
  Forces forces(rows);
  Descent descent(rows);
  const double automatic = std::max(kLeastRate, static_cast<double>(rows) / settings.exaggeration / 4);
  const auto rate = static_cast<float>(settings.learning_rate > 0 ? settings.learning_rate : automatic);
  while (picture.iterations < settings.iterations) {
    const bool early = picture.iterations < settings.exaggerated;
    const float exaggeration = early ? static_cast<float>(settings.exaggeration) : 1;
    add_up_forces(points, together, forces);
    const auto share = static_cast<float>(1 / forces.weights);
    const double length = descent.move(forces, {rate, early ? 0.5F : 0.8F, exaggeration, share}, points);
    ++picture.iterations;
    if (picture.iterations % kCheckEach != 0) continue;
    if (settings.progress) settings.progress(picture.iterations);
    if (!early && length <= kLeastGradient) break;
  }
  add_up_forces(points, together, forces);
  picture.divergence = divergence_of(points, together, forces.weights);
  picture.points.reserve(rows);
  for (std::size_t row = 0; row < rows; ++row) picture.points.push_back({points.x.data()[row], points.y.data()[row]});
  return picture;
}

}  // namespace

TsnePicture tsne(const Matrix& matrix, const TsneSettings& settings) {
  expect_in_range(settings);
  if (matrix.rows() == 0) return {};
  expect_fit_for_learning(matrix, "t-SNE", kMostColumns);
  const DistinctRows distinct = distinct_rows(matrix);
  const std::size_t rows = distinct.first.size();
  if (rows > kMostRows) {
    throw Error(fmt::format("t-SNE: {} distinct rows are more than {}; draw a sample", rows, kMostRows));
  }
  TsnePicture picture;
  if (rows > 1) {
    picture = draw(rows == matrix.rows() ? matrix : matrix.gather(distinct.first), settings);
  } else {
    picture.points.resize(1);
  }
  picture.distinct = rows;
  const std::vector<PicturePoint> places = std::move(picture.points);
  picture.points.clear();
  for (const std::uint32_t place : distinct.which) picture.points.push_back(places[place]);
  return picture;
}

}  // namespace netstray
