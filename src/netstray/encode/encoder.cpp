#include "netstray/encode/encoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/encode/scaling.h"

namespace netstray {
namespace {

constexpr std::size_t kMostLevels = 65'534;

constexpr std::array<std::pair<NumericScaling, std::string_view>, 6> kScalings{
    {{NumericScaling::standardise, "standardise"},
     {NumericScaling::log, "log"},
     {NumericScaling::minmax, "minmax"},
     {NumericScaling::robust, "robust"},
     {NumericScaling::rank, "rank"},
     {NumericScaling::none, "none"}}};

bool is_category(const Field& field) noexcept { return field.type == ColumnType::category; }
bool is_number(const Field& field) noexcept {
  return field.type == ColumnType::integer || field.type == ColumnType::number;
}

constexpr std::uint32_t kMissing = netstray::Column::kMissingCode;

/// Levels in order of first appearance, and how often each comes. A missing value and a text "" are the level "".
void fit_levels(Encoder::Column& column, const Column& source, std::span<const std::uint32_t> rows) {
  const auto& texts = source.levels();
  std::vector<std::uint32_t> place(texts.size() + 1, kMissing);  // level of each code of the table, last: of "missing"
  const auto empty = static_cast<std::size_t>(std::ranges::find(texts, std::string_view{}) - texts.begin());
  for (const std::uint32_t row : rows) {
    const std::uint32_t code = source.code(row);
    const std::size_t text = code == kMissing ? empty : code;
    if (place[text] == kMissing) {
      if (column.levels.size() == kMostLevels) {
        throw Error(fmt::format("column {} has over {} categories; leave it out of what is learned",
                                quoted(column.field.name), grouped(kMostLevels)));
      }
      place[text] = static_cast<std::uint32_t>(column.levels.size());
      column.levels.push_back(text == texts.size() ? std::string() : texts[text]);
      column.level_rows.push_back(0);
    }
    ++column.level_rows[place[text]];
  }
  column.constant = column.levels.size() == 1;
}

double entropy(const std::vector<std::uint64_t>& counts) {
  double total = 0;
  for (const std::uint64_t count : counts) total += static_cast<double>(count);
  double sum = 0;
  for (const std::uint64_t count : counts) {
    const double share = static_cast<double>(count) / total;
    if (share > 0) sum -= share * std::log(share);
  }
  return sum;
}

std::vector<std::uint16_t> sorted_by_text(const std::vector<std::string>& levels) {
  std::vector<std::uint16_t> codes(levels.size());
  std::iota(codes.begin(), codes.end(), std::uint16_t{0});
  std::ranges::sort(codes, {}, [&](std::uint16_t code) -> const std::string& { return levels[code]; });
  return codes;
}

/// 1 to kMostLevels distinct levels, each with a count.
bool sound_levels(const Encoder::Column& column) {
  const auto& levels = column.levels;
  if (levels.empty() || levels.size() > kMostLevels || column.level_rows.size() != levels.size()) return false;
  if (std::ranges::find(column.level_rows, 0U) != column.level_rows.end()) return false;
  const auto codes = sorted_by_text(levels);
  const auto same = [&](std::uint16_t a, std::uint16_t b) { return levels[a] == levels[b]; };
  return std::ranges::adjacent_find(codes, same) == codes.end();
}

/// A learned number column of a table: its scaled values, and 0/1 for missing ones.
struct EncodedNumbers {
  std::vector<float> values;
  std::vector<float> missing;  ///< empty where training had none missing
  std::uint64_t unseen = 0, out_of_range = 0;
};

EncodedNumbers encode_numbers(const Encoder::Column& column, const Column& source, NumericScaling scaling) {
  const NumberScaler scaled(column, scaling);
  const std::vector<double> numbers = source.numbers();
  EncodedNumbers encoded{.values = std::vector<float>(numbers.size()),
                         .missing = std::vector<float>(column.missing > 0 ? numbers.size() : 0)};
  std::uint64_t missing = 0;
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    const double number = numbers[row];
    if (std::isfinite(number)) {
      if (number < column.min || number > column.max) ++encoded.out_of_range;
      encoded.values[row] = scaled(number);
    } else {
      ++missing;
      encoded.values[row] = scaled(column.median);
      if (column.missing > 0) encoded.missing[row] = 1;
    }
  }
  if (column.missing == 0) encoded.unseen = missing;
  return encoded;
}

struct EncodedCategory {
  std::vector<std::uint16_t> codes;
  std::uint64_t unseen = 0;
};

/// The code of a level, or the one behind the last for a level that was not seen.
std::uint16_t code_of(std::string_view text, const Encoder::Column& column, std::span<const std::uint16_t> by_text) {
  const auto text_of = [&](std::uint16_t code) -> std::string_view { return column.levels[code]; };
  const auto found = std::ranges::lower_bound(by_text, text, {}, text_of);
  const bool seen = found != by_text.end() && text_of(*found) == text;
  return seen ? *found : static_cast<std::uint16_t>(column.levels.size());
}

EncodedCategory encode_category(const Encoder::Column& column, std::span<const std::uint16_t> by_text,
                                const Column& source) {
  const auto unseen = static_cast<std::uint16_t>(column.levels.size());
  std::vector<std::uint16_t> code_here;  // learned code of each code of the table, the last for a missing value
  for (const auto& text : source.levels()) code_here.push_back(code_of(text, column, by_text));
  code_here.push_back(code_of("", column, by_text));

  EncodedCategory encoded;
  encoded.codes.resize(source.size());
  for (std::size_t row = 0; row < source.size(); ++row) {
    encoded.codes[row] = code_here[std::min<std::size_t>(source.code(row), code_here.size() - 1)];
    if (encoded.codes[row] == unseen) ++encoded.unseen;
  }
  return encoded;
}

/// The table's columns in the encoder's order.
std::vector<const Column*> matched(std::span<const Encoder::Column> learned, const Table& table) {
  std::vector<const Column*> columns;
  for (const auto& column : learned) {
    const auto index = table.schema().find(column.field.name);
    if (!index) throw Error(fmt::format("the model needs column {}, which the data lacks", quoted(column.field.name)));
    const Field& field = table.schema()[*index];
    if (is_number(column.field) ? !is_number(field) : !is_category(field)) {
      throw Error(fmt::format("column {} is of type {} in the data, but the model learned it as {}", quoted(field.name),
                              name_of(field.type), name_of(column.field.type)));
    }
    columns.push_back(&table.column(*index));
  }
  return columns;
}

}  // namespace

std::string_view name_of(NumericScaling scaling) noexcept {
  for (const auto& [known, name] : kScalings) {
    if (known == scaling) return name;
  }
  return "none";
}

std::optional<NumericScaling> numeric_scaling(std::string_view name) noexcept {
  for (const auto& [scaling, known] : kScalings) {
    if (known == name) return scaling;
  }
  return {};
}

Encoder Encoder::fit(const Table& table, std::span<const std::size_t> columns, std::span<const std::uint32_t> rows,
                     NumericScaling scaling) {
  if (columns.empty()) throw Error("no column is left to learn from");
  if (rows.empty()) throw Error("no row is left to learn from");
  Encoder encoder;
  encoder.scaling_ = scaling;
  encoder.training_rows_ = rows.size();
  for (const std::size_t column : columns) {
    const Field& field = table.schema()[column];
    if (!is_number(field) && !is_category(field)) {
      throw Error(
          fmt::format("column {} is of type {}, which cannot be learned", quoted(field.name), name_of(field.type)));
    }
    encoder.columns_.emplace_back().field = field;
  }
  parallel_for(columns.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      Column& column = encoder.columns_[i];
      const netstray::Column& source = table.column(columns[i]);
      if (is_category(column.field)) {
        fit_levels(column, source, rows);
        continue;
      }
      const std::vector<double> numbers = source.numbers();
      std::vector<double> values(rows.size());
      std::ranges::transform(rows, values.begin(), [&](std::uint32_t row) { return numbers[row]; });
      fit_numbers(column, std::move(values), scaling);
    }
  });
  encoder.lay_out();
  return encoder;
}

void Encoder::lay_out() {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (is_number(columns_[i].field)) origin_.push_back(i);
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (is_number(columns_[i].field) && columns_[i].missing > 0) origin_.push_back(i);
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (is_category(columns_[i].field)) origin_.resize(origin_.size() + columns_[i].levels.size() + 1, i);
    by_text_.push_back(sorted_by_text(columns_[i].levels));
    entropy_.push_back(entropy(columns_[i].level_rows));
  }
}

Matrix Encoder::encode(const Table& table, EncodeCounts* counts) const {
  const std::vector<const netstray::Column*> sources = matched(columns_, table);
  std::vector<EncodedNumbers> numbers(columns_.size());
  std::vector<EncodedCategory> categories(columns_.size());
  parallel_for(columns_.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (is_number(columns_[i].field)) {
        numbers[i] = encode_numbers(columns_[i], *sources[i], scaling_);
      } else {
        categories[i] = encode_category(columns_[i], by_text_[i], *sources[i]);
      }
    }
  });
  if (counts != nullptr) {
    counts->rows += table.rows();
    counts->unseen.resize(columns_.size());
    counts->out_of_range.resize(columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      counts->unseen[i] += numbers[i].unseen + categories[i].unseen;
      counts->out_of_range[i] += numbers[i].out_of_range;
    }
  }
  Matrix matrix(table.rows());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (is_number(columns_[i].field)) matrix.add_numbers(std::move(numbers[i].values));
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].missing > 0) matrix.add_numbers(std::move(numbers[i].missing));
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!is_category(columns_[i].field)) continue;
    matrix.add_group(static_cast<std::uint32_t>(columns_[i].levels.size()) + 1, std::move(categories[i].codes));
  }
  return matrix;
}

std::string Encoder::column_name(std::size_t dense) const {
  const Column& column = columns_[origin_[dense]];
  const auto place = dense - static_cast<std::size_t>(std::ranges::find(origin_, origin_[dense]) - origin_.begin());
  if (is_number(column.field)) return column.field.name + (place == 0 ? "" : " missing");
  return place < column.levels.size() ? column.field.name + "=" + column.levels[place] : column.field.name + " unseen";
}

double Encoder::surprise(std::size_t column, const netstray::Column& source, std::size_t row) const {
  const Column& learned = columns_[column];
  if (is_number(learned.field)) {
    const double number = source.number(row);
    if (!std::isfinite(number)) return learned.missing == 0 ? 1 : 0;
    return number < learned.min || number > learned.max ? 1 : 0;
  }
  const std::string_view text = source.missing(row) ? std::string_view{} : source.levels()[source.code(row)];
  const std::uint16_t code = code_of(text, learned, by_text_[column]);
  if (code == learned.levels.size()) return 1;
  const auto rows = static_cast<double>(training_rows_);
  const double share = static_cast<double>(learned.level_rows[code]) / rows;
  return std::clamp((-std::log(share) - entropy_[column]) / std::log(2 * (rows + 1)), 0.0, 1.0);
}

Schema Encoder::schema() const {
  std::vector<Field> fields;
  fields.reserve(columns_.size());
  for (const auto& column : columns_) fields.push_back(column.field);
  return Schema(std::move(fields));
}

void Encoder::save(ByteWriter& out) const {
  out.put(static_cast<std::uint8_t>(scaling_));
  out.put(training_rows_);
  out.put<std::uint64_t>(columns_.size());
  for (const auto& column : columns_) {
    out.put_text(column.field.name);
    out.put(static_cast<std::uint8_t>(column.field.type));
    out.put(static_cast<std::uint8_t>(column.constant));
    if (is_category(column.field)) {
      out.put_texts(column.levels);
      out.put_vector(column.level_rows);
      continue;
    }
    for (const double value : {column.min, column.max, column.median, column.low, column.high, column.mean, column.sd,
                               column.shift, column.scale}) {
      out.put(value);
    }
    out.put(column.missing);
    out.put_vector(column.quantiles);
  }
}

Encoder Encoder::load(ByteReader& in) {
  Encoder encoder;
  const auto scaling = in.get<std::uint8_t>();
  if (scaling >= kScalings.size()) in.fail("an encoding of numbers that is not known");
  encoder.scaling_ = static_cast<NumericScaling>(scaling);
  encoder.training_rows_ = in.get<std::uint64_t>();
  const std::size_t count = in.get_count(sizeof(std::uint64_t) + 2);
  for (std::size_t i = 0; i < count; ++i) {
    Column& column = encoder.columns_.emplace_back();
    column.field.name = in.get_text();
    column.field.type = static_cast<ColumnType>(in.get<std::uint8_t>());
    if (!is_number(column.field) && !is_category(column.field)) in.fail("a learned column of a wrong type");
    column.constant = in.get<std::uint8_t>() != 0;
    if (is_category(column.field)) {
      column.levels = in.get_texts();
      column.level_rows = in.get_vector<std::uint64_t>();
      continue;
    }
    for (double* value : {&column.min, &column.max, &column.median, &column.low, &column.high, &column.mean, &column.sd,
                          &column.shift, &column.scale}) {
      *value = in.get<double>();
    }
    column.missing = in.get<std::uint64_t>();
    column.quantiles = in.get_vector<double>();
  }
  encoder.check(in);
  encoder.lay_out();
  return encoder;
}

void Encoder::check(const ByteReader& in) const {
  if (columns_.empty() || training_rows_ == 0) in.fail("an encoder that learned nothing");
  std::vector<std::string_view> names;
  for (const auto& column : columns_) {
    names.emplace_back(column.field.name);
    if (is_category(column.field)) {
      if (!sound_levels(column)) in.fail("the levels of a learned category are not distinct and counted");
      continue;
    }
    for (const double value : {column.min, column.max, column.median, column.low, column.high, column.mean, column.sd,
                               column.shift, column.scale}) {
      if (!std::isfinite(value)) in.fail("a learned number column has a value that is not finite");
    }
    const std::size_t quantiles = scaling_ == NumericScaling::rank ? kRankSteps + 1 : 0;
    if (!(column.scale > 0) || column.quantiles.size() != quantiles || !std::ranges::is_sorted(column.quantiles) ||
        !std::ranges::all_of(column.quantiles, [](double value) { return std::isfinite(value); })) {
      in.fail("the scaling of a learned number column is out of range");
    }
  }
  std::ranges::sort(names);
  if (std::ranges::adjacent_find(names) != names.end()) in.fail("two learned columns have one name");
}

}  // namespace netstray
