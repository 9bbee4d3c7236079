#include "netstray/detect/marginal/ecod.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/fit_support.h"

namespace netstray {
namespace {

constexpr std::size_t kPieceRows = 4096;
constexpr std::uint64_t kMostRows = 1ULL << 31;

constexpr std::array kSettings{SettingInfo{
    "rows", "0", "0 to 2147483648", "Learns from at most so many rows, drawn at random; 0: from all.", "netstray"}};

std::unique_ptr<Detector> fit_ecod(const Matrix& matrix, const SettingValues& values, const FitContext& context) {
  context.begin("tails of the columns");
  return std::make_unique<EcodDetector>(EcodDetector::fit(matrix, {values.whole("rows", 0, kMostRows)}, context));
}

/// Whether the skewness is 0, or not defined because all values are one but for rounding (scipy's rule).
bool is_symmetric(std::span<const float> sorted) {
  const auto count = static_cast<double>(sorted.size());
  const double mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / count;
  double squares = 0;
  double cubes = 0;
  for (const float value : sorted) {
    const double difference = value - mean;
    squares += difference * difference;
    cubes += difference * difference * difference;
  }
  const double rounding = std::numeric_limits<double>::epsilon() * mean;
  return squares / count <= rounding * rounding || cubes == 0;
}

}  // namespace

EcodDetector EcodDetector::fit(const Matrix& matrix, const EcodSettings& settings, const FitContext& context) {
  expect_fit_for_learning(matrix, "ecod", kMostColumns);
  const TrainingRows drawn("ecod", matrix, settings.rows, context);
  const Matrix& rows = drawn.matrix();
  EcodDetector detector;
  detector.settings_ = settings;
  detector.shape_ = MatrixShape(matrix);
  detector.rows_ = static_cast<std::uint32_t>(rows.rows());
  detector.columns_.resize(rows.number_columns());
  parallel_for(rows.number_columns(), 1, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    for (std::size_t column = begin; column < end; ++column) {
      detector.columns_[column] = learn(rows.numbers(column));
      detector.prepare(detector.columns_[column]);
    }
  });
  for (const auto& group : rows.groups()) {
    auto& counts = detector.code_rows_.emplace_back(group.width);
    for (const std::uint16_t code : group.codes) ++counts[code];
  }
  detector.prepare_groups();
  return detector;
}

EcodDetector::Column EcodDetector::learn(std::span<const float> values) {
  std::vector<float> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  Column column;
  column.symmetric = is_symmetric(sorted);
  for (std::size_t row = 0; row < sorted.size(); ++row) {
    if (row + 1 < sorted.size() && sorted[row] == sorted[row + 1]) continue;
    column.values.push_back(sorted[row] + 0.0F);  // -0 and 0 are one
    column.up_to.push_back(static_cast<std::uint32_t>(row + 1));
  }
  return column;
}

void EcodDetector::prepare(Column& column) const {
  const double all = 1.0 + rows_;
  const auto unusual = [&](std::uint32_t below, std::uint32_t up_to) {
    const double left = -std::log((1.0 + up_to) / all);
    const double right = -std::log((1.0 + (rows_ - below)) / all);
    return column.symmetric ? left + right : std::max(left, right);
  };
  const std::size_t count = column.values.size();
  column.at.resize(count);
  column.before.resize(count + 1);
  for (std::size_t i = 0; i <= count; ++i) {
    const std::uint32_t below = i == 0 ? 0 : column.up_to[i - 1];
    column.before[i] = unusual(below, below);
    if (i < count) column.at[i] = unusual(below, column.up_to[i]);
  }
}

/// A one-hot column has two values: only one of the tails is less than all.
void EcodDetector::prepare_groups() {
  const double all = 1.0 + rows_;
  for (const auto& counts : code_rows_) {
    auto& set = code_set_.emplace_back();
    auto& unset = code_unset_.emplace_back();
    auto& unusual = code_unusual_.emplace_back();
    for (const std::uint32_t count : counts) {
      set.push_back(-std::log((1.0 + count) / all));
      unset.push_back(-std::log((1.0 + (rows_ - count)) / all));
    }
    const double none = std::accumulate(unset.begin(), unset.end(), 0.0);
    for (std::size_t code = 0; code < counts.size(); ++code) unusual.push_back(none - unset[code] + set[code]);
  }
}

double EcodDetector::unusual(const Column& column, float value) noexcept {
  const auto found = std::lower_bound(column.values.begin(), column.values.end(), value);
  const auto place = static_cast<std::size_t>(found - column.values.begin());
  return found != column.values.end() && *found == value ? column.at[place] : column.before[place];
}

void EcodDetector::score(const Matrix& matrix, std::span<double> scores) const {
  shape_.expect(matrix, "ecod");
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    std::fill(scores.begin() + static_cast<std::ptrdiff_t>(begin), scores.begin() + static_cast<std::ptrdiff_t>(end),
              0.0);
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      const auto values = matrix.numbers(column);
      for (std::size_t row = begin; row < end; ++row) scores[row] += unusual(columns_[column], values[row]);
    }
    for (std::size_t group = 0; group < code_unusual_.size(); ++group) {
      const auto& codes = matrix.groups()[group].codes;
      for (std::size_t row = begin; row < end; ++row) scores[row] += code_unusual_[group][codes[row]];
    }
  });
}

void EcodDetector::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  shape_.expect(matrix, "ecod");
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    parts[column] = unusual(columns_[column], matrix.numbers(column)[row]);
  }
  for (std::size_t group = 0; group < code_set_.size(); ++group) {
    const std::size_t first = shape_.first_column(group);
    for (std::size_t code = 0; code < code_set_[group].size(); ++code) {
      const bool set = matrix.groups()[group].codes[row] == code;
      parts[first + code] = set ? code_set_[group][code] : code_unset_[group][code];
    }
  }
}

void EcodDetector::save(ByteWriter& out) const {
  out.put(settings_.rows);
  shape_.save(out);
  out.put(rows_);
  for (const auto& column : columns_) {
    out.put_vector(column.values);
    out.put_vector(column.up_to);
    out.put<std::uint8_t>(column.symmetric ? 1 : 0);
  }
  for (const auto& counts : code_rows_) out.put_vector(counts);
}

EcodDetector EcodDetector::load(ByteReader& in) {
  EcodDetector detector;
  detector.settings_.rows = in.get<std::uint64_t>();
  detector.shape_ = MatrixShape::load(in, kMostColumns);
  detector.rows_ = in.get<std::uint32_t>();
  for (std::size_t i = 0; i < detector.shape_.number_columns(); ++i) {
    Column column;
    column.values = in.get_vector<float>();
    column.up_to = in.get_vector<std::uint32_t>();
    column.symmetric = in.get<std::uint8_t>() != 0;
    const bool finite = std::ranges::all_of(column.values, [](float value) { return std::isfinite(value); });
    const bool ascending = std::ranges::adjacent_find(column.values, std::greater_equal<>()) == column.values.end() &&
                           std::ranges::adjacent_find(column.up_to, std::greater_equal<>()) == column.up_to.end();
    if (column.values.empty() || column.values.size() != column.up_to.size() || !finite || !ascending ||
        column.up_to.front() == 0 || column.up_to.back() != detector.rows_) {
      in.fail("a column of ecod is not in order");
    }
    detector.prepare(column);
    detector.columns_.push_back(std::move(column));
  }
  for (const std::uint32_t width : detector.shape_.widths()) {
    auto counts = in.get_vector<std::uint32_t>();
    const auto sum = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    if (counts.size() != width || sum != detector.rows_) in.fail("a group of ecod is not counted");
    detector.code_rows_.push_back(std::move(counts));
  }
  if (detector.rows_ == 0) in.fail("ecod has learned from no rows");
  detector.prepare_groups();
  return detector;
}

const DetectorInfo& ecod_info() {
  static const DetectorInfo info{
      .name = "ecod",
      .title = "Empirical tails",
      .summary = "how far out a row's values are, each in its own column",
      .how =
          "The score adds up, column by column, how few training rows have a value as far out as the row's, as "
          "logarithms.",
      .good_for =
          "Rows with extreme values in some columns; there is nothing to tune, and no scaling of the columns changes "
          "the result.",
      .not_for =
          "Values that are unusual because they lie between the usual ones, and anomalies that only the combination of "
          "columns shows.",
      .source = "Li, Zhao, Hu, Botta, Ionescu, Chen 2022; pyod's ECOD, given a row at a time",
      .encoding = "none",
      .settings = kSettings,
      .fit = fit_ecod,
      .load = [](ByteReader& in) -> std::unique_ptr<Detector> {
        return std::make_unique<EcodDetector>(EcodDetector::load(in));
      }};
  return info;
}

}  // namespace netstray
