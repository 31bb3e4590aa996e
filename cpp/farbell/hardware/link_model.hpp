// Everything a run needs to know about a link, from the specs of its fibre, memories and station: compile() calls this once per
// distinct link. Equations: docs/physics/heralded_links.md.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "farbell/hardware/arms.hpp"
#include "farbell/hardware/drift.hpp"
#include "farbell/hardware/fiber.hpp"
#include "farbell/hardware/generation.hpp"
#include "farbell/hardware/herald.hpp"
#include "farbell/hardware/light_path.hpp"
#include "farbell/hardware/link_timing.hpp"
#include "farbell/hardware/memory.hpp"
#include "farbell/hardware/station.hpp"

namespace farbell {

// The phase between the two arms: a stationary Gaussian process of the link, seen by every pair it makes.
struct OpticalPhase {
  double sigma_rad = 0;      // 0 = none, or one that no pair sees
  double correlation_s = 0;  // 0 = fresh for each successful cycle
};

struct LinkModel : LinkTiming {
  double success_probability = 0;  // per attempt: of any of its modes
  double mode_success_probability = 0;
  MultiplexingSpec multiplexing;   // period and success are those of the whole train, emissions and heralds of its first mode
  HeraldTable table;               // at phase 0
  OpticalPhase phase;
  std::array<double, 2> dephasing_exponent{};  // of an attempt (of each mode), at node_a and node_b: docs/physics/induced_dephasing.md
  double duty = 1;                 // share of the time in which attempts are made; period_s is the mean over all of it
  double duty_cycle = 1, shortest_period_s = 0;  // of transducers on the way; they are in the period
  double recovery_s = 0;           // the shortest period after which the detectors are ready again, whatever clicked
  std::vector<ModelNote> approximations;

  HeraldTable mean_table() const { return phase_averaged(table, phase.sigma_rad); }
};

// `station` is the one that the generation names; null for kinds without a station. Throws SpecError at /station/... where its
// detectors do not recover in time, or it cannot be told whether they do, and at /link/... where light does not fit what it comes to.
LinkModel link_model(GenerationSpec const& generation, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b,
                     StationSpec const* station, Wear wear = {}, LightPaths const& paths = {});

// Throws a SpecError at the generation, or at what does not go with it, where light of the memories is not that of the scheme.
void require_light(GenerationSpec const& generation, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b);

// Throws that SpecError where the detectors need longer than the period.
void require_recovery(LinkModel const& model, double period_s);
// Throws a SpecError where attempts cannot be made in slots of this length.
void require_slots(LinkModel const& model, double slot_s);

}  // namespace farbell
