#include "kernel_story.hpp"

#include <random>
#include <string>
#include <utility>

#include "farbell/state/pauli_frames.hpp"
#include "farbell/state/wide_tableau.hpp"

namespace farbell {

bool kernels_use_avx2() { return has_avx2(); }

std::vector<std::uint64_t> story_of_frames(int n, int shots, std::uint64_t seed) {
  PauliFrames frames(n, shots, seed);
  std::mt19937_64 random(seed);
  const auto below = [&](int m) { return static_cast<int>(random() % static_cast<unsigned>(m)); };
  std::vector<std::uint64_t> told;
  Words bits(frames.words());
  for (int step = 0; step < 40 * n; ++step) {
    const int a = below(n), b = (a + 1 + below(n - 1)) % n;
    frames.apply(static_cast<Gate>(below(11)), a);
    frames.apply(static_cast<Gate>(11 + below(6)), a, b);
    const double p[] = {0.001, 0.03, 0.3, 1.0};
    frames.noise({{1, 0, p[below(3)]}, {1, 1, 0.2}, {0, 1, 0.1}}, {a});
    frames.noise({{below(4), below(4), p[below(4)]}}, {a, b});
    if (step % 3 == 0) {
      frames.measure({{a, 1 + below(3)}, {b, 1 + below(3)}}, bits.data(), p[below(3)]);
      told.insert(told.end(), bits.begin(), bits.end());
    }
    if (step % 7 == 0) frames.reset(b);
  }
  const auto [reference, all] = frames.parts();
  told.insert(told.end(), reference.words.begin(), reference.words.end());
  told.insert(told.end(), all.begin(), all.end());
  return told;
}

std::vector<std::uint64_t> story_of_a_tableau(int n, std::uint64_t seed) {
  StabilizerState state(n, seed, false);
  std::mt19937_64 random(seed);
  const auto below = [&](int m) { return static_cast<int>(random() % static_cast<unsigned>(m)); };
  std::vector<std::uint64_t> told;
  for (int step = 0; step < 12 * n; ++step) {
    const int a = below(n), b = (a + 1 + below(n - 1)) % n;
    state.apply(static_cast<Gate>(below(11)), a);
    state.apply(static_cast<Gate>(11 + below(6)), a, b);
    if (step % 5 == 0) {
      const StabilizerState::Product p{{a, 1 + below(3)}, {b, 1 + below(3)}};
      told.push_back(static_cast<std::uint64_t>(state.expectation(p) + 1));
      told.push_back(static_cast<std::uint64_t>(state.measure(p, std::nullopt)));
    }
  }
  std::vector<int> some;
  for (int q = 0; q < n; q += 3) some.push_back(q);
  told.push_back(static_cast<std::uint64_t>(state.entropy(some)));
  for (int bit : state.measure_z({some.begin(), some.end()})) told.push_back(static_cast<std::uint64_t>(bit));
  const auto parts = state.parts();
  told.insert(told.end(), parts.words.begin(), parts.words.end());
  return told;
}

}  // namespace farbell
