// A run that is held, for `farbell.live` and for whatever steers one. Elements go by their numbers: names are the caller's business.
#include "farbell/simulation/live_run.hpp"

#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <mutex>

#include "bind.hpp"
#include "tables.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

using OnBlock = std::function<void(std::string, py::dict)>;

class HeldRun {
 public:
  HeldRun(std::shared_ptr<Model> model, std::uint32_t bins, std::uint64_t memory_limit_bytes, std::optional<std::uint64_t> max_events,
          std::optional<double> max_wall_s, std::optional<OnBlock> on_block)
      : on_block_(std::move(on_block)), run_(std::move(model), options(bins, memory_limit_bytes, max_events, max_wall_s), spill()) {}

  // For one thread at a time: another lets Python run while it goes on.
  template <class Use>
  auto use(Use&& use) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) throw RunError("the run is going on in another thread; wait until it has stopped");
    return use(run_);
  }

  std::string advance(std::optional<double> until_s, std::optional<double> by_s, std::optional<double> pause_after_s) {
    return use([&](LiveRun& run) {
      const Tick until = tick_to_reach(run, until_s, by_s);
      bool raised = false;
      const LiveRun::Poll poll = [&] {
        const py::gil_scoped_acquire gil;
        raised = PyErr_CheckSignals() != 0;
        return !raised;
      };
      const LiveRun::Halt halt = without_gil(true, [&] { return run.advance(until, poll, pause_after_s); });
      if (raised) throw py::error_already_set();
      switch (halt) {
        case LiveRun::Halt::reached: return "reached";
        case LiveRun::Halt::over: return "over";
        default: return "paused";
      }
    });
  }

  double time_to_reach(std::optional<double> until_s, std::optional<double> by_s) {
    return use([&](const LiveRun& run) { return run.model().clock.seconds(tick_to_reach(run, until_s, by_s)); });
  }

  template <class Look>
  py::dict look(Look&& look) {
    return columns(use([&](const LiveRun& run) { return look(run); }));
  }

 private:
  static RunOptions options(std::uint32_t bins, std::uint64_t memory_limit_bytes, std::optional<std::uint64_t> max_events,
                            std::optional<double> max_wall_s) {
    RunOptions options;
    options.bins = bins;
    options.memory_limit_bytes = memory_limit_bytes;
    options.max_events = max_events;
    options.max_wall_s = max_wall_s;
    return options;
  }
  static Tick tick_to_reach(const LiveRun& run, std::optional<double> until_s, std::optional<double> by_s) {
    if (until_s.has_value() == by_s.has_value())
      throw SpecError("/until_s", until_s ? "until_s and by_s" : "neither until_s nor by_s", "one of them");
    return until_s ? run.tick_at(*until_s) : run.tick_in(*by_s);
  }
  std::function<void(Table&&)> spill() {
    if (!on_block_) return {};
    return [this](Table&& table) {
      const py::gil_scoped_acquire gil;
      const std::string name = table.name;
      (*on_block_)(name, columns(std::move(table)));
    };
  }

  std::mutex mutex_;
  std::optional<OnBlock> on_block_;
  LiveRun run_;
};

template <class Id>
Id id_below(std::size_t count, std::uint32_t number) {
  if (number >= count) throw py::index_error("there are " + std::to_string(count) + ", no number " + std::to_string(number));
  return Id{number};
}

template <class Id>
std::vector<Id> ids_below(std::size_t count, const std::vector<std::uint32_t>& numbers) {
  std::vector<Id> out;
  for (const std::uint32_t n : numbers) out.push_back(id_below<Id>(count, n));
  return out;
}

DemandId demand_of(const LiveRun& run, std::uint32_t number) { return id_below<DemandId>(run.model().demands.size(), number); }
std::vector<NodeId> nodes_of(const LiveRun& run, const std::vector<std::uint32_t>& numbers) {
  return ids_below<NodeId>(run.model().nodes.size(), numbers);
}
std::vector<LinkId> links_of(const LiveRun& run, const std::vector<std::uint32_t>& numbers) {
  return ids_below<LinkId>(run.model().links.size(), numbers);
}

std::optional<std::string> ended(HeldRun& held) {
  const std::optional<Ended> why = held.use([](const LiveRun& run) { return run.ended(); });
  constexpr std::array<const char*, 5> words{"horizon", "event_limit", "wall_limit", "interrupted", "deadlock"};
  return why ? std::optional<std::string>(words[static_cast<std::size_t>(*why)]) : std::nullopt;
}

py::list routes(HeldRun& held, std::uint32_t demand) {
  py::list out;
  for (const auto& route : held.use([&](const LiveRun& run) { return run.routes(demand_of(run, demand)); }))
    out.append(py::make_tuple(py::tuple(py::cast(route.nodes)), route.usable));
  return out;
}

py::list circuits(HeldRun& held) {
  constexpr std::array<const char*, 5> words{"idle", "asking", "setting_up", "up", "releasing"};
  py::list out;
  for (const auto& circuit : held.use([](const LiveRun& run) { return run.circuits(); }))
    out.append(py::make_tuple(circuit.demand.value, circuit.number, words[static_cast<std::size_t>(circuit.state)],
                              py::tuple(py::cast(circuit.route))));
  return out;
}

}  // namespace

void bind_live_run(py::module_& m) {
  py::class_<HeldRun>(m, "LiveRun", R"(A run that is held: `farbell.live` makes it, and wraps it.

Nodes, links and demands go by their numbers in the scenario, tables are dicts of columns.

Examples
--------
>>> import farbell as fb
>>> from farbell._core import LiveRun
>>> run = LiveRun(fb.compile(fb.chain(nodes=3, length_m="20 km", duration_s=0.1)))
>>> run.advance(by_s=0.05), run.time_s
('reached', 0.05)
)")
      .def(py::init<std::shared_ptr<Model>, std::uint32_t, std::uint64_t, std::optional<std::uint64_t>, std::optional<double>, std::optional<OnBlock>>(),
           py::arg("model"), py::kw_only(), py::arg("bins") = 0, py::arg("memory_limit_bytes") = std::uint64_t{256} << 20,
           py::arg("max_events") = py::none(), py::arg("max_wall_s") = py::none(), py::arg("on_block") = py::none())
      .def_property_readonly("time_s", [](HeldRun& held) { return held.use([](const LiveRun& run) { return run.time_s(); }); },
                             "How far it has been simulated, in seconds.")
      .def_property_readonly("events", [](HeldRun& held) { return held.use([](const LiveRun& run) { return run.events(); }); },
                             "Events so far.")
      .def_property_readonly("ended", &ended, "Why nothing happens any more, as in the results; None while it goes on.")
      .def_property_readonly("failed_by_hand",
                             [](HeldRun& held) { return held.use([](const LiveRun& run) { return run.failed_by_hand(); }); },
                             "Whether an element has ever been failed by hand.")
      .def("advance", &HeldRun::advance, py::arg("until_s") = py::none(), py::arg("by_s") = py::none(), py::arg("pause_after_s") = py::none(),
           "Simulates up to a time, or for a time. \"reached\", \"over\", or \"paused\" after so many seconds of real time.")
      .def("time_to_reach", &HeldRun::time_to_reach, py::kw_only(), py::arg("until_s") = py::none(), py::arg("by_s") = py::none(),
           "The time to which `advance` would go.")
      .def("installed",
           [](HeldRun& held, std::uint32_t demand) {
             return held.use([&](const LiveRun& run) { return run.installed(demand_of(run, demand)); });
           },
           py::arg("demand"), "Whether a demand's routes were installed.")
      .def("install_routes",
           [](HeldRun& held, std::uint32_t demand, const std::vector<std::vector<std::string>>& routes, bool release_others) {
             held.use([&](LiveRun& run) { run.install_routes(demand_of(run, demand), routes, release_others); });
           },
           py::arg("demand"), py::arg("routes"), py::arg("release_others") = true, "Gives a demand these routes, and no others.")
      .def("remove_routes",
           [](HeldRun& held, std::uint32_t demand, bool release_others) {
             held.use([&](LiveRun& run) { run.remove_routes(demand_of(run, demand), release_others); });
           },
           py::arg("demand"), py::arg("release_others") = true, "Leaves a demand to routing again.")
      .def("fail",
           [](HeldRun& held, const std::vector<std::uint32_t>& nodes, const std::vector<std::uint32_t>& links) {
             held.use([&](LiveRun& run) { run.fail(nodes_of(run, nodes), links_of(run, links)); });
           },
           py::arg("nodes"), py::arg("links"), "Takes elements down.")
      .def("restore",
           [](HeldRun& held, const std::vector<std::uint32_t>& nodes, const std::vector<std::uint32_t>& links) {
             held.use([&](LiveRun& run) { run.restore(nodes_of(run, nodes), links_of(run, links)); });
           },
           py::arg("nodes"), py::arg("links"), "Puts elements back that were taken down.")
      .def("ask",
           [](HeldRun& held, std::uint32_t demand, std::optional<std::int64_t> pairs, double min_fidelity, std::optional<double> timeout_s) {
             return held.use([&](LiveRun& run) { return run.ask(demand_of(run, demand), pairs, min_fidelity, timeout_s); });
           },
           py::arg("demand"), py::arg("pairs") = py::none(), py::arg("min_fidelity") = 0.0, py::arg("timeout_s") = py::none(),
           "Asks for pairs; the number of the request.")
      .def("nodes", [](HeldRun& held) { return held.look([](const LiveRun& run) { return run.nodes(); }); }, "A row a node.")
      .def("links", [](HeldRun& held) { return held.look([](const LiveRun& run) { return run.links(); }); }, "A row a link.")
      .def("demands", [](HeldRun& held) { return held.look([](const LiveRun& run) { return run.demands(); }); }, "A row a demand for pairs.")
      .def("circuits", &circuits, "Tuples (demand, number, state, nodes of its route), a circuit each.")
      .def("open_requests", [](HeldRun& held) { return held.look([](const LiveRun& run) { return run.open_requests(); }); },
           "Requests that are open now.")
      .def("ended_requests",
           [](HeldRun& held, std::uint64_t first) { return held.look([&](const LiveRun& run) { return run.ended_requests(first); }); },
           py::arg("first") = 0, "The latest requests that have ended, from that number on.")
      .def("pairs", [](HeldRun& held, std::uint64_t first) { return held.look([&](const LiveRun& run) { return run.pairs(first); }); },
           py::arg("first") = 0, "The latest pairs, from that number on.")
      .def("routes", &routes, py::arg("demand"), "Tuples (nodes, whether it can be used as far as is known), the preferred route first.")
      .def("finish",
           [](HeldRun& held) {
             RunOutput out = held.use([](LiveRun& run) { return run.finish(); });
             return results_of(out);
           },
           "What the run has recorded, as `run` gives it; the last call.");
}

}  // namespace farbell
