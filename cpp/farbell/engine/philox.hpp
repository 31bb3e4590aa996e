// Random numbers by name: Philox4x32-10 (Salmon et al., SC'11) keyed by (seed, stream name), counted by (draw, replica).
// Nothing is shared, so a stream's draws depend on no other stream, thread or entity. See docs/physics/random_streams.md.
#pragma once
#include <cstdint>
#include <string_view>

namespace farbell {

struct Block {
  std::uint32_t w[4];
};

// Counter words are (ordinal low, ordinal high, replica low, replica high), key words (low, high).
constexpr Block philox4x32(std::uint64_t key, std::uint64_t ordinal, std::uint64_t replica) {
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  auto c0 = static_cast<std::uint32_t>(ordinal), c1 = static_cast<std::uint32_t>(ordinal >> 32);
  auto c2 = static_cast<std::uint32_t>(replica), c3 = static_cast<std::uint32_t>(replica >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t m0 = std::uint64_t{0xD2511F53} * c0, m1 = std::uint64_t{0xCD9E8D57} * c2;
    c0 = static_cast<std::uint32_t>(m1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<std::uint32_t>(m1);
    c2 = static_cast<std::uint32_t>(m0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<std::uint32_t>(m0);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// Uniform on [0, 1), a multiple of 2^-53.
constexpr double uniform(std::uint32_t low, std::uint32_t high) {
  return static_cast<double>((low | std::uint64_t{high} << 32) >> 11) * 0x1.0p-53;
}

constexpr std::uint64_t splitmix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

constexpr std::uint64_t fnv1a64(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

// `name` is "entity/purpose" in utf-8.
constexpr std::uint64_t stream_key(std::uint64_t seed, std::string_view name) {
  return splitmix64(splitmix64(seed) ^ fnv1a64(name));
}

// One decision, one draw, one fresh block: streams stay aligned whatever a decision needed of its block.
class Stream {
 public:
  struct Draw {
    double u0, u1;  // uniform on [0, 1), multiples of 2^-53
  };

  constexpr Stream() = default;
  constexpr Stream(std::uint64_t key, std::uint64_t replica) : key_(key), replica_(replica) {}

  constexpr Draw next() { return numbered(key_, ordinal_++, replica_); }
  // The draw of that number, where something else than the draws before it says which one is due.
  static constexpr Draw numbered(std::uint64_t key, std::uint64_t ordinal, std::uint64_t replica) {
    const Block b = philox4x32(key, ordinal, replica);
    return {uniform(b.w[0], b.w[1]), uniform(b.w[2], b.w[3])};
  }
  // The number of draws made, which is the number of the next one.
  constexpr std::uint64_t ordinal() const { return ordinal_; }

 private:
  std::uint64_t key_ = 0, replica_ = 0, ordinal_ = 0;
};
static_assert(sizeof(Stream) == 24);

}  // namespace farbell
