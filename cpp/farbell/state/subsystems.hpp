// The factors of a tensor product: qubits, or qubits with a third level, the first factor the most significant.
#pragma once
#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace farbell {

using Complex = std::complex<double>;
using Index = std::ptrdiff_t;

// Without the checks for infinities of std::complex's own product, which keep compilers from using wide registers.
constexpr Complex times(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

// One factor as seen in memory: digit k stands `k * stride` further on.
struct Axis {
  int levels = 2;
  Index stride = 1;
};

class Subsystems {
 public:
  static constexpr int most = 20;

  Subsystems() = default;
  explicit Subsystems(std::span<int const> levels);
  static Subsystems qubits(int n) { return Subsystems(std::vector<int>(n, 2)); }

  int count() const { return count_; }
  Index dimension() const { return dimension_; }
  int levels(int i) const { return axes_[i].levels; }
  Axis axis(int i) const { return axes_[i]; }
  std::vector<int> all_levels() const;
  Index dimension_of(std::span<int const> positions) const;

  // These factors, in this order.
  Subsystems chosen(std::span<int const> positions) const;
  Subsystems without(int position) const;
  Subsystems then(Subsystems const& other) const;
  // The positions that are not among these, in order.
  std::vector<int> rest(std::span<int const> positions) const;

  // The offset of every basis state of the factors at `positions` (the first the most significant), all other digits 0.
  std::vector<Index> offsets(std::span<int const> positions) const;

 private:
  int count_ = 0;
  Index dimension_ = 1;
  std::array<Axis, most> axes_{};
};

// Calls use(base, run) for every run of neighbouring offsets in [start, start + size) at which the digits of all `axes` (strides
// falling) are 0.
template <class Use>
void each_run(Index start, Index size, std::span<Axis const> axes, Use const& use) {
  const Axis first = axes[0];
  const Index step = first.levels * first.stride;
  for (Index base = start; base < start + size; base += step)
    if (axes.size() == 1)
      use(base, first.stride);
    else
      each_run(base, first.stride, axes.subspan(1), use);
}

}  // namespace farbell
