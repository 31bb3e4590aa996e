// What a scenario says of entanglement that is routed network-wide in rounds: docs/physics/rounds.md
#pragma once
#include <variant>

#include "farbell/base/fields.hpp"

namespace farbell {

struct ShortestRouterSpec {
  bool operator==(const ShortestRouterSpec&) const = default;
};

struct GreedyRouterSpec {
  bool operator==(const GreedyRouterSpec&) const = default;
};

struct QPassRouterSpec {
  std::int64_t link_state_hops = 3;

  bool operator==(const QPassRouterSpec&) const = default;
};

struct QCastRouterSpec {
  std::int64_t link_state_hops = 3;

  bool operator==(const QCastRouterSpec&) const = default;
};

struct MultipathLocalRouterSpec {
  bool operator==(const MultipathLocalRouterSpec&) const = default;
};

struct MultipathGlobalRouterSpec {
  bool operator==(const MultipathGlobalRouterSpec&) const = default;
};

struct GhzFusionRouterSpec {
  std::int64_t max_links = 3;

  bool operator==(const GhzFusionRouterSpec&) const = default;
};

using RouterSpec = std::variant<ShortestRouterSpec, GreedyRouterSpec, QPassRouterSpec, QCastRouterSpec, MultipathLocalRouterSpec,
                                MultipathGlobalRouterSpec, GhzFusionRouterSpec>;

struct RoundsSpec {
  RouterSpec router;
  double round_s = 1;
  double attempt_s = 1;
  std::int64_t channels = 1;

  bool operator==(const RoundsSpec&) const = default;
};

template <>
struct Describe<ShortestRouterSpec> {
  static constexpr std::string_view name = "ShortestRouter";
  static constexpr std::string_view kind = "shortest";
  static constexpr std::string_view doc = "In rounds: each demand has its least-cost route, if nobody before it has taken what it needs.";
  static constexpr auto fields = std::tuple{};
};

template <>
struct Describe<GreedyRouterSpec> {
  static constexpr std::string_view name = "GreedyRouter";
  static constexpr std::string_view kind = "greedy";
  static constexpr std::string_view doc = "In rounds: paths go hop by hop to the neighbour nearest to their end, as many as there are lanes for.";
  static constexpr auto fields = std::tuple{};
};

template <>
struct Describe<QPassRouterSpec> {
  static constexpr std::string_view name = "QPassRouter";
  static constexpr std::string_view kind = "q_pass";
  static constexpr std::string_view doc =
      "In rounds: Q-PASS, paths out of the `alternatives` that each demand has before the run, and recovery of segments.";
  static constexpr auto fields = std::tuple{
      field("link_state_hops", &QPassRouterSpec::link_state_hops, within(1, 1000), "How many hops away nodes know of links that succeeded."),
  };
};

template <>
struct Describe<QCastRouterSpec> {
  static constexpr std::string_view name = "QCastRouter";
  static constexpr std::string_view kind = "q_cast";
  static constexpr std::string_view doc = "In rounds: Q-CAST, paths found anew in each round for those who want one then, and recovery paths.";
  static constexpr auto fields = std::tuple{
      field("link_state_hops", &QCastRouterSpec::link_state_hops, within(0, 1000),
            "How many hops away nodes know of links that succeeded; 0 = they know of none, and there are no recovery paths."),
  };
};

template <>
struct Describe<MultipathLocalRouterSpec> {
  static constexpr std::string_view name = "MultipathLocalRouter";
  static constexpr std::string_view kind = "multipath_local";
  static constexpr std::string_view doc =
      "In rounds: all links attempt, and each node joins those two of its pairs that lead nearest to the ends, knowing of no other links.";
  static constexpr auto fields = std::tuple{};
};

template <>
struct Describe<MultipathGlobalRouterSpec> {
  static constexpr std::string_view name = "MultipathGlobalRouter";
  static constexpr std::string_view kind = "multipath_global";
  static constexpr std::string_view doc = "In rounds: all links attempt, and paths are chosen when everybody knows which have succeeded.";
  static constexpr auto fields = std::tuple{};
};

template <>
struct Describe<GhzFusionRouterSpec> {
  static constexpr std::string_view name = "GhzFusionRouter";
  static constexpr std::string_view kind = "ghz_fusion";
  static constexpr std::string_view doc =
      "In rounds: all links attempt, and each node measures all pairs that it has together, in GHZ bases, knowing of no other links.";
  static constexpr auto fields = std::tuple{
      field("max_links", &GhzFusionRouterSpec::max_links, within(2, 64),
            "How many pairs a node measures together, at most: the n of n-fusion; 2 = Bell measurements."),
  };
};

template <>
struct Describe<RoundsSpec> {
  static constexpr std::string_view name = "Rounds";
  static constexpr std::string_view doc = "Entanglement is routed network-wide in rounds, instead of by circuits of each demand.";
  static constexpr auto fields = std::tuple{
      field("router", &RoundsSpec::router, "Which lanes attempt in a round, and which pairs are joined."),
      required(field("round_s", &RoundsSpec::round_s, "s", positive, "Time from the start of a round to that of the next.")),
      required(field("attempt_s", &RoundsSpec::attempt_s, "s", positive,
                     "How long links attempt in a round: so many attempts as end within it, heralds included.")),
      field("channels", &RoundsSpec::channels, within(1, 64), "Lanes that a link may have in a round, each with a memory slot at both ends."),
  };
};

}  // namespace farbell
