#include "farbell/hardware/fock.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <limits>

#include "farbell/base/errors.hpp"

namespace farbell {
namespace {

const BinOptics uneven{0.7, 0.2, 0.8, 0.01};
const BinOptics resolving{0.7, 0.2, 0.8, 0.01, true};

TEST(BinResponse, ClicksSumToCertainty) {
  for (const int photons : {1, 2, 3})
    for (const Clicks blind : {Clicks::none, Clicks::detector_1, Clicks::detector_2}) {
      const BinResponse bin = bin_response(uneven, photons, blind);
      Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(bin.povm[0].rows(), bin.povm[0].cols());
      for (Eigen::MatrixXd const& element : bin.povm) sum += element;
      EXPECT_TRUE(sum.isIdentity(1e-13)) << sum;
    }
}

TEST(BinResponse, EveryPatternIsAPositiveOperator) {
  for (const int photons : {1, 2, 3})
    for (BinOptics const& optics : {uneven, resolving})
      for (const Clicks blind : {Clicks::none, Clicks::detector_1, Clicks::detector_2})
        for (Eigen::MatrixXd const& element : bin_response(optics, photons, blind).povm) {
          EXPECT_TRUE((element - element.transpose()).isZero(1e-14));
          EXPECT_GE(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(element).eigenvalues().minCoeff(), -1e-13);
        }
}

TEST(BinResponse, ABlindDetectorIsALoss) {
  // Half of each photon is lost with it, and what the two arms send to the other is all that is left to interfere.
  const BinResponse bin = bin_response(uneven, 1, Clicks::detector_1);
  EXPECT_TRUE(bin(Clicks::detector_1).isZero(0));
  EXPECT_TRUE(bin(Clicks::more).isZero(0));
  const int only_a = bin.index(1, 0);
  EXPECT_NEAR(bin(Clicks::detector_2)(only_a, only_a), 0.35 + 0.01 * 0.65, 1e-15);
}

TEST(BinResponse, NumbersResolved) {
  // Two photons per arm, everything arrives, no overlap: each goes either way.
  const BinResponse bin = bin_response({1, 1, 0, 0, true}, 2);
  const int one = bin.index(1, 0), two = bin.index(2, 0), one_each = bin.index(1, 1);
  EXPECT_DOUBLE_EQ(bin(Clicks::detector_1)(one, one), 0.5);
  EXPECT_NEAR(bin(Clicks::detector_1)(two, two), 0, 1e-15);
  EXPECT_NEAR(bin(Clicks::more)(one_each, one_each), 1, 1e-15);
  // A dark count beside a photon is a second count; two dark counts of a Poisson process are two as well.
  const double dark = 0.3, mean = -std::log1p(-dark);
  const BinResponse noisy = bin_response({1, 1, 1, dark, true});
  const int vacuum = noisy.index(0, 0), photon = noisy.index(1, 0);
  EXPECT_NEAR(noisy(Clicks::detector_1)(photon, photon), 0.5 * std::exp(-2 * mean), 1e-15);
  EXPECT_NEAR(noisy(Clicks::detector_1)(vacuum, vacuum), mean * std::exp(-2 * mean), 1e-15);
}

TEST(BinResponse, OnePhotonSpace) {
  const double a = uneven.efficiency_a, b = uneven.efficiency_b, v = uneven.visibility, dark = uneven.dark_count_probability;
  const BinResponse bin = bin_response(uneven);
  const int vacuum = bin.index(0, 0), only_a = bin.index(1, 0), only_b = bin.index(0, 1);
  EXPECT_NEAR(bin(Clicks::detector_1)(vacuum, vacuum), dark * (1 - dark), 1e-16);
  EXPECT_NEAR(bin(Clicks::detector_1)(only_a, only_a), (1 - dark) * (a / 2 + dark * (1 - a)), 1e-15);
  EXPECT_NEAR(bin(Clicks::more)(only_b, only_b), dark * b + dark * dark * (1 - b), 1e-15);
  EXPECT_NEAR(bin(Clicks::detector_1)(only_a, only_b), (1 - dark) * std::sqrt(a * b * v) / 2, 1e-15);
  EXPECT_NEAR(bin(Clicks::detector_2)(only_a, only_b), -(1 - dark) * std::sqrt(a * b * v) / 2, 1e-15);
}

TEST(BinResponse, MorePhotonsKeepTheElementsOfFewer) {
  const BinResponse one = bin_response(uneven, 1), three = bin_response(uneven, 3);
  for (int c = 0; c < 4; ++c)
    for (int n = 0; n < 4; ++n)
      for (int m = 0; m < 4; ++m)
        EXPECT_NEAR(one.povm[c](n, m), three.povm[c](three.index(n >> 1, n & 1), three.index(m >> 1, m & 1)), 1e-15);
}

TEST(BinResponse, TwoPhotonsInOneArmSplitLikeCoins) {
  const BinResponse bin = bin_response({1, 1, 1, 0}, 2);
  const int two = bin.index(2, 0);
  EXPECT_NEAR(bin(Clicks::more)(two, two), 0.5, 1e-15);
  EXPECT_NEAR(bin(Clicks::detector_1)(two, two), 0.25, 1e-15);
}

TEST(BinResponse, WhatInterferesWithNothingStillSumsToCertainty) {
  BinExtras extras{true, true, 0.2, 0.1};
  for (BinOptics optics : {uneven, resolving})
    for (const Clicks blind : {Clicks::none, Clicks::detector_1, Clicks::detector_2}) {
      optics.photon_coherence = 0.6;
      const BinResponse bin = bin_response(optics, 1, blind, extras);
      Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(4, 4);
      for (Eigen::MatrixXd const& element : bin.povm) {
        EXPECT_GE(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(element).eigenvalues().minCoeff(), -1e-13);
        sum += element;
      }
      EXPECT_TRUE(sum.isIdentity(1e-13)) << sum;
    }
}

TEST(BinResponse, TinyEfficienciesKeepRelativePrecision) {
  const double eta = 1e-20;
  const BinResponse bin = bin_response({eta, eta, 1, 0});
  EXPECT_DOUBLE_EQ(bin(Clicks::detector_1)(1, 1), eta / 2);
}

TEST(BinResponse, OpticsOutOfRangeAreRefused) {
  for (const double bad : {-1e-9, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THROW(bin_response({bad, 1, 1, 0}), SpecError);
    EXPECT_THROW(bin_response({1, bad, 1, 0}), SpecError);
    EXPECT_THROW(bin_response({1, 1, bad, 0}), SpecError);
    EXPECT_THROW(bin_response({1, 1, 1, bad}), SpecError);
  }
}

TEST(HongOuMandel, CoincidencesAreHalfOfOneMinusVisibility) {
  for (const double v : {0.0, 0.3, 0.5, 0.9, 1.0}) EXPECT_NEAR(hong_ou_mandel(v), (1 - v) / 2, 1e-15);
}

// Diagonal elements of the POVM of photon numbers, weighted: the sum ends where 0.2^13 is left.
TEST(ClickProbabilities, AreSumsOverPhotonNumbers) {
  const int most = 12;
  const double mean[2] = {0.2, 0.1};
  const auto share = [&](PhotonNumbers numbers, int arm, int n) {
    const double m = mean[arm];
    return numbers == PhotonNumbers::thermal ? std::pow(m / (1 + m), n) / (1 + m) : std::exp(-m) * std::pow(m, n) / std::tgamma(n + 1);
  };
  for (PhotonNumbers numbers : {PhotonNumbers::thermal, PhotonNumbers::poisson})
    for (BinOptics const& optics : {uneven, resolving})
      for (const Clicks blind : {Clicks::none, Clicks::detector_1, Clicks::detector_2}) {
        const BinExtras extras{.afterpulse_1 = 0.05};
        const BinResponse bin = bin_response(optics, most, blind, extras);
        const auto found = click_probabilities(optics, {numbers, mean[0], mean[1]}, blind, extras);
        for (std::size_t click = 0; click < 4; ++click) {
          double sum = 0;
          for (int a = 0; a <= most; ++a)
            for (int b = 0; b <= most; ++b) sum += share(numbers, 0, a) * share(numbers, 1, b) * bin.povm[click](bin.index(a, b), bin.index(a, b));
          EXPECT_NEAR(found[click], sum, 1e-9);
        }
      }
}

TEST(ClickProbabilities, RareLightKeepsItsRelativePrecision) {
  for (PhotonNumbers numbers : {PhotonNumbers::thermal, PhotonNumbers::poisson}) {
    const auto found = click_probabilities({1e-9, 1e-9, 0.9}, {numbers, 1e-3, 1e-3});
    EXPECT_NEAR(found[1] / 1e-12, 1, 1e-9);
    EXPECT_NEAR(found[2] / 1e-12, 1, 1e-9);
  }
}

}  // namespace
}  // namespace farbell
