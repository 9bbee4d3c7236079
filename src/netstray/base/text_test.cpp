#include "netstray/base/text.h"

#include <gtest/gtest.h>

namespace netstray {
namespace {

TEST(Text, NumbersAreReadWhole) {
  EXPECT_EQ(parse_double("1.5e3"), 1500);
  EXPECT_EQ(parse_double("+2"), 2);
  EXPECT_FALSE(parse_double("1.5x"));
  EXPECT_FALSE(parse_double(""));
  EXPECT_EQ(parse_integer("-12"), -12);
  EXPECT_FALSE(parse_integer("1.0"));
  EXPECT_FALSE(parse_integer("99999999999999999999"));
}

TEST(Text, TheNearestNameIsOneThatCouldBeMeant) {
  const std::vector<std::string> names = {"label", "service", "src_bytes"};
  EXPECT_EQ(nearest("lable", names), "label");
  EXPECT_EQ(nearest("SERVISE", names), "service");
  EXPECT_FALSE(nearest("quantity", names));
}

TEST(Text, NumbersAreWrittenForPeople) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(readable(0.25), "0.25");
  EXPECT_EQ(readable(1234567), "1234567");
  EXPECT_EQ(readable(123.456), "123.5");
  EXPECT_EQ(readable(1e15), "1e+15");
}

TEST(Text, QuotingDisarmsControlBytesAndCutsLongTexts) {
  EXPECT_EQ(quoted("a\x1b[31m"), "\"a\\x1b[31m\"");
  EXPECT_EQ(quoted("abcdef", 3), "\"abc\"...");
}

TEST(Text, SplittingAndJoiningAreInverse) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(join(split("a,,b", ','), ","), "a,,b");
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
}

}  // namespace
}  // namespace netstray
