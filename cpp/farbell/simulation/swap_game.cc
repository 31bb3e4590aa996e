#include "farbell/simulation/swap_game.hpp"

#include <algorithm>
#include <array>

#include "farbell/simulation/places.hpp"
#include "farbell/simulation/policies.hpp"

namespace farbell {

SwapGame::SwapGame(const Model& model, SwapReward reward, bool discards) : choices(discards ? 5 : 2), reward_(reward) {
  check_playable(model);
  const ScenarioSpec& s = model.scenario;
  if (model.demands.size() != 1 || !model.ghz_demands.empty())
    throw SpecError("/demands", std::to_string(model.demands.size() + model.ghz_demands.size()) + " demands", "one demand for pairs, from end to end of a chain");
  const DemandSpec& demand = s.demands.front();
  const Route& route = model.route_plans.front().routes.front();
  check_whole_chain(model, 0, route, "an agent", "");
  if (!std::holds_alternative<AsapSpec>(demand.swapping))
    throw SpecError("/demands/0/swapping", "an order of its own", "asap, in whose place the agent decides");
  for (std::size_t k = 0; k < demand.rules.size(); ++k)
    if (demand.rules[k].point != DecisionPoint::admit)
      throw SpecError("/demands/0/rules/" + std::to_string(k) + "/do", in_quotes(choice_name(demand.rules[k].point)), "\"admit\" where an agent decides for the nodes");
  if (demand.concurrent_requests != 1)
    throw SpecError("/demands/0/concurrent_requests", std::to_string(demand.concurrent_requests), "1 where an agent decides for the one chain");
  if (!s.failures.empty() || !s.changes.empty())
    throw SpecError(s.failures.empty() ? "/changes" : "/failures", "links that come and go", "none: the chain on which the agent decides is there all the time");
  last_ = static_cast<std::uint32_t>(route.links.size());
  if (last_ < 2) throw SpecError("/demands/0", "a route of one link", "a route with a repeater, which has something to decide");
  one_request_ = std::holds_alternative<OneOffSpec>(demand.traffic);
  if (reward == SwapReward::time && !one_request_)
    throw SpecError("/demands/0/traffic", "traffic without end", "one_off with the reward \"time\", which counts slots until it is served; or the reward \"pairs\"");
  const Cutoff& cutoff = model.terms.front().cutoff;
  if (cutoff.age != never) oldest_ = count(cutoff.age) / count(model.slot);
  observation = std::size_t{last_} * (last_ + 1) / 2 - 1;
  action = last_ - 1;
  mask = action * choices;
}

std::vector<PolicyTable::Link> SwapGame::pairs(const Episode& episode) const {
  std::vector<PolicyTable::Link> out;
  if (!episode.asks()) return out;
  const Swapping& swapping = episode.parts().swapping;
  swapping.pairs_of(swapping.undecided(), out);
  std::sort(out.begin(), out.end());
  return out;
}

// Pairs (from, to) in the order (0, 1), (0, 2), ..., (1, 2), ...; all but that from end to end, which is delivered.
void SwapGame::observe(const Episode& episode, std::span<float> out, std::span<std::int8_t> mask) const {
  if (!episode.asks()) return;
  std::vector<std::uint8_t> ends_at(last_ + 1, 0);  // a bit for a pair towards A, one for a pair towards B
  for (const auto& [from, to, age] : pairs(episode)) {
    ends_at[from] |= 2;
    ends_at[to] |= 1;
    // The rows of the positions before `from` hold last, last - 1, ... pairs, the first one without that from end to end.
    const std::size_t place = std::size_t{from} * last_ - std::size_t{from} * (from + 1) / 2 + (to - 1) - (from > 0 ? 1 : 0);
    const double slots = age + 1.0;
    const double value = slots / (oldest_ >= 0 ? static_cast<double>(oldest_) + 1 : slots + 1);
    out[place] = std::max(out[place], static_cast<float>(value));
  }
  for (std::uint32_t p = 1; p < last_; ++p) {
    const bool a = (ends_at[p] & 1) != 0, b = (ends_at[p] & 2) != 0;
    const std::array<bool, 5> does{true, a && b, a, b, a && b};
    for (std::size_t k = 0; k < choices; ++k) mask[(p - 1) * choices + k] = does[k];
  }
}

void SwapGame::check(std::span<const std::int64_t> action, std::span<const std::int8_t>, const std::string& path) const {
  for (std::size_t p = 0; p < action.size(); ++p)
    if (action[p] < 0 || action[p] >= static_cast<std::int64_t>(choices))
      throw SpecError(path + "/" + std::to_string(p), std::to_string(action[p]),
                      choices == 2 ? "0 (wait) or 1 (swap)"
                                   : "0 (wait), 1 (swap), or 2, 3 or 4 (give up the pair towards node_a, towards node_b, or both)");
}

void SwapGame::act(const Episode& episode, std::span<const std::int64_t> action) const {
  std::vector<Swapping::Act> acts(last_ + 1, Swapping::Act::wait);
  for (std::size_t p = 0; p < action.size(); ++p) acts[p + 1] = static_cast<Swapping::Act>(action[p]);
  episode.parts().swapping.act(acts);
}

}  // namespace farbell
