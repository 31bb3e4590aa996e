#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "bind.hpp"
#include "farbell/base/errors.hpp"
#include "farbell/state/pauli_frames.hpp"
#include "farbell/state/stabilizer_state.hpp"

namespace py = pybind11;

namespace farbell {

// The number of a qubit: whatever Python counts as a whole number. Anything else is refused as a qubit that is none.
struct QubitNumber {
  std::int64_t value = 0;
  operator std::int64_t() const { return value; }
};

}  // namespace farbell

template <>
struct pybind11::detail::type_caster<farbell::QubitNumber> {
  PYBIND11_TYPE_CASTER(farbell::QubitNumber, const_name("typing.SupportsIndex"));

  bool load(handle source, bool) {
    const auto number = reinterpret_steal<object>(PyNumber_Index(source.ptr()));
    if (number) value.value = PyLong_AsLongLong(number.ptr());
    if (!number || (value.value == -1 && PyErr_Occurred() != nullptr)) {
      PyErr_Clear();
      throw farbell::SpecError("qubit", std::string(repr(source)), "a whole number");
    }
    return true;
  }
};

namespace farbell {
namespace {

using QubitNumbers = std::vector<QubitNumber>;

std::vector<std::int64_t> plain(QubitNumbers const& qubits) { return {qubits.begin(), qubits.end()}; }

using Bits = py::array_t<bool, py::array::c_style | py::array::forcecast>;
using Generators = std::tuple<Bits, Bits, Bits>;  // X, Z (a row a generator), and signs

Generators arrays_of(std::vector<WideTableau::Generator> const& rows, int n) {
  const auto m = static_cast<py::ssize_t>(rows.size());
  Bits x({m, py::ssize_t{n}}), z({m, py::ssize_t{n}}), sign(m);
  for (py::ssize_t i = 0; i < m; ++i) {
    std::copy(rows[i].x.begin(), rows[i].x.end(), x.mutable_data(i));
    std::copy(rows[i].z.begin(), rows[i].z.end(), z.mutable_data(i));
    *sign.mutable_data(i) = rows[i].negative;
  }
  return {x, z, sign};
}

std::vector<WideTableau::Generator> rows_of(Bits const& x, Bits const& z, Bits const& sign, int n) {
  const auto fits = [&](Bits const& a) { return a.ndim() == 2 && a.shape(0) == sign.size() && a.shape(1) == n; };
  if (!fits(x) || !fits(z)) throw SpecError("stabilizers", "rows of another length", std::to_string(n) + " Paulis in each row");
  std::vector<WideTableau::Generator> rows;
  for (py::ssize_t i = 0; i < sign.size(); ++i)
    rows.push_back({{x.data(i), x.data(i) + n}, {z.data(i), z.data(i) + n}, *sign.data(i)});
  return rows;
}

// A bool a shot.
Bits unpacked(Words const& words, std::int64_t shots) {
  Bits bits(static_cast<py::ssize_t>(shots));
  unpack_bits(words.data(), static_cast<std::size_t>(shots), bits.mutable_data());
  return bits;
}

Words packed(Bits const& bits, PauliFrames const& frames) {
  if (bits.ndim() != 1 || bits.size() != frames.shots())
    throw SpecError("where", std::to_string(bits.size()) + " values", std::to_string(frames.shots()) + " booleans, one a shot");
  Words words(frames.words());
  pack_bits(bits.data(), static_cast<std::size_t>(bits.size()), words.data());
  return words;
}

// Parts of a state as Python keeps them when it pickles.
using Steps = std::vector<std::tuple<std::string, std::vector<std::int64_t>, std::vector<std::string>>>;
using WordArray = py::array_t<std::uint64_t, py::array::c_style | py::array::forcecast>;
using Parts = std::tuple<WordArray, std::vector<std::string>, bool, Steps>;

WordArray array_of(Words const& words) { return WordArray(static_cast<py::ssize_t>(words.size()), words.data()); }
Words words_of(WordArray const& array) { return {array.data(), array.data() + array.size()}; }

Steps steps_of(std::vector<StabilizerState::Step> const& steps) {
  Steps out;
  for (auto const& step : steps) out.emplace_back(step.gate, step.qubits, step.labels);
  return out;
}

Parts parts_of(StabilizerState::Parts const& p) { return {array_of(p.words), p.left, p.record, steps_of(p.steps)}; }
StabilizerState::Parts parts_from(Parts const& parts) {
  auto const& [words, left, record, steps] = parts;
  StabilizerState::Parts p{words_of(words), left, record, {}};
  for (auto const& [gate, qubits, labels] : steps) p.steps.push_back({gate, qubits, labels});
  return p;
}

// The gates as methods by their names.
template <class Class, class State>
void def_gates(Class& c) {
  for (GateInfo const& g : gate_table) {
    if (!g.clifford) continue;
    const Gate gate = static_cast<Gate>(&g - gate_table);
    const std::string name(g.name), doc = "The gate " + name + " (docs/physics/gates.md).";
    if (g.qubits == 1) {
      c.def(name.c_str(), [gate](State& s, QubitNumber q) { s.apply(gate, q); }, py::arg("q"), doc.c_str());
    } else {
      const auto apply = [gate](State& s, QubitNumber a, QubitNumber b) { s.apply(gate, a, b); };
      c.def(name.c_str(), apply, py::arg("a"), py::arg("b"), doc.c_str());
      if (gate == Gate::cx) c.def("cnot", apply, py::arg("a"), py::arg("b"), "The gate cx.");
    }
  }
}

// Whether a measurement takes tens of microseconds.
bool is_long(PauliFrames const& f) { return f.shots() >= 1 << 16; }

void bind_frames(py::module_& m) {
  using Errors = std::vector<std::tuple<int, int, double>>;
  py::class_<PauliFrames> c(m, "PauliFramesState", "The gates and measurements of fb.states.PauliFrames.");
  c.def(py::init<std::int64_t, std::int64_t, std::uint64_t>(), py::arg("n"), py::arg("shots"), py::arg("seed"))
      .def_property_readonly("n", &PauliFrames::size, "Number of qubits.")
      .def_property_readonly("shots", &PauliFrames::shots, "Number of shots.")
      .def("_apply", [](PauliFrames& f, std::string const& gate, QubitNumbers const& qubits) { f.apply(gate, plain(qubits)); },
           py::arg("gate"), py::arg("qubits"))
      .def("_noise", [](PauliFrames& f, Errors const& errors, QubitNumbers const& qubits) {
        std::vector<PauliFrames::Error> list;
        for (auto [x, z, p] : errors) list.push_back({x, z, p});
        without_gil(is_long(f), [&] { f.noise(list, plain(qubits)); });
      }, py::arg("errors"), py::arg("qubits"))
      .def("_apply_where", [](PauliFrames& f, int pauli, QubitNumber q, Bits const& where) { f.apply_where(pauli, q, packed(where, f).data()); },
           py::arg("pauli"), py::arg("q"), py::arg("where"))
      .def("_measure", [](PauliFrames& f, StabilizerState::Product const& product, double flip_probability) {
        Words bits(f.words());
        without_gil(is_long(f), [&] { f.measure(product, bits.data(), flip_probability); });
        return unpacked(bits, f.shots());
      }, py::arg("product"), py::arg("flip_probability"))
      .def("_parts", [](PauliFrames const& f) {
        const auto [reference, frames] = f.parts();
        return std::pair(parts_of(reference), array_of(frames));
      })
      .def("_set_parts", [](PauliFrames& f, std::pair<Parts, WordArray> const& parts) {
        f.set_parts(parts_from(parts.first), words_of(parts.second));
      }, py::arg("parts"))
      .def("_require_there", [](PauliFrames const& f, QubitNumbers const& qubits) { f.reference().require_there(plain(qubits)); },
           py::arg("qubits"))
      .def("reset", [](PauliFrames& f, QubitNumber q) { f.reset(q); }, py::arg("q"), "Turn qubit `q` to |0> in every shot.");
  def_gates<py::class_<PauliFrames>, PauliFrames>(c);
}

}  // namespace

void bind_stabilizer(py::module_& m) {
  using State = StabilizerState;
  py::class_<State> c(m, "StabilizerState", "The gates and measurements of fb.states.Stabilizer.");
  c.def(py::init<std::int64_t, std::uint64_t, bool>(), py::arg("n"), py::arg("seed"), py::arg("record"))
      .def_property_readonly("n", &State::size, "Qubits that were made.")
      .def_property_readonly("qubits", &State::qubits, "Qubits that are still there.")
      .def_property_readonly("_wide", &State::wide)
      .def_property_readonly("_records", &State::records)
      .def("_apply", [](State& s, std::string const& gate, QubitNumbers const& qubits) { s.apply(gate, plain(qubits)); },
           py::arg("gate"), py::arg("qubits"))
      .def("_measure", [](State& s, State::Product const& product, std::optional<int> outcome, State::Readout const& readout) {
        return without_gil(s.wide(), [&] { return s.measure(product, outcome, readout); });
      }, py::arg("product"), py::arg("outcome"), py::arg("readout") = State::faithful)
      .def("_bell_measure", [](State& s, QubitNumber a, QubitNumber b, std::optional<int> outcome, State::Readout const& readout) {
        return s.bell_measure(a, b, outcome, readout);
      }, py::arg("a"), py::arg("b"), py::arg("outcome"), py::arg("readout") = State::faithful)
      .def("_fuse", [](State& s, QubitNumber a, QubitNumber b, std::optional<int> outcome, State::Readout const& readout) {
        return s.fuse(a, b, outcome, readout);
      }, py::arg("a"), py::arg("b"), py::arg("outcome"), py::arg("readout") = State::faithful)
      .def("_measure_z", [](State& s, QubitNumbers const& qubits) {
        return without_gil(s.wide(), [&] { return s.measure_z(plain(qubits)); });
      }, py::arg("qubits"))
      .def("_expectation", &State::expectation, py::arg("product"))
      .def("_drop", [](State& s, QubitNumber q, std::string const& how) { s.drop(q, how); }, py::arg("q"), py::arg("how"))
      .def("release", [](State& s, QubitNumber q) { s.release(q); }, py::arg("q"),
           "Trace qubit `q` out: it is read in Z, with an outcome that nobody learns, and using it later is refused.")
      .def("reset", [](State& s, QubitNumber q) { s.reset(q); }, py::arg("q"), "Read qubit `q` in Z and turn it to |0>.")
      .def("_flip", &State::flip, py::arg("product"))
      .def("_require_there", [](State const& s, QubitNumbers const& qubits) { s.require_there(plain(qubits)); }, py::arg("qubits"))
      .def("_uniform", &State::uniform)
      .def("_generators", [](State const& s) { return arrays_of(s.generators(), s.size()); })
      .def("_set_generators", [](State& s, Bits const& x, Bits const& z, Bits const& sign) { s.set_generators(rows_of(x, z, sign, s.size())); },
           py::arg("x"), py::arg("z"), py::arg("sign"))
      .def("_set_images", [](State& s, Generators const& of_x, Generators const& of_z) {
        const auto rows = [&](Generators const& g) { return rows_of(std::get<0>(g), std::get<1>(g), std::get<2>(g), s.size()); };
        s.set_images(rows(of_x), rows(of_z));
      }, py::arg("of_x"), py::arg("of_z"))
      .def("_entropy", [](State const& s, std::vector<int> const& qubits) {
        return without_gil(s.wide(), [&] { return s.entropy(qubits); });
      }, py::arg("qubits"))
      .def("_fidelity", [](State const& s, State const& other) { return without_gil(s.wide(), [&] { return s.fidelity(other); }); },
           py::arg("other"))
      .def("_start_record", &State::start_record, py::arg("record"))
      .def("_note", &State::note, py::arg("label"), py::arg("qubits"))
      .def("_steps", [](State const& s) { return steps_of(s.steps()); })
      .def("_parts", [](State const& s) { return parts_of(s.parts()); })
      .def("_set_parts", [](State& s, Parts const& parts) { s.set_parts(parts_from(parts)); }, py::arg("parts"))
      .def("_assign", [](State& s, State const& other, std::uint64_t seed) { s = other.copy(seed); }, py::arg("other"), py::arg("seed"));
  def_gates<py::class_<State>, State>(c);
  bind_frames(m);
}

}  // namespace farbell
