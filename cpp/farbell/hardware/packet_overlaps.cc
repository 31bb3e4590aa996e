#include "farbell/hardware/packet_overlaps.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "farbell/hardware/photon_window.hpp"

namespace farbell {
namespace {

using Complex = std::complex<double>;
using std::numbers::pi;

constexpr int weideman_terms = 40;

// Coefficients of Weideman's series, SIAM J. Numer. Anal. 31, 1497 (1994): a Fourier transform of what is left of exp(-t^2).
struct Weideman {
  double scale = std::sqrt(weideman_terms / std::numbers::sqrt2);
  std::array<double, weideman_terms> terms{};

  Weideman() {
    constexpr int half = 2 * weideman_terms;
    for (int n = 1; n <= weideman_terms; ++n) {
      double sum = 0;
      for (int k = -half + 1; k < half; ++k) {
        const double angle = k * pi / half, t = scale * std::tan(angle / 2);
        sum += std::exp(-t * t) * (scale * scale + t * t) * std::cos(n * angle);
      }
      terms[n - 1] = sum / (2 * half);
    }
  }
};

// exp(z^2) erfc(z) for Re z >= 0.
Complex scaled_complex_erfc(Complex z) {
  static const Weideman series;
  const Complex below = 1.0 / (series.scale + z), ratio = (series.scale - z) * below;
  Complex sum = 0;
  for (int n = weideman_terms - 1; n >= 0; --n) sum = sum * ratio + series.terms[n];
  return (2.0 * sum * below + std::numbers::inv_sqrtpi) * below;
}

// The amplitude at t of sqrt(2 g) exp(-g s), s > 0, spread by exp(-(t - s)^2/(2 a))/sqrt(2 pi a), a = -i gdd: where the photon has come,
// what it was, less the wave that its front has sent out.
struct Dispersed {
  Complex body, wave;
  double density() const { return std::norm(body - wave); }
};

Dispersed dispersed_amplitude(double t, double g, double gdd) {
  const Complex a(0, -gdd), root = std::sqrt(2.0 * a), z = (g * a - t) / root;
  const Complex front = std::sqrt(g / 2) * std::exp(-t * t / (2.0 * a));
  if (z.real() >= 0) return {front * scaled_complex_erfc(z), 0};
  return {std::sqrt(2 * g) * std::exp(g * g * a / 2.0 - g * t), front * scaled_complex_erfc(-z)};
}

// Gauss and Legendre's eight points: halves.
constexpr std::array<std::pair<double, double>, 4> legendre{{{0.1834346424956498, 0.3626837833783620},
                                                            {0.5255324099163290, 0.3137066458778873},
                                                            {0.7966664774136267, 0.2223810344533745},
                                                            {0.9602898564975363, 0.1012285362903763}}};

template <class F>
double on_panel(double from, double to, F&& f) {
  const double middle = (from + to) / 2, half = (to - from) / 2;
  double sum = 0;
  for (const auto& [x, weight] : legendre) sum += weight * (f(middle - half * x) + f(middle + half * x));
  return half * sum;
}

// Mean of exp(-k x), x normal, over x > 0.
double decayed_beyond(double k, double mean, double sigma) {
  const double u = (k * sigma - mean / sigma) / std::numbers::sqrt2;
  if (u < 20) return std::exp(k * k * sigma * sigma / 2 - k * mean) * std::erfc(u) / 2;
  return std::exp(-mean * mean / (2 * sigma * sigma)) * scaled_complex_erfc(u).real() / 2;
}

// Mean of exp(-k x), x distributed as the length of a vector of three equal normal numbers (Maxwell's law).
double maxwell_mean(double k, double mean) {
  const double sigma = mean / 2 * std::sqrt(pi / 2), x = k * sigma;
  return (1 + x * x) * scaled_complex_erfc(x / std::numbers::sqrt2).real() - x * std::sqrt(2 / pi);
}

}  // namespace

double dispersed_overlap(double lifetime_a_s, double lifetime_b_s, double gdd_difference_s2) {
  // 1/((g_A + i w)(g_B - i w)) in partial fractions, each averaged over exp(i gdd w^2/2).
  const Complex root = std::sqrt(Complex(0, -gdd_difference_s2 / 2));
  const Complex sum = scaled_complex_erfc(root / (2 * lifetime_a_s)) + scaled_complex_erfc(root / (2 * lifetime_b_s));
  return std::min(1.0, std::abs(sum) / 2);
}

double dispersed_window_share(double lifetime_s, double gdd_s2, double jitter_s, double window_s) {
  const double spread_s = std::sqrt(std::abs(gdd_s2)), g = 1 / (2 * lifetime_s);
  if (spread_s < 1e-6 * lifetime_s) return window_share(lifetime_s, jitter_s, window_s);
  const auto seen = [&](double t) {
    if (jitter_s == 0) return 1.0;
    const double scale = 1 / (jitter_s * std::numbers::sqrt2);
    return (std::erfc((t - window_s) * scale) - std::erfc(t * scale)) / 2;
  };
  // Behind the front its wave makes fringes of the phase t^2/(2 gdd). They are followed as far as this; farther off they cancel but for
  // the first term at the ends, and what is left is the photon as it was and a wave whose density is wave/t^2.
  const double far_s = 16 * spread_s, margin_s = 8 * jitter_s, wave = g * spread_s * spread_s / pi;
  const double from_s = -margin_s, to_s = std::min(window_s + margin_s, far_s + 60 * lifetime_s);
  std::array<double, 6> edges{from_s, -far_s, far_s, margin_s, window_s - margin_s, to_s};
  for (double& edge : edges) edge = std::clamp(edge, from_s, to_s);
  std::ranges::sort(edges);
  double sum = 0;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const double begin = edges[i], end = edges[i + 1], middle = (begin + end) / 2;
    const bool cut = middle < margin_s || middle > window_s - margin_s;  // an edge of the window, blurred
    const bool far = std::abs(middle) > far_s;
    for (double t = begin; t < end;) {
      double step = far ? std::min(lifetime_s, std::abs(t) / 4 + spread_s) : std::min(lifetime_s, t < spread_s ? spread_s : 4 * spread_s * spread_s / t);
      if (cut && jitter_s > 0) step = std::min(step, 2 * jitter_s);
      const double next = t + step < end ? t + step : end;
      sum += on_panel(t, next, [&](double at) {
        const double density = far ? wave / (at * at) + (at > 0 ? 2 * g * std::exp(-2 * g * at) : 0) : dispersed_amplitude(at, g, gdd_s2).density();
        return density * seen(at);
      });
      t = next;
    }
  }
  const auto fringes_beyond = [&](double t) {
    const Dispersed amplitude = dispersed_amplitude(t, g, gdd_s2);
    return -2 * (std::conj(amplitude.body) * amplitude.wave * Complex(0, -gdd_s2 / t)).real() * seen(t);
  };
  if (far_s < to_s) sum += fringes_beyond(far_s);
  if (far_s < window_s && jitter_s == 0) sum -= fringes_beyond(window_s);
  return std::clamp(sum, 0.0, 1.0);
}

OverlapFactor late_overlap(double lifetime_a_s, double lifetime_b_s, double offset_s, double jitter_s) {
  const double g_a = 1 / (2 * lifetime_a_s), g_b = 1 / (2 * lifetime_b_s);
  // Whoever comes first has decayed by the time that the other comes.
  const auto mean = [&](double power) {
    if (jitter_s == 0) return std::exp(-power * (offset_s > 0 ? g_a : g_b) * std::abs(offset_s));
    return decayed_beyond(power * g_a, offset_s, jitter_s) + decayed_beyond(power * g_b, -offset_s, jitter_s);
  };
  return {std::min(1.0, mean(1)), std::min(1.0, mean(2))};
}

OverlapFactor pmd_overlap(double lifetime_a_s, double lifetime_b_s, double mean_delay_s) {
  if (mean_delay_s == 0) return {};
  const double g_a = 1 / (2 * lifetime_a_s), g_b = 1 / (2 * lifetime_b_s);
  const auto mean = [&](double k) { return maxwell_mean(k, mean_delay_s); };
  return {(mean(g_a / 2) + mean(g_b / 2)) / 2, (mean(g_a) + mean(g_b) + mean((g_a + g_b) / 2)) / 3};
}

double pmd_depolarisation(double lifetime_s, double mean_delay_s) {
  return mean_delay_s == 0 ? 1 : (1 + 2 * maxwell_mean(1 / (2 * lifetime_s), mean_delay_s)) / 3;
}

double mean_group_delay_s(FiberSpec const& fiber, double length_m) { return fiber.pmd_s_per_sqrt_m * std::sqrt(length_m); }

}  // namespace farbell
