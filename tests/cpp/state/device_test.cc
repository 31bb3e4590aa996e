#include "farbell/state/device.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "farbell/state/bell_povm.hpp"

namespace farbell {
namespace {

constexpr Tick at(double seconds) { return Tick{static_cast<std::int64_t>(seconds * 1e12)}; }
const Clock ps;

TEST(DecayLaw, NoRatesNoDecay) {
  const BlochMap m = DecayLaw(DecayRates{}, ps, false).map(tick_zero, tick_zero, at(1000));
  EXPECT_EQ(m.ax, 1);
  EXPECT_EQ(m.ay, 1);
  EXPECT_EQ(m.az, 1);
  EXPECT_EQ(m.tz, 0);
}

TEST(DecayLaw, AmplitudeDampingAlone) {
  DecayRates rates;
  rates.t1_s = 2;
  const BlochMap m = DecayLaw(rates, ps, false).map(at(1), at(1), at(2));
  EXPECT_DOUBLE_EQ(m.ax, std::exp(-0.25));
  EXPECT_DOUBLE_EQ(m.ay, m.ax);
  EXPECT_DOUBLE_EQ(m.az, std::exp(-0.5));
  EXPECT_DOUBLE_EQ(m.tz, 1 - std::exp(-0.5));
}

TEST(DecayLaw, T2IncludesWhatT1DoesUnderTheExponentialLaw) {
  DecayRates rates;
  rates.t1_s = 2;
  rates.t2_s = 0.5;
  EXPECT_DOUBLE_EQ(DecayLaw(rates, ps, false).map(tick_zero, tick_zero, at(1)).ax, std::exp(-2.0));
}

TEST(DecayLaw, GaussianT2MultipliesWhatT1Does) {
  DecayRates rates;
  rates.t1_s = 2;
  rates.t2_s = 0.5;
  rates.gaussian_t2 = true;
  const DecayLaw law(rates, ps, false);
  EXPECT_NEAR(law.map(tick_zero, tick_zero, at(1)).ax, std::exp(-0.25 - 4), 1e-15);
  EXPECT_NEAR(law.map(at(0.5), tick_zero, at(1)).ax, std::exp(-0.125 - 4 + 1), 1e-15);
}

DecayRates with_law(CoherenceLaw const& law) {
  DecayRates rates;
  rates.coherence = std::make_shared<const CoherenceLaw>(law);
  return rates;
}

TEST(CoherenceLaw, StretchedIsExponentialAndGaussian) {
  DecayRates rates;
  rates.t2_s = 0.5;
  for (const int exponent : {1, 2}) {
    rates.gaussian_t2 = exponent == 2;
    const DecayLaw same(rates, ps, false), law(with_law(CoherenceLaw::stretched(0.5, exponent)), ps, false);
    for (const double since : {0.0, 1e-6, 0.3}) {
      EXPECT_NEAR(law.map(at(since), tick_zero, at(1)).ax, same.map(at(since), tick_zero, at(1)).ax, 1e-15);
      EXPECT_EQ(law.map(at(since), tick_zero, at(1)).az, 1);
    }
  }
}

TEST(CoherenceLaw, AnyLawMultipliesWhatT1Does) {
  DecayRates rates = with_law(CoherenceLaw::stretched(0.5, 3));
  rates.t1_s = 2;
  const BlochMap m = DecayLaw(rates, ps, false).map(tick_zero, tick_zero, at(1));
  EXPECT_NEAR(m.ax, std::exp(-0.25 - 8), 1e-15);
  EXPECT_NEAR(m.ay, m.ax, 1e-15);
  EXPECT_NEAR(m.az, std::exp(-0.5), 1e-15);
}

TEST(CoherenceLaw, ThroughPoints) {
  for (const bool continued : {true, false}) {
    const CoherenceLaw points = CoherenceLaw::tabulated({1, 3}, {0.8, 0.2}, continued);
    const auto c = [&](double t, double age) { return std::exp(-points.loss(t, age)); };
    EXPECT_EQ(points.loss(0, 2), 0);
    EXPECT_NEAR(c(0.5, 0), std::sqrt(0.8), 1e-15);
    EXPECT_NEAR(c(1, 0), 0.8, 1e-15);
    EXPECT_NEAR(c(2, 0), 0.4, 1e-15);
    EXPECT_NEAR(c(2, 1), 0.25, 1e-15);
    EXPECT_NEAR(c(3, 0), 0.2, 1e-15);
    EXPECT_NEAR(c(4, 0), continued ? 0.1 : 0, 1e-15);
    EXPECT_NEAR(c(1, 4), continued ? 0.5 : 0, 1e-15);
    EXPECT_NEAR(points.t2(), 1 + std::log(0.8 * std::exp(1)) / std::log(2), 1e-14);
    EXPECT_NEAR(points.scaled(1e12).loss(2e12, 1e12), std::log(4), 1e-14);
  }
  EXPECT_EQ(CoherenceLaw::tabulated({1}, {0.8}, false).t2(), 1);
  EXPECT_EQ(CoherenceLaw::tabulated({1, 2}, {0.8, 0.8}, true).t2(), DecayRates::no_decay);
}

TEST(CoherenceLaw, DoesNotDependOnReadings) {
  const CoherenceLaw laws[] = {CoherenceLaw::stretched(0.4, 0.5), CoherenceLaw::stretched(0.4, 2.7),
                               CoherenceLaw::tabulated({0.1, 0.2, 0.7}, {0.9, 0.5, 0.01}, true)};
  for (CoherenceLaw const& law : laws) {
    const DecayLaw decay(with_law(law), ps, false);
    double read = 1;
    for (int i = 0; i < 100; ++i) read *= decay.map(at(0.01 * i), tick_zero, at(0.01 * (i + 1))).ax;
    EXPECT_NEAR(read, decay.map(tick_zero, tick_zero, at(1)).ax, 1e-14);
  }
}

TEST(DecayLaw, ThePullIsTheStationaryPopulation) {
  DecayRates rates;
  rates.t1_s = 1;
  rates.depolarising_s = 1;
  const BlochMap m = DecayLaw(rates, ps, false).map(tick_zero, tick_zero, at(100));
  EXPECT_NEAR(m.az, 0, 1e-15);
  EXPECT_NEAR(m.tz, 0.5, 1e-15);
  EXPECT_EQ(DecayLaw(rates, ps, true).map(tick_zero, tick_zero, at(100)).tz, 0);
}

TEST(DecayLaw, PauliRatesShrinkTheOtherTwoComponents) {
  DecayRates rates;
  rates.pauli_x_hz = 0.1;
  rates.pauli_y_hz = 0.2;
  rates.pauli_z_hz = 0.4;
  const BlochMap m = DecayLaw(rates, ps, false).map(tick_zero, tick_zero, at(1));
  EXPECT_DOUBLE_EQ(m.ax, std::exp(-1.2));
  EXPECT_DOUBLE_EQ(m.ay, std::exp(-1.0));
  EXPECT_DOUBLE_EQ(m.az, std::exp(-0.6));
}

TEST(DecayLaw, TicksAreTheClocks) {
  DecayRates rates;
  rates.t2_s = 1;
  const DecayLaw law(rates, Clock{1e9}, false);
  EXPECT_DOUBLE_EQ(law.map(tick_zero, tick_zero, Tick{1'000'000'000}).ax, std::exp(-1.0));
}

TEST(BellPovm, ElementsSumToTheIdentity) {
  DeviceModel b, c;
  b.readout = ReadoutPovm({0.9, 0.8});
  c.readout = ReadoutPovm({0.95, 0.99});
  b.two_qubit_reliability = 0.97;
  b.single_qubit_reliability = 0.98;
  std::array<double, 4> sum{};
  for (int r = 0; r < 4; ++r)
    for (int k = 0; k < 4; ++k) sum[k] += BellPovm(b, c).weights(r)[k];
  EXPECT_DOUBLE_EQ(sum[0], 4);
  for (int k = 1; k < 4; ++k) EXPECT_NEAR(sum[k], 0, 1e-15);
}

TEST(Sample, TakesTheFirstOutcomeWhoseCumulatedProbabilityExceedsU) {
  const std::array<double, 4> p{0.25, 0, 0.5, 0.25};
  EXPECT_EQ(sample(p, 0), 0);
  EXPECT_EQ(sample(p, 0.249), 0);
  EXPECT_EQ(sample(p, 0.25), 2);
  EXPECT_EQ(sample(p, 0.75), 3);
}

TEST(Sample, NeverTakesAnImpossibleOutcome) {
  const double below_one = std::nextafter(1.0, 0.0);
  EXPECT_EQ(sample(std::array<double, 4>{0.5, below_one - 0.5, 1e-17, 0}, below_one), 2);
  EXPECT_EQ(sample(std::array<double, 4>{below_one, -1e-17, 0, 0}, below_one), 0);
}

TEST(Sample, RoundingIsForgivenAndMoreIsNot) {
  EXPECT_EQ(sample(std::array<double, 2>{-1e-13, 1 + 1e-13}, 0), 1);
  EXPECT_THROW(sample(std::array<double, 2>{-1e-11, 1}, 0.5), std::logic_error);
  EXPECT_THROW(sample(std::array<double, 2>{0, 1 + 1e-11}, 0.5), std::logic_error);
  EXPECT_THROW(sample(std::array<double, 2>{std::nan(""), 1}, 0.5), std::logic_error);
}

}  // namespace
}  // namespace farbell
