// What the Clifford gates do to Pauli strings, many strings at once: one bit a string in words of any type that has ^, & and ~.
// Y is x & z, without a sign of its own. Matrices and conventions: docs/physics/gates.md.
#pragma once
#include <cstdint>
#include <utility>

#include "farbell/state/gates.hpp"

namespace farbell {

// U P U^-1 for gates on one qubit; `sign` is flipped for the strings whose image has a minus.
template <class Word>
inline void conjugate(Gate gate, Word& x, Word& z, Word& sign) {
  switch (gate) {
    case Gate::x: sign ^= z; break;
    case Gate::y: sign ^= x ^ z; break;
    case Gate::z: sign ^= x; break;
    case Gate::h:
      sign ^= x & z;
      std::swap(x, z);
      break;
    case Gate::s:
      sign ^= x & z;
      z ^= x;
      break;
    case Gate::s_dag:
      sign ^= x & ~z;
      z ^= x;
      break;
    case Gate::sqrt_x:
      sign ^= ~x & z;
      x ^= z;
      break;
    case Gate::sqrt_x_dag:
      sign ^= x & z;
      x ^= z;
      break;
    case Gate::sqrt_y:
      sign ^= x & ~z;
      std::swap(x, z);
      break;
    case Gate::sqrt_y_dag:
      sign ^= ~x & z;
      std::swap(x, z);
      break;
    default: break;
  }
}

// The same for gates on two qubits; the first is the control.
template <class Word>
inline void conjugate(Gate gate, Word& xa, Word& za, Word& xb, Word& zb, Word& sign) {
  switch (gate) {
    case Gate::cx:
      sign ^= xa & zb & ~(xb ^ za);
      xb ^= xa;
      za ^= zb;
      break;
    case Gate::cy:
      conjugate(Gate::s_dag, xb, zb, sign);
      conjugate(Gate::cx, xa, za, xb, zb, sign);
      conjugate(Gate::s, xb, zb, sign);
      break;
    case Gate::cz:
      sign ^= xa & xb & (za ^ zb);
      za ^= xb;
      zb ^= xa;
      break;
    case Gate::swap:
      std::swap(xa, xb);
      std::swap(za, zb);
      break;
    case Gate::iswap:
      conjugate(Gate::s, xa, za, sign);
      conjugate(Gate::s, xb, zb, sign);
      conjugate(Gate::cz, xa, za, xb, zb, sign);
      conjugate(Gate::swap, xa, za, xb, zb, sign);
      break;
    case Gate::iswap_dag:
      conjugate(Gate::swap, xa, za, xb, zb, sign);
      conjugate(Gate::cz, xa, za, xb, zb, sign);
      conjugate(Gate::s_dag, xa, za, sign);
      conjugate(Gate::s_dag, xb, zb, sign);
      break;
    default: break;
  }
}

}  // namespace farbell
