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
                         std::optional<std::uint32_t> station, Wear wear) {
  std::string key;
  const auto put = [&key](const auto& value) { key.append(reinterpret_cast<const char*>(&value), sizeof value); };
  put(a.value);
  put(b.value);
  put(fiber.length_m);
  put(fiber.attenuation_db_per_km);
  put(fiber.speed_m_per_s);
  put(wear.efficiency);
  put(wear.coherence);
  const MultiplexingSpec train = train_of(generation);
  put(train.modes);
  put(train.mode_separation_s);
  put(train.train);
  if (station) put(*station);
  if (const auto* click = std::get_if<DoubleClickSpec>(&generation)) {
    put('d');
    put(click->station_position);
  } else if (const auto* single = std::get_if<SingleClickSpec>(&generation)) {
    put('s');
    put(single->station_position);
    put(single->bright_state);
    put(single->bright_state_b.value_or(single->bright_state));
    put(single->phase_sigma_rad);
    put(single->phase_correlation_s.value_or(0));
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
  } else if (const auto* sent = std::get_if<SenderReceiverSpec>(&generation)) {
    put('r');
    put(sent->sender);
    put(sent->absorption_efficiency.value_or(-1));
    put(sent->pair_fidelity);
    put(sent->heralded);
    put(sent->herald_efficiency);
    put(sent->false_herald_probability);
    put(sent->local_overhead_s);
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
