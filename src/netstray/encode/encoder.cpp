#include "netstray/encode/encoder.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/encode/close_mantissas.h"
#include "netstray/encode/levels.h"
#include "netstray/encode/rarity.h"
#include "netstray/encode/scaling.h"

namespace netstray {
namespace {

bool is_category(const Field& field) noexcept { return field.type == ColumnType::category; }
bool is_number(const Field& field) noexcept {
  return field.type == ColumnType::integer || field.type == ColumnType::number;
}

/// A learned number column of a table: its values in each scaling, and 0/1 for missing ones.
struct EncodedNumbers {
  std::vector<std::vector<float>> values;
  std::vector<float> missing;  ///< empty where training had none missing
  std::uint64_t unseen = 0, out_of_range = 0;
};

/// The training rows' values that are there, ascending.
std::vector<double> sorted_numbers(const Column& source, std::span<const std::uint32_t> rows) {
  if (const auto close = CloseMantissas::find(source)) return close->sorted(rows);
  const std::vector<double> numbers = source.numbers();
  std::vector<double> values;
  values.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    if (std::isfinite(numbers[row])) values.push_back(numbers[row]);
  }
  std::sort(values.begin(), values.end());
  return values;
}

/// encode_numbers for a column of few possible values.
EncodedNumbers encode_close_numbers(const Encoder::Column& column, const Column& source, const Encoding& encoding,
                                    const CloseMantissas& close) {
  EncodedNumbers encoded;
  std::vector<std::uint8_t> outside(close.size());
  for (std::size_t i = 0; i < close.size(); ++i) {
    outside[i] = close.value(i) < column.min || close.value(i) > column.max ? 1 : 0;
  }
  if (std::ranges::count(outside, 1) > 0) {
    const auto flags = close.look_up(outside);
    for (std::size_t row = 0; row < flags.size(); ++row) {
      if (!source.missing(row)) encoded.out_of_range += flags[row];
    }
  }
  for (std::size_t which = 0; which < encoding.numeric.size(); ++which) {
    const NumberScaler scaled(column, encoding.numeric[which], which);
    std::vector<float> list(close.size());
    for (std::size_t i = 0; i < list.size(); ++i) list[i] = scaled(close.value(i));
    auto& values = encoded.values.emplace_back(close.look_up(list));
    const float instead = scaled(column.median);
    for (std::size_t row = 0; source.has_missing() && row < values.size(); ++row) {
      if (source.missing(row)) values[row] = instead;
    }
  }
  if (column.missing == 0) {
    encoded.unseen = source.missing_count();
    return encoded;
  }
  encoded.missing.resize(source.size());
  for (std::size_t row = 0; row < source.size(); ++row) encoded.missing[row] = source.missing(row) ? 1 : 0;
  return encoded;
}

EncodedNumbers encode_numbers(const Encoder::Column& column, const Column& source, const Encoding& encoding) {
  if (const auto close = CloseMantissas::find(source)) return encode_close_numbers(column, source, encoding, *close);
  std::vector<double> numbers = source.numbers();
  EncodedNumbers encoded;
  encoded.missing.resize(column.missing > 0 ? numbers.size() : 0);
  std::uint64_t missing = 0;
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    const double number = numbers[row];
    if (std::isfinite(number)) {
      if (number < column.min || number > column.max) ++encoded.out_of_range;
    } else {
      ++missing;
      numbers[row] = column.median;
      if (column.missing > 0) encoded.missing[row] = 1;
    }
  }
  if (column.missing == 0) encoded.unseen = missing;
  for (std::size_t which = 0; which < encoding.numeric.size(); ++which) {
    const NumberScaler scaled(column, encoding.numeric[which], which);
    auto& values = encoded.values.emplace_back(numbers.size());
    std::ranges::transform(numbers, values.begin(), scaled);
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

Encoder Encoder::fit(const Table& table, std::span<const std::size_t> columns, std::span<const std::uint32_t> rows,
                     const Encoding& encoding) {
  if (columns.empty()) throw Error("no column is left to learn from");
  if (rows.empty()) throw Error("no row is left to learn from");
  Encoder encoder;
  encoder.encoding_ = encoding;
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
      std::vector<double> values = sorted_numbers(source, rows);
      const std::size_t missing = rows.size() - values.size();
      fit_numbers(column, std::move(values), missing, encoding);
    }
  });
  encoder.expect_few_levels();
  if (encoding.categories == CategoryEncoding::rarity) encoder.pairs_ = encoder.count_pairs(table, columns, rows);
  encoder.lay_out();
  if (encoder.width() == 0) {
    throw Error(fmt::format("no column is left to learn from: all are categories, which {} leaves out",
                            quoted(encoding.text())));
  }
  return encoder;
}

void Encoder::expect_few_levels() const {
  if (encoding_.categories != CategoryEncoding::standardised_one_hot) return;
  const std::size_t levels = standardised_levels(columns_);
  if (levels <= kMostStandardisedLevels) return;
  throw Error(
      fmt::format("the categories have {} levels, of which standardised-one-hot takes at most {}; leave columns "
                  "out, or encode them as one-hot",
                  grouped(levels), grouped(kMostStandardisedLevels)));
}

std::vector<Encoder::CategoryPair> Encoder::count_pairs(const Table& table, std::span<const std::size_t> columns,
                                                        std::span<const std::uint32_t> rows) const {
  std::vector<CodedColumn> coded;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!is_category(columns_[i].field)) continue;
    const auto all = encode_levels(columns_[i], sorted_by_text(columns_[i].levels), table.column(columns[i]));
    CodedColumn& column = coded.emplace_back(CodedColumn{i, std::vector<std::uint16_t>(rows.size())});
    std::ranges::transform(rows, column.codes.begin(), [&](std::uint32_t row) { return all[row]; });
  }
  return fit_pairs(columns_, coded);
}

void Encoder::lay_out() {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    (is_number(columns_[i].field) ? numbers_ : categories_).push_back(i);
    if (columns_[i].missing > 0) missing_.push_back(i);
    by_text_.push_back(sorted_by_text(columns_[i].levels));
    entropy_.push_back(entropy(columns_[i].level_rows));
  }
  for (std::size_t i = 0; i < encoding_.numeric.size(); ++i) {
    origin_.insert(origin_.end(), numbers_.begin(), numbers_.end());
  }
  origin_.insert(origin_.end(), missing_.begin(), missing_.end());
  if (encoding_.categories == CategoryEncoding::one_hot) {
    for (const std::size_t i : categories_) origin_.resize(origin_.size() + columns_[i].levels.size() + 1, i);
  }
  if (encoding_.categories == CategoryEncoding::standardised_one_hot) {
    for (const std::size_t i : categories_) origin_.resize(origin_.size() + columns_[i].levels.size(), i);
  }
  if (encoding_.categories != CategoryEncoding::rarity) return;
  origin_.insert(origin_.end(), categories_.begin(), categories_.end());
  for (const std::size_t i : categories_) level_rarities_.push_back(level_rarities(columns_[i], training_rows_));
  for (const auto& pair : pairs_) {
    origin_.push_back(pair.column);
    pair_rarities_.push_back(pair_rarities(pair, columns_, training_rows_));
  }
}

Matrix Encoder::encode(const Table& table, EncodeCounts* counts) const {
  const std::vector<const netstray::Column*> sources = matched(columns_, table);
  std::vector<EncodedNumbers> numbers(columns_.size());
  std::vector<std::vector<std::uint16_t>> codes(columns_.size());
  parallel_for(columns_.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (is_number(columns_[i].field)) {
        numbers[i] = encode_numbers(columns_[i], *sources[i], encoding_);
      } else if (counts != nullptr || encoding_.categories != CategoryEncoding::none) {
        codes[i] = encode_levels(columns_[i], by_text_[i], *sources[i]);
        const auto unseen = static_cast<std::uint16_t>(columns_[i].levels.size());
        numbers[i].unseen = static_cast<std::uint64_t>(std::ranges::count(codes[i], unseen));
      }
    }
  });
  if (counts != nullptr) {
    counts->rows += table.rows();
    counts->unseen.resize(columns_.size());
    counts->out_of_range.resize(columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      counts->unseen[i] += numbers[i].unseen;
      counts->out_of_range[i] += numbers[i].out_of_range;
    }
  }
  Matrix matrix(table.rows());
  for (std::size_t which = 0; which < encoding_.numeric.size(); ++which) {
    for (const std::size_t i : numbers_) matrix.add_numbers(std::move(numbers[i].values[which]));
  }
  for (const std::size_t i : missing_) matrix.add_numbers(std::move(numbers[i].missing));
  add_categories(matrix, std::move(codes));
  return matrix;
}

/// `codes`: per learned column, empty for numbers.
void Encoder::add_categories(Matrix& matrix, std::vector<std::vector<std::uint16_t>> codes) const {
  switch (encoding_.categories) {
    case CategoryEncoding::one_hot:
      for (const std::size_t i : categories_) {
        matrix.add_group(static_cast<std::uint32_t>(columns_[i].levels.size()) + 1, std::move(codes[i]));
      }
      break;
    case CategoryEncoding::standardised_one_hot:
      return add_standardised(matrix, codes);
    case CategoryEncoding::rarity:
      return add_rarities(matrix, codes);
    case CategoryEncoding::none:
      break;
  }
}

void Encoder::add_standardised(Matrix& matrix, const std::vector<std::vector<std::uint16_t>>& codes) const {
  struct Level {
    std::size_t column;
    std::size_t code;
  };
  std::vector<Level> levels;
  for (const std::size_t i : categories_) {
    for (std::size_t code = 0; code < columns_[i].levels.size(); ++code) levels.push_back({i, code});
  }
  std::vector<std::vector<float>> values(levels.size());
  parallel_for(levels.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) {
      const auto [column, code] = levels[k];
      const StandardisedLevel level = standardised_level(columns_[column].level_rows[code], training_rows_);
      values[k].resize(matrix.rows());
      const auto value_of = [&](std::uint16_t found) { return found == code ? level.present : level.absent; };
      std::ranges::transform(codes[column], values[k].begin(), value_of);
    }
  });
  for (auto& column : values) matrix.add_numbers(std::move(column));
}

void Encoder::add_rarities(Matrix& matrix, const std::vector<std::vector<std::uint16_t>>& codes) const {
  std::vector<std::vector<float>> rarities(categories_.size() + pairs_.size());
  parallel_for(rarities.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) {
      rarities[k].resize(matrix.rows());
      if (k < categories_.size()) {
        const auto value_of = [&](std::uint16_t code) { return level_rarities_[k][code]; };
        std::ranges::transform(codes[categories_[k]], rarities[k].begin(), value_of);
        continue;
      }
      const CategoryPair& pair = pairs_[k - categories_.size()];
      const auto& cells = pair_rarities_[k - categories_.size()];
      const std::size_t width = columns_[pair.column].levels.size() + 1;
      const auto value_of = [&](std::uint16_t a, std::uint16_t b) { return cells[a * width + b]; };
      std::ranges::transform(codes[pair.given], codes[pair.column], rarities[k].begin(), value_of);
    }
  });
  for (auto& values : rarities) matrix.add_numbers(std::move(values));
}

std::string Encoder::column_name(std::size_t dense) const {
  const std::string& name = columns_[origin_[dense]].field.name;
  const std::size_t scalings = encoding_.numeric.size();
  if (dense < numbers_.size() * scalings) {
    return scalings == 1 ? name : fmt::format("{} ({})", name, name_of(encoding_.numeric[dense / numbers_.size()]));
  }
  std::size_t place = dense - numbers_.size() * scalings;
  if (place < missing_.size()) return name + " missing";
  place -= missing_.size();
  if (encoding_.categories == CategoryEncoding::rarity) {
    if (place < categories_.size()) return "rarity of " + name;
    return fmt::format("rarity of {} given {}", name, columns_[pairs_[place - categories_.size()].given].field.name);
  }
  const auto& levels = columns_[origin_[dense]].levels;
  const auto first = std::ranges::find(origin_, origin_[dense]) - origin_.begin();
  place = dense - static_cast<std::size_t>(first);
  return place < levels.size() ? name + "=" + levels[place] : name + " unseen";
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

}  // namespace netstray
