// Nodes and links that fail during a run, at random or at stated times.
#pragma once
#include <array>

#include "farbell/base/fields.hpp"

namespace farbell {

struct FailureSpec {
  std::string name;
  std::vector<std::string> nodes, links, regions;
  std::optional<double> mtbf_s, mttr_s;
  std::vector<std::array<double, 2>> down;

  // The name by which results and random streams know the failure.
  std::string label() const {
    if (!name.empty()) return name;
    std::string joined;
    for (const auto* list : {&nodes, &links, &regions})
      for (const std::string& element : *list) joined += (joined.empty() ? "" : "+") + element;
    return joined;
  }

  bool operator==(const FailureSpec&) const = default;
};

template <>
struct Describe<FailureSpec> {
  static constexpr std::string_view name = "Failure";
  static constexpr std::string_view doc =
      "Nodes and links that are down together: at random, with `mtbf_s` and `mttr_s`, or in the windows of `down`.";
  static constexpr auto fields = std::tuple{
      field("name", &FailureSpec::name, "Unique name, such as \"maintenance\"; empty = the names of what fails, joined by \"+\"."),
      field("nodes", &FailureSpec::nodes, non_empty, "Names of the nodes that fail; all their links are down, and their qubits lost."),
      field("links", &FailureSpec::links, non_empty, "Names of the links that fail."),
      field("regions", &FailureSpec::regions, non_empty, "Names of regions all of whose nodes fail."),
      field("mtbf_s", &FailureSpec::mtbf_s, "s", positive,
            "Mean time between failures: of the exponential time from a repair, or the start, to the next failure; null = at stated times."),
      field("mttr_s", &FailureSpec::mttr_s, "s", positive, "Mean time to repair, exponential; given if `mtbf_s` is."),
      field("down", &FailureSpec::down, "s", non_negative,
            "Windows [from, until] in which they are down, each after the one before: failures, maintenance, links not there yet or not any more."),
  };
};

// Throws a SpecError at `path` unless the failure names something, has one way to say when, and its windows are in order.
void check(const FailureSpec& failure, const std::string& path);

}  // namespace farbell
