#include "netstray/model/recipe.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

std::string refusal(std::string_view name, const std::vector<std::string>& settings,
                    const std::optional<Encoding>& encoding = {}) {
  try {
    make_recipe(name, settings, encoding);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::usage) << error.what();
    return error.what();
  }
  return "taken";
}

TEST(Recipe, OfADetectorIsOneMemberInItsOwnEncodingUnlessToldOtherwise) {
  const Recipe own = make_recipe("gmm", {"components=3"});
  ASSERT_EQ(own.members.size(), 1U);
  EXPECT_EQ(own.members[0].name, "gmm");
  EXPECT_EQ(own.members[0].encoding, Encoding::parse(own.members[0].detector->encoding));
  EXPECT_EQ(own.members[0].settings.text("components"), "3");
  EXPECT_FALSE(own.unique);
  EXPECT_EQ(make_recipe("gmm", {}, Encoding::parse("log+rank")).members[0].encoding.text(), "log+rank+one-hot");
}

TEST(Recipe, OfAnEnsembleSortsSettingsOutByMember) {
  const Recipe recipe =
      make_recipe("ensemble", {"members=iforest, gmm,gmm:wide", "join=max", "unique=yes", "iforest.sample=64",
                               "gmm:wide.components=16", "gmm:wide.encoding=rank+rarity"});
  ASSERT_EQ(recipe.members.size(), 3U);
  EXPECT_EQ(recipe.members[0].settings.text("sample"), "64");
  EXPECT_EQ(recipe.members[1].settings.text("components"), "8");
  EXPECT_EQ(recipe.members[2].name, "gmm:wide");
  EXPECT_EQ(recipe.members[2].settings.text("components"), "16");
  EXPECT_EQ(recipe.members[2].encoding.text(), "rank+rarity");
  EXPECT_EQ(recipe.join, Join::max);
  EXPECT_TRUE(recipe.unique);
}

TEST(Recipe, AutoIsAnEnsembleWhoseSettingsCanBeOverridden) {
  const Recipe recipe = make_recipe("auto", {"iforest.trees=7", "join=fisher"});
  EXPECT_EQ(recipe.name, "auto");
  EXPECT_TRUE(recipe.unique);
  EXPECT_EQ(recipe.join, Join::fisher);
  const auto forest = std::ranges::find(recipe.members, "iforest", &Recipe::Member::name);
  ASSERT_NE(forest, recipe.members.end());
  EXPECT_EQ(forest->settings.text("trees"), "7");
}

TEST(Recipe, WhatItDoesNotKnowIsRefusedWithTheNearest) {
  const std::vector<std::string> two = {"members=gmm,iforest"};
  const auto with = [&](const std::string& setting) { return std::vector<std::string>{two[0], setting}; };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {refusal("ato", {}), "did you mean auto?"},
      {refusal("gmm", {"componets=3"}), "did you mean \"components\"?"},
      {refusal("ensemble", {}), "members=mahalanobis,gmm,iforest"},
      {refusal("ensemble", {"members=gnm"}), "did you mean gmm?"},
      {refusal("ensemble", {"members=gmm,gmm"}), "stands twice"},
      {refusal("ensemble", {"members=gmm,logistic"}), "learns from labels"},
      {refusal("ensemble", with("iforst.trees=3")), "did you mean iforest?"},
      {refusal("ensemble", with("iforest.tres=3")), "did you mean \"trees\"?"},
      {refusal("ensemble", with("gmm.encoding=rnk")), "did you mean rank?"},
      {refusal("ensemble", with("join=sum")), "mean, fisher, max"},
      {refusal("ensemble", with("jion=mean")), "did you mean \"join\"?"},
      {refusal("auto", {}, Encoding::parse("rank")), "MEMBER.encoding"},
  };
  for (const auto& [text, part] : cases) EXPECT_NE(text.find(part), std::string::npos) << text << "\nlacks " << part;
}

}  // namespace
}  // namespace netstray
