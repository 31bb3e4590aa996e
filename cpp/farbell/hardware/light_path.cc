#include "farbell/hardware/light_path.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numbers>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"
#include "farbell/hardware/fiber_kernels.hpp"
#include "farbell/hardware/packet_overlaps.hpp"
#include "farbell/hardware/wave_packet.hpp"

namespace farbell {
namespace {

constexpr double speed_of_light_m_per_s = 299'792'458;
constexpr double everything = std::numeric_limits<double>::infinity();

// But for rounding: at 1550 nm the tolerance is 0.2 MHz.
bool same_wavelength(double one_m, double two_m) { return std::abs(one_m - two_m) <= 1e-9 * two_m; }
// The attenuation of a fibre does not change much on the way.
bool near_wavelength(double one_m, double two_m) { return std::abs(one_m - two_m) <= 0.02 * two_m; }

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}
std::string wavelength_text(double metres) { return metres < 1e-4 ? rounded(metres * 1e9) + " nm" : rounded(metres * 1e3) + " mm"; }
std::string frequency_text(double hz) { return rough_text(hz) + " Hz"; }
std::string encoding_text(Encoding encoding) { return "encoding " + in_quotes(choice_name(encoding)); }

template <class Fits>
std::string known_one(std::span<InterfaceSpec const> known, Fits fits, std::string const& else_this) {
  for (InterfaceSpec const& one : known)
    if (std::visit(fits, one)) return in_quotes(name_of(one)) + " of /interfaces would do";
  return else_this + " would do";
}

bool is_microwave(double wavelength_m) { return wavelength_m > 1e-3; }

std::string converter_from(std::span<InterfaceSpec const> known, double from_m, double to_m) {
  const auto fits = [&](auto const& kind) {
    if constexpr (requires { kind.from_wavelength_m; })
      return same_wavelength(kind.from_wavelength_m, from_m) && same_wavelength(kind.to_wavelength_m, to_m);
    else
      return false;
  };
  const std::string what = is_microwave(from_m) != is_microwave(to_m) ? "a transducer" : "a frequency converter";
  return known_one(known, fits, what + " from " + wavelength_text(from_m) + " to " + wavelength_text(to_m));
}

std::string converter_from(std::span<InterfaceSpec const> known, Encoding from, Encoding to) {
  const auto fits = [&](auto const& kind) {
    if constexpr (requires { kind.from_encoding; }) return kind.from_encoding == from && kind.to_encoding == to;
    else return false;
  };
  return known_one(known, fits, "an encoding converter from " + in_quotes(choice_name(from)) + " to " + in_quotes(choice_name(to)));
}

double line_width_hz(double lifetime_s) { return 1 / (2 * std::numbers::pi * lifetime_s); }
double lifetime_s(double line_width_hz) { return 1 / (2 * std::numbers::pi * line_width_hz); }

// What filters let through of light with a Lorentzian spectrum.
double passed(double width_hz, std::vector<double> const& filters_hz) {
  if (filters_hz.empty()) return 1;
  const WavePacket packet{lifetime_s(width_hz), filters_hz, 0};
  return overlap(packet, packet, everything).real();
}

// How wide light is, by whom.
struct Line {
  double width_hz;
  std::string whose;
};

std::optional<Line> line_of(MemorySpec const& memory) {
  if (!memory.photon_lifetime_s) return std::nullopt;
  return Line{line_width_hz(*memory.photon_lifetime_s), "the line width of photons of memory " + in_quotes(memory.name) + " with a lifetime of " +
                                                            number_text(*memory.photon_lifetime_s) + " s"};
}
std::optional<Line> line_of(std::optional<double> const& source_bandwidth_hz) {
  if (!source_bandwidth_hz) return std::nullopt;
  return Line{*source_bandwidth_hz, "the bandwidth of the source's photons"};
}

// Light under way, and the names for what is wrong with it.
class Arm {
 public:
  Arm(std::span<InterfaceSpec const> known, std::string path, std::string origin, std::optional<double> wavelength_m, std::optional<Encoding> encoding)
      : known_(known), path_(std::move(path)), origin_(std::move(origin)) {
    light.wavelength_m = wavelength_m;
    light.encoding = encoding;
  }

  // `window_s`: of the detectors behind; null where there are none.
  void pass(std::vector<InterfaceSpec const*> const& interfaces, std::optional<double> window_s) {
    for (std::size_t i = 0; i < interfaces.size(); ++i) {
      const std::string at = path_ + "/" + std::to_string(i), name = in_quotes(name_of(*interfaces[i]));
      std::visit([&](auto const& kind) { pass_one(kind, window_s, at, name); }, *interfaces[i]);
      origin_ = name;
    }
  }

  // To where the interfaces of another arm are named.
  void goes_on(std::string path) { path_ = std::move(path); }

  void meets_wavelength(std::optional<double> const& wanted_m, std::string const& whose) const {
    if (wanted_m && light.wavelength_m && !same_wavelength(*light.wavelength_m, *wanted_m)) refuse_wavelength(*wanted_m, path_, whose);
  }
  void comes_near(std::optional<double> const& wanted_m, std::string const& whose) const {
    if (wanted_m && light.wavelength_m && !near_wavelength(*light.wavelength_m, *wanted_m)) refuse_wavelength(*wanted_m, path_, "within 2 %, " + whose);
  }
  bool suits(FiberSpec const& fiber, double length_m) const {
    return length_m == 0 || !fiber.wavelength_m || !light.wavelength_m || near_wavelength(*light.wavelength_m, *fiber.wavelength_m);
  }
  void meets_fiber(FiberSpec const& fiber, double length_m) const {
    if (!suits(fiber, length_m)) refuse_wavelength(*fiber.wavelength_m, path_, "within 2 % of the wavelength_m at which the fibre's attenuation holds");
  }
  void leaves_through_fiber(FiberSpec const& fiber, double length_m) const {
    if (!suits(fiber, length_m))
      throw SpecError("/link/fiber/wavelength_m", wavelength_text(*fiber.wavelength_m),
                      wavelength_text(*light.wavelength_m) + " within 2 %, the light of " + origin_ + ": interfaces stand behind the fibre");
  }
  void meets_encoding(std::optional<Encoding> const& wanted, std::string const& whose) const {
    if (wanted && light.encoding && *light.encoding != *wanted) refuse_encoding(*wanted, path_, whose);
  }

  // By light that classical light in the fibre scatters into its band, at this rate behind the filter. A memory absorbs one mode of it
  // a bin; a mode in time and frequency has one photon for each hertz and second.
  void is_joined_by(double rate_hz, FiberSpec const& fiber) {
    if (rate_hz > 0) light.noise.push_back({rate_hz / filter_bandwidth_hz(fiber), std::nullopt, {}});
  }

  void loses(double transmission) {
    light.efficiency *= transmission;
    for (NoiseLight& noise : light.noise) noise.photons *= transmission;
  }

  // Through the band of a memory.
  void is_absorbed(MemorySpec const& memory, std::optional<Line> const& line, LightMismatch mismatch) {
    const std::string of_memory = "which memory " + in_quotes(memory.name) + " absorbs";
    meets_wavelength(memory.wavelength_m, of_memory);
    meets_encoding(memory.encoding, of_memory);
    if (memory.absorption_bandwidth_hz) {
      const double band_hz = *memory.absorption_bandwidth_hz;
      if (line && line->width_hz > band_hz && mismatch == LightMismatch::refuse)
        throw SpecError(path_, "light with a bandwidth of " + frequency_text(line->width_hz) + " (" + line->whose + ")",
                        "at most " + frequency_text(band_hz) + ", the absorption_bandwidth_hz of memory " + in_quotes(memory.name) +
                            ": narrower light would do, or \"light_mismatch\": \"price\"");
      passes_filter(band_hz);
    }
    if (line) light.efficiency *= passed(line->width_hz, light.bandwidths_hz);
  }

  ArmLight light;

 private:
  void passes_filter(double bandwidth_hz) {
    light.bandwidths_hz.push_back(bandwidth_hz);
    for (NoiseLight& noise : light.noise) noise.passed_hz.push_back(bandwidth_hz);
  }

  template <class Kind>
  void pass_one(Kind const& kind, std::optional<double> const& window_s, std::string const& at, std::string const& name) {
    if constexpr (requires { kind.from_wavelength_m; }) {
      if (light.wavelength_m && !same_wavelength(*light.wavelength_m, kind.from_wavelength_m))
        refuse_wavelength(kind.from_wavelength_m, at, "which " + name + " takes");
      light.wavelength_m = kind.to_wavelength_m;
      if (kind.bandwidth_hz) passes_filter(*kind.bandwidth_hz);
    } else {
      if (light.encoding && *light.encoding != kind.from_encoding) refuse_encoding(kind.from_encoding, at, "which " + name + " takes");
      light.encoding = kind.to_encoding;
    }
    loses(kind.efficiency);
    if constexpr (requires { kind.bandwidth_hz; })
      if (const double photons = noise_of(kind, window_s, at, name); photons > 0) light.noise.push_back({photons, kind.bandwidth_hz, {}});
  }

  // Photons a bin at the output.
  static double noise_of(FrequencyConverterSpec const& converter, std::optional<double> const& window_s, std::string const& at,
                         std::string const& name) {
    if (converter.noise_rate_hz == 0) return converter.noise_photons;
    if (!window_s)
      throw SpecError(at, "a noise_rate_hz of " + number_text(converter.noise_rate_hz) + " Hz (" + name + ")",
                      "noise_photons, as memories that absorb light have no window");
    return converter.noise_photons + converter.noise_rate_hz * *window_s;
  }
  static double noise_of(TransducerSpec const& transducer, std::optional<double> const& window_s, std::string const&, std::string const&) {
    // The noise bandwidth of one pole is pi/2 of its full width.
    const double modes = transducer.bandwidth_hz && window_s ? std::numbers::pi / 2 * *transducer.bandwidth_hz * *window_s : 1;
    return transducer.efficiency * transducer.added_noise_photons * modes;
  }

  [[noreturn]] void refuse_wavelength(double wanted_m, std::string const& at, std::string const& whose) const {
    throw SpecError(at, "light of " + wavelength_text(*light.wavelength_m) + " from " + origin_,
                    "light of " + wavelength_text(wanted_m) + ", " + whose + ": " + converter_from(known_, *light.wavelength_m, wanted_m));
  }
  [[noreturn]] void refuse_encoding(Encoding wanted, std::string const& at, std::string const& whose) const {
    throw SpecError(at, encoding_text(*light.encoding) + " from " + origin_,
                    encoding_text(wanted) + ", " + whose + ": " + converter_from(known_, *light.encoding, wanted));
  }

  std::span<InterfaceSpec const> known_;
  std::string path_, origin_;
};

void bandwidths_suffice(LightPaths const& paths, std::vector<InterfaceSpec const*> const& interfaces, std::string const& path,
                        std::optional<Line> const& line) {
  if (!line || paths.mismatch == LightMismatch::price) return;
  const double needed_hz = line->width_hz;
  const auto narrow = [&](InterfaceSpec const& one) {
    return std::visit([&](auto const& kind) {
      if constexpr (requires { kind.bandwidth_hz; }) return kind.bandwidth_hz && *kind.bandwidth_hz < needed_hz ? *kind.bandwidth_hz : 0.0;
      else return 0.0;
    }, one);
  };
  for (std::size_t i = 0; i < interfaces.size(); ++i) {
    const double bandwidth_hz = narrow(*interfaces[i]);
    if (bandwidth_hz == 0) continue;
    const auto fits = [&](auto const& kind) {
      if constexpr (requires { kind.from_wavelength_m; }) {
        const auto same = [&](auto const& other) {
          if constexpr (requires { other.from_wavelength_m; })
            return same_wavelength(kind.from_wavelength_m, other.from_wavelength_m) && same_wavelength(kind.to_wavelength_m, other.to_wavelength_m);
          else
            return false;
        };
        return (!kind.bandwidth_hz || *kind.bandwidth_hz >= needed_hz) && std::visit(same, *interfaces[i]);
      } else {
        return false;
      }
    };
    throw SpecError(path + "/" + std::to_string(i), "a bandwidth of " + frequency_text(bandwidth_hz) + " (" + in_quotes(name_of(*interfaces[i])) + ")",
                    "at least " + frequency_text(needed_hz) + ", " + line->whose + ": " + known_one(paths.known, fits, "an interface as wide as that") +
                        "; or \"light_mismatch\": \"price\"");
  }
}

void add_pace(LinkLight& light, std::vector<InterfaceSpec const*> const& interfaces) {
  for (InterfaceSpec const* one : interfaces)
    if (auto const* transducer = std::get_if<TransducerSpec>(one)) {
      light.duty_cycle = std::min(light.duty_cycle, transducer->duty_cycle);
      light.repetition_s = std::max(light.repetition_s, transducer->repetition_s);
    }
}

constexpr const char* at_a = "/link/interfaces_a";
constexpr const char* at_b = "/link/interfaces_b";

// What a memory takes of light of a wave packet that was its mode's but for the dispersion of so much fibre.
double dispersed_share(FiberSpec const& fiber, double length_m, std::optional<double> const& photon_lifetime_s, MemorySpec const& memory,
                       ArmLight const& light) {
  if (fiber.dispersion_s_per_m2 == 0) return 1;
  if (!light.bandwidths_hz.empty())
    throw SpecError("", "a fibre with dispersion_s_per_m2, and light that passes a bandwidth",
                    "one of them: what filters do to photons that are spread is not modelled");
  if (!photon_lifetime_s || !memory.photon_lifetime_s)
    throw SpecError("", "a fibre with dispersion_s_per_m2 and memories without photon_lifetime_s",
                    "a photon_lifetime_s of both memories, which says how long their photons are");
  const double c = dispersed_overlap(*photon_lifetime_s, *memory.photon_lifetime_s, group_delay_dispersion_s2(fiber, length_m));
  return c * c;
}

void one_spectral_mode(MidpointSourceSpec const& source) {
  if (source.spectral_purity == 1) return;
  throw SpecError("/spectral_purity", number_text(source.spectral_purity),
                  "1 with bandwidths on the way of the source's light, or dispersion: they are not alike for all spectral modes");
}

bool wavelengths_differ(LinkLight const& light) {
  return light.a.wavelength_m && light.b.wavelength_m && !same_wavelength(*light.a.wavelength_m, *light.b.wavelength_m);
}

}  // namespace

double ArmLight::noise_photons() const {
  double sum = 0;
  for (NoiseLight const& one : noise) sum += one.photons * (one.bandwidth_hz ? passed(*one.bandwidth_hz, one.passed_hz) : 1);
  return sum;
}

LinkLight click_light(LightPaths const& paths, bool double_click, double station_position, FiberSpec const& fiber, MemorySpec const& a,
                      MemorySpec const& b, StationSpec const& station) {
  const auto whose = [](MemorySpec const& memory) { return "memory " + in_quotes(memory.name); };
  Arm arm_a(paths.known, at_a, whose(a), a.wavelength_m, a.encoding), arm_b(paths.known, at_b, whose(b), b.wavelength_m, b.encoding);
  const std::string of_station = "which station " + in_quotes(station.name) + " takes";
  const std::string scheme = double_click ? "which a double click takes" : "which a single click takes";
  const auto suits = [&](Encoding encoding) { return double_click == (encoding != Encoding::presence); };
  if (station.encoding && !suits(*station.encoding))
    throw SpecError("/station/encoding", in_quotes(choice_name(*station.encoding)),
                    double_click ? "\"time_bin\" or \"polarisation\", for a double click" : "\"presence\", for a single click");
  for (auto [arm, interfaces] : {std::pair{&arm_a, &paths.a}, std::pair{&arm_b, &paths.b}}) {
    const bool of_a = arm == &arm_a;
    bandwidths_suffice(paths, *interfaces, of_a ? at_a : at_b, line_of(of_a ? a : b));
    arm->pass(*interfaces, station.detector.window_s);
    arm->meets_fiber(fiber, (of_a ? station_position : 1 - station_position) * fiber.length_m);
    if (paths.mismatch == LightMismatch::refuse) arm->meets_wavelength(station.wavelength_m, of_station);
    else arm->comes_near(station.wavelength_m, of_station);
    if (arm->light.encoding && !suits(*arm->light.encoding)) arm->meets_encoding(double_click ? Encoding::time_bin : Encoding::presence, scheme);
    arm->meets_encoding(station.encoding, of_station);
  }
  if (paths.mismatch == LightMismatch::refuse) arm_b.meets_wavelength(arm_a.light.wavelength_m, "as from node_a");
  arm_b.meets_encoding(arm_a.light.encoding, "as from node_a");
  LinkLight light;
  light.a = arm_a.light;
  light.b = arm_b.light;
  const std::optional<Encoding> encoding = station.encoding ? station.encoding : light.a.encoding ? light.a.encoding : light.b.encoding;
  light.polarisation = encoding == Encoding::polarisation;
  add_pace(light, paths.a);
  add_pace(light, paths.b);
  return light;
}

LinkLight sent_light(LightPaths const& paths, bool from_b, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b) {
  MemorySpec const &sender = from_b ? b : a, &receiver = from_b ? a : b;
  for (MemorySpec const* memory : {&sender, &receiver})
    if (memory->encoding == Encoding::presence)
      throw SpecError("/generation", "a memory " + in_quotes(memory->name) + " with the encoding \"presence\"",
                      "\"time_bin\" or \"polarisation\": whether there is a photon is no qubit where it may be lost");
  const char *at_sender = from_b ? at_b : at_a, *at_receiver = from_b ? at_a : at_b;
  const std::optional<Line> line = line_of(sender);
  Arm way(paths.known, at_sender, "memory " + in_quotes(sender.name), sender.wavelength_m, sender.encoding);
  bandwidths_suffice(paths, from_b ? paths.b : paths.a, at_sender, line);
  way.pass(from_b ? paths.b : paths.a, std::nullopt);
  way.meets_fiber(fiber, fiber.length_m);
  way.loses(transmission(fiber, 0, fiber.length_m));
  const RamanAtEnds raman = raman_at_ends(fiber, from_b ? fiber.length_m : 0);
  way.is_joined_by(from_b ? raman.to_a_hz : raman.to_b_hz, fiber);
  way.goes_on(at_receiver);
  bandwidths_suffice(paths, from_b ? paths.a : paths.b, at_receiver, line);
  way.pass(from_b ? paths.a : paths.b, std::nullopt);
  way.is_absorbed(receiver, line, paths.mismatch);
  way.light.efficiency *= dispersed_share(fiber, fiber.length_m, sender.photon_lifetime_s, receiver, way.light);
  LinkLight light;
  (from_b ? light.a : light.b) = way.light;
  add_pace(light, paths.a);
  add_pace(light, paths.b);
  return light;
}

LinkLight source_light(LightPaths const& paths, MidpointSourceSpec const& source, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b) {
  if (source.encoding == Encoding::presence)
    throw SpecError("/encoding", "\"presence\"", "\"time_bin\" or \"polarisation\": a pair of photons is entangled in what each of them is");
  const std::optional<double> wavelength_b_m = source.wavelength_b_m ? source.wavelength_b_m : source.wavelength_m;
  Arm arm_a(paths.known, at_a, "the source", source.wavelength_m, source.encoding), arm_b(paths.known, at_b, "the source", wavelength_b_m, source.encoding);
  const double length_a_m = source.source_position * fiber.length_m;
  const RamanAtEnds raman = raman_at_ends(fiber, length_a_m);
  for (Arm* arm : {&arm_a, &arm_b}) {
    const bool of_a = arm == &arm_a;
    MemorySpec const& memory = of_a ? a : b;
    auto const& interfaces = of_a ? paths.a : paths.b;
    const double length_m = of_a ? length_a_m : fiber.length_m - length_a_m;
    const std::optional<Line> line = line_of(of_a || !source.bandwidth_b_hz ? source.bandwidth_hz : source.bandwidth_b_hz);
    arm->leaves_through_fiber(fiber, length_m);
    arm->loses(of_a ? transmission(fiber, 0, length_a_m) : transmission(fiber, length_a_m, fiber.length_m));
    arm->is_joined_by(of_a ? raman.to_a_hz : raman.to_b_hz, fiber);
    bandwidths_suffice(paths, interfaces, of_a ? at_a : at_b, line);
    arm->pass(interfaces, std::nullopt);
    arm->is_absorbed(memory, line, paths.mismatch);
    if ((line && !arm->light.bandwidths_hz.empty()) || fiber.dispersion_s_per_m2 != 0) one_spectral_mode(source);
    const std::optional<double> shape_s = line ? lifetime_s(line->width_hz) : memory.photon_lifetime_s;
    arm->light.efficiency *= dispersed_share(fiber, length_m, shape_s, memory, arm->light);
  }
  LinkLight light;
  light.a = arm_a.light;
  light.b = arm_b.light;
  add_pace(light, paths.a);
  add_pace(light, paths.b);
  return light;
}

LinkLight end_light(LightPaths const& paths, double to_station_m, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b) {
  LinkLight light;
  for (auto [end, at, interfaces, memory] : {std::tuple{&light.a, at_a, &paths.a, &a}, std::tuple{&light.b, at_b, &paths.b, &b}}) {
    Arm arm(paths.known, at, "memory " + in_quotes(memory->name), memory->wavelength_m, memory->encoding);
    const std::optional<Line> line = line_of(*memory);
    bandwidths_suffice(paths, *interfaces, at, line);
    arm.pass(*interfaces, std::nullopt);
    if (line) arm.light.efficiency *= passed(line->width_hz, arm.light.bandwidths_hz);
    arm.meets_fiber(fiber, to_station_m);
    if (arm.light.encoding == Encoding::presence)
      throw SpecError("", "photons of memory " + in_quotes(memory->name) + " with the encoding \"presence\"",
                      "\"time_bin\" or \"polarisation\": whether there is a photon is no qubit where it may be lost");
    if (!arm.light.noise.empty())
      throw SpecError(at, "interfaces that add noise", "none: what noise does to Bell measurements of graph states is not modelled");
    *end = arm.light;
  }
  add_pace(light, paths.a);
  add_pace(light, paths.b);
  return light;
}

bool has_shape(LightPaths const& paths, LinkLight const& light, MemorySpec const& a, MemorySpec const& b) {
  return paths.mismatch == LightMismatch::price || (a.photon_lifetime_s && !light.a.bandwidths_hz.empty()) ||
         (b.photon_lifetime_s && !light.b.bandwidths_hz.empty());
}

Shape shape(LightPaths const& paths, LinkLight const& light, MemorySpec const& a, MemorySpec const& b, StationSpec const& station) {
  const bool priced = paths.mismatch == LightMismatch::price;
  const double window_s = station.detector.window_s;
  Shape found{1, 1, station.visibility};
  WavePacket of_a, of_b;
  const auto share = [&](WavePacket& packet, ArmLight const& arm, MemorySpec const& memory) {
    if (!memory.photon_lifetime_s) return 1.0;
    packet.lifetime_s = *memory.photon_lifetime_s;
    packet.bandwidths_hz = arm.bandwidths_hz;
    return overlap(packet, packet, window_s).real();
  };
  found.share_a = share(of_a, light.a, a);
  found.share_b = share(of_b, light.b, b);
  if (!a.photon_lifetime_s || !b.photon_lifetime_s) {
    if (priced && wavelengths_differ(light))
      throw SpecError("/link/light_mismatch", "\"price\" of light of " + wavelength_text(*light.a.wavelength_m) + " and " + wavelength_text(*light.b.wavelength_m),
                      "a photon_lifetime_s of both memories: overlap depends on it");
    return found;
  }
  if (priced && wavelengths_differ(light)) of_a.offset_hz = speed_of_light_m_per_s / *light.a.wavelength_m - speed_of_light_m_per_s / *light.b.wavelength_m;
  const auto overlap_within = [&](double within_s) {
    return std::norm(overlap(of_a, of_b, within_s)) / (overlap(of_a, of_a, within_s).real() * overlap(of_b, of_b, within_s).real());
  };
  if (found.share_a == 0 || found.share_b == 0) return found;
  const double whole = overlap_within(everything);
  if (!priced && station.visibility > whole * (1 + 1e-12))
    throw SpecError("/station/visibility", number_text(station.visibility),
                    "at most " + number_text(whole) + ", the overlap of photons with lifetimes of " + number_text(*a.photon_lifetime_s) + " s and " +
                        number_text(*b.photon_lifetime_s) + " s behind their interfaces; or \"light_mismatch\": \"price\"");
  found.visibility = std::min(1.0, station.visibility * (priced ? overlap_within(window_s) : overlap_within(window_s) / whole));
  return found;
}

}  // namespace farbell
