#include "farbell/state/local_operator.hpp"

#include <algorithm>
#include <array>

#include "farbell/base/errors.hpp"

namespace farbell {
namespace {

std::vector<LocalOperator::Element> non_zeros(Matrix const& matrix) {
  std::vector<LocalOperator::Element> elements;
  for (int i = 0; i < matrix.rows(); ++i)
    for (int j = 0; j < matrix.cols(); ++j)
      if (matrix(i, j) != Complex{}) elements.push_back({i, j, matrix(i, j)});
  return elements;
}

// Neighbouring amplitudes that are worked on together.
constexpr int wide = 8;

}  // namespace

LocalOperator::LocalOperator(Matrix const& matrix) : LocalOperator(static_cast<int>(matrix.rows()), non_zeros(matrix)) {}

LocalOperator::LocalOperator(int dimension, std::vector<Element> elements) : dimension_(dimension), elements_(std::move(elements)) {
  std::sort(elements_.begin(), elements_.end(),
            [](Element const& a, Element const& b) { return a.row != b.row ? a.row < b.row : a.column < b.column; });
  std::vector<Element> summed;
  for (Element const& e : elements_)
    if (!summed.empty() && summed.back().row == e.row && summed.back().column == e.column)
      summed.back().value += e.value;
    else
      summed.push_back(e);
  std::erase_if(summed, [](Element const& e) { return e.value == Complex{}; });
  elements_ = std::move(summed);
  index();
}

void LocalOperator::index() {
  std::size_t next = 0;
  std::vector<Element> kept;
  for (int row = 0; row < dimension_; ++row) {
    const std::size_t start = next;
    while (next < elements_.size() && elements_[next].row == row) ++next;
    const bool identity = next == start + 1 && elements_[start].column == row && elements_[start].value == Complex{1};
    if (identity) continue;
    rows_.push_back(row);
    starts_.push_back(static_cast<int>(start));
    starts_.push_back(static_cast<int>(next));
    for (std::size_t i = start; i < next; ++i) real_ = real_ && elements_[i].value.imag() == 0;
  }
}

std::vector<int> LocalOperator::qubit_states(std::span<int const> levels) {
  std::vector<int> states{0};
  for (int n : levels) {
    std::vector<int> finer;
    for (int state : states)
      for (int digit = 0; digit < 2; ++digit) finer.push_back(state * n + digit);
    states = std::move(finer);
  }
  return states;
}

LocalOperator LocalOperator::embedded(std::span<int const> levels) const {
  const std::vector<int> states = qubit_states(levels);
  if (static_cast<int>(states.size()) != dimension_) throw InternalError("an operator on other factors");
  int whole = 1;
  for (int n : levels) whole *= n;
  std::vector<Element> elements;
  for (Element const& e : elements_) elements.push_back({states[e.row], states[e.column], e.value});
  for (int k = 0; k < whole; ++k)
    if (std::find(states.begin(), states.end(), k) == states.end()) elements.push_back({k, k, 1});
  return {whole, std::move(elements)};
}

void LocalOperator::apply(Complex* x, Index size, std::span<Axis const> axes, bool conjugate) const {
  // Offsets of the local basis states, and the axes by falling stride for the walk over all others.
  std::vector<Index> offsets{0};
  offsets.reserve(dimension_);
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    const std::size_t before = offsets.size();
    for (int digit = 1; digit < axis->levels; ++digit)
      for (std::size_t k = 0; k < before; ++k) offsets.push_back(offsets[k] + digit * axis->stride);
  }
  if (static_cast<int>(offsets.size()) != dimension_) throw InternalError("an operator on other factors");
  std::array<Axis, 2 * Subsystems::most> sorted;
  std::copy(axes.begin(), axes.end(), sorted.begin());
  std::sort(sorted.begin(), sorted.begin() + axes.size(), [](Axis a, Axis b) { return a.stride > b.stride; });
  const double sign = conjugate ? -1 : 1;
  std::vector<Complex> local(static_cast<std::size_t>(dimension_) * wide);

  const auto step = [&]<int lanes>(Complex* at) {
    double* in = reinterpret_cast<double*>(local.data());
    for (int k = 0; k < dimension_; ++k)
      for (int i = 0; i < lanes; ++i) {
        in[2 * (k * lanes + i)] = at[offsets[k] + i].real();
        in[2 * (k * lanes + i) + 1] = at[offsets[k] + i].imag();
      }
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      double sum[2 * lanes] = {};
      for (int e = starts_[2 * r]; e < starts_[2 * r + 1]; ++e) {
        const double* v = in + 2 * lanes * elements_[e].column;
        const double re = elements_[e].value.real(), im = sign * elements_[e].value.imag();
        for (int i = 0; i < 2 * lanes; ++i) sum[i] += re * v[i];
        if (real_) continue;
        for (int i = 0; i < lanes; ++i) {
          sum[2 * i] -= im * v[2 * i + 1];
          sum[2 * i + 1] += im * v[2 * i];
        }
      }
      double* out = reinterpret_cast<double*>(at + offsets[rows_[r]]);
      for (int i = 0; i < 2 * lanes; ++i) out[i] = sum[i];
    }
  };
  each_run(0, size, std::span<Axis const>(sorted.data(), axes.size()), [&](Index base, Index run) {
    Index i = 0;
    for (; i + wide <= run; i += wide) step.template operator()<wide>(x + base + i);
    for (; i + 2 <= run; i += 2) step.template operator()<2>(x + base + i);
    for (; i < run; ++i) step.template operator()<1>(x + base + i);
  });
}

}  // namespace farbell
