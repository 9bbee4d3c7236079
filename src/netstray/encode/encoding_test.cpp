#include "netstray/encode/encoding.h"

#include <string>

#include <gtest/gtest.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

std::string refusal(const std::string& text) {
  try {
    Encoding::parse(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Encoding, IsReadAndWrittenAsText) {
  for (const auto* text : {"log+one-hot", "log+rank+one-hot", "rank+rarity", "none+no-categories",
                           "standardise+standardised-one-hot", "standardise+log+minmax+robust+rank+none+rarity"}) {
    EXPECT_EQ(Encoding::parse(text).text(), text);
  }
  const Encoding both{{NumericScaling::log, NumericScaling::rank}, CategoryEncoding::rarity};
  EXPECT_EQ(Encoding::parse("log+rank+rarity"), both);
  EXPECT_EQ(Encoding::parse("rarity+log+rank"), both);
}

TEST(Encoding, TakesCategoriesAsOneHotWhereTheTextDoesNotSay) {
  EXPECT_EQ(Encoding::parse("rank").text(), "rank+one-hot");
  EXPECT_EQ(Encoding{}, Encoding::parse("log"));
}

TEST(Encoding, SaysWhatIsWrongWithAText) {
  EXPECT_NE(refusal("lgo+rank").find("did you mean log"), std::string::npos);
  EXPECT_NE(refusal("log+one_hot").find("did you mean one-hot"), std::string::npos);
  EXPECT_NE(refusal("log+log").find("log comes twice"), std::string::npos);
  EXPECT_NE(refusal("log+rarity+one-hot").find("twice what becomes of categories"), std::string::npos);
  EXPECT_NE(refusal("rarity").find("no scaling"), std::string::npos);
  for (const auto* text : {"", "+", "log+", "log rank", "LOG"}) {
    EXPECT_NE(refusal(text).find("as \"log+rank+one-hot\""), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace netstray
