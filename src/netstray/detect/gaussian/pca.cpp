#include "netstray/detect/gaussian/pca.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/finite.h"
#include "netstray/detect/registry.h"
#include "netstray/maths/moments.h"
#include "netstray/maths/symmetric.h"

namespace netstray {
namespace {

constexpr std::size_t kMostColumns = 2048;
/// A column of which less than this lies in the residual subspace has no part in a score: the rest is rounding.
constexpr double kLeastLeftOut = 1e-12;
constexpr std::size_t kPieceRows = 32 * kBlockRows;

constexpr std::array kSettings{
    SettingInfo{"share", "0.95", "above 0, up to 1", "Keeps as many components as hold this share of the variance.",
                "netstray; 0.9 to 0.99 is customary"},
    SettingInfo{"components", "0", "0 to 2048", "Keeps exactly so many components; 0: share decides.", "netstray"},
};

std::unique_ptr<Detector> fit_from_settings(const Matrix& matrix, const SettingValues& values,
                                            const FitContext& context) {
  context.begin("principal components");
  const PcaSettings settings{values.real("share", 1e-9, 1), values.whole("components", 0, kMostColumns)};
  return std::make_unique<Pca>(Pca::fit(matrix, settings, context));
}

std::unique_ptr<Detector> load_from_bytes(ByteReader& in) { return std::make_unique<Pca>(Pca::load(in)); }

/// The least count of components whose variances pass the share, as scikit-learn counts them; 0 without any variance.
std::size_t components_for(std::span<const double> variances, double share) noexcept {
  const double total = std::accumulate(variances.begin(), variances.end(), 0.0);
  if (total <= 0) return 0;
  double sum = 0;
  std::size_t count = 0;
  while (count < variances.size() && sum <= share * total) sum += variances[count++];
  return count;
}

/// How many are kept: what was asked, but none that holds no variance, and never all.
std::size_t components_to_keep(std::span<const double> variances, const PcaSettings& settings,
                               const FitContext& context) {
  const std::size_t columns = variances.size();
  if (settings.components >= columns) {
    throw usage_error(
        fmt::format("pca: {} components of {} columns leave no residual; keep fewer", settings.components, columns));
  }
  constexpr double kNoVariance = 1e-12;  // of the largest: what rounding makes of none
  const auto varied = static_cast<std::size_t>(
      std::ranges::count_if(variances, [&](double variance) { return variance > kNoVariance * variances.front(); }));
  const std::size_t asked = settings.components > 0 ? settings.components : components_for(variances, settings.share);
  const std::size_t kept = std::min({asked, varied, columns - 1});
  if (context.notes == nullptr) return kept;
  if (varied == 0) {
    context.notes->emplace_back("pca: no column varies; the score is the distance from the one row that there is");
  } else if (kept < asked) {
    context.notes->push_back(
        fmt::format("pca: {} components were kept instead of {}: {}", kept, asked,
                    varied < columns ? "the others hold no variance" : "with all of them there would be no residual"));
  }
  return kept;
}

}  // namespace

Pca::Pca(MatrixShape shape, QuadraticForm form) : shape_(std::move(shape)), form_(std::move(form)) {
  left_out_ = form_.squares();
}

Pca Pca::fit(const Matrix& matrix, const PcaSettings& settings, const FitContext& context) {
  if (!(settings.share > 0 && settings.share <= 1)) {
    throw usage_error(fmt::format("pca: a share of {}; over 0 to 1 is possible", settings.share));
  }
  expect_fit_for_learning(matrix, "pca", kMostColumns);
  const MatrixShape shape(matrix);
  const std::size_t columns = shape.columns();
  const Moments moments = moments_of(matrix, Moments::Kind::full);
  const Eigenpairs pairs = eigenpairs(moments.covariance(), columns);
  const std::size_t kept = components_to_keep(pairs.values, settings, context);
  const auto left_out = std::span(pairs.vectors).subspan(kept * columns);
  return {shape, QuadraticForm(shape, moments.mean(), trapezoid(left_out, columns - kept, columns), columns - kept)};
}

void Pca::score(const Matrix& matrix, std::span<double> scores) const {
  shape_.expect(matrix, "pca");
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t piece_begin, std::size_t piece_end) {
    check_interrupt();
    QuadraticForm::Scratch scratch(shape_);
    for (std::size_t begin = piece_begin; begin < piece_end; begin += kBlockRows) {
      const std::size_t end = std::min(piece_end, begin + kBlockRows);
      const auto own = scores.subspan(begin, end - begin);
      form_.values(matrix, begin, end, own, scratch);
      for (double& score : own) score = std::sqrt(finite_score(score));
    }
  });
}

void Pca::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  shape_.expect(matrix, "pca");
  std::vector<float> dense(columns());
  matrix.dense_row(row, dense);
  form_.parts(dense, parts);
  for (std::size_t j = 0; j < parts.size(); ++j) {
    parts[j] = left_out_[j] > kLeastLeftOut ? finite_score(std::abs(parts[j]) / std::sqrt(left_out_[j])) : 0;
  }
}

void Pca::save(ByteWriter& out) const {
  shape_.save(out);
  form_.save(out);
}

Pca Pca::load(ByteReader& in) {
  const MatrixShape shape = MatrixShape::load(in, kMostColumns);
  return {shape, QuadraticForm::load(in, shape)};
}

const DetectorInfo& pca_info() {
  static constexpr DetectorInfo kInfo{
      .name = "pca",
      .title = "PCA residual",
      .summary = "what the columns' usual correlations do not account for",
      .how = "The distance of a row from the subspace that holds most of the variance of the training rows.",
      .good_for = "Many columns that move together, where an attack breaks the pattern.",
      .not_for =
          "An attack that follows the usual pattern, only stronger, for it moves along the subspace. Use mahalanobis "
          "there.",
      .source = "Jackson, Mudholkar 1979; Lakhina, Crovella, Diot 2004; scikit-learn's PCA",
      .encoding = "standardise",
      .settings = kSettings,
      .fit = fit_from_settings,
      .load = load_from_bytes};
  return kInfo;
}

}  // namespace netstray
