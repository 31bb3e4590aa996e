// The standard gates by name, for every store and for Python. Matrices and conventions: docs/physics/gates.md.
#pragma once
#include <cstdint>
#include <string_view>

namespace farbell {

enum class Gate : std::uint8_t {
  i, x, y, z, h, s, s_dag, sqrt_x, sqrt_x_dag, sqrt_y, sqrt_y_dag,  // Clifford, one qubit
  cx, cy, cz, swap, iswap, iswap_dag,                               // Clifford, two qubits
  t, t_dag, rx, ry, rz, phase,                                      // not Clifford
};

struct GateInfo {
  std::string_view name;
  int qubits;
  bool clifford;
  int angles;
};

// By Gate. rx, ry, rz (angle) = exp(-i angle P / 2), phase (angle) = diag(1, exp(i angle)), sqrt_x = exp(-i pi X / 4) up to a phase.
inline constexpr GateInfo gate_table[] = {
    {"i", 1, true, 0},      {"x", 1, true, 0},          {"y", 1, true, 0},      {"z", 1, true, 0},          {"h", 1, true, 0},
    {"s", 1, true, 0},      {"s_dag", 1, true, 0},      {"sqrt_x", 1, true, 0}, {"sqrt_x_dag", 1, true, 0}, {"sqrt_y", 1, true, 0},
    {"sqrt_y_dag", 1, true, 0}, {"cx", 2, true, 0},     {"cy", 2, true, 0},     {"cz", 2, true, 0},         {"swap", 2, true, 0},
    {"iswap", 2, true, 0},  {"iswap_dag", 2, true, 0},  {"t", 1, false, 0},     {"t_dag", 1, false, 0},     {"rx", 1, false, 1},
    {"ry", 1, false, 1},    {"rz", 1, false, 1},        {"phase", 1, false, 1},
};

constexpr GateInfo const& info(Gate g) { return gate_table[static_cast<int>(g)]; }

}  // namespace farbell
