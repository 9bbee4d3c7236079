#include "netstray/detect/cluster/clustering.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "netstray/base/interrupt.h"
#include "netstray/base/parallel.h"
#include "netstray/maths/moments.h"

namespace netstray {
namespace {

constexpr std::size_t kRowStep = 64;
constexpr std::uint32_t kNoCluster = 0xffffffffU;

std::vector<double> dense_rows(const Matrix& matrix, std::span<const std::uint32_t> rows) {
  std::vector<double> dense;
  std::vector<float> row(matrix.columns());
  for (const std::uint32_t index : rows) {
    matrix.dense_row(index, row);
    dense.insert(dense.end(), row.begin(), row.end());
  }
  return dense;
}

/// The rows of one piece, and what they add up to in each cluster. Kept up to date as rows move between clusters.
class Piece {
 public:
  Piece(const MatrixShape& shape, std::size_t clusters)
      : columns_(shape.columns()), sums_(clusters * columns_), sizes_(clusters) {}

  void move(const Matrix& matrix, const float* block, std::size_t row, std::uint32_t from, std::uint32_t to) {
    if (from != kNoCluster) add(matrix, block, row, from, -1);
    add(matrix, block, row, to, 1);
  }

  void add_to(std::span<double> sums, std::span<double> sizes) const noexcept {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += sums_[i];
    for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i] += sizes_[i];
  }

  bool changed = false;

 private:
  void add(const Matrix& matrix, const float* block, std::size_t row, std::uint32_t cluster, double sign) {
    double* const sums = sums_.data() + cluster * columns_;
    const float* numbers = block + row % kBlockRows;
    for (std::size_t j = 0; j < matrix.number_columns(); ++j)
      sums[j] += sign * static_cast<double>(numbers[j * kBlockRows]);
    for (const auto& group : matrix.groups()) sums[group.first_column + group.codes[row]] += sign;
    sizes_[cluster] += sign;
  }

  std::size_t columns_;
  std::vector<double> sums_;
  std::vector<double> sizes_;
};

/// One run of Lloyd's iterations.
class Run {
 public:
  Run(const Matrix& matrix, const PackedRows& packed, std::vector<double> centres, double tolerance)
      : matrix_(matrix),
        packed_(packed),
        shape_(matrix),
        clusters_(centres.size() / shape_.columns()),
        tolerance_(tolerance),
        grain_(piece_rows(matrix.rows(), (shape_.columns() + 1) * clusters_ * sizeof(double))),
        pieces_((matrix.rows() + grain_ - 1) / grain_, Piece(shape_, clusters_)),
        squared_(matrix.rows()) {
    result_.centres = std::move(centres);
    result_.labels.assign(matrix.rows(), kNoCluster);
  }

  Clustering finish(std::size_t most_iterations, const std::function<void(std::size_t)>& progress) {
    while (!result_.converged && result_.iterations < most_iterations) {
      const bool same = !assign();
      ++result_.iterations;
      const double moved = update();
      result_.converged = same || moved <= tolerance_;
      if (progress) progress(result_.iterations);
    }
    assign();
    add_inertia();
    return std::move(result_);
  }

 private:
  /// Each row to its nearest centre. Tells whether any row has another one than before.
  bool assign() {
    const Centres centres(shape_, result_.centres);
    parallel_for(matrix_.rows(), grain_, [&](std::size_t begin, std::size_t end) {
      check_interrupt();
      assign(centres, pieces_[begin / grain_], begin, end);
    });
    return std::ranges::any_of(pieces_, &Piece::changed);
  }

  void assign(const Centres& centres, Piece& piece, std::size_t piece_begin, std::size_t piece_end) {
    Centres::Scratch scratch(centres);
    piece.changed = false;
    for (std::size_t begin = piece_begin; begin < piece_end; begin += kBlockRows) {
      const std::size_t rows = std::min(kBlockRows, piece_end - begin);
      const float* block = packed_.block(begin);
      centres.nearest(matrix_, block, begin, begin + rows, scratch);
      std::copy_n(scratch.squared().data(), rows, squared_.data() + begin);
      std::uint32_t* labels = result_.labels.data() + begin;
      const std::uint32_t* found = scratch.which().data();
      if (std::equal(found, found + rows, labels)) continue;
      for (std::size_t row = 0; row < rows; ++row) {
        if (labels[row] == found[row]) continue;
        piece.move(matrix_, block, begin + row, labels[row], found[row]);
        labels[row] = found[row];
      }
      piece.changed = true;
    }
  }

  void add_inertia() {
    const Centres centres(shape_, result_.centres);
    std::vector<double> sums(pieces_.size());
    parallel_for(matrix_.rows(), grain_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const float* block = packed_.block(row / kBlockRows * kBlockRows);
        sums[begin / grain_] += centres.exact(matrix_, block, row % kBlockRows, row, result_.labels[row]);
      }
    });
    result_.inertia = std::accumulate(sums.begin(), sums.end(), 0.0);
  }

  /// Each centre to the mean of its rows; returns the sum of the squared distances that they moved.
  double update() {
    std::vector<double> sums(result_.centres.size());
    std::vector<double> sizes(clusters_);
    add_up(sums, sizes);
    if (fill_empty(sizes)) add_up(sums, sizes);
    double moved = 0;
    const std::size_t columns = shape_.columns();
    for (std::size_t c = 0; c < clusters_; ++c) {
      if (sizes[c] == 0) continue;  // only where all rows lie on the other centres
      for (std::size_t j = c * columns; j < (c + 1) * columns; ++j) {
        const double mean = sums[j] / sizes[c];
        moved += (mean - result_.centres[j]) * (mean - result_.centres[j]);
        result_.centres[j] = mean;
      }
    }
    return moved;
  }

  void add_up(std::vector<double>& sums, std::vector<double>& sizes) const {
    std::fill(sums.begin(), sums.end(), 0.0);
    std::fill(sizes.begin(), sizes.end(), 0.0);
    for (const Piece& piece : pieces_) piece.add_to(sums, sizes);
  }

  /// Gives each empty cluster the row that lies farthest from its centre. Tells whether there was one.
  bool fill_empty(const std::vector<double>& sizes) {
    const auto empty = static_cast<std::size_t>(std::ranges::count(sizes, 0.0));
    if (empty == 0) return false;
    std::vector<std::uint32_t> farthest(matrix_.rows());
    std::iota(farthest.begin(), farthest.end(), 0U);
    std::partial_sort(farthest.begin(),
                      farthest.begin() + static_cast<std::ptrdiff_t>(std::min(empty, farthest.size())), farthest.end(),
                      [this](std::uint32_t a, std::uint32_t b) {
                        return squared_[a] != squared_[b] ? squared_[a] > squared_[b] : a < b;
                      });
    auto next = farthest.begin();
    bool filled = false;
    for (std::uint32_t c = 0; c < clusters_; ++c) {
      if (sizes[c] != 0 || next == farthest.end() || squared_[*next] == 0) continue;
      pieces_[*next / grain_].move(matrix_, packed_.block(*next / kBlockRows * kBlockRows), *next,
                                   result_.labels[*next], c);
      result_.labels[*next] = c;
      ++next;
      filled = true;
    }
    return filled;
  }

  const Matrix& matrix_;
  const PackedRows& packed_;
  MatrixShape shape_;
  std::size_t clusters_;
  double tolerance_;
  std::size_t grain_;
  std::vector<Piece> pieces_;
  std::vector<float> squared_;  ///< distances, of the last assignment
  Clustering result_;
};

/// Squared distances to the nearest of the rows chosen so far.
class Spread {
 public:
  Spread(const Matrix& matrix, const PackedRows& packed)
      : matrix_(matrix),
        packed_(packed),
        shape_(matrix),
        grain_(piece_rows(matrix.rows(), shape_.columns() * sizeof(double))),
        nearest_(matrix.rows(), std::numeric_limits<float>::infinity()),
        sums_((matrix.rows() + grain_ - 1) / grain_) {}

  double total() const noexcept { return std::accumulate(sums_.begin(), sums_.end(), 0.0); }

  /// A row, with probability in proportion to its squared distance.
  std::uint32_t draw(Rng& rng) const {
    double left = rng.uniform() * total();
    std::size_t piece = 0;
    while (piece + 1 < sums_.size() && left >= sums_[piece]) left -= sums_[piece++];
    const std::size_t end = std::min(nearest_.size(), (piece + 1) * grain_);
    std::size_t last = end;
    for (std::size_t row = piece * grain_; row < end; ++row) {
      if (nearest_[row] == 0) continue;
      last = row;
      left -= static_cast<double>(nearest_[row]);
      if (left < 0) break;
    }
    return static_cast<std::uint32_t>(last == end ? piece * grain_ : last);
  }

  /// Takes the best of `rows`: the one that leaves the least total. Returns it.
  std::uint32_t take(std::span<const std::uint32_t> rows) {
    const Centres centres(shape_, dense_rows(matrix_, rows));
    std::vector<double> totals(sums_.size() * rows.size());
    for_blocks(centres, [&](std::size_t begin, std::size_t end, const float* distances) {
      for (std::size_t c = 0; c < rows.size(); ++c) {
        double& total = totals[begin / grain_ * rows.size() + c];
        for (std::size_t row = begin; row < end; ++row) {
          total += static_cast<double>(std::min(nearest_[row], distances[c * kBlockRows + row - begin]));
        }
      }
    });
    std::vector<double> sums(rows.size());
    for (std::size_t i = 0; i < totals.size(); ++i) sums[i % rows.size()] += totals[i];
    const std::uint32_t best = rows[static_cast<std::size_t>(std::ranges::min_element(sums) - sums.begin())];
    add(best);
    return best;
  }

 private:
  void add(std::uint32_t chosen) {
    std::fill(sums_.begin(), sums_.end(), 0.0);
    const Centres centres(shape_, dense_rows(matrix_, std::span(&chosen, 1)));
    for_blocks(centres, [&](std::size_t begin, std::size_t end, const float* distances) {
      for (std::size_t row = begin; row < end; ++row) {
        nearest_[row] = std::min(nearest_[row], std::max(0.0F, distances[row - begin]));
        sums_[begin / grain_] += static_cast<double>(nearest_[row]);
      }
    });
  }

  template <typename Body>
  void for_blocks(const Centres& centres, const Body& body) const {
    parallel_for(matrix_.rows(), grain_, [&](std::size_t piece_begin, std::size_t piece_end) {
      check_interrupt();
      Centres::Scratch scratch(centres);
      for (std::size_t begin = piece_begin; begin < piece_end; begin += kBlockRows) {
        const std::size_t end = std::min(piece_end, begin + kBlockRows);
        centres.distances(matrix_, packed_.block(begin), begin, end, scratch);
        body(begin, end, scratch.distances());
      }
    });
  }

  const Matrix& matrix_;
  const PackedRows& packed_;
  MatrixShape shape_;
  std::size_t grain_;
  std::vector<float> nearest_;
  std::vector<double> sums_;
};

/// scikit-learn's: the share is of the mean variance of the columns.
double absolute_tolerance(const Matrix& matrix, double share) {
  if (share == 0) return 0;
  const auto variance = moments_of(matrix, Moments::Kind::diagonal).variance();
  return share * std::accumulate(variance.begin(), variance.end(), 0.0) / static_cast<double>(variance.size());
}

}  // namespace

PackedRows::PackedRows(const Matrix& matrix)
    : columns_(matrix.number_columns()), numbers_(rounded_up(matrix.rows(), kBlockRows) * columns_) {
  const std::size_t blocks = rounded_up(matrix.rows(), kBlockRows) / kBlockRows;
  parallel_for(blocks, 64, [&](std::size_t first, std::size_t last) {
    for (std::size_t block = first; block < last; ++block) {
      const std::size_t begin = block * kBlockRows;
      pack(matrix, begin, std::min(matrix.rows(), begin + kBlockRows), numbers_.data() + begin * columns_);
    }
  });
}

PackedRows::PackedRows(const Matrix& matrix, std::size_t begin, std::size_t end)
    : columns_(matrix.number_columns()), numbers_(kBlockRows * columns_) {
  pack(matrix, begin, end);
}

void PackedRows::pack(const Matrix& matrix, std::size_t begin, std::size_t end) noexcept {
  pack(matrix, begin, end, numbers_.data());
}

void PackedRows::pack(const Matrix& matrix, std::size_t begin, std::size_t end, float* to) const noexcept {
  for (std::size_t j = 0; j < columns_; ++j)
    std::copy_n(matrix.numbers(j).data() + begin, end - begin, to + j * kBlockRows);
}

Centres::Centres(MatrixShape shape, std::vector<double> dense)
    : shape_(std::move(shape)), dense_(std::move(dense)), padded_(rounded_up(size(), kPanel)) {
  const std::size_t numbers = shape_.number_columns();
  const std::size_t codes = shape_.columns() - numbers;
  panels_.resize(padded_ * numbers);
  terms_.resize(size() * codes);
  columns_terms_.resize(codes * padded_);
  for (std::size_t c = 0; c < size(); ++c) {
    for (std::size_t j = 0; j < numbers; ++j) {
      panels_[(c / kPanel * numbers + j) * kPanel + c % kPanel] = static_cast<float>(centre(c)[j]);
    }
    for (std::size_t group = 0; group < shape_.widths().size(); ++group) {
      const std::size_t first = shape_.first_column(group);
      const auto own = centre(c).subspan(first, shape_.widths()[group]);
      const double none = std::inner_product(own.begin(), own.end(), own.begin(), 0.0);
      for (std::size_t code = first - numbers; code < first - numbers + own.size(); ++code) {
        const double term = none + (1 - 2 * centre(c)[numbers + code]);
        terms_[c * codes + code] = term;
        columns_terms_[code * padded_ + c] = static_cast<float>(term);
      }
    }
  }
}

Centres::Scratch::Scratch(const Centres& centres)
    : bias_(centres.shape_.widths().empty() ? 0 : centres.padded_ * kBlockRows),
      best_(kBlockRows),
      which_(kBlockRows),
      distances_(centres.padded_ * kBlockRows) {}

/// What the groups add to each distance, or null.
const float* Centres::bias(const Matrix& matrix, std::size_t begin, std::size_t end, Scratch& scratch) const {
  if (matrix.groups().empty()) return nullptr;
  scratch.bias_.fill(0);
  float* const bias = scratch.bias_.data();
  for (std::size_t group = 0; group < matrix.groups().size(); ++group) {
    const std::size_t first = shape_.first_column(group) - shape_.number_columns();
    const auto& codes = matrix.groups()[group].codes;
    for (std::size_t row = begin; row < end; ++row) {
      const float* terms = columns_terms_.data() + (first + codes[row]) * padded_;
      for (std::size_t c = 0; c < padded_; ++c) bias[c * kBlockRows + row - begin] += terms[c];
    }
  }
  return bias;
}

void Centres::nearest(const Matrix& matrix, const float* block, std::size_t begin, std::size_t end,
                      Scratch& scratch) const {
  nearest_points({panels_.data(), size(), shape_.number_columns()}, block, bias(matrix, begin, end, scratch),
                 rounded_up(end - begin, kRowStep), scratch.best_.data(), scratch.which_.data());
}

void Centres::distances(const Matrix& matrix, const float* block, std::size_t begin, std::size_t end,
                        Scratch& scratch) const {
  point_distances({panels_.data(), size(), shape_.number_columns()}, block, bias(matrix, begin, end, scratch),
                  rounded_up(end - begin, kRowStep), scratch.distances_.data());
}

double Centres::exact(const Matrix& matrix, const float* block, std::size_t place, std::size_t row,
                      std::size_t centre) const {
  const std::size_t columns = shape_.columns();
  const std::size_t numbers = shape_.number_columns();
  const double* own = dense_.data() + centre * columns;
  double sum = 0;
  for (std::size_t j = 0; j < numbers; ++j) {
    const double away = static_cast<double>(block[j * kBlockRows + place]) - own[j];
    sum += away * away;
  }
  const double* terms = terms_.data() + centre * (columns - numbers);
  for (std::size_t group = 0; group < matrix.groups().size(); ++group) {
    sum += terms[shape_.first_column(group) - numbers + matrix.groups()[group].codes[row]];
  }
  return sum < 0 ? 0 : sum;  // NaN stays NaN
}

std::vector<std::uint32_t> spread_rows(const Matrix& matrix, const PackedRows& packed, std::size_t count, Rng& rng) {
  const std::size_t trials = 2 + static_cast<std::size_t>(std::log(static_cast<double>(count)));
  Spread spread(matrix, packed);
  std::vector<std::uint32_t> candidates{static_cast<std::uint32_t>(rng.below(matrix.rows()))};
  std::vector<std::uint32_t> chosen{spread.take(candidates)};
  while (chosen.size() < count && spread.total() > 0) {
    candidates.resize(trials);
    for (std::uint32_t& candidate : candidates) candidate = spread.draw(rng);
    chosen.push_back(spread.take(candidates));
  }
  return chosen;
}

Clustering cluster(const Matrix& matrix, const ClusteringSettings& settings) {
  const double tolerance = absolute_tolerance(matrix, settings.tolerance);
  const PackedRows packed(matrix);
  Clustering best;
  for (std::size_t start = 0; start < settings.starts; ++start) {
    Rng rng = Rng::stream(settings.seed, start);
    Run run(matrix, packed, dense_rows(matrix, spread_rows(matrix, packed, settings.clusters, rng)), tolerance);
    Clustering found = run.finish(settings.most_iterations, [&](std::size_t iteration) {
      if (settings.progress) settings.progress(start, iteration);
    });
    if (start == 0 || found.inertia < best.inertia) best = std::move(found);
  }
  return best;
}

std::vector<double> elbow(const Matrix& matrix, std::span<const std::size_t> counts,
                          const ClusteringSettings& settings) {
  if (counts.empty()) return {};
  const double tolerance = absolute_tolerance(matrix, settings.tolerance);
  const PackedRows packed(matrix);
  std::vector<std::size_t> order(counts.size());  // the long runs first, so that no thread ends up alone with one
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(
      order, [&](std::size_t a, std::size_t b) { return counts[a] != counts[b] ? counts[a] > counts[b] : a < b; });
  std::vector<double> inertias(counts.size(), std::numeric_limits<double>::infinity());
  for (std::size_t start = 0; start < settings.starts; ++start) {
    Rng rng = Rng::stream(settings.seed, start);
    const auto rows = spread_rows(matrix, packed, counts[order.front()], rng);
    parallel_for(counts.size(), 1, [&](std::size_t place, std::size_t) {
      const std::size_t count = std::min(counts[order[place]], rows.size());
      Run run(matrix, packed, dense_rows(matrix, std::span(rows).first(count)), tolerance);
      double& least = inertias[order[place]];
      least = std::min(least, run.finish(settings.most_iterations, {}).inertia);
    });
  }
  return inertias;
}

}  // namespace netstray
