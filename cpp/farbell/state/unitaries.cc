#include "farbell/state/unitaries.hpp"

#include <cmath>
#include <iterator>
#include <string>
#include <vector>

#include "farbell/base/errors.hpp"
#include "farbell/base/nearest.hpp"
#include "farbell/base/text.hpp"
#include "farbell/state/matrices.hpp"

namespace farbell {
namespace {

constexpr Complex i_unit{0, 1};
Matrix square(std::initializer_list<Complex> elements) {
  const auto n = static_cast<Index>(std::lround(std::sqrt(static_cast<double>(elements.size()))));
  Matrix m(n, n);
  std::copy(elements.begin(), elements.end(), m.data());
  return m;
}

Matrix controlled(Complex a, Complex b, Complex c, Complex d) {
  return square({1, 0, 0, 0, 0, 1, 0, 0, 0, 0, a, b, 0, 0, c, d});
}

}  // namespace

Gate gate_named(std::string_view name) {
  std::string names;
  Nearest nearest(name);
  for (std::size_t g = 0; g < std::size(gate_table); ++g) {
    if (gate_table[g].name == name) return static_cast<Gate>(g);
    nearest.offer(gate_table[g].name);
    names += (g == 0 ? "" : ", ") + std::string(gate_table[g].name);
  }
  throw SpecError("gate", in_quotes(shortened(name)), names, nearest.best());
}

Matrix unitary_of(Gate gate, double angle) {
  const double h = std::sqrt(0.5), c = std::cos(angle / 2), s = std::sin(angle / 2);
  const Complex plus{0.5, 0.5}, minus{0.5, -0.5};
  switch (gate) {
    case Gate::i: return square({1, 0, 0, 1});
    case Gate::x: return square({0, 1, 1, 0});
    case Gate::y: return square({0, -i_unit, i_unit, 0});
    case Gate::z: return square({1, 0, 0, -1});
    case Gate::h: return square({h, h, h, -h});
    case Gate::s: return square({1, 0, 0, i_unit});
    case Gate::s_dag: return square({1, 0, 0, -i_unit});
    case Gate::sqrt_x: return square({plus, minus, minus, plus});
    case Gate::sqrt_x_dag: return square({minus, plus, plus, minus});
    case Gate::sqrt_y: return square({plus, -plus, plus, plus});
    case Gate::sqrt_y_dag: return square({minus, minus, -minus, minus});
    case Gate::cx: return controlled(0, 1, 1, 0);
    case Gate::cy: return controlled(0, -i_unit, i_unit, 0);
    case Gate::cz: return controlled(1, 0, 0, -1);
    case Gate::swap: return square({1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1});
    case Gate::iswap: return square({1, 0, 0, 0, 0, 0, i_unit, 0, 0, i_unit, 0, 0, 0, 0, 0, 1});
    case Gate::iswap_dag: return square({1, 0, 0, 0, 0, 0, -i_unit, 0, 0, -i_unit, 0, 0, 0, 0, 0, 1});
    case Gate::t: return square({1, 0, 0, Complex{h, h}});
    case Gate::t_dag: return square({1, 0, 0, Complex{h, -h}});
    case Gate::rx: return square({c, -i_unit * s, -i_unit * s, c});
    case Gate::ry: return square({c, -s, s, c});
    case Gate::rz: return square({Complex{c, -s}, 0, 0, Complex{c, s}});
    case Gate::phase: return square({1, 0, 0, Complex{std::cos(angle), std::sin(angle)}});
  }
  throw InternalError("no such gate");
}

LocalOperator const& fixed_operator(Gate gate) {
  static const std::vector<LocalOperator> operators = [] {
    std::vector<LocalOperator> made;
    for (std::size_t g = 0; g < std::size(gate_table); ++g) made.emplace_back(unitary_of(static_cast<Gate>(g)));
    return made;
  }();
  return operators[static_cast<std::size_t>(gate)];
}

double unitary_deviation(Matrix const& u) {
  return (gram(u) - Matrix::Identity(u.cols(), u.cols())).cwiseAbs().maxCoeff();
}

void check_unitary(Matrix const& u, Index dimension) {
  const std::string size = std::to_string(dimension) + " x " + std::to_string(dimension);
  if (u.rows() != dimension || u.cols() != dimension)
    throw SpecError("matrix", std::to_string(u.rows()) + " x " + std::to_string(u.cols()), size + " for these qubits");
  const double deviation = unitary_deviation(u);
  if (!(deviation <= matrix_tolerance))
    throw SpecError("matrix", "no unitary matrix: U^+ U differs from 1 by " + rough_text(deviation), "unitary to " + number_text(matrix_tolerance));
}

}  // namespace farbell
