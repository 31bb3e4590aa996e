// The quantum states of a run, by qubit. One facade over the stores: every operation switches on the kind of store.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/state/bell.hpp"
#include "farbell/state/cluster_store.hpp"
#include "farbell/state/device.hpp"
#include "farbell/state/pair_store.hpp"
#include "farbell/state/stabilizer_store.hpp"

namespace farbell {

enum class StoreKind : std::uint8_t { bell_diagonal, pair_density, stabilizer, density, ket };

Capabilities const& capabilities(StoreKind kind);
// Whether a run follows one trajectory of the noise: what is read of its states is right on average only.
constexpr bool is_sampled(StoreKind kind) { return kind == StoreKind::stabilizer || kind == StoreKind::ket; }

// Why a store cannot hold a device's noise, or a pair's initial state; empty if it can.
std::string cannot_hold(StoreKind kind, Device const& device, bool pauli_twirl);
std::string cannot_hold(StoreKind kind, Correlations const& state);

class States {
 public:
  using Pair = QubitPair;

  // Throws InternalError for a device that the store cannot hold: compile() asks cannot_hold first.
  States(StoreKind kind, std::vector<Device> const& devices, Clock clock, bool pauli_twirl, std::uint64_t replica = 0);

  // A pair exists from photon emission: each qubit waits in its device from its own tick on. Throws InternalError for a
  // state that the store cannot hold. Sampled stores draw the pair's errors from streams of this key.
  Pair create_pair(Correlations const& state, DeviceId a, Tick since_a, DeviceId b, Tick since_b, std::uint64_t noise_key = 0);

  // Bell measurement of b (control; its device gives the gate errors) and c; u in [0,1) chooses the outcome 0..3. Both are
  // released, their partners become a pair, or stay single where a partner was gone.
  int bell_measure(QubitId b, QubitId c, Tick now, double u);

  // One round of distillation (distillation.hpp): a's at one node, b's at the other, whose devices give the errors. The used pair is
  // released, the kept one stays whether or not it should be kept.
  DistillationOutcome distil(DistillationProtocol protocol, Pair kept, Pair used, int kept_frame, int used_frame, Tick now, double u);

  // Traces the qubit out; its partner lives on alone.
  void release(QubitId q);

  // Reads the qubit with its device's read-out errors and releases it; the partner collapses and lives on alone.
  int measure(QubitId q, Basis basis, Tick now, double u);

  // Pauli gate (1 = X, 2 = Y, 3 = Z) with the device's single-qubit gate errors.
  void apply_pauli(QubitId q, int pauli, Tick now);

  bool paired(QubitId q) const;
  QubitId partner(QubitId q) const;

  // Frame-corrected correlators of a pair at `now`; reading changes nothing.
  Correlators correlators(QubitId a, QubitId b, Tick now, int frame) const;

  DeviceId device(QubitId q) const;
  Tick since(QubitId q) const;
  std::size_t live() const;
  StoreKind kind() const { return kind_; }

 private:
  template <class Operation>
  static auto on_store(auto& self, Operation operation);

  StoreKind kind_;
  BellDiagonalStore bell_diagonal_;  // only the store of kind_ is ever filled
  PairDensityStore pair_density_;
  StabilizerStore stabilizer_;
  DensityStore density_;
  KetStore ket_;
};

}  // namespace farbell
