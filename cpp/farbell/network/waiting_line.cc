#include "farbell/network/waiting_line.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace farbell {

namespace {
std::vector<double> weights(const std::vector<WaitingLine::Claim>& claims) {
  std::vector<double> out;
  for (const WaitingLine::Claim& claim : claims) out.push_back(claim.weight);
  return out;
}
}  // namespace

WaitingLine::WaitingLine(Scheduler scheduler, std::vector<Claim> claims, std::size_t circuits)
    : scheduler_(scheduler), claims_(std::move(claims)), due_(circuits, never), open_(claims_.size(), 0), rate_(circuits, 0),
      shares_(weights(claims_)) {}

void WaitingLine::join(ChainId circuit, DemandId demand, Tick now) {
  const auto place = std::upper_bound(entries_.begin(), entries_.end(), claims_[demand.value].priority,
                                      [&](std::int64_t priority, const Entry& other) { return priority > claims_[other.demand.value].priority; });
  entries_.insert(place, {circuit, demand, joined_++});
  shares_.set_busy(true, now);
}

void WaitingLine::leave(ChainId circuit, Tick now) {
  std::erase_if(entries_, [circuit](const Entry& entry) { return entry.circuit == circuit; });
  shares_.set_busy(!entries_.empty(), now);
}

template <class Key>
void WaitingLine::sort_by(Key&& key) {
  const auto rank = [&](const Entry& entry) { return std::tuple(-claims_[entry.demand.value].priority, key(entry), entry.number); };
  std::vector<std::pair<decltype(rank(Entry{})), Entry>> ranked;  // each key is worked out once
  ranked.reserve(entries_.size());
  for (const Entry& entry : entries_) ranked.emplace_back(rank(entry), entry);
  std::sort(ranked.begin(), ranked.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  for (std::size_t i = 0; i < ranked.size(); ++i) entries_[i] = ranked[i].second;
}

const std::vector<ChainId>& WaitingLine::in_order(Tick now) {
  switch (scheduler_) {
    case Scheduler::fifo: break;  // as they joined
    case Scheduler::weighted_fair: sort_by([&](const Entry& entry) { return shares_.tag(entry.demand.value, now); }); break;
    case Scheduler::max_weight:
      sort_by([&](const Entry& entry) { return -(static_cast<double>(open_[entry.demand.value]) * rate_[entry.circuit.value]); });
      break;
    case Scheduler::earliest_deadline: sort_by([&](const Entry& entry) { return due_[entry.circuit.value]; }); break;
  }
  order_.clear();
  for (const Entry& entry : entries_) order_.push_back(entry.circuit);
  return order_;
}

}  // namespace farbell
