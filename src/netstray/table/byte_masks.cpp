#include "netstray/table/byte_masks.h"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "netstray/base/instruction_set.h"

namespace netstray {
namespace {

constexpr std::size_t kBytes = 64;
constexpr std::uint64_t kOnes = 0x0101010101010101;

/// Which of the 8 bytes of `word` equal the byte that `pattern` repeats: bit i for byte i.
std::uint64_t equal_bytes(std::uint64_t word, std::uint64_t pattern) noexcept {
  constexpr std::uint64_t kLow = 0x7f7f7f7f7f7f7f7f;
  constexpr std::uint64_t kGather = 0x0102040810204080;
  const std::uint64_t difference = word ^ pattern;
  const std::uint64_t zeros = ~(((difference & kLow) + kLow) | difference | kLow);  // 0x80 where the byte is equal
  return ((zeros >> 7) * kGather) >> 56;
}

void find_portably(const char* text, std::size_t count, char delimiter, ByteMasks* masks) noexcept {
  const std::uint64_t delimiters = kOnes * static_cast<unsigned char>(delimiter);
  for (std::size_t i = 0; i < count; ++i, text += kBytes) {
    ByteMasks mask;
    for (unsigned byte = 0; byte < kBytes; byte += 8) {
      std::uint64_t word = 0;
      for (unsigned j = 0; j < 8; ++j) word |= std::uint64_t{static_cast<unsigned char>(text[byte + j])} << (8 * j);
      mask.delimiters |= equal_bytes(word, delimiters) << byte;
      mask.line_ends |= equal_bytes(word, kOnes * '\n') << byte;
      mask.quotes |= equal_bytes(word, kOnes * '"') << byte;
      mask.carriage_returns |= equal_bytes(word, kOnes * '\r') << byte;
    }
    masks[i] = mask;
  }
}

#if defined(__x86_64__)

[[gnu::target("avx2")]] std::uint64_t equal_bytes(__m256i low, __m256i high, __m256i pattern) noexcept {
  const auto first = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, pattern)));
  const auto second = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, pattern)));
  return first | std::uint64_t{second} << 32;
}

[[gnu::target("avx2")]] void find_avx2(const char* text, std::size_t count, char delimiter, ByteMasks* masks) noexcept {
  const __m256i delimiters = _mm256_set1_epi8(delimiter);
  const __m256i line_ends = _mm256_set1_epi8('\n');
  const __m256i quotes = _mm256_set1_epi8('"');
  const __m256i carriage_returns = _mm256_set1_epi8('\r');
  for (std::size_t i = 0; i < count; ++i, text += kBytes) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + kBytes / 2));
    masks[i] = {equal_bytes(low, high, delimiters), equal_bytes(low, high, line_ends), equal_bytes(low, high, quotes),
                equal_bytes(low, high, carriage_returns)};
  }
}

[[gnu::target("avx512f,avx512vl,avx512bw,avx512dq")]] void find_avx512(const char* text, std::size_t count,
                                                                       char delimiter, ByteMasks* masks) noexcept {
  const __m512i delimiters = _mm512_set1_epi8(delimiter);
  const __m512i line_ends = _mm512_set1_epi8('\n');
  const __m512i quotes = _mm512_set1_epi8('"');
  const __m512i carriage_returns = _mm512_set1_epi8('\r');
  for (std::size_t i = 0; i < count; ++i, text += kBytes) {
    const __m512i bytes = _mm512_loadu_si512(text);
    masks[i] = {_mm512_cmpeq_epi8_mask(bytes, delimiters), _mm512_cmpeq_epi8_mask(bytes, line_ends),
                _mm512_cmpeq_epi8_mask(bytes, quotes), _mm512_cmpeq_epi8_mask(bytes, carriage_returns)};
  }
}

#endif

}  // namespace

void find_bytes(const char* text, std::size_t count, char delimiter, ByteMasks* masks) noexcept {
#if defined(__x86_64__)
  if (instruction_set() == InstructionSet::avx512) return find_avx512(text, count, delimiter, masks);
  if (instruction_set() == InstructionSet::avx2) return find_avx2(text, count, delimiter, masks);
#endif
  find_portably(text, count, delimiter, masks);
}

}  // namespace netstray
