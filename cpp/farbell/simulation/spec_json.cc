#include "farbell/simulation/spec_json.hpp"

#include "farbell/base/errors.hpp"
#include "farbell/simulation/json_text.hpp"
#include "farbell/simulation/spec_value.hpp"

namespace farbell {

ScenarioSpec parse_scenario(std::string_view json_text) {
  return read_spec<ScenarioSpec>(parse_json(json_text), Origin::file);
}

std::string write_scenario(const ScenarioSpec& scenario) {
  return pretty_json(write_spec(scenario, Empties::omit)) + "\n";
}

}  // namespace farbell
