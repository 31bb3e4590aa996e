#include "farbell/engine/trace.hpp"

#include <string>

#include "farbell/base/errors.hpp"

namespace farbell {

namespace {
bool of_circuit(TraceKind kind) {
  return kind >= TraceKind::circuit_asked && kind <= TraceKind::circuit_gone && kind != TraceKind::slots_freed;
}
}  // namespace

void Trace::name_owner(TraceRow& row) const {
  switch (row.kind) {
    case TraceKind::request_asked:
    case TraceKind::request_ended:
    case TraceKind::permit_waits:
    case TraceKind::permit_held:
    case TraceKind::link_changed:
    case TraceKind::program: return;
    default: break;
  }
  const bool of_demand = row.kind == TraceKind::delivery || row.kind == TraceKind::request_started || row.kind == TraceKind::pair_rejected ||
                         row.kind == TraceKind::pair_surplus || row.kind == TraceKind::ghz_delivery || row.kind == TraceKind::ghz_surplus ||
                         row.kind == TraceKind::ghz_rejected || of_circuit(row.kind);
  const std::size_t chain = of_demand ? row.entity : row.a;
  if (chain >= owners.size()) return;
  row.circuit = owners[chain].circuit;
  if (of_demand) row.entity = owners[chain].demand;
  else row.a = owners[chain].demand;
}

void Trace::keep(const TraceRow& given) {
  TraceRow row = given;
  name_owner(row);
  if (row.tick > until) return;
  if (row.tick < from) {
    // How things stood when the window opens: who attempts or waits for a permit, and how far each circuit has come.
    const bool circuit = of_circuit(row.kind);
    const bool permit = row.kind == TraceKind::permit_waits || row.kind == TraceKind::permit_held;
    if (circuit || permit || row.kind == TraceKind::attempting) before_[{circuit + 2 * permit, row.entity, row.a, row.circuit}] = row;
    return;
  }
  if (rows.size() + before_.size() >= limit)
    throw RunError("the trace holds " + std::to_string(limit) + " rows at tick " + std::to_string(count(row.tick)) +
                   " and would grow; allowed: trace a shorter window, or fewer replicas");
  if (!before_.empty()) {
    for (const auto& [key, earlier] : before_) rows.push_back(earlier);
    before_.clear();
  }
  rows.push_back(row);
}

std::int64_t Trace::next_number(std::uint32_t segment) {
  if (segment >= numbers_.size()) numbers_.resize(segment + 1, -1);
  return numbers_[segment] = next_++;
}

}  // namespace farbell
