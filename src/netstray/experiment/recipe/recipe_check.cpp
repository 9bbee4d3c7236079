#include "netstray/experiment/recipe/recipe_check.h"

#include <algorithm>
#include <initializer_list>

#include "netstray/detect/registry.h"

namespace netstray {
namespace {

template <typename Specs>
std::vector<std::string> names_of(const Specs& specs) {
  std::vector<std::string> names;
  names.reserve(specs.size());
  for (const auto& spec : specs) names.push_back(spec.name);
  return names;
}

bool among(const std::string& name, const std::vector<std::string>& names) {
  return std::ranges::find(names, name) != names.end();
}

class Checker {
 public:
  Checker(const RecipeText& recipe, const TomlValue& root, Experiment& experiment)
      : recipe_(recipe),
        root_(root),
        experiment_(experiment),
        sources_(names_of(experiment.sources)),
        tables_(names_of(experiment.tables)),
        studies_(names_of(experiment.studies)),
        detectors_(names_of(experiment.detectors)),
        rows_(sources_) {
    rows_.insert(rows_.end(), tables_.begin(), tables_.end());
  }

  void check() {
    for (const auto& source : experiment_.sources) check_source(source);
    for (const auto& table : experiment_.tables) check_table(table);
    order_tables();
    for (auto& study : experiment_.studies) check_study(study);
    for (auto& detector : experiment_.detectors) check_detector(detector);
    check_report();
    check_claims();
  }

 private:
  /// The value that this path leads to, or the last one on the way that is there.
  const TomlValue& at(std::initializer_list<std::string_view> path) const {
    const TomlValue* value = &root_;
    for (const auto key : path) {
      const TomlValue* next = value->find(key);
      if (next == nullptr) break;
      value = next;
    }
    return *value;
  }

  void expect_name(const TomlValue& place, std::string_view what, const std::string& name,
                   const std::vector<std::string>& names) const {
    if (!among(name, names)) recipe_.unknown(place, what, name, names);
  }

  /// What `name` says, or the only one of `names`.
  void choose(std::string& name, std::string_view what, const TomlValue& place,
              const std::vector<std::string>& names) const {
    if (!name.empty()) return expect_name(place, what, name, names);
    if (names.size() != 1) {
      recipe_.fail(place,
                   fmt::format("{}: the key \"{}\" is missing: there are {} of them", place.path, what, names.size()));
    }
    name = names.front();
  }

  const StudySpec& study(const std::string& name) const {
    return *std::ranges::find(experiment_.studies, name, &StudySpec::name);
  }

  void expect_networks(const TomlValue& place, const std::string& name) const {
    expect_name(place, "source", name, sources_);
    const auto found = std::ranges::find(experiment_.sources, name, &SourceSpec::name);
    if (found == experiment_.sources.end() || found->format != SourceSpec::Format::ip2asn) {
      recipe_.fail(place, fmt::format("source \"{}\" tells of no networks: its format is not ip2asn", name));
    }
  }

  void check_source(const SourceSpec& source) const {
    const TomlValue& place = at({"sources", source.name});
    if (source.files.empty() && source.generate.empty()) {
      recipe_.fail(place, fmt::format("{}: the key \"files\" or \"generate\" is missing", place.path));
    }
    if (!source.networks.empty()) expect_networks(at({"sources", source.name, "networks"}), source.networks);
  }

  void check_table(const TableSpec& table) const {
    if (among(table.name, sources_)) {
      recipe_.fail(at({"tables", table.name}), fmt::format("\"{}\" is a source already", table.name));
    }
    for (const auto& from : table.from) {
      expect_name(at({"tables", table.name, "from"}), "source or table", from, rows_);
    }
    if (table.from.empty()) recipe_.expected(at({"tables", table.name, "from"}), "a source or table");
    const TomlValue& steps = at({"tables", table.name, "steps"});
    for (std::size_t i = 0; i < table.steps.size(); ++i) {
      const StepSpec& step = table.steps[i];
      if (step.with.empty()) continue;
      const TomlValue& with = *steps.items[i].find("with");
      if (step.kind == StepSpec::Kind::places) {
        expect_networks(with, step.with);
      } else {
        expect_name(with, "source or table", step.with, rows_);
      }
    }
  }

  static std::vector<std::string> needs(const TableSpec& table) {
    std::vector<std::string> names = table.from;
    for (const auto& step : table.steps) {
      if (!step.with.empty()) names.push_back(step.with);
    }
    return names;
  }

  /// Depth first, in the order of the recipe. `way` are the tables that wait for this one.
  void place_table(const TableSpec& table, std::vector<std::string>& way, std::vector<TableSpec>& ordered) const {
    if (std::ranges::find(ordered, table.name, &TableSpec::name) != ordered.end()) return;
    if (const auto before = std::ranges::find(way, table.name); before != way.end()) {
      std::vector<std::string> circle(before, way.end());
      circle.push_back(table.name);
      recipe_.fail(at({"tables", table.name}), "a table is made from itself: " + join(circle, " <- "));
    }
    way.push_back(table.name);
    for (const auto& name : needs(table)) {
      const auto needed = std::ranges::find(experiment_.tables, name, &TableSpec::name);
      if (needed != experiment_.tables.end()) place_table(*needed, way, ordered);
    }
    way.pop_back();
    ordered.push_back(table);
  }

  void order_tables() {
    std::vector<TableSpec> ordered;
    for (const auto& table : experiment_.tables) {
      std::vector<std::string> way;
      place_table(table, way, ordered);
    }
    experiment_.tables = std::move(ordered);
  }

  void check_study(StudySpec& study) const {
    choose(study.table, "table", at({"studies", study.name, "table"}), tables_);
    if (!study.named_for.empty()) {
      expect_name(at({"studies", study.name, "named_for"}), "table", study.named_for, tables_);
    }
    check_split(study, at({"studies", study.name, "split"}));
  }

  void check_split(const StudySpec& study, const TomlValue& place) const {
    using By = SplitSpec::By;
    const SplitSpec& split = study.split;
    if ((split.by == By::time || split.by == By::entity) && split.column.empty()) {
      recipe_.fail(place, fmt::format("{}: the key \"column\" is missing: it says when, or whose", place.path));
    }
    if (split.by == By::file && split.files.empty()) {
      recipe_.fail(place, fmt::format("{}: the key \"files\" is missing: it says whose rows test", place.path));
    }
    if (split.by == By::file) {
      const auto table = std::ranges::find(experiment_.tables, study.table, &TableSpec::name);
      for (const auto& file : split.files) {
        expect_name(at({"studies", study.name, "split", "files"}),
                    fmt::format("source or table of \"{}\":", study.table), file, table->from);
      }
    }
    if (split.calibration + split.validation >= 1) {
      recipe_.fail(place, fmt::format("{}: calibration and validation leave no rows to learn from", place.path));
    }
    if (split.by == By::none && split.calibration + split.validation > 0) {
      recipe_.fail(place,
                   fmt::format("{}: with by = \"none\" all rows train and test, so none can be kept back", place.path));
    }
  }

  void check_detector(DetectorSpec& detector) const {
    const TomlValue& place = at({"detectors", detector.name});
    choose(detector.study, "study", at({"detectors", detector.name, "study"}), studies_);
    const StudySpec& of = study(detector.study);
    const DetectorInfo* info = find_detector(detector.kind);
    if (info != nullptr && info->supervised && of.train_on != TrainOn::all) {
      recipe_.fail(
          place, fmt::format("{} learns from labels: its study \"{}\" needs train_on = \"all\"", info->name, of.name));
    }
    const auto from = detector.threshold.from;
    const bool lacking = (from == ThresholdSpec::From::calibration && of.split.calibration <= 0) ||
                         (from == ThresholdSpec::From::validation && of.split.validation <= 0);
    if (lacking) {
      recipe_.fail(at({"detectors", detector.name, "threshold", "from"}),
                   fmt::format("the study \"{0}\" has no {1} rows; keep some back with [studies.{0}.split] {1} = 0.2",
                               of.name, name_of(*from)));
    }
  }

  void check_report() {
    for (std::size_t i = 0; i < experiment_.report.tsne.size(); ++i) {
      const TomlValue& place = at({"report", "tsne"}).items[i];
      check_tsne(experiment_.report.tsne[i], place);
    }
    if (auto& elbow = experiment_.report.elbow) {
      choose(elbow->study, "study", at({"report", "elbow", "study"}), studies_);
      if (elbow->to < elbow->from) recipe_.fail(at({"report", "elbow", "to"}), "report.elbow: to is less than from");
    }
    if (const auto& map = experiment_.report.map)
      expect_name(at({"report", "map", "table"}), "table", map->table, tables_);
  }

  void check_tsne(ReportSpec::Tsne& tsne, const TomlValue& place) const {
    const auto value = [&](std::string_view key) -> const TomlValue& {
      const TomlValue* found = place.find(key);
      return found == nullptr ? place : *found;
    };
    choose(tsne.study, "study", value("study"), studies_);
    if (tsne.latent_of.empty()) return;
    expect_name(value("latent_of"), "detector", tsne.latent_of, detectors_);
    const auto detector = std::ranges::find(experiment_.detectors, tsne.latent_of, &DetectorSpec::name);
    if (detector->kind != "autoencoder" || detector->study != tsne.study) {
      recipe_.fail(value("latent_of"),
                   fmt::format("\"{}\" is no autoencoder of the study \"{}\"", tsne.latent_of, tsne.study));
    }
  }

  void check_claims() const {
    for (std::size_t i = 0; i < experiment_.claims.size(); ++i) {
      const TomlValue& place = at({"claims"}).items[i];
      const ClaimSpec& claim = experiment_.claims[i];
      expect_name(*place.find("detector"), "detector", claim.detector, detectors_);
      const bool of_a_class = claim.metric != "accuracy" && claim.metric != "auc";
      if (of_a_class == claim.class_name.empty()) {
        recipe_.fail(place, fmt::format("{}: {} {}", place.path, claim.metric,
                                        of_a_class ? "needs the key \"class\"" : "is of no class"));
      }
    }
  }

  const RecipeText& recipe_;
  const TomlValue& root_;
  Experiment& experiment_;
  std::vector<std::string> sources_, tables_, studies_, detectors_;
  std::vector<std::string> rows_;  ///< sources and tables
};

}  // namespace

void check_recipe(const RecipeText& recipe, const TomlValue& root, Experiment& experiment) {
  Checker(recipe, root, experiment).check();
}

}  // namespace netstray
