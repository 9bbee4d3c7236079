#include "netstray/report/experiment/pictures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/report/charts/bars.h"
#include "netstray/report/charts/curves.h"
#include "netstray/report/charts/distributions.h"
#include "netstray/report/charts/scatter.h"
#include "netstray/report/charts/training.h"
#include "netstray/report/charts/world_map.h"
#include "netstray/report/experiment/outcome.h"
#include "netstray/report/terminal.h"
#include "netstray/report/text_table.h"
#include "netstray/report/words.h"

namespace netstray {
namespace {

using Part = PlacedPicture::Part;
constexpr double kZoomedFpr = 0.1;
constexpr std::size_t kNameWidth = 26;

/// What a model is called in the key of a picture: its title where that is short, else its name in the recipe. The
/// mark comes first, as keys are cut at their end.
std::string key_name(const DetectorResult& detector) {
  constexpr std::size_t kTitleWidth = 24;
  const std::string& title = shown_name(detector);
  return (detector.leaks.empty() ? "" : "LEAKY ") + (display_width(title) <= kTitleWidth ? title : detector.name);
}

/// "2 of 5 models looked at test rows"; "" where none did.
std::string leaks_of(const std::vector<const DetectorResult*>& detectors) {
  const auto leaky = static_cast<std::uint64_t>(
      std::count_if(detectors.begin(), detectors.end(), [](const auto* detector) { return !detector->leaks.empty(); }));
  if (leaky == 0) return {};
  if (detectors.size() == 1) return "the model looked at test rows";
  if (leaky == detectors.size()) return fmt::format("all {} models looked at test rows", leaky);
  return fmt::format("{} of {} models looked at test rows", leaky, detectors.size());
}

/// Draws the pictures of one result. What each draws is put down first, so that they can be drawn by several threads.
class Drawing {
 public:
  explicit Drawing(const ExperimentResult& result) : result_(result), names_(class_names(result)) {}

  std::vector<PlacedPicture> all() {
    compare_all();
    for (const auto& study : result_.studies) {
      draw_data(study);
      draw_models(study);
      draw_points(study);
      for (const auto* detector : detectors_of(result_, study.name)) draw_detector(study, *detector);
    }
    for (const auto& journey : result_.journeys) draw_journey(journey);
    return drawn();
  }

 private:
  using Draw = std::function<Picture()>;
  struct Place {
    Part part;
    std::string study, detector, leaky;
  };

  void add(Place place, Draw draw) {
    pictures_.push_back({place.part, std::move(place.study), std::move(place.detector), std::move(place.leaky), {}});
    draws_.push_back(std::move(draw));
  }

  std::vector<PlacedPicture> drawn();
  void compare_all();
  void draw_data(const StudyResult& study);
  void draw_models(const StudyResult& study);
  void draw_curves(const StudyResult& study, const Place& place);
  void draw_families(const StudyResult& study, const Place& place);
  void draw_points(const StudyResult& study);
  void draw_detector(const StudyResult& study, const DetectorResult& detector);
  void draw_scores(const StudyResult& study, const DetectorResult& detector, const Place& place);
  void draw_losses(const StudyResult& study, const DetectorResult& detector, const Place& place);
  void draw_learning(const DetectorResult& detector, const Place& place);
  void draw_journey(const JourneyResult& journey);

  Heading heading(std::string_view kind, const std::string& whose, std::string caption, std::string title = {}) const {
    return {file_name_of(fmt::format("{}-{}", kind, whose)), std::move(title), std::move(caption)};
  }
  Heading heading(std::string_view kind, const DetectorResult& detector, std::string caption,
                  std::string_view what) const {
    return heading(
        kind, detector.name, std::move(caption),
        fmt::format("{}: {}{}", what, shortened(detector.name, kNameWidth), detector.leaks.empty() ? "" : " (LEAKY)"));
  }
  std::vector<ModelConfusion> confusions_of(const std::string& study) const;
  std::vector<ModelCurve> curves_of(const std::string& study) const;

  const ExperimentResult& result_;
  ClassNames names_;
  std::vector<PlacedPicture> pictures_;
  std::vector<Draw> draws_;
};

std::vector<PlacedPicture> Drawing::drawn() {
  parallel_for(draws_.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) pictures_[i].picture = draws_[i]();
  });
  std::set<std::string> taken;
  for (auto& placed : pictures_) {
    const std::string wanted = placed.picture.name;
    for (int n = 2; !taken.insert(placed.picture.name).second; ++n)
      placed.picture.name = fmt::format("{}-{}", wanted, n);
  }
  return std::move(pictures_);
}

std::vector<ModelConfusion> Drawing::confusions_of(const std::string& study) const {
  std::vector<ModelConfusion> models;
  for (const auto* detector : detectors_of(result_, study)) {
    if (detector->seeds.empty()) continue;
    models.push_back({key_name(*detector), of_attacks(detector->seeds.front().confusion, result_.attack_is_positive)});
  }
  return models;
}

ModelResult model_result(const DetectorResult& detector, const Spread& spread,
                         Interval BootstrapIntervals::* bootstrapped, double (*of_seed)(const SeedResult&)) {
  ModelResult model{key_name(detector), spread.mean, {}, {}};
  if (spread.seeds > 1) {
    if (!std::isnan(spread.mean)) model.interval = Interval{spread.least, spread.most};
    for (const auto& seed : detector.seeds) model.seeds.push_back(of_seed(seed));
  } else if (bootstrapped != nullptr && detector.evaluation.intervals) {
    model.interval = (*detector.evaluation.intervals).*bootstrapped;
  }
  return model;
}

void Drawing::compare_all() {
  std::vector<const DetectorResult*> detectors;
  detectors.reserve(result_.detectors.size());
  for (const auto& detector : result_.detectors) detectors.push_back(&detector);
  if (detectors.size() < 2) return;
  struct Metric {
    std::string_view name, title;
    Spread Spreads::* spread;
    Interval BootstrapIntervals::* bootstrapped;
    double (*of_seed)(const SeedResult&);
  };
  static constexpr std::array<Metric, 4> kMetrics = {{
      {"auc", "AUC", &Spreads::auc, &BootstrapIntervals::auc, [](const SeedResult& seed) { return seed.auc; }},
      {"accuracy", "accuracy", &Spreads::accuracy, &BootstrapIntervals::accuracy,
       [](const SeedResult& seed) { return seed.confusion.accuracy(); }},
      {"f1", "F1", &Spreads::f1, nullptr, [](const SeedResult& seed) { return seed.confusion.f1(); }},
      {"recall", "recall", &Spreads::recall, &BootstrapIntervals::recall,
       [](const SeedResult& seed) { return seed.confusion.recall(); }},
  }};
  const bool seeds = std::any_of(detectors.begin(), detectors.end(),
                                 [](const DetectorResult* detector) { return detector->seeds.size() > 1; });
  for (const auto& metric : kMetrics) {
    std::vector<ModelResult> models;
    models.reserve(detectors.size());
    for (const auto* detector : detectors) {
      models.push_back(
          model_result(*detector, spreads(result_, *detector).*metric.spread, metric.bootstrapped, metric.of_seed));
    }
    add({Part::all, "", "", leaks_of(detectors)}, [this, models, &metric, seeds] {
      const bool of_class = metric.name == "f1" || metric.name == "recall";
      const std::string title = fmt::format("Models by {}{}", metric.title,
                                            of_class ? fmt::format(" of \"{}\"", positive_name(result_)) : "");
      return comparison_picture(
          heading("comparison", std::string(metric.name),
                  seeds ? "Dots are means over the seeds; lines reach from the least to the greatest seed."
                  : metric.bootstrapped == nullptr ? ""
                                                   : "Lines are 95 % intervals (bootstrap of the test rows).",
                  title),
          metric.title, models);
    });
  }
}

void Drawing::draw_data(const StudyResult& study) {
  const Place place{Part::data, study.name, "", ""};
  if (!study.balance.empty()) {
    add(place, [this, &study] {
      std::vector<ClassBalance> stages;
      stages.reserve(study.balance.size());
      for (const auto& stage : study.balance) stages.push_back({stage.stage, stage.normal, stage.attacks});
      return class_balance_picture(
          heading("balance", study.name, "How many rows of each class there are at each stage of the study."), stages,
          names_);
    });
  }
  if (!study.selection.empty()) {
    add(place, [this, &study] {
      std::vector<FeatureWeight> weights;
      weights.reserve(study.selection.size());
      for (const auto& [feature, nats] : study.selection) weights.push_back({feature, nats, 0});
      return importance_picture(
          heading("selection", study.name, "What each column alone tells of the label, measured on training rows.",
                  "Mutual information with the label"),
          "nats", weights);
    });
  }
  if (!study.usual.empty()) {
    add(place, [this, &study] {
      return usual_picture(
          heading("usual", study.name, "Where the middle nine tenths of each class lie, column by column."),
          study.usual, names_);
    });
  }
  if (study.elbow && !study.elbow->clusters.empty()) {
    add(place, [this, &study] {
      std::vector<ElbowPoint> points;
      const std::size_t known = std::min(study.elbow->clusters.size(), study.elbow->inertia.size());
      points.reserve(known);
      for (std::size_t i = 0; i < known; ++i) points.push_back({study.elbow->clusters[i], study.elbow->inertia[i]});
      const std::uint64_t chosen = study.elbow->chosen;
      return elbow_picture(heading("elbow", study.name, "More clusters lie closer; past the bend they gain little."),
                           points, chosen > 0 ? std::optional(chosen) : std::nullopt);
    });
  }
}

std::vector<ModelCurve> Drawing::curves_of(const std::string& study) const {
  std::vector<ModelCurve> curves;
  for (const auto* detector : detectors_of(result_, study)) {
    const Confusion confusion = detector->seeds.empty() ? Confusion() : detector->seeds.front().confusion;
    curves.push_back({key_name(*detector), detector->evaluation.curve, operating_point(confusion), false});
  }
  return curves;
}

void Drawing::draw_curves(const StudyResult& study, const Place& place) {
  const std::vector<ModelCurve> curves = curves_of(study.name);
  add(place, [this, &study, curves] {
    return roc_picture(heading("roc", study.name,
                               "What any other cut would find, and at what price; dots are the cuts in use. The "
                               "diagonal is guessing."),
                       curves);
  });
  add(place, [this, &study, curves] {
    return roc_picture(
        heading("roc-zoom", study.name, "The left end of the same curves: the part that can be run day by day.",
                "ROC, up to a tenth of false positives"),
        curves, kZoomedFpr);
  });
}

void Drawing::draw_families(const StudyResult& study, const Place& place) {
  FamilyTable table;
  for (const auto* detector : detectors_of(result_, study.name)) {
    const auto shares = family_shares(result_, study, *detector);
    if (shares.empty()) continue;
    table.models.push_back(key_name(*detector));
    if (table.families.empty()) {
      for (const auto& family : shares) table.families.push_back({family.family, family.rows, {}});
    }
    for (std::size_t i = 0; i < table.families.size(); ++i) table.families[i].recall.push_back(shares[i].share());
  }
  if (table.families.empty()) return;
  add(place, [this, &study, table] {
    return family_picture(heading("families", study.name, "Which kinds of attack each model sees, and which not."),
                          table);
  });
}

void Drawing::draw_models(const StudyResult& study) {
  const auto detectors = detectors_of(result_, study.name);
  if (detectors.empty()) return;
  const Place place{Part::models, study.name, "", leaks_of(detectors)};
  draw_curves(study, place);
  add(place, [this, &study] {
    return class_scores_picture(heading("classes", study.name, "Both classes, as each model's cut leaves them."),
                                confusions_of(study.name), names_);
  });
  add(place, [this, &study] {
    return actual_predicted_picture(
        heading("actual-predicted", study.name, "How many rows of each class there are, and how many each model says."),
        confusions_of(study.name), names_);
  });
  add(place, [this, &study] {
    return precision_recall_picture(
        heading(
            "precision-recall", study.name,
            fmt::format("How many of the rows called \"{}\" are so. This depends on how many there are in the test.",
                        positive_name(result_))),
        curves_of(study.name));
  });
  draw_families(study, place);
}

void Drawing::draw_points(const StudyResult& study) {
  for (const auto& points : study.points) {
    add({Part::points, study.name, "", ""}, [this, &study, &points] {
      std::vector<Point> places;
      const std::size_t known = std::min({points.x.size(), points.y.size(), points.labels.size()});
      places.reserve(known);
      for (std::size_t i = 0; i < known; ++i) {
        places.push_back({static_cast<double>(points.x[i]), static_cast<double>(points.y[i])});
      }
      std::string caption =
          fmt::format("t-SNE: rows that are alike lie close; distances between groups say nothing. {} of {} test rows.",
                      grouped(known), grouped(points.of_rows));
      if (!points.note.empty()) caption += " " + points.note;
      return scatter_picture(heading("points", study.name + "-" + points.title, caption, "t-SNE: " + points.title),
                             places, std::span(points.labels).first(known), names_);
    });
  }
}

void Drawing::draw_scores(const StudyResult& study, const DetectorResult& detector, const Place& place) {
  if (detector.scores.size() != study.labels.size()) return;
  add(place, [this, &study, &detector] {
    const std::string caption = fmt::format(
        "The higher its score, the less a row is like what was learned ({} rows). Right of the cut it is called "
        "\"{}\".",
        study.train_on == "attacks"  ? names_.attack
        : study.train_on == "normal" ? names_.normal
                                     : "all",
        detector.inverted == result_.attack_is_positive ? names_.normal : names_.attack);
    const std::vector<double> scores = own_scores(detector);
    const std::optional<double> cut = std::isfinite(detector.cut) ? std::optional(detector.cut) : std::nullopt;
    return score_histogram_picture(heading("scores", detector, caption, "Scores"),
                                   score_histogram(study.labels, scores), cut, names_);
  });
  add(place, [this, &study, &detector] {
    const std::vector<double> scores = attack_scores(result_, detector);
    return threshold_sweep_picture(
        heading("sweep", detector, "What another cut would give: false alarms fall as misses rise.", "Moving the cut"),
        curve(study.labels, scores), attack_cut(result_, detector));
  });
}

void Drawing::draw_losses(const StudyResult& study, const DetectorResult& detector, const Place& place) {
  if (!detector.curves || detector.scores.size() != study.labels.size()) return;
  add(place, [this, &study, &detector] {
    return density_histogram_picture(
        heading("loss", detector, "How far off the network's copy of each row is, by class.", "Loss by class"),
        "reconstruction loss", study.labels, own_scores(detector), names_);
  });
  add(place, [this, &study, &detector] {
    return violin_picture(
        heading("violin", detector, "The same losses; the lines inside are the quartiles.", "Loss by class"),
        "reconstruction loss", study.labels, own_scores(detector), names_);
  });
}

void Drawing::draw_learning(const DetectorResult& detector, const Place& place) {
  if (!detector.curves || detector.curves->loss.empty()) return;
  const LearningCurves& curves = *detector.curves;
  const std::optional<std::size_t> kept =
      curves.best_epoch > 0 ? std::optional<std::size_t>(curves.best_epoch) : std::nullopt;
  add(place, [this, &detector, &curves, kept] {
    return learning_picture(
        heading("learning-loss", detector, "How the loss fell, epoch by epoch.", "Loss while learning"), "loss",
        curves.loss, curves.validation_loss, kept);
  });
  add(place, [this, &detector, &curves, kept] {
    return learning_picture(
        heading("learning-r2", detector, "The share of the rows' variance that the network's copy explains.",
                "R2 while learning"),
        "R2", curves.r2, curves.validation_r2, kept);
  });
}

void Drawing::draw_detector(const StudyResult& study, const DetectorResult& detector) {
  const Place place{Part::detector, study.name, detector.name, leak_words(detector)};
  if (!detector.seeds.empty()) {
    add(place, [this, &detector] {
      return confusion_picture(heading("confusion", detector, "What became of the test rows at the cut.", "Confusion"),
                               of_attacks(detector.seeds.front().confusion, result_.attack_is_positive), names_);
    });
  }
  draw_scores(study, detector, place);
  draw_losses(study, detector, place);
  draw_learning(detector, place);
  if (detector.importance.empty()) return;
  add(place, [this, &detector] {
    std::vector<FeatureWeight> weights;
    weights.reserve(detector.importance.size());
    for (const auto& [feature, lost] : detector.importance) weights.push_back({feature, lost, 0});
    return importance_picture(
        heading("importance", detector,
                "How much AUC is lost where one column's values are shuffled among the test rows.",
                "Importance of columns"),
        "AUC lost", weights);
  });
}

void Drawing::draw_journey(const JourneyResult& journey) {
  add({Part::journey, "", "", ""}, [this, &journey] {
    MapRoute route;
    route.name = journey.entity;
    for (const auto& hop : journey.hops) {
      auto& line = route.hops.emplace_back();
      for (const auto& place : hop) line.push_back({place.latitude, place.longitude});
    }
    for (const auto& place : journey.places) {
      const auto known = std::find_if(route.stops.begin(), route.stops.end(), [&](const MapRoute::Stop& stop) {
        return stop.at.latitude == place.latitude && stop.at.longitude == place.longitude;
      });
      if (known == route.stops.end()) {
        route.stops.push_back({{place.latitude, place.longitude}, "", 1, false});
      } else {
        ++known->rows;
      }
    }
    std::string caption = fmt::format("{} in {}", counted(journey.events, "event", "events"),
                                      counted(route.stops.size(), "place", "places"));
    if (journey.places.size() > 1) {
      caption += fmt::format(", {} along great circles", counted(journey.places.size() - 1, "hop", "hops"));
    }
    return world_map_picture(heading("map", journey.entity, caption + ".", journey.entity), std::array{route});
  });
}

}  // namespace

std::vector<PlacedPicture> placed_pictures(const ExperimentResult& result) { return Drawing(result).all(); }

}  // namespace netstray
