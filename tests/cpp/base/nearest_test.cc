#include "farbell/base/nearest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace farbell {
namespace {

TEST(EditDistance, CountsSlips) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("memroy", "memory"), 1u);  // neighbours swapped
  EXPECT_EQ(edit_distance("Memory", "memory"), 0u);
}

TEST(NearestName, IsTheOneThatWasMeant) {
  const std::vector<std::string> names{"length_m", "attenuation_db_per_km", "speed_m_per_s"};
  EXPECT_EQ(nearest_name("lenght_m", names), "length_m");
  EXPECT_EQ(nearest_name("length", names), "length_m");
  EXPECT_EQ(nearest_name("length_km", names), "length_m");
  EXPECT_EQ(nearest_name("attenuation", names), "attenuation_db_per_km");
  EXPECT_EQ(nearest_name("speed_m_s", names), "speed_m_per_s");
}

TEST(NearestName, IsEmptyWhereNothingIsNear) {
  const std::vector<std::string> names{"length_m", "efficiency"};
  EXPECT_EQ(nearest_name("colour", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name(std::string(1'000'000, 'l'), names), "");
  EXPECT_EQ(nearest_name("x", std::vector<std::string>{}), "");
}

}  // namespace
}  // namespace farbell
