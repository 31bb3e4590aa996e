// A link: two nodes, the fibre between them, and how it makes pairs.
#pragma once
#include "farbell/base/fields.hpp"
#include "farbell/hardware/drift.hpp"
#include "farbell/hardware/fiber.hpp"
#include "farbell/hardware/generation.hpp"
#include "farbell/hardware/interface.hpp"
#include "farbell/protocols/swapping_spec.hpp"

namespace farbell {

struct LinkSpec {
  std::string name;
  std::string node_a;
  std::string node_b;
  FiberSpec fiber;
  GenerationSpec generation;
  std::optional<DistillationSpec> distillation;
  std::optional<DriftSpec> drift;
  std::vector<std::string> interfaces_a;
  std::vector<std::string> interfaces_b;
  LightMismatch light_mismatch = LightMismatch::refuse;

  // The name by which changes, results and messages know the link.
  std::string label() const { return name.empty() ? node_a + "--" + node_b : name; }

  bool operator==(const LinkSpec&) const = default;
};

template <>
struct Describe<LinkSpec> {
  static constexpr std::string_view name = "Link";
  static constexpr std::string_view doc = "A fibre between two nodes over which entangled pairs are made.";
  static constexpr auto fields = std::tuple{
      field("name", &LinkSpec::name, "Unique name; empty = \"node_a--node_b\"."),
      required(field("node_a", &LinkSpec::node_a, non_empty, "Name of one end.")),
      required(field("node_b", &LinkSpec::node_b, non_empty, "Name of the other end.")),
      required(field("fiber", &LinkSpec::fiber, "The fibre.")),
      required(field("generation", &LinkSpec::generation, "How the link makes pairs.")),
      field("distillation", &LinkSpec::distillation, "How the link's pairs are distilled before they are swapped; null = not."),
      field("drift", &LinkSpec::drift, "How the link gets worse with time; null = not."),
      field("interfaces_a", &LinkSpec::interfaces_a, non_empty,
            "Names of the interfaces at node_a, in the order in which light passes them: from the memory to the fibre, or from the fibre of a "
            "source to the memory."),
      field("interfaces_b", &LinkSpec::interfaces_b, non_empty, "The same at node_b."),
      field("light_mismatch", &LinkSpec::light_mismatch, "What becomes of photons that are not alike in wavelength or shape."),
  };
};

}  // namespace farbell
