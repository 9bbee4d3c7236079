#include "netstray/flow/flow_index.h"

#include <map>

#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/flow/siphash.h"

namespace netstray {
namespace {

TEST(SipHash, HasThePublishedValueOfNothing) {
  // The first vector of SipHash-1-3 in the tests of Rust's standard library: key 00 01 ... 0f, no bytes.
  SipHash13 hash({0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL});
  EXPECT_EQ(hash.finish(), 0xabac0158050fc4dcULL);
}

TEST(SipHash, DependsOnKeyAndWords) {
  const auto hash = [](SipKey key, std::initializer_list<std::uint64_t> words) {
    SipHash13 out(key);
    for (const std::uint64_t word : words) out.add(word);
    return out.finish();
  };
  EXPECT_EQ(hash({1, 2}, {3, 4}), hash({1, 2}, {3, 4}));
  EXPECT_NE(hash({1, 2}, {3, 4}), hash({1, 3}, {3, 4}));
  EXPECT_NE(hash({1, 2}, {3, 4}), hash({1, 2}, {4, 3}));
  EXPECT_NE(hash({1, 2}, {0}), hash({1, 2}, {0, 0}));
}

TEST(FlowIndex, FindsWhatWasAddedAndNotWhatWasRemoved) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    FlowIndex index(8);
    std::map<BlockRef, std::uint64_t> kept;  // its hash
    BlockRef next = 1;
    for (int i = 0; i < 150; ++i) {
      if (rng.below(5) < 3 || kept.empty()) {
        // Few hashes, so that chains run into each other and round the end.
        const std::uint64_t hash = rng.below(16) * 0x40000003ULL;
        if (index.wants_to_grow()) index.grow();
        index.add(hash, next);
        kept[next++] = hash;
      } else {
        auto gone = kept.begin();
        std::advance(gone, static_cast<std::ptrdiff_t>(rng.below(kept.size())));
        const std::size_t place = index.find(gone->second, [&](BlockRef ref) { return ref == gone->first; });
        ASSERT_NE(place, FlowIndex::kNowhere) << "seed " << seed;
        index.remove(place);
        kept.erase(gone);
      }
      ASSERT_EQ(index.size(), kept.size()) << "seed " << seed;
      for (BlockRef ref = 1; ref < next; ++ref) {
        const auto found = kept.find(ref);
        const std::uint64_t hash = found == kept.end() ? rng.below(16) * 0x40000003ULL : found->second;
        const std::size_t place = index.find(hash, [&](BlockRef other) { return other == ref; });
        ASSERT_EQ(place != FlowIndex::kNowhere, found != kept.end()) << "seed " << seed << ", entry " << ref;
      }
    }
    EXPECT_EQ(index.drain().size(), kept.size()) << "seed " << seed;
    EXPECT_EQ(index.size(), 0U);
  }
}

}  // namespace
}  // namespace netstray
