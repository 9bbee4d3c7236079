#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "netstray/detect/detector.h"
#include "netstray/detect/forest/extended_tree.h"
#include "netstray/detect/forest/forest_plan.h"
#include "netstray/detect/forest/isolation_tree.h"
#include "netstray/detect/forest/plane_plan.h"
#include "netstray/detect/registry.h"

namespace netstray {

/// Settings of the isolation forest; defaults as in the paper and in scikit-learn.
struct IsolationForestSettings {
  std::uint32_t trees = 100;   ///< 1 to 10,000. Liu, Ting, Zhou 2012: path lengths converge well before 100
  std::uint32_t sample = 256;  ///< 2 to 2^20 rows per tree, without replacement; fewer where there are fewer rows
  std::uint64_t seed = 0;
  /// 0 to 63 further columns that each split mixes in; 0: splits along one column. Hariri, Carrasco Kind, Brunner 2019;
  /// isotree's ndim less 1.
  std::uint32_t extension = 0;
};

/// Isolation forest (Liu, Ting, Zhou 2008 and 2012): unusual rows are cut off from the rest by few random splits. Each
/// tree is grown on a sample to depth ceil(log2(sample)); a split takes a random column among those that are not
/// constant in the node, and a threshold uniform between the column's least and largest value there. Score =
/// 2^(-E[h(x)] / c(sample)) in (0, 1]: about .5 for ordinary rows, towards 1 for rows that are cut off early. The same
/// construction as scikit-learn's, where each dense column of a one-hot group counts as a column. It differs in two
/// small things: thresholds are f32, rounded down (the same rows go left), and a column whose values in a node differ
/// by less than 1e-7 can still be split.
///
/// Extended (`extension` > 0; Hariri, Carrasco Kind, Brunner 2019): splits are random hyperplanes, so that rows which
/// are unusual only in how some columns go together are cut off early too; grow_extended_tree() says how they are
/// drawn. All else is the same.
///
/// What no row of the sample showed cannot be split on: a column that was constant in training, or a category level
/// that training did not have, changes no score. Whoever has the table must notice these.
class IsolationForest final : public Detector {
 public:
  static constexpr std::uint32_t kMostTrees = 10'000;
  static constexpr std::uint32_t kMostSample = 1U << 20;
  static constexpr std::uint32_t kMostExtension = 63;

  /// Fits on samples of the rows of `matrix`, trees in parallel; only the rows drawn are looked at. Throws Error where
  /// it has no rows or columns, a value drawn is not finite or a setting is out of range. Cost about trees * sample *
  /// log2(sample) * (columns tried per split, few), beside reading the rows drawn.
  static IsolationForest fit(const Matrix& matrix, const IsolationForestSettings& settings);
  /// Reads what `save` wrote. Throws Error for damaged bytes; whatever they are, what it returns can score.
  static IsolationForest load(ByteReader& in);

  std::string_view name() const noexcept override { return "iforest"; }
  std::size_t columns() const noexcept override;

  /// Values must be finite. A row's path lengths are added up as integers (units of 2^-26 of a step), so the scores do
  /// not depend on the order of trees, blocks or threads, nor on the instruction set. Throws Error where the matrix has
  /// other columns than the one it was fitted on. For 100 trees of 256 rows about .1 to .3 us a row on one core of a
  /// 2024 server (ForestPlan), and a few us where rows come one by one.
  void score(const Matrix& matrix, std::span<double> scores) const override;

  /// In steps of path length: each split on the row's way gives its column the expected path length at the node less
  /// that at the child where the row goes (Saabas 2014, for path lengths), averaged over the trees. The sum over all
  /// columns is exactly the expected path length less the row's own. Only what a split can see counts: a value beyond
  /// all that was sampled is worth no more than the most extreme sampled one, an unseen level nothing. Where a split
  /// mixes columns they share its gain by how far each moves the row from the plane's point, |normal * (x - point)|.
  void explain(const Matrix& matrix, std::size_t row, std::span<double> parts) const override;
  void save(ByteWriter& out) const override;

  const IsolationForestSettings& settings() const noexcept { return settings_; }
  std::size_t nodes() const noexcept { return nodes_.size(); }

  /// Average path length of an unsuccessful search among n rows: c(n) of the paper; 0 for n <= 1, 1 for 2.
  static double average_path(std::uint64_t n) noexcept;

  /// The nodes of all trees, one tree after the other, and where each tree begins (trees + 1 places).
  std::span<const IsolationNode> node_list() const noexcept { return nodes_; }
  std::span<const std::size_t> tree_starts() const noexcept { return starts_; }
  /// Extended: the terms of all splits, node after node, and where each node's end.
  std::span<const HyperplaneTerm> terms() const noexcept { return terms_; }
  std::span<const std::size_t> term_ends() const noexcept { return term_ends_; }

 private:
  static constexpr std::uint32_t kMostColumns = 1U << 30;

  IsolationForest() = default;
  void expect_shape(const Matrix& matrix) const;
  void grow(const Matrix& matrix);
  void grow_extended(const Matrix& matrix);
  void prepare();
  void save_node(std::size_t index, ByteWriter& out) const;
  bool load_node(ByteReader& in);
  void check_nodes(const ByteReader& in) const;
  bool valid_split(std::size_t index, std::uint64_t columns) const noexcept;
  std::span<const HyperplaneTerm> terms_of(std::size_t index) const noexcept;
  bool goes_right(std::size_t index, std::span<const float> values) const noexcept;
  void share_gain(std::size_t index, double gain, std::span<const float> values,
                  std::span<double> parts) const noexcept;

  IsolationForestSettings settings_;
  std::uint32_t sample_ = 0;  ///< rows per tree in fact
  std::uint32_t number_columns_ = 0;
  std::vector<std::uint32_t> group_widths_;
  std::vector<IsolationNode> nodes_;
  std::vector<std::size_t> starts_;
  std::vector<std::size_t> term_ends_;  ///< extended: as nodes_, where each one's terms end
  std::vector<HyperplaneTerm> terms_;

  // Made from the above by prepare().
  std::size_t columns_ = 0;
  ForestPlan plan_;                     ///< without an extension
  PlanePlan plane_plan_;                ///< with one
  std::vector<double> expected_paths_;  ///< as nodes_: mean path length of the sample's rows that came here
};

const DetectorInfo& iforest_info();

}  // namespace netstray
