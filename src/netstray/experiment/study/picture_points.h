#pragma once

#include <vector>

#include "netstray/experiment/study/fit_detector.h"
#include "netstray/report/experiment_result.h"

namespace netstray {

/// t-SNE of test rows, as the model's encoder gives them, or of what its network's middle makes of them (`latent`).
/// Throws Error where latent is asked of a model that is no autoencoder.
PointsResult draw_points(const StudyRows& rows, const ReportSpec::Tsne& picture, const Model& model);

/// k-means' inertia on the training rows for each number of clusters.
ElbowResult measure_elbow(const StudyRows& rows, const ReportSpec::Elbow& elbow);

/// Where each entity was, one event after the other, in the table's order; a hop made several times is one line.
std::vector<JourneyResult> find_journeys(const Table& table, const ReportSpec::Map& map);

}  // namespace netstray
