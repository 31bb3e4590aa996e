#include "farbell/simulation/rows.hpp"

#include <limits>
#include <optional>
#include <utility>

namespace farbell {

namespace {

template <class Row>
struct In {
  std::uint64_t replica;
  const Row* row;
};

template <class Row>
std::vector<In<Row>> all(const std::vector<RowBlock>& blocks, std::vector<Row> RowBlock::* rows) {
  std::size_t size = 0;
  for (const RowBlock& block : blocks) size += (block.*rows).size();
  std::vector<In<Row>> out;
  out.reserve(size);
  for (const RowBlock& block : blocks)
    for (const Row& row : block.*rows) out.push_back({block.replica, &row});
  return out;
}

Table pair_table(const std::vector<RowBlock>& blocks, const Clock& clock) {
  const auto rows = all(blocks, &RowBlock::pairs);
  Table t{"pairs", {}};
  const auto seconds = [&](Tick x) { return clock.seconds(x); };
  t.add<std::uint32_t>("replica", rows, [](const auto& r) { return r.replica; });
  t.add<std::uint32_t>("demand", rows, [](const auto& r) { return r.row->demand.value; });
  t.add<std::uint64_t>("request", rows, [](const auto& r) { return r.row->request; });
  t.add<double>("delivered_s", rows, [&](const auto& r) { return seconds(r.row->delivered); });
  t.add<double>("latency_s", rows, [&](const auto& r) { return seconds(r.row->delivered - r.row->asked); });
  t.add<double>("age_s", rows, [&](const auto& r) { return seconds(r.row->delivered - r.row->born); });
  t.add<double>("fidelity", rows, [](const auto& r) { return r.row->fidelity; });
  t.add<double>("xx", rows, [](const auto& r) { return r.row->xx; });
  t.add<double>("yy", rows, [](const auto& r) { return r.row->yy; });
  t.add<double>("zz", rows, [](const auto& r) { return r.row->zz; });
  t.add<std::uint32_t>("swaps", rows, [](const auto& r) { return r.row->swaps; });
  t.add<std::int8_t>("basis_a", rows, [](const auto& r) { return r.row->basis[0]; });
  t.add<std::int8_t>("basis_b", rows, [](const auto& r) { return r.row->basis[1]; });
  t.add<std::int8_t>("outcome_a", rows, [](const auto& r) { return r.row->outcome[0]; });
  t.add<std::int8_t>("outcome_b", rows, [](const auto& r) { return r.row->outcome[1]; });
  return t;
}

// Of the pairs or the states that requests ask for.
Table request_table(std::string name, const std::string& what, const std::vector<In<RequestRow>>& rows, std::size_t first_demand,
                    const Clock& clock) {
  Table t{std::move(name), {}};
  const auto seconds = [&](Tick x) { return x == never ? std::numeric_limits<double>::quiet_NaN() : clock.seconds(x); };
  t.add<std::uint32_t>("replica", rows, [](const auto& r) { return r.replica; });
  t.add<std::uint32_t>("demand", rows, [&](const auto& r) { return first_demand + r.row->demand.value; });
  t.add<std::uint64_t>("request", rows, [](const auto& r) { return r.row->request; });
  t.add<std::int64_t>("circuit", rows, [](const auto& r) { return r.row->circuit; });
  t.add<double>("asked_s", rows, [&](const auto& r) { return seconds(r.row->asked); });
  t.add<double>("started_s", rows, [&](const auto& r) { return seconds(r.row->started); });
  t.add<double>("finished_s", rows, [&](const auto& r) { return seconds(r.row->finished); });
  t.add<std::uint64_t>(what + "_asked", rows, [](const auto& r) { return r.row->pairs_asked; });
  t.add<std::uint64_t>(what + "_delivered", rows, [](const auto& r) { return r.row->pairs_delivered; });
  t.add<std::uint8_t>("status", rows, [](const auto& r) { return r.row->status; });
  t.add<std::uint8_t>("reason", rows, [](const auto& r) { return r.row->reason; });
  return t;
}

Table ghz_table(const std::vector<RowBlock>& blocks, const GhzWords& words, const Clock& clock) {
  const auto rows = all(blocks, &RowBlock::ghz_states);
  Table t{"ghz_states", {}};
  t.add<std::uint32_t>("replica", rows, [](const auto& r) { return r.replica; });
  t.add<std::uint32_t>("demand", rows, [&](const auto& r) { return words.first_demand + r.row->demand.value; });
  t.add<std::uint64_t>("request", rows, [](const auto& r) { return r.row->request; });
  t.add<double>("delivered_s", rows, [&](const auto& r) { return clock.seconds(r.row->delivered); });
  t.add<double>("latency_s", rows, [&](const auto& r) { return clock.seconds(r.row->delivered - r.row->asked); });
  t.add<double>("age_s", rows, [&](const auto& r) { return clock.seconds(r.row->delivered - r.row->born); });
  t.add<std::uint32_t>("users", rows, [](const auto& r) { return r.row->users; });
  t.add<double>("fidelity", rows, [](const auto& r) { return r.row->fidelity; });
  t.add<std::uint8_t>("fidelity_kind", rows, [&](const auto&) { return words.sampled; });
  t.add<std::int64_t>("bases", rows, [](const auto& r) { return r.row->bases; });
  t.add<std::uint64_t>("outcomes", rows, [](const auto& r) { return r.row->outcomes; });
  return t;
}

}  // namespace

std::vector<Table> RowStore::tables(const std::vector<RowBlock>& blocks) const {
  std::vector<Table> out{pair_table(blocks, clock_), request_table("requests", "pairs", all(blocks, &RowBlock::requests), 0, clock_)};
  if (!ghz_) return out;
  out.push_back(ghz_table(blocks, *ghz_, clock_));
  out.push_back(request_table("ghz_requests", "states", all(blocks, &RowBlock::ghz_requests), ghz_->first_demand, clock_));
  return out;
}

void RowStore::take(RowBlock&& block) {
  bytes_ += block.bytes();
  Held& held = held_[block.replica];
  held.ended = block.last;
  if (block.bytes() > 0) held.blocks.push_back(std::move(block));
  if (spill_ && bytes_ > limit_bytes_) spill_all();
}

// Replicas that follow one another share a table: a short one is not worth a table of its own. No other table may hold rows from
// between, so a replica that has rows elsewhere can only stand first in a table, and one that still runs only last.
void RowStore::spill_all() {
  spilled_ = true;
  std::vector<RowBlock> run;
  std::size_t rows = 0;
  const auto cut = [&] {
    spill_run(std::exchange(run, {}));
    rows = 0;
  };
  std::optional<std::uint64_t> next;  // replica that may join the run
  for (auto& [replica, held] : held_) {
    if (replica != next || begun_.contains(replica)) cut();
    for (RowBlock& block : held.blocks) {
      if (rows >= rows_per_block) cut();
      rows += block.rows();
      run.push_back(std::move(block));
    }
    if (held.ended) begun_.erase(replica);
    else begun_.insert(replica);
    next = held.ended ? std::optional(replica + 1) : std::nullopt;
  }
  cut();
  held_.clear();
  bytes_ = 0;
}

void RowStore::spill_run(const std::vector<RowBlock>& run) {
  if (run.empty()) return;
  for (Table& table : tables(run)) spill_(std::move(table));
}

void RowStore::finish(std::vector<Table>& out) {
  std::vector<RowBlock> blocks;
  if (spilled_) {
    spill_all();
  } else {
    for (auto& [replica, held] : held_)
      for (RowBlock& block : held.blocks) blocks.push_back(std::move(block));
    held_.clear();
  }
  for (Table& table : tables(blocks)) out.push_back(std::move(table));
}

}  // namespace farbell
