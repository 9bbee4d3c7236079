#include "netstray/base/instruction_set.h"

#include <cstdlib>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "netstray/base/error.h"

namespace netstray {
namespace {

/// Puts the environment and the choice back.
class InstructionSets : public testing::Test {
 public:
  InstructionSets() {
    if (const char* set = std::getenv(kVariable)) before_ = set;
  }
  ~InstructionSets() override {
    before_ ? setenv(kVariable, before_->c_str(), 1) : unsetenv(kVariable);
    limit_instruction_set(InstructionSet::avx512);
  }
  static void force(const char* name) {
    setenv(kVariable, name, 1);
    limit_instruction_set_from_environment();
  }

 private:
  static constexpr const char* kVariable = "NETSTRAY_ISA";
  std::optional<std::string> before_;
};

TEST_F(InstructionSets, AreLimitedByTheEnvironment) {
  force("portable");
  EXPECT_EQ(instruction_set(), InstructionSet::portable);
  force(std::string(name_of(supported_instruction_set())).c_str());
  EXPECT_EQ(instruction_set(), supported_instruction_set());
}

TEST_F(InstructionSets, AreLeftAloneByAnEmptyVariable) {
  force("");
  EXPECT_EQ(instruction_set(), supported_instruction_set());
}

TEST_F(InstructionSets, RefuseAnUnknownName) {
  try {
    force("sse9");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::usage);
    EXPECT_STREQ(error.what(), "NETSTRAY_ISA: found \"sse9\", expected portable, avx2 or avx512");
  }
}

TEST_F(InstructionSets, NeverExceedWhatTheMachineHas) {
  limit_instruction_set(InstructionSet::avx512);
  EXPECT_LE(instruction_set(), supported_instruction_set());
  limit_instruction_set(InstructionSet::portable);
  EXPECT_EQ(instruction_set(), InstructionSet::portable);
}

}  // namespace
}  // namespace netstray
