#include "netstray/detect/forest/isolation_forest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/finite.h"

namespace netstray {
namespace {

constexpr std::uint32_t kMostTrees = 10'000;
constexpr std::uint32_t kMostSample = 1U << 20;
constexpr std::uint32_t kMostColumns = 1U << 30;
constexpr std::size_t kTileRows = 128;
constexpr std::size_t kPieceRows = 32 * kTileRows;
/// Path lengths are below 64: 20 levels at most and c(2^20) < 27.
constexpr double kPathUnit = 0x1.0p-26;
constexpr double kEuler = 0.57721566490153286;
constexpr std::uint32_t kLeafMark = 0xffffffffU;

/// An integer in the order of the floats; -0 and 0 are one.
std::uint32_t key_of(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value + 0.0F);
  return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}

std::uint32_t leaf_path(std::uint32_t depth, std::uint32_t rows) noexcept {
  return static_cast<std::uint32_t>(std::llround((depth + IsolationForest::average_path(rows)) / kPathUnit));
}

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

/// Some rows of a matrix, row after row: for each used column its key.
class IsolationForest::Tile {
 public:
  Tile(const IsolationForest& forest, const Matrix& matrix) : forest_(forest), matrix_(matrix) {
    keys_.resize(kTileRows * slots());
  }

  void fill(std::size_t begin, std::size_t end) noexcept {
    for (std::size_t slot = 0; slot < slots(); ++slot) {
      const std::uint32_t source = forest_.sources_[slot];
      std::uint32_t* to = keys_.data() + slot;
      if (source < forest_.number_columns_) {
        const auto values = matrix_.numbers(source).subspan(begin, end - begin);
        for (std::size_t i = 0; i < values.size(); ++i) to[i * slots()] = key_of(values[i]);
      } else {
        const auto* codes = matrix_.groups()[source - forest_.number_columns_].codes.data() + begin;
        for (std::size_t i = 0; i < end - begin; ++i) to[i * slots()] = codes[i];
      }
    }
  }

  std::size_t slots() const noexcept { return forest_.sources_.size(); }
  const std::uint32_t* row(std::size_t index) const noexcept { return keys_.data() + index * slots(); }

 private:
  const IsolationForest& forest_;
  const Matrix& matrix_;
  std::vector<std::uint32_t> keys_;
};

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
  expect_finite(matrix, "iforest");
  IsolationForest forest;
  forest.settings_ = settings;
  forest.number_columns_ = static_cast<std::uint32_t>(matrix.number_columns());
  for (const auto& group : matrix.groups()) forest.group_widths_.push_back(group.width);
  const auto rows = static_cast<std::uint32_t>(matrix.rows());
  forest.sample_ = std::min(settings.sample, rows);

  std::vector<std::vector<IsolationNode>> trees(settings.trees);
  parallel_for(settings.trees, 1, [&](std::size_t begin, std::size_t end) {
    check_interrupt();
    for (std::size_t tree = begin; tree < end; ++tree) {
      Rng rng = Rng::stream(settings.seed, tree);
      trees[tree] = grow_isolation_tree(matrix.gather(rng.sample(rows, settings.sample)), rng);
    }
  });
  for (const auto& tree : trees) {
    forest.starts_.push_back(forest.nodes_.size());
    forest.nodes_.insert(forest.nodes_.end(), tree.begin(), tree.end());
  }
  forest.starts_.push_back(forest.nodes_.size());
  forest.prepare();
  return forest;
}

std::size_t IsolationForest::columns() const noexcept { return columns_; }

/// The number column of a dense column, or number_columns_ + the group that it belongs to.
std::uint32_t IsolationForest::source_of(std::uint32_t column) const noexcept {
  if (column < number_columns_) return column;
  const auto after = std::ranges::upper_bound(group_columns_, column);
  return number_columns_ + static_cast<std::uint32_t>(after - group_columns_.begin()) - 1;
}

void IsolationForest::prepare() {
  columns_ = number_columns_;
  for (const std::uint32_t width : group_widths_) {
    group_columns_.push_back(static_cast<std::uint32_t>(columns_));
    columns_ += width;
  }
  for (const auto& node : nodes_) {
    if (!node.leaf()) sources_.push_back(source_of(node.column));
  }
  std::ranges::sort(sources_);
  sources_.erase(std::unique(sources_.begin(), sources_.end()), sources_.end());

  steps_.resize(nodes_.size());
  leaf_paths_.resize(nodes_.size());
  expected_paths_.resize(nodes_.size());
  for (std::size_t tree = 0; tree + 1 < starts_.size(); ++tree) prepare_tree(tree);
}

void IsolationForest::prepare_tree(std::size_t tree) {
  const std::size_t start = starts_[tree];
  const auto nodes = std::span(nodes_).subspan(start, starts_[tree + 1] - start);
  std::vector<std::uint32_t> depth(nodes.size());
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    const IsolationNode& node = nodes[i];
    if (node.leaf()) {
      steps_[start + i] = {0, 0, 0, i};
      leaf_paths_[start + i] = leaf_path(depth[i], node.rows);
      continue;
    }
    depth[node.left] = depth[node.left + 1] = depth[i] + 1;
    const std::uint32_t source = source_of(node.column);
    const auto slot = static_cast<std::uint32_t>(std::ranges::lower_bound(sources_, source) - sources_.begin());
    if (source < number_columns_) {
      const std::uint32_t first = key_of(node.threshold) + 1;
      steps_[start + i] = {slot, first, 0U - first, node.left};
    } else {
      steps_[start + i] = {slot, node.column - group_columns_[source - number_columns_], 1, node.left};
    }
  }
  depths_.push_back(depth.back());  // nodes lie level by level, so the last is as deep as any

  double* expected = expected_paths_.data() + start;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const IsolationNode& node = nodes[i];
    expected[i] =
        node.leaf()
            ? leaf_paths_[start + i] * kPathUnit
            : (expected[node.left] * nodes[node.left].rows + expected[node.left + 1] * nodes[node.left + 1].rows) /
                  node.rows;
  }
}

void IsolationForest::expect_shape(const Matrix& matrix) const {
  const bool same = matrix.number_columns() == number_columns_ &&
                    std::ranges::equal(matrix.groups(), group_widths_, {}, &Matrix::Group::width);
  if (!same) throw Error("isolation forest: the rows to score have other columns than the rows it was fitted on");
}

/// All trees over the tile, a tree at a time: its rows go down together, so that many steps are under way at once.
void IsolationForest::add_paths(const Tile& tile, std::span<std::uint64_t> paths) const noexcept {
  std::array<std::uint32_t, kTileRows> at{};
  const std::size_t slots = tile.slots();
  const std::uint32_t* keys = tile.row(0);
  for (std::size_t tree = 0; tree < depths_.size(); ++tree) {
    const Step* steps = steps_.data() + starts_[tree];
    at.fill(0);
    for (std::uint32_t level = 0; level < depths_[tree]; ++level) {
      for (std::size_t i = 0; i < paths.size(); ++i) {
        const Step step = steps[at[i]];
        const std::uint32_t key = keys[i * slots + step.slot];
        at[i] = step.left + static_cast<std::uint32_t>(key - step.first < step.span);
      }
    }
    const std::uint32_t* lengths = leaf_paths_.data() + starts_[tree];
    for (std::size_t i = 0; i < paths.size(); ++i) paths[i] += lengths[at[i]];
  }
}

void IsolationForest::score(const Matrix& matrix, std::span<double> scores) const {
  expect_shape(matrix);
  const double expected = average_path(sample_) * static_cast<double>(settings_.trees);
  parallel_for(matrix.rows(), kPieceRows, [&](std::size_t piece_begin, std::size_t piece_end) {
    check_interrupt();
    Tile tile(*this, matrix);
    std::array<std::uint64_t, kTileRows> paths{};
    for (std::size_t begin = piece_begin; begin < piece_end; begin += kTileRows) {
      const std::size_t end = std::min(piece_end, begin + kTileRows);
      tile.fill(begin, end);
      paths.fill(0);
      add_paths(tile, std::span(paths).first(end - begin));
      for (std::size_t row = begin; row < end; ++row) {
        const double length = static_cast<double>(paths[row - begin]) * kPathUnit;
        scores[row] = std::exp2(expected > 0 ? -length / expected : -1);
      }
    }
  });
}

void IsolationForest::explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const {
  expect_shape(matrix);
  Tile tile(*this, matrix);
  tile.fill(row, row + 1);
  std::fill(parts.begin(), parts.end(), 0.0);
  for (std::size_t tree = 0; tree + 1 < starts_.size(); ++tree) {
    const std::size_t start = starts_[tree];
    std::size_t at = start;
    while (!nodes_[at].leaf()) {
      const Step& step = steps_[at];
      const std::size_t next = start + step.left + (tile.row(0)[step.slot] - step.first < step.span ? 1 : 0);
      parts[nodes_[at].column] += expected_paths_[at] - expected_paths_[next];
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
