// Communication qubits: what the links of a node attempt through, and from where pairs are moved into its memory qubits.
// See docs/physics/communication_qubits.md.
#pragma once
#include "farbell/base/fields.hpp"
#include "farbell/hardware/t2_law.hpp"

namespace farbell {

// When a pair is moved into a memory qubit.
enum class StorageRule { when_needed, always };

struct CommunicationSpec : CoherenceSpec {
  std::int64_t qubits = 1;
  StorageRule store = StorageRule::when_needed;
  double storage_s = 0;
  double storage_reliability = 1;
  double storage_dephasing_probability = 0;

  bool operator==(const CommunicationSpec&) const = default;
};

template <>
struct Describe<StorageRule> {
  static constexpr std::string_view name = "StorageRule";
  static constexpr auto values = std::array{
      Choice<StorageRule>{StorageRule::when_needed, "when_needed", "as soon as another attempt needs its communication qubit"},
      Choice<StorageRule>{StorageRule::always, "always", "as soon as its node knows it"},
  };
};

template <>
struct Describe<CommunicationSpec> {
  static constexpr std::string_view name = "CommunicationQubits";
  static constexpr std::string_view doc =
      "The qubits of a node that emit: all its links attempt through them, and a pair stays in one until it is moved into a memory qubit, "
      "swapped or measured.";
  static constexpr auto fields = std::tuple_cat(std::tuple{
      field("qubits", &CommunicationSpec::qubits, within(1, 1'000'000), "How many a node has: at most so many lanes of its links attempt at a time."),
      field("store", &CommunicationSpec::store, "When a pair is moved into a memory qubit."),
      field("storage_s", &CommunicationSpec::storage_s, "s", non_negative, "Duration of the operation that moves it."),
      field("storage_reliability", &CommunicationSpec::storage_reliability, unit_interval,
            "Probability that this operation does not depolarise the qubit.").improves(Improvement::probability),
      field("storage_dephasing_probability", &CommunicationSpec::storage_dephasing_probability, Range{.low = 0, .high = 0.5},
            "Probability of a Z error in this operation.").improves(Improvement::rate),
  }, coherence_fields("Relaxation time to |0> in a communication qubit; null = no relaxation.",
                      "Coherence time in a communication qubit: T2* where nothing decouples it; null = no decay beyond that of T1."));
  // As for a memory.
  static void check(const CommunicationSpec& spec);
};

}  // namespace farbell
