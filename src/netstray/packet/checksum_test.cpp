#include "netstray/packet/checksum.h"

#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/packet/frame_testing.h"

namespace netstray {
namespace {

using made::Octets;

TEST(Checksum, AgreesWithTheSumOfSixteenBitWords) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Rng rng(seed);
    Octets octets(2 + rng.below(300));
    // Many bytes of all ones, so that carries come about.
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(rng.below(2) == 0 ? 0xff : rng.below(256));
    octets[0] = octets[1] = 0;
    made::put16(octets, 0, made::internet_checksum(octets));
    EXPECT_TRUE(checksum_holds(checksum_words(std::as_bytes(std::span(octets))))) << "seed " << seed;
    const std::size_t cut = rng.below(octets.size() / 2 + 1) * 2;
    const auto bytes = std::as_bytes(std::span(octets));
    EXPECT_TRUE(checksum_holds(checksum_words(bytes.first(cut)) + checksum_words(bytes.subspan(cut))))
        << "seed " << seed;
    octets[rng.below(octets.size())] ^= static_cast<std::uint8_t>(1U << rng.below(8));
    EXPECT_FALSE(checksum_holds(checksum_words(std::as_bytes(std::span(octets))))) << "seed " << seed;
  }
}

TEST(Checksum, TheLargestDatagramOfOnesDoesNotOverflow) {
  Octets octets(65'534, 0xff);
  EXPECT_TRUE(checksum_holds(checksum_words(std::as_bytes(std::span(octets)))));
  octets[1] = 0xfe;
  EXPECT_FALSE(checksum_holds(checksum_words(std::as_bytes(std::span(octets)))));
}

}  // namespace
}  // namespace netstray
