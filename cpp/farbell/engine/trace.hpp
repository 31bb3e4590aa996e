// User-visible happenings of one run, in order, for `trace=True` and for comparison with the plain-Python oracle.
#pragma once
#include <cstdint>
#include <vector>

#include "farbell/base/tick.hpp"
#include "farbell/engine/event.hpp"

namespace farbell {

enum class TraceKind : std::uint8_t { link_success, swap, delivery, request_ended, qubit_lost, request_started, cut_off, distillation };

struct TraceRow {
  Tick tick;
  Phase phase;
  TraceKind kind;
  std::uint32_t entity;
  std::uint64_t a, b;
  double x;
};

struct Trace {
  bool on = false;
  std::vector<TraceRow> rows;

  void add(Tick tick, Phase phase, TraceKind kind, std::uint32_t entity, std::uint64_t a, std::uint64_t b, double x = 0) {
    if (on) rows.push_back({tick, phase, kind, entity, a, b, x});
  }
};

}  // namespace farbell
