#include "netstray/detect/neural/shuffled_rows.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "netstray/base/parallel.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

constexpr std::size_t kPieceRows = 16'384;
constexpr unsigned kHeapBits = 6;
constexpr std::size_t kHeaps = std::size_t{1} << kHeapBits;
constexpr unsigned kHeapsPerDraw = 64 / kHeapBits;
/// The heaps' streams follow those of the pieces, of which there are fewer.
constexpr std::uint64_t kFirstHeapStream = std::uint64_t{1} << 60;

using Heaps = std::array<std::size_t, kHeaps>;

/// Calls body(row, heap) for rows [begin, end), with the same heaps each time.
template <typename Body>
void throw_rows(std::uint64_t seed, std::size_t begin, std::size_t end, const Body& body) {
  Rng rng = Rng::stream(seed, begin / kPieceRows);
  for (std::size_t row = begin; row < end;) {
    std::uint64_t bits = rng.next();
    for (unsigned i = 0; i < kHeapsPerDraw && row < end; ++i, ++row, bits >>= kHeapBits) body(row, bits % kHeaps);
  }
}

void shuffle_range(Rng rng, const float** rows, std::size_t count) noexcept {
  for (std::size_t i = count; i > 1; --i) std::swap(rows[i - 1], rows[rng.below(i)]);
}

}  // namespace

void shuffle_rows(std::vector<const float*>& rows, std::vector<const float*>& room, std::uint64_t seed) {
  room.resize(rows.size());
  const std::size_t pieces = (rows.size() + kPieceRows - 1) / kPieceRows;
  std::vector<Heaps> places(pieces, Heaps{});
  parallel_for(rows.size(), kPieceRows, [&](std::size_t begin, std::size_t end) {
    Heaps& counts = places[begin / kPieceRows];
    throw_rows(seed, begin, end, [&](std::size_t, std::size_t heap) { ++counts[heap]; });
  });
  std::array<std::size_t, kHeaps + 1> begins{};
  std::size_t place = 0;
  for (std::size_t heap = 0; heap < kHeaps; ++heap) {
    for (Heaps& piece : places) place += std::exchange(piece[heap], place);
    begins[heap + 1] = place;
  }
  parallel_for(rows.size(), kPieceRows, [&](std::size_t begin, std::size_t end) {
    Heaps& next = places[begin / kPieceRows];
    throw_rows(seed, begin, end, [&](std::size_t row, std::size_t heap) { room[next[heap]++] = rows[row]; });
  });
  parallel_for(kHeaps, kHeaps / 8, [&](std::size_t first, std::size_t end) {
    for (std::size_t heap = first; heap < end; ++heap) {
      shuffle_range(Rng::stream(seed, kFirstHeapStream + heap), room.data() + begins[heap],
                    begins[heap + 1] - begins[heap]);
    }
  });
  rows.swap(room);
}

}  // namespace netstray
