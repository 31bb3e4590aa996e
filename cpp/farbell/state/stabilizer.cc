#include "farbell/state/stabilizer.hpp"

#include <bit>
#include <string>

#include "farbell/base/errors.hpp"

namespace farbell {
namespace {

constexpr std::uint64_t bit_of(int i) { return std::uint64_t{1} << i; }
// All bits set if bit i is.
constexpr std::uint64_t spread(std::uint64_t word, int i) { return -(word >> i & 1); }
constexpr bool odd(std::uint64_t word) { return std::popcount(word) & 1; }

}  // namespace

StabilizerCluster::StabilizerCluster(int n) : n_(n) {
  if (n < 0 || n > capacity) throw InternalError("a cluster of " + std::to_string(n) + " qubits");
  for (int q = 0; q < n; ++q) columns_[q] = {{0, bit_of(q)}, {bit_of(q), 0}};
}

StabilizerCluster::Rows StabilizerCluster::anticommuting(PauliProduct const& p) const {
  Rows rows;
  for (std::uint64_t left = p.x | p.z; left != 0; left &= left - 1) {
    const int q = std::countr_zero(left);
    const std::uint64_t x = spread(p.x, q), z = spread(p.z, q);
    rows.s ^= (columns_[q].z.s & x) ^ (columns_[q].x.s & z);
    rows.d ^= (columns_[q].z.d & x) ^ (columns_[q].x.d & z);
  }
  return rows;
}

// Generators are (-1)^sign prod i^(x z) X^x Z^z. Their product, in the order of the rows: each X that passes an earlier Z gives -1.
bool StabilizerCluster::sign_of(PauliProduct const& p, std::uint64_t rows) const {
  if ((rows & (rows - 1)) == 0) return odd(sign_.s & rows) ^ p.negative;
  std::uint64_t ones = 0, twos = 0;  // powers of i, a counter a row
  for (int q = 0; q < n_; ++q) {
    const std::uint64_t x = columns_[q].x.s & rows, z = columns_[q].z.s & rows, y = x & z;
    std::uint64_t before = z << 1;
    for (int shift = 1; shift < n_; shift <<= 1) before ^= before << shift;
    twos ^= (ones & y) ^ (before & x);
    ones ^= y;
  }
  const int power = std::popcount(ones) - std::popcount(p.x & p.z) + 2 * odd(twos ^ (sign_.s & rows));
  return (power >> 1 & 1) ^ p.negative;
}

int StabilizerCluster::expectation(PauliProduct const& p) const {
  const Rows against = anticommuting(p);
  return against.s != 0 ? 0 : sign_of(p, against.d) ? -1 : 1;
}

// Aaronson and Gottesman's update: every row that anticommutes with p takes a factor of one such generator, which becomes p.
void StabilizerCluster::collapse(PauliProduct const& p, int bit, Rows const& against) {
  const int pivot = std::countr_zero(against.s);
  const std::uint64_t row = bit_of(pivot), s = against.s & ~row, d = against.d & ~row;
  std::uint64_t ones = 0, twos = 0;  // powers of i of the products, a counter a row
  for (int q = 0; q < n_; ++q) {
    Rows &x = columns_[q].x, &z = columns_[q].z;
    const std::uint64_t px = spread(x.s, pivot), pz = spread(z.s, pivot), x1 = x.s, z1 = z.s;
    const std::uint64_t x1z2 = x1 & pz, anti = (px & z1) ^ x1z2;
    twos ^= (ones ^ x1 ^ px ^ z1 ^ pz ^ x1z2) & anti;
    ones ^= anti;
    x.s = ((x1 ^ (s & px)) & ~row) | (p.x >> q & 1) << pivot;
    z.s = ((z1 ^ (s & pz)) & ~row) | (p.z >> q & 1) << pivot;
    x.d = ((x.d ^ (d & px)) & ~row) | (px & row);
    z.d = ((z.d ^ (d & pz)) & ~row) | (pz & row);
  }
  sign_.s ^= s & (twos ^ spread(sign_.s, pivot));
  sign_.s = (sign_.s & ~row) | std::uint64_t(bit ^ p.negative) << pivot;
  check();
}

double StabilizerCluster::project(PauliProduct const& p, int bit) {
  const Rows against = anticommuting(p);
  if (against.s == 0) return sign_of(p, against.d) == bit;
  collapse(p, bit, against);
  return 0.5;
}

int StabilizerCluster::measure(PauliProduct const& p, double u) {
  const Rows against = anticommuting(p);
  if (against.s == 0) return sign_of(p, against.d);
  const int bit = u >= 0.5;
  collapse(p, bit, against);
  return bit;
}

void StabilizerCluster::replace(int pivot, std::uint64_t rows, PauliProduct const& p) {
  const std::uint64_t row = bit_of(pivot), others = rows & ~row;
  for (int q = 0; q < n_; ++q) {
    Rows &x = columns_[q].x, &z = columns_[q].z;
    x.s = (x.s & ~row) | (p.x >> q & 1) << pivot;
    z.s = (z.s & ~row) | (p.z >> q & 1) << pivot;
    x.d ^= others & spread(x.d, pivot);
    z.d ^= others & spread(z.d, pivot);
  }
  sign_.s = (sign_.s & ~row) | std::uint64_t{p.negative} << pivot;
}

bool StabilizerCluster::set_generators(std::vector<PauliProduct> const& generators) {
  *this = StabilizerCluster(n_);
  const auto fail = [&] {
    *this = StabilizerCluster(n_);
    return false;
  };
  if (generators.size() != static_cast<std::size_t>(n_)) return fail();
  std::uint64_t used = 0;
  for (PauliProduct const& p : generators) {
    const Rows against = anticommuting(p);
    if ((against.s & used) != 0) return fail();  // does not commute with an earlier one
    if (against.s != 0) {
      const int pivot = std::countr_zero(against.s);
      collapse(p, 0, against);
      used |= bit_of(pivot);
      continue;
    }
    if ((against.d & ~used) == 0) return fail();  // a product of earlier ones
    // The row that becomes p must be none of those; which sign it had belonged to |0...0>, not to what is asked for.
    const int pivot = std::countr_zero(against.d & ~used);
    replace(pivot, against.d, p);
    used |= bit_of(pivot);
  }
  check();
  return true;
}

void StabilizerCluster::append(StabilizerCluster const& other) {
  if (n_ + other.n_ > capacity) throw InternalError("a cluster of " + std::to_string(n_ + other.n_) + " qubits");
  const int shift = n_;
  for (int q = 0; q < other.n_; ++q) {
    Column const& c = other.columns_[q];
    columns_[n_ + q] = {{c.x.s << shift, c.x.d << shift}, {c.z.s << shift, c.z.d << shift}};
  }
  if (other.n_ > 0) sign_.s |= other.sign_.s << shift;
  n_ += other.n_;
  check();
}

void StabilizerCluster::remove(int q) {
  PauliProduct z = PauliProduct::single(q, 3);
  const Rows against = anticommuting(z);
  if (against.s != 0) throw InternalError("a qubit that is not in an eigenstate of Z leaves a cluster");
  z.negative = sign_of(z, against.d);
  const int row = std::countr_zero(against.d), last = n_ - 1;
  replace(row, against.d, z);
  // The other generators lose their Z on q.
  sign_.s ^= columns_[q].z.s & ~bit_of(row) & spread(sign_.s, row);
  columns_[q] = columns_[last];
  const auto drop = [&](std::uint64_t& word) {
    word = ((word & ~bit_of(row)) | (word >> last & 1) << row) & (bit_of(last) - 1);
  };
  for (int k = 0; k < last; ++k)
    for (std::uint64_t* word : {&columns_[k].x.s, &columns_[k].x.d, &columns_[k].z.s, &columns_[k].z.d}) drop(*word);
  drop(sign_.s);
  n_ = last;
  check();
}

PauliProduct StabilizerCluster::generator(int row) const {
  PauliProduct p;
  for (int q = 0; q < n_; ++q) {
    p.x |= (columns_[q].x.s >> row & 1) << q;
    p.z |= (columns_[q].z.s >> row & 1) << q;
  }
  p.negative = sign_.s >> row & 1;
  return p;
}

int StabilizerCluster::entropy(std::uint64_t qubits) const {
  std::array<std::uint64_t, capacity> basis{};  // by leading bit
  int rank = 0;
  const auto add = [&](std::uint64_t word) {
    while (word != 0) {
      std::uint64_t& entry = basis[std::bit_width(word) - 1];
      if (entry == 0) {
        entry = word;
        ++rank;
        return;
      }
      word ^= entry;
    }
  };
  for (std::uint64_t left = qubits; left != 0; left &= left - 1) {
    Column const& c = columns_[std::countr_zero(left)];
    add(c.x.s);
    add(c.z.s);
  }
  return rank - std::popcount(qubits);
}

double StabilizerCluster::fidelity(StabilizerCluster const& other) const {
  if (n_ != other.n_) throw InternalError("fidelity of clusters of different sizes");
  StabilizerCluster copy = *this;
  double product = 1;
  for (int row = 0; row < n_ && product != 0; ++row) product *= copy.project(other.generator(row), 0);
  return product;
}

bool StabilizerCluster::invariants_hold() const {
  for (int row = 0; row < n_; ++row) {
    const Rows against = anticommuting(generator(row));
    if (against.s != 0 || against.d != bit_of(row)) return false;
  }
  return true;
}

void StabilizerCluster::require_invariants() const {
  if (!invariants_hold()) throw InternalError("a stabilizer tableau whose rows do not commute as they must");
}

std::vector<std::uint64_t> StabilizerCluster::words() const {
  std::vector<std::uint64_t> all{sign_.s, sign_.d};
  for (Column const& c : columns_) all.insert(all.end(), {c.x.s, c.x.d, c.z.s, c.z.d});
  return all;
}

void StabilizerCluster::set_words(std::uint64_t const* w) {
  sign_ = {w[0], w[1]};
  w += 2;
  for (Column& c : columns_) {
    c = {{w[0], w[1]}, {w[2], w[3]}};
    w += 4;
  }
}

}  // namespace farbell
