#include "farbell/state/local_operator.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

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

// Neighbouring amplitudes that are worked on together, and local basis states that need no allocation.
constexpr int wide = 8, small = 16;

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
  inputs_.resize(elements_.size());
  for (int row = 0; row < dimension_; ++row) {
    const std::size_t start = next;
    while (next < elements_.size() && elements_[next].row == row) ++next;
    const bool identity = next == start + 1 && elements_[start].column == row && elements_[start].value == Complex{1};
    if (identity) continue;
    rows_.push_back(row);
    starts_.push_back(static_cast<int>(start));
    starts_.push_back(static_cast<int>(next));
    for (std::size_t i = start; i < next; ++i) {
      real_ = real_ && elements_[i].value.imag() == 0;
      columns_.push_back(elements_[i].column);
    }
  }
  std::sort(columns_.begin(), columns_.end());
  columns_.erase(std::unique(columns_.begin(), columns_.end()), columns_.end());
  for (std::size_t i = 0; i < elements_.size(); ++i)
    inputs_[i] = static_cast<int>(std::lower_bound(columns_.begin(), columns_.end(), elements_[i].column) - columns_.begin());
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

struct LocalOperator::Layout {
  std::array<Index, small> few_offsets;
  std::array<double, 2 * small * wide> few_inputs;
  std::vector<Index> more_offsets;
  std::vector<double> more_inputs;
  Index* offsets = few_offsets.data();
  double* inputs = few_inputs.data();

  Layout(std::span<Axis const> axes, int dimension) {
    if (dimension > small) {
      more_offsets.resize(dimension);
      more_inputs.resize(static_cast<std::size_t>(2 * wide) * dimension);
      offsets = more_offsets.data();
      inputs = more_inputs.data();
    }
    int count = 1;
    offsets[0] = 0;
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
      const int before = count;
      if (before * axis->levels > dimension) throw InternalError("an operator on other factors");
      for (int digit = 1; digit < axis->levels; ++digit)
        for (int k = 0; k < before; ++k) offsets[count++] = offsets[k] + digit * axis->stride;
    }
    if (count != dimension) throw InternalError("an operator on other factors");
  }
};

template <int lanes, bool real>
void LocalOperator::work(Complex* x, Layout const& layout, double sign) const {
  double* in = layout.inputs;
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    const double* from = reinterpret_cast<double const*>(x + layout.offsets[columns_[k]]);
    for (int i = 0; i < 2 * lanes; ++i) in[2 * lanes * k + i] = from[i];
  }
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    double sum[2 * lanes] = {};
    for (int e = starts_[2 * r]; e < starts_[2 * r + 1]; ++e) {
      const double* v = in + 2 * lanes * inputs_[e];
      const double re = elements_[e].value.real(), im = sign * elements_[e].value.imag();
      for (int i = 0; i < 2 * lanes; ++i) sum[i] += re * v[i];
      if constexpr (!real)
        for (int i = 0; i < lanes; ++i) {
          sum[2 * i] -= im * v[2 * i + 1];
          sum[2 * i + 1] += im * v[2 * i];
        }
    }
    double* out = reinterpret_cast<double*>(x + layout.offsets[rows_[r]]);
    for (int i = 0; i < 2 * lanes; ++i) out[i] = sum[i];
  }
}

// x -> M x for a real 2 x 2 matrix, element by element: half of what gates do.
void LocalOperator::mix(Complex* x, Index size, Axis axis) const {
  double m[2][2] = {};
  for (Element const& e : elements_) m[e.row][e.column] = e.value.real();
  const auto walk = [&](auto run) {  // a compile-time constant where runs are short
    for (Index base = 0; base < size; base += 2 * run) {
      double* __restrict zero = reinterpret_cast<double*>(x + base);
      double* __restrict one = zero + 2 * run;
      for (Index i = 0; i < 2 * run; ++i) {
        const double a = zero[i], b = one[i];
        zero[i] = m[0][0] * a + m[0][1] * b;
        one[i] = m[1][0] * a + m[1][1] * b;
      }
    }
  };
  if (axis.stride == 1)
    walk(std::integral_constant<Index, 1>{});
  else if (axis.stride == 2)
    walk(std::integral_constant<Index, 2>{});
  else
    walk(axis.stride);
}

void LocalOperator::apply(Complex* x, Index size, std::span<Axis const> axes, bool conjugate) const {
  if (real_ && dimension_ == 2 && axes.size() == 1 && axes[0].levels == 2) return mix(x, size, axes[0]);
  const Layout layout(axes, dimension_);
  std::array<Axis, 2 * Subsystems::most> sorted;
  std::copy(axes.begin(), axes.end(), sorted.begin());
  std::sort(sorted.begin(), sorted.begin() + axes.size(), [](Axis a, Axis b) { return a.stride > b.stride; });
  const double sign = conjugate ? -1 : 1;
  const auto walk = [&]<bool real>() {
    each_run(0, size, std::span<Axis const>(sorted.data(), axes.size()), [&](Index base, Index run) {
      Index i = 0;
      for (; i + wide <= run; i += wide) work<wide, real>(x + base + i, layout, sign);
      for (; i + 4 <= run; i += 4) work<4, real>(x + base + i, layout, sign);
      for (; i + 2 <= run; i += 2) work<2, real>(x + base + i, layout, sign);
      for (; i < run; ++i) work<1, real>(x + base + i, layout, sign);
    });
  };
  if (real_)
    walk.operator()<true>();
  else
    walk.operator()<false>();
}

}  // namespace farbell
