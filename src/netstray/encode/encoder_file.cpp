// The encoder's part of the model file, byte by byte: docs/model-format.md.

#include <algorithm>
#include <cmath>
#include <utility>

#include "netstray/encode/encoder.h"
#include "netstray/encode/levels.h"
#include "netstray/encode/rarity.h"
#include "netstray/encode/scaling.h"

namespace netstray {
namespace {

void save_column(const Encoder::Column& column, ByteWriter& out) {
  out.put_text(column.field.name);
  out.put(static_cast<std::uint8_t>(column.field.type));
  out.put(static_cast<std::uint8_t>(column.constant));
  if (column.field.type == ColumnType::category) {
    out.put_texts(column.levels);
    out.put_vector(column.level_rows);
    return;
  }
  for (const double value : {column.min, column.max, column.median, column.low, column.high, column.mean, column.sd}) {
    out.put(value);
  }
  out.put(column.missing);
  for (const auto& scale : column.scales) {
    out.put(scale.shift);
    out.put(scale.scale);
  }
  out.put_vector(column.quantiles);
}

Encoder::Column load_column(ByteReader& in, std::size_t scalings) {
  Encoder::Column column;
  column.field.name = in.get_text();
  column.field.type = static_cast<ColumnType>(in.get<std::uint8_t>());
  column.constant = in.get<std::uint8_t>() != 0;
  switch (column.field.type) {
    case ColumnType::category:
      column.levels = in.get_texts();
      column.level_rows = in.get_vector<std::uint64_t>();
      return column;
    case ColumnType::integer:
    case ColumnType::number:
      break;
    default:
      in.fail("a learned column of a wrong type");
  }
  for (double* value :
       {&column.min, &column.max, &column.median, &column.low, &column.high, &column.mean, &column.sd}) {
    *value = in.get<double>();
  }
  column.missing = in.get<std::uint64_t>();
  for (std::size_t i = 0; i < scalings; ++i) {
    auto& scale = column.scales.emplace_back();
    scale.shift = in.get<double>();
    scale.scale = in.get<double>();
  }
  column.quantiles = in.get_vector<double>();
  return column;
}

Encoding load_encoding(ByteReader& in) {
  Encoding encoding{.numeric = {}};
  for (const auto code : in.get_vector<std::uint8_t>()) {
    const auto scaling = static_cast<NumericScaling>(code);
    if (code > static_cast<std::uint8_t>(NumericScaling::none) || encoding.has(scaling)) {
      in.fail("a scaling of numbers that is not known, or comes twice");
    }
    encoding.numeric.push_back(scaling);
  }
  if (encoding.numeric.empty()) in.fail("no scaling of numbers");
  const auto categories = in.get<std::uint8_t>();
  if (categories > static_cast<std::uint8_t>(CategoryEncoding::standardised_one_hot))
    in.fail("an unknown encoding of categories");
  encoding.categories = static_cast<CategoryEncoding>(categories);
  return encoding;
}

bool sound_numbers(const Encoder::Column& column, const Encoding& encoding) {
  const auto finite = [](double value) { return std::isfinite(value); };
  for (const double value : {column.min, column.max, column.median, column.low, column.high, column.mean, column.sd}) {
    if (!finite(value)) return false;
  }
  for (const auto& scale : column.scales) {
    if (!finite(scale.shift) || !finite(scale.scale) || !(scale.scale > 0)) return false;
  }
  const std::size_t quantiles = encoding.has(NumericScaling::rank) ? kRankSteps + 1 : 0;
  return column.quantiles.size() == quantiles && std::ranges::is_sorted(column.quantiles) &&
         std::ranges::all_of(column.quantiles, finite);
}

}  // namespace

void Encoder::save(ByteWriter& out) const {
  out.put<std::uint64_t>(encoding_.numeric.size());
  for (const auto scaling : encoding_.numeric) out.put(static_cast<std::uint8_t>(scaling));
  out.put(static_cast<std::uint8_t>(encoding_.categories));
  out.put(training_rows_);
  out.put<std::uint64_t>(columns_.size());
  for (const auto& column : columns_) save_column(column, out);
  out.put<std::uint64_t>(pairs_.size());
  for (const auto& pair : pairs_) {
    out.put<std::uint64_t>(pair.given);
    out.put<std::uint64_t>(pair.column);
    out.put_vector(pair.cells);
    out.put_vector(pair.rows);
  }
}

Encoder Encoder::load(ByteReader& in) {
  Encoder encoder;
  encoder.encoding_ = load_encoding(in);
  encoder.training_rows_ = in.get<std::uint64_t>();
  const std::size_t columns = in.get_count(sizeof(std::uint64_t) + 2);
  for (std::size_t i = 0; i < columns; ++i) {
    encoder.columns_.push_back(load_column(in, encoder.encoding_.numeric.size()));
  }
  const std::size_t pairs = in.get_count(4 * sizeof(std::uint64_t));
  for (std::size_t i = 0; i < pairs; ++i) {
    CategoryPair& pair = encoder.pairs_.emplace_back();
    pair.given = in.get<std::uint64_t>();
    pair.column = in.get<std::uint64_t>();
    pair.cells = in.get_vector<std::uint32_t>();
    pair.rows = in.get_vector<std::uint64_t>();
  }
  encoder.check(in);
  encoder.lay_out();
  if (encoder.width() == 0) in.fail("an encoder without a column");
  return encoder;
}

/// No level may have more rows than there are, as its share would be above 1.
void Encoder::check_level_rows(const ByteReader& in) const {
  if (standardised_levels(columns_) > kMostStandardisedLevels) in.fail("more levels than standardised columns may be");
  for (const auto& column : columns_) {
    const auto within = [&](std::uint64_t rows) { return rows <= training_rows_; };
    if (!std::ranges::all_of(column.level_rows, within)) in.fail("a level of a category has too many rows");
  }
}

void Encoder::check(const ByteReader& in) const {
  if (columns_.empty() || training_rows_ == 0) in.fail("an encoder that learned nothing");
  std::vector<std::string_view> names;
  for (const auto& column : columns_) {
    names.emplace_back(column.field.name);
    if (column.field.type == ColumnType::category) {
      if (!sound_levels(column)) in.fail("the levels of a learned category are not distinct and counted");
    } else if (!sound_numbers(column, encoding_)) {
      in.fail("what was learned of a number column is out of range");
    }
  }
  std::ranges::sort(names);
  if (std::ranges::adjacent_find(names) != names.end()) in.fail("two learned columns have one name");
  if (encoding_.categories == CategoryEncoding::standardised_one_hot) check_level_rows(in);
  const bool none_expected = encoding_.categories != CategoryEncoding::rarity;
  if (pairs_.size() > (none_expected ? 0 : kMostRarityPairs)) in.fail("more pairs of categories than it may have");
  for (const auto& pair : pairs_) {
    if (!sound_pair(pair, columns_)) in.fail("the counts of a pair of categories are out of range");
  }
}

}  // namespace netstray
