#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "netstray/base/byte_source.h"

namespace netstray {

/// A source whose first bytes can be looked at before they are read.
class PeekedSource final : public ByteSource {
 public:
  explicit PeekedSource(std::unique_ptr<ByteSource> source);

  /// The first bytes of the content: at least so many (a pipe is waited for), fewer only where it has no more. Only
  /// before read().
  std::string_view peek(std::size_t at_least);

  std::size_t read(std::span<char> out) override;
  std::string_view compression() const noexcept override { return source_->compression(); }
  std::string digest() const override { return source_->digest(); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string front_;
  std::size_t given_ = 0;
};

}  // namespace netstray
