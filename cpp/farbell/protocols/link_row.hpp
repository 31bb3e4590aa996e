// What the protocols know of a link: constants from compile().
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/state/correlations.hpp"
#include "farbell/state/states.hpp"

namespace farbell {

// A link's herald model in ticks, ready to be sampled. [link's node_a, node_b]
struct LinkProgram {
  double success = 0;   // per lane and cycle
  double lambda = 0;    // -log(1 - success)
  Tick period{1};
  std::uint32_t modes = 1;      // in a cycle's train
  bool shared_train = false;    // one train a cycle serves all lanes
  double log_mode_failure = 0;  // log(1 - success of a mode)
  Tick mode_separation = tick_zero;
  std::array<Tick, 2> emission{};  // from the start of the cycle
  std::array<Tick, 2> herald{};
  std::vector<double> cumulative;  // over herald outcomes
  std::vector<std::uint8_t> frames;
  std::vector<std::uint8_t> empties;  // halves without a photon, a bit for each end; none where all hold one
  std::vector<Correlations> states;
  double phase_sigma_rad = 0;    // of the optical phase that turns the states; 0 = none
  double phase_correlation = 0;  // in ticks; 0 = a fresh phase for each successful cycle

  std::array<double, 2> dephasing{};  // exponent of the induced dephasing by one attempt, at each end

  // What a cycle with so many lanes does to qubits stored at that end.
  double dephasing_of(std::size_t end, std::uint32_t lanes) const {
    return dephasing[end] * (shared_train ? std::min(lanes, 1u) : lanes) * modes;
  }
  // What a cycle with so many lanes uses up of the threshold.
  double step(std::uint32_t lanes) const { return shared_train ? lambda : lanes * lambda; }
};

struct LinkRow {
  std::array<NodeId, 2> node;
  std::array<DeviceId, 2> device;
  std::uint32_t program = 0;
  std::optional<std::uint32_t> distillation;  // plan for its pairs
  std::uint64_t phase_key = 0;
  Tick fastest_period = never;  // of the programs that it has in turn
};

}  // namespace farbell
