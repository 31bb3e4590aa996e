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
  std::array<const LoadedProtocol*, round_parts> rounds{};  // what of a router of rounds is theirs
  bool goes_on = false;  // without an answer about routes or rounds that is wrong

  bool any_of_circuits() const { return programs || routes || std::any_of(deciders.begin(), deciders.end(), [](const auto* p) { return p; }); }
  bool any() const { return any_of_circuits() || std::any_of(rounds.begin(), rounds.end(), [](const auto* p) { return p; }); }
};

// What hooks and protocols did wrong where the run went on: the first so many, and how many in all.
struct HookErrors {
  static constexpr std::size_t kept = 100;
  std::vector<std::string> first;
  std::uint64_t in_all = 0;

  void add(std::string text) {
    if (++in_all <= kept) first.push_back(std::move(text));
  }
  void add(const HookErrors& others) {
    in_all += others.in_all;
    first.insert(first.end(), others.first.begin(), others.first.begin() + static_cast<std::ptrdiff_t>(std::min(others.first.size(), kept - first.size())));
  }
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
  // Those of others.
  struct Others {
    DecisionHooks hooks{};
    const ProgramHost* host = nullptr;
    const RoutesHook* routes = nullptr;
    RoundHooks rounds;
  };
  ProtocolsInReplica(const Model& model, const ProtocolsInUse& used, const Others& others, std::uint64_t replica);
  ~ProtocolsInReplica();

  const DecisionHooks& hooks() const { return in_use_.hooks; }
  const ProgramHost* host() const { return in_use_.host; }
  const RoutesHook* routes() const { return in_use_.routes; }
  const RoundHooks& rounds() const { return in_use_.rounds; }
  ProtocolRecords take_records();
  HookErrors errors() const;

 private:
  class Made;
  Made& made(const Model& model, const LoadedProtocol& protocol, std::uint64_t replica, bool goes_on);

  std::vector<std::unique_ptr<Made>> made_;
  Others in_use_;
  Made* of_nodes_ = nullptr;
};

// " between "n1" and "n2"", or nothing, for messages.
std::string between_text(const Model& model, std::array<NodeId, 2> nodes);
// " at node "n1", demand "d", at 0.1 s", for messages.
std::string place_text(const Model& model, NodeId node, DemandId demand, Tick now);
// " at node "n1", demand "d", in round 3", as far as they are known, for messages.
std::string round_text(const Model& model, const RoundFault& fault);

}  // namespace farbell
