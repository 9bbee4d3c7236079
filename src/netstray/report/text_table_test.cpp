#include "netstray/report/text_table.h"

#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/report/terminal.h"

namespace netstray {
namespace {

TEST(TextTable, AlignsColumnsBothWays) {
  TextTable table({{"family"}, {"rows", Align::right}, {"note"}});
  table.add_row({"dos", "7,458", "most"});
  table.add_row({"probe", "21"});
  EXPECT_EQ(table.text(2),
            "  family   rows  note\n"
            "  dos     7,458  most\n"
            "  probe      21\n");
}

TEST(TextTable, HasNoHeaderWithoutTitles) {
  TextTable table({{""}, {""}});
  table.add_row({"rows", "5"});
  EXPECT_EQ(table.text(), "rows  5\n");
}

TEST(TextTable, CutsTheLastColumnOnRequestOnly) {
  TextTable table({{"a"}, {"b"}});
  table.add_row({"x", "a long text that goes on"});
  EXPECT_EQ(table.text(0, 14), "a  b\nx  a long t...\n");
  EXPECT_NE(table.text().find("goes on"), std::string::npos);
}

TEST(TextTable, CountsColumnsOfTheTerminalNotBytes) {
  TextTable table({{"name"}, {"n", Align::right}});
  table.add_row({"caf\xc3\xa9", "1"});
  table.add_row({"\xe6\xbc\xa2\xe5\xad\x97", "22"});
  table.add_row({"\x1b[1mab\x1b[0m", "3"});
  EXPECT_EQ(table.text(), "name   n\ncaf\xc3\xa9   1\n\xe6\xbc\xa2\xe5\xad\x97  22\n\x1b[1mab\x1b[0m     3\n");
}

TEST(TextTable, KeepsEveryLineWithinTheWidthAskedFor) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    TextTable table({{"a", Align::right}, {"b"}, {"c", Align::right}});
    for (int row = 0; row < 5; ++row) {
      table.add_row({std::string(rng.below(6), 'x'), std::string(rng.below(6), 'y'), std::string(rng.below(60), 'z')});
    }
    for (const auto& line : split(table.text(2, 40), '\n')) EXPECT_LE(display_width(line), 40U) << "seed " << seed;
  }
}

TEST(Wrapped, BreaksAtSpacesAndLosesNoWord) {
  EXPECT_EQ(wrapped("one two three four", 9, 1), " one two\n three\n four\n");
  EXPECT_EQ(wrapped("about 12 % of", 9), "about\n12 % of\n");
  EXPECT_EQ(wrapped("", 9), "");
  EXPECT_EQ(wrapped("incomprehensibilities", 9), "incomprehensibilities\n");
}

TEST(Printable, DisarmsEscapeSequencesAndKeepsLetters) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(printable("line\nnext\t."), "line\\x0anext\\x09.");
  EXPECT_EQ(printable("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("\xc2\x9b"), "\\x9b");        // a control character above ASCII
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\u202e");  // right-to-left override
}

TEST(Printable, LeavesNoControlByteOfAnyText) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    std::string text;
    for (int i = 0; i < 40; ++i) text += static_cast<char>(rng.below(256));
    for (const char c : printable(text)) {
      EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << "seed " << seed;
    }
  }
}

TEST(Ink, WritesPlainTextWithoutColour) {
  EXPECT_EQ(Ink(false).alarm("x"), "x");
  EXPECT_EQ(Ink(true).alarm("x"), "\x1b[1;31mx\x1b[0m");
  EXPECT_EQ(Ink(true).strong(""), "");
}

TEST(ColourWanted, IsNotForAPipe) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_FALSE(colour_wanted(ends[1]));
  close(ends[0]);
  close(ends[1]);
}

TEST(ColourWanted, HeedsNoColorOnATerminal) {
  const int terminal = posix_openpt(0);
  if (terminal < 0 || isatty(terminal) != 1) GTEST_SKIP() << "no pseudo-terminal here";
  unsetenv("NO_COLOR");
  setenv("TERM", "xterm", 1);
  EXPECT_TRUE(colour_wanted(terminal));
  setenv("TERM", "dumb", 1);
  EXPECT_FALSE(colour_wanted(terminal));
  setenv("TERM", "xterm", 1);
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(colour_wanted(terminal));
  unsetenv("NO_COLOR");
  close(terminal);
}

}  // namespace
}  // namespace netstray
