#include "farbell/simulation/episode.hpp"

#include "farbell/simulation/places.hpp"

namespace farbell {

void Episode::begin(const std::shared_ptr<const Model>& model, const Options& options, std::uint64_t replica, StopSignal* stop) {
  replica_.reset();
  model_ = model;
  options_ = options;
  number_ = replica;
  halt_ = false;
  ReplicaOptions how;
  how.replica = replica;
  how.account_time = how.keeps_rows = options.keeps;
  how.routed_outside = options.routes;
  how.swapped_outside = options.swaps;
  how.pair_told = [this](const PairRow& row) {
    ++tally_.pairs;
    tally_.fidelity += row.fidelity;
  };
  how.request_told = [this](const RequestRow& row) {
    tally_.done += row.status == RequestStatus::done;
    tally_.timed_out += row.status == RequestStatus::timed_out;
    tally_.refused += row.status == RequestStatus::refused;
    halt_ = halt_ || options_.one_request;
  };
  replica_ = std::make_unique<SteppedReplica>(*model_, how);
  go_on(stop);
}

void Episode::go_on(StopSignal* stop) {
  tally_ = {};
  state_ = State::truncated;  // unless it comes to a question
  RunLimits limits;
  limits.stop = stop;
  if (const auto most = model_->scenario.limits.max_events) limits.max_events = static_cast<std::uint64_t>(*most);
  ended_ = replica_->advance_to_question(limits, halt_);
  const ReplicaParts parts = replica_->parts();
  now_ = ended_ == Ended::horizon ? model_->horizon : parts.queue.now();
  if (replica_->asks()) state_ = State::asks;
  else if (halt_) state_ = State::terminated;
  else if (ended_ == Ended::interrupted) throw Interrupted{};
}

RunOutput Episode::finish() {
  RunOptions options;
  options.first_replica = number_;
  RowStore rows = row_store(*model_, options, {});
  ReplicaResult result = replica_->result(ended_, now_);
  rows.take({result.replica, std::move(result.pairs), std::move(result.requests), std::move(result.ghz_states),
             std::move(result.ghz_requests), true});
  ReplicaResults results(1);
  results[0] = std::move(result);
  RunOutput out;
  put_together(*model_, options, results, {}, rows, out);
  replica_.reset();
  state_ = State::truncated;
  return out;
}

void check_playable(const Model& model) {
  if (model.rounds) throw SpecError("/rounds", "a router that decides in rounds", "null where an agent decides");
  if (!model.scenario.programs.empty()) throw SpecError("/programs", "programs of nodes", "none where an agent decides");
  if (const auto most = model.scenario.limits.max_wall_s)
    throw SpecError("/limits/max_wall_s", number_text(*most) + " s", "null where an agent decides, who takes time of his own");
}

}  // namespace farbell
