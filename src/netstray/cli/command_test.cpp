#include "netstray/cli/command.h"

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/cli/help.h"

namespace netstray {
namespace {

/// What a small command of our own takes.
struct Taken {
  std::string data;
  std::string out = "-";
  std::vector<std::string> drop;
  std::uint64_t seed = 3;
  double share = 0.5;
  bool json = false;

  CommandSpec spec() {
    CommandSpec made("try", "a command for tests");
    made.example("netstray try x", "tries x")
        .positional("DATA", data, "what to try")
        .text("-o,--out", "FILE", out, "where it goes")
        .texts("--drop", "COLUMNS", drop, "what not to try")
        .number("--seed", "N", seed, 0, 100, "a seed")
        .real("--share", "S", share, 0, 1, "a share")
        .flag("--json", json, "as JSON");
    return made;
  }

  bool parse(const std::vector<std::string>& arguments) { return parse_arguments(spec(), arguments); }
};

std::string error_of(const std::vector<std::string>& arguments) {
  Taken taken;
  try {
    taken.parse(arguments);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::usage);
    return error.what();
  }
  return "no error";
}

TEST(CommandLine, TakesOptionsInAnyOrderAndForm) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"x", "-o", "y", "--seed", "7", "--json", "--drop", "a,b"},
                                             {"--json", "--seed=7", "--out=y", "--drop", "a", "--drop", "b", "x"}}) {
    Taken taken;
    ASSERT_TRUE(taken.parse(arguments));
    EXPECT_EQ(taken.data, "x");
    EXPECT_EQ(taken.out, "y");
    EXPECT_EQ(taken.seed, 7U);
    EXPECT_TRUE(taken.json);
    EXPECT_EQ(taken.drop, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(taken.share, 0.5);
  }
}

TEST(CommandLine, ADashIsStandardInput) {
  Taken taken;
  ASSERT_TRUE(taken.parse({"-"}));
  EXPECT_EQ(taken.data, "-");
}

TEST(CommandLine, HelpIsAskedForAnywhere) {
  Taken taken;
  EXPECT_FALSE(taken.parse({"x", "--help"}));
  EXPECT_FALSE(taken.parse({"-h"}));
}

TEST(CommandLine, MistakesAreNamed) {
  EXPECT_NE(error_of({}).find("DATA is missing"), std::string::npos);
  EXPECT_NE(error_of({"x", "y"}).find("one argument too many: \"y\""), std::string::npos);
  EXPECT_NE(error_of({"x", "--sead", "1"}).find("did you mean --seed?"), std::string::npos);
  EXPECT_NE(error_of({"x", "--sead=1"}).find("did you mean --seed?"), std::string::npos);
  EXPECT_NE(error_of({"x", "--seed", "101"}).find("from 0 to 100"), std::string::npos);
  EXPECT_NE(error_of({"x", "--share", "nan"}).find("found \"nan\""), std::string::npos);
  EXPECT_NE(error_of({"x", "--seed"}), "no error");
}

TEST(CommandLine, HelpHasEveryOptionWithItsDefault) {
  Taken taken;
  const std::string help = command_help(taken.spec());
  EXPECT_LT(help.find("Examples:"), help.find("Usage:"));
  for (const char* words : {"-o, --out FILE", "[default: 3]", "--share S", "DATA", "--json"}) {
    EXPECT_NE(help.find(words), std::string::npos) << words;
  }
}

TEST(CommandLine, ScriptsAndManPageNameEveryCommandAndOption) {
  Taken taken;
  const std::vector<CommandSpec> specs = {taken.spec()};
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(shell, specs);
    EXPECT_NE(script.find("try"), std::string::npos) << shell;
    EXPECT_NE(script.find("share"), std::string::npos) << shell;
  }
  EXPECT_THROW(completion_script("tcsh", specs), Error);
  EXPECT_NE(man_page(specs).find("\\-\\-share S"), std::string::npos);
}

}  // namespace
}  // namespace netstray
