#include "farbell/hardware/link_model.hpp"

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"

namespace farbell {

namespace {

std::string light_text(std::optional<LightSpec> const& light) {
  if (!light) return "single photons";
  return "light of kind " + in_quotes(std::visit([](auto const& kind) { return Describe<std::decay_t<decltype(kind)>>::kind; }, *light));
}

template <class Kind>
bool sends(MemorySpec const& memory) {
  return memory.light && std::holds_alternative<Kind>(*memory.light);
}

void require_single_photons(MemorySpec const& memory, std::string const& scheme) {
  if (memory.light) throw SpecError("", "a memory " + in_quotes(memory.name) + " with " + light_text(memory.light), "light null, " + scheme);
}

template <class Kind>
void require_alike(MemorySpec const& a, MemorySpec const& b, std::string const& scheme) {
  for (MemorySpec const* memory : {&a, &b})
    if (memory->light && !sends<Kind>(*memory))
      throw SpecError("", "a memory " + in_quotes(memory->name) + " with " + light_text(memory->light),
                      "light null, or of kind " + in_quotes(Describe<Kind>::kind) + ", for " + scheme);
  if (a.light.has_value() != b.light.has_value())
    throw SpecError("", "memories " + in_quotes(a.name) + " with " + light_text(a.light) + " and " + in_quotes(b.name) + " with " + light_text(b.light),
                    "light of the same kind at both ends");
}

// Overlaps that differ from attempt to attempt have means that do for one photon of each memory, and not for more.
void require_steady_overlap(std::optional<AlignmentSpec> const& alignment, FiberSpec const& fiber, std::optional<LightSpec> const& light) {
  if (!light) return;
  const std::string allowed = "0 with memories that send " + light_text(light);
  if (fiber.pmd_s_per_sqrt_m != 0) throw SpecError("/link/fiber/pmd_s_per_sqrt_m", number_text(fiber.pmd_s_per_sqrt_m), allowed);
  if (!alignment) return;
  if (alignment->arrival_jitter_s != 0) throw SpecError("/alignment/arrival_jitter_s", number_text(alignment->arrival_jitter_s) + " s", allowed);
  if (alignment->polarisation_sigma_rad != 0)
    throw SpecError("/alignment/polarisation_sigma_rad", number_text(alignment->polarisation_sigma_rad) + " rad", allowed);
}

}  // namespace

void require_light(GenerationSpec const& generation, FiberSpec const& fiber, MemorySpec const& a, MemorySpec const& b) {
  if (auto const* click = std::get_if<DoubleClickSpec>(&generation)) {
    require_alike<WeakCoherentLightSpec>(a, b, "a double click");
    require_steady_overlap(click->alignment, fiber, a.light);
  } else if (auto const* single = std::get_if<SingleClickSpec>(&generation)) {
    require_alike<EnsembleLightSpec>(a, b, "a single click");
    require_steady_overlap(single->alignment, fiber, a.light);
  } else if (auto const* sent = std::get_if<SenderReceiverSpec>(&generation)) {
    MemorySpec const &sender = sent->sender == LinkEnd::node_a ? a : b, &receiver = sent->sender == LinkEnd::node_a ? b : a;
    if (sender.light && !sends<WeakCoherentLightSpec>(sender))
      throw SpecError("", "a sender " + in_quotes(sender.name) + " with " + light_text(sender.light),
                      "light null, or of kind " + in_quotes(Describe<WeakCoherentLightSpec>::kind));
    require_single_photons(receiver, "for a memory that receives");
  } else if (std::holds_alternative<RepeaterGraphSpec>(generation)) {
    for (MemorySpec const* memory : {&a, &b}) require_single_photons(*memory, "for an end of a repeater_graph");
  } else if (std::holds_alternative<MidpointSourceSpec>(generation)) {
    for (MemorySpec const* memory : {&a, &b}) require_single_photons(*memory, "for a memory that absorbs light of a source");
  }
}

}  // namespace farbell
