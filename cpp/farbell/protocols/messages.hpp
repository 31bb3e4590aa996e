// How long classical messages are on their way: the delay of their way, and what loss and jitter add to it.
// docs/physics/classical_messages.md
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "farbell/base/fields.hpp"
#include "farbell/base/ids.hpp"
#include "farbell/base/tick.hpp"
#include "farbell/engine/philox.hpp"

namespace farbell {

struct ClassicalMessagesSpec {
  double jitter_s = 0;
  double loss_probability = 0;
  std::optional<double> retransmission_timeout_s;
  bool in_order = false;
  std::vector<std::int64_t> lost;

  // Whether chance, or the scenario, has a say in when messages arrive.
  bool vary() const { return jitter_s > 0 || loss_probability > 0 || !lost.empty(); }

  bool operator==(const ClassicalMessagesSpec&) const = default;
};

template <>
struct Describe<ClassicalMessagesSpec> {
  static constexpr std::string_view name = "ClassicalMessages";
  static constexpr std::string_view doc =
      "What happens to classical messages on their way, beside the delays of fibres and nodes: nothing, unless it is said here.";
  static constexpr auto fields = std::tuple{
      field("jitter_s", &ClassicalMessagesSpec::jitter_s, "s", non_negative,
            "Mean of the exponential delay that each message has beside that of its way, so that messages overtake each other."),
      field("loss_probability", &ClassicalMessagesSpec::loss_probability, within(0, 0.99),
            "Probability that a message, or a copy of it that is sent again, is lost on its way."),
      field("retransmission_timeout_s", &ClassicalMessagesSpec::retransmission_timeout_s, "s", positive,
            "How long protocols wait before they send a message again, until it has arrived; null = never. A round trip at least, in practice."),
      field("in_order", &ClassicalMessagesSpec::in_order,
            "Whether messages of programs from one node to another are received in the order in which they were sent."),
      field("lost", &ClassicalMessagesSpec::lost, non_negative,
            "Messages that are lost, whatever chance says: numbers, from 0, in the order in which messages are sent in a run."),
  };

  static void check(const ClassicalMessagesSpec& spec);
};

class Messages {
 public:
  struct Setup {
    bool vary = false;                     // false: they take the delay of their way, and no more
    std::span<const std::uint64_t> keys;   // by node: random stream of what happens to what it sends
    double jitter_s = 0, loss_probability = 0;
    Tick timeout = never;                  // until one is sent again
    bool in_order = false;                 // datagrams
    std::span<const std::int64_t> lost;
    Clock clock;
    std::uint64_t replica = 0;
  };

  explicit Messages(const Setup& setup);

  // When what protocols send at `sent` arrives after a way of that delay: it is sent again until it does.
  Tick arrives(NodeId from, Tick sent, Tick delay) {
    if (vary_) [[unlikely]] return sent + delay + late(from);
    return sent + delay;
  }
  // The same of a datagram; `never` if it is lost.
  Tick datagram_arrives(NodeId from, NodeId to, Tick sent, Tick delay) {
    if (vary_) [[unlikely]] return datagram(from, to, sent + delay);
    return sent + delay;
  }
  // Messages, and copies of them, that were lost.
  std::uint64_t lost() const { return lost_; }

 private:
  [[gnu::cold]] Tick late(NodeId from);
  [[gnu::cold]] Tick datagram(NodeId from, NodeId to, Tick at_best);
  bool to_be_lost();
  Tick jitter(double u) const;

  bool vary_ = false;
  Setup setup_;
  std::vector<Stream> draws_;  // by node
  std::vector<std::int64_t> lost_numbers_;  // in order
  std::unordered_map<std::uint64_t, Tick> latest_;  // by sender and receiver: arrival of the latest datagram
  std::int64_t sent_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace farbell
