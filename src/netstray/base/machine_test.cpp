#include "netstray/base/machine.h"

#include <gtest/gtest.h>

namespace netstray {
namespace {

TEST(Machine, FindsValuesInLines) {
  const std::string text = "NAME=\"Debian GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nnothing\nlast=";
  EXPECT_EQ(value_of(text, "PRETTY_NAME", '='), "Debian GNU/Linux 12 (bookworm)");
  EXPECT_EQ(value_of(text, "NAME", '='), "Debian GNU/Linux");
  EXPECT_EQ(value_of(text, "last", '='), "");
  EXPECT_EQ(value_of(text, "nothing", '='), "");
  EXPECT_EQ(value_of("model name\t: A processor\nmodel\t: 3", "model name", ':'), "A processor");
}

TEST(Machine, FindsTheChoiceInBrackets) {
  EXPECT_EQ(bracketed("always [madvise] never\n"), "madvise");
  EXPECT_EQ(bracketed("always"), "");
  EXPECT_EQ(bracketed("] ["), "");
}

TEST(Machine, HasACoreAndNoMoreMemoryAvailableThanThereIs) {
  const Machine machine = this_machine();
  EXPECT_GE(machine.cores, 1U);
  if (machine.memory && machine.available) {
    EXPECT_LE(*machine.available, *machine.memory);
  }
}

}  // namespace
}  // namespace netstray
