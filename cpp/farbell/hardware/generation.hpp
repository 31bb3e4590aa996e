// How a link makes entangled pairs: stated outright (`given`), or derived from hardware (`double_click`, `single_click`, `midpoint_source`,
// `sender_receiver`, `repeater_graph`).
#pragma once
#include "farbell/base/fields.hpp"
#include "farbell/hardware/alignment.hpp"
#include "farbell/hardware/encoding.hpp"
#include "farbell/hardware/multiplexing.hpp"

namespace farbell {

using Matrix4 = std::array<std::array<double, 4>, 4>;

struct WernerSpec {
  double fidelity = 1;

  bool operator==(const WernerSpec&) const = default;
};

struct BellWeightsSpec {
  std::array<double, 4> weights{1, 0, 0, 0};

  bool operator==(const BellWeightsSpec&) const = default;
};

struct DensityMatrixSpec {
  Matrix4 real{{{0.5, 0, 0, 0.5}, {}, {}, {0.5, 0, 0, 0.5}}};
  Matrix4 imag{};

  bool operator==(const DensityMatrixSpec&) const = default;
};

using PairStateSpec = std::variant<WernerSpec, BellWeightsSpec, DensityMatrixSpec>;

struct GivenSpec {
  double success_probability = 1;
  double attempt_period_s = 1;
  double herald_delay_s = 0;
  PairStateSpec state;
  std::optional<MultiplexingSpec> multiplexing;

  bool operator==(const GivenSpec&) const = default;
};

struct DoubleClickSpec {
  std::string station;
  double station_position = 0.5;
  std::optional<MultiplexingSpec> multiplexing;
  std::optional<AlignmentSpec> alignment;

  bool operator==(const DoubleClickSpec&) const = default;
};

struct SingleClickSpec {
  std::string station;
  double station_position = 0.5;
  double bright_state = 0.05;
  std::optional<double> bright_state_b;
  double phase_sigma_rad = 0;
  std::optional<double> phase_correlation_s;
  std::optional<MultiplexingSpec> multiplexing;
  std::optional<AlignmentSpec> alignment;

  bool operator==(const SingleClickSpec&) const = default;
};

enum class PairStatistics { down_conversion, deterministic };

struct MidpointSourceSpec {
  double source_position = 0.5;
  PairStatistics statistics = PairStatistics::down_conversion;
  double mean_pairs = 0.1;
  double spectral_purity = 1;
  double pair_fidelity = 1;
  bool heralded = true;
  double herald_efficiency = 1;
  double false_herald_probability = 0;
  double local_overhead_s = 0;
  std::optional<double> wavelength_m;
  std::optional<double> wavelength_b_m;
  std::optional<double> bandwidth_hz;
  std::optional<double> bandwidth_b_hz;
  std::optional<Encoding> encoding;
  std::optional<MultiplexingSpec> multiplexing;

  bool operator==(const MidpointSourceSpec&) const = default;
};

enum class LinkEnd { node_a, node_b };

struct SenderReceiverSpec {
  LinkEnd sender = LinkEnd::node_a;
  std::optional<double> absorption_efficiency;
  double pair_fidelity = 1;
  bool heralded = true;
  double herald_efficiency = 1;
  double false_herald_probability = 0;
  double local_overhead_s = 0;
  std::optional<MultiplexingSpec> multiplexing;

  bool operator==(const SenderReceiverSpec&) const = default;
};

struct RepeaterGraphSpec {
  std::int64_t sources = 1;
  std::int64_t arms = 1;
  std::vector<std::int64_t> branching;
  double repetition_s = 0;
  double source_efficiency = 1;
  double detector_efficiency = 1;
  double bell_success_probability = 0.5;
  double visibility = 1;
  double photon_depolarising = 0;
  double local_overhead_s = 0;
  std::optional<MultiplexingSpec> multiplexing;

  bool operator==(const RepeaterGraphSpec&) const = default;
};

using GenerationSpec = std::variant<GivenSpec, DoubleClickSpec, SingleClickSpec, MidpointSourceSpec, SenderReceiverSpec, RepeaterGraphSpec>;

inline constexpr std::string_view multiplexing_doc = "Many modes in one attempt; null = one.";

template <>
struct Describe<WernerSpec> {
  static constexpr std::string_view name = "Werner";
  static constexpr std::string_view kind = "werner";
  static constexpr std::string_view doc = "A Phi+ pair mixed with white noise.";
  static constexpr auto fields = std::tuple{
      field("fidelity", &WernerSpec::fidelity, within(0.25, 1), "Fidelity to Phi+.").improves(Improvement::probability),
  };
};

template <>
struct Describe<BellWeightsSpec> {
  static constexpr std::string_view name = "BellWeights";
  static constexpr std::string_view kind = "bell_weights";
  static constexpr std::string_view doc = "A mixture of the four Bell states.";
  static constexpr auto fields = std::tuple{
      required(field("weights", &BellWeightsSpec::weights, unit_interval,
                     "Probabilities of Phi+, Phi-, Psi+, Psi-; they sum to 1 within 1e-9.")),
  };
  static void check(const BellWeightsSpec& spec);
};

template <>
struct Describe<DensityMatrixSpec> {
  static constexpr std::string_view name = "DensityMatrix";
  static constexpr std::string_view kind = "density_matrix";
  static constexpr std::string_view doc =
      "Any state of a pair: Hermitian, trace 1, no negative eigenvalue (each within 1e-9), in the basis |00>, |01>, |10>, |11> "
      "with node_a's qubit first.";
  static constexpr auto fields = std::tuple{
      required(field("real", &DensityMatrixSpec::real, within(-1, 1), "Real part, row by row.")),
      field("imag", &DensityMatrixSpec::imag, within(-1, 1), "Imaginary part, row by row."),
  };
  static void check(const DensityMatrixSpec& spec);
};

template <>
struct Describe<GivenSpec> {
  static constexpr std::string_view name = "Given";
  static constexpr std::string_view kind = "given";
  static constexpr std::string_view doc = "Generation stated outright: how often an attempt succeeds and what it makes.";
  static constexpr auto fields = std::tuple{
      required(field("success_probability", &GivenSpec::success_probability, unit_interval,
                     "Probability that an attempt succeeds.")).improves(Improvement::probability),
      required(field("attempt_period_s", &GivenSpec::attempt_period_s, "s", positive, "Time from one attempt to the next.")),
      field("herald_delay_s", &GivenSpec::herald_delay_s, "s", non_negative,
            "Time from the start of an attempt until both ends know its result."),
      field("state", &GivenSpec::state, "State of the pair when it is made."),
      field("multiplexing", &GivenSpec::multiplexing, multiplexing_doc),
  };
};

template <>
struct Describe<DoubleClickSpec> {
  static constexpr std::string_view name = "DoubleClick";
  static constexpr std::string_view kind = "double_click";
  static constexpr std::string_view doc = "Double-click (Barrett-Kok) heralding at a midpoint station.";
  static constexpr auto fields = std::tuple{
      required(field("station", &DoubleClickSpec::station, non_empty, "Name of the station.")),
      field("station_position", &DoubleClickSpec::station_position, unit_interval,
            "Where the station stands on the fibre, as a fraction of its length from node_a."),
      field("multiplexing", &DoubleClickSpec::multiplexing, multiplexing_doc),
      field("alignment", &DoubleClickSpec::alignment, alignment_doc),
  };
};

template <>
struct Describe<SingleClickSpec> {
  static constexpr std::string_view name = "SingleClick";
  static constexpr std::string_view kind = "single_click";
  static constexpr std::string_view doc = "Single-click (Cabrillo, bright-state) heralding at a midpoint station.";
  static constexpr Range inside{.low = 0, .high = 1, .open_low = true, .open_high = true};
  static constexpr auto fields = std::tuple{
      required(field("station", &SingleClickSpec::station, non_empty, "Name of the station.")),
      field("station_position", &SingleClickSpec::station_position, unit_interval,
            "Where the station stands on the fibre, as a fraction of its length from node_a."),
      required(field("bright_state", &SingleClickSpec::bright_state, inside,
                     "Probability of the state that emits a photon, |1>, in which each memory is prepared; of ensembles, of one excitation or more.")),
      field("bright_state_b", &SingleClickSpec::bright_state_b, inside, "The same for node_b's memory; null = as node_a's."),
      field("phase_sigma_rad", &SingleClickSpec::phase_sigma_rad, "rad", non_negative,
            "Standard deviation of the optical phase between the two arms, a Gaussian process of the link.").improves(Improvement::phase_deviation),
      field("phase_correlation_s", &SingleClickSpec::phase_correlation_s, "s", positive,
            "Correlation time of that phase; null = a fresh phase for each successful cycle."),
      field("multiplexing", &SingleClickSpec::multiplexing, multiplexing_doc),
      field("alignment", &SingleClickSpec::alignment, alignment_doc),
  };
};

template <>
struct Describe<PairStatistics> {
  static constexpr std::string_view name = "PairStatistics";
  static constexpr auto values = std::array{
      Choice<PairStatistics>{PairStatistics::down_conversion, "down_conversion",
                             "polarisation-entangled parametric down-conversion: any number of pairs, in two squeezed pairs of modes"},
      Choice<PairStatistics>{PairStatistics::deterministic, "deterministic", "one pair, with probability mean_pairs, or none"},
  };
};

template <>
struct Describe<MidpointSourceSpec> {
  static constexpr std::string_view name = "MidpointSource";
  static constexpr std::string_view kind = "midpoint_source";
  static constexpr std::string_view doc =
      "A source of entangled photon pairs on the fibre; memories at both ends absorb the photons, with their `efficiency`.";
  static constexpr auto fields = std::tuple{
      field("source_position", &MidpointSourceSpec::source_position, unit_interval,
            "Where the source stands on the fibre, as a fraction of its length from node_a."),
      field("statistics", &MidpointSourceSpec::statistics, "How many pairs an attempt makes."),
      required(field("mean_pairs", &MidpointSourceSpec::mean_pairs, positive,
                     "Mean number of pairs an attempt; of a deterministic source, the probability of a pair.")),
      field("spectral_purity", &MidpointSourceSpec::spectral_purity, Range{.low = 0, .high = 1, .open_low = true},
            "Purity of a photon's spectrum, 1/K of K equal Schmidt modes; 1 = thermal numbers in each polarisation, 0 = Poisson ones.")
          .improves(Improvement::probability),
      field("pair_fidelity", &MidpointSourceSpec::pair_fidelity, within(0.25, 1),
            "Fidelity of the source's pairs to Phi+; the rest is white noise: misalignment.").improves(Improvement::probability),
      field("heralded", &MidpointSourceSpec::heralded,
            "Whether memories tell that they have absorbed a photon; if not, every attempt is a success, with or without photons."),
      field("herald_efficiency", &MidpointSourceSpec::herald_efficiency, unit_interval,
            "Probability that a memory that has absorbed photons tells so.").improves(Improvement::probability),
      field("false_herald_probability", &MidpointSourceSpec::false_herald_probability, unit_interval,
            "Probability that a memory tells of a photon for no reason.").improves(Improvement::rate),
      field("local_overhead_s", &MidpointSourceSpec::local_overhead_s, "s", non_negative,
            "Time per attempt at the memories for everything but light travel and initialisation: to store, and to tell."),
      field("wavelength_m", &MidpointSourceSpec::wavelength_m, "m", positive,
            "Wavelength in vacuum of its photons, of those to node_a; null = not stated, not checked."),
      field("wavelength_b_m", &MidpointSourceSpec::wavelength_b_m, "m", positive, "The same of those to node_b; null = as to node_a."),
      field("bandwidth_hz", &MidpointSourceSpec::bandwidth_hz, "Hz", positive,
            "Full width at half maximum of the spectrum of its photons, a Lorentzian, of those to node_a; null = not stated, not checked."),
      field("bandwidth_b_hz", &MidpointSourceSpec::bandwidth_b_hz, "Hz", positive, "The same of those to node_b; null = as to node_a."),
      field("encoding", &MidpointSourceSpec::encoding, "What its photons are entangled in: polarisation or time_bin; null = as memories take it."),
      field("multiplexing", &MidpointSourceSpec::multiplexing, multiplexing_doc),
  };
  static void check(const MidpointSourceSpec& spec);
};

template <>
struct Describe<LinkEnd> {
  static constexpr std::string_view name = "LinkEnd";
  static constexpr auto values = std::array{
      Choice<LinkEnd>{LinkEnd::node_a, "node_a", "the first end of the link"},
      Choice<LinkEnd>{LinkEnd::node_b, "node_b", "the other one"},
  };
};

template <>
struct Describe<SenderReceiverSpec> {
  static constexpr std::string_view name = "SenderReceiver";
  static constexpr std::string_view kind = "sender_receiver";
  static constexpr std::string_view doc = "One memory emits a photon, with its `efficiency`; the memory at the other end of the fibre absorbs it.";
  static constexpr auto fields = std::tuple{
      field("sender", &SenderReceiverSpec::sender, "The end whose memory emits."),
      field("absorption_efficiency", &SenderReceiverSpec::absorption_efficiency, unit_interval,
            "Probability that the receiver's memory absorbs a photon that comes to it; null = its `efficiency`.").improves(Improvement::probability),
      field("pair_fidelity", &SenderReceiverSpec::pair_fidelity, within(0.25, 1),
            "Fidelity to Phi+ of the sender's memory with its photon; the rest is white noise: misalignment.").improves(Improvement::probability),
      field("heralded", &SenderReceiverSpec::heralded,
            "Whether the receiver's memory tells that it has absorbed a photon; if not, every attempt is a success, with or without one."),
      field("herald_efficiency", &SenderReceiverSpec::herald_efficiency, unit_interval,
            "Probability that a memory that has absorbed photons tells so.").improves(Improvement::probability),
      field("false_herald_probability", &SenderReceiverSpec::false_herald_probability, unit_interval,
            "Probability that it tells of a photon for no reason.").improves(Improvement::rate),
      field("local_overhead_s", &SenderReceiverSpec::local_overhead_s, "s", non_negative,
            "Time per attempt at the memories for everything but light travel and initialisation: to store, and to tell."),
      field("multiplexing", &SenderReceiverSpec::multiplexing, multiplexing_doc),
  };
  static void check(const SenderReceiverSpec& spec);
};

template <>
struct Describe<RepeaterGraphSpec> {
  static constexpr std::string_view name = "RepeaterGraph";
  static constexpr std::string_view kind = "repeater_graph";
  static constexpr std::string_view doc =
      "All-photonic repeaters: sources along the fibre send repeater graph states, encoded in trees against losses, to stations that measure them.";
  static constexpr auto fields = std::tuple{
      required(field("sources", &RepeaterGraphSpec::sources, within(1, 10'000),
                     "Sources of graph states, evenly along the fibre; stations that measure stand halfway between sources and ends.")),
      required(field("arms", &RepeaterGraphSpec::arms, within(1, 1'000),
                     "Arms of a graph state to either side, each with an outer photon and an encoded inner qubit; photons of an end an attempt.")),
      required(field("branching", &RepeaterGraphSpec::branching, within(1, 1'000), "Branches of the tree of an inner qubit, level by level.")),
      required(field("repetition_s", &RepeaterGraphSpec::repetition_s, "s", positive, "Time from one graph state of a source to the next.")),
      field("source_efficiency", &RepeaterGraphSpec::source_efficiency, unit_interval,
            "Probability that a photon of a graph state enters the fibre.").improves(Improvement::probability),
      field("detector_efficiency", &RepeaterGraphSpec::detector_efficiency, unit_interval,
            "Probability that a photon that comes to a station is detected.").improves(Improvement::probability),
      field("bell_success_probability", &RepeaterGraphSpec::bell_success_probability, unit_interval,
            "Probability that a Bell measurement of two photons that are there tells their state: 1/2 with linear optics, 3/4 with two more photons."),
      field("visibility", &RepeaterGraphSpec::visibility, unit_interval, "Mode overlap of two photons in a Bell measurement.")
          .improves(Improvement::probability),
      field("photon_depolarising", &RepeaterGraphSpec::photon_depolarising, unit_interval,
            "Probability that a photon, of a source or an end, is depolarised.").improves(Improvement::rate),
      field("local_overhead_s", &RepeaterGraphSpec::local_overhead_s, "s", non_negative,
            "Time per attempt at the stations for everything but light travel: to measure, and to tell."),
      field("multiplexing", &RepeaterGraphSpec::multiplexing, multiplexing_doc),
  };
  static void check(const RepeaterGraphSpec& spec);
};

}  // namespace farbell
