#include "netstray/packet/drop_reason.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace netstray {
namespace {

TEST(DropReason, EachHasAWordOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kDropReasons; ++i) {
    const auto name = name_of(static_cast<DropReason>(i));
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_TRUE(std::ranges::all_of(name, [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); })) << name;
  }
  EXPECT_EQ(name_of(DropReason::arp), "arp");
  EXPECT_EQ(name_of(DropReason::bad_checksum), "bad_checksum");
}

TEST(DropReason, StandsInTheDocumentsAsInTheCode) {
  std::ostringstream page;
  page << std::ifstream("docs/packets.md").rdbuf();
  for (std::size_t i = 1; i < kDropReasons; ++i) {
    const auto reason = static_cast<DropReason>(i);
    const auto row = "| `" + std::string(name_of(reason)) + "` | " + std::string(meaning_of(reason)) + " |";
    EXPECT_NE(page.str().find(row), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace netstray
