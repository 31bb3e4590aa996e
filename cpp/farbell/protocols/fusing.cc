#include "farbell/protocols/fusing.hpp"

#include <algorithm>

namespace farbell {

Fusing::Fusing(const Setup& setup, EventQueue& queue, States& states, Segments& segments, Swapping& swapping,
               Messages& mail, const std::vector<Chain>& chains, Trace& trace)
    : setup_(setup), queue_(queue), states_(states), segments_(segments), swapping_(swapping), mail_(mail), chains_(chains), trace_(trace),
      arm_of_(setup.stars.empty() ? 0 : chains.size()), rows_(setup.stars.size()) {
  for (std::uint32_t k = 0; k < rows_.size(); ++k) {
    const Star& star = setup.stars[k];
    rows_[k].ready.resize(star.arms.size());
    rows_[k].outcomes = Stream(star.outcomes_key, setup.replica);
    for (std::uint32_t a = 0; a < star.arms.size(); ++a) arm_of_[star.arms[a].value] = {k, a};
  }
}

void Fusing::handle(const Event& event) {
  switch (event.to.op) {
    case op_ready: ready(event.to.target, static_cast<std::uint32_t>(event.payload)); break;
    case op_decide: decide(event.to.target); break;
    default:  // op_fuse
      fuse(event.to.target);
  }
}

bool Fusing::current(const Shared::Part& part) const {
  const Segment& segment = segments_.segment(part.segment);
  return segment.generation == part.generation && segment.half[end_a] && segment.half[end_b];
}

void Fusing::ready(std::uint32_t s, std::uint32_t generation) {
  const Shared::Part pair{s, generation};
  if (!current(pair)) {
    ++stale_events_;
    return;
  }
  const auto [star, arm] = arm_of_[segments_.segment(s).chain.value];
  Row& row = rows_[star];
  row.ready[arm].push_back(pair);
  if (row.decision_posted || std::any_of(row.ready.begin(), row.ready.end(), [](const auto& pairs) { return pairs.empty(); })) return;
  row.decision_posted = true;
  queue_.post(queue_.now(), Phase::decisions, {setup_.self.handler, op_decide, star}, 0);
}

// Releases have dropped those that are not current.
bool Fusing::has_pair(std::deque<Shared::Part>& pairs) {
  while (!pairs.empty() && !current(pairs.front())) pairs.pop_front();
  return !pairs.empty();
}

// The oldest pair of each arm, as often as every arm has one.
void Fusing::decide(std::uint32_t k) {
  Row& row = rows_[k];
  row.decision_posted = false;
  while (std::all_of(row.ready.begin(), row.ready.end(), [&](auto& pairs) { return has_pair(pairs); })) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(shared_.size()));
      shared_.emplace_back();
    }
    const std::uint32_t n = free_.back();
    free_.pop_back();
    Shared& shared = shared_[n];
    shared = {.star = k, .parts = std::move(shared.parts), .frame = {}, .measured = {}};
    shared.parts.clear();
    const Star& star = setup_.stars[k];
    // Hubs begin together, when the last of them can have heard from all others that its pairs are there.
    Tick begin = queue_.now();
    for (const Star::Way& way : star.between) begin = later(begin, heard(star, way, queue_.now()));
    messages_ += star.between.size();
    const Tick until = begin + star.duration;
    for (std::size_t arm = 0; arm < row.ready.size(); ++arm) {
      auto& pairs = row.ready[arm];
      const ChainId chain = star.arms[arm];
      trace_.add(queue_.now(), Phase::decisions, TraceKind::fusion_started, chains_[chain.value].positions[0].node.value, chain.value, 0, 0,
                 {.pair = trace_.number(pairs.front().segment), .until = until});
      shared.parts.push_back(pairs.front());
      pairs.pop_front();
    }
    queue_.post(until, Phase::swaps, {setup_.self.handler, op_fuse, n}, 0);
  }
}

void Fusing::fuse(std::uint32_t n) {
  Shared& shared = shared_[n];
  const Star& star = setup_.stars[shared.star];
  const Tick now = queue_.now();
  if (!std::all_of(shared.parts.begin(), shared.parts.end(), [&](const Shared::Part& part) { return current(part); })) {
    ++stale_events_;
    free_.push_back(n);
    return;
  }
  Stream& outcomes = rows_[shared.star].outcomes;
  const auto half = [&](std::uint32_t arm, End end) { return segments_.segment(shared.parts[arm].segment).half[end]; };
  const auto read = [&](const FusionStep& step) {
    const QubitId q = half(step.arm, step.end);
    const int bit = states_.measure(q, Basis::z, now, outcomes.next().u0);
    swapping_.consume_half(q);
    return static_cast<std::uint8_t>(bit);
  };
  shared.frame = PauliFrame(star.holders.size());
  far_bit_.assign(star.arms.size(), 0);
  for (std::size_t arm = 0; arm < star.arms.size(); ++arm) {
    const Segment& segment = segments_.segment(shared.parts[arm].segment);
    shared.promoted += states_.promote(segment.half[end_a], now);
    far_bit_[arm] = segment.frame >> 1;
    shared.frame.z[star.phase_of[arm]] ^= segment.frame & 1;
    shared.born = earlier(shared.born, segment.born);
  }
  for (const FusionStep& step : star.steps) {
    switch (step.kind) {
      case FusionStep::Kind::cx: states_.apply(Gate::cx, half(step.arm, step.end), half(step.other, end_a), now); break;
      case FusionStep::Kind::cz: states_.apply(Gate::cz, half(step.arm, step.end), half(step.other, end_a), now); break;
      case FusionStep::Kind::h: states_.apply(Gate::h, half(step.arm, step.end), now); break;
      case FusionStep::Kind::read_x: far_bit_[step.arm] ^= read(step); break;
      case FusionStep::Kind::read_z: shared.frame.z[star.phase_of[step.arm]] ^= read(step); break;
    }
  }
  for (std::size_t arm = 0; arm < star.arms.size(); ++arm) {
    if (star.parent[arm] != Star::none) far_bit_[arm] ^= far_bit_[star.parent[arm]];
    // Between two hubs nothing of it is left.
    const Segment& segment = segments_.segment(shared.parts[arm].segment);
    if (!segment.half[end_a] && !segment.half[end_b]) swapping_.end(shared.parts[arm].segment);
  }
  std::vector<Tick> known(star.holders.size(), now);  // by party
  for (std::size_t party = 0; party < known.size(); ++party) {
    if (star.holders[party].end == end_b) shared.frame.x[party] = far_bit_[star.holders[party].arm];
    for (const Star::Way& way : star.news[party]) known[party] = later(known[party], heard(star, way, now));
    messages_ += star.news[party].size();
  }
  shared.measured.assign(known.size(), false);
  const ChainId chain = star.arms[0];
  trace_.add(now, Phase::swaps, TraceKind::fusion, chains_[chain.value].positions[0].node.value, chain.value, star.arms.size(), 0,
             {.until = *std::max_element(known.begin(), known.end())});
  const Address to{setup_.shared.handler, setup_.shared.op, n};
  if (!star.tells_each) return queue_.post(*std::max_element(known.begin(), known.end()), Phase::arrivals, to, 0);
  for (std::uint32_t party = 0; party < known.size(); ++party) queue_.post(known[party], Phase::arrivals, to, party);
}

Tick Fusing::heard(const Star& star, const Star::Way& way, Tick sent) {
  Tick delay = way.processing;
  for (std::uint32_t arm : way.arms) {
    const Chain& chain = chains_[star.arms[arm].value];
    delay += chain.delay(0, chain.last());
  }
  return mail_.arrives(way.from, sent, delay);
}

// None if it was dropped or measured.
QubitId Fusing::qubit(const Shared& shared, std::uint32_t party) const {
  const auto [arm, end] = setup_.stars[shared.star].holders[party];
  const Shared::Part& part = shared.parts[arm];
  const Segment& segment = segments_.segment(part.segment);
  return segment.generation == part.generation ? segment.half[end] : QubitId{};
}

bool Fusing::whole(std::uint32_t n) const {
  const Shared& shared = shared_[n];
  for (std::uint32_t party = 0; party < shared.measured.size(); ++party)
    if (!shared.measured[party] && !qubit(shared, party)) return false;
  return true;
}

std::vector<QubitId> Fusing::qubits(std::uint32_t n) const {
  std::vector<QubitId> out;
  for (std::uint32_t party = 0; party < shared_[n].measured.size(); ++party) out.push_back(qubit(shared_[n], party));
  return out;
}

int Fusing::measure(std::uint32_t n, std::uint32_t party, Basis basis, double u) {
  Shared& shared = shared_[n];
  const Star& star = setup_.stars[shared.star];
  const QubitId q = qubit(shared, party);
  const std::uint32_t s = segments_.half(q).segment;
  const int bit = states_.measure(q, basis, queue_.now(), u);
  const auto [arm, end] = star.holders[party];
  const ChainId chain = star.arms[arm];
  const auto& positions = chains_[chain.value].positions;
  const auto& at = end == end_a ? positions.front() : positions.back();
  trace_.add(queue_.now(), Phase::arrivals, TraceKind::qubit_measured, at.node.value, chain.value, static_cast<std::uint64_t>(basis), 0,
             {.pair = trace_.number(s)});
  swapping_.consume_half(q);
  shared.measured[party] = true;
  const Segment& segment = segments_.segment(s);
  if (!segment.half[end_a] && !segment.half[end_b]) swapping_.end(s);
  return bit;
}

// A release takes the qubits that it drops by itself, and their segments; so do parties that measure.
void Fusing::end(std::uint32_t n) {
  const Shared& shared = shared_[n];
  if (whole(n))
    for (const Shared::Part& part : shared.parts)
      if (segments_.segment(part.segment).generation == part.generation) {
        swapping_.consume(part.segment);
        swapping_.end(part.segment);
      }
  free_.push_back(n);
}

}  // namespace farbell
