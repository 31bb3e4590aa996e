// The same bits with AVX2 and without.
#include <gtest/gtest.h>

#include "kernel_story.hpp"

namespace farbell_plain {
bool kernels_use_avx2();
std::vector<std::uint64_t> story_of_frames(int n, int shots, std::uint64_t seed);
std::vector<std::uint64_t> story_of_a_tableau(int n, std::uint64_t seed);
}  // namespace farbell_plain

namespace farbell {
namespace {

class Kernels : public ::testing::TestWithParam<int> {
  void SetUp() override {
    ASSERT_FALSE(farbell_plain::kernels_use_avx2());
    if (!kernels_use_avx2()) GTEST_SKIP() << "this processor has no AVX2";
  }
};

TEST_P(Kernels, GiveTheSameFrames) {
  for (int shots : {1, 255, 256, 1000, 70'000})
    EXPECT_EQ(story_of_frames(3, shots, static_cast<std::uint64_t>(GetParam())),
              farbell_plain::story_of_frames(3, shots, static_cast<std::uint64_t>(GetParam())))
        << shots;
}

TEST_P(Kernels, GiveTheSameTableaux) {
  for (int n : {65, 128, 257, 300})
    EXPECT_EQ(story_of_a_tableau(n, static_cast<std::uint64_t>(GetParam())),
              farbell_plain::story_of_a_tableau(n, static_cast<std::uint64_t>(GetParam())))
        << n;
}

INSTANTIATE_TEST_SUITE_P(Seeds, Kernels, ::testing::Values(1, 2));

}  // namespace
}  // namespace farbell
