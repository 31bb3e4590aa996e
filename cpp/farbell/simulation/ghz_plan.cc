#include "farbell/simulation/ghz_plan.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "farbell/base/nearest.hpp"
#include "farbell/network/steiner_tree.hpp"
#include "farbell/simulation/places.hpp"

namespace farbell {

namespace {

// Of which a store can hold and read every GHZ state, and no graph state of more. When the last pair joins the others one half or two
// are there besides the users' qubits.
int most_users(StoreKind store, bool center_is_user) {
  const int held = capabilities(store).largest_cluster - (center_is_user ? 1 : 2);
  // What is read of a ket is its density matrix.
  return store == StoreKind::ket ? std::min(held, DensityStore::capabilities.largest_cluster) : held;
}

class Planner {
 public:
  Planner(const Model& model, const Names& nodes, std::size_t i) : m_(model), nodes_(nodes), spec_(model.scenario.ghz_demands[i]), i_(i) {}

  GhzPlan plan() const {
    if (m_.scenario.reservation == Reservation::hop_by_hop)
      throw SpecError("/reservation", in_quotes("hop_by_hop"), "\"ledger\" with GHZ demands: the arms of one are booked together");
    if (!is_additive(m_.scenario.routing.kind))
      throw SpecError("/routing/kind", in_quotes(std::string(choice_name(m_.scenario.routing.kind))),
                      "hops, length, seconds_per_pair or fidelity with GHZ demands: a center is where the costs of its arms add up to least");
    return spec_.tree == GhzTree::star ? star() : tree();
  }

 private:
  std::string at(const std::string& field) const { return item("ghz_demands", i_, field); }

  std::vector<NodeId> users() const {
    std::vector<NodeId> users;
    for (std::size_t k = 0; k < spec_.users.size(); ++k) {
      const std::string path = at("users/" + std::to_string(k));
      const NodeId n{nodes_.at(spec_.users[k], path)};
      if (std::find(users.begin(), users.end(), n) != users.end())
        throw SpecError(path, in_quotes(shortened(spec_.users[k])) + ", which is a user already", "another node");
      users.push_back(n);
    }
    if (users.size() < 2)
      throw SpecError(at("users"), users.empty() ? "an empty list" : "one user", "at least two users, since a state is shared");
    return users;
  }

  // ---- a center and its arms ----

  GhzPlan star() const {
    const std::vector<NodeId> users = this->users();
    GhzPlan plan;
    const NodeId center = spec_.center.empty() ? best_center(users) : NodeId{nodes_.at(spec_.center, at("center"))};
    const bool keeps = std::find(users.begin(), users.end(), center) != users.end();
    plan.user_of = parties(users, center);
    Star& star = plan.star;
    star.edges = edges(plan.user_of);
    plan.bases = bases(plan.user_of);
    fidelity_is_known();
    const auto arms = static_cast<std::uint32_t>(this->arms(users, center));
    star.steps = star.edges.empty() ? ghz_steps(arms, keeps) : graph_steps(star.edges, arms, keeps);
    cluster_fits(users.size(), star.steps, arms, keeps);
    PathFinder paths(m_.graph);
    for (std::size_t k = 0; k < users.size(); ++k) {
      if (users[k] == center) continue;
      RoutePlan arm;
      arm.ends = {center, users[k]};
      // No alternatives: arms that take different ways at different times could wait for each other's slots.
      Route route = paths.shortest(center, users[k], m_.link_cost);
      if (route.links.empty())
        throw SpecError(at("users/" + std::to_string(k)), in_quotes(shortened(spec_.users[k])),
                        "a node to which usable links lead from the center " + in_quotes(m_.node_names[center.value]));
      arm.routes.push_back(std::move(route));
      plan.arms.push_back(std::move(arm));
    }
    slots_suffice(plan, center);
    star.parent.assign(arms, Star::none);
    if (keeps) star.holders.push_back({kept_half(star.edges, keeps), end_a});
    star.news.resize(users.size());
    for (std::uint32_t k = 0; k < arms; ++k) {
      star.phase_of.push_back(static_cast<std::uint32_t>(star.holders.size()));
      if (arms > 1) star.news[star.holders.size()].push_back({center, {k}, tick_zero});
      star.holders.push_back({k, end_b});
    }
    star.duration = duration(star.steps, center);
    return plan;
  }

  // ---- a tree ----

  // What is at a node of the tree, by its arms.
  struct Hub {
    NodeId node;
    std::uint32_t up = Star::none;     // the arm that ends there; none at the root
    std::uint32_t above = 0;           // the hub where that begins
    std::vector<std::uint32_t> down;   // those that begin there
    std::uint32_t user = Star::none;   // of the demand
  };

  GhzPlan tree() const {
    if (!spec_.center.empty()) throw SpecError(at("center"), in_quotes(shortened(spec_.center)), "no center" + with_tree());
    if (!spec_.edges.empty()) throw SpecError(at("edges"), "edges of a graph state", "none" + with_tree() + ": a GHZ state");
    const std::vector<NodeId> users = this->users();
    if (spec_.tree == GhzTree::steiner && users.size() > most_steiner_terminals)
      throw SpecError(at("users"), std::to_string(users.size()) + " users",
                      "at most " + std::to_string(most_steiner_terminals) + with_tree() + "; or \"tree\": \"shortest_paths\", for any number");
    const JoiningTree tree = spec_.tree == GhzTree::steiner ? steiner_tree(m_.graph, users, m_.link_cost) : shortest_path_tree(m_.graph, users, m_.link_cost);
    if (!tree) throw SpecError(at("users"), "nodes that no usable links join", "users that links join");
    GhzPlan plan;
    Star& star = plan.star;
    star.parent = tree.parent;
    std::vector<Hub> hubs = hubs_of(tree, users);
    for (const Route& route : tree.parts) {
      RoutePlan arm;
      arm.ends = {route.nodes.front(), route.nodes.back()};
      arm.routes.push_back(route);
      plan.arms.push_back(std::move(arm));
    }
    // Parties as the users are listed; phases, which all of them make up together, are the first one's.
    plan.user_of.resize(users.size());
    std::iota(plan.user_of.begin(), plan.user_of.end(), 0u);
    plan.bases = bases(plan.user_of);
    fidelity_is_known();
    star.phase_of.assign(tree.parts.size(), 0);
    star.holders.resize(users.size());
    star.news.resize(users.size());
    for (const Hub& hub : hubs) {
      if (hub.user != Star::none) star.holders[hub.user] = hub.up == Star::none ? Star::Holder{hub.down[0], end_a} : Star::Holder{hub.up, end_b};
      const std::vector<FusionStep> steps = hub_steps(hub);
      if (steps.empty()) continue;
      star.duration = later(star.duration, duration(steps, hub.node));
      star.steps.insert(star.steps.end(), steps.begin(), steps.end());
    }
    for (const Hub& from : hubs) {
      if (from.down.size() + (from.up != Star::none) < 2) continue;
      for (const Hub& to : hubs) {
        if (to.node == from.node) continue;
        if (to.user != Star::none) star.news[to.user].push_back(way(hubs, from, to));
        if (to.down.size() + (to.up != Star::none) > 1) star.between.push_back(way(hubs, from, to));
      }
    }
    cluster_fits(users.size(), star.steps, static_cast<std::uint32_t>(tree.parts.size()), true);
    slots_suffice(plan, {});
    return plan;
  }

  // The root, then where each part ends.
  static std::vector<Hub> hubs_of(const JoiningTree& tree, const std::vector<NodeId>& users) {
    std::vector<Hub> hubs(tree.parts.size() + 1);
    hubs[0].node = users[0];
    for (std::uint32_t k = 0; k < tree.parts.size(); ++k) {
      hubs[k + 1].node = tree.parts[k].nodes.back();
      hubs[k + 1].up = k;
      hubs[k + 1].above = tree.parent[k] == JoiningTree::root ? 0 : tree.parent[k] + 1;
      hubs[hubs[k + 1].above].down.push_back(k);
    }
    for (Hub& hub : hubs)
      if (const auto user = std::find(users.begin(), users.end(), hub.node); user != users.end())
        hub.user = static_cast<std::uint32_t>(user - users.begin());
    return hubs;
  }

  // Its half of the arm that leads to the root (at the root: of the first) with all others; a user keeps it.
  static std::vector<FusionStep> hub_steps(const Hub& hub) {
    using Kind = FusionStep::Kind;
    const bool at_root = hub.up == Star::none;
    const std::uint32_t control = at_root ? hub.down[0] : hub.up;
    const End end = at_root ? end_a : end_b;
    std::vector<FusionStep> steps;
    for (std::size_t k = at_root; k < hub.down.size(); ++k) {
      steps.push_back({Kind::cx, control, hub.down[k], end});
      steps.push_back({Kind::read_x, hub.down[k]});
    }
    if (hub.user != Star::none) return steps;
    steps.push_back({Kind::h, control, 0, end});
    steps.push_back({Kind::read_z, control, 0, end});
    return steps;
  }

  Star::Way way(const std::vector<Hub>& hubs, const Hub& from, const Hub& to) const {
    const auto to_root = [&](const Hub& hub) {
      std::vector<const Hub*> out{&hub};
      while (out.back()->up != Star::none) out.push_back(&hubs[out.back()->above]);
      return out;
    };
    std::vector<const Hub*> one = to_root(from), two = to_root(to);
    const Hub* meeting = one.back();
    while (!one.empty() && !two.empty() && one.back() == two.back()) {
      meeting = one.back();
      one.pop_back();
      two.pop_back();
    }
    Star::Way way{from.node, {}, tick_zero};
    const bool ideal = m_.scenario.control == ControlPlane::ideal;
    for (const auto* side : {&one, &two})
      for (const Hub* hub : *side) {
        way.arms.push_back(hub->up);
        if (hub->node != from.node && hub->node != to.node && !ideal) way.processing += m_.processing_delay[hub->node.value];
      }
    if (meeting->node != from.node && meeting->node != to.node && !ideal) way.processing += m_.processing_delay[meeting->node.value];
    return way;
  }

  std::string with_tree() const { return std::string(" with \"tree\": \"") + std::string(choice_name(spec_.tree)) + "\""; }

  // ---- of both ----

  Tick duration(const std::vector<FusionStep>& steps, NodeId node) const {
    if (m_.slot != tick_zero) return tick_zero;
    const MemorySpec& memory = m_.scenario.memories[m_.nodes[node.value].device.value];
    const FusionDepth d = depth(steps);
    return ticks_of(m_, d.two_qubit_gates * memory.two_qubit_gate_s + d.single_qubit_gates * memory.single_qubit_gate_s + d.measurements * memory.measurement_s,
                    at("center"));
  }

  // Users as parties of a fusion: the center, if it is one, goes before the others.
  static std::vector<std::uint32_t> parties(const std::vector<NodeId>& users, NodeId center) {
    std::vector<std::uint32_t> user_of(users.size());
    std::iota(user_of.begin(), user_of.end(), 0u);
    std::stable_partition(user_of.begin(), user_of.end(), [&](std::uint32_t user) { return users[user] == center; });
    return user_of;
  }

  Edges edges(const std::vector<std::uint32_t>& user_of) const {
    const auto party = [&](std::uint32_t user) {
      return static_cast<std::uint32_t>(std::find(user_of.begin(), user_of.end(), user) - user_of.begin());
    };
    Edges out;
    std::vector<std::uint32_t> part(user_of.size());  // of the graph, by user: those that edges join so far
    std::iota(part.begin(), part.end(), 0u);
    for (std::size_t k = 0; k < spec_.edges.size(); ++k) {
      const std::string path = at("edges/" + std::to_string(k));
      std::array<std::uint32_t, 2> ends;
      for (std::size_t end = 0; end < 2; ++end) ends[end] = user_named(spec_.edges[k][end], path + "/" + std::to_string(end));
      if (ends[0] == ends[1]) throw SpecError(path, "an edge from " + in_quotes(shortened(spec_.edges[k][0])) + " to itself", "two users");
      const std::array<std::uint32_t, 2> edge{party(ends[0]), party(ends[1])};
      const auto same = [&](const auto& other) { return std::minmax(other[0], other[1]) == std::minmax(edge[0], edge[1]); };
      const auto before = std::find_if(out.begin(), out.end(), same);
      if (before != out.end())
        throw SpecError(path, "the edge of " + at("edges/" + std::to_string(before - out.begin())) + " again",
                        "each edge once: two CZ on the same qubits are none");
      out.push_back(edge);
      std::replace(part.begin(), part.end(), std::uint32_t{part[ends[1]]}, std::uint32_t{part[ends[0]]});
    }
    if (!out.empty())
      for (std::size_t k = 1; k < part.size(); ++k)
        if (part[k] != part[0])
          throw SpecError(at("edges"), "no way over edges from " + in_quotes(shortened(spec_.users[0])) + " to " + in_quotes(shortened(spec_.users[k])),
                          "a connected graph: parts without an edge between them are states of their own, for demands of their own");
    return out;
  }

  std::vector<GhzDemandRow::Bases> bases(const std::vector<std::uint32_t>& user_of) const {
    std::vector<GhzDemandRow::Bases> out;
    for (std::size_t k = 0; k < spec_.bases.size(); ++k) {
      const std::string& letters = spec_.bases[k];
      const bool known = letters.find_first_not_of("XYZ") == std::string::npos;
      if (!known || letters.size() != user_of.size())
        throw SpecError(at("bases/" + std::to_string(k)), in_quotes(shortened(letters)),
                        "a letter X, Y or Z for each of the " + std::to_string(user_of.size()) + " users");
      GhzDemandRow::Bases& bases = out.emplace_back();
      for (std::uint32_t user : user_of)
        bases.by_party.push_back(letters[user] == 'X' ? Basis::x : letters[user] == 'Y' ? Basis::y : Basis::z);
    }
    return out;
  }

  // A fidelity of a trajectory is not for decisions.
  void fidelity_is_known() const {
    if (spec_.min_fidelity > 0 && is_sampled(m_.store))
      throw SpecError(at("min_fidelity"), number_text(spec_.min_fidelity),
                      std::string("0 with \"state\": \"") + capabilities(m_.store).store + "\", which samples fidelities; or \"state\": \"pair_density\"");
  }

  std::uint32_t user_named(const std::string& name, const std::string& path) const {
    const auto user = std::find(spec_.users.begin(), spec_.users.end(), name);
    if (user == spec_.users.end())
      throw SpecError(path, in_quotes(shortened(name)), "the name of a user, one of " + at("users"), nearest_name(name, spec_.users));
    return static_cast<std::uint32_t>(user - spec_.users.begin());
  }

  std::size_t arms(const std::vector<NodeId>& users, NodeId center) const {
    return users.size() - static_cast<std::size_t>(std::count(users.begin(), users.end(), center));
  }

  // Of equal ones the first in the scenario.
  NodeId best_center(const std::vector<NodeId>& users) const {
    std::vector<double> cost(m_.nodes.size(), 0);
    PathTree tree(m_.graph);
    for (NodeId user : users) {
      tree.start(user, m_.link_cost);
      for (std::uint32_t n = 0; n < cost.size(); ++n) {
        const PathLabel* label = tree.reach(NodeId{n});
        cost[n] += label ? label->cost : std::numeric_limits<double>::infinity();
      }
    }
    NodeId best;
    bool joined = false;
    for (std::uint32_t n = 0; n < cost.size(); ++n) {
      if (cost[n] == std::numeric_limits<double>::infinity()) continue;
      joined = true;
      if (m_.nodes[n].slots < arms(users, NodeId{n}) * static_cast<std::size_t>(spec_.width)) continue;
      if (!best || cost[n] < cost[best.value]) best = NodeId{n};
    }
    if (!joined) throw SpecError(at("users"), "nodes that no usable links join", "users with a route to each of them from some node");
    if (!best)
      throw SpecError(at("width"), std::to_string(spec_.width),
                      "a width for which some node has slots: a center needs one for each pair of each of its arms to " +
                          std::to_string(users.size()) + " users, itself left out");
    return best;
  }

  void cluster_fits(std::size_t users, const std::vector<FusionStep>& steps, std::uint32_t arms, bool keeps) const {
    const StoreKind store = cluster_store(m_.store);
    const std::string with_state = std::string(" with \"state\": \"") + capabilities(m_.store).store + "\"";
    const auto largest = static_cast<int>(largest_cluster(steps, arms));
    const std::string since = ", since fusing them takes a cluster of " + std::to_string(largest) + " qubits";
    const int most = most_users(store, keeps);
    if (static_cast<int>(users) > most)
      throw SpecError(at("users"), std::to_string(users) + " users",
                      "at most " + std::to_string(most) + with_state + since +
                          (store == StoreKind::stabilizer ? "" : "; or \"state\": \"stabilizer\", which samples Pauli noise, for up to " +
                                                                     std::to_string(most_users(StoreKind::stabilizer, keeps))));
    if (largest > capabilities(store).largest_cluster)
      throw SpecError(spec_.tree == GhzTree::star ? at("edges") : at("tree"),
                      (spec_.tree == GhzTree::star ? "edges whose fusion takes" : "a tree whose hubs make") + std::string(" a cluster of ") + std::to_string(largest) + " qubits",
                      "at most " + std::to_string(capabilities(store).largest_cluster) + " qubits" + with_state +
                          (spec_.tree == GhzTree::star ? ": a half is read after its last edge, so an order in which those come early takes fewer" : "") +
                          (store == StoreKind::stabilizer ? "" : "; or \"state\": \"stabilizer\", which samples Pauli noise"));
  }

  // All arms hold their slots at a time.
  void slots_suffice(const GhzPlan& plan, NodeId center) const {
    std::vector<std::size_t> need(m_.nodes.size(), 0);
    const auto width = static_cast<std::size_t>(spec_.width);
    for (const RoutePlan& arm : plan.arms) {
      const std::vector<NodeId>& route = arm.routes.front().nodes;
      for (std::size_t k = 0; k < route.size(); ++k) need[route[k].value] += k == 0 || k + 1 == route.size() ? width : 2 * width;
    }
    for (std::uint32_t n = 0; n < need.size(); ++n)
      if (need[n] > m_.nodes[n].slots)
        throw SpecError(at("width"), std::to_string(spec_.width),
                        "a width for which the nodes on its arms have slots: " + in_quotes(m_.node_names[n]) + " has " +
                            std::to_string(m_.nodes[n].slots) + ", and all arms together need " + std::to_string(need[n]) + " there" +
                            (NodeId{n} == center ? ", at their center" : ""));
  }

  const Model& m_;
  const Names& nodes_;
  const GhzDemandSpec& spec_;
  std::size_t i_;
};

}  // namespace

GhzPlan ghz_plan(const Model& model, const Names& nodes, std::size_t i) { return Planner(model, nodes, i).plan(); }

}  // namespace farbell
