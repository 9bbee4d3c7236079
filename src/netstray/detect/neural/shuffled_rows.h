#pragma once

#include <cstdint>
#include <vector>

namespace netstray {

/// Puts rows in an order of which each is as likely as any other (Rao 1961, Sandelius 1962: each row is thrown on a
/// random heap, each heap is shuffled), so that heaps fit the cache and can be shuffled side by side. `room` is memory
/// to work in, of the same size afterwards. Uses threads(), same result for any number of them. A few ns a row.
void shuffle_rows(std::vector<const float*>& rows, std::vector<const float*>& room, std::uint64_t seed);

}  // namespace netstray
