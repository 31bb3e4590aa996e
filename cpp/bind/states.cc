#include <pybind11/complex.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <complex>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "bind.hpp"
#include "farbell/base/errors.hpp"
#include "farbell/base/units.hpp"
#include "farbell/hardware/memory_device.hpp"
#include "farbell/hardware/pair_state.hpp"
#include "farbell/state/capabilities.hpp"
#include "farbell/state/correlations.hpp"
#include "farbell/state/pair_store.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

using RealMatrix = py::array_t<double, py::array::c_style | py::array::forcecast>;

py::array_t<double> matrix(Correlations const& r) { return py::array_t<double>({4, 4}, r.data()); }

Correlations correlations_from(RealMatrix const& array) {
  if (array.size() != 16) throw InternalError("a correlation matrix has 16 elements");
  Correlations r;
  std::copy_n(array.data(), 16, r.begin());
  return r;
}

// Python's clock is in seconds.
constexpr Clock seconds{1};

void require(Capabilities const& store, std::string const& path, std::string const& why) {
  if (!why.empty())
    throw SpecError(path, why, std::string("what ") + store.store + " can hold; use PairDensity, or approximate=\"pauli_twirl\"");
}

template <class State>
DeviceModel model_of(std::string const& path, MemorySpec const& memory, bool twirl) {
  const Device device = device_of(memory, path);
  require(State::capabilities, path, cannot_hold(State::capabilities, device, twirl));
  return {device, seconds, twirl};
}

template <class State>
State state_from(RealMatrix const& array, bool twirl) {
  const Correlations r = correlations_from(array);
  if (twirl) return State(twirled(r));
  require(State::capabilities, "state", cannot_hold(State::capabilities, r));
  return State(r);
}

template <class State>
Correlations correlations_in(State const& state) {
  Correlations r;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) r[4 * i + j] = state.expectation(i, j);
  return r;
}

template <class State>
State decayed(State state, int side, MemorySpec const& memory, double duration_s, double age_s, bool twirl) {
  const DeviceModel model = model_of<State>(side == 0 ? "memory_a" : "memory_b", memory, twirl);
  state.decay(side, model.decay.map(duration_s, age_s));
  return state;
}

template <class State>
State after_pauli(State state, int side, int pauli, double reliability) {
  state.apply_pauli(side, pauli);
  state.depolarise(side, reliability);
  return state;
}

// The outcomes that are possible, with probability and the state they leave; or the one that u or the caller picks.
template <class State>
using Branch = std::tuple<int, double, State>;

template <std::size_t n>
std::vector<int> wanted(std::array<double, n> const& p, std::optional<int> outcome, std::optional<double> u) {
  if (outcome) return {*outcome};
  if (u) return {sample(p, *u)};
  std::vector<int> all;
  for (std::size_t r = 0; r < n; ++r)
    if (p[r] > probability_slack) all.push_back(static_cast<int>(r));
  return all;
}

void require_possible(double p) {
  if (p <= probability_slack) throw SpecError("outcome", "an outcome of probability 0", "an outcome that can occur");
}

template <class State>
std::vector<Branch<State>> bell_measured(State const& left, State const& right, MemorySpec const& memory_b, MemorySpec const& memory_c,
                                         bool twirl, std::optional<int> outcome, std::optional<double> u) {
  const BellPovm povm(model_of<State>("memory", memory_b, twirl), model_of<State>("memory", memory_c, twirl));
  const auto p = povm.probabilities(State::bell_products(left, 1, right, 0));
  std::vector<Branch<State>> branches;
  for (int r : wanted(p, outcome, u)) {
    require_possible(p[r]);
    State joined = left;
    joined.join(1, right, 0, povm.weights(r), p[r]);
    branches.emplace_back(r, p[r], joined);
  }
  return branches;
}

// Branches carry the Bloch vector (1, x, y, z) of the partner.
template <class State>
std::vector<Branch<std::array<double, 4>>> measured(State const& state, int side, int pauli, MemorySpec const& memory, bool twirl,
                                                    std::optional<int> outcome, std::optional<double> u) {
  const ReadoutPovm povm = model_of<State>("memory", memory, twirl).readout;
  const Basis basis = pauli == 3 ? Basis::z : pauli == 1 ? Basis::x : Basis::y;
  const double zero = checked_probability(state.read_zero_probability(side, basis, povm));
  const std::array<double, 2> p{zero, 1 - zero};
  std::vector<Branch<std::array<double, 4>>> branches;
  for (int bit : wanted(p, outcome, u)) {
    require_possible(p[bit]);
    State collapsed = state;
    collapsed.collapse(side, basis, povm, bit);
    branches.emplace_back(bit, p[bit], collapsed.bloch(1 - side));
  }
  return branches;
}

// Branches: the bits read at a and b, their probability, whether the pair is kept, its frame, and the pair.
template <class State>
using DistilledBranch = std::tuple<std::array<int, 2>, double, bool, int, State>;

template <class State>
std::vector<DistilledBranch<State>> distilled(State kept, State used, const std::string& protocol, int kept_frame, int used_frame,
                                              MemorySpec const& memory_a, MemorySpec const& memory_b, bool twirl) {
  const DistillationProtocol kind = protocol == "bbpssw"   ? DistillationProtocol::bbpssw
                                    : protocol == "dejmps" ? DistillationProtocol::dejmps
                                                           : DistillationProtocol::epl;
  const DistillationNoise noise(model_of<State>("memory_a", memory_a, twirl), model_of<State>("memory_b", memory_b, twirl));
  prepare_distillation(kept, kind, noise, kept_frame);
  prepare_distillation(used, kind, noise, used_frame);
  const auto p = distillation_probabilities(kept, used, noise);
  std::vector<DistilledBranch<State>> branches;
  for (int bits : wanted(p, std::nullopt, std::nullopt)) {
    State left = kept;
    left.distil(used, noise, bits, p[bits]);
    const DistillationOutcome outcome = distillation_outcome(kind, kept_frame, used_frame, bits);
    branches.emplace_back(std::array{bits & 1, bits >> 1}, p[bits], outcome.kept, outcome.frame, left);
  }
  return branches;
}

template <class State>
void bind_state(py::module_& m, const char* name, const char* doc) {
  py::class_<State>(m, name, doc)
      .def(py::init(&state_from<State>), py::arg("correlations"), py::arg("twirl"))
      .def_property_readonly("correlations", [](State const& s) { return matrix(correlations_in(s)); })
      .def("bloch", &State::bloch, py::arg("side"))
      .def("decayed", &decayed<State>, py::arg("side"), py::arg("memory"), py::arg("duration_s"), py::arg("age_s"), py::arg("twirl"))
      .def("after_pauli", &after_pauli<State>, py::arg("side"), py::arg("pauli"), py::arg("reliability"))
      .def("bell_measured", &bell_measured<State>, py::arg("right"), py::arg("memory_b"), py::arg("memory_c"), py::arg("twirl"),
           py::arg("outcome"), py::arg("u"))
      .def("distilled", &distilled<State>, py::arg("used"), py::arg("protocol"), py::arg("kept_frame"), py::arg("used_frame"),
           py::arg("memory_a"), py::arg("memory_b"), py::arg("twirl"))
      .def("measured", &measured<State>, py::arg("side"), py::arg("pauli"), py::arg("memory"), py::arg("twirl"),
           py::arg("outcome"), py::arg("u"));
}

}  // namespace

void bind_states(py::module_& m) {
  bind_state<BellDiagonal>(m, "BellDiagonalState", "What the store bell_diagonal keeps of a pair.");
  bind_state<PairDensity>(m, "PairDensityState", "What the store pair_density keeps of a pair.");
  const auto quantity = [](const char* unit) {
    return [unit](std::variant<double, std::string> const& x) {
      if (auto const* text = std::get_if<std::string>(&x)) return parse_quantity(*text, unit);
      return std::get<double>(x);
    };
  };
  m.def("seconds", quantity("s"), py::arg("t_s"));
  m.def("hertz", quantity("Hz"), py::arg("rate_hz"));
  m.def("pair_correlations", [](PairStateSpec const& spec) { return matrix(correlations(spec)); }, py::arg("spec"));
  m.def("density_matrix", [](RealMatrix const& r) {
    return py::array_t<std::complex<double>>({4, 4}, density_matrix_of(correlations_from(r)).data());
  }, py::arg("correlations"));
  m.def("bell_weights", [](RealMatrix const& r) { return py::array_t<double>(4, bell_weights(correlations_from(r)).data()); },
        py::arg("correlations"));
  m.def("fidelity", [](RealMatrix const& r, RealMatrix const& target) {
    return fidelity(correlations_from(r), correlations_from(target));
  }, py::arg("correlations"), py::arg("target"));
  m.def("concurrence", [](RealMatrix const& r) { return concurrence(correlations_from(r)); }, py::arg("correlations"));
  m.def("negativity", [](RealMatrix const& r) { return negativity(correlations_from(r)); }, py::arg("correlations"));
}

}  // namespace farbell
