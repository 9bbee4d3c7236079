#include "netstray/model/usual.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/parallel.h"
#include "netstray/maths/quantile.h"

namespace netstray {
namespace {

constexpr std::size_t kMostRows = 100'000;
constexpr std::size_t kLeastRowsOfLevel = 50;
constexpr std::size_t kMostLevels = 64;
constexpr std::uint32_t kOther = 0xffffffffU;

bool is_category(const Encoder::Column& column) noexcept { return column.field.type == ColumnType::category; }

/// A category column of the sampled rows: the levels kept, and each row's place among them or kOther.
struct KeptLevels {
  std::size_t category = 0;
  std::vector<std::string> levels;    ///< ascending
  std::vector<std::uint32_t> places;  ///< one a sampled row
};

KeptLevels keep_levels(std::size_t category, const Column& source, std::span<const std::uint32_t> rows) {
  const std::size_t texts = source.levels().size();
  std::vector<std::size_t> counts(texts + 1);  // the last is of missing values
  const auto code_of = [&](std::uint32_t row) { return std::min<std::size_t>(source.code(row), texts); };
  for (const std::uint32_t row : rows) ++counts[code_of(row)];
  std::vector<std::size_t> codes(texts + 1);
  std::iota(codes.begin(), codes.end(), std::size_t{0});
  std::erase_if(codes, [&](std::size_t code) { return counts[code] < kLeastRowsOfLevel; });
  std::ranges::stable_sort(codes, std::ranges::greater{}, [&](std::size_t code) { return counts[code]; });
  if (codes.size() > kMostLevels) codes.resize(kMostLevels);
  const auto text_of = [&](std::size_t code) { return code == texts ? std::string() : source.levels()[code]; };
  std::ranges::sort(codes, {}, text_of);

  KeptLevels kept{category, {}, std::vector<std::uint32_t>(rows.size(), kOther)};
  std::vector<std::uint32_t> place(texts + 1, kOther);
  for (const std::size_t code : codes) {
    const std::string text = text_of(code);
    if (kept.levels.empty() || kept.levels.back() != text) kept.levels.push_back(text);  // a text "" is missing too
    place[code] = static_cast<std::uint32_t>(kept.levels.size() - 1);
  }
  std::ranges::transform(rows, kept.places.begin(), [&](std::uint32_t row) { return place[code_of(row)]; });
  return kept;
}

/// The share of the values' variance that lies between levels (the correlation ratio), values missing left out.
double explained_share(const std::vector<double>& values, const KeptLevels& kept) {
  std::vector<double> sums(kept.levels.size() + 1);
  std::vector<double> counts(kept.levels.size() + 1);
  double sum = 0;
  double squares = 0;
  double count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    const double value = std::copysign(std::log1p(std::abs(values[i])), values[i]);
    const std::size_t place = std::min<std::size_t>(kept.places[i], kept.levels.size());
    sums[place] += value;
    ++counts[place];
    sum += value;
    squares += value * value;
    ++count;
  }
  if (!(count > 0)) return 0;
  const double all = squares - sum * sum / count;
  double between = -sum * sum / count;
  for (std::size_t level = 0; level < sums.size(); ++level) {
    if (counts[level] > 0) between += sums[level] * sums[level] / counts[level];
  }
  return all > 1e-9 * squares ? between / all : 0;
}

}  // namespace

/// Learns the ranges of one number column after the other.
class UsualByCategory::Learner {
 public:
  Learner(const Table& table, const Encoder& encoder, std::span<const std::uint32_t> rows)
      : table_(table), encoder_(encoder) {
    const std::size_t step = (rows.size() + kMostRows - 1) / kMostRows;
    for (std::size_t i = 0; i < rows.size(); i += step) rows_.push_back(rows[i]);
    for (std::size_t index = 0; index < encoder.columns().size(); ++index) {
      const auto& column = encoder.columns()[index];
      if (!is_category(column) || column.constant) continue;
      auto kept = keep_levels(index, table.column(column.field.name), rows_);
      if (!kept.levels.empty()) categories_.push_back(std::move(kept));
    }
  }

  bool has_categories() const noexcept { return !categories_.empty(); }

  Ranges ranges_of(std::size_t column) const {
    const auto all = table_.column(encoder_.columns()[column].field.name).numbers();
    std::vector<double> values(rows_.size());
    std::ranges::transform(rows_, values.begin(), [&](std::uint32_t row) { return all[row]; });
    const KeptLevels* best = nullptr;
    double most = 0;
    for (const auto& kept : categories_) {
      const double share = explained_share(values, kept);
      if (share > most) {
        most = share;
        best = &kept;
      }
    }
    return best == nullptr ? Ranges{} : ranges_at(column, *best, values);
  }

 private:
  static Ranges ranges_at(std::size_t column, const KeptLevels& kept, const std::vector<double>& values) {
    std::vector<std::vector<double>> of_level(kept.levels.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (kept.places[i] != kOther && std::isfinite(values[i])) of_level[kept.places[i]].push_back(values[i]);
    }
    Ranges ranges{column, kept.category, {}, {}, {}};
    for (std::size_t level = 0; level < of_level.size(); ++level) {
      auto& found = of_level[level];
      if (found.size() < kLeastRowsOfLevel) continue;
      std::ranges::sort(found);
      ranges.levels.push_back(kept.levels[level]);
      ranges.low.push_back(sorted_quantile(found, 0.05));
      ranges.high.push_back(sorted_quantile(found, 0.95));
    }
    return ranges;
  }

  const Table& table_;
  const Encoder& encoder_;
  std::vector<std::uint32_t> rows_;
  std::vector<KeptLevels> categories_;
};

UsualByCategory UsualByCategory::fit(const Table& table, const Encoder& encoder, std::span<const std::uint32_t> rows) {
  UsualByCategory usual;
  const Learner learner(table, encoder, rows);
  if (!learner.has_categories()) return usual;
  std::vector<Ranges> found(encoder.columns().size());
  parallel_for(found.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t column = begin; column < end; ++column) {
      const auto& learned = encoder.columns()[column];
      if (!is_category(learned) && !learned.constant) found[column] = learner.ranges_of(column);
    }
  });
  std::erase_if(found, [](const Ranges& ranges) { return ranges.levels.empty(); });
  usual.ranges_ = std::move(found);
  return usual;
}

std::optional<UsualByCategory::Range> UsualByCategory::telling(const Encoder& encoder, std::size_t column,
                                                               const Table& table, std::size_t row) const {
  const auto ranges = std::ranges::lower_bound(ranges_, column, {}, &Ranges::column);
  if (ranges == ranges_.end() || ranges->column != column) return {};
  const auto& learned = encoder.columns()[column];
  const double value = table.column(learned.field.name).number(row);
  if (!(value >= learned.low && value <= learned.high)) return {};
  const std::string& name = encoder.columns()[ranges->category].field.name;
  const std::string text = table.column(name).text(row);
  const auto level = std::ranges::lower_bound(ranges->levels, text);
  if (level == ranges->levels.end() || *level != text) return {};
  const auto place = static_cast<std::size_t>(level - ranges->levels.begin());
  const double low = ranges->low[place];
  const double high = ranges->high[place];
  if (value >= low && value <= high) return {};
  return Range{name + " " + (text.empty() ? "(missing)" : text), low, high};
}

void UsualByCategory::save(ByteWriter& out) const {
  out.put<std::uint64_t>(ranges_.size());
  for (const auto& ranges : ranges_) {
    out.put(ranges.column);
    out.put(ranges.category);
    out.put_texts(ranges.levels);
    out.put_vector(ranges.low);
    out.put_vector(ranges.high);
  }
}

UsualByCategory UsualByCategory::load(ByteReader& in, const Encoder& encoder) {
  UsualByCategory usual;
  const auto columns = encoder.columns();
  usual.ranges_.resize(in.get_count(5 * sizeof(std::uint64_t)));
  std::uint64_t least = 0;
  for (auto& ranges : usual.ranges_) {
    ranges.column = in.get<std::uint64_t>();
    ranges.category = in.get<std::uint64_t>();
    ranges.levels = in.get_texts();
    ranges.low = in.get_vector<double>();
    ranges.high = in.get_vector<double>();
    if (ranges.column < least || ranges.column >= columns.size() || is_category(columns[ranges.column]) ||
        ranges.category >= columns.size() || !is_category(columns[ranges.category])) {
      in.fail("what is usual by category names a wrong column");
    }
    least = ranges.column + 1;
    const auto finite = [](double value) { return std::isfinite(value); };
    if (!std::ranges::is_sorted(ranges.levels) || ranges.low.size() != ranges.levels.size() ||
        ranges.high.size() != ranges.levels.size() || !std::ranges::all_of(ranges.low, finite) ||
        !std::ranges::all_of(ranges.high, finite)) {
      in.fail("what is usual by category is out of range");
    }
  }
  return usual;
}

}  // namespace netstray
