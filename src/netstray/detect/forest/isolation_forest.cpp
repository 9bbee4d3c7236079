#include "netstray/detect/forest/isolation_forest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/detect/forest/sampled_rows.h"
#include "netstray/maths/dense.h"

namespace netstray {
namespace {

constexpr std::size_t kPieceRows = 64 * kTreeBlockRows;
/// Most values of rows gathered at once, for some trees: 64 MB.
constexpr std::size_t kGatheredValues = std::size_t{1} << 24U;
constexpr double kEuler = 0.57721566490153286;

void expect_settings(const IsolationForestSettings& settings) {
  if (settings.trees < 1 || settings.trees > IsolationForest::kMostTrees) {
    throw usage_error(fmt::format("isolation forest: {} trees; from 1 to {} are possible", settings.trees,
                                  IsolationForest::kMostTrees));
  }
  if (settings.sample < 2 || settings.sample > IsolationForest::kMostSample) {
    throw usage_error(fmt::format("isolation forest: a sample of {} rows; from 2 to {} are possible", settings.sample,
                                  IsolationForest::kMostSample));
  }
  if (settings.extension > IsolationForest::kMostExtension) {
    throw usage_error(fmt::format("isolation forest: an extension of {} columns; from 0 to {} are possible",
                                  settings.extension, IsolationForest::kMostExtension));
  }
}

constexpr std::array kSettings{
    SettingInfo{"trees", "100", "1 to 10000", "How many trees: more make scores steadier and slower.",
                "Liu, Ting, Zhou 2012; scikit-learn's n_estimators"},
    SettingInfo{"sample", "256", "2 to 1048576", "Rows that each tree is grown on, drawn without replacement.",
                "Liu, Ting, Zhou 2012; scikit-learn's max_samples"},
    SettingInfo{"extension", "0", "0 to 63",
                "How many further columns each split mixes into a random slope; 0 splits along one column.",
                "Hariri, Carrasco Kind, Brunner 2019; isotree's ndim less 1"},
};

std::unique_ptr<Detector> fit_from_settings(const Matrix& matrix, const SettingValues& values,
                                            const FitContext& context) {
  context.begin("trees");
  const IsolationForestSettings settings{
      .trees = static_cast<std::uint32_t>(values.whole("trees", 1, IsolationForest::kMostTrees)),
      .sample = static_cast<std::uint32_t>(values.whole("sample", 2, IsolationForest::kMostSample)),
      .seed = context.seed,
      .extension = static_cast<std::uint32_t>(values.whole("extension", 0, IsolationForest::kMostExtension))};
  return std::make_unique<IsolationForest>(IsolationForest::fit(matrix, settings));
}

std::unique_ptr<Detector> load_from_bytes(ByteReader& in) {
  return std::make_unique<IsolationForest>(IsolationForest::load(in));
}

}  // namespace

namespace {

/// Grows trees in batches, so that the gathered rows stay few. Only these are looked at.
template <typename Tree>
std::vector<Tree> grow_trees(const Matrix& matrix, const IsolationForestSettings& settings,
                             const std::function<Tree(const Matrix&, std::size_t, std::size_t, Rng&)>& grow) {
  const auto rows = static_cast<std::uint32_t>(matrix.rows());
  const std::uint32_t sample = std::min(settings.sample, rows);
  const std::size_t at_once = std::max<std::size_t>(1, kGatheredValues / (std::size_t{sample} * matrix.columns()));
  std::vector<Tree> trees(settings.trees);
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
        trees[first + i] = grow(gathered, i * sample, (i + 1) * sample, random[i]);
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
  if (matrix.rows() == 0 || matrix.columns() == 0) throw Error("iforest: no rows or no columns to learn from");
  if (matrix.rows() >= std::numeric_limits<std::uint32_t>::max() || matrix.columns() > kMostColumns) {
    throw Error("iforest: more rows or columns than it can take");
  }
  IsolationForest forest;
  forest.settings_ = settings;
  forest.number_columns_ = static_cast<std::uint32_t>(matrix.number_columns());
  for (const auto& group : matrix.groups()) forest.group_widths_.push_back(group.width);
  forest.sample_ = std::min(settings.sample, static_cast<std::uint32_t>(matrix.rows()));

  if (settings.extension == 0) {
    forest.grow(matrix);
  } else {
    forest.grow_extended(matrix);
  }
  forest.starts_.push_back(forest.nodes_.size());
  forest.prepare();
  return forest;
}

void IsolationForest::grow(const Matrix& matrix) {
  const auto trees = grow_trees<std::vector<IsolationNode>>(
      matrix, settings_, [](const Matrix& rows, std::size_t begin, std::size_t end, Rng& rng) {
        return grow_isolation_tree(rows, begin, end, rng);
      });
  for (const auto& tree : trees) {
    starts_.push_back(nodes_.size());
    nodes_.insert(nodes_.end(), tree.begin(), tree.end());
  }
}

void IsolationForest::grow_extended(const Matrix& matrix) {
  const auto trees = grow_trees<ExtendedTree>(matrix, settings_,
                                              [this](const Matrix& rows, std::size_t begin, std::size_t end, Rng& rng) {
                                                return grow_extended_tree(rows, begin, end, settings_.extension, rng);
                                              });
  for (const auto& tree : trees) {
    starts_.push_back(nodes_.size());
    nodes_.insert(nodes_.end(), tree.nodes.begin(), tree.nodes.end());
    for (const std::size_t end : tree.term_ends) term_ends_.push_back(terms_.size() + end);
    terms_.insert(terms_.end(), tree.terms.begin(), tree.terms.end());
  }
}

std::size_t IsolationForest::columns() const noexcept { return columns_; }

void IsolationForest::prepare() {
  columns_ = std::accumulate(group_widths_.begin(), group_widths_.end(), std::size_t{number_columns_});
  if (settings_.extension == 0) {
    plan_ = ForestPlan(nodes_, starts_, number_columns_, group_widths_);
  } else {
    plane_plan_ = PlanePlan(nodes_, starts_, term_ends_, terms_, number_columns_, group_widths_);
  }
  const auto paths = settings_.extension == 0 ? plan_.paths() : plane_plan_.paths();
  expected_paths_.resize(nodes_.size());
  for (std::size_t tree = 0; tree + 1 < starts_.size(); ++tree) {
    const std::size_t start = starts_[tree];
    const IsolationNode* nodes = nodes_.data() + start;
    double* expected = expected_paths_.data() + start;
    for (std::size_t i = starts_[tree + 1] - start; i-- > 0;) {
      const IsolationNode& node = nodes[i];
      expected[i] =
          node.leaf()
              ? paths[start + i] * ForestPlan::kPathUnit
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
    std::array<std::uint64_t, kPieceRows> sums{};
    const auto paths = std::span(sums).first(end - begin);
    if (settings_.extension == 0) {
      plan_.sum_paths(matrix, begin, paths);
    } else {
      plane_plan_.sum_paths(matrix, begin, paths);
    }
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
      const std::size_t next = start + nodes_[at].left + (goes_right(at, values) ? 1 : 0);
      share_gain(at, expected_paths_[at] - expected_paths_[next], values, parts);
      at = next;
    }
  }
  for (double& part : parts) part /= static_cast<double>(settings_.trees);
}

std::span<const HyperplaneTerm> IsolationForest::terms_of(std::size_t index) const noexcept {
  const std::size_t first = index == 0 ? 0 : term_ends_[index - 1];
  return std::span(terms_).subspan(first, term_ends_[index] - first);
}

bool IsolationForest::goes_right(std::size_t index, std::span<const float> values) const noexcept {
  if (settings_.extension == 0) return !(values[nodes_[index].column] <= nodes_[index].threshold);
  double sum = 0;
  for (const auto& term : terms_of(index)) sum += term.normal * static_cast<double>(values[term.column]);
  return sum > intercept_of(terms_of(index));
}

void IsolationForest::share_gain(std::size_t index, double gain, std::span<const float> values,
                                 std::span<double> parts) const noexcept {
  if (settings_.extension == 0) {
    parts[nodes_[index].column] += gain;
    return;
  }
  const auto away = [&](const HyperplaneTerm& term) {
    return std::abs(term.normal * (static_cast<double>(values[term.column]) - static_cast<double>(term.point)));
  };
  const auto terms = terms_of(index);
  double total = 0;
  for (const auto& term : terms) total += away(term);
  for (const auto& term : terms) {
    parts[term.column] += gain * (total > 0 ? away(term) / total : 1 / static_cast<double>(terms.size()));
  }
}

const DetectorInfo& iforest_info() {
  static constexpr DetectorInfo kInfo{
      .name = "iforest",
      .title = "Isolation forest",
      .summary = "how few random splits cut a row off from all others",
      .how = "Random trees split the rows until each is alone; a row that few splits cut off is unusual.",
      .good_for =
          "Ranking a file that nobody has trained on, and large or mixed tables: it is fast, and columns that say "
          "nothing do not mislead it.",
      .not_for =
          "Rows that are unusual only in how their columns go together, and values beyond all those it was trained on: "
          "all of them score the same.",
      .source =
          "Liu, Ting, Zhou 2008 and 2012; scikit-learn's IsolationForest. With an extension Hariri, Carrasco Kind, "
          "Brunner 2019; isotree",
      .encoding = "log",
      .settings = kSettings,
      .fit = fit_from_settings,
      .load = load_from_bytes};
  return kInfo;
}

}  // namespace netstray
