#include "farbell/protocols/fair_shares.hpp"

#include <gtest/gtest.h>

namespace farbell {
namespace {

constexpr std::uint32_t light = 0, heavy = 1;

FairShares shares_of(double a, double b) { return FairShares(std::vector<double>{a, b}); }

TEST(FairShares, CountSlotsTimesTimeOverWeightWhileSomebodyWaits) {
  FairShares shares = shares_of(1, 4);
  shares.book(light, 2, Tick{0});
  shares.book(heavy, 2, Tick{0});
  EXPECT_EQ(shares.tag(light, Tick{100}), 0);
  shares.set_busy(true, Tick{100});
  EXPECT_EQ(shares.tag(light, Tick{110}), 20);
  EXPECT_EQ(shares.tag(heavy, Tick{110}), 5);
  shares.book(light, -1, Tick{110});
  EXPECT_EQ(shares.tag(light, Tick{120}), 30);
  shares.book(light, -1, Tick{120});
  EXPECT_EQ(shares.tag(light, Tick{1000}), 30);
  EXPECT_EQ(shares.tag(heavy, Tick{1100}), 500);
}

TEST(FairShares, AreForgottenWhenNobodyWaits) {
  FairShares shares = shares_of(1, 1);
  shares.set_busy(true, Tick{0});
  shares.book(light, 3, Tick{0});
  EXPECT_EQ(shares.tag(light, Tick{10}), 30);
  shares.set_busy(false, Tick{10});
  EXPECT_EQ(shares.tag(light, Tick{50}), 0);
  shares.set_busy(true, Tick{60});
  EXPECT_EQ(shares.tag(light, Tick{62}), 6);
}

TEST(FairShares, ARaiseIsABeginningAndNoFine) {
  FairShares shares = shares_of(1, 2);
  shares.set_busy(true, Tick{0});
  shares.raise(heavy, 7, Tick{5});
  shares.book(heavy, 1, Tick{5});
  EXPECT_EQ(shares.tag(heavy, Tick{9}), 9);
  shares.raise(heavy, 8, Tick{9});
  EXPECT_EQ(shares.tag(heavy, Tick{9}), 9);
}

TEST(FairShares, ANewWeightCountsFromNowOn) {
  FairShares shares = shares_of(1, 2);
  shares.set_busy(true, Tick{0});
  shares.book(light, 1, Tick{0});
  shares.set_weight(light, 4, Tick{8});
  EXPECT_EQ(shares.tag(light, Tick{8}), 8);
  EXPECT_EQ(shares.tag(light, Tick{12}), 9);
  shares.set_busy(false, Tick{12});
  shares.set_busy(true, Tick{20});
  EXPECT_EQ(shares.tag(light, Tick{24}), 1);
}

TEST(FairShares, OneComesAnewOnlyIfItWasAwayBefore) {
  FairShares shares = shares_of(1, 1);
  shares.comes(light, Tick{0});
  EXPECT_TRUE(shares.comes_anew(light));
  EXPECT_FALSE(shares.comes_anew(light));
  shares.goes(light, Tick{5});
  shares.comes(light, Tick{5});
  EXPECT_FALSE(shares.comes_anew(light));
  shares.goes(light, Tick{6});
  shares.comes(light, Tick{7});
  EXPECT_TRUE(shares.comes_anew(light));
}

}  // namespace
}  // namespace farbell
