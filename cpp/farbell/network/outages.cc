#include "farbell/network/outages.hpp"

#include <algorithm>
#include <cmath>

namespace farbell {

Outages::Outages(const Setup& setup)
    : setup_(setup), any_(!setup.failures.empty()), nodes_(may_come() ? setup.nodes : 0), links_(setup.links.size()) {
  for (std::uint32_t l = 0; l < links_.size(); ++l) links_[l].program = setup.links[l].program;
  for (const FailureRow& failure : setup.failures) processes_.push_back({Stream(failure.key, setup.replica)});
  links_of_node_.resize(nodes_.size());
  if (!may_come()) return;
  for (std::uint32_t l = 0; l < links_.size(); ++l)
    for (NodeId n : setup.links[l].node) links_of_node_[n.value].emplace_back(l);
}

// ---- up and down ----------------------------------------------------------------------------------------------------------------------

void Outages::UpTime::turn(bool was_up, Tick now) {
  if (was_up) ticks += static_cast<double>(count(now - since));
  since = now;
}

double Outages::UpTime::until(bool is_up, Tick end) const { return ticks + (is_up ? static_cast<double>(count(end - since)) : 0); }

double Outages::up_ticks(LinkId link, Tick end) const { return links_[link.value].time.until(up(link), end); }
double Outages::up_ticks(NodeId node, Tick end) const { return nodes_[node.value].time.until(!failed(node), end); }

std::uint32_t Outages::program(LinkId link) const {
  return links_[link.value].program + (failed(link) || links_[link.value].closed ? setup_.first_dead : 0);
}

void Outages::change(LinkId link, std::uint32_t program, Tick now) {
  Link& row = links_[link.value];
  if (!up(link)) row.time.turn(false, now);
  row.program = program;
  row.closed = false;
}

void Outages::close(LinkId link, Tick now) {
  Link& row = links_[link.value];
  row.time.turn(up(link), now);
  row.closed = true;
}

void Outages::hold(LinkId link, Tick now) {
  Link& row = links_[link.value];
  row.time.turn(up(link), now);
  if (row.failed++ > 0) return;
  ++row.epoch;
  turned_.links.push_back(link);
}

void Outages::let_go(LinkId link, Tick now) {
  Link& row = links_[link.value];
  row.time.turn(up(link), now);
  if (--row.failed > 0) return;
  ++row.epoch;
  turned_.links.push_back(link);
}

// ---- failures -------------------------------------------------------------------------------------------------------------------------

std::array<Tick, 2> Outages::next_window(std::uint32_t f) {
  const FailureRow& failure = setup_.failures[f];
  Process& process = processes_[f];
  std::array<Tick, 2> window{never, never};
  if (!failure.windows.empty()) {
    if (process.made < failure.windows.size()) window = failure.windows[process.made];
  } else {
    const Stream::Draw draw = process.draws.next();
    process.elapsed_s += -std::log1p(-draw.u0) * failure.mtbf_s;
    window[0] = setup_.clock.tick(process.elapsed_s);
    process.elapsed_s += -std::log1p(-draw.u1) * failure.mttr_s;
    window[1] = setup_.clock.tick(process.elapsed_s);
  }
  ++process.made;
  // Up and down last at least one tick each.
  window[0] = later(window[0], process.last + Tick{1});
  window[1] = later(window[1], window[0] + Tick{1});
  process.last = window[1];
  return window;
}

std::uint32_t Outages::open_row(std::uint32_t failure, NodeId node, LinkId link, Tick now) {
  if (rows_.size() >= setup_.most_rows) return no_row;
  rows_.push_back({failure, node, link, now});
  if (instant() || (link && links_[link.value].noticed)) rows_.back().noticed = now;
  return static_cast<std::uint32_t>(rows_.size() - 1);
}

void Outages::end_row(std::uint32_t& row, Tick now) {
  if (row != no_row) rows_[row].up = now;
  row = no_row;
}

const Outages::Turned& Outages::fail(std::uint32_t f, Tick now) { return take_down(setup_.failures[f], f, now); }
const Outages::Turned& Outages::repair(std::uint32_t f, Tick now) { return bring_back(setup_.failures[f], now); }

void Outages::set_by_hand(const FailureRow& elements, bool down) {
  any_ = true;
  for (NodeId n : elements.nodes) nodes_[n.value].by_hand = down;
  for (LinkId link : elements.links) links_[link.value].by_hand = down;
}

const Outages::Turned& Outages::fail_by_hand(const FailureRow& elements, Tick now) {
  set_by_hand(elements, true);
  return take_down(elements, by_hand(), now);
}

const Outages::Turned& Outages::repair_by_hand(const FailureRow& elements, Tick now) {
  set_by_hand(elements, false);
  return bring_back(elements, now);
}

const Outages::Turned& Outages::take_down(const FailureRow& failure, std::uint32_t f, Tick now) {
  turned_ = {};
  for (NodeId n : failure.nodes) {
    Node& node = nodes_[n.value];
    node.time.turn(!failed(n), now);
    if (node.failed++ > 0) continue;
    turned_.nodes.push_back(n);
    node.row = open_row(f, n, {}, now);
    for (LinkId link : links_of_node_[n.value]) hold(link, now);
  }
  for (LinkId link : failure.links) {
    const bool was_up = !failed(link);
    hold(link, now);
    if (was_up) links_[link.value].row = open_row(f, {}, link, now);
  }
  std::sort(turned_.links.begin(), turned_.links.end());
  return turned_;
}

const Outages::Turned& Outages::bring_back(const FailureRow& failure, Tick now) {
  turned_ = {};
  for (NodeId n : failure.nodes) {
    Node& node = nodes_[n.value];
    node.time.turn(!failed(n), now);
    if (--node.failed > 0) continue;
    turned_.nodes.push_back(n);
    end_row(node.row, now);
    for (LinkId link : links_of_node_[n.value]) let_go(link, now);
  }
  for (LinkId link : failure.links) let_go(link, now);
  for (LinkId link : turned_.links) end_row(links_[link.value].row, now);
  std::sort(turned_.links.begin(), turned_.links.end());
  return turned_;
}

// ---- heartbeats -----------------------------------------------------------------------------------------------------------------------

// Of the heartbeats over a link, which are sent at multiples of the period from both of its ends: when the first that is due at `from` or
// later is due, and those `further`.
Tick Outages::due(LinkId link, Tick from, std::int64_t further) const {
  const Tick delay = setup_.ideal_control ? tick_zero : setup_.fibre_delay[link.value];
  const std::int64_t period = count(setup_.heartbeat);
  const std::int64_t first = from > delay ? (count(from - delay) + period - 1) / period : 0;
  return after(delay, setup_.heartbeat, first + further);
}

Tick Outages::notice_at(LinkId link, Tick now) const { return due(link, now, setup_.missed - 1); }
Tick Outages::heard_at(LinkId link, Tick now) const { return due(link, now, 0); }

void Outages::notice(LinkId link, Tick now) {
  Link& row = links_[link.value];
  row.noticed = true;
  if (row.row != no_row) rows_[row.row].noticed = now;
  for (NodeId n : setup_.links[link.value].node) {
    const Node& node = nodes_[n.value];
    if (node.row != no_row) rows_[node.row].noticed = earlier(rows_[node.row].noticed, now);
  }
}

}  // namespace farbell
