#include "farbell/network/news.hpp"

#include <algorithm>
#include <queue>
#include <utility>

namespace farbell {

void classical_delays(const Graph& graph, std::span<const Tick> fibre_delay, std::span<const Tick> processing_delay,
                      std::span<const NodeId> from, std::vector<Tick>& delay) {
  using Entry = std::pair<Tick, NodeId>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  delay.assign(graph.nodes(), never);
  for (NodeId n : from) {
    delay[n.value] = tick_zero;
    queue.emplace(tick_zero, n);
  }
  while (!queue.empty()) {
    const auto [t, n] = queue.top();
    queue.pop();
    if (t != delay[n.value]) continue;
    const bool passes = std::find(from.begin(), from.end(), n) == from.end();
    const Tick leaves = passes ? t + processing_delay[n.value] : t;
    for (const Edge& e : graph.edges(n)) {
      const Tick there = leaves + fibre_delay[e.link.value];
      if (there >= delay[e.to.value]) continue;
      delay[e.to.value] = there;
      queue.emplace(there, e.to);
    }
  }
}

void News::spread(Item item) {
  const ControlPlan& control = plan();
  if (control.local) return;
  const std::array<NodeId, 2>& ends = setup_.links[item.link.value].node;
  Tick report = tick_zero;
  if (control.controller) {
    report = earlier(control.from_controller[ends[0].value], control.from_controller[ends[1].value]);
    for (NodeId end : ends) messages_ += end != control.controller;
  } else {
    classical_delays(setup_.graph, setup_.fibre_delay, setup_.processing_delay, ends, delay_);
    messages_ += 2 * setup_.fibre_delay.size();  // once over each link in each direction
  }
  auto row = static_cast<std::uint32_t>(rows_.size());
  if (free_.empty()) {
    rows_.emplace_back();
  } else {
    row = free_.back();
    free_.pop_back();
  }
  rows_[row] = {item};
  if (control.programmed) {  // what it says it sends by itself
    if (report == never) return free_.push_back(row);
    rows_[row].on_its_way = 1;
    return queue_.post(queue_.now() + report, Phase::arrivals, setup_.to, row);
  }
  const std::vector<Tick>& way = control.controller ? control.from_controller : delay_;
  for (std::uint32_t v = 0; v < control.deciders.size(); ++v) {
    const Tick arrival = queue_.now() + (report + control.processing + way[control.deciders[v].value]);
    if (arrival == never) continue;
    ++rows_[row].on_its_way;
    queue_.post(arrival, Phase::arrivals, {setup_.to.handler, setup_.to.op, v}, row);
  }
  if (rows_[row].on_its_way == 0) free_.push_back(row);
}

News::Item News::arrive(std::uint64_t payload) {
  Row& row = rows_[payload];
  if (--row.on_its_way == 0) free_.push_back(static_cast<std::uint32_t>(payload));
  return row.item;
}

void News::told(ViewId view) {
  if (plan().controller && plan().deciders[view.value] != plan().controller) ++messages_;
}

}  // namespace farbell
