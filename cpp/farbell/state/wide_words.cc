#include "farbell/state/wide_words.hpp"

#include <algorithm>

namespace farbell {
namespace {

static_assert(sizeof(bool) == 1);
// Eight bits, first the lowest, as eight bytes of 0 or 1, and back. Bytes are written in memory order.
std::uint64_t spread_byte(std::uint64_t bits) {
  std::uint64_t bytes = 0;
  for (int i = 0; i < 8; ++i) bytes |= (bits >> i & 1) << 8 * i;
  return bytes;
}

struct Spread {
  std::uint64_t of[256];
  Spread() {
    for (std::uint64_t b = 0; b < 256; ++b) of[b] = spread_byte(b);
  }
};
const Spread spread;

}  // namespace

void unpack_bits(const std::uint64_t* words, std::size_t n, bool* bools) {
  for (std::size_t i = 0; i < n; i += 8)
    std::memcpy(bools + i, &spread.of[words[i >> 6] >> (i & 63) & 255], std::min<std::size_t>(8, n - i));
}

void pack_bits(const bool* bools, std::size_t n, std::uint64_t* words) {
  for (std::size_t i = 0; i < n; i += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, bools + i, std::min<std::size_t>(8, n - i));
    words[i >> 6] |= (bytes * 0x0102040810204080u >> 56) << (i & 63);
  }
}

}  // namespace farbell
