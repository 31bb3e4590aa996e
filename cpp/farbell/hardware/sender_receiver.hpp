// The herald table of a photon that one memory emits and the other absorbs. Equations and sources: docs/physics/sender_receiver.md.
#pragma once
#include "farbell/hardware/generation.hpp"
#include "farbell/hardware/herald.hpp"

namespace farbell {

// What the sender emits: a photon, and with this probability a second one; or a weak coherent pulse of this mean number of photons.
struct SentLight {
  double double_excitation = 0;
  std::optional<double> mean_photons;
};

// `arrives`: probability that a photon of the sender ends in the receiver. `others`: mean number of photons a bin that end in the receiver beside them, Poisson. With `tells_empty` heralds of a receiver that
// holds nothing are rows of their own.
HeraldTable sender_receiver_table(SenderReceiverSpec const& spec, double arrives, SentLight const& light, double others, bool tells_empty);

}  // namespace farbell
