#include <pybind11/complex.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <cmath>
#include <complex>

#include "bind.hpp"
#include "farbell/base/text.hpp"
#include "farbell/hardware/fiber_kernels.hpp"
#include "farbell/hardware/herald.hpp"
#include "farbell/hardware/link_model.hpp"
#include "farbell/hardware/pair_source.hpp"
#include "farbell/hardware/repeater_graph.hpp"
#include "farbell/hardware/sender_receiver.hpp"
#include "farbell/hardware/wave_packet.hpp"
#include "farbell/network/link.hpp"
#include "farbell/simulation/light_plan.hpp"
#include "farbell/state/correlations.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

py::array_t<std::complex<double>> density_matrix(HeraldOutcome const& outcome) {
  const DensityMatrix rho = density_matrix_of(outcome.state);
  return py::array_t<std::complex<double>>({4, 4}, rho.data());
}

py::array_t<double> correlations(HeraldOutcome const& outcome) { return py::array_t<double>({4, 4}, outcome.state.data()); }

std::string text(HeraldOutcome const& outcome) {
  return "HeraldOutcome(pattern='" + outcome.pattern + "', frame=" + std::to_string(outcome.frame) +
         ", probability=" + number_text(outcome.probability) + ", fidelity=" + number_text(outcome.fidelity()) + ")";
}

std::string text(HeraldTable const& table) {
  return "HeraldTable(success_probability=" + number_text(table.success_probability) +
         ", fidelity=" + number_text(table.fidelity()) + ", outcomes=" + std::to_string(table.outcomes.size()) + ")";
}

std::string text(LinkModel const& model) {
  return "LinkModel(success_probability=" + number_text(model.success_probability) +
         ", period_s=" + number_text(model.period_s) + ", fidelity=" + number_text(model.mean_table().fidelity()) + ")";
}

}  // namespace

void bind_hardware(py::module_& m) {
  py::class_<HeraldOutcome>(m, "HeraldOutcome", R"(One herald: how often it occurs and the pair it announces.

Examples
--------
>>> import farbell as fb
>>> table = fb.hardware.double_click(efficiency_a=0.3, efficiency_b=0.3)
>>> round(table.outcomes[0].probability, 6), table.outcomes[0].pattern
(0.25, '11')
)")
      .def_readonly("pattern", &HeraldOutcome::pattern,
                    "Detectors that clicked, bin by bin: '12' = detector 1 early, detector 2 late, '1' = detector 1 where "
                    "there is one bin; '' for a given link. Of "
                    "memories that absorb, if qubits are retrieved from them: '1' = holds photons, '0' = holds none, A before B.")
      .def_readonly("frame", &HeraldOutcome::frame, "Bell state announced: 0..3 = Phi+, Phi-, Psi+, Psi-.")
      .def_readonly("probability", &HeraldOutcome::probability, "Probability of this outcome, given success.")
      .def_property_readonly("fidelity", &HeraldOutcome::fidelity, "Fidelity to the announced Bell state; 0 where a memory is empty.")
      .def_readonly("empty", &HeraldOutcome::empty,
                    "For node_a, node_b: whether its memory holds no photon, and nobody knows; of memories from which qubits are retrieved.")
      .def_property_readonly("density_matrix", &density_matrix,
                             "State of the two memories just after emission, in the basis |00>, |01>, |10>, |11>.")
      .def_property_readonly("correlations", &correlations, "The same state as Tr(rho sigma_i x sigma_j), i, j = I, X, Y, Z.")
      .def("__repr__", [](HeraldOutcome const& outcome) { return text(outcome); });

  py::class_<HeraldTable>(m, "HeraldTable", R"(Every herald of an attempt that counts as success.

Examples
--------
>>> import farbell as fb
>>> table = fb.hardware.double_click(efficiency_a=0.3, efficiency_b=0.3)
>>> round(table.success_probability, 6), round(table.fidelity, 6)
(0.045, 1.0)
)")
      .def_readonly("success_probability", &HeraldTable::success_probability, "Probability that an attempt succeeds.")
      .def_readonly("outcomes", &HeraldTable::outcomes, "The heralds; empty if success is impossible.")
      .def_property_readonly("fidelity", &HeraldTable::fidelity, "Mean fidelity of the announced pairs.")
      .def_readonly("truncation_error", &HeraldTable::truncation_error,
                    "Probability of photon numbers left out of the calculation.")
      .def("__repr__", [](HeraldTable const& table) { return text(table); });

  py::class_<LinkModel>(m, "LinkModel", R"(What a run knows about a link. Times count from the start of an attempt.

Examples
--------
>>> import farbell as fb
>>> memory = fb.Memory(name="ideal")
>>> given = fb.Given(success_probability=0.01, attempt_period_s="10 us")
>>> link = fb.Link(node_a="alice", node_b="bob", fiber=fb.Fiber(length_m=0), generation=given)
>>> fb.hardware.link_model(link, memory, memory).period_s
1e-05
)")
      .def_readonly("success_probability", &LinkModel::success_probability, "Probability that an attempt succeeds, in any of its modes.")
      .def_readonly("mode_success_probability", &LinkModel::mode_success_probability, "The same of one mode.")
      .def_property_readonly("table", &LinkModel::mean_table, "Its heralds; states are means over the optical phase.")
      .def_property_readonly("phase_sigma_rad", [](LinkModel const& model) { return model.phase.sigma_rad; },
                             "Standard deviation of the optical phase that pairs see.")
      .def_property_readonly(
          "phase_correlation_s",
          [](LinkModel const& model) {
            return model.phase.correlation_s > 0 ? std::optional(model.phase.correlation_s) : std::nullopt;
          },
          "Its correlation time; None = a fresh phase for each successful cycle.")
      .def_readonly("period_s", &LinkModel::period_s, "Time from one attempt to the next.")
      .def_readonly("emission_a_s", &LinkModel::emission_a_s, "When node_a's memory emits: its qubit decays from then on.")
      .def_readonly("emission_b_s", &LinkModel::emission_b_s, "The same for node_b.")
      .def_readonly("herald_a_s", &LinkModel::herald_a_s, "When node_a learns the result.")
      .def_readonly("herald_b_s", &LinkModel::herald_b_s, "The same for node_b.")
      .def_property_readonly(
          "coherence_left",
          [](LinkModel const& model) {
            return std::pair(std::exp(-model.dephasing_exponent[0]), std::exp(-model.dephasing_exponent[1]));
          },
          "What an attempt leaves of the coherence of a qubit that is stored at node_a, at node_b (dephasing_attempts).")
      .def_property_readonly(
          "approximations",
          [](LinkModel const& model) {
            py::dict named;
            for (ModelNote const& note : model.approximations) named[py::str(note.name)] = note.description;
            return named;
          },
          "Named approximations in force: name -> description.")
      .def("__repr__", [](LinkModel const& model) { return text(model); });

  m.def("double_click_table", [](double a, double b, double visibility, double dark, bool number_resolving, double coherence, double double_a,
                                 double double_b, bool late_bin_lost, double afterpulse) {
    return double_click_table({a, b, visibility, dark, number_resolving, coherence}, late_bin_lost, {double_a, double_b}, afterpulse);
  }, py::kw_only(), py::arg("efficiency_a"), py::arg("efficiency_b"), py::arg("visibility"), py::arg("dark_count_probability"),
     py::arg("number_resolving"), py::arg("photon_coherence"), py::arg("double_excitation_probability"),
     py::arg("double_excitation_probability_b"), py::arg("late_bin_lost"), py::arg("afterpulse_probability"));
  m.def("single_click_table", [](double a, double b, double visibility, double dark, bool number_resolving, double coherence, double double_a,
                                 double double_b, double bright_a, double bright_b, double phase_sigma_rad) {
    return phase_averaged(single_click_table({a, b, visibility, dark, number_resolving, coherence}, bright_a, bright_b, {double_a, double_b}),
                          phase_sigma_rad);
  }, py::kw_only(), py::arg("efficiency_a"), py::arg("efficiency_b"), py::arg("visibility"), py::arg("dark_count_probability"),
     py::arg("number_resolving"), py::arg("photon_coherence"), py::arg("double_excitation_probability"),
     py::arg("double_excitation_probability_b"), py::arg("bright_state"), py::arg("bright_state_b"), py::arg("phase_sigma_rad"));
  m.def("pair_source_table", [](MidpointSourceSpec const& source, double a, double b, double noise_a, double noise_b, bool tells_empty) {
    return pair_source_table(source, a, b, noise_a, noise_b, {tells_empty, tells_empty});
  }, py::arg("source"), py::arg("absorption_a"), py::arg("absorption_b"), py::arg("noise_a"), py::arg("noise_b"), py::kw_only(), py::arg("tells_empty"));
  m.def("sender_receiver_table", [](SenderReceiverSpec const& link, double arrives, double double_excitation, double background, bool tells_empty,
                                    std::optional<double> mean_photons) {
    return sender_receiver_table(link, arrives, {double_excitation, mean_photons}, background * arrives, tells_empty);
  }, py::arg("link"), py::arg("arrives"), py::kw_only(), py::arg("double_excitation_probability"), py::arg("background_photons"), py::arg("tells_empty"),
     py::arg("mean_photons"));
  m.def("pulse_click_table", [](double a, double b, double visibility, double dark, bool number_resolving, double mean_photons, double mean_photons_b,
                                bool late_bin_lost, double afterpulse) {
    return pulse_click_table({a, b, visibility, dark, number_resolving}, mean_photons, mean_photons_b, late_bin_lost, afterpulse);
  }, py::kw_only(), py::arg("efficiency_a"), py::arg("efficiency_b"), py::arg("visibility"), py::arg("dark_count_probability"),
     py::arg("number_resolving"), py::arg("mean_photons"), py::arg("mean_photons_b"), py::arg("late_bin_lost"), py::arg("afterpulse_probability"));
  m.def("ensemble_click_table", [](double a, double b, double visibility, double dark, bool number_resolving, double bright_a, double bright_b,
                                   double phase_sigma_rad) {
    return phase_averaged(ensemble_click_table({a, b, visibility, dark, number_resolving}, bright_a, bright_b), phase_sigma_rad);
  }, py::kw_only(), py::arg("efficiency_a"), py::arg("efficiency_b"), py::arg("visibility"), py::arg("dark_count_probability"),
     py::arg("number_resolving"), py::arg("bright_state"), py::arg("bright_state_b"), py::arg("phase_sigma_rad"));
  m.def("tree_code", [](std::vector<std::int64_t> const& branching, double loss, double flip) {
    const TreeCode code = tree_code(branching, loss, flip);
    return std::tuple(code.x, code.z, code.x_flip, code.z_flip);
  }, py::arg("branching"), py::arg("loss"), py::arg("flip"));
  m.def("repeater_graph_table", [](RepeaterGraphSpec const& graph, std::vector<double> const& halves, double end_a, double end_b) {
    return repeater_graph_table(graph, halves, end_a, end_b);
  }, py::arg("graph"), py::arg("halves"), py::arg("end_a"), py::arg("end_b"));
  m.def("retrieved", [](RetrievalSpec const& retrieval, double storage_s) { return retrieval.after(storage_s); }, py::arg("retrieval"),
        py::arg("storage_s"));
  m.def("hong_ou_mandel", &hong_ou_mandel, py::arg("visibility"), py::arg("photon_coherence"));
  m.def("photon_coherence", &photon_coherence, py::arg("dephasing_a"), py::arg("dephasing_b"));
  m.def("transmission", [](FiberSpec const& fiber, double from_share, double to_share) {
    return transmission(fiber, from_share * fiber.length_m, to_share * fiber.length_m);
  }, py::arg("fiber"), py::arg("from_share") = 0.0, py::arg("to_share") = 1.0);
  m.def("loss_db", [](FiberSpec const& fiber) { return loss_db(fiber, 0, fiber.length_m); }, py::arg("fiber"));
  m.def("fiber_delay_s", [](FiberSpec const& fiber) { return fiber_delay_s(fiber.length_m, fiber.speed_m_per_s); },
        py::arg("fiber"));
  m.def("link_model", [](LinkSpec const& link, MemorySpec const& a, MemorySpec const& b, std::optional<StationSpec> const& station,
                         std::vector<InterfaceSpec> const& interfaces) {
    Names names("light interface", "/interfaces");
    for (InterfaceSpec const& interface : interfaces) names.add(name_of(interface));
    return link_model(link.generation, link.fiber, a, b, station ? &*station : nullptr, {}, light_paths(link, interfaces, names, "/link"));
  }, py::arg("link"), py::arg("memory_a"), py::arg("memory_b"), py::arg("station"), py::arg("interfaces") = std::vector<InterfaceSpec>());
  m.def("photon_overlap", [](double lifetime_a_s, std::vector<double> const& bandwidths_a_hz, double lifetime_b_s,
                             std::vector<double> const& bandwidths_b_hz, double detuning_hz, double window_s) {
    const WavePacket a{lifetime_a_s, bandwidths_a_hz, detuning_hz}, b{lifetime_b_s, bandwidths_b_hz, 0};
    const double share_a = overlap(a, a, window_s).real(), share_b = overlap(b, b, window_s).real();
    return std::tuple(share_a, share_b, std::norm(overlap(a, b, window_s)) / (share_a * share_b));
  }, py::arg("lifetime_a_s"), py::arg("bandwidths_a_hz"), py::arg("lifetime_b_s"), py::arg("bandwidths_b_hz"), py::arg("detuning_hz"),
     py::arg("window_s"));
}

}  // namespace farbell
