// The stores allocate while they grow and never again: a run's memory is set by the largest number of qubits alive at once.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <new>

#include "farbell/state/correlations.hpp"
#include "farbell/state/stabilizer_store.hpp"
#include "farbell/state/states.hpp"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace farbell {
namespace {

TEST(States, SteadyStateAllocatesNothing) {
  for (StoreKind kind : {StoreKind::bell_diagonal, StoreKind::pair_density}) {
    States states(kind, {Device{}}, Clock{}, false);
    const Correlations link = werner_state(0.9);
    const auto round = [&](int pairs) {
      std::array<States::Pair, 16> held;
      for (int n = 0; n < pairs; ++n) held[n] = states.create_pair(link, DeviceId(0), tick_zero, DeviceId(0), tick_zero);
      for (int n = 1; n < pairs; ++n) states.bell_measure(held[n - 1].b, held[n].a, Tick{n}, 0.3);
      states.measure(held[0].a, Basis::x, Tick{99}, 0.3);
      states.release(held[pairs - 1].b);
    };
    round(16);
    const std::size_t before = allocations;
    for (int pairs = 1; pairs <= 16; ++pairs) round(pairs);
    EXPECT_EQ(allocations, before);
    EXPECT_EQ(states.live(), 0u);
  }
}

TEST(StabilizerStore, SteadyStateAllocatesNothing) {
  Device device;
  device.two_qubit_reliability = 0.9;
  StabilizerStore store({device}, Clock{}, false);
  const Correlations link = werner_state(0.9);
  // Pairs become a GHZ state by fusions, which is then read qubit by qubit.
  const auto round = [&](int pairs) {
    std::array<QubitPair, 16> held;
    for (int n = 0; n < pairs; ++n) held[n] = store.create_pair(link, DeviceId(0), tick_zero, DeviceId(0), tick_zero, n);
    for (int n = 1; n < pairs; ++n) {
      store.apply(Gate::cx, held[n - 1].b, held[n].a, Tick{n});
      store.measure(held[n].a, Basis::z, Tick{n}, 0.3);
    }
    for (int n = 0; n < pairs; ++n) store.release(held[n].b);
    store.measure(held[0].a, Basis::x, Tick{99}, 0.3);
  };
  round(16);
  const std::size_t before = allocations;
  for (int pairs = 1; pairs <= 16; ++pairs) round(pairs);
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(store.live(), 0u);
}

}  // namespace
}  // namespace farbell
