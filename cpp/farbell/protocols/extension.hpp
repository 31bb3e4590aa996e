// Protocols of a library that is built outside of this repository. Whoever writes one that takes decisions includes this header; for one
// that is what nodes do, apps/extension.hpp. Only plain data and functions cross over, and no exception: the library may come from
// another compiler.
#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "farbell/engine/philox.hpp"
#include "farbell/protocols/decisions.hpp"
#include "farbell/protocols/round_views.hpp"

namespace farbell {

// ---- what crosses over ------------------------------------------------------------------------------------------------------------------

// A number that a protocol can be loaded with.
struct ExtensionParameter {
  const char* name;
  double value;  // where none is given
  const char* doc;
};

// Why a function of the other side failed.
struct ExtensionFailure {
  NodeId node;  // where, if that is known
  char text[1000];
};

// What a protocol is made for: one replica of a run.
struct ExtensionRun {
  std::uint64_t seed, replica;
  double ticks_per_s;
  const char* const* node_names;
  const char* const* demand_names;
  std::uint32_t nodes, demands;
  const double* parameters;  // in the protocol's order
};

// Which routes a demand is to have, and where they go.
struct ExtensionRoutes {
  DemandId demand;
  NodeId a, b;
  std::uint32_t wanted;  // at most
  Tick now;
  std::uint32_t nodes, links;
  const std::array<NodeId, 2>* ends;  // by link
  const double* cost;                 // by link; infinity = not usable
  void* found;
  void (*add)(void* found, const NodeId* nodes, std::size_t count);
};

struct ExtensionPrograms;  // apps/extension.hpp

struct ExtensionProtocol {
  const char *name, *doc;
  const ExtensionParameter* parameters;
  std::uint32_t parameter_count;
  std::uint32_t decides;                                                               // at which decision points: a bit each
  void* (*make)(const ExtensionRun* run, ExtensionFailure* failure);                   // none = it failed
  int (*decide)(void* protocol, const Question* question, ExtensionFailure* failure);  // 0, 1, or -1 = it failed
  void (*unmake)(void* protocol);
  // 0, or -1 = it failed; none = it does no such thing.
  int (*find_routes)(void* protocol, const ExtensionRoutes* question, ExtensionFailure* failure);
  int (*assign_lanes)(void* protocol, const ExtensionRound* round, ExtensionFailure* failure);
  int (*join_pairs)(void* protocol, const ExtensionRound* round, ExtensionFailure* failure);
  int (*fuse_pairs)(void* protocol, const ExtensionFusion* question, ExtensionFailure* failure);
  const ExtensionPrograms* programs;  // none = nodes do what is built in
};

struct ExtensionTable {
  std::uint64_t stamp;  // of the headers that it was built with; the rest is read only if it fits
  const char* version;  // of Farbell
  const ExtensionProtocol* protocols;
  std::uint32_t protocol_count;
};

// The library's one symbol: a function of C that returns its table.
inline constexpr const char* extension_symbol = "farbell_extension";
using ExtensionSymbol = const ExtensionTable* (*)();

// Changes by itself with all that is known at decision points, and with the sizes of what crosses over. What it cannot see, such as the
// meaning of a column, changes the number that it starts from.
constexpr std::uint64_t extension_stamp() {
  std::uint64_t stamp = 1;
  const auto add = [&](std::uint64_t x) { stamp = splitmix64(stamp ^ x); };
  for (std::size_t size : {sizeof(Question), sizeof(ExtensionRun), sizeof(ExtensionProtocol), sizeof(ExtensionRoutes), sizeof(ExtensionFailure), sizeof(void*),
                           sizeof(ExtensionRound), sizeof(ExtensionWish), sizeof(ExtensionWay), sizeof(ExtensionLanes), sizeof(ExtensionFusion), sizeof(LinkLane)}) add(size);
  for (const auto& point : Describe<DecisionPoint>::values) add(fnv1a64(point.name));
  for (const RuleColumnInfo& info : rule_columns) {
    add(fnv1a64(info.name));
    add(std::uint64_t{info.points} << 8 | static_cast<std::uint64_t>(info.column));
  }
  return stamp;
}

// ---- for who writes a protocol ----------------------------------------------------------------------------------------------------------

// What a protocol's constructor is told. It lives as long as that runs.
class RunFacts {
 public:
  RunFacts(const ExtensionRun& run, std::span<const ExtensionParameter> parameters) : run_(run), parameters_(parameters) {}

  std::uint64_t replica() const { return run_.replica; }
  std::uint32_t nodes() const { return run_.nodes; }
  std::uint32_t demands() const { return run_.demands; }
  std::string_view name(NodeId node) const { return run_.node_names[node.value]; }
  std::string_view name(DemandId demand) const { return run_.demand_names[demand.value]; }
  double operator[](std::string_view parameter) const {
    for (std::size_t k = 0; k < parameters_.size(); ++k)
      if (parameters_[k].name == parameter) return run_.parameters[k];
    throw std::out_of_range("the protocol has no parameter \"" + std::string(parameter) + "\"");
  }
  // Random numbers that follow from the scenario's seed, the replica and a name, such as "n3/coin", and from nothing else.
  Stream stream(std::string_view name) const { return {stream_key(run_.seed, "extension:" + std::string(name)), run_.replica}; }
  Clock clock() const { return {run_.ticks_per_s}; }

 private:
  const ExtensionRun& run_;
  std::span<const ExtensionParameter> parameters_;
};

// What is known at a decision point: view[RuleColumn::age_s_a]. It lives as long as the decision takes.
template <DecisionPoint point>
class DecisionView {
 public:
  // Of this point; another one does not compile.
  struct Known {
    RuleColumn column;
    consteval Known(RuleColumn c) : column(c) {
      const auto* info = std::find_if(rule_columns.begin(), rule_columns.end(), [&](const RuleColumnInfo& i) { return i.column == c; });
      if (!info->at(point)) throw std::invalid_argument("this column is not known at this decision point");
    }
  };

  explicit DecisionView(const Question& question) : question_(question) {}

  double operator[](Known known) const { return question_.value(question_.view, known.column); }
  NodeId node() const requires(point != DecisionPoint::admit) { return question_.node; }
  DemandId demand() const { return question_.demand; }
  Tick now() const { return question_.now; }

 private:
  const Question& question_;
};
using SwapView = DecisionView<DecisionPoint::swap>;
using DiscardView = DecisionView<DecisionPoint::discard>;
using AdmitView = DecisionView<DecisionPoint::admit>;

// What is known where a demand's routes are found. It lives as long as that takes.
class RoutesView {
 public:
  explicit RoutesView(const ExtensionRoutes& question) : question_(question) {}

  DemandId demand() const { return question_.demand; }
  NodeId node_a() const { return question_.a; }
  NodeId node_b() const { return question_.b; }
  std::uint32_t alternatives() const { return question_.wanted; }  // so many routes at most
  Tick now() const { return question_.now; }
  std::uint32_t nodes() const { return question_.nodes; }
  std::uint32_t links() const { return question_.links; }
  const std::array<NodeId, 2>& ends(LinkId link) const { return question_.ends[link.value]; }
  // As `routing` says, of what is known of the link; infinity = not usable.
  double cost(LinkId link) const { return question_.cost[link.value]; }

 private:
  const ExtensionRoutes& question_;
};
using FoundRoutes = std::vector<std::vector<NodeId>>;

namespace detail {

// A member of that name that could not be called would be passed over in silence.
template <class P>
constexpr std::uint32_t points_of() {
  constexpr bool swap = requires(P p, const SwapView& v) { { p.swap(v) } -> std::same_as<bool>; };
  constexpr bool discard = requires(P p, const DiscardView& v) { { p.discard(v) } -> std::same_as<bool>; };
  constexpr bool admit = requires(P p, const AdmitView& v) { { p.admit(v) } -> std::same_as<bool>; };
  static_assert(swap || !requires { &P::swap; }, "it should be: bool swap(const farbell::SwapView& view)");
  static_assert(discard || !requires { &P::discard; }, "it should be: bool discard(const farbell::DiscardView& view)");
  static_assert(admit || !requires { &P::admit; }, "it should be: bool admit(const farbell::AdmitView& view)");
  return swap * at_swap | discard * at_discard | admit * at_admit;
}

template <class P>
constexpr bool finds_routes() {
  constexpr bool finds = requires(P p, const RoutesView& v) { { p.find_routes(v) } -> std::same_as<FoundRoutes>; };
  static_assert(finds || !requires { &P::find_routes; }, "it should be: farbell::FoundRoutes find_routes(const farbell::RoutesView& view)");
  return finds;
}

template <class P>
constexpr bool assigns_lanes() {
  constexpr bool assigns = requires(P p, const LanesView& v) { { p.assign_lanes(v) } -> std::same_as<RoundPaths>; };
  static_assert(assigns || !requires { &P::assign_lanes; }, "it should be: farbell::RoundPaths assign_lanes(const farbell::LanesView& view)");
  return assigns;
}
template <class P>
constexpr bool joins_pairs() {
  constexpr bool joins = requires(P p, const PairsView& v) { { p.join_pairs(v) } -> std::same_as<RoundPaths>; };
  static_assert(joins || !requires { &P::join_pairs; }, "it should be: farbell::RoundPaths join_pairs(const farbell::PairsView& view)");
  return joins;
}
template <class P>
constexpr bool fuses_pairs() {
  constexpr bool fuses = requires(P p, const FusionView& v) { { p.fuse_pairs(v) } -> std::same_as<FusedPairs>; };
  static_assert(fuses || !requires { &P::fuse_pairs; }, "it should be: farbell::FusedPairs fuse_pairs(const farbell::FusionView& view)");
  return fuses;
}

template <class P>
constexpr bool does_anything() {
  return points_of<P>() != 0 || finds_routes<P>() || assigns_lanes<P>() || joins_pairs<P>() || fuses_pairs<P>();
}

template <class P>
constexpr std::span<const ExtensionParameter> parameters_of() {
  if constexpr (requires { P::parameters; }) return P::parameters;
  else return {};
}

inline bool failed(ExtensionFailure& failure, const char* what) noexcept {
  std::strncpy(failure.text, what, sizeof failure.text - 1);
  failure.text[sizeof failure.text - 1] = 0;
  return false;
}

template <class Work>
bool attempt(ExtensionFailure& failure, Work work) noexcept {
  try {
    work();
    return true;
  } catch (const std::exception& error) {
    return failed(failure, error.what());
  } catch (...) {
    return failed(failure, "it threw something that is no std::exception");
  }
}

template <class P>
void* make(const ExtensionRun* run, ExtensionFailure* failure) noexcept {
  P* made = nullptr;
  attempt(*failure, [&] { made = new P(RunFacts(*run, parameters_of<P>())); });
  return made;
}

template <class P>
int decide(void* self, const Question* question, ExtensionFailure* failure) noexcept {
  P& protocol = *static_cast<P*>(self);
  bool taken = false;
  const bool well = attempt(*failure, [&] {
    switch (question->point) {
      case DecisionPoint::swap:
        if constexpr ((points_of<P>() & at_swap) != 0) taken = protocol.swap(SwapView(*question));
        break;
      case DecisionPoint::discard:
        if constexpr ((points_of<P>() & at_discard) != 0) taken = protocol.discard(DiscardView(*question));
        break;
      case DecisionPoint::admit:
        if constexpr ((points_of<P>() & at_admit) != 0) taken = protocol.admit(AdmitView(*question));
    }
  });
  return well ? taken : -1;
}

template <class P>
int find_routes(void* self, const ExtensionRoutes* question, ExtensionFailure* failure) noexcept {
  const bool well = attempt(*failure, [&] {
    for (const std::vector<NodeId>& nodes : static_cast<P*>(self)->find_routes(RoutesView(*question)))
      question->add(question->found, nodes.data(), nodes.size());
  });
  return well ? 0 : -1;
}

inline void tell(const RoundPaths& paths, const ExtensionRound& round) {
  for (const RoundPath& path : paths)
    round.add(round.given, path.demand, path.nodes.data(), static_cast<std::uint32_t>(path.nodes.size()), path.width, path.lanes.data(),
              static_cast<std::uint32_t>(path.lanes.size()));
}
template <class P>
int assign_lanes(void* self, const ExtensionRound* round, ExtensionFailure* failure) noexcept {
  return attempt(*failure, [&] { tell(static_cast<P*>(self)->assign_lanes(LanesView(*round)), *round); }) ? 0 : -1;
}
template <class P>
int join_pairs(void* self, const ExtensionRound* round, ExtensionFailure* failure) noexcept {
  return attempt(*failure, [&] { tell(static_cast<P*>(self)->join_pairs(PairsView(*round)), *round); }) ? 0 : -1;
}
template <class P>
int fuse_pairs(void* self, const ExtensionFusion* question, ExtensionFailure* failure) noexcept {
  const bool well = attempt(*failure, [&] {
    for (const std::vector<LinkLane>& group : static_cast<P*>(self)->fuse_pairs(FusionView(*question)))
      question->add(question->given, group.data(), static_cast<std::uint32_t>(group.size()));
  });
  return well ? 0 : -1;
}

// What a protocol does not do is no part of its library.
template <class P>
constexpr auto route_finder_of() -> decltype(ExtensionProtocol::find_routes) {
  if constexpr (finds_routes<P>()) return find_routes<P>;
  else return nullptr;
}
template <class P>
constexpr auto lane_giver_of() -> decltype(ExtensionProtocol::assign_lanes) {
  if constexpr (assigns_lanes<P>()) return assign_lanes<P>;
  else return nullptr;
}
template <class P>
constexpr auto pair_joiner_of() -> decltype(ExtensionProtocol::join_pairs) {
  if constexpr (joins_pairs<P>()) return join_pairs<P>;
  else return nullptr;
}
template <class P>
constexpr auto pair_fuser_of() -> decltype(ExtensionProtocol::fuse_pairs) {
  if constexpr (fuses_pairs<P>()) return fuse_pairs<P>;
  else return nullptr;
}

template <class P>
constexpr ExtensionProtocol row(const char* name, const char* doc, const ExtensionPrograms* programs) {
  constexpr auto parameters = parameters_of<P>();
  return {name,
          doc,
          parameters.data(),
          static_cast<std::uint32_t>(parameters.size()),
          points_of<P>(),
          make<P>,
          decide<P>,
          [](void* self) { delete static_cast<P*>(self); },
          route_finder_of<P>(),
          lane_giver_of<P>(),
          pair_joiner_of<P>(),
          pair_fuser_of<P>(),
          programs};
}

}  // namespace detail

// A row of a library's table. P is made once for each replica, by P(const RunFacts&), and has one or more of
//   bool swap(const SwapView&)   bool discard(const DiscardView&)   bool admit(const AdmitView&)   FoundRoutes find_routes(const RoutesView&)
//   RoundPaths assign_lanes(const LanesView&)   RoundPaths join_pairs(const PairsView&)   FusedPairs fuse_pairs(const FusionView&)
// and, if it has parameters, `static constexpr farbell::ExtensionParameter parameters[]`.
template <class P>
constexpr ExtensionProtocol protocol(const char* name, const char* doc = "") {
  static_assert(detail::does_anything<P>(), "a protocol has a public member swap, discard, admit, find_routes, assign_lanes, join_pairs or fuse_pairs");
  return detail::row<P>(name, doc, nullptr);
}

}  // namespace farbell

#ifndef FARBELL_VERSION
#define FARBELL_VERSION "unknown"
#endif

// Once in a library: FARBELL_EXTENSION(farbell::protocol<Patience>("patience", "Swaps what is young."))
#define FARBELL_EXTENSION(...)                                                                                                     \
  extern "C" __attribute__((visibility("default"))) const farbell::ExtensionTable* farbell_extension() {                          \
    static constexpr farbell::ExtensionProtocol protocols[] = {__VA_ARGS__};                                                       \
    static constexpr farbell::ExtensionTable table{farbell::extension_stamp(), FARBELL_VERSION, protocols, std::size(protocols)}; \
    return &table;                                                                                                                 \
  }
