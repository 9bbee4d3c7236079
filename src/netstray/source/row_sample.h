#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "netstray/base/rng.h"
#include "netstray/table/table_reader.h"

namespace netstray {

/// Draws rows from a stream of unknown length: each row gets a random number, and those with the smallest ones stay, in
/// the order of the file. Every set of rows is as likely as any other; the same seed draws the same rows, however the
/// stream came in batches. Memory: twice the rows wanted, and what is appended between two calls.
class RowSample {
 public:
  /// Draws `wanted` rows, at least 1.
  RowSample(std::size_t wanted, std::uint64_t seed);

  /// Tells that rows were appended to the batch, of which some may be let go of.
  void thin(RowBatch& batch);
  /// Leaves exactly the rows wanted, or all where there were fewer. Call it once, last.
  void finish(RowBatch& batch);
  /// The rows of the batch by their number in the stream, from 1.
  const std::vector<std::uint64_t>& numbers() const noexcept { return numbers_; }

 private:
  void keep_smallest(RowBatch& batch);

  std::size_t wanted_;
  Rng rng_;
  std::vector<std::uint64_t> keys_;  // one a row of the batch
  std::vector<std::uint64_t> numbers_;
  std::uint64_t seen_ = 0;
};

}  // namespace netstray
