#include "farbell/simulation/switch_plan.hpp"

#include <algorithm>
#include <numeric>

#include "farbell/simulation/places.hpp"

namespace farbell {

namespace {

constexpr std::size_t slots_a_link = 8;  // of a frame, on average for one station

class SwitchCheck {
 public:
  SwitchCheck(const Model& model, const Names& link_names, std::size_t number)
      : model_(model), link_names_(link_names), number_(number), spec_(model.scenario.switches[number]) {}

  SwitchRow row(std::vector<std::uint32_t>& switch_of, std::span<const double> need) const {
    SwitchRow row;
    for (std::size_t k = 0; k < spec_.links.size(); ++k) {
      const LinkId link{link_names_.at(spec_.links[k], at("links", k))};
      std::uint32_t& taken = switch_of[link.value];
      if (taken != 0)
        throw SpecError(at("links", k), in_quotes(shortened(spec_.links[k])),
                        "a link that no switch has yet: it is one of " + in_quotes(model_.scenario.switches[taken - 1].name));
      taken = static_cast<std::uint32_t>(number_ + 1);
      row.links.push_back(link);
    }
    if (spec_.stations > static_cast<std::int64_t>(row.links.size()))
      throw SpecError(at("stations"), std::to_string(spec_.stations), "at most " + std::to_string(row.links.size()) + ", one for each of its links");
    row.stations = static_cast<std::uint32_t>(spec_.stations);
    row.switching = ticks_of(model_, spec_.switching_time_s, at("switching_time_s"));
    row.scheduler = spec_.scheduler;
    if (spec_.turn_s) {
      row.turn = ticks_of(model_, *spec_.turn_s, at("turn_s"));
      if (row.turn <= row.switching)
        throw SpecError(at("turn_s"), number_text(*spec_.turn_s) + " s", "more than switching_time_s and at least one tick");
    }
    check_scheduler();
    if (spec_.scheduler == SwitchScheduler::time_division) row.frame = spec_.frame.empty() ? worked_out(row, need) : given(row);
    return row;
  }

 private:
  std::string at(std::string_view field) const { return item("switches", number_, field); }
  std::string at(std::string_view field, std::size_t k) const { return at(field) + "/" + std::to_string(k); }

  void check_scheduler() const {
    const auto refuse = [&](const std::string& allowed) { throw SpecError(at("scheduler"), in_quotes(choice_name(spec_.scheduler)), allowed); };
    if (by_requests(spec_.scheduler) && !model_.scenario.ghz_demands.empty())
      refuse("\"fifo\", \"weighted_fair\" or \"time_division\" with ghz_demands, whose arms are no requests of their own");
    if (spec_.scheduler == SwitchScheduler::earliest_deadline &&
        std::none_of(model_.scenario.demands.begin(), model_.scenario.demands.end(), [](const DemandSpec& demand) {
          return demand.deadline_s.has_value() || std::holds_alternative<ByProgramsSpec>(demand.traffic);
        }))
      refuse("another one, or a deadline_s in some demand");
    const bool divides = spec_.scheduler == SwitchScheduler::time_division;
    if (divides && !spec_.turn_s) throw SpecError(at("turn_s"), "null", "the length of a slot with \"time_division\"");
    if (!divides && !spec_.frame.empty()) throw SpecError(at("frame"), "a frame", "[] unless scheduler is \"time_division\"");
  }

  std::vector<std::vector<LinkId>> given(const SwitchRow& row) const {
    std::vector<std::vector<LinkId>> frame;
    for (std::size_t k = 0; k < spec_.frame.size(); ++k) {
      const std::string slot = at("frame", k);
      std::vector<LinkId>& links = frame.emplace_back();
      if (spec_.frame[k].size() > row.stations)
        throw SpecError(slot, std::to_string(spec_.frame[k].size()) + " links", "at most " + std::to_string(row.stations) + ", one a station");
      for (std::size_t j = 0; j < spec_.frame[k].size(); ++j) {
        const std::string path = slot + "/" + std::to_string(j);
        const LinkId link{link_names_.at(spec_.frame[k][j], path)};
        if (std::find(row.links.begin(), row.links.end(), link) == row.links.end() || std::find(links.begin(), links.end(), link) != links.end())
          throw SpecError(path, in_quotes(shortened(spec_.frame[k][j])), "a link of the switch, once in a slot");
        links.push_back(link);
      }
    }
    return frame;
  }

  std::vector<std::vector<LinkId>> worked_out(const SwitchRow& row, std::span<const double> need) const {
    std::vector<double> own;
    for (LinkId link : row.links) own.push_back(need[link.value]);
    std::vector<std::vector<LinkId>> frame;
    for (const std::vector<std::size_t>& slot : time_division(own, row.stations)) {
      std::vector<LinkId>& links = frame.emplace_back();
      for (std::size_t k : slot) links.push_back(row.links[k]);
    }
    return frame;
  }

  const Model& model_;
  const Names& link_names_;
  std::size_t number_;
  const OpticalSwitchSpec& spec_;
};

}  // namespace

std::vector<SwitchRow> switch_plan(const Model& model, const Names& link_names) {
  // By link: how much of a station's time it needs for a pair of each demand over it.
  std::vector<double> need(model.links.size(), 0);
  for (const RoutePlan& plan : model.route_plans)
    for (LinkId link : plan.routes.front().links) {
      const LinkFacts& is = model.link_facts[link.value];
      if (is.success_probability > 0) need[link.value] += is.attempt_period_s / is.success_probability;
    }
  Names names("switch", "/switches");
  std::vector<std::uint32_t> switch_of(model.links.size(), 0);  // number + 1
  std::vector<SwitchRow> rows;
  for (std::size_t s = 0; s < model.scenario.switches.size(); ++s) {
    names.add(model.scenario.switches[s].name);
    rows.push_back(SwitchCheck(model, link_names, s).row(switch_of, need));
  }
  return rows;
}

std::vector<std::vector<std::size_t>> time_division(std::span<const double> need, std::size_t stations) {
  const std::size_t links = need.size();
  const std::size_t slots = stations == links ? 1 : (slots_a_link * links + stations - 1) / stations;
  std::vector<std::size_t> share(links, 1);
  for (std::size_t cell = links; cell < slots * stations; ++cell) {
    std::size_t next = links;
    double most = -1;
    for (std::size_t k = 0; k < links; ++k) {
      const double average = need[k] / static_cast<double>(2 * share[k] + 1);
      if (share[k] < slots && average > most) {
        most = average;
        next = k;
      }
    }
    ++share[next];
  }
  // One station's slots after the other's: a link that runs over the end of a row goes on in the next one, in earlier slots.
  std::size_t stride = std::max<std::size_t>(1, (slots * 5 + 4) / 8);
  while (std::gcd(stride, slots) != 1) ++stride;
  std::vector<std::vector<std::size_t>> frame(slots);
  std::size_t cell = 0;
  for (std::size_t k = 0; k < links; ++k)
    for (std::size_t i = 0; i < share[k]; ++i, ++cell) frame[cell % slots * stride % slots].push_back(k);
  return frame;
}

}  // namespace farbell
