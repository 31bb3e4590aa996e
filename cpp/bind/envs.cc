// Environments of agents: `farbell.envs` wraps them. Arrays go both ways; Python sees none of it while the runs go on.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <mutex>

#include "bind.hpp"
#include "farbell/simulation/episodes.hpp"
#include "farbell/simulation/routing_game.hpp"
#include "farbell/simulation/swap_game.hpp"
#include "tables.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

using Whole = py::array_t<std::int64_t, py::array::c_style>;

template <class Game>
class Played {
 public:
  Played(std::shared_ptr<Model> model, Game game, std::uint32_t count, unsigned threads, bool keeps)
      : episodes_(std::move(model), std::move(game), count, threads, keeps) {}

  const Game& game() const { return episodes_.game(); }

  py::tuple reset(const std::optional<std::vector<std::uint64_t>>& seeds) {
    if (seeds && seeds->size() != episodes_.count())
      throw py::value_error("there are " + std::to_string(episodes_.count()) + " environments, and " + std::to_string(seeds->size()) + " seeds");
    const std::unique_lock lock = taken();
    return go([&](const StepArrays& out, const auto& poll) { return seeds ? episodes_.reset(*seeds, out, poll) : episodes_.reset(out, poll); });
  }

  py::tuple step(const Whole& actions) {
    const std::size_t wanted = episodes_.count() * game().action;
    if (static_cast<std::size_t>(actions.size()) != wanted)
      throw py::value_error(std::to_string(actions.size()) + " numbers as actions, where there are " + std::to_string(wanted));
    const std::span<const std::int64_t> all(actions.data(), wanted);
    const std::unique_lock lock = taken();
    return go([&](const StepArrays& out, const auto& poll) { return episodes_.step(all, out, poll); });
  }

  py::dict finish() {
    const std::unique_lock lock = taken();
    RunOutput out = episodes_.finish();
    return results_of(out);
  }
  template <class Look>
  auto look(Look&& look) {
    const std::unique_lock lock = taken();
    return look(game(), episodes_.first());
  }

 private:
  // For one thread at a time: another lets Python run while it steps.
  std::unique_lock<std::mutex> taken() {
    std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) throw RunError("the environments are stepped by another thread; wait until it has done so");
    return lock;
  }

  template <class Go>
  py::tuple go(Go&& go) {
    const auto n = static_cast<py::ssize_t>(episodes_.count());
    const auto row = [n](std::size_t columns) { return std::array<py::ssize_t, 2>{n, static_cast<py::ssize_t>(columns)}; };
    py::array_t<float> observations(row(game().observation));
    py::array_t<std::int8_t> masks(row(game().mask));
    py::array_t<double> rewards(n), infos(row(step_infos.size()));
    py::array_t<bool> terminated(n), truncated(n);
    const StepArrays out{observations.mutable_data(), masks.mutable_data(),    rewards.mutable_data(),
                         terminated.mutable_data(),   truncated.mutable_data(), infos.mutable_data()};
    bool raised = false;
    const std::function<bool()> poll = [&] {
      const py::gil_scoped_acquire gil;
      raised = PyErr_CheckSignals() != 0;
      return !raised;
    };
    without_gil(true, [&] { return go(out, poll); });
    if (raised) throw py::error_already_set();
    return py::make_tuple(observations, masks, rewards, terminated, truncated, infos);
  }

  std::mutex mutex_;
  Episodes<Game> episodes_;
};

template <class Game>
py::class_<Played<Game>> bind_played(py::module_& m, const char* name, const char* doc) {
  return py::class_<Played<Game>>(m, name, doc)
      .def_property_readonly("observation_size", [](const Played<Game>& p) { return p.game().observation; }, "Numbers in an observation.")
      .def("reset", &Played<Game>::reset, py::arg("seeds") = py::none(),
           "Begins episodes, those of these seeds or the next: observations, masks, rewards, terminated, truncated, infos; a row an environment.")
      .def("step", &Played<Game>::step, py::arg("actions"), "Answers, and goes on to the next questions; the same arrays.")
      .def("finish", &Played<Game>::finish, "What the run of the first environment has recorded, as `run` gives it; it has to be reset then.");
}

}  // namespace

void bind_envs(py::module_& m) {
  py::list columns;
  for (const char* name : step_infos) columns.append(name);
  m.attr("step_infos") = py::tuple(columns);

  bind_played<RoutingGame>(m, "RoutingEpisodes", R"(Runs side by side in which an agent chooses routes: `farbell.envs` wraps it.

Examples
--------
>>> import farbell as fb
>>> from farbell._core import RoutingEpisodes
>>> model = fb.compile(fb.ring(6, length_m="10 km", duration_s=0.1, routing=fb.Routing(alternatives=2)))
>>> observations, masks, *_ = RoutingEpisodes(model, count=3).reset([1, 2, 3])
>>> observations.shape, masks.tolist()
((3, 17), [[1, 1], [1, 1], [1, 1]])
)")
      .def(py::init([](std::shared_ptr<Model> model, std::uint32_t count, unsigned threads, bool counts_pairs, bool keeps) {
             if (count == 0) throw py::value_error("at least one environment");
             RoutingGame game(*model, counts_pairs ? RoutingReward::pairs : RoutingReward::requests);
             return std::make_unique<Played<RoutingGame>>(std::move(model), std::move(game), count, threads, keeps);
           }),
           py::arg("model"), py::kw_only(), py::arg("count") = 1, py::arg("threads") = 1, py::arg("counts_pairs") = false,
           py::arg("keeps") = false)
      .def("question",
           [](Played<RoutingGame>& p) {
             const auto question = p.look([](const RoutingGame& game, const Episode& first) { return game.question(first); });
             return py::make_tuple(question.demand, question.routes);
           },
           "Of the first environment: the name of the demand that asks, and its routes.");

  bind_played<SwapGame>(m, "SwapEpisodes", R"(Runs side by side in which an agent swaps on a chain: `farbell.envs` wraps it.

Examples
--------
>>> import farbell as fb
>>> from farbell._core import SwapEpisodes
>>> chain = fb.chain(
...     nodes=4, length_m=0, generation=fb.Given(success_probability=0.5, attempt_period_s="1 ms"), timing="slotted",
...     slot_s="1 ms", control="ideal", demands=[fb.Demand(node_a="n0", node_b="n3", traffic=fb.OneOff())],
... )
>>> SwapEpisodes(fb.compile(chain), count=2).reset([1, 2])[0].shape
(2, 5)
)")
      .def(py::init([](std::shared_ptr<Model> model, std::uint32_t count, unsigned threads, bool counts_pairs, bool discards, bool keeps) {
             if (count == 0) throw py::value_error("at least one environment");
             SwapGame game(*model, counts_pairs ? SwapReward::pairs : SwapReward::time, discards);
             return std::make_unique<Played<SwapGame>>(std::move(model), std::move(game), count, threads, keeps);
           }),
           py::arg("model"), py::kw_only(), py::arg("count") = 1, py::arg("threads") = 1, py::arg("counts_pairs") = false,
           py::arg("discards") = false, py::arg("keeps") = false)
      .def_property_readonly("nodes", [](const Played<SwapGame>& p) { return p.game().action; }, "Nodes that have something to decide.")
      .def("pairs", [](Played<SwapGame>& p) { return p.look([](const SwapGame& game, const Episode& first) { return game.pairs(first); }); },
           "Of the first environment: [from, to, age] of each pair that there is.");
}

}  // namespace farbell
