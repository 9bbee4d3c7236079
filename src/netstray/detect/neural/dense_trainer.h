#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "netstray/detect/neural/dense_net.h"

namespace netstray {

/// Fits a DenseNet batch by batch with Adam (Kingma, Ba 2015; beta1 .9, beta2 .999, epsilon 1e-7, Keras' defaults). A
/// batch is cut into pieces of a size that depends on the batch alone; pieces run on threads(), and their gradients
/// are added in order, so the result does not depend on the number of threads. A batch of up to 512 rows is one piece,
/// done by the calling thread: a step takes microseconds, less than waking another thread.
class DenseTrainer {
 public:
  /// `net` and `store` must outlive it. `batch` is the largest that step() will see.
  DenseTrainer(DenseNet& net, const RowStore& store, double learning_rate, std::size_t batch, std::uint64_t seed);

  /// One step on `rows`, which `ahead` follow in memory (the rows of steps to come, fetched into the cache meanwhile).
  /// Returns the sum of squared errors before the step.
  double step(std::span<const float* const> rows, std::size_t ahead);

 private:
  struct Piece {
    explicit Piece(const DenseNet& net) : work(net) {}
    DenseWorkspace work;
    FloatBuffer gradient;  ///< empty where there is one piece only
    double squares = 0;
  };

  double run(Piece& piece, float* gradient, std::span<const float* const> rows, std::size_t first, std::size_t end,
             std::size_t ahead);
  void fetch(const float* const* rows, std::size_t count) const noexcept;
  void add_pieces(std::size_t count) noexcept;
  void adam() noexcept;

  DenseNet& net_;
  const RowStore& store_;
  double learning_rate_;
  std::uint64_t seed_;
  bool drops_ = false;
  std::uint64_t steps_ = 0;
  std::size_t piece_rows_;
  std::vector<Piece> pieces_;
  FloatBuffer first_;
  FloatBuffer second_;
  FloatBuffer gradient_;
};

/// The mean squared error per value of rows [begin, end), nothing dropped. Uses threads(), same result for any number.
double dense_loss(const DenseNet& net, const RowStore& store, std::size_t begin, std::size_t end);

}  // namespace netstray
