#include "farbell/protocols/segments.hpp"

#include <algorithm>

#include "farbell/protocols/decisions.hpp"

namespace farbell {

void Segments::link(QubitId q) {
  Half& h = halves_[q.value];
  HalfList& l = list(h);
  h.previous = l.tail;
  h.next = QubitId{};
  (l.tail ? halves_[l.tail.value].next : l.head) = q;
  l.tail = q;
}

void Segments::unlink(QubitId q) {
  Half& h = halves_[q.value];
  HalfList& l = list(h);
  const bool first = l.head == q, last = l.tail == q;
  // What the first half says of the one before it is never read: the half behind it is not touched when it leaves.
  (first ? l.head : halves_[h.previous.value].next) = h.next;
  if (last) l.tail = first ? QubitId{} : h.previous;
  else if (!first) halves_[h.next.value].previous = h.previous;
}

void Segments::enter(QubitId q, const Birth& birth, std::uint32_t s, std::uint32_t position, End side) {
  if (q.value >= halves_.size()) halves_.resize(q.value + 1);
  Half& h = halves_[q.value];
  h.segment = s;
  h.chain = birth.chain;
  h.position = position;
  h.side = side;
  h.state = HalfState::pending;
  h.heralded = h.in_communication = h.storing = h.by_path = h.empty = false;
  h.began = birth.began;
  h.reach = side == end_a ? birth.hop : birth.hop + 1;
  h.occupied_since = birth.started;
  h.expires = birth.expires;
  link(q);
}

std::uint32_t Segments::create(const Birth& birth, bool forward) {
  std::uint32_t s = 0;
  if (free_.empty()) {
    s = static_cast<std::uint32_t>(segments_.size());
    segments_.emplace_back();
    losses_.emplace_back();
    paths_.emplace_back();
  } else {
    s = free_.back();
    free_.pop_back();
  }
  Segment& row = segments_[s];
  row.half = forward ? std::array{birth.pair.a, birth.pair.b} : std::array{birth.pair.b, birth.pair.a};
  row.chain = birth.chain;
  row.reach = {birth.hop, birth.hop + 1};
  row.known = birth.known;
  row.born = earlier(birth.emitted[end_a], birth.emitted[end_b]);
  row.swaps = 0;
  row.frame = birth.frame;
  row.notice_waits = {};
  row.noticed = false;
  row.has_path = false;
  row.distilled = false;
  enter(row.half[end_a], birth, s, birth.hop, end_b);
  enter(row.half[end_b], birth, s, birth.hop + 1, end_a);
  if (birth.empties != 0) [[unlikely]] {
    if (birth.empties & 1) halves_[birth.pair.a.value].empty = true;
    if (birth.empties & 2) halves_[birth.pair.b.value].empty = true;
  }
  if (chains_[birth.chain.value].decides) [[unlikely]] remember(s);
  return s;
}

void Segments::remember(std::uint32_t s) {
  const Segment& row = segments_[s];
  Known known{row.born, row.frame, {}};
  if (chains_[row.chain.value].decisions->estimates() && holds_pairs_alone(states_.kind())) known.pair = states_.known(row.half[end_a], row.half[end_b]);
  if (known_.size() < halves_.size()) known_.resize(halves_.size());
  for (QubitId q : row.half) known_[q.value] = known;
}

bool Segments::spans(std::uint32_t s) const {
  const Segment& row = segments_[s];
  return row.half[end_a] && row.half[end_b] && row.reach[end_a] == 0 && row.reach[end_b] == chains_[row.chain.value].last();
}

bool Segments::goes_out(std::uint32_t s) const {
  const Chain& chain = chains_[segments_[s].chain.value];
  const bool pooled = chain.pool != no_pool || (chain.last() == 1 && chain.hops[0].pool != no_pool);
  return spans(s) && (segments_[s].distilled || !pooled);
}

void Segments::move(QubitId q, HalfState state) {
  unlink(q);
  halves_[q.value].state = state;
  link(q);
}

void Segments::join(std::uint32_t left, std::uint32_t right, int outcome, const std::array<Tick, 2>& known) {
  Segment& l = segments_[left];
  Segment& r = segments_[right];
  l.half[end_b] = r.half[end_b];
  l.reach[end_b] = r.reach[end_b];
  l.notice_waits[end_b] = r.notice_waits[end_b];
  if (!l.half[end_b]) {
    // The joined segment is a new one to its holders: its notices are numbered on.
    const std::uint32_t notice = losses_[left][end_b].notice;
    losses_[left][end_b] = losses_[right][end_b];
    losses_[left][end_b].notice = notice;
  }
  for (End e : {end_a, end_b}) l.known[e] = later(later(l.known[e], r.known[e]), known[e]);
  l.born = earlier(l.born, r.born);
  l.swaps += r.swaps + 1;
  l.frame = static_cast<std::uint8_t>(l.frame ^ r.frame ^ outcome);
  if (l.half[end_b]) halves_[l.half[end_b].value].segment = left;
  free_segment(right);
}

void Segments::forget(QubitId q) {
  unlink(q);
  Half& h = halves_[q.value];
  h.chain = ChainId{};
  ++h.generation;
}

bool Segments::lose(std::uint32_t s, End e, Tick now, std::uint32_t position, bool announced) {
  Segment& row = segments_[s];
  row.half[e] = QubitId{};
  Loss& loss = losses_[s][e];
  loss.at = loss.news_at = now;
  loss.announced = announced;
  loss.position = position;
  return !row.half[other(e)];
}

void Segments::free_segment(std::uint32_t s) {
  Segment& row = segments_[s];
  ++row.generation;
  if (row.noticed)
    for (Loss& loss : losses_[s]) ++loss.notice;
  free_.push_back(s);
}

}  // namespace farbell
