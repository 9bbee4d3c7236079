#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/detect/threshold.h"
#include "netstray/encode/encoding.h"
#include "netstray/evaluate/study_facts.h"
#include "netstray/table/schema.h"
#include "netstray/table/split.h"

namespace netstray {

// An experiment as a recipe declares it: plain values, checked for what can be known without data. A recipe is a TOML
// file; experiment/recipe/recipe.h reads it, docs/experiments.md has every key with its default and range (printed from
// the code), experiment/run.h carries it out. Names are those of the keys.

/// `[sources.NAME]`: rows from a file below the data folder, or made up.
struct SourceSpec {
  std::string name;
  /// Tried in this order; the first that is there is read.
  std::vector<std::string> files;
  /// table: CSV, TSV, JSON lines, capture (source/table_source.h). ip2asn: an iptoasn.com TSV, or an MMDB file.
  enum class Format { table, ip2asn };
  Format format = Format::table;
  std::optional<std::string> layout;        ///< "kdd99", "nsl-kdd": of tables
  std::vector<std::string> columns;         ///< names, where the file has no header
  std::vector<std::string> missing;         ///< texts that mean "no value", instead of the usual ones
  std::map<std::string, ColumnType> types;  ///< of columns that are not to be found by content
  /// Made-up rows where none of `files` is there: "user-log". "" where there are none.
  std::string generate;
  std::uint64_t rows = 200'000;         ///< of what is generated
  std::uint64_t seed = 1;               ///< likewise
  std::optional<double> anomaly_share;  ///< likewise
  std::string networks;                 ///< likewise: the ip2asn source whose ASNs are drawn from; "" = built-in ones
};

/// One of a table's `steps`, in order: `{ do = "join", with = "asn", on = "asn" }`.
struct StepSpec {
  enum class Kind {
    drop,               ///< columns
    keep,               ///< columns
    rename,             ///< column, as
    filter,             ///< column, is = values that stay / is_not = values that go
    is_present,         ///< column, as: 1 where there is a value, else 0
    first_seen_number,  ///< column, as: 0, 1, 2, ... in order of first appearance
    map,                ///< column, as, values (text -> number), otherwise
    rank,               ///< column, as: 1 for the least value, equal values share the mean of theirs
    port_class,         ///< column, as, otherwise (100)
    country_rank,       ///< column, as, with (source of countries), start ("PT"), otherwise (1000)
    places,             ///< column of addresses, with (ip2asn source), as (prefix): adds asn, organisation, country
    lag,                ///< columns, events, per (entity's column; "": all rows are of one), order_by, across
    join,               ///< with (source or table), on, on_right, how = inner or left
    distinct,           ///< columns ([] = all): the first of equal rows stays
    sample,             ///< class = normal or attack, rows / times + like, replace: down- or up-sampling
    take                ///< rows, seeded: so many rows of all, in their order
  };
  Kind kind = Kind::drop;
  int line = 0;  ///< in the recipe
  std::vector<std::string> columns;
  std::string column;
  std::string as;  ///< "" = takes the column's place
  std::string with;
  std::string on, on_right;              ///< on_right: "" = the same name
  bool left = false;                     ///< join: rows without a match stay
  std::vector<std::string> values;       ///< filter
  bool negated = false;                  ///< filter: is_not
  std::map<std::string, double> mapped;  ///< map
  std::optional<double> otherwise;       ///< map, port_class, country_rank: of what is not known
  std::string start = "PT";              ///< country_rank: two-letter code
  std::uint64_t events = 1;              ///< lag: how many predecessors
  std::string per;                       ///< lag: entity's column
  std::string order_by;                  ///< lag: "" = the table's order
  bool across = false;                   ///< lag: the events before are those of all rows, whoever's
  std::string of_class;                  ///< sample: "normal" or "attack"
  std::uint64_t rows = 0;                ///< sample, take
  double times = 0;                      ///< sample: so many rows per row of the other class
  bool replace = false;                  ///< sample
};

/// `[tables.NAME]`: rows of a source or table (of several: one under the other), and what is done with them.
struct TableSpec {
  std::string name;
  std::vector<std::string> from;
  std::vector<StepSpec> steps;
  int line = 0;
};

/// `[label]`: which rows are attacks, and which class is called positive.
struct LabelSpec {
  std::string column;
  std::string normal;                                          ///< the value of normal rows
  bool attack_is_positive = true;                              ///< positive = "attack" or "normal"
  std::string normal_name = "normal", attack_name = "attack";  ///< for people
  std::string families;  ///< layout whose families the label's values have; "" = none
};

/// `[studies.NAME.split]`; table/split.h says what each means.
struct SplitSpec {
  using By = SplitSettings::By;
  By by = By::share;
  std::string column;                            ///< time, entity
  std::vector<std::string> files;                ///< file: the tables or sources of the table's `from` that test
  double test = 0.3;                             ///< share, time, entity: of the rows (entities)
  double test_normal = 1, test_attack = 1;       ///< label: of each class
  std::optional<double> test_normal_per_attack;  ///< label: instead of test_normal, so many per attack of the test
  double calibration = 0, validation = 0;        ///< of the rows that do not test
  bool stratified = false;                       ///< share: the same share of each class
};

/// `[studies.NAME]`: rows, columns and a split that several detectors share.
struct StudySpec {
  std::string name, title;
  std::string table;
  std::string named_for;  ///< the table that the study's name speaks of, where that is another one; "" = table
  std::vector<std::string> features;  ///< learned columns; [] = all that can be learned (model/column_roles.h)
  std::vector<std::string> drop;      ///< never learned
  std::uint64_t select = 0;           ///< mutual-information:K; 0 = no selection
  TrainOn train_on = TrainOn::normal;
  SplitSpec split;
  std::optional<StepSpec> sample;  ///< of the training rows only
  int line = 0;
};

/// `threshold = { rule = "quantile:0.95", from = "train" }`.
struct ThresholdSpec {
  enum class From { train, calibration, validation, test, test_normals };
  ThresholdRule rule;
  std::optional<From> from;  ///< absent: calibration where there is one, else train
};
std::string_view name_of(ThresholdSpec::From from) noexcept;

/// `[detectors.NAME]`.
struct DetectorSpec {
  std::string name, title;
  std::string kind;                             ///< a detector, "auto", "ensemble" (model/recipe.h); "" = as named
  std::string study;                            ///< "" in a recipe of one study
  std::optional<Encoding> encoding;             ///< absent: the detector's own
  bool encoding_from_all = false;               ///< encoding_from = "all": fitted on test rows, too
  std::map<std::string, std::string> settings;  ///< of the detector, as text
  ThresholdSpec threshold;
  int line = 0;
};

/// `[report]`: pictures beyond those that every run draws.
struct ReportSpec {
  struct Tsne {
    std::string study;
    std::string latent_of;        ///< an autoencoder of that study; "" = the inputs
    std::uint64_t points = 5000;  ///< of the test rows, drawn
    double perplexity = 30;
  };
  struct Elbow {
    std::string study;
    Encoding encoding;
    std::uint64_t from = 2, to = 21;  ///< clusters
  };
  struct Map {
    std::string table;
    std::string entity, latitude, longitude;  ///< columns
    std::vector<std::string> entities;        ///< [] = the `most` with the most rows
    std::uint64_t most = 7;
  };
  std::vector<Tsne> tsne;
  std::optional<Elbow> elbow;
  std::optional<Map> map;
  bool importance = true;
};

/// `[[claims]]`: what the study that is reproduced says.
struct ClaimSpec {
  std::string detector, metric, class_name;  ///< "accuracy", "precision", "recall", "f1", "auc"
  double value = 0;
};

/// The whole recipe.
struct Experiment {
  std::string path;  ///< of the recipe, as it was named
  std::string title;
  std::string about;  ///< a paragraph for the page
  std::uint64_t seed = 0;
  std::uint64_t runs = 1;  ///< seeds: seed, seed + 1, ...
  std::vector<SourceSpec> sources;
  std::vector<TableSpec> tables;  ///< in the order in which they can be made
  LabelSpec label;
  std::vector<StudySpec> studies;
  std::vector<DetectorSpec> detectors;
  ReportSpec report;
  std::vector<ClaimSpec> claims;
};

}  // namespace netstray
