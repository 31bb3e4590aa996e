// In which order the nodes of a chain swap, when waiting qubits are given up, and how pairs are distilled: what a scenario says of them.
#pragma once
#include "farbell/base/fields.hpp"
#include "farbell/state/distillation.hpp"

namespace farbell {

struct AsapSpec {
  bool operator==(const AsapSpec&) const = default;
};

struct DoublingSpec {
  bool operator==(const DoublingSpec&) const = default;
};

struct SequentialSpec {
  bool operator==(const SequentialSpec&) const = default;
};

struct TreeSpec {
  std::vector<std::string> order;

  bool operator==(const TreeSpec&) const = default;
};

// [position, position] or, with the age in slots, [position, position, age]
using PolicyLink = std::vector<std::int64_t>;

struct PolicyEntrySpec {
  std::vector<PolicyLink> links;
  std::vector<std::int64_t> swap;

  bool operator==(const PolicyEntrySpec&) const = default;
};

enum class PolicyOtherwise { asap, wait };

struct PolicyTableSpec {
  std::vector<PolicyEntrySpec> entries;
  PolicyOtherwise otherwise = PolicyOtherwise::asap;

  bool operator==(const PolicyTableSpec&) const = default;
};

using SwappingSpec = std::variant<AsapSpec, DoublingSpec, SequentialSpec, TreeSpec, PolicyTableSpec>;

struct CutoffSpec {
  std::optional<double> age_s;
  std::optional<std::int64_t> attempts;
  std::optional<double> estimated_fidelity;

  bool operator==(const CutoffSpec&) const = default;
};

enum class DistillationScheme { recurrence, pumping };

struct DistillationSpec {
  std::vector<DistillationProtocol> rounds{DistillationProtocol::dejmps};
  DistillationScheme scheme = DistillationScheme::recurrence;

  bool operator==(const DistillationSpec&) const = default;
};

template <>
struct Describe<AsapSpec> {
  static constexpr std::string_view name = "Asap";
  static constexpr std::string_view kind = "asap";
  static constexpr std::string_view doc = "Every node swaps as soon as it holds a pair to either side.";
  static constexpr auto fields = std::tuple{};
};

template <>
struct Describe<DoublingSpec> {
  static constexpr std::string_view name = "Doubling";
  static constexpr std::string_view kind = "doubling";
  static constexpr std::string_view doc = "Nested: the two halves of a route are joined when both are whole, and so on within each half.";
  static constexpr auto fields = std::tuple{};
};

template <>
struct Describe<SequentialSpec> {
  static constexpr std::string_view name = "Sequential";
  static constexpr std::string_view kind = "sequential";
  static constexpr std::string_view doc = "One node after the other, from node_a on.";
  static constexpr auto fields = std::tuple{};
};

template <>
struct Describe<TreeSpec> {
  static constexpr std::string_view name = "Tree";
  static constexpr std::string_view kind = "tree";
  static constexpr std::string_view doc =
      "Any fixed order: a node swaps when its pairs reach, to either side, as far as the next node that comes later in the order. "
      "The demand states its route.";
  static constexpr auto fields = std::tuple{
      required(field("order", &TreeSpec::order, non_empty, "Every node between the ends once; the last one makes the end-to-end pair.")),
  };
};

template <>
struct Describe<PolicyEntrySpec> {
  static constexpr std::string_view name = "PolicyEntry";
  static constexpr std::string_view doc = "What to swap in one state of a chain.";
  static constexpr auto fields = std::tuple{
      required(field("links", &PolicyEntrySpec::links, unbounded,
                     "All pairs that exist at the end of a slot: [from, to] for any age or [from, to, age], with positions along the route from 0 "
                     "and the age in slots.")),
      required(field("swap", &PolicyEntrySpec::swap, non_negative, "Positions that swap; [] = wait.")),
  };
};

template <>
struct Describe<PolicyOtherwise> {
  static constexpr std::string_view name = "PolicyOtherwise";
  static constexpr auto values = std::array{
      Choice<PolicyOtherwise>{PolicyOtherwise::asap, "asap", "every node swaps that holds a pair to either side"},
      Choice<PolicyOtherwise>{PolicyOtherwise::wait, "wait", "nothing is swapped"},
  };
};

template <>
struct Describe<PolicyTableSpec> {
  static constexpr std::string_view name = "PolicyTable";
  static constexpr std::string_view kind = "table";
  static constexpr std::string_view doc =
      "A table from states to swaps, for one chain of width 1 with slotted timing and ideal control. An entry with ages goes before one without.";
  static constexpr auto fields = std::tuple{
      required(field("entries", &PolicyTableSpec::entries, "States and what to swap in them.")),
      field("otherwise", &PolicyTableSpec::otherwise, "What to do in a state that is not listed."),
  };
};

template <>
struct Describe<CutoffSpec> {
  static constexpr std::string_view name = "Cutoff";
  static constexpr std::string_view doc =
      "When a node between the ends gives up a qubit that waits to be swapped, and a link one that waits to be distilled. Whatever comes first.";
  static constexpr auto fields = std::tuple{
      field("age_s", &CutoffSpec::age_s, "s", non_negative, "When the pair is older than this; null = never."),
      field("attempts", &CutoffSpec::attempts, within(1, 1'000'000'000),
            "When so many attempts of the link on the other side have failed since the qubit was ready; null = never."),
      field("estimated_fidelity", &CutoffSpec::estimated_fidelity, unit_interval,
            "When the fidelity that the node can estimate falls below this; null = never."),
  };
};

template <>
struct Describe<DistillationProtocol> {
  static constexpr std::string_view name = "DistillationProtocol";
  static constexpr auto values = std::array{
      Choice<DistillationProtocol>{DistillationProtocol::bbpssw, "bbpssw", "Bennett et al. 1996; twirls both pairs first"},
      Choice<DistillationProtocol>{DistillationProtocol::dejmps, "dejmps", "Deutsch et al. 1996; never twirls"},
      Choice<DistillationProtocol>{DistillationProtocol::epl, "epl",
                                   "Campbell and Benjamin 2008, for single-click pairs; not after a twirl"},
  };
};

template <>
struct Describe<DistillationScheme> {
  static constexpr std::string_view name = "DistillationScheme";
  static constexpr auto values = std::array{
      Choice<DistillationScheme>{DistillationScheme::recurrence, "recurrence", "a round takes two pairs of the round before"},
      Choice<DistillationScheme>{DistillationScheme::pumping, "pumping", "one pair is kept, and a fresh one is used up in each round"},
  };
};

template <>
struct Describe<DistillationSpec> {
  static constexpr std::string_view name = "Distillation";
  static constexpr std::string_view doc = "How several pairs are made into a better one.";
  static constexpr auto fields = std::tuple{
      field("rounds", &DistillationSpec::rounds, non_empty, "The protocol of each round, first to last."),
      field("scheme", &DistillationSpec::scheme, "Which pairs a round takes."),
  };
};

}  // namespace farbell
