// Event queue and random streams against their ceilings. Cases are named subject/who/size; the counter `goal` is the ratio to
// the ceiling of the same subject and size that Farbell promises.
#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <type_traits>

#include "ceilings/bare_radix_heap.hpp"
#include "ceilings/xoshiro.hpp"
#include "farbell/engine/philox.hpp"
#include "farbell/engine/queue.hpp"

namespace {

using namespace farbell;

struct FarbellQueue {
  EventQueue queue;
  void push(Tick time, std::uint64_t payload) { queue.post(time, Phase::arrivals, {}, payload); }
  Event pop() {
    Event event;
    queue.pop(event, never);
    return event;
  }
};

struct CeilingQueue {
  ceilings::BareRadixHeap heap;
  std::uint64_t sequence = 0;
  void push(Tick time, std::uint64_t payload) { heap.push({time, sequence++, {}, payload}); }
  Event pop() { return heap.pop(); }
};

// The exponential hold model: `pending` events; each step takes the earliest and posts it again an exponential delay
// (mean 1e9 ticks) later. The delays come from a table, so that only the queue is timed.
template <class Queue>
class Hold {
 public:
  explicit Hold(std::size_t pending) {
    ceilings::Xoshiro random(1);
    const auto delay = [&] { return Tick{static_cast<std::int64_t>(-std::log1p(-random.uniform()) * 1e9)}; };
    for (Tick& d : delays_) d = delay();
    for (std::size_t i = 0; i < pending; ++i) queue_.push(delay(), i);
    for (std::size_t i = 0; i < 2 * pending; ++i) step();
  }
  std::uint64_t step() {
    const Event event = queue_.pop();
    queue_.push(event.time + delays_[next_++ % delays_.size()], event.payload);
    return event.payload;
  }

 private:
  Queue queue_;
  std::array<Tick, 4096> delays_;
  std::size_t next_ = 0;
};

template <class Queue>
void event_queue(benchmark::State& state) {
  // Kept over repetitions: filling a million takes longer than measuring.
  static std::map<std::int64_t, std::unique_ptr<Hold<Queue>>> holds;
  auto& hold = holds[state.range(0)];
  if (!hold) hold = std::make_unique<Hold<Queue>>(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state)
    for (int i = 0; i < 1024; ++i) benchmark::DoNotOptimize(hold->step());
  state.SetItemsProcessed(state.iterations() * 1024);
  if constexpr (std::is_same_v<Queue, FarbellQueue>) {
    state.counters["goal"] = 0.8;
    state.SetLabel("goal: >= 0.8x of the bare radix heap");
  }
}
BENCHMARK_TEMPLATE(event_queue, FarbellQueue)->Name("event_queue/farbell")->Arg(1'000)->Arg(100'000)->Arg(1'000'000);
BENCHMARK_TEMPLATE(event_queue, CeilingQueue)->Name("event_queue/ceiling")->Arg(1'000)->Arg(100'000)->Arg(1'000'000);

// Two uniforms: one decision of a keyed stream, against the next two of a sequential generator.
void random_farbell(benchmark::State& state) {
  Stream stream(stream_key(1, "node:a/swap"), 0);
  for (auto _ : state) benchmark::DoNotOptimize(stream.next());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(random_farbell)->Name("random_draw/farbell");

void random_ceiling(benchmark::State& state) {
  ceilings::Xoshiro random(1);
  for (auto _ : state) benchmark::DoNotOptimize(random.uniform() + random.uniform());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(random_ceiling)->Name("random_draw/ceiling");

}  // namespace
