#include "farbell/simulation/hardware_key.hpp"

#include <variant>

namespace farbell {

const std::string* station_of(const GenerationSpec& generation) {
  if (const auto* click = std::get_if<DoubleClickSpec>(&generation)) return &click->station;
  if (const auto* click = std::get_if<SingleClickSpec>(&generation)) return &click->station;
  return nullptr;
}

MultiplexingSpec train_of(const GenerationSpec& generation) {
  return std::visit([](const auto& kind) { return kind.multiplexing.value_or(MultiplexingSpec{}); }, generation);
}

std::string hardware_key(const GenerationSpec& generation, const FiberSpec& fiber, DeviceId a, DeviceId b,
                         std::optional<std::uint32_t> station, Wear wear, const LightPaths& light) {
  std::string key;
  const auto put = [&key](const auto& value) { key.append(reinterpret_cast<const char*>(&value), sizeof value); };
  put(a.value);
  put(b.value);
  put(fiber.length_m);
  put(fiber.attenuation_db_per_km);
  put(fiber.speed_m_per_s);
  put(fiber.spans.size());
  for (const FiberSpanSpec& span : fiber.spans) {
    put(span.length_m);
    put(span.loss_db.value_or(-1));
  }
  put(fiber.wavelength_m.value_or(0));
  put(fiber.dispersion_s_per_m2);
  put(fiber.pmd_s_per_sqrt_m);
  put(fiber.classical_light.has_value());
  if (fiber.classical_light) {
    put(fiber.classical_light->power_to_b_w);
    put(fiber.classical_light->power_to_a_w);
    put(fiber.classical_light->raman_per_km_nm);
    put(fiber.classical_light->filter_bandwidth_m);
  }
  put(light.mismatch);
  for (const auto* interfaces : {&light.a, &light.b}) {
    for (const InterfaceSpec* one : *interfaces) put(one);
    put(nullptr);
  }
  put(wear.efficiency);
  put(wear.coherence);
  const MultiplexingSpec train = train_of(generation);
  put(train.modes);
  put(train.mode_separation_s);
  put(train.train);
  put(train.shared_detectors);
  put(train.switch_loss_db);
  put(train.crosstalk);
  put(train.crosstalk);
  const auto put_alignment = [&put](const std::optional<AlignmentSpec>& stated) {
    const AlignmentSpec alignment = stated.value_or(AlignmentSpec{});
    put(alignment.arrival_offset_s);
    put(alignment.arrival_jitter_s);
    put(alignment.polarisation_angle_rad);
    put(alignment.polarisation_sigma_rad);
    put(alignment.free_running_s.value_or(0));
    put(alignment.stabilisation_s.value_or(0));
    put(alignment.phase_drift_rad_per_sqrt_s);
  };
  if (station) put(*station);
  if (const auto* click = std::get_if<DoubleClickSpec>(&generation)) {
    put('d');
    put(click->station_position);
    put_alignment(click->alignment);
  } else if (const auto* single = std::get_if<SingleClickSpec>(&generation)) {
    put('s');
    put(single->station_position);
    put(single->bright_state);
    put(single->bright_state_b.value_or(single->bright_state));
    put(single->phase_sigma_rad);
    put(single->phase_correlation_s.value_or(0));
    put_alignment(single->alignment);
  } else if (const auto* source = std::get_if<MidpointSourceSpec>(&generation)) {
    put('m');
    put(source->source_position);
    put(source->statistics);
    put(source->mean_pairs);
    put(source->spectral_purity);
    put(source->pair_fidelity);
    put(source->heralded);
    put(source->herald_efficiency);
    put(source->false_herald_probability);
    put(source->local_overhead_s);
    put(source->wavelength_m.value_or(0));
    put(source->wavelength_b_m.value_or(0));
    put(source->bandwidth_hz.value_or(0));
    put(source->bandwidth_b_hz.value_or(0));
    put(source->encoding ? static_cast<int>(*source->encoding) : -1);
  } else if (const auto* sent = std::get_if<SenderReceiverSpec>(&generation)) {
    put('r');
    put(sent->sender);
    put(sent->absorption_efficiency.value_or(-1));
    put(sent->pair_fidelity);
    put(sent->heralded);
    put(sent->herald_efficiency);
    put(sent->false_herald_probability);
    put(sent->local_overhead_s);
  } else if (const auto* graph = std::get_if<RepeaterGraphSpec>(&generation)) {
    put('p');
    put(graph->sources);
    put(graph->arms);
    put(graph->branching.size());
    for (const std::int64_t branches : graph->branching) put(branches);
    put(graph->repetition_s);
    put(graph->source_efficiency);
    put(graph->detector_efficiency);
    put(graph->bell_success_probability);
    put(graph->visibility);
    put(graph->photon_depolarising);
    put(graph->local_overhead_s);
  } else {
    const auto& given = std::get<GivenSpec>(generation);
    put('g');
    put(given.success_probability);
    put(given.attempt_period_s);
    put(given.herald_delay_s);
    put(given.state.index());
    std::visit([&](const auto& state) { put(state); }, given.state);
  }
  return key;
}

}  // namespace farbell
