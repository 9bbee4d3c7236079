#pragma once

#include <string>
#include <utility>

#include <zlib.h>
#include <zstd.h>

namespace netstray {

/// Compressed content for tests, made by zlib and in one go by libzstd: not by the code that reads it.

/// `window_bits` as deflateInit2 has it: -15 for bare deflate, 15 + 16 for a gzip member.
inline std::string deflated(std::string text, int level, int window_bits) {
  constexpr int kUsualMemory = 8;
  z_stream stream{};
  deflateInit2(&stream, level, Z_DEFLATED, window_bits, kUsualMemory, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// One gzip member.
inline std::string gzip(std::string text) { return deflated(std::move(text), Z_DEFAULT_COMPRESSION, 15 + 16); }

/// One zstd frame with a checksum.
inline std::string zstd(const std::string& text) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return out;
}

}  // namespace netstray
