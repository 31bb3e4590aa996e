#include "farbell/apps/records.hpp"

#include <algorithm>
#include <cmath>

namespace farbell {

std::size_t LatencySketch::bucket(double seconds) {
  const double ns = seconds * 1e9;
  if (!(ns > 1)) return 0;
  return std::min(buckets - 1, static_cast<std::size_t>(std::ceil(std::log(ns) / std::log(growth))));
}

void LatencySketch::add(double seconds) {
  const std::size_t k = bucket(seconds);
  if (k >= counts.size()) counts.resize(k + 1, 0);
  ++counts[k];
}

namespace {
template <class Row, class Block>
void keep(std::vector<Row>& rows, const Row& row, const Block& full) {
  rows.push_back(row);
  if (!full || rows.size() < rows_per_block) return;
  full(std::move(rows));
  rows = {};
}
}  // namespace

void Recorder::pair(const PairRow& row) {
  if (row.delivered > setup_.warm_up || setup_.warm_up == tick_zero) {
    DemandSummary& s = summaries_[row.demand.value];
    ++s.pairs;
    s.fidelity.add(row.fidelity);
    s.min_fidelity = std::min(s.min_fidelity, row.fidelity);
    s.max_fidelity = std::max(s.max_fidelity, row.fidelity);
    auto& batch = s.batches[batch_of(row.delivered, setup_.warm_up, setup_.horizon)];
    batch[0] += 1;
    batch[1] += row.fidelity;
    batch[2] += row.xx;
    batch[3] += row.yy;
    batch[4] += row.zz;
    const double bin = std::clamp(row.fidelity, 0.0, 1.0) * static_cast<double>(s.fidelity_histogram.size());
    ++s.fidelity_histogram[std::min(s.fidelity_histogram.size() - 1, static_cast<std::size_t>(bin))];
  }
  if (setup_.keep_rows) keep(pairs_, row, setup_.pair_block);
  if (setup_.pair_told) [[unlikely]] setup_.pair_told(row);
}

void Recorder::request(const RequestRow& row) {
  if (row.asked >= setup_.warm_up) {
    DemandSummary& s = summaries_[row.demand.value];
    s.done += row.status == RequestStatus::done;
    s.timed_out += row.status == RequestStatus::timed_out;
    s.refused += row.status == RequestStatus::refused;
    ++s.refused_because[static_cast<std::size_t>(row.reason)];
    if (row.status == RequestStatus::done) {
      const double latency = setup_.clock.seconds(row.finished - row.asked);
      s.latency.add(latency);
      s.sketch.add(latency);
      auto& batch = s.batches[batch_of(row.finished, setup_.warm_up, setup_.horizon)];
      batch[5] += 1;
      batch[6] += latency;
    }
  }
  if (setup_.keep_rows) keep(requests_, row, setup_.request_block);
  if (setup_.request_told) [[unlikely]] setup_.request_told(row);
}

void Recorder::deadlock(const DeadlockRow& row) {
  if (setup_.keep_rows || deadlocks_.size() < deadlock_rows_in_summary) deadlocks_.push_back(row);
}

void GhzRecorder::state(const GhzRow& row, std::uint32_t promoted) {
  if (setup_.keep_rows) keep(states_, row, setup_.state_block);
  if (!counts(row.delivered)) return;
  GhzSummary& s = summaries_[row.demand.value];
  ++s.states;
  s.promoted += promoted;
  s.fidelity.add(row.fidelity);
  auto& batch = s.batches[batch_of(row.delivered, setup_.warm_up, setup_.horizon)];
  batch[0] += 1;
  batch[1] += row.fidelity;
}

void GhzRecorder::rejected(DemandId demand, Tick at, std::uint32_t promoted) {
  if (!counts(at)) return;
  ++summaries_[demand.value].rejected;
  summaries_[demand.value].promoted += promoted;
}

void GhzRecorder::surplus(DemandId demand, Tick at, std::uint32_t promoted) {
  if (!counts(at)) return;
  ++summaries_[demand.value].surplus;
  summaries_[demand.value].promoted += promoted;
}

void GhzRecorder::request(const RequestRow& row) {
  if (setup_.keep_rows) keep(requests_, row, setup_.request_block);
  if (row.asked < setup_.warm_up) return;
  GhzSummary& s = summaries_[row.demand.value];
  s.done += row.status == RequestStatus::done;
  s.timed_out += row.status == RequestStatus::timed_out;
  s.refused += row.status == RequestStatus::refused;
  if (row.status == RequestStatus::done) s.latency.add(setup_.clock.seconds(row.finished - row.asked));
}

}  // namespace farbell
