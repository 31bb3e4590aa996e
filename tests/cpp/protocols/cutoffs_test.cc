// The first tick at which a pair is given up, against a scan over all ticks.
#include "farbell/protocols/cutoffs.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "farbell/state/correlations.hpp"

namespace farbell {
namespace {

Device decaying(double t2_s, bool gaussian, double t1_s = INFINITY) {
  Device d;
  d.decay.t1_s = t1_s;
  d.decay.t2_s = t2_s;
  d.decay.gaussian_t2 = gaussian;
  return d;
}

TEST(Cutoff, IsOnIfItHasALimit) {
  EXPECT_FALSE(Cutoff{}.on());
  EXPECT_TRUE((Cutoff{.age = Tick{5}}).on());
  EXPECT_TRUE((Cutoff{.attempts = 1}).on());
  EXPECT_TRUE((Cutoff{.fidelity = 0.1}).on());
}

TEST(Cutoff, ByAgeIsOneTickAfterIt) {
  States states(StoreKind::bell_diagonal, {Device{}}, Clock{}, false);
  const auto p = states.create_pair(werner_state(0.9), DeviceId(0), Tick{100}, DeviceId(0), Tick{120});
  EXPECT_EQ(expiry({.age = Tick{50}}, states, p.a, p.b, 0, Tick{100}), Tick{151});
  EXPECT_EQ(expiry({.attempts = 3}, states, p.a, p.b, 0, Tick{100}), never);
}

TEST(Cutoff, ByFidelityIsThatOfAScan) {
  std::mt19937_64 random(std::random_device{}());
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int trial = 0; trial < 60; ++trial) {
    // Fidelities fall to the limit within some hundred picoseconds.
    const std::vector<Device> devices{decaying(2e-10 * (1 + uniform(random)), trial % 2 == 0), decaying(3e-10, trial % 3 == 0, 4e-10)};
    States states(StoreKind::pair_density, devices, Clock{}, false);
    const Tick a{static_cast<std::int64_t>(random() % 50)}, b{static_cast<std::int64_t>(random() % 50)};
    const int frame = trial % 4;
    std::array<double, 4> weights{0.02, 0.02, 0.02, 0.02};
    weights[frame] = 0.94;
    const auto p = states.create_pair(bell_mixture(weights), DeviceId(0), a, DeviceId(1), b);
    const double limit = 0.6 + 0.38 * uniform(random);
    Tick first = later(a, b);
    while (states.correlators(p.a, p.b, first, frame).fidelity() >= limit) first += Tick{1};
    EXPECT_EQ(expiry({.fidelity = limit}, states, p.a, p.b, frame, earlier(a, b)), first);
    // Whatever comes first.
    const Tick age{static_cast<std::int64_t>(random() % 200)};
    EXPECT_EQ(expiry({.age = age, .fidelity = limit}, states, p.a, p.b, frame, earlier(a, b)),
              earlier(first, earlier(a, b) + age + Tick{1}));
  }
}

TEST(Cutoff, APairThatDoesNotDecayNeverExpires) {
  States states(StoreKind::pair_density, {Device{}}, Clock{}, false);
  const auto p = states.create_pair(werner_state(0.9), DeviceId(0), Tick{7}, DeviceId(0), Tick{7});
  EXPECT_EQ(expiry({.fidelity = 0.9 - 1e-12}, states, p.a, p.b, 0, Tick{7}), never);
  EXPECT_EQ(expiry({.fidelity = 0.95}, states, p.a, p.b, 0, Tick{7}), Tick{7});
  EXPECT_EQ(expiry({.age = Tick{30}, .fidelity = 0.5}, states, p.a, p.b, 0, Tick{7}), Tick{38});
}

}  // namespace
}  // namespace farbell
