#include "farbell/state/wide_tableau.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "farbell/base/errors.hpp"
#include "farbell/state/clifford.hpp"

namespace farbell {
namespace {

// ---- kernels -------------------------------------------------------------------------------------------------------

// a := a b, both prod X^x Z^z without signs, Y = i X Z; returns the power of i. A counter modulo 4 a bit, in two planes.
[[gnu::always_inline]] inline int multiply_words_body(std::uint64_t* ax, std::uint64_t* az, const std::uint64_t* bx, const std::uint64_t* bz,
                                                std::size_t words) {
  Wide ones{}, twos{};
  for (std::size_t w = 0; w < words; w += words_per_block) {
    Wide x1, z1, x2, z2;
    load(x1, ax + w);
    load(z1, az + w);
    load(x2, bx + w);
    load(z2, bz + w);
    const Wide x1z2 = x1 & z2, anti = (x2 & z1) ^ x1z2, x = x1 ^ x2, z = z1 ^ z2;
    twos ^= (ones ^ x ^ z ^ x1z2) & anti;
    ones ^= anti;
    store(ax + w, x);
    store(az + w, z);
  }
  int power = 0;
  for (std::size_t i = 0; i < words_per_block; ++i) power += std::popcount(ones[i]) + 2 * std::popcount(twos[i]);
  return power & 3;
}
FARBELL_KERNEL(multiply_words, int,
               (std::uint64_t * ax, std::uint64_t* az, const std::uint64_t* bx, const std::uint64_t* bz, std::size_t words),
               (ax, az, bx, bz, words))

// A gate on the initial qubits a and b for all images: columns of X and Z bits.
[[gnu::always_inline]] inline void column_cx_body(std::uint64_t* xa, std::uint64_t* za, std::uint64_t* xb, std::uint64_t* zb,
                                                  std::uint64_t* sign, std::size_t words) {
  for (std::size_t w = 0; w < words; w += words_per_block) {
    Wide x1, z1, x2, z2, s;
    load(x1, xa + w);
    load(z1, za + w);
    load(x2, xb + w);
    load(z2, zb + w);
    load(s, sign + w);
    conjugate(Gate::cx, x1, z1, x2, z2, s);
    store(za + w, z1);
    store(xb + w, x2);
    store(sign + w, s);
  }
}
FARBELL_KERNEL(column_cx, void,
               (std::uint64_t * xa, std::uint64_t* za, std::uint64_t* xb, std::uint64_t* zb, std::uint64_t* sign, std::size_t words),
               (xa, za, xb, zb, sign, words))

void column_gate(Gate gate, std::uint64_t* x, std::uint64_t* z, std::uint64_t* sign, std::size_t words) {
  for (std::size_t w = 0; w < words; ++w) conjugate(gate, x[w], z[w], sign[w]);
}

// 64 rows of one word, `stride` words apart, become its columns (Hacker's Delight, section 7-3).
void transpose_block(std::uint64_t (&a)[64]) {
  std::uint64_t mask = 0x00000000FFFFFFFFu;
  for (int j = 32; j != 0; j >>= 1, mask ^= mask << j)
    for (int k = 0; k < 64; k = ((k | j) + 1) & ~j) {
      const std::uint64_t t = ((a[k] >> j) ^ a[k | j]) & mask;
      a[k] ^= t << j;
      a[k | j] ^= t;
    }
}

}  // namespace

void BitMatrix::transpose() {
  std::uint64_t a[64], b[64];
  for (std::size_t i = 0; i < words_; ++i)
    for (std::size_t j = i; j < words_; ++j) {
      std::uint64_t *upper = row(64 * i) + j, *lower = row(64 * j) + i;
      for (std::size_t r = 0; r < 64; ++r) a[r] = upper[r * words_], b[r] = lower[r * words_];
      transpose_block(a);
      transpose_block(b);
      for (std::size_t r = 0; r < 64; ++r) upper[r * words_] = b[r], lower[r * words_] = a[r];
    }
}

double WideTableau::megabytes(int n) {
  const double side = 64.0 * static_cast<double>(words_for(static_cast<std::size_t>(n)));
  return 4 * side * side / 8 / 1e6;
}

WideTableau::WideTableau(int n)
    : n_(static_cast<std::size_t>(n)), xx_(n_), xz_(n_), zx_(n_), zz_(n_), x_sign_(xx_.words()), z_sign_(xx_.words()) {
  if (n > largest) throw InternalError("a tableau of " + std::to_string(n) + " qubits");
  for (std::size_t q = 0; q < n_; ++q) {
    flip_bit(xx_.row(q), q);
    flip_bit(zz_.row(q), q);
  }
}

void WideTableau::turn(bool transposed) const {
  if (transposed_ == transposed) return;
  for (BitMatrix* m : {&xx_, &xz_, &zx_, &zz_}) m->transpose();
  transposed_ = transposed;
}

// ---- gates ---------------------------------------------------------------------------------------------------------

// The image of one Pauli is multiplied by i^power and the image of another.
void WideTableau::multiply(int to_kind, int to, int from_kind, int from, int power) {
  BitMatrix &tx = to_kind ? zx_ : xx_, &tz = to_kind ? zz_ : xz_;
  BitMatrix const &fx = from_kind ? zx_ : xx_, &fz = from_kind ? zz_ : xz_;
  power += multiply_words(tx.row(to), tz.row(to), fx.row(from), fz.row(from), tx.words());
  Words& sign = to_kind ? z_sign_ : x_sign_;
  if ((power >> 1 & 1) ^ bit_at((from_kind ? z_sign_ : x_sign_).data(), from)) flip_bit(sign.data(), to);
}

// With a gate U after the circuit C, the image of P is that of U^-1 P U before.
void WideTableau::apply(Gate gate, int q) {
  if (gate == Gate::i) return;
  if (gate <= Gate::z) return apply_pauli(q, static_cast<int>(gate));
  rows();
  const auto exchange = [&](int minus_on) {
    std::swap_ranges(xx_.row(q), xx_.row(q) + xx_.words(), zx_.row(q));
    std::swap_ranges(xz_.row(q), xz_.row(q) + xx_.words(), zz_.row(q));
    if (bit_at(x_sign_.data(), q) != bit_at(z_sign_.data(), q)) flip_bit(x_sign_.data(), q), flip_bit(z_sign_.data(), q);
    if (minus_on == 0) flip_bit(x_sign_.data(), q);
    if (minus_on == 1) flip_bit(z_sign_.data(), q);
  };
  switch (gate) {
    case Gate::h: exchange(-1); break;
    case Gate::s: multiply(0, q, 1, q, 3); break;           // X -> -Y = -i X Z
    case Gate::s_dag: multiply(0, q, 1, q, 1); break;       // X -> Y
    case Gate::sqrt_x: multiply(1, q, 0, q, 3); break;      // Z -> Y = -i Z X
    case Gate::sqrt_x_dag: multiply(1, q, 0, q, 1); break;  // Z -> -Y
    case Gate::sqrt_y: exchange(1); break;                  // X -> Z, Z -> -X
    case Gate::sqrt_y_dag: exchange(0); break;
    default: throw InternalError("a tableau cannot hold the gate " + std::string(info(gate).name));
  }
  check();
}

void WideTableau::apply(Gate gate, int a, int b) {
  rows();
  switch (gate) {
    case Gate::cx:
      multiply(0, a, 0, b, 0);
      multiply(1, b, 1, a, 0);
      break;
    case Gate::cy:
      apply(Gate::s_dag, b);
      apply(Gate::cx, a, b);
      apply(Gate::s, b);
      break;
    case Gate::cz:
      multiply(0, a, 1, b, 0);
      multiply(0, b, 1, a, 0);
      break;
    case Gate::swap:
      for (BitMatrix* m : {&xx_, &xz_, &zx_, &zz_}) std::swap_ranges(m->row(a), m->row(a) + m->words(), m->row(b));
      for (Words* sign : {&x_sign_, &z_sign_})
        if (bit_at(sign->data(), a) != bit_at(sign->data(), b)) flip_bit(sign->data(), a), flip_bit(sign->data(), b);
      break;
    case Gate::iswap:
    case Gate::iswap_dag:
      for (int q : {a, b}) apply(gate == Gate::iswap ? Gate::s : Gate::s_dag, q);
      apply(Gate::cz, a, b);
      apply(Gate::swap, a, b);
      break;
    default: throw InternalError("a tableau cannot hold the gate " + std::string(info(gate).name));
  }
  check();
}

void WideTableau::apply_pauli(int q, int k) {
  if (k == 1 || k == 2) flip_bit(z_sign_.data(), q);
  if (k >= 2) flip_bit(x_sign_.data(), q);
}

// ---- measuring -----------------------------------------------------------------------------------------------------

bool WideTableau::determined(int q) const {
  const std::uint64_t* x = zx_.row(q);
  return std::all_of(x, x + zx_.words(), [](std::uint64_t word) { return word == 0; });
}

int WideTableau::expectation(Product const& p) const {
  rows();
  const std::size_t words = xx_.words();
  Words x(words), z(words);
  int power = 0;
  for (auto [q, k] : p) {
    if (k == 1 || k == 2) power += multiply_words(x.data(), z.data(), xx_.row(q), xz_.row(q), words) + 2 * bit_at(x_sign_.data(), q);
    if (k >= 2) power += multiply_words(x.data(), z.data(), zx_.row(q), zz_.row(q), words) + 2 * bit_at(z_sign_.data(), q);
    power += k == 2;  // Y = i X Z
  }
  if (std::any_of(x.begin(), x.end(), [](std::uint64_t word) { return word != 0; })) return 0;
  return power & 2 ? -1 : 1;
}

// Gates on initial qubits that leave |0...0> alone bring the image of Z_q to X on one of them, times Z on some.
std::ptrdiff_t WideTableau::reduce_to_pivot(int q) {
  const std::size_t words = xx_.words(), word = static_cast<std::size_t>(q) >> 6;
  const int shift = q & 63;
  std::ptrdiff_t pivot = -1;
  for (std::size_t k = 0; k < n_; ++k) {
    if (!(zx_.row(k)[word] >> shift & 1)) continue;
    if (pivot < 0) {
      pivot = static_cast<std::ptrdiff_t>(k);
      continue;
    }
    column_cx(xx_.row(pivot), xz_.row(pivot), xx_.row(k), xz_.row(k), x_sign_.data(), words);
    column_cx(zx_.row(pivot), zz_.row(pivot), zx_.row(k), zz_.row(k), z_sign_.data(), words);
  }
  if (pivot >= 0 && bit_at(zz_.row(pivot), q)) {
    column_gate(Gate::s_dag, xx_.row(pivot), xz_.row(pivot), x_sign_.data(), words);
    column_gate(Gate::s_dag, zx_.row(pivot), zz_.row(pivot), z_sign_.data(), words);
  }
  return pivot;
}

// The initial |0> of the pivot becomes an eigenstate of X: a Hadamard gate on it, and a flip where the other outcome is wanted.
void WideTableau::finish(int q, std::ptrdiff_t pivot, bool bit) {
  const std::size_t words = xx_.words();
  column_gate(Gate::h, xx_.row(pivot), xz_.row(pivot), x_sign_.data(), words);
  column_gate(Gate::h, zx_.row(pivot), zz_.row(pivot), z_sign_.data(), words);
  if (bit_at(z_sign_.data(), q) == bit) return;
  column_gate(Gate::x, xx_.row(pivot), xz_.row(pivot), x_sign_.data(), words);
  column_gate(Gate::x, zx_.row(pivot), zz_.row(pivot), z_sign_.data(), words);
}

std::vector<WideTableau::Step> WideTableau::to_z(Product const& p) const {
  std::vector<Step> steps;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const auto [q, k] = p[i];
    if (k == 1) steps.push_back({Gate::h, {q, q}});
    if (k == 2) steps.push_back({Gate::sqrt_x, {q, q}});
    if (i + 1 < p.size()) continue;
    for (std::size_t j = 0; j < i; ++j) steps.push_back({Gate::cx, {p[j].first, q}});
  }
  return steps;
}

void WideTableau::run(Step const& step, bool inverse) {
  const auto [gate, on] = step;
  if (gate == Gate::cx) return apply(gate, on.first, on.second);
  apply(gate == Gate::sqrt_x && inverse ? Gate::sqrt_x_dag : gate, on.first);
}

double WideTableau::project(Product const& p, int bit) {
  if (const int sign = expectation(p); sign != 0) return (sign < 0) == bit;
  const std::vector<Step> steps = to_z(p);
  for (Step const& s : steps) run(s, false);
  columns();
  collapse(p.back().first, [&] { return bit != 0; });
  if (!steps.empty()) rows();
  for (auto s = steps.rbegin(); s != steps.rend(); ++s) run(*s, true);
  check();
  return 0.5;
}

int WideTableau::measure(Product const& p, double u) {
  if (const int sign = expectation(p); sign != 0) return sign < 0;
  const int bit = u >= 0.5;
  project(p, bit);
  return bit;
}

// ---- reading -------------------------------------------------------------------------------------------------------

// C Z_k C^-1 anticommutes with Z_q where the image of Z_q has an X on k, with X_q where that of X_q has.
std::vector<WideTableau::Generator> WideTableau::generators() const {
  columns();
  std::vector<Generator> all(n_, {std::vector<std::uint8_t>(n_), std::vector<std::uint8_t>(n_), false});
  for (std::size_t k = 0; k < n_; ++k)
    for (std::size_t q = 0; q < n_; ++q) {
      all[k].x[q] = bit_at(zx_.row(k), q);
      all[k].z[q] = bit_at(xx_.row(k), q);
    }
  for (Generator& g : all) {
    Product p;
    for (std::size_t q = 0; q < n_; ++q)
      if (g.x[q] | g.z[q]) p.push_back({static_cast<int>(q), g.z[q] ? 3 - g.x[q] : 1});
    g.negative = expectation(p) < 0;
  }
  return all;
}

int WideTableau::entropy(std::vector<int> const& qubits) const {
  rows();
  const std::size_t words = xx_.words();
  std::vector<Words> left;
  for (int q : qubits)
    for (BitMatrix const* m : {&xx_, &zx_}) left.emplace_back(m->row(q), m->row(q) + words);
  int rank = 0;
  for (std::size_t k = 0; k < n_ && !left.empty(); ++k) {
    const auto found = std::find_if(left.begin(), left.end(), [&](Words const& r) { return bit_at(r.data(), k); });
    if (found == left.end()) continue;
    const Words pivot = std::move(*found);
    *found = std::move(left.back());
    left.pop_back();
    for (Words& r : left)
      if (bit_at(r.data(), k))
        for (std::size_t w = 0; w < words; ++w) r[w] ^= pivot[w];
    ++rank;
  }
  return rank - static_cast<int>(qubits.size());
}

double WideTableau::fidelity(WideTableau const& other) const {
  if (n_ != other.n_) throw InternalError("fidelity of tableaux of different sizes");
  WideTableau copy = *this;
  double product = 1;
  for (Generator const& g : other.generators()) {
    Product p;
    for (std::size_t q = 0; q < n_; ++q)
      if (g.x[q] | g.z[q]) p.push_back({static_cast<int>(q), g.z[q] ? 3 - g.x[q] : 1});
    product *= copy.project(p, g.negative);
    if (product == 0) break;
  }
  return product;
}

WideTableau::Generator WideTableau::image(int kind, int q) const {
  rows();
  Generator g{std::vector<std::uint8_t>(n_), std::vector<std::uint8_t>(n_), bit_at((kind ? z_sign_ : x_sign_).data(), q)};
  for (std::size_t k = 0; k < n_; ++k) {
    g.x[k] = bit_at((kind ? zx_ : xx_).row(q), k);
    g.z[k] = bit_at((kind ? zz_ : xz_).row(q), k);
  }
  return g;
}

bool WideTableau::set_images(std::vector<Generator> const& of_x, std::vector<Generator> const& of_z) {
  rows();
  for (BitMatrix* m : {&xx_, &xz_, &zx_, &zz_})
    for (std::size_t q = 0; q < n_; ++q) std::fill_n(m->row(q), m->words(), 0);
  x_sign_.assign(x_sign_.size(), 0);
  z_sign_.assign(z_sign_.size(), 0);
  for (std::size_t q = 0; q < n_; ++q) {
    for (std::size_t k = 0; k < n_; ++k) {
      if (of_x[q].x[k]) flip_bit(xx_.row(q), k);
      if (of_x[q].z[k]) flip_bit(xz_.row(q), k);
      if (of_z[q].x[k]) flip_bit(zx_.row(q), k);
      if (of_z[q].z[k]) flip_bit(zz_.row(q), k);
    }
    if (of_x[q].negative) flip_bit(x_sign_.data(), q);
    if (of_z[q].negative) flip_bit(z_sign_.data(), q);
  }
  if (invariants_hold()) return true;
  *this = WideTableau(size());
  return false;
}

// Images anticommute as the Paulis do.
bool WideTableau::invariants_hold() const {
  rows();
  const std::size_t words = xx_.words();
  const auto anticommute = [&](BitMatrix const& ax, BitMatrix const& az, std::size_t a, BitMatrix const& bx, BitMatrix const& bz,
                               std::size_t b) {
    std::uint64_t parity = 0;
    for (std::size_t w = 0; w < words; ++w) parity ^= (ax.row(a)[w] & bz.row(b)[w]) ^ (az.row(a)[w] & bx.row(b)[w]);
    return (std::popcount(parity) & 1) != 0;
  };
  for (std::size_t a = 0; a < n_; ++a)
    for (std::size_t b = 0; b < n_; ++b)
      if (anticommute(xx_, xz_, a, xx_, xz_, b) || anticommute(zx_, zz_, a, zx_, zz_, b) ||
          anticommute(xx_, xz_, a, zx_, zz_, b) != (a == b))
        return false;
  return true;
}

void WideTableau::check() const {
#ifndef NDEBUG
  // Cubic in the number of qubits.
  if (n_ <= 32 && !invariants_hold()) throw InternalError("a tableau whose images do not commute as they must");
#endif
}

Words WideTableau::words() const {
  rows();
  Words all;
  all.reserve(word_count());
  for (Words const* part : std::initializer_list<Words const*>{&xx_.data(), &xz_.data(), &zx_.data(), &zz_.data(), &x_sign_, &z_sign_})
    all.insert(all.end(), part->begin(), part->end());
  return all;
}

void WideTableau::set_words(std::uint64_t const* words) {
  transposed_ = false;
  for (Words* part : {&xx_.data(), &xz_.data(), &zx_.data(), &zz_.data(), &x_sign_, &z_sign_}) {
    std::copy_n(words, part->size(), part->begin());
    words += part->size();
  }
}

}  // namespace farbell
