// Paths within a scenario, and seconds that must fit into ticks: what every check of compile() needs.
#pragma once
#include <string>
#include <string_view>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"
#include "farbell/simulation/model.hpp"

namespace farbell {

inline std::string item(std::string_view list, std::size_t i, std::string_view field = {}) {
  std::string path = "/" + std::string(list) + "/" + std::to_string(i);
  return field.empty() ? path : path + "/" + std::string(field);
}

inline Tick ticks_of(const Model& model, double seconds, const std::string& path) {
  const Tick t = model.clock.tick(seconds);
  if (t != never) return t;
  const bool ps = model.scenario.tick == TickSize::ps;
  throw SpecError(path, number_text(seconds) + " s",
                  std::string("a time that fits into 63 bits of ticks of 1 ") +
                      (ps ? "ps (106 days); \"tick\": \"ns\" reaches 292 years" : "ns (292 years)"));
}

}  // namespace farbell
