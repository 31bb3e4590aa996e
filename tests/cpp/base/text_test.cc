#include "farbell/base/text.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>

namespace farbell {
namespace {

double read_back(const std::string& text) {
  double x = 0;
  std::from_chars(text.data(), text.data() + text.size(), x);
  return x;
}

TEST(NumberText, ReadsBackAsTheSameDouble) {
  std::mt19937_64 bits(20240607);
  for (int i = 0; i < 20'000; ++i) {
    const double x = std::bit_cast<double>(bits());
    if (!std::isfinite(x)) continue;
    EXPECT_EQ(read_back(number_text(x)), x) << number_text(x);
  }
  for (const double x : {0.0, 1e-4, 0.1, 5e-324, std::numeric_limits<double>::max(), 1e10 - 1, 1e10, -9999999999.0})
    EXPECT_EQ(read_back(number_text(x)), x) << number_text(x);
}

TEST(NumberText, IsWhatOneWouldWrite) {
  EXPECT_EQ(number_text(200'000'000), "200000000");
  EXPECT_EQ(number_text(0.2), "0.2");
  EXPECT_EQ(number_text(1), "1");
}

TEST(Shortened, CutsBetweenCharacters) {
  EXPECT_EQ(shortened("short"), "short");
  EXPECT_EQ(shortened("abcdef", 3), "abc...");
  EXPECT_EQ(shortened("ab\u00e9", 3), "ab...");       // two bytes
  EXPECT_EQ(shortened("\U0001f600x", 4), "\U0001f600...");  // four bytes
  EXPECT_EQ(shortened("\U0001f600x", 3), "...");
}

TEST(Printable, IsAlwaysUtf8) {
  EXPECT_EQ(printable("a\u00b5\u20ac\U0001f600"), "a\u00b5\u20ac\U0001f600");
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("a\xc3"), "a\\xc3");                  // cut
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(printable("\xe0\x80\x80"), "\\xe0\\x80\\x80");  // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(Quoted, IsJson) {
  EXPECT_EQ(in_quotes("a\"b\\c\n\r\t\x01\x7f\u00e9"), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u007f\u00e9\"");
}

}  // namespace
}  // namespace farbell
