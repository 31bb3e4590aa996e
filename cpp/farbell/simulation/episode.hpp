// A replica that an agent plays: it goes on to the next question, and stands still until that is answered (docs/decisions/0036-environments.md).
#pragma once
#include <memory>
#include <string>

#include "farbell/simulation/run_parts.hpp"

namespace farbell {

// What has happened since the question before. Nothing of it depends on a warm-up.
struct Tally {
  std::uint32_t done = 0, timed_out = 0, refused = 0, pairs = 0;  // requests that have ended, and pairs that count for some
  double fidelity = 0;                                            // sum over those pairs
};

class Episode {
 public:
  struct Options {
    bool routes = false, swaps = false;  // what it asks
    bool keeps = false;                  // rows, and where the time went, for its results
    bool one_request = false;            // it ends with the first
  };

  // Raised while it went on: it stands in the middle of something, and cannot be played further.
  struct Interrupted {};

  // Starts anew, with another replica of the model, and goes on to the first question.
  void begin(const std::shared_ptr<const Model>& model, const Options& options, std::uint64_t replica, StopSignal* stop);
  void go_on(StopSignal* stop);

  bool asks() const { return state_ == State::asks; }
  bool over() const { return state_ != State::asks; }
  bool terminated() const { return state_ == State::terminated; }  // otherwise it is over because the run has come to its end
  const Tally& tally() const { return tally_; }
  Tick now() const { return now_; }
  const Model& model() const { return *model_; }
  ReplicaParts parts() const { return replica_->parts(); }

  // What the run has recorded up to now; the last call before another begins.
  RunOutput finish();

 private:
  enum class State : std::uint8_t { asks, terminated, truncated };

  std::shared_ptr<const Model> model_;
  Options options_;
  std::uint64_t number_ = 0;
  std::unique_ptr<SteppedReplica> replica_;
  State state_ = State::truncated;
  Ended ended_ = Ended::interrupted;
  Tick now_ = tick_zero;
  Tally tally_;
  bool halt_ = false;
};

// Throws SpecError where a scenario cannot be played, whatever the agent decides.
void check_playable(const Model& model);

}  // namespace farbell
