// Known answers, key derivation, and a sanity check of uniformity.
#include "farbell/engine/philox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

namespace farbell {
namespace {

constexpr bool same(Block const& b, std::uint32_t w0, std::uint32_t w1, std::uint32_t w2, std::uint32_t w3) {
  return b.w[0] == w0 && b.w[1] == w1 && b.w[2] == w2 && b.w[3] == w3;
}

// The three vectors published with Random123 (kat_vectors, philox4x32 10): zeros, ones, digits of pi.
static_assert(same(philox4x32(0, 0, 0), 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
static_assert(same(philox4x32(~0ull, ~0ull, ~0ull), 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
static_assert(same(philox4x32(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e), 0xd16cfe09, 0x94fdcceb, 0x5001e420,
                   0x24126ea1));

static_assert(fnv1a64("") == 0xcbf29ce484222325);
static_assert(fnv1a64("a") == 0xaf63dc4c8601ec8c);
static_assert(fnv1a64("foobar") == 0x85944171f73967e8);
static_assert(splitmix64(0) == 0xe220a8397b1dcdaf);

// Worked out with a separate Python implementation of the formula; the name holds multi-byte characters.
static_assert(stream_key(42, "link:Z\u00fcrich--Gen\u00e8ve/demand:a->b/attempts") == 0xf96eb58748bcce4c);

TEST(Philox, RunTimeEqualsCompileTime) {
  const volatile std::uint64_t zero = 0;
  EXPECT_TRUE(same(philox4x32(zero, zero, zero), 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
}

TEST(Stream, DrawsAreTheBlocksOfItsKey) {
  const std::uint64_t key = stream_key(42, "node:b/swap");
  Stream stream{key, 3};
  for (std::uint64_t n = 0; n < 5; ++n) {
    ASSERT_EQ(stream.ordinal(), n);
    const Block b = philox4x32(key, n, 3);
    const Stream::Draw draw = stream.next();
    EXPECT_EQ(draw.u0, std::ldexp(static_cast<double>((std::uint64_t{b.w[1]} << 32 | b.w[0]) >> 11), -53));
    EXPECT_EQ(draw.u1, std::ldexp(static_cast<double>((std::uint64_t{b.w[3]} << 32 | b.w[2]) >> 11), -53));
  }
}

// Key 0, replica 0, draw 0: the words of the first published vector, worked out by hand.
TEST(Stream, KnownDraw) {
  const Stream::Draw draw = Stream{0, 0}.next();
  EXPECT_EQ(draw.u0, static_cast<double>(0xe169c58d6627e8d5ull >> 11) * 0x1.0p-53);
  EXPECT_EQ(draw.u1, static_cast<double>(0x9b00dbd8bc57ac4cull >> 11) * 0x1.0p-53);
}

TEST(Stream, NamesSeedsAndReplicasSeparateStreams) {
  EXPECT_NE(stream_key(1, "node:a/swap"), stream_key(2, "node:a/swap"));
  EXPECT_NE(stream_key(1, "node:a/swap"), stream_key(1, "node:b/swap"));
  const std::uint64_t key = stream_key(1, "node:a/swap");
  EXPECT_NE((Stream{key, 0}.next().u0), (Stream{key, 1}.next().u0));
}

// Any seed: chi-square of 256 cells over 2^18 draws, each coordinate and both. Chi-square with 255 degrees of freedom has mean
// 255 and deviation 22.6; it exceeds 400 with probability 1.7e-8 and stays below 150 with 2.2e-8: the three together
// raise a false alarm with probability 1.2e-7.
TEST(Stream, FillsTheUnitSquareEvenly) {
  Stream stream{stream_key(std::random_device{}(), "node:a/swap"), 0};
  constexpr int draws = 1 << 18;
  std::array<std::array<int, 256>, 3> cells{};
  for (int i = 0; i < draws; ++i) {
    const auto [u0, u1] = stream.next();
    ASSERT_TRUE(u0 >= 0 && u0 < 1 && u1 >= 0 && u1 < 1);
    ++cells[0][static_cast<std::size_t>(u0 * 256)];
    ++cells[1][static_cast<std::size_t>(u1 * 256)];
    ++cells[2][static_cast<std::size_t>(u0 * 16) * 16 + static_cast<std::size_t>(u1 * 16)];
  }
  for (auto const& counts : cells) {
    double chi_square = 0;
    for (const int n : counts) chi_square += (n - draws / 256.0) * (n - draws / 256.0) / (draws / 256.0);
    EXPECT_LT(chi_square, 400);
    EXPECT_GT(chi_square, 150);
  }
}

}  // namespace
}  // namespace farbell
