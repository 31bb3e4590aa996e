// Which program runs at which node: named by where it can be imported from, so that a scenario stays data.
#pragma once
#include "farbell/base/fields.hpp"

namespace farbell {

struct ProgramParameterSpec {
  std::string name;
  double value = 0;

  bool operator==(const ProgramParameterSpec&) const = default;
};

struct ProgramSpec {
  std::string node;
  std::string program;
  std::vector<ProgramParameterSpec> parameters;

  bool operator==(const ProgramSpec&) const = default;
};

template <>
struct Describe<ProgramParameterSpec> {
  static constexpr std::string_view name = "ProgramParameter";
  static constexpr std::string_view doc = "A number that a program is made with.";
  static constexpr auto fields = std::tuple{
      required(field("name", &ProgramParameterSpec::name, non_empty, "Name of the argument.")),
      required(field("value", &ProgramParameterSpec::value, "Its value.")),
  };
};

template <>
struct Describe<ProgramSpec> {
  static constexpr std::string_view name = "BoundProgram";
  static constexpr std::string_view doc = "A program that runs at a node. Only modules that whoever runs the scenario allows by name are imported.";
  static constexpr auto fields = std::tuple{
      required(field("node", &ProgramSpec::node, non_empty, "Name of the node.")),
      required(field("program", &ProgramSpec::program, non_empty, "\"module:name\" of a class or function in Python.")),
      field("parameters", &ProgramSpec::parameters, "Arguments that it is made with."),
  };
};

}  // namespace farbell
