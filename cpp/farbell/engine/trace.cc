#include "farbell/engine/trace.hpp"

#include <string>

#include "farbell/base/errors.hpp"

namespace farbell {

void Trace::keep(const TraceRow& row) {
  if (row.tick > until) return;
  if (row.tick < from) {
    // How things stood when the window opens: who attempts or waits for a permit, and how far each circuit has come.
    const bool circuit = row.kind >= TraceKind::circuit_asked && row.kind <= TraceKind::circuit_gone && row.kind != TraceKind::slots_freed;
    const bool permit = row.kind == TraceKind::permit_waits || row.kind == TraceKind::permit_held;
    if (circuit || permit || row.kind == TraceKind::attempting) before_[{circuit + 2 * permit, row.entity, row.a}] = row;
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
