#include "farbell/simulation/failure_plan.hpp"

#include <algorithm>

#include "farbell/simulation/places.hpp"

namespace farbell {

namespace {

template <class ElementId>
std::vector<ElementId> ids(const std::vector<std::string>& list, const Names& known, const std::string& path) {
  std::vector<ElementId> out;
  for (std::size_t k = 0; k < list.size(); ++k) {
    const std::string here = path + "/" + std::to_string(k);
    const ElementId id{known.at(list[k], here)};
    if (std::find(out.begin(), out.end(), id) != out.end())
      throw SpecError(here, in_quotes(shortened(list[k])), "a name that the failure does not list already");
    out.push_back(id);
  }
  return out;
}

// All nodes of each region, in the order of the scenario.
void add_regions(const Model& model, const FailureSpec& failure, std::vector<NodeId>& out, const std::string& path) {
  const std::vector<NodeSpec>& nodes = model.scenario.nodes;
  for (std::size_t k = 0; k < failure.regions.size(); ++k) {
    const std::string& region = failure.regions[k];
    const std::string here = path + "/" + std::to_string(k);
    std::vector<std::string> known;
    bool found = false;
    for (std::uint32_t n = 0; n < nodes.size(); ++n) {
      if (!nodes[n].region.empty()) known.push_back(nodes[n].region);
      if (nodes[n].region != region) continue;
      found = true;
      if (std::find(out.begin(), out.end(), NodeId{n}) != out.end())
        throw SpecError(here, in_quotes(shortened(region)), "a region of whose nodes the failure lists none already (it has " + in_quotes(nodes[n].name) + ")");
      out.emplace_back(n);
    }
    if (!found)
      throw SpecError(here, in_quotes(shortened(region)), std::string("a region of nodes in /nodes") + (known.empty() ? " (none has one)" : ""),
                      nearest_name(region, known));
  }
}

Tick positive_ticks(const Model& model, double seconds, const std::string& path) {
  const Tick t = ticks_of(model, seconds, path);
  if (t == tick_zero) throw SpecError(path, number_text(seconds) + " s", "at least one tick");
  return t;
}

}  // namespace

FailureRow failure_row(const Model& model, const FailureSpec& failure, const Names& nodes, const Names& links, const std::string& path) {
  check(failure, path);
  FailureRow row;
  row.nodes = ids<NodeId>(failure.nodes, nodes, path + "/nodes");
  row.links = ids<LinkId>(failure.links, links, path + "/links");
  add_regions(model, failure, row.nodes, path + "/regions");
  for (std::size_t k = 0; k < failure.down.size(); ++k) {
    const std::string here = path + "/down/" + std::to_string(k);
    row.windows.push_back({ticks_of(model, failure.down[k][0], here + "/0"), ticks_of(model, failure.down[k][1], here + "/1")});
  }
  row.mtbf_s = failure.mtbf_s.value_or(0);
  row.mttr_s = failure.mttr_s.value_or(0);
  return row;
}

void add_dead_programs(Model& model) {
  model.first_dead = static_cast<std::uint32_t>(model.programs.size());
  for (std::uint32_t p = 0; p < model.first_dead; ++p) {
    LinkProgram dead;
    dead.period = model.programs[p].period;
    dead.emission = model.programs[p].emission;
    dead.herald = model.programs[p].herald;
    dead.modes = model.programs[p].modes;
    dead.shared_train = model.programs[p].shared_train;
    dead.dephasing = model.programs[p].dephasing;
    dead.mode_separation = model.programs[p].mode_separation;
    model.programs.push_back(std::move(dead));
  }
}

DriftPlan drift_plan(const Model& model, const DriftSpec& drift, const std::string& path,
                     const std::function<double(std::size_t)>& fidelity_after) {
  constexpr std::size_t most_changes = 1'000'000, most_steps = 10'000;
  check(drift, path);
  const auto ticks = [&](const std::optional<double>& seconds, const char* field, Tick otherwise) {
    return seconds ? positive_ticks(model, *seconds, path + field) : otherwise;
  };
  const Tick step = positive_ticks(model, drift.step_s, path + "/step_s");
  const Tick every = ticks(drift.recalibrate_every_s, "/recalibrate_every_s", never);
  const Tick pause = ticks(drift.recalibration_s, "/recalibration_s", tick_zero);
  const double below = drift.recalibrate_below.value_or(0);
  if (fidelity_after(0) < below)
    throw SpecError(path + "/recalibrate_below", number_text(below),
                    "at most " + number_text(fidelity_after(0)) + ", the fidelity that a recalibration restores");
  DriftPlan plan;
  const auto change = [&](Tick at, std::size_t steps) {
    if (plan.changes.size() >= most_changes || steps >= most_steps)
      throw SpecError(path + "/step_s", number_text(drift.step_s) + " s",
                      "steps so long that there are at most " + std::to_string(most_steps) + " between recalibrations, and " +
                          std::to_string(most_changes) + " in the run");
    if (at <= model.horizon) plan.changes.emplace_back(at, steps);
  };
  for (Tick start = tick_zero; start <= model.horizon;) {
    if (start > tick_zero) change(start, 0);
    Tick due = start + every;
    for (std::size_t k = 1;; ++k) {
      const Tick at = after(start, step, static_cast<std::int64_t>(k));
      if (at >= due || at > model.horizon) break;
      if (below > 0 && fidelity_after(k) < below) due = at;
      else change(at, k);
    }
    if (due > model.horizon) break;
    plan.recalibrations.push_back({due, due + pause});
    start = due + pause;
  }
  return plan;
}

}  // namespace farbell
