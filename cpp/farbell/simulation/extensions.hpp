// Protocols of libraries that were built elsewhere: loaded, checked, and made for each replica.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "farbell/apps/extension.hpp"
#include "farbell/simulation/model.hpp"

namespace farbell {

// With its parameters. The library stays loaded until the process ends.
struct LoadedProtocol {
  std::string path;
  const ExtensionProtocol* table = nullptr;
  std::vector<double> parameters;

  bool decides(DecisionPoint point) const { return table->decides >> static_cast<int>(point) & 1; }
};

// The protocols of a library, without parameters given. Throws SpecError if it is none, or was built with headers that do not fit.
std::vector<LoadedProtocol> load_extension(const std::string& path);

// What decides at each point, and what nodes do, where that is not built in.
struct ProtocolsInUse {
  std::array<const LoadedProtocol*, decision_points> deciders{};
  const LoadedProtocol* programs = nullptr;
  const LoadedProtocol* routes = nullptr;  // finds those of demands

  bool any() const { return programs || routes || std::any_of(deciders.begin(), deciders.end(), [](const auto* p) { return p; }); }
};

// What a protocol of nodes has written down; the values of a row stand one after the other.
struct ProtocolRecords {
  struct Row {
    Tick at;
    NodeId node;
  };
  std::vector<Row> rows;
  std::vector<double> values;
};

// The protocols in use in one replica, and what they keep there. What they leave to others is done by these.
class ProtocolsInReplica {
 public:
  ProtocolsInReplica(const Model& model, const ProtocolsInUse& used, const DecisionHooks& other_hooks, const ProgramHost* other_host, const RoutesHook* other_routes,
                     std::uint64_t replica);
  ~ProtocolsInReplica();

  const DecisionHooks& hooks() const { return hooks_; }
  const ProgramHost* host() const { return host_; }
  const RoutesHook* routes() const { return routes_; }
  ProtocolRecords take_records();

 private:
  class Made;
  Made& made(const Model& model, const LoadedProtocol& protocol, std::uint64_t replica);

  std::vector<std::unique_ptr<Made>> made_;
  DecisionHooks hooks_{};
  const ProgramHost* host_ = nullptr;
  const RoutesHook* routes_ = nullptr;
  Made* of_nodes_ = nullptr;
};

// " between "n1" and "n2"", or nothing, for messages.
std::string between_text(const Model& model, std::array<NodeId, 2> nodes);
// " at node "n1", demand "d", at 0.1 s", for messages.
std::string place_text(const Model& model, NodeId node, DemandId demand, Tick now);

}  // namespace farbell
