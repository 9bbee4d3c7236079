// The keys of what is learned from the tables, how it is judged, and what is shown.

#include "netstray/base/text.h"
#include "netstray/experiment/recipe/recipe_keys.h"
#include "netstray/source/layout.h"

namespace netstray {
namespace {

constexpr std::uint64_t kMostSeed = 1'000'000'000'000;

const Words<TrainOn>& train_words() {
  static const Words<TrainOn> words = {
      {"normal", TrainOn::normal}, {"attacks", TrainOn::attacks}, {"all", TrainOn::all}};
  return words;
}

const RecipeKeys<SplitSpec>& split_keys() {
  using By = SplitSpec::By;
  static const Words<By> by = {{"none", By::none},   {"share", By::share},   {"time", By::time},
                               {"label", By::label}, {"entity", By::entity}, {"file", By::file}};
  static const RecipeKeys<SplitSpec> keys = {
      word_key("by", &SplitSpec::by, by,
               "Which rows test: none (all rows train, and all test), a share of them, the latest, a share of each "
               "class, all rows of a share of the entities, or those of some files."),
      text_key("column", &SplitSpec::column, "Of time and entity: the column that says when, or whose."),
      texts_key("files", &SplitSpec::files, "Of file: the sources or tables whose rows test."),
      real_key("test", &SplitSpec::test, {0, 1, true, true}, "Of share, time, entity: the share that tests."),
      real_key("test_normal", &SplitSpec::test_normal, {0, 1}, "Of label: the share of the normal rows that tests."),
      real_key("test_attack", &SplitSpec::test_attack, {0, 1}, "Of label: the share of the attacks that tests."),
      real_key("test_normal_per_attack", &SplitSpec::test_normal_per_attack, {0, 1000, true},
               "Of label, instead of test_normal: how many normal rows test for each attack that does."),
      real_key("calibration", &SplitSpec::calibration, {0, 1, false, true},
               "The share of the other rows that is kept back for calibration."),
      real_key("validation", &SplitSpec::validation, {0, 1, false, true},
               "The share of the other rows that is kept back for validation: `netstray tune` chooses by them."),
      yes_key("stratified", &SplitSpec::stratified, "Of share: whether each class has the same share."),
  };
  return keys;
}

RecipeKey<StudySpec> select_key() {
  constexpr std::string_view kPrefix = "mutual-information:";
  return {{"select", "text", "", "mutual-information:K",
           "Learns only the K columns that tell most about the label, measured on training rows of both classes."},
          [kPrefix](const RecipeText& recipe, const TomlValue& value, StudySpec& study) {
            const std::string text = recipe.text(value);
            const auto count = text.starts_with(kPrefix) ? parse_integer(text.substr(kPrefix.size())) : std::nullopt;
            if (!count || *count < 1) recipe.expected(value, "\"mutual-information:K\", K a whole number from 1");
            study.select = static_cast<std::uint64_t>(*count);
          }};
}

RecipeKey<StudySpec> sample_key() {
  const StepWords& sample = step_named("sample");
  return {{"sample", "table", "", "", "Draws training rows of a class: the keys of the step sample."},
          [&sample](const RecipeText& recipe, const TomlValue& value, StudySpec& study) {
            study.sample = read_step(recipe, value, &sample);
          },
          key_infos(sample.keys, "")};
}

const RecipeKeys<ThresholdSpec>& threshold_keys() {
  using From = ThresholdSpec::From;
  static const Words<From> from = {{"train", From::train},
                                   {"calibration", From::calibration},
                                   {"validation", From::validation},
                                   {"test", From::test},
                                   {"test-normals", From::test_normals}};
  static const RecipeKeys<ThresholdSpec> keys = {
      {{"rule", "text", toml_text(ThresholdRule().text()), "see `netstray evaluate --help`",
        "How the cut is found: false-alarms:0.01, quantile:0.95, contamination:0.1, mean-sd:2, mad:3.5, ..."},
       [](const RecipeText& recipe, const TomlValue& value, ThresholdSpec& threshold) {
         threshold.rule = at_place(recipe, value, [&] { return ThresholdRule::parse(recipe.text(value)); });
       }},
      word_key("from", &ThresholdSpec::from, from,
               "Which rows' scores it is found from: without it calibration where there is one, else train. With test "
               "and test-normals the detector is marked LEAKY."),
  };
  return keys;
}

template <typename Spec, typename Member>
RecipeKey<Spec> encoding_key(Member Spec::* member, const std::string& preset, std::string meaning) {
  return {{"encoding", "text", preset, "scalings and a word for categories, as in rank+one-hot", std::move(meaning)},
          [member](const RecipeText& recipe, const TomlValue& value, Spec& spec) {
            spec.*member = at_place(recipe, value, [&] { return Encoding::parse(recipe.text(value)); });
          }};
}

const RecipeKeys<ReportSpec::Tsne>& tsne_keys() {
  using Tsne = ReportSpec::Tsne;
  static const RecipeKeys<Tsne> keys = {
      text_key("study", &Tsne::study, "Whose test rows; without it, the only study's."),
      text_key("latent_of", &Tsne::latent_of, "The autoencoder whose latent space is shown; without it, the inputs."),
      whole_key("points", &Tsne::points, 10, 15'000, "How many rows are drawn."),
      real_key("perplexity", &Tsne::perplexity, {1, 1000}, "How many neighbours a point has, roughly."),
  };
  return keys;
}

const RecipeKeys<ReportSpec::Elbow>& elbow_keys() {
  using Elbow = ReportSpec::Elbow;
  static const RecipeKeys<Elbow> keys = {
      text_key("study", &Elbow::study, "Whose training rows; without it, the only study's."),
      encoding_key(&Elbow::encoding, toml_text(Encoding().text()), "How the columns become numbers."),
      whole_key("from", &Elbow::from, 1, 1000, "The fewest clusters."),
      whole_key("to", &Elbow::to, 1, 1000, "The most clusters."),
  };
  return keys;
}

const RecipeKeys<ReportSpec::Map>& map_keys() {
  using Map = ReportSpec::Map;
  static const RecipeKeys<Map> keys = {
      text_key("table", &Map::table, "The table whose rows are events.").required(),
      text_key("entity", &Map::entity, "The column that says whose they are.").required(),
      text_key("latitude", &Map::latitude, "A column of degrees, north positive.").required(),
      text_key("longitude", &Map::longitude, "A column of degrees, east positive.").required(),
      texts_key("entities", &Map::entities, "Whose ways are drawn; without it, of those with the most events."),
      whole_key("most", &Map::most, 1, 50, "Of how many then."),
  };
  return keys;
}

}  // namespace

const RecipeKeys<Experiment>& experiment_table_keys() {
  static const RecipeKeys<Experiment> keys = {
      text_key("title", &Experiment::title, "What the page is called.").required(),
      text_key("about", &Experiment::about, "A paragraph for the page."),
      whole_key("seed", &Experiment::seed, 0, kMostSeed, "Where all that is drawn begins."),
      whole_key("runs", &Experiment::runs, 1, 1000, "How many seeds are tried: seed, seed + 1, ..."),
  };
  return keys;
}

const RecipeKeys<LabelSpec>& label_keys() {
  static const RecipeKeys<LabelSpec> keys = {
      text_key("column", &LabelSpec::column, "The column that says what a row is.").required(),
      text_key("normal", &LabelSpec::normal, "Its value for normal rows; all others are attacks.").required(),
      word_key("positive", &LabelSpec::attack_is_positive, Words<bool>{{"attack", true}, {"normal", false}},
               "The class that precision, recall and curves are about."),
      text_key("normal_name", &LabelSpec::normal_name, "What normal rows are called in the report."),
      text_key("attack_name", &LabelSpec::attack_name, "What attacks are called in the report."),
      {{"families", "word", "", "as sources.NAME.layout", "The layout that knows the families of the label's values."},
       [](const RecipeText& recipe, const TomlValue& value, LabelSpec& label) {
         label.families = at_place(recipe, value, [&] { return layout(recipe.text(value)).id; });
       }},
  };
  return keys;
}

const RecipeKeys<StudySpec>& study_keys() {
  static const RecipeKeys<StudySpec> keys = {
      text_key("title", &StudySpec::title, "What it is called in the report."),
      text_key("table", &StudySpec::table, "Whose rows; without it, those of the only table."),
      text_key("named_for", &StudySpec::named_for,
               "The table that the study claims to be about, where it is fitted on another: an audit tells of it."),
      texts_key("features", &StudySpec::features, "The columns that are learned; without it, all that can be."),
      texts_key("drop", &StudySpec::drop, "Columns that are never learned."),
      select_key(),
      word_key("train_on", &StudySpec::train_on, train_words(), "Which of the training rows are learned from."),
      table_key("split", &StudySpec::split, split_keys(), "Which rows test, and which are kept back."),
      sample_key(),
  };
  return keys;
}

const RecipeKeys<DetectorSpec>& detector_keys() {
  static const RecipeKeys<DetectorSpec> keys = {
      text_key("title", &DetectorSpec::title, "What it is called in the report."),
      text_key("kind", &DetectorSpec::kind,
               "A detector, auto or ensemble (docs/detectors.md); without it, as NAME says."),
      text_key("study", &DetectorSpec::study, "Whose rows; without it, those of the only study."),
      encoding_key(&DetectorSpec::encoding, "", "How the columns become numbers; without it, as suits the detector."),
      word_key("encoding_from", &DetectorSpec::encoding_from_all, Words<bool>{{"train", false}, {"all", true}},
               "Which rows the encoding is fitted on; with all, the detector is marked LEAKY."),
      table_key("threshold", &DetectorSpec::threshold, threshold_keys(), "Where its scores are cut."),
  };
  return keys;
}

const RecipeKeys<ReportSpec>& report_keys() {
  static const RecipeKeys<ReportSpec> keys = {
      tables_key("tsne", &ReportSpec::tsne, tsne_keys(), "Pictures of rows as points, near where they are alike."),
      table_key("elbow", &ReportSpec::elbow, elbow_keys(), "How well so many clusters describe the training rows."),
      table_key("map", &ReportSpec::map, map_keys(), "A map of where some entities were."),
      yes_key("importance", &ReportSpec::importance, "Whether columns are shuffled to see which of them matter."),
  };
  return keys;
}

const RecipeKeys<ClaimSpec>& claim_keys() {
  static const RecipeKeys<ClaimSpec> keys = {
      text_key("detector", &ClaimSpec::detector, "Of which detector.").required(),
      word_key(
          "metric", &ClaimSpec::metric,
          Words<std::string>{
              {"accuracy", "accuracy"}, {"precision", "precision"}, {"recall", "recall"}, {"f1", "f1"}, {"auc", "auc"}},
          "What was measured.")
          .required(),
      word_key("class", &ClaimSpec::class_name, Words<std::string>{{"normal", "normal"}, {"attack", "attack"}},
               "Of which class: of precision, recall and f1.")
          .absent(),
      real_key("value", &ClaimSpec::value, {0, 1}, "What came out there.").required(),
  };
  return keys;
}

}  // namespace netstray
