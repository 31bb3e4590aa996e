// The way of light between the memories of a link and its station or source: what interfaces make of it, and whether it fits what it
// comes to. Equations: docs/physics/interfaces.md.
#pragma once
#include <span>
#include <vector>

#include "farbell/hardware/fiber.hpp"
#include "farbell/hardware/generation.hpp"
#include "farbell/hardware/interface.hpp"
#include "farbell/hardware/memory.hpp"
#include "farbell/hardware/station.hpp"

namespace farbell {

struct LightPaths {
  std::vector<InterfaceSpec const*> a, b;  // in the order in which light passes them
  LightMismatch mismatch = LightMismatch::refuse;
  std::span<InterfaceSpec const> known;    // all there are, for advice
};

// Noise of one origin, under way.
struct NoiseLight {
  double photons = 0;                   // a bin, but for what filters take of them
  std::optional<double> bandwidth_hz;   // full width of their spectrum, a Lorentzian; null = not known, filters take none of it
  std::vector<double> passed_hz;        // filters since
};

// Of one arm, from its memory to the station, or to the memory that absorbs it.
struct ArmLight {
  double efficiency = 1;              // of its interfaces; to a memory, with all that is lost before it
  std::vector<NoiseLight> noise;
  std::vector<double> bandwidths_hz;  // of what states one
  std::optional<double> wavelength_m;
  std::optional<Encoding> encoding;

  // A bin, behind the last interface (or in the memory's band).
  double noise_photons() const;
  // Noise photons an attempt where a memory absorbs them: of two bins in time, or of one whose polarisations are the qubit.
  double noise_an_attempt() const { return encoding == Encoding::time_bin ? 2 * noise_photons() : noise_photons(); }
};

struct LinkLight {
  ArmLight a, b;
  double duty_cycle = 1, repetition_s = 0;
  bool polarisation = false;  // detectors stand behind polarisers: each has one bin
};

// All throw a SpecError at /link/interfaces_a... (or _b), or at /station/encoding, where light does not fit what it comes to; the last two
// also where what happens to it on the way to a memory is not modelled.
LinkLight click_light(LightPaths const& paths, bool double_click, double station_position, FiberSpec const& fiber, MemorySpec const& a,
                      MemorySpec const& b, StationSpec const& station);
// Of the ends that absorb, all the way: efficiency with those of the fibre and of the memory's band or mode.
LinkLight sent_light(LightPaths const& paths, bool from_b, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b);
LinkLight source_light(LightPaths const& paths, MidpointSourceSpec const& source, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b);
// Of memories whose photons meet those of sources, each at a station so far away.
LinkLight end_light(LightPaths const& paths, double to_station_m, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b);

// What the detectors' window holds of both photons, and what is left of the visibility, where filters or prices have a say. Throws a
// SpecError at /station/visibility where the overlap cannot give it, or /link/light_mismatch where a price needs a lifetime.
struct Shape {
  double share_a = 1, share_b = 1, visibility = 1;
};
bool has_shape(LightPaths const& paths, LinkLight const& light, MemorySpec const& a, MemorySpec const& b);
Shape shape(LightPaths const& paths, LinkLight const& light, MemorySpec const& a, MemorySpec const& b, StationSpec const& station);

}  // namespace farbell
