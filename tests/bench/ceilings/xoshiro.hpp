// Ceiling of the random streams: xoshiro256++ (Blackman and Vigna 2018), sequential and unkeyed.
#pragma once
#include <bit>
#include <cstdint>

#include "farbell/engine/philox.hpp"

namespace farbell::ceilings {

class Xoshiro {
 public:
  explicit Xoshiro(std::uint64_t seed) {
    for (std::uint64_t& s : state_) s = seed = splitmix64(seed);
  }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0], shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  std::uint64_t state_[4];
};

}  // namespace farbell::ceilings
