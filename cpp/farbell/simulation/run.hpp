// Replicas of a compiled scenario on a pool of threads, and their results put together in the order of the replicas.
#pragma once
#include <exception>
#include <functional>
#include <optional>
#include <vector>

#include <xtensor/xtensor.hpp>

#include "farbell/simulation/extensions.hpp"
#include "farbell/simulation/model.hpp"
#include "farbell/simulation/table.hpp"

namespace farbell {

struct RunOptions {
  std::uint64_t replicas = 1, first_replica = 0;
  unsigned threads = 1;
  std::uint64_t memory_limit_bytes = std::uint64_t{256} << 20;  // of rows held; beyond it they go to `spill`
  bool trace = false;
  double trace_from_s = 0;
  std::optional<double> trace_until_s;
  std::uint64_t trace_rows = std::uint64_t{1} << 20;  // of all replicas together
  std::uint32_t bins = 0;                             // of simulated time, for the use of nodes and links: a power of 2 up to 256, or 0
  bool account_time = true;                           // say where the time went
  std::optional<double> stop_s;                       // the run goes no further
  std::optional<std::uint64_t> max_events;
  std::optional<double> max_wall_s;
  const ProgramHost* programs = nullptr;  // runs the programs of nodes, on the calling thread; then there is one thread
  DecisionHooks hooks{};                  // take decisions; the same, if there is one
  const RouteHook* route_hook = nullptr;  // chooses among routes; the same
  const RoutesHook* routes_hook = nullptr;  // finds them; the same
  RoundHooks round_hooks;                 // decide in rounds; the same
  const TurnHook* turn_hook = nullptr;    // ranks links that wait for a switch; the same
  ProtocolsInUse protocols;               // take decisions and run programs, on all threads
};

// Called on the thread that called run().
struct RunHooks {
  std::function<bool(double done, std::uint64_t replicas_ended)> poll;  // false = interrupt; `done` from 0 to 1
  std::function<void(Table&&)> spill;  // rows in the order of replicas; tables sort by their first replica (RowStore)
};

struct RunOutput {
  std::vector<Table> tables;
  xt::xtensor<double, 4> batches;  // [replica, demand, batch, (pairs, sum F, sum xx, sum yy, sum zz, requests done, sum latency)]
  xt::xtensor<double, 3> moments;  // [replica, demand, (n, mean F, M2 F, mean latency, M2 latency, n latency, min F, max F)]
  xt::xtensor<std::uint64_t, 2> latency_sketch;      // [demand, bucket]
  xt::xtensor<std::uint64_t, 2> fidelity_histogram;  // [demand, bin]
  bool interrupted = false;
  std::exception_ptr failure;  // of a program, hook or protocol: its replica is missing, and so are those that had not begun
  HookErrors errors;           // of protocols, where the run went on without their answers
  bool spilled = false;  // all rows of pairs, GHZ states and requests went to `spill`; their tables here are empty
};

RunOutput run(const Model& model, const RunOptions& options, const RunHooks& hooks);

}  // namespace farbell
