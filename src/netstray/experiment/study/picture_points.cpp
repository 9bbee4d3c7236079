#include "netstray/experiment/study/picture_points.h"

#include <algorithm>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/progress.h"
#include "netstray/base/text.h"
#include "netstray/detect/cluster/kmeans.h"
#include "netstray/detect/neural/autoencoder.h"
#include "netstray/embed/tsne.h"
#include "netstray/table/sample.h"

namespace netstray {
namespace {

Matrix latent_matrix(const Model& model, const Matrix& encoded, const std::string& name) {
  const auto members = model.ensemble().members();
  const auto* network = dynamic_cast<const Autoencoder*>(members.front().detector.get());
  if (members.size() != 1 || network == nullptr) {
    throw Error(fmt::format("report.tsne: latent_of names {}, which is no autoencoder", quoted(name)));
  }
  return network->latent(encoded);
}

}  // namespace

PointsResult draw_points(const StudyRows& rows, const ReportSpec::Tsne& picture, const Model& model) {
  const auto& test = rows.split.test;
  auto drawn = draw_rows(test, std::min<std::uint64_t>(picture.points, test.size()), false, rows.seed);
  std::ranges::sort(drawn);
  Matrix matrix = model.encoder().encode(rows.study->table().gather(drawn));
  const bool latent = !picture.latent_of.empty();
  if (latent) matrix = latent_matrix(model, matrix, picture.latent_of);
  Progress progress("t-SNE");
  TsneSettings settings;
  settings.perplexity = picture.perplexity;
  settings.seed = rows.seed;
  settings.progress = [&](std::uint32_t iteration) { progress.update(iteration, settings.iterations); };
  const TsnePicture made = tsne(matrix, settings);
  PointsResult result;
  result.title = latent ? fmt::format("latent space of {}", picture.latent_of) : "inputs";
  for (const PicturePoint& point : made.points) {
    result.x.push_back(point.x);
    result.y.push_back(point.y);
  }
  result.labels = labels_of(*rows.study, drawn);
  result.of_rows = test.size();
  result.divergence = made.divergence;
  result.note = join(made.notes, "; ");
  return result;
}

ElbowResult measure_elbow(const StudyRows& rows, const ReportSpec::Elbow& elbow) {
  const Table fitted = rows.study->table().gather(rows.fitted);
  const Encoder encoder = Encoder::fit(rows.study->table(), rows.columns, rows.fitted, elbow.encoding);
  const Matrix matrix = encoder.encode(fitted);
  ElbowResult result;
  Progress progress("elbow");
  for (std::uint64_t clusters = elbow.from; clusters <= elbow.to; ++clusters) {
    if (clusters > matrix.rows()) {
      throw Error(fmt::format("report.elbow: {} clusters of {} training rows", clusters, grouped(matrix.rows())));
    }
    progress.update(clusters - elbow.from, elbow.to - elbow.from + 1);
    KMeansSettings settings;
    settings.clusters = clusters;
    settings.seed = rows.seed;
    FitContext context;
    context.seed = rows.seed;
    result.clusters.push_back(clusters);
    result.inertia.push_back(KMeans::fit(matrix, settings, context).inertia());
  }
  return result;
}

}  // namespace netstray
