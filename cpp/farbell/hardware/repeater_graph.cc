#include "farbell/hardware/repeater_graph.hpp"

#include <cmath>

#include "farbell/base/errors.hpp"

namespace farbell {
namespace {

double choose(double n, double k) { return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1)); }

double binomial(std::int64_t n, std::int64_t k, double p) {
  return choose(static_cast<double>(n), static_cast<double>(k)) * std::pow(p, static_cast<double>(k)) * std::pow(1 - p, static_cast<double>(n - k));
}

// Probability that most of the votes are wrong; one of an even number is left out.
double wrong_majority(std::int64_t votes, double flip) {
  if (votes % 2 == 0) --votes;
  double wrong = 0;
  for (std::int64_t k = votes / 2 + 1; k <= votes; ++k) wrong += binomial(votes, k, flip);
  return wrong;
}

// Wrong if an odd number of them is: one result of `flip`, and `others` of `other_flip`.
double odd(double flip, double other_flip, std::int64_t others) {
  return (1 - (1 - 2 * flip) * std::pow(1 - 2 * other_flip, static_cast<double>(others))) / 2;
}

struct Result {
  double success = 0, flip = 0.5;
};

// At least one of so many branches, each of which gives a result like this one: majority vote.
Result of_branches(std::int64_t branches, Result const& branch) {
  if (branch.success <= 0) return {};
  Result found{-std::expm1(static_cast<double>(branches) * std::log1p(-branch.success)), 0};
  if (branch.flip == 0) return found;
  for (std::int64_t votes = 1; votes <= branches; ++votes)
    found.flip += binomial(branches, votes, branch.success) * wrong_majority(votes, branch.flip) / found.success;
  return found;
}

}  // namespace

TreeCode tree_code(std::span<const std::int64_t> branching, double loss, double flip) {
  require_probability("loss", loss);
  require_probability("flip", flip);
  const std::size_t levels = branching.size();
  // Indirect measurement of Z of a qubit of level k, by its children: X of one of them and Z of all of the child's own.
  std::vector<Result> indirect(levels + 2), z(levels + 2);
  for (std::size_t k = levels + 1; k-- > 0;) {
    if (k < levels) {
      const std::int64_t grandchildren = k + 1 < levels ? branching[k + 1] : 0;
      const Result of_z = grandchildren > 0 ? z[k + 2] : Result{1, 0};
      indirect[k] = of_branches(branching[k], {(1 - loss) * std::pow(of_z.success, static_cast<double>(grandchildren)), odd(flip, of_z.flip, grandchildren)});
    }
    z[k].success = 1 - loss + loss * indirect[k].success;
    if (z[k].success > 0) z[k].flip = ((1 - loss) * flip + loss * indirect[k].success * indirect[k].flip) / z[k].success;
  }
  return {indirect[0].success, std::pow(z[1].success, static_cast<double>(branching[0])), indirect[0].flip, odd(0, z[1].flip, branching[0])};
}

HeraldTable repeater_graph_table(RepeaterGraphSpec const& graph, std::span<const double> halves, double end_a, double end_b) {
  require_probability("end_a", end_a);
  require_probability("end_b", end_b);
  for (double half : halves) require_probability("halves", half);
  const auto sources = static_cast<std::size_t>(graph.sources);
  if (halves.size() != 2 * (sources + 1))
    throw SpecError("halves", std::to_string(halves.size()) + " numbers", std::to_string(2 * (sources + 1)) + ", two for each of sources + 1 stations");
  const double arms = static_cast<double>(graph.arms), kept = 1 - graph.photon_depolarising, flip = graph.photon_depolarising / 2;
  double success = 1;
  // Mean signs of the chain's two correlations, which begin with X and with Z of node_a's memory, and of their product.
  double x = 1, z = 1, both = 1;
  for (std::size_t station = 0; station <= sources; ++station) {
    const double left = (station == 0 ? end_a : graph.source_efficiency) * halves[2 * station] * graph.detector_efficiency;
    const double right = (station == sources ? end_b : graph.source_efficiency) * halves[2 * station + 1] * graph.detector_efficiency;
    success *= -std::expm1(arms * std::log1p(-graph.bell_success_probability * left * right));
    // Photons that can be told apart hide the sign of a Bell state, not its kind.
    const double bell = kept * kept, hidden = graph.visibility * bell;
    x *= station % 2 == 0 ? hidden : bell;
    z *= station % 2 == 0 ? bell : hidden;
    both *= hidden;
  }
  double loss = -1;  // of the photons that were looked at last: most pieces of fibre are alike
  TreeCode code;
  for (std::size_t source = 1; source <= sources; ++source) {
    TreeCode side[2];
    for (std::size_t k : {0, 1}) {
      const double lost = 1 - graph.source_efficiency * halves[2 * source - 1 + k] * graph.detector_efficiency;
      if (lost != loss) code = tree_code(graph.branching, loss = lost, flip);
      side[k] = code;
      success *= side[k].x * std::pow(side[k].z, arms - 1);
      // An arm that is cut off belongs to both correlations, as each of the two that are joined is its neighbour.
      const double cut = std::pow(1 - 2 * side[k].z_flip, arms - 1);
      x *= cut;
      z *= cut;
    }
    const double left = 1 - 2 * side[0].x_flip, right = 1 - 2 * side[1].x_flip;
    x *= source % 2 == 1 ? right : left;
    z *= source % 2 == 1 ? left : right;
    both *= left * right;
  }
  HeraldTable table;
  table.success_probability = success;
  if (success <= 0) return table;
  Correlations state{};
  state[0] = 1;
  state[5] = x;
  state[10] = -both;
  state[15] = z;
  table.outcomes.push_back({1, 0, state, ""});
  return table;
}

}  // namespace farbell
