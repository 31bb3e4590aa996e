// Communication qubits: what the links of a node attempt through, and from where pairs are moved into its memory qubits.
// See docs/physics/communication_qubits.md.
#pragma once
#include "farbell/base/fields.hpp"
#include "farbell/hardware/t2_law.hpp"

namespace farbell {

// When a pair is moved into a memory qubit.
enum class StorageRule { when_needed, always };

struct CommunicationSpec {
  std::int64_t qubits = 1;
  StorageRule store = StorageRule::when_needed;
  double storage_s = 0;
  double storage_reliability = 1;
  double storage_dephasing_probability = 0;
  std::optional<double> t1_s;
  std::optional<double> t2_s;
  T2Law t2_law = T2Law::exponential;
  std::optional<double> t2_exponent;
  std::vector<double> coherence_times_s;
  std::vector<double> coherences;
  std::optional<CoherenceBeyond> coherence_beyond;

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
  static constexpr auto fields = std::tuple{
      field("qubits", &CommunicationSpec::qubits, within(1, 1'000'000), "How many a node has: at most so many lanes of its links attempt at a time."),
      field("store", &CommunicationSpec::store, "When a pair is moved into a memory qubit."),
      field("storage_s", &CommunicationSpec::storage_s, "s", non_negative, "Duration of the operation that moves it."),
      field("storage_reliability", &CommunicationSpec::storage_reliability, unit_interval,
            "Probability that this operation does not depolarise the qubit.").improves(Improvement::probability),
      field("storage_dephasing_probability", &CommunicationSpec::storage_dephasing_probability, Range{.low = 0, .high = 0.5},
            "Probability of a Z error in this operation.").improves(Improvement::rate),
      field("t1_s", &CommunicationSpec::t1_s, "s", positive,
            "Relaxation time to |0> in a communication qubit; null = no relaxation.").improves(Improvement::time_constant),
      field("t2_s", &CommunicationSpec::t2_s, "s", positive,
            "Coherence time in a communication qubit: T2* where nothing decouples it; null = no decay beyond that of T1.").improves(Improvement::time_constant),
      field("t2_law", &CommunicationSpec::t2_law, "How coherence decays with T2."),
      field("t2_exponent", &CommunicationSpec::t2_exponent, positive, "Exponent n of the law stretched: 1 like exponential, 2 gaussian."),
      field("coherence_times_s", &CommunicationSpec::coherence_times_s, "s", positive,
            "Ages at which the law tabulated knows the coherence, rising; at age 0 it is 1."),
      field("coherences", &CommunicationSpec::coherences, Range{.low = 0, .high = 1, .open_low = true},
            "Coherence at each of coherence_times_s, never rising. In between it falls exponentially."),
      field("coherence_beyond", &CommunicationSpec::coherence_beyond, "Coherence beyond the last of coherence_times_s; stated with them."),
  };
  // As for a memory.
  static void check(const CommunicationSpec& spec);
};

}  // namespace farbell
