// Episodes side by side: one compiled model, as many replicas as there are environments, stepped over threads that stay.
#pragma once
#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "farbell/base/errors.hpp"
#include "farbell/engine/crew.hpp"
#include "farbell/simulation/episode.hpp"

namespace farbell {

// Where a step writes: row by row of the environments.
struct StepArrays {
  float* observations = nullptr;
  std::int8_t* masks = nullptr;
  double* rewards = nullptr;
  bool *terminated = nullptr, *truncated = nullptr;
  double* infos = nullptr;  // step_infos columns
};

inline constexpr std::array<const char*, 6> step_infos{"time_s", "requests_done", "requests_timed_out", "requests_refused", "pairs", "fidelity_sum"};

// A game says what is asked and what an answer means: its sizes `observation`, `mask` and `action`, `options()`, and
//   void observe(const Episode&, std::span<float>, std::span<std::int8_t>) const;  // of all zeros
//   void check(std::span<const std::int64_t> action, std::span<const std::int8_t> mask, const std::string& path) const;  // throws SpecError
//   void act(const Episode&, std::span<const std::int64_t> action) const;
//   double reward(const Tally&) const;
template <class Game>
class Episodes {
 public:
  using Poll = std::function<bool()>;

  // `keeps`: what is recorded can be had as results.
  Episodes(std::shared_ptr<const Model> model, Game game, std::uint32_t count, unsigned threads, bool keeps)
      : model_(std::move(model)), game_(std::move(game)), options_(game_.options()), members_(count), crew_(threads, count) {
    options_.keeps = keeps;
    for (Member& m : members_) m.mask.resize(game_.mask);
  }

  const Game& game() const { return game_; }
  std::size_t count() const { return members_.size(); }

  // Episode e of an environment with seed s is replica s + e 2^32.
  static constexpr std::uint64_t seeds = std::uint64_t{1} << 32;

  // False: interrupted.
  bool reset(std::span<const std::uint64_t> seed, const StepArrays& out, const Poll& poll) {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      members_[i].seed = seed[i];
      members_[i].number = 0;
      members_[i].next = true;
    }
    return all(out, poll);
  }

  // The next episode of each.
  bool reset(const StepArrays& out, const Poll& poll) {
    for (Member& m : members_) m.next = true;
    return all(out, poll);
  }

  // One that is over begins its next episode instead, whatever its action is. Nothing is done if an action is none.
  bool step(std::span<const std::int64_t> actions, const StepArrays& out, const Poll& poll) {
    if (broken_) throw RunError("the environments were interrupted, or have not begun: reset them");
    for (std::size_t i = 0; i < members_.size(); ++i)
      if (members_[i].episode.asks()) game_.check(action(actions, i), members_[i].mask, members_.size() == 1 ? "/action" : "/actions/" + std::to_string(i));
    actions_ = actions;
    return all(out, poll);
  }

  // Of the first.
  const Episode& first() const { return members_.front().episode; }
  RunOutput finish() {
    if (broken_) throw RunError("the environment was interrupted, or has not begun: reset it");
    broken_ = true;
    return members_.front().episode.finish();
  }

 private:
  struct Member {
    Episode episode;
    std::uint64_t seed = 0, number = 0;  // `number`: episodes that have begun
    bool next = true;                    // begins another
    std::vector<std::int8_t> mask;
  };

  std::span<const std::int64_t> action(std::span<const std::int64_t> actions, std::size_t i) const { return actions.subspan(i * game_.action, game_.action); }

  bool all(const StepArrays& out, const Poll& poll) {
    broken_ = true;
    StopSignal others, here(
                           [&] {
                             const bool goes_on = poll();
                             if (!goes_on) others.raise();
                             return goes_on;
                           },
                           std::chrono::milliseconds(50));
    try {
      crew_.run([&](std::uint32_t i, bool on_calling_thread) { one(i, out, on_calling_thread ? &here : &others); });
    } catch (const Episode::Interrupted&) {
      return false;
    }
    broken_ = false;
    return true;
  }

  void one(std::uint32_t i, const StepArrays& out, StopSignal* stop) {
    Member& m = members_[i];
    const bool begins = m.next;
    if (begins) {
      m.episode.begin(model_, options_, m.seed + m.number++ * seeds, stop);
      m.next = false;
    } else if (m.episode.asks()) {
      game_.act(m.episode, action(actions_, i));
      m.episode.go_on(stop);
    }
    const std::span<float> observation(out.observations + i * game_.observation, game_.observation);
    std::fill(observation.begin(), observation.end(), 0.0F);
    std::fill(m.mask.begin(), m.mask.end(), std::int8_t{0});
    game_.observe(m.episode, observation, m.mask);
    // Where nothing is asked any answer will do.
    if (!m.episode.asks()) std::fill(m.mask.begin(), m.mask.end(), std::int8_t{1});
    std::copy(m.mask.begin(), m.mask.end(), out.masks + i * game_.mask);
    const Tally& tally = m.episode.tally();
    out.rewards[i] = begins ? 0 : game_.reward(tally);
    // An episode in which nothing is ever asked is over with its first step.
    out.terminated[i] = !begins && m.episode.terminated();
    out.truncated[i] = !begins && m.episode.over() && !m.episode.terminated();
    m.next = !begins && m.episode.over();
    double* info = out.infos + i * step_infos.size();
    for (double value : {model_->clock.seconds(m.episode.now()), double(tally.done), double(tally.timed_out), double(tally.refused),
                         double(tally.pairs), tally.fidelity})
      *info++ = value;
  }

  std::shared_ptr<const Model> model_;
  Game game_;
  Episode::Options options_;
  std::vector<Member> members_;
  std::span<const std::int64_t> actions_;
  bool broken_ = true;  // until it begins
  Crew crew_;
};

}  // namespace farbell
