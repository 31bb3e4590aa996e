// Channels, density matrices and kets. Positions count the factors that are there; Python keeps the qubits' numbers.
#include <pybind11/complex.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <complex>
#include <string>
#include <vector>

#include "bind.hpp"
#include "farbell/base/errors.hpp"
#include "farbell/hardware/memory_device.hpp"
#include "farbell/state/channels.hpp"
#include "farbell/state/density.hpp"
#include "farbell/state/ket.hpp"
#include "farbell/state/unitaries.hpp"

namespace py = pybind11;

namespace farbell {
namespace {

using ComplexArray = py::array_t<Complex, py::array::c_style | py::array::forcecast>;
using RealArray = py::array_t<double, py::array::c_style | py::array::forcecast>;
using Positions = std::vector<int>;

Matrix matrix_from(ComplexArray const& array, const char* path) {
  if (array.ndim() != 2) throw SpecError(path, std::to_string(array.ndim()) + " dimensions", "a matrix");
  return Eigen::Map<Matrix const>(array.data(), array.shape(0), array.shape(1));
}

py::array_t<Complex> array_of(Matrix const& m) { return py::array_t<Complex>({m.rows(), m.cols()}, m.data()); }

std::vector<Complex> elements_of(ComplexArray const& array) { return {array.data(), array.data() + array.size()}; }

Channel channel_from(std::vector<ComplexArray> const& kraus) {
  std::vector<Matrix> matrices;
  for (auto const& k : kraus) matrices.push_back(matrix_from(k, "kraus"));
  return Channel(std::move(matrices));
}

Index qubit_dimension(Positions const& positions) { return Index{1} << positions.size(); }

// A channel or matrix fits factors of its own dimension, and qubits among factors of more levels.
void require_fits(Subsystems const& factors, Positions const& positions, Index dimension) {
  const Index whole = factors.dimension_of(positions);
  if (dimension != whole && dimension != qubit_dimension(positions))
    throw SpecError("channel", "an operation of dimension " + std::to_string(dimension),
                    whole == qubit_dimension(positions) ? "dimension " + std::to_string(whole) + " for these qubits, which have no third level"
                                                        : "dimension " + std::to_string(whole) + " for these qubits");
}

LocalOperator unitary_from(Subsystems const& factors, Positions const& positions, ComplexArray const& array) {
  const Matrix u = matrix_from(array, "matrix");
  check_unitary(u, u.rows() == qubit_dimension(positions) ? qubit_dimension(positions) : factors.dimension_of(positions));
  return LocalOperator(u);
}

KetState ket_from(ComplexArray const& amplitudes, std::vector<int> const& levels) {
  return KetState(Subsystems(levels), elements_of(amplitudes));
}

PauliAction product_from(Subsystems const& factors, std::string const& letters, Positions const& positions) {
  std::vector<PauliLetter> paulis;
  for (std::size_t i = 0; i < letters.size(); ++i) paulis.push_back({positions[i], letters[i] == 'X' ? 1 : letters[i] == 'Y' ? 2 : 3});
  return {factors, paulis};
}

// Whether an operation takes a tenth of a millisecond or more: density matrices of 9 qubits, kets of 18.
bool is_long(DensityState const& s) { return s.matrix().size() >= 1 << 18; }
bool is_long(KetState const& s) { return s.amplitudes().size() >= 1 << 18; }

template <class State>
py::class_<State> bind_state(py::module_& m, const char* name, const char* doc) {
  return py::class_<State>(m, name, doc)
      .def(py::init([](std::vector<int> const& levels) {
        State::check_size(levels);
        return State(Subsystems(levels));
      }), py::arg("levels"))
      .def("copy", [](State const& s) { return s; })
      .def_property_readonly("levels", [](State const& s) { return s.factors().all_levels(); })
      .def("gate", [](State& s, std::string const& gate, Positions const& positions, double angle) {
        without_gil(is_long(s), [&] { s.apply(gate_named(gate), positions, angle); });
      }, py::arg("name"), py::arg("positions"), py::arg("angle") = 0.0)
      .def("unitary", [](State& s, ComplexArray const& matrix, Positions const& positions) {
        const LocalOperator u = unitary_from(s.factors(), positions, matrix);
        without_gil(is_long(s), [&] { s.apply(u, positions); });
      }, py::arg("matrix"), py::arg("positions"))
      .def("tensor", [](State const& s, State const& other) { return without_gil(true, [&] { return s.tensor(other); }); }, py::arg("other"))
      .def("kept", [](State const& s, Positions const& positions) {
        return without_gil(is_long(s), [&] { return s.kept(positions); });
      }, py::arg("positions"))
      .def("project_presence", &State::project_presence, py::arg("position"), py::arg("present"))
      .def("expectation", [](State const& s, std::string const& letters, Positions const& positions) {
        const PauliAction product = product_from(s.factors(), letters, positions);
        return without_gil(is_long(s), [&] { return s.expectation(product); });
      }, py::arg("letters"), py::arg("positions"))
      .def("probabilities", [](State const& s, std::string const& letters, Positions const& positions) {
        const PauliAction product = product_from(s.factors(), letters, positions);
        return without_gil(is_long(s), [&] { return s.probabilities(product); });
      }, py::arg("letters"), py::arg("positions"));
}

}  // namespace

void bind_exact_states(py::module_& m) {
  py::class_<Channel>(m, "KrausChannel", "A checked channel, ready to be applied.")
      .def(py::init(&channel_from), py::arg("kraus"))
      .def_property_readonly("dimension", &Channel::dimension)
      .def_property_readonly("kraus", [](Channel const& c) {
        std::vector<py::array_t<Complex>> matrices;
        for (Matrix const& k : c.kraus()) matrices.push_back(array_of(k));
        return matrices;
      });
  m.def("amplitude_damping", &amplitude_damping, py::arg("gamma"));
  m.def("generalised_amplitude_damping", &generalised_amplitude_damping, py::arg("gamma"), py::arg("excited"));
  m.def("phase_damping", &phase_damping, py::arg("lambda_"));
  m.def("pauli_channel", &pauli_channel, py::arg("probabilities"));
  m.def("depolarising", &depolarising, py::arg("p"), py::arg("qubits"));
  m.def("coherent_rotation", &coherent_rotation, py::arg("axis"), py::arg("angle_rad"));
  m.def("thermal_relaxation", &thermal_relaxation, py::arg("t1_s"), py::arg("t2_s"), py::arg("duration_s"), py::arg("excited"));
  m.def("leakage", &leakage, py::arg("p"), py::arg("seepage"));
  m.def("collective_dephasing", &collective_dephasing, py::arg("sigma_rad"), py::arg("qubits"));
  m.def("gate_qubits", [](std::string const& gate) { return info(gate_named(gate)).qubits; }, py::arg("name"));
  m.def("gate_angles", [](std::string const& gate) { return info(gate_named(gate)).angles; }, py::arg("name"));
  m.def("gate_matrix", [](std::string const& gate, double angle) { return array_of(unitary_of(gate_named(gate), angle)); },
        py::arg("name"), py::arg("angle") = 0.0);

  bind_state<DensityState>(m, "DensityState", "A density matrix.")
      .def_static("from_matrix", [](ComplexArray const& matrix, std::vector<int> const& levels) {
        auto elements = elements_of(matrix);
        return without_gil(true, [&] { return DensityState(Subsystems(levels), std::move(elements)); });
      }, py::arg("matrix"), py::arg("levels"))
      .def_static("restored", [](ComplexArray const& matrix, std::vector<int> const& levels) {
        DensityState::check_size(levels);
        const Subsystems factors(levels);
        if (matrix.size() != factors.dimension() * factors.dimension()) throw InternalError("a density matrix of another size");
        return DensityState::from_checked(factors, elements_of(matrix));
      }, py::arg("matrix"), py::arg("levels"))
      .def_static("from_correlations", [](RealArray const& array) {
        if (array.size() != 16) throw InternalError("a correlation matrix has 16 elements");
        Correlations r;
        std::copy_n(array.data(), 16, r.begin());
        return DensityState(r);
      }, py::arg("correlations"))
      .def("matrix", [](DensityState const& s) { return py::array_t<Complex>({s.dimension(), s.dimension()}, s.matrix().data()); })
      .def("channel", [](DensityState& s, Channel const& channel, Positions const& positions) {
        require_fits(s.factors(), positions, channel.dimension());
        without_gil(is_long(s), [&] { s.apply(channel, positions); });
      }, py::arg("channel"), py::arg("positions"))
      .def("decay", [](DensityState& s, int position, MemorySpec const& memory, double duration_s, double age_s) {
        const BlochMap map = DeviceModel(device_of(memory, "memory"), Clock{1}, false).decay.map(duration_s, age_s);
        without_gil(is_long(s), [&] { s.decay(position, map); });
      }, py::arg("position"), py::arg("memory"), py::arg("duration_s"), py::arg("age_s"))
      .def("purity", [](DensityState const& s) { return without_gil(is_long(s), [&] { return s.purity(); }); })
      .def("trace_out", [](DensityState& s, int position) { without_gil(is_long(s), [&] { s.trace_out(position); }); },
           py::arg("position"))
      .def("project", [](DensityState& s, std::string const& letters, Positions const& positions, std::array<double, 3> const& weights) {
        const PauliAction product = product_from(s.factors(), letters, positions);
        return without_gil(is_long(s), [&] { return s.project(product, weights); });
      }, py::arg("letters"), py::arg("positions"), py::arg("weights"));

  bind_state<KetState>(m, "KetState", "The amplitudes of a pure state.")
      .def_static("from_amplitudes", &ket_from, py::arg("amplitudes"), py::arg("levels"))
      .def_static("restored", &ket_from, py::arg("amplitudes"), py::arg("levels"))
      .def("amplitudes", [](KetState const& s) { return py::array_t<Complex>(s.dimension(), s.amplitudes().data()); })
      .def("channel", [](KetState& s, Channel const& channel, Positions const& positions, double u) {
        require_fits(s.factors(), positions, channel.dimension());
        return without_gil(is_long(s), [&] { return s.apply(channel, positions, u); });
      }, py::arg("channel"), py::arg("positions"), py::arg("u"))
      .def("drop", &KetState::drop, py::arg("position"), py::arg("level"))
      .def("level_probabilities", &KetState::level_probabilities, py::arg("position"))
      .def("project", [](KetState& s, std::string const& letters, Positions const& positions, int outcome) {
        const PauliAction product = product_from(s.factors(), letters, positions);
        return without_gil(is_long(s), [&] { return s.project(product, outcome); });
      }, py::arg("letters"), py::arg("positions"), py::arg("outcome"));
}

}  // namespace farbell
