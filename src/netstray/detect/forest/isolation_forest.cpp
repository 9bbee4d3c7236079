#include "netstray/detect/forest/isolation_forest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/finite.h"
#include "netstray/detect/forest/sampled_rows.h"

namespace netstray {
namespace {

constexpr std::uint32_t kMostTrees = 10'000;
constexpr std::uint32_t kMostSample = 1U << 20;
constexpr std::uint32_t kMostColumns = 1U << 30;
constexpr std::size_t kPieceRows = 64 * kTreeBlockRows;
/// Most values of rows gathered at once, for some trees: 64 MB.
constexpr std::size_t kGatheredValues = std::size_t{1} << 24U;
constexpr double kEuler = 0.57721566490153286;
constexpr std::uint32_t kLeafMark = 0xffffffffU;

void expect_settings(const IsolationForestSettings& settings) {
  if (settings.trees < 1 || settings.trees > kMostTrees) {
    throw usage_error(fmt::format("isolation forest: {} trees; from 1 to {} are possible", settings.trees, kMostTrees));
  }
  if (settings.sample < 2 || settings.sample > kMostSample) {
    throw usage_error(
        fmt::format("isolation forest: a sample of {} rows; from 2 to {} are possible", settings.sample, kMostSample));
  }
}

constexpr std::array kSettings{
    SettingInfo{"trees", "100", "1 to 10000", "How many trees: more make scores steadier and slower.",
                "Liu, Ting, Zhou 2012; scikit-learn's n_estimators"},
    SettingInfo{"sample", "256", "2 to 1048576", "Rows that each tree is grown on, drawn without replacement.",
                "Liu, Ting, Zhou 2012; scikit-learn's max_samples"},
};

std::unique_ptr<Detector> fit_from_settings(const Matrix& matrix, const SettingValues& values,
                                            const FitContext& context) {
  const IsolationForestSettings settings{.trees = static_cast<std::uint32_t>(values.whole("trees", 1, kMostTrees)),
                                         .sample = static_cast<std::uint32_t>(values.whole("sample", 2, kMostSample)),
                                         .seed = context.seed};
  return std::make_unique<IsolationForest>(IsolationForest::fit(matrix, settings));
}

std::unique_ptr<Detector> load_from_bytes(ByteReader& in) {
  return std::make_unique<IsolationForest>(IsolationForest::load(in));
}

}  // namespace

namespace {

/// Batches of trees, so that the gathered rows stay few. Only these are looked at.
std::vector<std::vector<IsolationNode>> grow_trees(const Matrix& matrix, const IsolationForestSettings& settings) {
  const auto rows = static_cast<std::uint32_t>(matrix.rows());
  const std::uint32_t sample = std::min(settings.sample, rows);
  const std::size_t at_once = std::max<std::size_t>(1, kGatheredValues / (std::size_t{sample} * matrix.columns()));
  std::vector<std::vector<IsolationNode>> trees(settings.trees);
  for (std::size_t first = 0; first < trees.size(); first += at_once) {
    const std::size_t count = std::min(at_once, trees.size() - first);
    std::vector<Rng> random;
    for (std::size_t tree = first; tree < first + count; ++tree) random.push_back(Rng::stream(settings.seed, tree));
    std::vector<std::uint32_t> drawn(count * sample);
    parallel_for(count, 1, [&](std::size_t begin, std::size_t end) {
      check_interrupt();
      for (std::size_t i = begin; i < end; ++i) {
        std::ranges::copy(random[i].sample(rows, sample), drawn.begin() + static_cast<std::ptrdiff_t>(i * sample));
      }
    });
    const Matrix gathered = gather_in_order(matrix, drawn);
    expect_finite(gathered, "iforest");
    parallel_for(count, 1, [&](std::size_t begin, std::size_t end) {
      check_interrupt();
      for (std::size_t i = begin; i < end; ++i) {
        trees[first + i] = grow_isolation_tree(gathered, i * sample, (i + 1) * sample, random[i]);
      }
    });
  }
  return trees;
}

}  // namespace

double IsolationForest::average_path(std::uint64_t n) noexcept {
  if (n < 2) return 0;
  if (n == 2) return 1;
  const auto rows = static_cast<double>(n);
  return 2 * (std::log(rows - 1) + kEuler) - 2 * (rows - 1) / rows;
}

IsolationForest IsolationForest::fit(const Matrix& matrix, const IsolationForestSettings& settings) {
  expect_settings(settings);
  if (matrix.rows() == 0 || matrix.columns() == 0) throw Error("isolation forest: no rows or no columns to learn from");
  if (matrix.rows() >= kLeafMark || matrix.columns() > kMostColumns) {
    throw Error("isolation forest: more rows or columns than it can take");
  }
  IsolationForest forest;
  forest.settings_ = settings;
  forest.number_columns_ = static_cast<std::uint32_t>(matrix.number_columns());
  for (const auto& group : matrix.groups()) forest.group_widths_.push_back(group.width);
  forest.sample_ = std::min(settings.sample, static_cast<std::uint32_t>(matrix.rows()));

  const auto trees = grow_trees(matrix, settings);
  for (const auto& tree : trees) {
    forest.starts_.push_back(forest.nodes_.size());
    forest.nodes_.insert(forest.nodes_.end(), tree.begin(), tree.end());
  }
  forest.starts_.push_back(forest.nodes_.size());
  forest.prepare();
  return forest;
}

std::size_t IsolationForest::columns() const noexcept { return columns_; }

void IsolationForest::prepare() {
  columns_ = std::accumulate(group_widths_.begin(), group_widths_.end(), std::size_t{number_columns_});
  plan_ = ForestPlan(nodes_, starts_, number_columns_, group_widths_);
  expected_paths_.resize(nodes_.size());
  for (std::size_t tree = 0; tree + 1 < starts_.size(); ++tree) {
    const std::size_t start = starts_[tree];
    const IsolationNode* nodes = nodes_.data() + start;
    double* expected = expected_paths_.data() + start;
    for (std::size_t i = starts_[tree + 1] - start; i-- > 0;) {
      const IsolationNode& node = nodes[i];
      expected[i] =
          node.leaf()
              ? plan_.paths()[start + i] * ForestPlan::kPathUnit
              : (expected[node.left] * nodes[node.left].rows + expected[node.left + 1] * nodes[node.left + 1].rows) /
                    node.rows;
    }
  }
}

void IsolationForest::expect_shape(const Matrix& matrix) const {
  const bool same = matrix.number_columns() == number_columns_ &&
                    std::ranges::equal(matrix.groups(), group_widths_, {}, &Matrix::Group::width);
  if (!same) throw Error("isolation forest: the rows to score have other columns than the rows it was fitted on");
}

void IsolationForest::score(const Matrix& matrix, std::span<double> scores) const {
  expect_shape(matrix);
  const double expected = average_path(sample_) * static_cast<double>(settings_.trees);
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    std::array<std::uint64_t, kPieceRows> sums;
    const auto paths = std::span(sums).first(end - begin);
    plan_.sum_paths(matrix, begin, paths);
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const double length = static_cast<double>(paths[i]) * ForestPlan::kPathUnit;
      scores[begin + i] = std::exp2(expected > 0 ? -length / expected : -1);
    }
  });
}

void IsolationForest::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  expect_shape(matrix);
  std::vector<float> values(columns_);
  matrix.dense_row(row, values);
  std::fill(parts.begin(), parts.end(), 0.0);
  for (std::size_t tree = 0; tree + 1 < starts_.size(); ++tree) {
    const std::size_t start = starts_[tree];
    std::size_t at = start;
    while (!nodes_[at].leaf()) {
      const IsolationNode& node = nodes_[at];
      const std::size_t next = start + node.left + (values[node.column] <= node.threshold ? 0 : 1);
      parts[node.column] += expected_paths_[at] - expected_paths_[next];
      at = next;
    }
  }
  for (double& part : parts) part /= static_cast<double>(settings_.trees);
}

void IsolationForest::save(ByteWriter& out) const {
  out.put(settings_.trees);
  out.put(settings_.sample);
  out.put(settings_.seed);
  out.put(sample_);
  out.put(number_columns_);
  out.put_vector(group_widths_);
  for (std::size_t tree = 0; tree + 1 < starts_.size(); ++tree) {
    out.put<std::uint64_t>(starts_[tree + 1] - starts_[tree]);
    for (std::size_t i = starts_[tree]; i < starts_[tree + 1]; ++i) {
      out.put(nodes_[i].leaf() ? kLeafMark : nodes_[i].column);
      out.put(nodes_[i].threshold);
      out.put(nodes_[i].rows);
    }
  }
}

IsolationForest IsolationForest::load(ByteReader& in) {
  IsolationForest forest;
  forest.settings_.trees = in.get<std::uint32_t>();
  forest.settings_.sample = in.get<std::uint32_t>();
  forest.settings_.seed = in.get<std::uint64_t>();
  forest.sample_ = in.get<std::uint32_t>();
  forest.number_columns_ = in.get<std::uint32_t>();
  forest.group_widths_ = in.get_vector<std::uint32_t>();
  const auto& settings = forest.settings_;
  if (settings.trees < 1 || settings.trees > kMostTrees || settings.sample < 2 || settings.sample > kMostSample ||
      forest.sample_ < 1 || forest.sample_ > settings.sample) {
    in.fail("a setting of the isolation forest is out of range");
  }
  for (std::uint32_t tree = 0; tree < settings.trees; ++tree) {
    forest.starts_.push_back(forest.nodes_.size());
    const std::size_t count = in.get_count(3 * sizeof(std::uint32_t));
    std::uint32_t next = 1;
    for (std::size_t i = 0; i < count; ++i) {
      IsolationNode node;
      node.column = in.get<std::uint32_t>();
      node.threshold = in.get<float>();
      node.rows = in.get<std::uint32_t>();
      if (node.column == kLeafMark) {
        node.column = 0;
      } else {
        node.left = next;
        next += 2;
      }
      forest.nodes_.push_back(node);
    }
    if (next != count) in.fail("a tree of the isolation forest has more or fewer nodes than its splits make");
  }
  forest.starts_.push_back(forest.nodes_.size());
  forest.check_nodes(in);
  forest.prepare();
  return forest;
}

/// Splits' children were laid out by load, so each tree is one; what else the walks and the sums rely on.
void IsolationForest::check_nodes(const ByteReader& in) const {
  std::uint64_t columns = number_columns_;
  for (const std::uint32_t width : group_widths_) columns += width;
  if (columns == 0 || columns > kMostColumns) in.fail("the isolation forest has no columns, or too many");
  const std::uint32_t limit = isolation_depth_limit(sample_);
  for (std::size_t tree = 0; tree < settings_.trees; ++tree) {
    const std::size_t start = starts_[tree];
    const auto nodes = std::span(nodes_).subspan(start, starts_[tree + 1] - start);
    if (nodes.front().rows != sample_) in.fail("a tree of the isolation forest was grown on another number of rows");
    std::vector<std::uint32_t> depth(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const IsolationNode& node = nodes[i];
      if (node.leaf()) continue;
      const IsolationNode& left = nodes[node.left];
      const IsolationNode& right = nodes[node.left + 1];
      const bool adds_up = left.rows > 0 && right.rows > 0 && std::uint64_t{left.rows} + right.rows == node.rows;
      const bool threshold = node.column < number_columns_ ? std::isfinite(node.threshold) : node.threshold == 0.5F;
      if (!adds_up || node.column >= columns || !threshold || depth[i] == limit) {
        in.fail("a split of the isolation forest is out of range");
      }
      depth[node.left] = depth[node.left + 1] = depth[i] + 1;
    }
  }
}

const DetectorInfo& iforest_info() {
  static constexpr DetectorInfo kInfo{
      "iforest",
      "Isolation forest",
      "Random trees split the rows until each is alone: rows that few splits cut off are unusual.",
      "Ranking a file that nobody has trained on, and large or mixed tables: fast, robust to columns that say nothing.",
      "Rows that are unusual only in how their columns go together, and values beyond all that it was trained on.",
      "Liu, Ting, Zhou 2008 and 2012; scikit-learn's IsolationForest",
      "log",
      false,
      kSettings,
      fit_from_settings,
      load_from_bytes};
  return kInfo;
}

}  // namespace netstray
