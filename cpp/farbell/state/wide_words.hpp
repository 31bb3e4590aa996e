// Bits in blocks of 256, and kernels on them that exist twice: for any processor, and for those that have AVX2. Which is used is
// decided once, when the program starts; both give the same bits.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace farbell {

inline constexpr std::size_t words_per_block = 4;

// Words for n bits, in whole blocks.
constexpr std::size_t words_for(std::size_t n) { return (n + 255) / 256 * words_per_block; }

using Words = std::vector<std::uint64_t>;

inline bool bit_at(const std::uint64_t* words, std::size_t i) { return words[i >> 6] >> (i & 63) & 1; }
inline void flip_bit(std::uint64_t* words, std::size_t i) { words[i >> 6] ^= std::uint64_t{1} << (i & 63); }

// Bits to and from a bool each; `bools` has n of them.
void unpack_bits(const std::uint64_t* words, std::size_t n, bool* bools);
void pack_bits(const bool* bools, std::size_t n, std::uint64_t* words);

using Wide = std::uint64_t __attribute__((vector_size(32)));

[[gnu::always_inline]] inline void load(Wide& to, const std::uint64_t* from) { std::memcpy(&to, from, sizeof to); }
[[gnu::always_inline]] inline void store(std::uint64_t* to, Wide const& from) { std::memcpy(to, &from, sizeof from); }

// FARBELL_PLAIN_KERNELS, which tests define, stands for a processor without AVX2.
#if !defined(FARBELL_PLAIN_KERNELS) && defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define FARBELL_AVX2 __attribute__((target("avx2,popcnt")))
inline bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"); }
#else
#define FARBELL_AVX2
inline bool has_avx2() { return false; }
#endif

// Defines `name`, a pointer to the version of `body`, an always_inline function, that this processor runs.
#define FARBELL_KERNEL(name, result, parameters, arguments)             \
  result name##_plain parameters { return name##_body arguments; }      \
  FARBELL_AVX2 result name##_avx2 parameters { return name##_body arguments; } \
  result(*const name) parameters = has_avx2() ? name##_avx2 : name##_plain;

}  // namespace farbell
