// Who decides which routes demands take, and what they know of the links when they do (docs/physics/control_plane.md).
#pragma once
#include <string>
#include <variant>

#include "farbell/base/fields.hpp"

namespace farbell {

enum class ControlMode { proactive, reactive };

struct IdealControlSpec {
  bool operator==(const IdealControlSpec&) const = default;
};

struct CentralControlSpec {
  std::string place;
  ControlMode mode = ControlMode::proactive;
  double processing_s = 0;

  bool operator==(const CentralControlSpec&) const = default;
};

struct LinkStateSpec {
  double processing_s = 0;

  bool operator==(const LinkStateSpec&) const = default;
};

struct LocalControlSpec {
  double retry_s = 1e-2;
  bool needs_free_slots = false;

  bool operator==(const LocalControlSpec&) const = default;
};

struct ProgramControlSpec {
  std::string place;

  bool operator==(const ProgramControlSpec&) const = default;
};

using ControlPlaneSpec = std::variant<IdealControlSpec, CentralControlSpec, LinkStateSpec, LocalControlSpec, ProgramControlSpec>;

template <>
struct Describe<ControlMode> {
  static constexpr std::string_view name = "ControlMode";
  static constexpr auto values = std::array{
      Choice<ControlMode>{ControlMode::proactive, "proactive", "the controller tells the ends of demands new routes as soon as it knows them"},
      Choice<ControlMode>{ControlMode::reactive, "reactive", "an end asks the controller for routes before each circuit"},
  };
};

template <>
struct Describe<IdealControlSpec> {
  static constexpr std::string_view name = "IdealControl";
  static constexpr std::string_view kind = "ideal";
  static constexpr std::string_view doc = "Whoever needs a route knows at once what the ends of links know.";
  static constexpr auto fields = std::tuple{};
};

template <>
struct Describe<CentralControlSpec> {
  static constexpr std::string_view name = "CentralControl";
  static constexpr std::string_view kind = "central";
  static constexpr std::string_view doc = "A controller at a node works out all routes, of what messages have told it (software-defined networking).";
  static constexpr auto fields = std::tuple{
      required(field("place", &CentralControlSpec::place, non_empty, "Name of the node at which the controller is.")),
      field("mode", &CentralControlSpec::mode, "Whether routes are told when links change, or asked for when they are needed."),
      field("processing_s", &CentralControlSpec::processing_s, "s", non_negative,
            "Time in which the controller works out routes, after news or a question."),
  };
};

template <>
struct Describe<LinkStateSpec> {
  static constexpr std::string_view name = "LinkState";
  static constexpr std::string_view kind = "link_state";
  static constexpr std::string_view doc = "Nodes flood the network with what happens to their links; the node at end A of a demand decides by what has reached it.";
  static constexpr auto fields = std::tuple{
      field("processing_s", &LinkStateSpec::processing_s, "s", non_negative, "Time in which a node works out its routes after news."),
  };
};

template <>
struct Describe<LocalControlSpec> {
  static constexpr std::string_view name = "LocalControl";
  static constexpr std::string_view kind = "local";
  static constexpr std::string_view doc =
      "Nodes know of their own links only, and the map of the start: before each circuit a message searches its way from node to node.";
  static constexpr auto fields = std::tuple{
      field("retry_s", &LocalControlSpec::retry_s, "s", positive,
            "Time after which a demand whose search found no way, and whose requests wait, searches again."),
      field("needs_free_slots", &LocalControlSpec::needs_free_slots,
            "Whether a node between the ends sends a search back where it has not the slots free that the circuit needs there."),
  };
};

template <>
struct Describe<ProgramControlSpec> {
  static constexpr std::string_view name = "ProgramControl";
  static constexpr std::string_view kind = "program";
  static constexpr std::string_view doc = "A program at a node decides on routes, of what messages have told it, and installs them at the ends of demands.";
  static constexpr auto fields = std::tuple{
      required(field("place", &ProgramControlSpec::place, non_empty, "Name of the node whose program is the controller.")),
  };
};

}  // namespace farbell
