#include "netstray/detect/gaussian/gmm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/detect/finite.h"
#include "netstray/detect/registry.h"

namespace netstray {
namespace {

constexpr std::size_t kMostColumnsFull = 2048;
constexpr std::size_t kMostColumns = std::size_t{1} << 20;
constexpr std::size_t kMostComponents = 1000;
constexpr std::size_t kMostNumbers = std::size_t{1} << 25;  // of all covariances
constexpr std::uint64_t kRowStream = ~std::uint64_t{0};     // of the random rows that EM sees
constexpr double kMostRidge = 1e6;
constexpr double kMostShrink = 0.99;

constexpr std::array kSettings{
    SettingInfo{"components", "8", "1 to 1000, or auto:LOW-HIGH",
                "How many Gaussians; auto tries each number of them and takes that with the least BIC.",
                "measured: docs/auto.md; scikit-learn has 1"},
    SettingInfo{"covariance", "full", "full or diagonal", "Whether columns may be correlated within a component.",
                "scikit-learn"},
    SettingInfo{"init", "kmeans", "kmeans or kmeans++",
                "How the first Gaussians are found: by k-means to its end, or by its starting points alone.",
                "scikit-learn"},
    SettingInfo{"n_init", "1", "1 to 1000", "Starts; the one with the greatest likelihood is kept.", "scikit-learn"},
    SettingInfo{"reg_covar", "0.001", "0 to 1e6",
                "Added to each variance: bounds what a column that never varied, or an unseen category, can add.",
                "tools/measure-detectors; scikit-learn has 1e-6"},
    SettingInfo{"shrink", "0", "0 to 0.99",
                "How far each covariance is drawn to the pooled one of all components, those of few rows most.",
                "Friedman 1989; scikit-learn has none"},
    SettingInfo{"tol", "0.001", "0 to 1e6", "Stops when the mean log likelihood of a row changes less.",
                "scikit-learn"},
    SettingInfo{"max_iter", "100", "1 to 100000", "Iterations at most.", "scikit-learn"},
    SettingInfo{"rows", "0", "0 to 4000000000", "Learns from at most so many rows, drawn at random; 0: from all.",
                "netstray"},
};
constexpr std::array<std::string_view, 2> kCovariances{"full", "diagonal"};
constexpr std::array<std::string_view, 2> kStarts{"kmeans", "kmeans++"};

/// "8" or "auto:1-12".
void read_components(const std::string& text, GmmSettings& settings) {
  const auto fail = [&] {
    return usage_error(fmt::format("gmm: components: found {}, expected a whole number from 1 to {}, or auto:LOW-HIGH",
                                   quoted(text), kMostComponents));
  };
  const auto count = [&](std::string_view part) {
    const auto number = parse_integer(part);
    if (!number || *number < 1 || *number > static_cast<std::int64_t>(kMostComponents)) throw fail();
    return static_cast<std::size_t>(*number);
  };
  constexpr std::string_view kAuto = "auto:";
  if (!text.starts_with(kAuto)) {
    settings.components = count(text);
    return;
  }
  const auto bounds = split(std::string_view(text).substr(kAuto.size()), '-');
  if (bounds.size() != 2) throw fail();
  settings.components = count(bounds[0]);
  settings.most_components = count(bounds[1]);
  if (settings.most_components < settings.components) throw fail();
}

std::unique_ptr<Detector> fit_from_settings(const Matrix& matrix, const SettingValues& values,
                                            const FitContext& context) {
  context.begin("first components");
  GmmSettings settings;
  read_components(values.text("components"), settings);
  settings.full = values.choice("covariance", kCovariances) == "full";
  settings.kmeans_start = values.choice("init", kStarts) == "kmeans";
  settings.starts = values.whole("n_init", 1, 1000);
  settings.ridge = values.real("reg_covar", 0, kMostRidge);
  settings.shrink = values.real("shrink", 0, kMostShrink);
  settings.tolerance = values.real("tol", 0, 1e6);
  settings.most_iterations = values.whole("max_iter", 1, 100'000);
  settings.rows = values.whole("rows", 0, 4'000'000'000);
  settings.seed = context.seed;
  return std::make_unique<Gmm>(Gmm::fit(matrix, settings, context));
}

std::unique_ptr<Detector> load_from_bytes(ByteReader& in) { return std::make_unique<Gmm>(Gmm::load(in)); }

void expect_fit(const Matrix& matrix, const GmmSettings& settings) {
  expect_fit_for_learning(matrix, "gmm", settings.full ? kMostColumnsFull : kMostColumns);
  const std::size_t most = std::max(settings.components, settings.most_components);
  const bool sound =
      settings.ridge >= 0 && settings.ridge <= kMostRidge && settings.shrink >= 0 && settings.shrink <= kMostShrink;
  if (settings.components < 1 || most > kMostComponents || !sound) {
    throw usage_error("gmm: a setting is out of range");
  }
  if (settings.components > matrix.rows()) {
    throw Error(fmt::format("gmm: {} components of {} rows; at most one a row is possible", settings.components,
                            matrix.rows()));
  }
  const std::size_t numbers = most * matrix.columns() * (settings.full ? matrix.columns() : 1);
  if (numbers > kMostNumbers) {
    throw Error(fmt::format("gmm: {} covariances of {} columns are more than it can hold; take fewer components{}",
                            most, matrix.columns(), settings.full ? " or covariance=diagonal" : ""));
  }
}

/// Some rows of the matrix, in their order.
Matrix drawn_rows(const Matrix& matrix, const GmmSettings& settings) {
  Rng rng = Rng::stream(settings.seed, kRowStream);
  auto rows = rng.sample(static_cast<std::uint32_t>(matrix.rows()), static_cast<std::uint32_t>(settings.rows));
  std::sort(rows.begin(), rows.end());
  return matrix.gather(rows);
}

MixtureSettings mixture_settings(const GmmSettings& settings, const FitContext& context) {
  MixtureSettings wanted{
      settings.components, settings.full,      settings.kmeans_start,    settings.starts, settings.ridge,
      settings.shrink,     settings.tolerance, settings.most_iterations, settings.seed,   {}};
  if (context.progress) {
    wanted.progress = [&context, most = settings.most_iterations, starts = settings.starts](
                          std::size_t start, std::size_t iteration, double mean) {
      context.progress(start * most + iteration, starts * most,
                       fmt::format("iteration {}: mean log likelihood {:.4f}", iteration, mean));
    };
  }
  return wanted;
}

void tell(const Matrix& matrix, const GmmSettings& settings, const FittedMixture& fitted, std::size_t asked,
          std::vector<std::string>& notes) {
  const std::size_t count = fitted.mixture.components().size();
  if (settings.most_components > 0) {
    notes.push_back(
        fmt::format("gmm: {} components, by BIC among {} to {}", count, settings.components, settings.most_components));
  }
  if (count < asked) {
    notes.push_back(fmt::format("gmm: {} components instead of {}: there are no more distinct rows", count, asked));
  }
  if (const std::size_t constant = constant_columns(matrix); constant > 0) {
    notes.push_back(
        fmt::format("gmm: {} of {} columns never vary; any departure there is very unusual (reg_covar {:.3g})",
                    constant, matrix.columns(), settings.ridge));
  }
  if (fitted.ridges_raised > 0) {
    notes.push_back(
        fmt::format("gmm: {} of {} covariances are singular in spite of reg_covar {:.3g}; it was raised there",
                    fitted.ridges_raised, count, settings.ridge));
  }
  if (fitted.components_idle > 0) {
    notes.push_back(fmt::format("gmm: {} of {} components lost all their rows", fitted.components_idle, count));
  }
  if (!fitted.converged) {
    notes.push_back(fmt::format("gmm: stopped after {} iterations before it had converged", fitted.iterations));
  }
}

}  // namespace

Gmm Gmm::fit(const Matrix& matrix, const GmmSettings& settings, const FitContext& context) {
  expect_fit(matrix, settings);
  const bool drawn = settings.rows > 0 && settings.rows < matrix.rows();
  const Matrix sample = drawn ? drawn_rows(matrix, settings) : Matrix();
  const Matrix& seen = drawn ? sample : matrix;
  MixtureSettings wanted = mixture_settings(settings, context);
  wanted.components = std::min(settings.components, seen.rows());
  std::size_t asked = wanted.components;
  FittedMixture fitted = fit_mixture(seen, wanted);
  if (settings.most_components > settings.components) {
    double least = Gmm(fitted.mixture).bic(seen);
    for (std::size_t count = settings.components + 1; count <= std::min(settings.most_components, seen.rows());
         ++count) {
      wanted.components = count;
      FittedMixture tried = fit_mixture(seen, wanted);
      const double bic = Gmm(tried.mixture).bic(seen);
      if (!(bic < least)) continue;
      least = bic;
      asked = tried.mixture.components().size();
      fitted = std::move(tried);
    }
  }
  if (context.notes != nullptr) tell(seen, settings, fitted, asked, *context.notes);
  return Gmm(std::move(fitted.mixture));
}

double Gmm::parameters() const noexcept {
  const auto components = static_cast<double>(mixture_.components().size());
  const auto columns = static_cast<double>(mixture_.shape().columns());
  const bool full = std::holds_alternative<QuadraticForm>(mixture_.components().front().form);
  return components * (columns + (full ? columns * (columns + 1) / 2 : columns)) + components - 1;
}

double Gmm::bic(const Matrix& matrix) const {
  return aic(matrix) + parameters() * (std::log(static_cast<double>(matrix.rows())) - 2);
}

double Gmm::aic(const Matrix& matrix) const {
  std::vector<double> logs(matrix.rows());
  mixture_.shape().expect(matrix, "gmm");
  mixture_.log_likelihoods(matrix, logs);
  return -2 * std::accumulate(logs.begin(), logs.end(), 0.0) + 2 * parameters();
}

void Gmm::score(const Matrix& matrix, std::span<double> scores) const {
  mixture_.shape().expect(matrix, "gmm");
  mixture_.log_likelihoods(matrix, scores);
  for (double& score : scores) score = finite_score(-score);
}

void Gmm::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  mixture_.shape().expect(matrix, "gmm");
  mixture_.parts(matrix, row, parts);
}

void Gmm::save(ByteWriter& out) const { mixture_.save(out); }

Gmm Gmm::load(ByteReader& in) { return Gmm(Mixture::load(in, kMostColumns)); }

const DetectorInfo& gmm_info() {
  static constexpr DetectorInfo kInfo{.name = "gmm",
                                      .title = "Gaussian mixture",
                                      .summary = "how unlikely a row is under a sum of Gaussians",
                                      .how =
                                          "Normal traffic is described as a sum of several Gaussians; the score is the "
                                          "negative log likelihood of a row.",
                                      .good_for =
                                          "Traffic of several kinds, each with correlations of its own, whose normal "
                                          "rows stay like those of the training.",
                                      .not_for =
                                          "Few rows for many columns (a covariance needs several times as many rows as "
                                          "columns), and normal traffic that shifts.",
                                      .source = "Dempster, Laird, Rubin 1977; scikit-learn's GaussianMixture",
                                      .encoding = "rank",
                                      .settings = kSettings,
                                      .fit = fit_from_settings,
                                      .load = load_from_bytes};
  return kInfo;
}

}  // namespace netstray
