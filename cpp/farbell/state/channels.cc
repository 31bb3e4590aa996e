#include "farbell/state/channels.hpp"

#include <bit>
#include <cmath>
#include <string>

#include "farbell/base/errors.hpp"
#include "farbell/base/text.hpp"
#include "farbell/state/unitaries.hpp"

namespace farbell {
namespace {

// Above so many products of elements a channel is applied operator by operator.
constexpr std::size_t most_transfer_products = 1 << 16;
// Beyond these the Kraus operators themselves are too large.
constexpr int most_depolarised = 5, most_dephased = 8;

void require_probability(const char* name, double p) {
  if (!(p >= 0 && p <= 1)) throw SpecError(name, number_text(p), "[0, 1]");
}

void require_qubits(int qubits, int most) {
  if (qubits < 1 || qubits > most) throw SpecError("qubits", std::to_string(qubits), "1 to " + std::to_string(most));
}

Matrix two_by_two(Complex a, Complex b, Complex c, Complex d) {
  Matrix m(2, 2);
  m << a, b, c, d;
  return m;
}

Matrix three_level_unit(int row, int column, double value) {
  Matrix m = Matrix::Zero(3, 3);
  m(row, column) = value;
  return m;
}

Matrix kronecker(Matrix const& a, Matrix const& b) {
  Matrix out(a.rows() * b.rows(), a.cols() * b.cols());
  for (Index i = 0; i < a.rows(); ++i)
    for (Index j = 0; j < a.cols(); ++j) out.block(i * b.rows(), j * b.cols(), b.rows(), b.cols()) = a(i, j) * b;
  return out;
}

std::vector<Matrix> non_zero(std::vector<Matrix> kraus) {
  std::erase_if(kraus, [](Matrix const& k) { return k.isZero(0); });
  return kraus;
}

std::optional<LocalOperator> transfer_of(std::vector<LocalOperator> const& operators, int d) {
  std::size_t products = 0;
  for (LocalOperator const& k : operators) products += k.elements().size() * k.elements().size();
  if (operators.size() == 1 || products > most_transfer_products) return std::nullopt;
  std::vector<LocalOperator::Element> elements;
  elements.reserve(products);
  for (LocalOperator const& k : operators)
    for (auto const& left : k.elements())
      for (auto const& right : k.elements())
        elements.push_back({left.row * d + right.row, left.column * d + right.column, times(left.value, std::conj(right.value))});
  return LocalOperator(d * d, std::move(elements));
}

}  // namespace

Channel::Channel(std::vector<Matrix> kraus) : kraus_(std::move(kraus)) {
  if (kraus_.empty()) throw SpecError("kraus", "no operator", "at least one");
  const Index n = kraus_[0].rows();
  Matrix sum = Matrix::Zero(n, n);
  for (Matrix const& k : kraus_) {
    if (k.rows() != n || k.cols() != n || n < 2)
      throw SpecError("kraus", "an operator of " + std::to_string(k.rows()) + " x " + std::to_string(k.cols()), "square matrices of one size");
    sum += gram(k);
  }
  const double deviation = (sum - Matrix::Identity(n, n)).cwiseAbs().maxCoeff();
  if (!(deviation <= tolerance))
    throw SpecError("kraus", "a map that changes the trace: the sum of K^+ K differs from 1 by " + rough_text(deviation),
                    "a sum of K^+ K that is 1 to " + number_text(tolerance));
  for (Matrix const& k : kraus_) operators_.emplace_back(k);
  transfer_ = transfer_of(operators_, static_cast<int>(n));
}

Channel Channel::embedded(std::span<int const> levels) const {
  const std::vector<int> states = LocalOperator::qubit_states(levels);
  if (static_cast<int>(states.size()) != dimension()) throw InternalError("a channel on other factors");
  Index whole = 1;
  for (int n : levels) whole *= n;
  Matrix outside = Matrix::Identity(whole, whole);
  for (int state : states) outside(state, state) = 0;
  std::vector<Matrix> larger;
  for (Matrix const& k : kraus_) {
    Matrix m = Matrix::Zero(whole, whole);
    for (std::size_t i = 0; i < states.size(); ++i)
      for (std::size_t j = 0; j < states.size(); ++j) m(states[i], states[j]) = k(i, j);
    larger.push_back(m);
  }
  if (larger.size() == 1)
    larger[0] += outside;
  else
    larger.push_back(outside);
  return Channel(std::move(larger));
}

Channel amplitude_damping(double gamma) { return generalised_amplitude_damping(gamma, 0); }

Channel generalised_amplitude_damping(double gamma, double excited) {
  require_probability("gamma", gamma);
  require_probability("excited", excited);
  const double down = std::sqrt(1 - excited), up = std::sqrt(excited), stay = std::sqrt(1 - gamma), move = std::sqrt(gamma);
  return Channel(non_zero({two_by_two(down, 0, 0, down * stay), two_by_two(0, down * move, 0, 0), two_by_two(up * stay, 0, 0, up),
                           two_by_two(0, 0, up * move, 0)}));
}

Channel phase_damping(double lambda) {
  require_probability("lambda_", lambda);
  return Channel(non_zero({two_by_two(1, 0, 0, std::sqrt(1 - lambda)), two_by_two(0, 0, 0, std::sqrt(lambda))}));
}

Channel pauli_channel(std::vector<double> const& probabilities) {
  double total = 0;
  for (double p : probabilities) {
    require_probability("probabilities", p);
    total += p;
  }
  if (std::abs(total - 1) > Channel::tolerance) throw SpecError("probabilities", "a sum of " + number_text(total), "a sum of 1");
  std::vector<Matrix> kraus;
  for (std::size_t index = 0; index < probabilities.size(); ++index) {
    if (probabilities[index] == 0) continue;
    Matrix product = Matrix::Constant(1, 1, std::sqrt(probabilities[index]));
    for (std::size_t step = probabilities.size() / 4; step > 0; step /= 4)
      product = kronecker(product, unitary_of(static_cast<Gate>(index / step % 4)));  // Gate begins with i, x, y, z
    kraus.push_back(product);
  }
  return Channel(std::move(kraus));
}

Channel depolarising(double p, int qubits) {
  require_probability("p", p);
  require_qubits(qubits, most_depolarised);
  std::vector<double> probabilities(std::size_t{1} << (2 * qubits), p / static_cast<double>(std::size_t{1} << (2 * qubits)));
  probabilities[0] += 1 - p;
  return pauli_channel(probabilities);
}

Channel coherent_rotation(std::array<double, 3> const& axis, double angle) {
  const auto [x, y, z] = axis;
  const double length = std::sqrt(x * x + y * y + z * z);
  if (!(std::abs(length - 1) <= Channel::tolerance)) throw SpecError("axis", "a vector of length " + number_text(length), "length 1");
  if (!std::isfinite(angle)) throw SpecError("angle_rad", number_text(angle), "a finite angle");
  const double c = std::cos(angle / 2), s = std::sin(angle / 2) / length;
  return Channel({two_by_two({c, -s * z}, {-s * y, -s * x}, {s * y, -s * x}, {c, s * z})});
}

Channel thermal_relaxation(double t1_s, double t2_s, double duration_s, double excited) {
  if (!(t1_s > 0)) throw SpecError("t1_s", number_text(t1_s), "above 0");
  if (!(t2_s > 0)) throw SpecError("t2_s", number_text(t2_s), "above 0");
  if (t2_s > 2 * t1_s) throw SpecError("t2_s", number_text(t2_s), "at most 2 t1_s = " + number_text(2 * t1_s));
  if (!(duration_s >= 0 && std::isfinite(duration_s))) throw SpecError("duration_s", number_text(duration_s), "0 or more, and finite");
  const double dephasing = -std::expm1(-2 * duration_s * (1 / t2_s - 0.5 / t1_s));
  const Channel relaxation = generalised_amplitude_damping(-std::expm1(-duration_s / t1_s), excited);
  const Channel coherence = phase_damping(dephasing);
  std::vector<Matrix> kraus;
  for (Matrix const& later : coherence.kraus())
    for (Matrix const& k : relaxation.kraus()) kraus.push_back(product(later, k));
  return Channel(non_zero(std::move(kraus)));
}

Channel leakage(double p, double seepage) {
  require_probability("p", p);
  require_probability("seepage", seepage);
  Matrix stay = Matrix::Zero(3, 3);
  stay(0, 0) = stay(1, 1) = std::sqrt(1 - p);
  Matrix stay_out = three_level_unit(2, 2, std::sqrt(1 - seepage));
  std::vector<Matrix> kraus{stay, stay_out};
  for (int level = 0; level < 2; ++level) {
    kraus.push_back(three_level_unit(2, level, std::sqrt(p)));
    kraus.push_back(three_level_unit(level, 2, std::sqrt(seepage / 2)));
  }
  return Channel(non_zero(std::move(kraus)));
}

Channel collective_dephasing(double sigma, int qubits) {
  if (!(sigma >= 0 && std::isfinite(sigma))) throw SpecError("sigma_rad", number_text(sigma), "0 or more, and finite");
  require_qubits(qubits, most_dephased);
  // The mean of exp(-i phi (a - b)) over phi multiplies the coherence of states with a and b ones; its eigenvectors over the
  // number of ones are the Kraus operators.
  Matrix mean(qubits + 1, qubits + 1);
  for (int a = 0; a <= qubits; ++a)
    for (int b = 0; b <= qubits; ++b) mean(a, b) = std::exp(-sigma * sigma * (a - b) * (a - b) / 2);
  const Eigensystem system = eigensystem(mean);
  std::vector<Matrix> kraus;
  for (int k = 0; k <= qubits; ++k) {
    if (system.values[k] <= 0) continue;
    const int dimension = 1 << qubits;
    Matrix m = Matrix::Zero(dimension, dimension);
    for (int state = 0; state < dimension; ++state)
      m(state, state) = std::sqrt(system.values[k]) * system.vectors[k][std::popcount(static_cast<unsigned>(state))];
    kraus.push_back(m);
  }
  return Channel(std::move(kraus));
}

}  // namespace farbell
