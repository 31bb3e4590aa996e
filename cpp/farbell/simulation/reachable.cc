#include "farbell/simulation/reachable.hpp"

#include <algorithm>

namespace farbell {

namespace {

// A pair and the Bell state it is meant to be; the qubit nearer to end A on side 0.
struct Framed {
  PairDensity state;
  int frame = 0;

  double fidelity() const {
    const Correlations& r = state.r;
    return Correlators::corrected(r[5], r[10], r[15], frame).fidelity();
  }
};

const Framed& better(const Framed& x, const Framed& y) { return y.fidelity() > x.fidelity() ? y : x; }

class Best {
 public:
  explicit Best(const Model& model) : model_(model) {
    for (const Device& device : model.devices) devices_.emplace_back(device, model.clock, model.pauli_twirl);
  }

  Framed hop(const LinkRow& link, bool forward) const { return hop(link, forward, link.distillation); }
  Framed hop(const LinkRow& link, bool forward, std::optional<std::uint32_t> distillation) const {
    const Framed best = fresh(link, forward);
    return distillation ? distilled(best, model_.plans[*distillation], link.device[!forward], link.device[forward]) : best;
  }

  Framed fresh(const LinkRow& link, bool forward) const {
    const LinkProgram& program = model_.programs[link.program];
    Framed best{PairDensity(program.states[0]), program.frames[0]};
    for (std::size_t k = 1; k < program.states.size(); ++k) best = better(best, {PairDensity(program.states[k]), program.frames[k]});
    best.state = best.state.oriented(forward ? 0 : 1);
    return best;
  }

  Framed swapped(const Framed& left, const Framed& right, DeviceId node) const {
    const BellPovm povm(devices_[node.value], devices_[node.value]);
    const auto p = povm.probabilities(PairDensity::bell_products(left.state, 1, right.state, 0));
    Framed best;
    best.state = PairDensity(Correlations{1});
    for (int r = 0; r < 4; ++r) {
      if (p[r] <= probability_slack) continue;
      Framed joined{left.state, left.frame ^ right.frame ^ r};
      joined.state.join(1, right.state, 0, povm.weights(r), p[r]);
      best = better(best, joined);
    }
    return best;
  }

  Framed distilled(const Framed& fresh, const DistillationPlan& plan, DeviceId a, DeviceId b) const {
    const DistillationNoise noise(devices_[a.value], devices_[b.value]);
    Framed kept = fresh;
    for (DistillationProtocol protocol : plan.rounds) {
      Framed used = plan.pumping ? fresh : kept;
      prepare_distillation(kept.state, protocol, noise, kept.frame);
      prepare_distillation(used.state, protocol, noise, used.frame);
      const auto p = distillation_probabilities(kept.state, used.state, noise);
      Framed best;
      best.state = PairDensity(Correlations{1});
      for (int bits = 0; bits < 4; ++bits) {
        const DistillationOutcome outcome = distillation_outcome(protocol, kept.frame, used.frame, bits);
        if (!outcome.kept || p[bits] <= probability_slack) continue;
        Framed left{kept.state, outcome.frame};
        left.state.distil(used.state, noise, bits, p[bits]);
        best = better(best, left);
      }
      kept = best;
    }
    return kept;
  }

 private:
  const Model& model_;
  std::vector<DeviceModel> devices_;
};

}  // namespace

double best_reachable_fidelity(const Model& model, const Route& route, std::optional<std::uint32_t> distillation,
                               std::span<const std::optional<std::uint32_t>> hops) {
  const Best best(model);
  const auto device = [&](NodeId n) { return model.nodes[n.value].device; };
  Framed pair;
  for (std::size_t h = 0; h < route.links.size(); ++h) {
    const LinkRow& link = model.links[route.links[h].value];
    const Framed next = best.hop(link, link.node[0] == route.nodes[h], hops.empty() ? link.distillation : hops[h]);
    pair = h == 0 ? next : best.swapped(pair, next, device(route.nodes[h]));
  }
  if (distillation) pair = best.distilled(pair, model.plans[*distillation], device(route.nodes.front()), device(route.nodes.back()));
  return pair.fidelity();
}

double distilled_fidelity(const Model& model, const LinkRow& link) { return Best(model).hop(link, true).fidelity(); }

std::vector<std::vector<double>> pumped_fidelities(const Model& model, std::uint32_t rounds) {
  const Best best(model);
  std::vector<std::vector<double>> out;
  for (std::size_t l = 0; l < model.links.size(); ++l) {
    const LinkRow& link = model.links[l];
    std::vector<double>& of_link = out.emplace_back();
    of_link.push_back(model.link_facts[l].fidelity);
    DistillationPlan plan{{}, true};
    for (std::uint32_t r = 0; r < rounds; ++r) {
      plan.rounds.push_back(DistillationProtocol::dejmps);
      of_link.push_back(best.distilled(best.fresh(link, true), plan, link.device[0], link.device[1]).fidelity());
    }
  }
  return out;
}

double swap_fidelity(const Model& model, DeviceId device) {
  const DeviceModel noise(model.devices[device.value], model.clock, model.pauli_twirl);
  const BellPovm povm(noise, noise);
  const PairDensity perfect;
  const auto p = povm.probabilities(PairDensity::bell_products(perfect, 1, perfect, 0));
  double mean = 0;
  for (int r = 0; r < 4; ++r) {
    if (p[r] <= probability_slack) continue;
    Framed joined{perfect, r};
    joined.state.join(1, perfect, 0, povm.weights(r), p[r]);
    mean += p[r] * joined.fidelity();
  }
  return mean;
}

}  // namespace farbell
