// A change of a link during a run: new generation, or an outage.
#pragma once
#include "farbell/base/fields.hpp"
#include "farbell/hardware/generation.hpp"

namespace farbell {

struct ChangeSpec {
  double at_s = 0;
  std::string link;
  std::optional<GenerationSpec> generation;

  bool operator==(const ChangeSpec&) const = default;
};

template <>
struct Describe<ChangeSpec> {
  static constexpr std::string_view name = "Change";
  static constexpr std::string_view doc = "A change of a link at a given time.";
  static constexpr auto fields = std::tuple{
      required(field("at_s", &ChangeSpec::at_s, "s", non_negative, "When the change happens.")),
      required(field("link", &ChangeSpec::link, non_empty, "Name of the link.")),
      field("generation", &ChangeSpec::generation, "How the link makes pairs from then on; null = the link goes down."),
  };
};

}  // namespace farbell
