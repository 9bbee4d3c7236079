#include "netstray/table/number_text.h"

#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "netstray/base/rng.h"
#include "netstray/table/epoch.h"

namespace netstray {
namespace {

using Kind = NumberText::Kind;

TEST(NumberText, TellsIntegersDecimalsAndTheRest) {
  struct Case {
    std::string text;
    Kind kind;
    double value;
  };
  const std::vector<Case> cases = {
      {"0", Kind::integer, 0},
      {"-7", Kind::integer, -7},
      {"007", Kind::integer, 7},
      {"1234567890123456", Kind::integer, 1234567890123456.0},
      {"9223372036854775807", Kind::integer, 9223372036854775807.0},
      {"9223372036854775808", Kind::floating, 9223372036854775808.0},
      {"0.25", Kind::decimal, 0.25},
      {"-0.5", Kind::decimal, -0.5},
      {".5", Kind::decimal, 0.5},
      {"5.", Kind::decimal, 5},
      {"0.12345678901234567", Kind::floating, 0.12345678901234567},
      {"1e5", Kind::floating, 1e5},
      {"-2.5E-3", Kind::floating, -2.5e-3},
      {"1e-999", Kind::floating, 0},
      {"0e999", Kind::floating, 0},
  };
  for (const auto& c : cases) {
    const auto number = parse_number(c.text);
    EXPECT_EQ(number.kind, c.kind) << c.text;
    EXPECT_EQ(value_of(number), c.value) << c.text;
  }
}

TEST(NumberText, IsNoNumberWhereAnythingElseStands) {
  for (const std::string text :
       {"",     "-",  ".",   "-.",  "+5",   "0x1f",     "1 ", " 1", "1,5", "1.2.3",
        "--1",  "1-", "inf", "nan", "-inf", "infinity", "1e", "e5", "12a", "1234567890123456789a",
        "1_000"}) {
    EXPECT_EQ(parse_number(text).kind, Kind::none) << text;
  }
}

TEST(NumberText, IsTooLargeBeyondTheRangeOfDoubles) {
  for (const std::string& text : {std::string("1e999"), std::string("-1e309"), std::string(400, '9'),
                                  std::string("0.001e99999999999999999999"), std::string(400, '1') + ".5"}) {
    EXPECT_EQ(parse_number(text).kind, Kind::too_large) << text;
  }
  EXPECT_EQ(value_of(parse_number("0." + std::string(400, '0') + "1")), 0);
}

TEST(NumberText, IsTheNearestDoubleForAnyText) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Rng rng(seed);
    std::string text = rng.uniform() < 0.3 ? "-" : "";
    for (std::uint64_t i = 1 + rng.below(12); i > 0; --i) text += static_cast<char>('0' + rng.below(10));
    if (rng.uniform() < 0.7) {
      text += '.';
      for (std::uint64_t i = rng.below(12); i > 0; --i) text += static_cast<char>('0' + rng.below(10));
    }
    if (rng.uniform() < 0.3) text += fmt::format("e{}", static_cast<int>(rng.below(60)) - 30);
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    EXPECT_EQ(value_of(parse_number(text)), value) << "seed " << seed << " " << text;
  }
}

TEST(Epoch, UnitsAreToldApartByTheirRange) {
  EXPECT_EQ(plausible_epoch_unit(1469718399), EpochUnit::seconds);
  EXPECT_EQ(plausible_epoch_unit(1469718399000), EpochUnit::milliseconds);
  EXPECT_EQ(plausible_epoch_unit(1469718399000000), EpochUnit::microseconds);
  EXPECT_EQ(plausible_epoch_unit(1469718399000000000), EpochUnit::nanoseconds);
  EXPECT_EQ(plausible_epoch_unit(0), std::nullopt);
  EXPECT_EQ(plausible_epoch_unit(443), std::nullopt);
}

TEST(Epoch, TimesAreExactToTheNanosecond) {
  EXPECT_EQ(epoch_time(parse_number("1469718399.123456"), EpochUnit::seconds), 1469718399123456000);
  EXPECT_EQ(epoch_time(parse_number("1469718399123"), EpochUnit::milliseconds), 1469718399123000000);
  EXPECT_EQ(epoch_time(parse_number("1469718399000000001"), EpochUnit::nanoseconds), 1469718399000000001);
  EXPECT_EQ(epoch_time(parse_number("99999999999999"), EpochUnit::seconds), std::nullopt);
  EXPECT_EQ(epoch_time(parse_number("1e300"), EpochUnit::seconds), std::nullopt);
}

TEST(Epoch, NamesOfTimesAreKnownByTheirWords) {
  for (const auto* name :
       {"ts", "Time", "timestamp", "flow_start", "first.seen", "StartTime", "end-time", "Last Seen"}) {
    EXPECT_TRUE(named_as_time(name)) << name;
  }
  for (const auto* name : {"duration", "bytes", "times_seen_count_x", "lifetime", "ends", "restart", ""}) {
    EXPECT_EQ(named_as_time(name), std::string(name) == "times_seen_count_x") << name;
  }
}

}  // namespace
}  // namespace netstray
