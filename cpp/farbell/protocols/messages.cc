#include "farbell/protocols/messages.hpp"

#include <algorithm>
#include <cmath>

#include "farbell/base/errors.hpp"

namespace farbell {

void Describe<ClassicalMessagesSpec>::check(const ClassicalMessagesSpec& spec) {
  if (!spec.retransmission_timeout_s && (spec.loss_probability > 0 || !spec.lost.empty()))
    throw SpecError("/retransmission_timeout_s", "null",
                    std::string("a time, since ") + (spec.lost.empty() ? "loss_probability is not 0" : "messages are `lost`") +
                        ": what protocols send must arrive in the end");
}

Messages::Messages(const Setup& setup)
    : vary_(setup.vary), setup_(setup), lost_numbers_(setup.lost.begin(), setup.lost.end()) {
  std::sort(lost_numbers_.begin(), lost_numbers_.end());
  for (std::uint64_t key : setup.keys) draws_.emplace_back(key, setup.replica);
}

// Called once for each message.
bool Messages::to_be_lost() { return std::binary_search(lost_numbers_.begin(), lost_numbers_.end(), sent_++); }

Tick Messages::jitter(double u) const { return setup_.clock.tick(-std::log1p(-u) * setup_.jitter_s); }

// The first copy that comes counts. One that would set out when another has come is not sent.
Tick Messages::late(NodeId from) {
  bool lost = to_be_lost();
  Tick earliest = never;
  for (Tick sent = tick_zero; sent < earliest; sent += setup_.timeout) {
    const auto [u0, u1] = draws_[from.value].next();
    if (lost || u0 < setup_.loss_probability) ++lost_;
    else earliest = earlier(earliest, sent + jitter(u1));
    lost = false;
  }
  return earliest;
}

Tick Messages::datagram(NodeId from, NodeId to, Tick at_best) {
  const auto [u0, u1] = draws_[from.value].next();
  if (to_be_lost() || u0 < setup_.loss_probability) {
    ++lost_;
    return never;
  }
  const Tick arrival = at_best + jitter(u1);
  if (!setup_.in_order) return arrival;
  Tick& latest = latest_.try_emplace(std::uint64_t{from.value} << 32 | to.value, arrival).first->second;
  return latest = later(latest, arrival);
}

}  // namespace farbell
