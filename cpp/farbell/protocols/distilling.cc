#include "farbell/protocols/distilling.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace farbell {

Distilling::Distilling(const Setup& setup, EventQueue& queue, States& states, Segments& segments, Swapping& swapping,
                       Communication& communication, Messages& mail, std::vector<Chain>& chains, Trace& trace)
    : setup_(setup), queue_(queue), states_(states), segments_(segments), swapping_(swapping), communication_(communication), mail_(mail),
      chains_(chains), trace_(trace) {}

std::uint32_t Distilling::add_pool(std::uint32_t plan, std::uint64_t key) {
  Pool& pool = pools_.emplace_back();
  pool.plan = plan;
  pool.draws = Stream(key, setup_.replica);
  pool.waiting.resize(setup_.plans[plan].rounds.size());
  return static_cast<std::uint32_t>(pools_.size() - 1);
}

void Distilling::open(std::uint32_t index, ChainId chain, std::uint32_t from, std::uint32_t to) {
  Pool& pool = pools_[index];
  pool.chain = chain;
  pool.from = from;
  pool.to = to;
  for (std::vector<Item>& items : pool.waiting) items.clear();
}

void Distilling::handle(const Event& event) {
  const std::uint32_t target = event.to.target;
  const auto low = static_cast<std::uint32_t>(event.payload), high = static_cast<std::uint32_t>(event.payload >> 32);
  switch (event.to.op) {
    case op_pair: arrive(high, {target, low}, 0); break;
    case op_spanning: arrive(chains_[segments_.segment(target).chain.value].pool, {target, low}, 0); break;
    case op_match: match(target); break;
    case op_operate: operate(target); break;
    case op_result: result(target, low != 0); break;
    default: expire(high, {target, low});
  }
}

// False if a release has dropped a half of it.
bool Distilling::whole(Item item) const {
  const Segment& s = segments_.segment(item.segment);
  return s.generation == item.generation && s.half[end_a] && s.half[end_b];
}

// Both ends know the pair, and what it has been through.
void Distilling::arrive(std::uint32_t index, Item item, std::uint32_t rounds_passed) {
  if (!whole(item)) {
    ++stale_events_;
    return;
  }
  Pool& pool = pools_[index];
  const Segment& segment = segments_.segment(item.segment);
  const Chain& chain = chains_[segment.chain.value];
  if (chain.cuts_off) {
    const Tick expires = expiry(chain.cutoff, states_, segment.half[end_a], segment.half[end_b], segment.frame, segment.born);
    for (QubitId q : segment.half) segments_.half(q).expires = expires;
    if (expires != never)
      queue_.post(later(queue_.now(), expires), Phase::expiries, {setup_.self.handler, op_expire, item.segment},
                  std::uint64_t{index} << 32 | item.generation);
  }
  Half& first = segments_.half(segment.half[end_a]);
  first.ready = queue_.now();
  first.by_path = segment.has_path;
  pool.waiting[rounds_passed].push_back(item);
  if (pool.match_posted) return;
  pool.match_posted = true;
  queue_.post(queue_.now(), Phase::decisions, {setup_.self.handler, op_match, index}, 0);
}

void Distilling::match(std::uint32_t index) {
  Pool& pool = pools_[index];
  pool.match_posted = false;
  for (std::vector<Item>& items : pool.waiting) std::erase_if(items, [&](Item item) { return !whole(item); });
  const auto take = [](std::vector<Item>& items) {
    const Item item = items.front();
    items.erase(items.begin());
    return item;
  };
  if (plan(pool).pumping) {
    // The pair that has come furthest is pumped with a fresh one.
    std::vector<Item>& fresh = pool.waiting[0];
    for (std::size_t level = pool.waiting.size(); level-- > 0;)
      while (!pool.waiting[level].empty() && fresh.size() > (level == 0 ? 1u : 0u)) {
        const Item kept = take(pool.waiting[level]);
        begin(index, static_cast<std::uint32_t>(level), kept, take(fresh));
      }
  } else {
    for (std::size_t level = 0; level < pool.waiting.size(); ++level)
      while (pool.waiting[level].size() > 1) {
        const Item kept = take(pool.waiting[level]);
        begin(index, static_cast<std::uint32_t>(level), kept, take(pool.waiting[level]));
      }
  }
}

void Distilling::begin(std::uint32_t index, std::uint32_t number, Item kept, Item used) {
  const Pool& pool = pools_[index];
  const Chain& chain = chains_[pool.chain.value];
  Tick at_rest = queue_.now();  // all four
  for (Item item : {kept, used})
    for (QubitId q : segments_.segment(item.segment).half) {
      segments_.move(q, HalfState::locked);
      at_rest = later(at_rest, communication_.at_rest(q));
    }
  std::uint32_t row = 0;
  if (free_rounds_.empty()) {
    row = static_cast<std::uint32_t>(rounds_.size());
    rounds_.emplace_back();
  } else {
    row = free_rounds_.back();
    free_rounds_.pop_back();
  }
  rounds_[row] = {index, number, kept, used};
  // Both ends operate together: the slower one decides.
  const auto duration = [&](std::uint32_t position) {
    const NodeRow& node = setup_.nodes[chain.positions[position].node.value];
    return plan(pool).rounds[number] == DistillationProtocol::epl ? node.parity_duration : node.swap_duration;
  };
  queue_.post(at_rest + later(duration(pool.from), duration(pool.to)), Phase::swaps,
              {setup_.self.handler, op_operate, row}, 0);
}

void Distilling::operate(std::uint32_t number) {
  const Round round = rounds_[number];
  // The halves of a pool share their chain's releases: both pairs are whole, or neither.
  if (!whole(round.kept) || !whole(round.used)) {
    free_rounds_.push_back(number);
    ++stale_events_;
    return;
  }
  Pool& pool = pools_[round.pool];
  Segment& kept = segments_.segment(round.kept.segment);
  const Segment used = segments_.segment(round.used.segment);
  const DistillationOutcome outcome =
      states_.distil(plan(pool).rounds[round.number], {kept.half[end_a], kept.half[end_b]}, {used.half[end_a], used.half[end_b]}, kept.frame,
                     used.frame, queue_.now(), pool.draws.next().u0);
  kept.frame = static_cast<std::uint8_t>(outcome.frame);
  kept.born = earlier(kept.born, used.born);
  // Of the two pairs the one that came last decides.
  const Half &k = segments_.half(kept.half[end_a]), &u = segments_.half(used.half[end_a]);
  Path path = segments_.path_to(u.ready > k.ready ? u : k);
  path.operations += queue_.now() - path.until;
  path.until = queue_.now();
  // Each end sends the other its bit; both know when the later one has come.
  const Chain& chain = chains_[pool.chain.value];
  const Tick delay = chain.delay(pool.from, pool.to);
  std::array<Tick, 2> arrivals{};
  for (auto [e, from] : {std::pair{end_a, pool.from}, std::pair{end_b, pool.to}})
    arrivals[e] = mail_.arrives(chain.positions[from].node, queue_.now(), delay);
  path.arrives = later(arrivals[end_a], arrivals[end_b]);
  segments_.set_path(round.kept.segment, path);
  ++pool.counters.rounds;
  pool.counters.failed += !outcome.kept;
  trace_.add(queue_.now(), Phase::swaps, TraceKind::distillation, node(pool).value, pool.chain.value,
             static_cast<std::uint64_t>(outcome.bits) | static_cast<std::uint64_t>(outcome.kept) << 2 | std::uint64_t{round.number} << 3, 0,
             {.left = trace_.number(round.kept.segment), .right = trace_.number(round.used.segment), .pair = trace_.number(round.kept.segment)});
  for (QubitId q : used.half) swapping_.consume_half(q);
  swapping_.end(round.used.segment);
  messages_ += 2;
  for (auto [from, to, arrival] : {std::tuple{pool.from, pool.to, arrivals[end_a]}, std::tuple{pool.to, pool.from, arrivals[end_b]}})
    trace_.add(queue_.now(), Phase::swaps, TraceKind::message, chain.positions[from].node.value, pool.chain.value,
               static_cast<std::uint64_t>(TraceMessage::distillation_bit), 0,
               {.pair = trace_.number(round.kept.segment), .to = chain.positions[to].node.value, .until = arrival});
  queue_.post(path.arrives, Phase::arrivals, {setup_.self.handler, op_result, number}, outcome.kept);
}

// Both ends have the other's bit.
void Distilling::result(std::uint32_t number, bool kept) {
  const Round round = rounds_[number];
  free_rounds_.push_back(number);
  if (!whole(round.kept)) {
    ++stale_events_;
    return;
  }
  const Segment& segment = segments_.segment(round.kept.segment);
  if (!kept) {
    for (std::uint32_t position : segment.reach)
      trace_.add(queue_.now(), Phase::arrivals, TraceKind::qubit_discarded, chains_[segment.chain.value].positions[position].node.value,
                 segment.chain.value, 0, 0, {.pair = trace_.number(round.kept.segment)});
    swapping_.waste(segment.chain, segments_.path(round.kept.segment).began, LossCause::failed_distillation);
    return discard(round.kept.segment);
  }
  for (QubitId q : segment.half) {
    segments_.move(q, HalfState::pending);
    if (segments_.half(q).in_communication) [[unlikely]] communication_.known(q);
  }
  if (round.number + 1 < plan(pools_[round.pool]).rounds.size()) arrive(round.pool, round.kept, round.number + 1);
  else done(round.pool, round.kept);
}

void Distilling::done(std::uint32_t index, Item item) {
  const Pool& pool = pools_[index];
  const Chain& chain = chains_[pool.chain.value];
  Segment& segment = segments_.segment(item.segment);
  const Tick now = queue_.now();
  segment.distilled = chain.pool == index || chain.pool == no_pool;
  if (chain.pool == index) {
    segment.known = {now, now};
    post_news(queue_, chain.distilled, chain.distilled_notify_each_end, item.segment, segment);
    return;
  }
  const Tick expires = chain.cuts_off ? expiry(chain.cutoff, states_, segment.half[end_a], segment.half[end_b], segment.frame, segment.born) : never;
  if (chain.decides) [[unlikely]] segments_.remember(item.segment);
  for (End e : {end_a, end_b}) {
    const QubitId q = segment.half[e];
    Half& half = segments_.half(q);
    half.expires = expires;
    half.by_path = true;
    if (half.position == 0 || half.position == chain.last()) segment.known[e] = now;
    else queue_.post(now, Phase::arrivals, {setup_.herald.handler, setup_.herald.op, q.value}, half.generation);
  }
  if (segments_.spans(item.segment)) post_ready(queue_, chain, item.segment, segment);
}

// A pair that has waited too long: both ends know it, and drop it together. A round may have mended it meanwhile.
void Distilling::expire(std::uint32_t index, Item item) {
  if (!whole(item) || segments_.half(segments_.segment(item.segment).half[end_a]).expires > queue_.now()) {
    ++stale_events_;
    return;
  }
  Pool& pool = pools_[index];
  for (std::vector<Item>& items : pool.waiting)
    for (auto i = items.begin(); i != items.end(); ++i)
      if (i->segment == item.segment) {
        items.erase(i);
        ++pool.counters.cut_offs;
        swapping_.waste(pool.chain, segments_.began(segments_.half(segments_.segment(item.segment).half[end_a])), LossCause::cut_off);
        trace_.add(queue_.now(), Phase::expiries, TraceKind::cut_off, node(pool).value, pool.chain.value, 1, 0,
                   {.pair = trace_.number(item.segment)});
        discard(item.segment);
        return;
      }
  ++stale_events_;  // in a round, or ready
}

void Distilling::discard(std::uint32_t segment) {
  swapping_.consume(segment);
  swapping_.end(segment);
}

}  // namespace farbell
