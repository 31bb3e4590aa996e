// What a random circuit leaves, to the last bit, random streams included. Built twice: as namespace farbell, and as farbell_plain with the
// kernels for any processor (tests/cpp/CMakeLists.txt).
#pragma once
#include <cstdint>
#include <vector>

namespace farbell {

bool kernels_use_avx2();
std::vector<std::uint64_t> story_of_frames(int n, int shots, std::uint64_t seed);
std::vector<std::uint64_t> story_of_a_tableau(int n, std::uint64_t seed);

}  // namespace farbell
