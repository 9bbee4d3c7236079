#include "netstray/detect/gaussian/mahalanobis.h"

#include <algorithm>
#include <array>
#include <cmath>

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
constexpr std::size_t kPieceRows = 32 * kBlockRows;
constexpr double kMostRidge = 1e6;
constexpr double kLeastDistance = 1e-12;

constexpr std::array kSettings{
    SettingInfo{
        "ridge", "0.001", "0 to 1e6",
        "Added to each column's variance: bounds what a column that never varied, or an unseen category, can add.",
        "measured: docs/auto.md; scikit-learn has 0"},
    SettingInfo{"log", "yes", "yes or no",
                "Whether the score is the logarithm of the squared distance; the order of rows is the same.",
                "netstray"},
};

std::unique_ptr<Detector> fit_from_settings(const Matrix& matrix, const SettingValues& values,
                                            const FitContext& context) {
  context.begin("covariance");
  const MahalanobisSettings settings{values.real("ridge", 0, kMostRidge), values.yes("log")};
  return std::make_unique<Mahalanobis>(Mahalanobis::fit(matrix, settings, context));
}

std::unique_ptr<Detector> load_from_bytes(ByteReader& in) {
  return std::make_unique<Mahalanobis>(Mahalanobis::load(in));
}

}  // namespace

Mahalanobis::Mahalanobis(MatrixShape shape, bool log, QuadraticForm form)
    : shape_(std::move(shape)), log_(log), form_(std::move(form)) {}

Mahalanobis Mahalanobis::fit(const Matrix& matrix, const MahalanobisSettings& settings, const FitContext& context) {
  if (!(settings.ridge >= 0 && settings.ridge <= kMostRidge)) {
    throw usage_error(fmt::format("mahalanobis: a ridge of {}; from 0 to 1e6 is possible", settings.ridge));
  }
  expect_fit_for_learning(matrix, "mahalanobis", kMostColumns);
  const MatrixShape shape(matrix);
  const Moments moments = moments_of(matrix, Moments::Kind::full);
  InverseFactor inverse = inverse_factor(moments.covariance(), shape.columns(), settings.ridge);
  if (inverse.ridge != settings.ridge && context.notes != nullptr) {
    context.notes->push_back(
        fmt::format("mahalanobis: the columns' covariance is singular; a ridge of {:.3g} was taken "
                    "instead of {:.3g}",
                    inverse.ridge, settings.ridge));
  }
  return {shape, settings.log, QuadraticForm(shape, moments.mean(), std::move(inverse.packed), shape.columns())};
}

void Mahalanobis::score(const Matrix& matrix, std::span<double> scores) const {
  shape_.expect(matrix, "mahalanobis");
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t piece_begin, std::size_t piece_end) {
    check_interrupt();
    QuadraticForm::Scratch scratch(shape_);
    for (std::size_t begin = piece_begin; begin < piece_end; begin += kBlockRows) {
      const std::size_t end = std::min(piece_end, begin + kBlockRows);
      const auto own = scores.subspan(begin, end - begin);
      form_.values(matrix, begin, end, own, scratch);
      for (double& score : own) {
        score = finite_score(score);
        if (log_) score = std::log(std::max(score, kLeastDistance));
      }
    }
  });
}

void Mahalanobis::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  shape_.expect(matrix, "mahalanobis");
  std::vector<float> dense(columns());
  matrix.dense_row(row, dense);
  form_.parts(dense, parts);
}

void Mahalanobis::save(ByteWriter& out) const {
  shape_.save(out);
  out.put<std::uint8_t>(log_ ? 1 : 0);
  form_.save(out);
}

Mahalanobis Mahalanobis::load(ByteReader& in) {
  const MatrixShape shape = MatrixShape::load(in, kMostColumns);
  const auto log = in.get<std::uint8_t>();
  if (log > 1) in.fail("the Mahalanobis distance's setting is out of range");
  return {shape, log == 1, QuadraticForm::load(in, shape)};
}

const DetectorInfo& mahalanobis_info() {
  static constexpr DetectorInfo kInfo{
      .name = "mahalanobis",
      .title = "Mahalanobis distance",
      .summary = "distance from the mean, in units of the covariance",
      .how =
          "The distance of a row from the mean of all rows, in units of their covariance. It grows with values that "
          "are far out and with combinations that the columns' correlations make unlikely.",
      .good_for =
          "A first look, and a yardstick: it is exact, fast, without random numbers, and steady where normal traffic "
          "shifts.",
      .not_for =
          "Normal traffic of several kinds that lie apart: what lies in the middle between them passes for usual. Use "
          "gmm there.",
      .source = "Mahalanobis 1936; scikit-learn's EmpiricalCovariance.mahalanobis",
      .encoding = "log",
      .settings = kSettings,
      .fit = fit_from_settings,
      .load = load_from_bytes};
  return kInfo;
}

}  // namespace netstray
