#include "netstray/detect/neural/dense_trainer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "netstray/base/parallel.h"

namespace netstray {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-7;
constexpr std::size_t kLeastPieceRows = 512;
constexpr std::size_t kMostPieces = 64;
constexpr std::size_t kLossPieceRows = 1024;
constexpr std::size_t kBlock = DenseNet::kBlockRows;
constexpr std::size_t kCacheLineFloats = 16;

std::size_t piece_rows_for(std::size_t batch) noexcept {
  const std::size_t share = (batch + kMostPieces - 1) / kMostPieces;
  return std::max(kLeastPieceRows, (share + kBlock - 1) / kBlock * kBlock);
}

}  // namespace

DenseTrainer::DenseTrainer(DenseNet& net, const RowStore& store, double learning_rate, std::size_t batch,
                           std::uint64_t seed)
    : net_(net),
      store_(store),
      learning_rate_(learning_rate),
      seed_(seed),
      piece_rows_(piece_rows_for(batch)),
      first_(net.parameters().size()),
      second_(net.parameters().size()),
      gradient_(net.parameters().size()) {
  for (std::size_t i = 0; i < net.layers(); ++i) drops_ = drops_ || net.layer(i).dropout > 0;
  const std::size_t pieces = (batch + piece_rows_ - 1) / piece_rows_;
  pieces_.reserve(pieces);
  for (std::size_t i = 0; i < pieces; ++i) {
    pieces_.emplace_back(net);
    if (pieces > 1) pieces_.back().gradient = FloatBuffer(net.parameters().size());
  }
}

void DenseTrainer::fetch(const float* const* rows, std::size_t count) const noexcept {
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t at = 0; at < store_.stride(); at += kCacheLineFloats) __builtin_prefetch(rows[r] + at);
  }
}

/// Rows [first, end) of the batch, block after block, while the next block's rows come into the cache.
double DenseTrainer::run(Piece& piece, float* gradient, std::span<const float* const> rows, std::size_t first,
                         std::size_t end, std::size_t ahead) {
  const auto scale = static_cast<float>(2.0 / (static_cast<double>(rows.size()) * static_cast<double>(net_.columns())));
  double squares = 0;
  for (std::size_t begin = first; begin < end; begin += kBlock) {
    const std::size_t count = std::min(kBlock, end - begin);
    const std::size_t next = begin + count;
    fetch(rows.data() + next, std::min(kBlock, rows.size() + ahead - next));
    net_.begin(piece.work, store_, rows.subspan(begin, count));
    const DropoutKey key{seed_, steps_, begin};
    squares += net_.add_gradient(piece.work, scale, drops_ ? &key : nullptr, gradient);
  }
  return squares;
}

double DenseTrainer::step(std::span<const float* const> rows, std::size_t ahead) {
  const std::size_t count = (rows.size() + piece_rows_ - 1) / piece_rows_;
  double squares = 0;
  ++steps_;
  if (count <= 1) {
    squares = run(pieces_.front(), gradient_.data(), rows, 0, rows.size(), ahead);
  } else {
    parallel_for(rows.size(), piece_rows_, [&](std::size_t begin, std::size_t end) {
      Piece& piece = pieces_[begin / piece_rows_];
      piece.squares = run(piece, piece.gradient.data(), rows, begin, end, ahead);
    });
    for (std::size_t i = 0; i < count; ++i) squares += pieces_[i].squares;
    add_pieces(count);
  }
  adam();
  return squares;
}

void DenseTrainer::add_pieces(std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    float* from = pieces_[i].gradient.data();
    float* to = gradient_.data();
    for (std::size_t k = 0; k < gradient_.size(); ++k) {
      to[k] += from[k];
      from[k] = 0;
    }
  }
}

void DenseTrainer::adam() noexcept {
  const auto t = static_cast<double>(steps_);
  const double rate = learning_rate_ * std::sqrt(1 - std::pow(kBeta2, t)) / (1 - std::pow(kBeta1, t));
  dense_kernels().adam(
      {net_.parameters().data(), first_.data(), second_.data(), gradient_.data()}, gradient_.size(),
      {static_cast<float>(rate), static_cast<float>(kBeta1), static_cast<float>(kBeta2), static_cast<float>(kEpsilon)});
  net_.changed();
}

double dense_loss(const DenseNet& net, const RowStore& store, std::size_t begin, std::size_t end) {
  const std::size_t rows = end - begin;
  std::vector<double> sums((rows + kLossPieceRows - 1) / kLossPieceRows);
  parallel_for(rows, kLossPieceRows, [&](std::size_t piece_begin, std::size_t piece_end) {
    DenseWorkspace work(net);
    std::array<const float*, kBlock> block{};
    std::array<float, kBlock> errors{};
    double sum = 0;
    for (std::size_t first = piece_begin; first < piece_end; first += kBlock) {
      const std::size_t count = std::min(kBlock, piece_end - first);
      for (std::size_t r = 0; r < count; ++r) block[r] = store.row(begin + first + r);
      net.begin(work, store, std::span(block).first(count));
      net.errors(work, errors);
      for (std::size_t r = 0; r < count; ++r) sum += static_cast<double>(errors[r]);
    }
    sums[piece_begin / kLossPieceRows] = sum;
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  return total / (static_cast<double>(rows) * static_cast<double>(net.columns()));
}

}  // namespace netstray
