// Scenarios as text: reading, writing, and the documents made from the field tables.
#pragma once
#include <string>
#include <string_view>

#include "farbell/simulation/scenario.hpp"

namespace farbell {

// Throws a SpecError that says where, what was found and what is allowed. Checks every spec by itself; compile() checks them
// against each other.
ScenarioSpec parse_scenario(std::string_view json_text);

// Every field with its value, but for those that are empty. Numbers read back as the same doubles.
std::string write_scenario(const ScenarioSpec& scenario);

// JSON Schema, draft 2020-12.
std::string scenario_schema();

// A table per spec, in Markdown.
std::string parameter_tables();

}  // namespace farbell
