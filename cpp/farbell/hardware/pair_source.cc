#include "farbell/hardware/pair_source.hpp"

#include <cmath>

#include "farbell/state/correlations.hpp"

namespace farbell {
namespace {

// Of an attempt, before any herald.
struct Absorbed {
  double both, only_a, only_b, neither;  // memories that have absorbed a photon or more
  double correlation;                    // mean of z_A z_B, z = 1, -1 for photons of one polarisation alone, else 0
};

Absorbed of_one_pair(double probability, double a, double b) {
  const double both = probability * a * b;
  return {both, probability * a * (1 - b), probability * b * (1 - a), 1 - probability * (a + b - a * b), both};
}

// Two-mode squeezed vacua, of two polarisations and K equal spectral modes each, with m pairs on average. No photon of one of a
// memory's polarisations: g(x) = (1 + m x)^-K, no photon of the entangled two in either memory: g(a + b - a b).
Absorbed of_squeezed_light(double mean_pairs, double spectral_purity, double a, double b) {
  const double modes = 1 / spectral_purity, m = mean_pairs * spectral_purity / 2;
  const double log_a = -modes * std::log1p(m * a), log_b = -modes * std::log1p(m * b);
  // log of g(a + b - a b) / (g(a) g(b)), without differences of nearly equal numbers
  const double log_more = modes * std::log1p(m * a * b * (1 + m) / (1 + m * (a + b - a * b)));
  const double some_a = -std::expm1(2 * log_a), some_b = -std::expm1(2 * log_b);
  const double excess = std::exp(2 * (log_a + log_b)) * std::expm1(2 * log_more);
  return {some_a * some_b + excess, some_a * std::exp(2 * log_b) - excess, some_b * std::exp(2 * log_a) - excess,
          std::exp(2 * (log_a + log_b + log_more)), 2 * std::exp(log_a + log_b) * std::expm1(log_more)};
}

// The same with Poisson photons of no polarisation, mean noise_a and noise_b, absorbed beside them.
Absorbed with_noise(Absorbed const& clean, double noise_a, double noise_b) {
  const double none_a = std::exp(-noise_a), none_b = std::exp(-noise_b), some_a = -std::expm1(-noise_a), some_b = -std::expm1(-noise_b);
  return {clean.both + clean.only_a * some_b + clean.only_b * some_a + clean.neither * some_a * some_b,
          none_b * (clean.only_a + clean.neither * some_a), none_a * (clean.only_b + clean.neither * some_b), clean.neither * none_a * none_b,
          clean.correlation * std::exp(-(noise_a + noise_b) / 2)};
}

}  // namespace

HeraldTable pair_source_table(MidpointSourceSpec const& source, double absorption_a, double absorption_b, double noise_a, double noise_b,
                              std::array<bool, 2> tells_empty) {
  require_probability("absorption_a", absorption_a);
  require_probability("absorption_b", absorption_b);
  const Absorbed clean = source.statistics == PairStatistics::deterministic
                                ? of_one_pair(source.mean_pairs, absorption_a, absorption_b)
                                : of_squeezed_light(source.mean_pairs, source.spectral_purity, absorption_a, absorption_b);
  const Absorbed absorbed = noise_a == 0 && noise_b == 0 ? clean : with_noise(clean, noise_a, noise_b);
  HeraldTable table;
  double correlation = absorbed.correlation;
  double falsely = 1, told = 1;
  table.success_probability = 1;
  if (source.heralded) {
    falsely = source.false_herald_probability;
    told = 1 - (1 - source.herald_efficiency) * (1 - falsely);
    table.success_probability = told * told * absorbed.both + told * falsely * (absorbed.only_a + absorbed.only_b) +
                                falsely * falsely * absorbed.neither;
    correlation *= told * told;
  }
  if (table.success_probability <= 0) return table;
  const double white = (4 * source.pair_fidelity - 1) / 3;
  if (!tells_empty[0] && !tells_empty[1]) {
    const double w = white * correlation / table.success_probability;
    table.outcomes.push_back({1, 0, werner_state((1 + 3 * w) / 4), ""});
    return table;
  }
  const double heralded[2][2] = {{told * told * absorbed.both, told * falsely * absorbed.only_a},
                                 {told * falsely * absorbed.only_b, falsely * falsely * absorbed.neither}};  // [A empty][B empty]
  double row[2][2] = {};
  for (int a : {0, 1})
    for (int b : {0, 1}) row[a && tells_empty[0]][b && tells_empty[1]] += heralded[a][b];
  for (int a : {0, 1})
    for (int b : {0, 1}) {
      if (row[a][b] <= 0) continue;
      const double w = a || b ? 0 : white * correlation / row[0][0];
      HeraldOutcome& outcome = table.outcomes.emplace_back();
      outcome = {row[a][b] / table.success_probability, 0, werner_state((1 + 3 * w) / 4), a ? (b ? "00" : "01") : (b ? "10" : "11")};
      outcome.empty = {a == 1, b == 1};
    }
  return table;
}

}  // namespace farbell
