#include "farbell/protocols/fair_shares.hpp"

#include <utility>

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
  if (busy_) row.use += static_cast<double>(row.held) * static_cast<double>(count(now - row.since));
  row.since = now;
  return row;
}

void FairShares::book(std::uint32_t who, std::int64_t amount, Tick now) {
  Row& row = rows_[who];
  row = settled(row, now);
  row.held += amount;
}

double FairShares::tag(std::uint32_t who, Tick now) const {
  const Row row = settled(rows_[who], now);
  return row.base + row.use / row.weight;
}

void FairShares::raise(std::uint32_t who, double tag, Tick now) {
  if (this->tag(who, now) >= tag) return;
  Row& row = rows_[who];
  row = settled(row, now);
  row.base = tag;
  row.use = 0;
}

void FairShares::set_weight(std::uint32_t who, double weight, Tick now) {
  Row& row = rows_[who];
  if (row.weight == weight) return;
  row = settled(row, now);
  row.base += row.use / row.weight;
  row.use = 0;
  row.weight = weight;
}

void FairShares::comes(std::uint32_t who, Tick now) {
  Row& row = rows_[who];
  if (row.left < now) row.anew = true;
}

bool FairShares::comes_anew(std::uint32_t who) { return std::exchange(rows_[who].anew, false); }

}  // namespace farbell
