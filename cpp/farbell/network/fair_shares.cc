#include "farbell/network/fair_shares.hpp"

namespace farbell {

FairShares::FairShares(std::span<const double> weights) {
  rows_.reserve(weights.size());
  for (double weight : weights) rows_.push_back({.weight = weight});
}

void FairShares::set_busy(bool busy, Tick now) {
  if (busy == busy_) return;
  busy_ = busy;
  began_ = now;
  ++period_;
}

FairShares::Row FairShares::settled(Row row, Tick now) const {
  if (row.period != period_) {
    row.base = row.use = 0;
    row.since = began_;
    row.period = period_;
  }
  if (busy_) row.use += static_cast<double>(row.slots) * static_cast<double>(count(now - row.since));
  row.since = now;
  return row;
}

void FairShares::book(DemandId demand, std::int64_t slots, Tick now) {
  Row& row = rows_[demand.value];
  row = settled(row, now);
  row.slots += slots;
}

double FairShares::tag(DemandId demand, Tick now) const {
  const Row row = settled(rows_[demand.value], now);
  return row.base + row.use / row.weight;
}

void FairShares::raise(DemandId demand, double tag, Tick now) {
  if (this->tag(demand, now) >= tag) return;
  Row& row = rows_[demand.value];
  row = settled(row, now);
  row.base = tag;
  row.use = 0;
}

}  // namespace farbell
