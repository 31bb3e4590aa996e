#include "farbell/state/ghz.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>

namespace farbell {

int ghz_phase(PauliFrame const& frame) { return std::accumulate(frame.z.begin(), frame.z.end(), 0, std::bit_xor<int>()); }

std::vector<std::uint8_t> graph_phases(Edges const& edges, PauliFrame const& frame) {
  std::vector<std::uint8_t> phases = frame.z;
  for (auto [a, b] : edges) {
    phases[a] ^= frame.x[b];
    phases[b] ^= frame.x[a];
  }
  return phases;
}

double ghz_fidelity(DensityState const& rho, PauliFrame const& frame) {
  Index flipped = 0;
  for (const std::uint8_t flip : frame.x) flipped = 2 * flipped + flip;
  const Index dimension = rho.dimension(), opposite = dimension - 1 - flipped;
  const auto at = [&](Index row, Index column) { return rho.matrix()[static_cast<std::size_t>(row * dimension + column)].real(); };
  const double coherence = at(flipped, opposite);
  return (at(flipped, flipped) + at(opposite, opposite)) / 2 + (ghz_phase(frame) ? -coherence : coherence);
}

// The amplitudes of the graph state are all of one size: signs alone make the sum.
double graph_fidelity(DensityState const& rho, Edges const& edges, PauliFrame const& frame) {
  const Index dimension = rho.dimension();
  const auto qubits = frame.z.size();
  const auto bit = [&](std::size_t qubit) { return Index{1} << (qubits - 1 - qubit); };  // the first qubit is the highest
  const std::vector<std::uint8_t> phases = graph_phases(edges, frame);
  Index odd = 0;
  for (std::size_t q = 0; q < qubits; ++q) odd |= phases[q] ? bit(q) : 0;
  std::vector<double> sign(static_cast<std::size_t>(dimension));
  for (Index k = 0; k < dimension; ++k) {
    int parity = std::popcount(static_cast<std::uint64_t>(k & odd));
    for (auto [a, b] : edges) parity += (k & bit(a)) && (k & bit(b));
    sign[static_cast<std::size_t>(k)] = parity % 2 ? -1 : 1;
  }
  double sum = 0;
  const auto* entry = rho.matrix().data();
  for (const double row : sign) {
    double of_row = 0;
    for (const double column : sign) of_row += column * (entry++)->real();
    sum += row * of_row;
  }
  return sum / static_cast<double>(dimension);
}

}  // namespace farbell
