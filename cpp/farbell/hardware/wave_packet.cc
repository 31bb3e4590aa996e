#include "farbell/hardware/wave_packet.hpp"

#include <cmath>
#include <numbers>

namespace farbell {
namespace {

using Vector = std::vector<double>;
using Packed = std::vector<Vector>;

// Half of the decay rate of the emitter and of each filter; amplitude k is driven by amplitude k - 1, at the rate of filter k.
Vector poles(WavePacket const& packet) {
  Vector rates{0.5 / packet.lifetime_s};
  for (const double bandwidth_hz : packet.bandwidths_hz) rates.push_back(std::numbers::pi * bandwidth_hz);
  return rates;
}

Packed times(Packed const& a, Packed const& b) {
  Packed product(a.size(), Vector(a.size()));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j <= i; ++j)
      for (std::size_t k = j; k <= i; ++k) product[i][j] += a[i][k] * b[k][j];
  return product;
}

// The amplitudes at time t, by scaling and squaring, since poles may be equal.
Vector amplitudes_at(Vector const& rates, double lifetime_s, double t) {
  const std::size_t n = rates.size();
  double largest = 0;
  for (const double rate : rates) largest = std::max(largest, rate * t);
  const int halvings = largest > 0.25 ? static_cast<int>(std::ceil(std::log2(largest / 0.25))) : 0;
  const double h = std::ldexp(t, -halvings);
  Packed step(n, Vector(n)), power(n, Vector(n)), propagator(n, Vector(n));
  for (std::size_t i = 0; i < n; ++i) {
    power[i][i] = propagator[i][i] = 1;
    step[i][i] = -rates[i] * h;
    if (i > 0) step[i][i - 1] = rates[i] * h;
  }
  for (int order = 1; order <= 16; ++order) {
    power = times(step, power);
    for (auto& row : power)
      for (double& x : row) x /= order;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) propagator[i][j] += power[i][j];
  }
  for (int k = 0; k < halvings; ++k) propagator = times(propagator, propagator);
  Vector amplitudes(n);
  for (std::size_t i = 0; i < n; ++i) amplitudes[i] = propagator[i][0] / std::sqrt(lifetime_s);
  return amplitudes;
}

}  // namespace

// Y = int x_1* x_2^T dt, of the amplitudes of both chains, obeys A_1 Y + Y A_2^T = x_1* x_2^T (window) - x_1* x_2^T (0): two-sided
// substitution, as A_1 and A_2 have two diagonals.
std::complex<double> overlap(WavePacket const& one, WavePacket const& two, double window_s) {
  const Vector p = poles(one), q = poles(two);
  const std::complex<double> turning{0, 2 * std::numbers::pi * (one.offset_hz - two.offset_hz)};
  Vector x(p.size()), y(q.size());
  std::complex<double> turned = 0;
  if (std::isfinite(window_s)) {
    x = amplitudes_at(p, one.lifetime_s, window_s);
    y = amplitudes_at(q, two.lifetime_s, window_s);
    turned = std::exp(turning * window_s);
  }
  std::vector<std::vector<std::complex<double>>> sum(p.size(), std::vector<std::complex<double>>(q.size()));
  for (std::size_t i = 0; i < p.size(); ++i)
    for (std::size_t j = 0; j < q.size(); ++j) {
      std::complex<double> right = turned * (x[i] * y[j]);
      if (i == 0 && j == 0) right -= 1 / std::sqrt(one.lifetime_s * two.lifetime_s);
      if (i > 0) right -= p[i] * sum[i - 1][j];
      if (j > 0) right -= q[j] * sum[i][j - 1];
      sum[i][j] = right / (turning - (p[i] + q[j]));
    }
  return sum.back().back();
}

}  // namespace farbell
