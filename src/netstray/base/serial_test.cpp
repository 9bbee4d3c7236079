#include "netstray/base/serial.h"

#include <gtest/gtest.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

std::string sample_bytes() {
  ByteWriter out;
  out.put<std::uint32_t>(7);
  out.put(2.5);
  out.put_text("words");
  out.put_vector(std::vector<std::uint16_t>{1, 2, 3});
  out.put_texts({"a", ""});
  return out.bytes();
}

void read_sample(std::string_view bytes) {
  ByteReader in(bytes, "sample");
  EXPECT_EQ(in.get<std::uint32_t>(), 7U);
  EXPECT_EQ(in.get<double>(), 2.5);
  EXPECT_EQ(in.get_text(), "words");
  EXPECT_EQ(in.get_vector<std::uint16_t>(), (std::vector<std::uint16_t>{1, 2, 3}));
  EXPECT_EQ(in.get_texts(), (std::vector<std::string>{"a", ""}));
  in.expect_end();
}

TEST(Serial, WhatIsWrittenIsReadAgain) { read_sample(sample_bytes()); }

TEST(Serial, BytesThatEndEarlyOrGoOnAreErrors) {
  const std::string bytes = sample_bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(read_sample(std::string_view(bytes).substr(0, size)), Error) << size;
  }
  EXPECT_THROW(read_sample(bytes + "x"), Error);
}

TEST(Serial, AHugeLengthIsRefusedBeforeMemoryIsTaken) {
  ByteWriter out;
  out.put<std::uint64_t>(UINT64_MAX);
  ByteReader numbers(out.bytes(), "sample");
  EXPECT_THROW(numbers.get_vector<double>(), Error);
  ByteReader texts(out.bytes(), "sample");
  EXPECT_THROW(texts.get_texts(), Error);
  ByteReader text(out.bytes(), "sample");
  EXPECT_THROW(text.get_text(), Error);
}

}  // namespace
}  // namespace netstray
