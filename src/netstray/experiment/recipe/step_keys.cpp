// The keys of sources and tables: where rows come from, and what is done with them.

#include <algorithm>
#include <stdexcept>

#include "netstray/experiment/recipe/recipe_keys.h"
#include "netstray/source/layout.h"

namespace netstray {
namespace {

using Kind = StepSpec::Kind;

constexpr std::uint64_t kMostRows = 100'000'000;
constexpr double kMost = 1e9;

RecipeKey<StepSpec> column_key(std::string meaning) {
  return text_key("column", &StepSpec::column, std::move(meaning)).required();
}

RecipeKey<StepSpec> as_key() {
  return text_key("as", &StepSpec::as, "The name of the new column; without it, it takes the column's place.");
}

RecipeKey<StepSpec> otherwise_key(const std::string& preset, std::string meaning) {
  auto key = real_key("otherwise", &StepSpec::otherwise, {-kMost, kMost}, std::move(meaning));
  key.info.preset = preset;
  return key;
}

RecipeKey<StepSpec> is_key(std::string name, bool negated, std::string meaning) {
  return {{std::move(name), "list of texts", "", "", std::move(meaning)},
          [negated](const RecipeText& recipe, const TomlValue& value, StepSpec& step) {
            if (!step.values.empty()) recipe.fail(value, "a filter has either \"is\" or \"is_not\"");
            step.values = recipe.texts(value);
            step.negated = negated;
          }};
}

RecipeKey<StepSpec> values_key() {
  return {{"values", "table of numbers", "required", "", "The number of each value: { tcp = 1, udp = 2 }."},
          [](const RecipeText& recipe, const TomlValue& value, StepSpec& step) {
            recipe.need_table(value);
            for (std::size_t i = 0; i < value.items.size(); ++i) {
              step.mapped[value.keys[i]] = recipe.real(value.items[i]);
            }
          }};
}

RecipeKeys<StepSpec> sample_keys() {
  return {
      word_key("class", &StepSpec::of_class, Words<std::string>{{"normal", "normal"}, {"attack", "attack"}},
               "The class that is drawn from; the other one stays as it is.")
          .required(),
      whole_key("rows", &StepSpec::rows, 1, kMostRows, "How many rows are drawn.").absent(),
      real_key("times", &StepSpec::times, {0, kMost, true},
               "Instead: how many are drawn for each row of the other class.")
          .absent(),
      yes_key("replace", &StepSpec::replace, "Whether a row may be drawn more than once."),
  };
}

StepSpec preset_of(Kind kind, std::optional<double> otherwise = {}) {
  StepSpec step;
  step.kind = kind;
  step.otherwise = otherwise;
  return step;
}

std::vector<StepWords> shaping_steps() {
  const auto columns = [](std::string meaning) {
    return texts_key("columns", &StepSpec::columns, std::move(meaning)).required();
  };
  return {
      {"drop", preset_of(Kind::drop), "Takes columns away.", {columns("Which.")}},
      {"keep", preset_of(Kind::keep), "Takes all other columns away.", {columns("Which stay.")}},
      {"rename",
       preset_of(Kind::rename),
       "Gives a column another name.",
       {column_key("Which."), text_key("as", &StepSpec::as, "Its new name.").required()}},
      {"filter",
       preset_of(Kind::filter),
       "Leaves rows out by what a column says; has either is or is_not.",
       {column_key("Which."), is_key("is", false, "Values whose rows stay."),
        is_key("is_not", true, "Values whose rows go.")}},
      {"distinct",
       preset_of(Kind::distinct),
       "Leaves rows out that are equal to one before.",
       {texts_key("columns", &StepSpec::columns, "Which columns are compared; without it, all.")}},
      {"sample", preset_of(Kind::sample), "Draws rows of a class; has either rows or times.", sample_keys()},
      {"take",
       preset_of(Kind::take),
       "Draws so many rows of all, which stay in their order.",
       {whole_key("rows", &StepSpec::rows, 1, kMostRows, "How many.").required()}},
  };
}

std::vector<StepWords> deriving_steps() {
  return {
      {"is-present",
       preset_of(Kind::is_present),
       "1 where a column has a value, else 0.",
       {column_key("Which."), as_key()}},
      {"first-seen-number",
       preset_of(Kind::first_seen_number),
       "Numbers a column's values 0, 1, 2, ... in the order in which they first appear.",
       {column_key("Which."), as_key()}},
      {"map",
       preset_of(Kind::map),
       "Puts a number in the place of each value.",
       {column_key("Which."), as_key(), values_key(),
        otherwise_key("", "The number of all other values; without it, one that is not in the list is an error.")}},
      {"rank",
       preset_of(Kind::rank),
       "The rank of each value among all, from 1; equal values share the mean of theirs.",
       {column_key("Which."), as_key()}},
      {"port-class",
       preset_of(Kind::port_class, 100),
       "Puts ports into classes by what they serve (docs/experiments.md).",
       {column_key("Which."), as_key(), otherwise_key("100", "The class of all other ports.")}},
      {"country-rank",
       preset_of(Kind::country_rank, 1000),
       "Numbers countries by how near they are to those that have a number: each step takes the country whose sum of "
       "geodesic distances to them is least.",
       {column_key("A column of countries' names."), as_key(),
        text_key("with", &StepSpec::with, "The source that has the countries and where they lie.").required(),
        text_key("start", &StepSpec::start, "The two-letter code of the country that is 0."),
        otherwise_key("1000", "The number of a name that is not among them.")}},
  };
}

std::vector<StepWords> joining_steps() {
  auto on_right =
      text_key("on_right", &StepSpec::on_right, "The column of the other table; without it, the same name.");
  auto lag_columns = texts_key("columns", &StepSpec::columns, "Which columns' earlier values are added.").required();
  return {
      {"join",
       preset_of(Kind::join),
       "Adds another table's columns where a column is equal; each matching pair of rows is a row.",
       {text_key("with", &StepSpec::with, "The other table or source.").required(),
        text_key("on", &StepSpec::on, "The column that is compared.").required(), std::move(on_right),
        word_key("how", &StepSpec::left, Words<bool>{{"inner", false}, {"left", true}},
                 "Whether rows without a match go (inner) or stay (left).")}},
      {"places",
       preset_of(Kind::places),
       "Adds asn, organisation and country to a column of addresses.",
       {column_key("The addresses."), text_key("with", &StepSpec::with, "A source of the format ip2asn.").required(),
        text_key("prefix", &StepSpec::as, "What the names of the new columns begin with.")}},
      {"lag",
       preset_of(Kind::lag),
       "Adds values of the events before, as prev_1_NAME, prev_2_NAME, ...; rows that have too few go.",
       {std::move(lag_columns), whole_key("events", &StepSpec::events, 1, 1000, "How many events before."),
        text_key("per", &StepSpec::per, "The column that says whose events they are; without it, all are of one."),
        yes_key(
            "across", &StepSpec::across,
            "Whether the events before are those of the rows above, whoever's they are: a fault that an audit counts "
            "(with per)."),
        text_key("order_by", &StepSpec::order_by,
                 "The column that orders the events; without it, the order of the table.")}},
  };
}

void check_step(const RecipeText& recipe, const TomlValue& value, const StepSpec& step) {
  if (step.kind == Kind::filter && step.values.empty()) {
    recipe.fail(value, fmt::format("{}: the key \"is\" or \"is_not\" is missing", value.path));
  }
  if (step.kind == Kind::sample && (step.rows == 0) == (step.times == 0)) {
    recipe.fail(value, fmt::format("{}: a sample has either \"rows\" or \"times\"", value.path));
  }
}

RecipeKey<SourceSpec> layout_key() {
  std::string ids;
  for (const auto& layout : layouts()) ids += (ids.empty() ? "" : ", ") + layout.id;
  return {{"layout", "word", "", ids, "What is known of a published data set's files."},
          [](const RecipeText& recipe, const TomlValue& value, SourceSpec& source) {
            source.layout = at_place(recipe, value, [&] { return layout(recipe.text(value)).id; });
          }};
}

RecipeKey<SourceSpec> types_key() {
  return {{"types", "table of words", "{}", "integer, number, category, time, address",
           "Types of columns that are not to be found by their content: { port = \"category\" }."},
          [](const RecipeText& recipe, const TomlValue& value, SourceSpec& source) {
            recipe.need_table(value);
            for (std::size_t i = 0; i < value.items.size(); ++i) {
              const auto type = column_type(recipe.text(value.items[i]));
              if (!type) recipe.expected(value.items[i], "integer, number, category, time or address");
              source.types[value.keys[i]] = *type;
            }
          }};
}

RecipeKey<TableSpec> steps_key() {
  return {{"steps", "list of tables", "[]", "",
           "What is done with the rows, in order: { do = \"drop\", columns = [\"id\"] }."},
          [](const RecipeText& recipe, const TomlValue& value, TableSpec& table) {
            recipe.need_list(value);
            for (const auto& step : value.items) table.steps.push_back(read_step(recipe, step));
          }};
}

}  // namespace

std::span<const StepWords> step_words() {
  static const std::vector<StepWords> words = [] {
    std::vector<StepWords> all = shaping_steps();
    for (auto&& more : {deriving_steps(), joining_steps()}) all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return words;
}

const StepWords& step_named(std::string_view name) {
  const auto words = step_words();
  const auto found = std::ranges::find(words, name, &StepWords::name);
  if (found == words.end()) throw std::logic_error("no such step");
  return *found;
}

StepSpec read_step(const RecipeText& recipe, const TomlValue& value, const StepWords* words) {
  recipe.need_table(value);
  const bool named = words == nullptr;
  if (named) {
    const TomlValue* kind = value.find("do");
    if (kind == nullptr)
      recipe.fail(value, fmt::format("{}: the key \"do\" is missing: it says what is done", value.path));
    Words<const StepWords*> kinds;
    for (const auto& each : step_words()) kinds.push_back({each.name, &each});
    words = word_value(recipe, *kind, kinds);
  }
  StepSpec step = words->preset;
  step.line = static_cast<int>(value.begin.line);
  read_keys<StepSpec>(recipe, value, words->keys, step,
                      [&](const std::string& name, const TomlValue&) { return named && name == "do"; });
  check_step(recipe, value, step);
  return step;
}

const RecipeKeys<SourceSpec>& source_keys() {
  static const RecipeKeys<SourceSpec> keys = {
      texts_key("files", &SourceSpec::files, "Files below the data folder; the first that is there is read."),
      word_key("format", &SourceSpec::format,
               Words<SourceSpec::Format>{{"table", SourceSpec::Format::table}, {"ip2asn", SourceSpec::Format::ip2asn}},
               "Tables and captures, or which addresses belong to whom (a TSV of iptoasn.com, or an MMDB file)."),
      layout_key(),
      texts_key("columns", &SourceSpec::columns, "Names of the columns, of a file without a header."),
      texts_key("missing", &SourceSpec::missing, "Texts that mean \"no value\", instead of the usual ones."),
      types_key(),
      word_key("generate", &SourceSpec::generate, Words<std::string>{{"user-log", "user-log"}},
               "Rows are made up where none of the files is there.")
          .absent(),
      whole_key("rows", &SourceSpec::rows, 1, kMostRows, "How many are made up."),
      whole_key("seed", &SourceSpec::seed, 0, 1'000'000'000'000, "Which rows are made up."),
      real_key("anomaly_share", &SourceSpec::anomaly_share, {0, 1, true, true},
               "Share of made-up rows that are attacks."),
      text_key("networks", &SourceSpec::networks,
               "The ip2asn source whose networks made-up rows come from; without it, a small list."),
  };
  return keys;
}

const RecipeKeys<TableSpec>& table_keys() {
  static const RecipeKeys<TableSpec> keys = {
      texts_key("from", &TableSpec::from, "A source or table; several are put one under the other.").required(),
      steps_key(),
  };
  return keys;
}

}  // namespace netstray
