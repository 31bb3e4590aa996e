// Words that stand in scenario files alone, for editors: they are resolved before a scenario is read, in python/farbell/scenario.py, and
// no spec holds them. JSON Schema of each.
#pragma once
#include <string_view>
#include <type_traits>

#include "farbell/hardware/detector.hpp"
#include "farbell/hardware/fiber.hpp"
#include "farbell/hardware/memory.hpp"
#include "farbell/hardware/retrieval.hpp"
#include "farbell/hardware/station.hpp"

namespace farbell {

// Specs that may name published hardware by "platform"; a generation that does is a GenerationPreset, an interface an InterfacePreset.
template <class T>
inline constexpr bool takes_platform = std::is_same_v<T, MemorySpec> || std::is_same_v<T, StationSpec> || std::is_same_v<T, FiberSpec> ||
                                       std::is_same_v<T, DetectorSpec> || std::is_same_v<T, RetrievalSpec>;

inline constexpr std::string_view platform_word = R"({
  "type": "string",
  "description": "Published hardware, by its name in farbell.platforms(): the values that are not stated here."
})";

inline constexpr std::string_view devices_word = R"({
  "$ref": "#/$defs/Devices",
  "description": "How values vary from device to device; they are drawn when the file is read."
})";

inline constexpr std::string_view file_definitions = R"({
  "GenerationPreset": {
    "type": "object",
    "title": "GenerationPreset",
    "description": "A generation as of published hardware, with the values that are stated beside it.",
    "properties": {
      "platform": {"type": "string", "description": "Its name in farbell.platforms()."},
      "kind": {"type": "string", "description": "As of the hardware."}
    },
    "required": ["platform"]
  },
  "InterfacePreset": {
    "type": "object",
    "title": "InterfacePreset",
    "description": "A published converter or transducer, with the values that are stated beside it.",
    "properties": {
      "platform": {"type": "string", "description": "Its name in farbell.platforms()."},
      "name": {"type": "string", "description": "The name that links use; left out: that of the preset."}
    },
    "required": ["platform"]
  },
  "Devices": {
    "type": "object",
    "title": "Devices",
    "description": "Devices that are not alike: what farbell.spread does.",
    "additionalProperties": false,
    "properties": {
      "seed": {"type": "integer", "minimum": 0, "maximum": 18446744073709551615, "description": "Another seed, other devices."},
      "spread": {
        "type": "object",
        "additionalProperties": {
          "oneOf": [{"$ref": "#/$defs/LogNormal"}, {"$ref": "#/$defs/Normal"}, {"$ref": "#/$defs/Uniform"}]
        },
        "description": "Parameter, such as \"memories/*/t2_s\", and what it is drawn from."
      },
      "working": {
        "type": "object",
        "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1},
        "description": "Memory, such as \"memories/*\", and the probability that a slot of it works."
      }
    },
    "required": ["seed"]
  },
  "LogNormal": {
    "type": "object",
    "title": "LogNormal",
    "description": "The value in the file times exp(spread z), z standard normal.",
    "additionalProperties": false,
    "properties": {
      "kind": {"const": "lognormal"},
      "spread": {"type": "number", "minimum": 0, "description": "Standard deviation of the logarithm."},
      "of_error": {"type": "boolean", "description": "The same of one minus the value.", "default": false}
    },
    "required": ["kind", "spread"]
  },
  "Normal": {
    "type": "object",
    "title": "Normal",
    "description": "The value in the file times 1 + spread z, z standard normal.",
    "additionalProperties": false,
    "properties": {
      "kind": {"const": "normal"},
      "spread": {"type": "number", "minimum": 0, "description": "Relative standard deviation."}
    },
    "required": ["kind", "spread"]
  },
  "Uniform": {
    "type": "object",
    "title": "Uniform",
    "description": "Any value from low to high.",
    "additionalProperties": false,
    "properties": {
      "kind": {"const": "uniform"},
      "low": {"type": "number", "description": "In the unit of the parameter."},
      "high": {"type": "number", "description": "At least low."}
    },
    "required": ["kind", "low", "high"]
  }
})";

}  // namespace farbell
