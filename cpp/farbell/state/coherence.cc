#include "farbell/state/coherence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace farbell {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

CoherenceLaw CoherenceLaw::stretched(double t2, double exponent) {
  CoherenceLaw law;
  law.t2_ = t2;
  law.exponent_ = exponent;
  return law;
}

CoherenceLaw CoherenceLaw::tabulated(std::vector<double> times, std::vector<double> const& coherences, bool continued) {
  CoherenceLaw law;
  law.times_ = std::move(times);
  law.times_.insert(law.times_.begin(), 0);
  law.losses_ = {0};
  for (const double c : coherences) law.losses_.push_back(-std::log(c));
  for (std::size_t i = 1; i < law.times_.size(); ++i)
    law.rates_.push_back((law.losses_[i] - law.losses_[i - 1]) / (law.times_[i] - law.times_[i - 1]));
  law.rates_.push_back(continued ? law.rates_.back() : infinity);
  return law;
}

std::size_t CoherenceLaw::segment(double age) const {
  return static_cast<std::size_t>(std::upper_bound(times_.begin() + 1, times_.end(), age) - times_.begin()) - 1;
}

double CoherenceLaw::loss(double t, double age) const {
  if (t <= 0) return 0;
  if (exponent_ != 0) {
    if (age <= 0) return std::pow(t / t2_, exponent_);
    // (age + t)^n - age^n, without cancellation.
    return std::pow(age / t2_, exponent_) * std::expm1(exponent_ * std::log1p(t / age));
  }
  const std::size_t from = segment(age), to = segment(age + t);
  // At the very age at which the last segment begins, infinity times 0 would be no number.
  if (rates_[to] == infinity) return age + t > times_[to] ? infinity : losses_[to] - at(from, age);
  return from == to ? t * rates_[to] : at(to, age + t) - at(from, age);
}

double CoherenceLaw::t2() const {
  if (exponent_ != 0) return t2_;
  const std::size_t to = static_cast<std::size_t>(std::lower_bound(losses_.begin() + 1, losses_.end(), 1.0) - losses_.begin()) - 1;
  return times_[to] + (1 - losses_[to]) / rates_[to];
}

CoherenceLaw CoherenceLaw::scaled(double factor) const {
  CoherenceLaw law = *this;
  law.t2_ *= factor;
  for (double& t : law.times_) t *= factor;
  for (double& r : law.rates_) r /= factor;
  return law;
}

}  // namespace farbell
