#include "farbell/base/units.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <regex>

#include "farbell/base/errors.hpp"

namespace farbell {
namespace {

TEST(Quantity, IsTheDoubleOneWouldWrite) {
  // Multiplying 0.1 by 1e-3 gives another double than 1e-4; so do many others here.
  EXPECT_EQ(parse_quantity("0.1 ms", "s"), 1e-4);
  EXPECT_EQ(parse_quantity("50us", "s"), 50e-6);
  EXPECT_EQ(parse_quantity("3 ns", "s"), 3e-9);
  EXPECT_EQ(parse_quantity("0.7 ps", "s"), 0.7e-12);
  EXPECT_EQ(parse_quantity("25 km", "m"), 25e3);
  EXPECT_EQ(parse_quantity("0.1 km", "m"), 100);
  EXPECT_EQ(parse_quantity("1.1 um", "m"), 1.1e-6);
  EXPECT_EQ(parse_quantity("2 GHz", "Hz"), 2e9);
  EXPECT_EQ(parse_quantity("0.2 dB/km", "dB/km"), 0.2);
  EXPECT_EQ(parse_quantity("0.0002 dB/m", "dB/km"), 0.2);
  EXPECT_EQ(parse_quantity("200000 km/s", "m/s"), 2e8);
  EXPECT_EQ(parse_quantity("1e-3 s", "s"), 1e-3);
  EXPECT_EQ(parse_quantity("1E+2ms", "s"), 0.1);
}

TEST(Quantity, UnitsThatAreNoPowersOfTen) {
  EXPECT_EQ(parse_quantity("1.5 min", "s"), 90);
  EXPECT_EQ(parse_quantity("2 h", "s"), 7200);
  EXPECT_EQ(parse_quantity("365 d", "s"), 31'536'000);
  EXPECT_EQ(parse_quantity("90 deg", "deg"), 90);
  EXPECT_DOUBLE_EQ(parse_quantity("1 rad", "deg"), 180 / std::numbers::pi);
}

TEST(Quantity, Spellings) {
  EXPECT_EQ(parse_quantity("  +5\tkm ", "m"), 5000);
  EXPECT_EQ(parse_quantity("-5 m", "m"), -5);
  EXPECT_EQ(parse_quantity(".5 m", "m"), 0.5);
  EXPECT_EQ(parse_quantity("5. m", "m"), 5);
  EXPECT_EQ(parse_quantity("3 \u00b5s", "s"), 3e-6);  // micro sign
  EXPECT_EQ(parse_quantity("3 \u03bcs", "s"), 3e-6);  // Greek mu
}

struct BadQuantity {
  const char* text;
  const char* unit;
  const char* nearest;
};

class Refused : public testing::TestWithParam<BadQuantity> {};

TEST_P(Refused, WithWhatIsAllowed) {
  const auto& [text, unit, nearest] = GetParam();
  try {
    parse_quantity(text, unit);
    FAIL() << text;
  } catch (const SpecError& error) {
    EXPECT_EQ(error.path, "");
    EXPECT_FALSE(error.found.empty());
    EXPECT_FALSE(error.allowed.empty());
    EXPECT_EQ(error.nearest, nearest);
  }
}

INSTANTIATE_TEST_SUITE_P(Quantity, Refused,
                         testing::Values(BadQuantity{"", "s", ""}, BadQuantity{"s", "s", ""}, BadQuantity{"5", "s", ""},
                                         BadQuantity{"5 km", "s", ""}, BadQuantity{"5 sec", "s", "s"},
                                         BadQuantity{"5 KM", "m", "km"}, BadQuantity{"nan s", "s", ""},
                                         BadQuantity{"inf s", "s", ""}, BadQuantity{"1e s", "s", ""},
                                         BadQuantity{"1e999 s", "s", ""}, BadQuantity{"1e-999 s", "s", ""},
                                         BadQuantity{"1e99999999999999999999 s", "s", ""}, BadQuantity{"0x10 s", "s", ""},
                                         BadQuantity{"1,5 s", "s", ""}, BadQuantity{"1 s s", "s", "s"},
                                         BadQuantity{"- 5 s", "s", ""}, BadQuantity{"1.2.3 s", "s", ""}));

TEST(Quantity, LongTextsAreReadQuickly) {
  EXPECT_THROW(parse_quantity(std::string(10'000'000, '9') + " s", "s"), SpecError);
  EXPECT_EQ(parse_quantity("0." + std::string(1'000'000, '0') + " s", "s"), 0);
}

TEST(Quantity, DispersionAsDataSheetsWriteIt) {
  EXPECT_EQ(parse_quantity("17 ps/nm/km", "s/m2"), 17e-6);
  EXPECT_NEAR(parse_quantity("0.1 ps/sqrt(km)", "s/sqrt(m)") / 1e-13, 1 / std::sqrt(1000), 1e-15);
  const std::regex pmd(units_pattern("s/sqrt(m)"), std::regex::ECMAScript);
  EXPECT_TRUE(std::regex_match("0.1 ps/sqrt(km)", pmd));
  EXPECT_FALSE(std::regex_match("0.1 ps/sqrtkm", pmd));
}

TEST(Quantity, PatternTakesWhatIsRead) {
  const std::regex time(units_pattern("s"), std::regex::ECMAScript);
  for (const char* text : {"1 s", " 0.1 ms ", "+.5us", "5.h", "1e-3 s", "3 \u00b5s"}) {
    EXPECT_TRUE(std::regex_match(text, time)) << text;
    EXPECT_NO_THROW(parse_quantity(text, "s")) << text;
  }
  for (const char* text : {"", "1", "1 km", "e3 s", ". s", "1 s s", "1\v s", "1\u00a0s"}) {
    EXPECT_FALSE(std::regex_match(text, time)) << text;
    EXPECT_THROW(parse_quantity(text, "s"), SpecError) << text;
  }
}

}  // namespace
}  // namespace farbell
