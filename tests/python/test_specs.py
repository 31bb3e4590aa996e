"""Specs in Python: frozen values, checked like files, that survive every round trip."""

from __future__ import annotations

import copy
import inspect
import json
import math
import pickle
import time
from fractions import Fraction
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import farbell as fb
from farbell import _core

SPECS = [
    fb.Memory(
        name="ion",
        slots=3,
        t1_s="10 s",
        t2_s=1.5,
        t2_law="gaussian",
        dephasing_s=None,
        dephasing_attempts=500,
        readout_fidelity_1=0.97,
    ),
    fb.Memory(
        name="points", t2_law="tabulated", coherence_times_s=["1 ms", 0.5], coherences=[0.9, 0.1], coherence_beyond="nothing"
    ),
    fb.CommunicationQubits(qubits=2, store="always", storage_s="1 ms", storage_reliability=0.9, t2_s=1.46, t2_law="gaussian"),
    fb.EnsembleLight(),
    fb.WeakCoherentLight(mean_photons=0.4),
    fb.ChargeCheck(batch_attempts=250, check_s="50 us", success_probability=0.9, reset_s="1 ms"),
    fb.Detector(efficiency=0.8, dark_count_rate_hz="1 kHz", number_resolving=True, dead_time_s="50 ns", jitter_s="1 ns"),
    fb.Station(
        name="middle", visibility=0.9, local_overhead_s=1e-6, bin_separation_s="1 us", detector=fb.Detector(window_s="10 ns")
    ),
    fb.FrequencyConverter(
        name="to telecom", from_wavelength_m="637 nm", to_wavelength_m="1588 nm", efficiency=0.17, noise_rate_hz="1 kHz"
    ),
    fb.Transducer(name="up", from_wavelength_m=0.06, to_wavelength_m="1550 nm", added_noise_photons=0.1, duty_cycle=0.5),
    fb.EncodingConverter(name="bins", from_encoding="polarisation", to_encoding="time_bin", efficiency=0.9),
    fb.Fiber(length_m="25 km"),
    fb.Fiber(
        length_m="5 km",
        spans=[fb.FiberSpan(length_m="2 km", loss_db=1), fb.FiberSpan(length_m="3 km")],
        wavelength_m="1550 nm",
        dispersion_s_per_m2="17 ps/nm/km",
        pmd_s_per_sqrt_m="0.1 ps/sqrt(km)",
        classical_light=fb.ClassicalLight(power_to_a_w=1e-3, raman_per_km_nm=2e-9, filter_bandwidth_m="0.1 nm"),
    ),
    fb.FiberSpan(length_m="2 km", loss_db=1),
    fb.ClassicalLight(power_to_a_w=1e-3, raman_per_km_nm=2e-9, filter_bandwidth_m="0.1 nm"),
    fb.Alignment(arrival_offset_s="-1 ns", polarisation_angle_rad="3 deg", free_running_s="90 ms", stabilisation_s="10 ms"),
    fb.Werner(fidelity=0.9),
    fb.BellWeights(weights=[0.7, 0.1, 0.1, 0.1]),
    fb.DensityMatrix(real=np.diag([0.25] * 4)),
    fb.Given(success_probability=0.1, attempt_period_s="10 us", state=fb.Werner(fidelity=0.8)),
    fb.Multiplexing(modes=100, mode_separation_s="1 us", train="shared"),
    fb.DoubleClick(station="middle", station_position=0.25),
    fb.MidpointSource(mean_pairs=0.05, source_position=0.3, spectral_purity=0.9, pair_fidelity=0.98, local_overhead_s="1 us"),
    fb.SenderReceiver(sender="node_b", absorption_efficiency=0.4, heralded=False, local_overhead_s="1 us"),
    fb.RepeaterGraph(sources=3, arms=4, branching=[5, 2], repetition_s="1 us", visibility=0.98),
    fb.Retrieval(efficiency=0.8, lifetime_s="0.1 ms", law="gaussian", fixed_delay_s="20 us", spectral_modes=30),
    fb.SingleClick(
        station="middle", bright_state=0.1, bright_state_b=0.2, phase_sigma_rad="10 deg", phase_correlation_s="1 ms"
    ),
    fb.Asap(),
    fb.Doubling(),
    fb.Sequential(),
    fb.Tree(order=["c", "b"]),
    fb.PolicyEntry(links=[[0, 1, 3], [1, 2, 0]], swap=[1]),
    fb.PolicyTable(entries=[fb.PolicyEntry(links=[[0, 1]], swap=[])], otherwise="wait"),
    fb.Admission(rate_hz="2 kHz", burst=3, by_deadline=True),
    fb.Cutoff(age_s="5 ms", attempts=20, estimated_fidelity=0.8),
    fb.Distillation(rounds=["bbpssw", "dejmps"], scheme="pumping"),
    fb.Rule(do="discard", when="age_s > 0.1 * t2_s"),
    fb.Node(name="a", memory="ion", parallel_links=2, latitude_deg=-3.5),
    fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=1), generation=fb.DoubleClick(station="middle")),
    fb.OpticalSwitch(
        name="s",
        links=["a--b", "c"],
        stations=2,
        switching_time_s="1 ms",
        scheduler="time_division",
        turn_s=1,
        frame=[["c"], []],
    ),
    fb.Drift(step_s="1 s", coherence_tau_s="1 h", recalibrate_below=0.9, recalibration_s="1 min"),
    fb.Change(at_s="1 min", link="a--b"),
    fb.Failure(nodes=["a"], links=["a--b"], down=[("1 min", 61)]),
    fb.WeightedRoute(nodes=["a", "c", "b"], weight=2.5),
    fb.Routing(kind="hops"),
    fb.ShortestRouter(),
    fb.GreedyRouter(),
    fb.QPassRouter(link_state_hops=2),
    fb.QCastRouter(link_state_hops=0),
    fb.MultipathLocalRouter(),
    fb.MultipathGlobalRouter(),
    fb.GhzFusionRouter(max_links=4),
    fb.Rounds(router=fb.QCastRouter(), round_s="1 ms", attempt_s="0.5 ms", channels=4),
    fb.IdealControl(),
    fb.CentralControl(place="a", mode="reactive", processing_s="1 ms"),
    fb.LinkState(processing_s="2 ms"),
    fb.LocalControl(retry_s="2 ms", needs_free_slots=True),
    fb.ProgramControl(place="a"),
    fb.ClassicalMessages(jitter_s="10 us"),
    fb.OneOff(requests=4),
    fb.BackToBack(at_s=1),
    fb.Continuous(),
    fb.Poisson(rate_hz="2 kHz"),
    fb.Table(at_s=[0, "1 ms", 2]),
    fb.ByPrograms(),
    fb.ProgramParameter(name="rounds", value=3),
    fb.BoundProgram(node="a", program="my_protocols:Alice", parameters=[fb.ProgramParameter(name="rounds", value=3)]),
    fb.Demand(node_a="a", node_b="b", traffic=fb.Poisson(rate_hz=3), use="measure", route=["a", "b"]),
    fb.GhzDemand(name="ghz", users=["a", "b", "c"], center="a", states_per_request=2, deadline_s="1 s", max_queue=4),
    fb.Limits(max_events=10),
    fb.Scenario(
        duration_s=1,
        nodes=[fb.Node(name=name, memory="ion") for name in "ab"],
        changes=[fb.Change(at_s=1, link="a--b", generation=fb.Given(success_probability=1, attempt_period_s=1))],
    ),
]
by_class = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: type(spec).__name__)


def test_every_spec_is_tested() -> None:
    classes = {c for c in vars(_core).values() if isinstance(c, type) and hasattr(c, "from_json")}
    assert {type(spec) for spec in SPECS} == classes


@by_class
def test_round_trips(spec: Any) -> None:
    cls = type(spec)
    assert cls.from_json(spec.to_json()) == spec
    assert cls.from_json(spec.to_json(indent=2)) == spec
    assert cls.from_dict(spec.to_dict()) == spec
    assert json.loads(spec.to_json()) == spec.to_dict()
    assert pickle.loads(pickle.dumps(spec)) == spec
    assert copy.copy(spec) is spec
    assert copy.deepcopy(spec) is spec
    assert spec.replace() == spec
    assert eval(repr(spec), vars(fb)) == spec


@by_class
def test_equal_specs_have_equal_hashes(spec: Any) -> None:
    twin = type(spec).from_json(spec.to_json())
    assert twin is not spec
    assert hash(twin) == hash(spec)
    assert len({spec, twin}) == 1
    assert spec != 3
    assert spec != fb.Fiber(length_m=123)


@by_class
def test_specs_are_frozen(spec: Any) -> None:
    for name in inspect.signature(type(spec)).parameters:
        with pytest.raises(AttributeError):
            setattr(spec, name, getattr(spec, name))
        assert not isinstance(getattr(spec, name), (list, dict))
    with pytest.raises(AttributeError):
        spec.another = 1


@by_class
def test_signature_and_docstrings_name_every_field(spec: Any) -> None:
    parameters = inspect.signature(type(spec)).parameters
    assert list(parameters) == [name for name, member in vars(type(spec)).items() if isinstance(member, property)]
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters.values())
    for name in parameters:
        assert f"\n{name} : " in type(spec).__doc__
        assert getattr(type(spec), name).__doc__
    assert spec._repr_html_().startswith("<table>")


def test_lists_are_tuples_and_variants_are_classes() -> None:
    scenario = SPECS[-1]
    assert isinstance(scenario.nodes, tuple)
    assert scenario.nodes[1].name == "b"
    assert isinstance(scenario.changes[0].generation, fb.Given)
    assert isinstance(scenario.changes[0].generation.state, fb.Werner)
    assert fb.DensityMatrix(real=np.diag([1.0, 0, 0, 0])).imag == ((0.0,) * 4,) * 4
    assert fb.Memory(name="m").t1_s is None
    assert fb.Memory(name="m").t2_law == "exponential"


@pytest.mark.parametrize(
    "value, metres",
    [
        (3, 3.0),
        ("3 km", 3000.0),
        (np.float64(2.5), 2.5),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7.0),
        (np.array(4.0), 4.0),
        (Fraction(1, 4), 0.25),
        (10**17, 1e17),
    ],
)
def test_numbers_of_every_kind(value: Any, metres: float) -> None:
    assert fb.Fiber(length_m=value).length_m == metres


def test_sequences_of_every_kind() -> None:
    times = (0.0, 1.0, 2.0)
    for sequence in ([0, 1, 2], (0, 1, 2), range(3), np.arange(3), np.arange(3.0)):
        assert fb.Table(at_s=sequence).at_s == times
    assert fb.Demand(node_a="a", node_b="b", route=("a", "b")).route == ("a", "b")
    scenario = fb.Scenario(duration_s=1, nodes=[{"name": "a", "memory": "m"}, fb.Node(name="b", memory="m")])
    assert scenario.nodes == (fb.Node(name="a", memory="m"), fb.Node(name="b", memory="m"))
    pair = fb.Given(success_probability=1, attempt_period_s=1, state={"kind": "werner", "fidelity": 0.5})
    assert pair.state == fb.Werner(fidelity=0.5)


@pytest.mark.parametrize(
    "make, path, found",
    [
        (lambda: fb.Fiber(length_m=-1), "/length_m", "-1"),
        (lambda: fb.Fiber(length_m=True), "/length_m", "true"),
        (lambda: fb.Fiber(length_m=np.True_), "/length_m", "true"),
        (lambda: fb.Fiber(length_m=None), "/length_m", "null"),
        (lambda: fb.Fiber(length_m=math.nan), "/length_m", "nan"),
        (lambda: fb.Fiber(length_m=-math.inf), "/length_m", "-inf"),
        (lambda: fb.Fiber(length_m=10**400), "/length_m", "inf"),
        (lambda: fb.Fiber(length_m="3"), "/length_m", '"3"'),
        (lambda: fb.Fiber(length_m="3 s"), "/length_m", '"3 s"'),
        (lambda: fb.Fiber(length_m=b"3 m"), "/length_m", "an object of type bytes"),
        (lambda: fb.Fiber(length_m=object()), "/length_m", "an object of type object"),
        (lambda: fb.Fiber(length_m=1j), "/length_m", "an object of type complex"),
        (lambda: fb.Fiber(length_m={3}), "/length_m", "an object of type set"),
        (lambda: fb.Node(name="\ud800", memory="m"), "/name", "a text with lone surrogates"),
        (lambda: fb.Node(name="", memory="m"), "/name", '""'),
        (lambda: fb.Memory(name="m", slots=1.5), "/slots", "1.5"),
        (lambda: fb.Scenario(duration_s=1, seed=2**63), "/seed", "9223372036854775808"),
        (lambda: fb.Scenario(duration_s=1, seed=-(2**70)), "/seed", "-1"),
        (lambda: fb.Scenario(duration_s=1, version=2), "/version", "2"),
        (lambda: fb.Scenario(duration_s=1, tick="fs"), "/tick", '"fs"'),
        (lambda: fb.Scenario(duration_s=1, nodes=[fb.Fiber(length_m=1)]), "/nodes/0/length_m", '"length_m"'),
        (lambda: fb.Scenario(duration_s=1, nodes=[{1: 2}]), "/nodes/0", "the key 1"),
        (lambda: fb.BellWeights(weights=[0.5] * 4), "/weights", "sum to 2"),
        (lambda: fb.DensityMatrix(real=np.eye(4)), "/real", "trace 4"),
        (lambda: fb.Demand(node_a="a", node_b="b", traffic=fb.Werner()), "/traffic/kind", '"werner"'),
        (lambda: fb.Demand(node_a="a", node_b="b", use=3), "/use", "3"),
        (lambda: fb.Fiber.from_dict({"length_m": 1, "speed": 2}), "/speed", '"speed"'),
        (lambda: fb.Fiber.from_json('{"length_m": 1, "length_m": 1}'), "/length_m", "twice"),
        (lambda: fb.Fiber.from_json("{"), "", "the end of the text at line 1"),
        (lambda: fb.Scenario.from_dict({"duration_s": 1}), "/version", "nothing"),
    ],
)
def test_refused_with_path_and_finding(make: Any, path: str, found: str) -> None:
    with pytest.raises(fb.SpecError) as caught:
        make()
    assert caught.value.path == path
    assert found in caught.value.found
    assert caught.value.allowed
    assert caught.value.found in str(caught.value)


def test_spec_error_is_a_value_error_that_travels() -> None:
    with pytest.raises(ValueError, match="did you mean memory") as caught:
        fb.Scenario(duration_s=1, nodes=[{"name": "a", "memroy": "m"}])
    error = caught.value
    assert isinstance(error, fb.SpecError)
    assert error.path == "/nodes/0/memroy"
    assert error.nearest == "memory"
    twin = pickle.loads(pickle.dumps(error))
    assert (twin.path, twin.found, twin.allowed, twin.nearest, str(twin)) == (*error.args, str(error))
    assert str(fb.SpecError(path="", found="x", allowed="y")) == "scenario: found x; allowed: y"


def test_keywords_are_checked_as_python_does() -> None:
    with pytest.raises(TypeError, match="Fiber has no field 'lenght_m'; did you mean 'length_m'"):
        fb.Fiber(lenght_m=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Given needs success_probability and attempt_period_s"):
        fb.Given()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Fiber takes its fields by name: length_m, "):
        fb.Fiber(3)  # type: ignore[misc]
    with pytest.raises(TypeError, match=r"Fiber\.replace takes its fields by name"):
        fb.Fiber(length_m=3).replace(4)  # type: ignore[misc]
    with pytest.raises(TypeError, match="lone surrogates"):
        fb.Fiber(**{"\ud800": 1})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="did you mean 'length_m'"):
        fb.Fiber(length_m=3).replace(length=4)  # type: ignore[call-arg]


def test_a_list_in_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(fb.SpecError, match="nesting deeper than 64"):
        fb.Scenario(duration_s=1, notes=loop)


def test_an_exception_in_a_users_object_is_theirs() -> None:
    class Odd:
        def __float__(self) -> float:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fb.Fiber(length_m=Odd())  # type: ignore[arg-type]


def test_replace_is_checked_and_leaves_the_original() -> None:
    fiber = fb.Fiber(length_m=3, attenuation_db_per_km=0.3)
    longer = fiber.replace(length_m="5 km")
    assert (longer.length_m, longer.attenuation_db_per_km, fiber.length_m) == (5000.0, 0.3, 3.0)
    with pytest.raises(fb.SpecError):
        fiber.replace(length_m=-1)
    assert fb.Memory(name="m", t1_s=3).replace(t1_s=None) == fb.Memory(name="m")


def test_with_values() -> None:
    chain = fb.chain(nodes=3, length_m="20 km")
    changed = chain.with_values({"links/*/fiber/length_m": "5 km", "nodes/n1/processing_delay_s": 1e-3, "seed": 7})
    assert [link.fiber.length_m for link in changed.links] == [5000.0, 5000.0]
    assert [node.processing_delay_s for node in changed.nodes][1] == 1e-3
    assert changed.seed == 7
    with pytest.raises(fb.SpecError, match="did you mean links") as caught:
        chain.with_values({"link/*/fiber/length_m": 1})
    assert caught.value.path == "/link"
    with pytest.raises(fb.SpecError, match="found the key 3"):
        chain.with_values({3: 1})  # type: ignore[dict-item]
    with pytest.raises(fb.SpecError, match="found -1"):
        chain.with_values({"links/*/fiber/length_m": -1})


def test_repr_is_short_for_long_lists() -> None:
    text = repr(fb.Table(at_s=range(1000)))
    assert len(text) < 60
    assert "997 more" in text
    assert repr(fb.Memory(name="a'b")) == """Memory(name="a'b")"""


def test_html_is_escaped() -> None:
    html = fb.Node(name="<script>", memory="&")._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
probabilities = st.floats(0, 1)
durations = st.floats(0, allow_nan=False, allow_infinity=False, exclude_min=True)
quantities = st.floats(0, allow_nan=False, allow_infinity=False)
states = st.one_of(
    st.builds(fb.Werner, fidelity=st.floats(0.25, 1)),
    probabilities.map(lambda p: fb.BellWeights(weights=[1 - p, p / 2, p / 2, 0])),
    probabilities.map(lambda p: fb.DensityMatrix(real=np.diag([1 - p, p, 0, 0]))),
)
generations = st.one_of(
    st.builds(fb.Given, success_probability=probabilities, attempt_period_s=durations, herald_delay_s=quantities, state=states),
    st.builds(fb.DoubleClick, station=names, station_position=probabilities),
    st.builds(
        fb.SingleClick,
        station=names,
        bright_state=st.floats(1e-9, 0.999),
        bright_state_b=st.none() | st.floats(1e-9, 0.999),
        phase_sigma_rad=quantities,
        phase_correlation_s=st.none() | durations,
    ),
)
traffic = st.one_of(
    st.builds(fb.OneOff, at_s=quantities, requests=st.integers(1, 10**9)),
    st.builds(fb.BackToBack, requests=st.none() | st.integers(1, 2**63 - 1)),
    st.builds(fb.Continuous, at_s=quantities),
    st.builds(fb.Poisson, rate_hz=durations),
    st.builds(fb.Table, at_s=st.lists(quantities, max_size=3)),
)
scenarios = st.builds(
    fb.Scenario,
    name=st.text(st.characters(codec="utf-8"), max_size=8),
    seed=st.integers(0, 2**63 - 1),
    duration_s=durations,
    slot_s=st.none() | durations,
    tick=st.sampled_from(["ps", "ns"]),
    memories=st.lists(
        st.builds(
            fb.Memory,
            name=names,
            slots=st.integers(1, 1_000_000),
            t1_s=st.none() | durations,
            pauli_z_rate_hz=quantities,
            efficiency=probabilities,
        ),
        max_size=2,
    ),
    nodes=st.lists(
        st.builds(fb.Node, name=names, memory=names, x_m=st.none() | st.floats(allow_nan=False, allow_infinity=False)),
        max_size=3,
    ),
    links=st.lists(
        st.builds(fb.Link, node_a=names, node_b=names, fiber=st.builds(fb.Fiber, length_m=quantities), generation=generations),
        max_size=3,
    ),
    demands=st.lists(
        st.builds(fb.Demand, node_a=names, node_b=names, traffic=traffic, generate_when_idle=st.booleans()), max_size=2
    ),
    changes=st.lists(st.builds(fb.Change, at_s=quantities, link=names, generation=st.none() | generations), max_size=2),
)
SCHEMA = jsonschema.Draft202012Validator(json.loads(_core.scenario_schema()))
slow_builds = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@slow_builds
@given(scenarios)
def test_any_scenario_survives_round_trips_and_fits_the_schema(scenario: fb.Scenario) -> None:
    text = scenario.to_json()
    assert fb.Scenario.from_json(text) == scenario
    assert fb.Scenario.from_dict(json.loads(text)) == scenario
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert scenario.with_values({"seed": scenario.seed}) == scenario
    SCHEMA.validate(json.loads(text))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@slow_builds
@given(scenarios, st.data())
def test_a_damaged_scenario_is_refused_or_survives(scenario: fb.Scenario, data: st.DataObject) -> None:
    document = scenario.to_dict()
    place: Any = document
    while True:
        step = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[step], (dict, list)) or not place[step] or data.draw(st.booleans()):
            break
        place = place[step]
    place[step] = data.draw(json_values)
    refusal = None
    try:
        read = fb.Scenario.from_dict(document)
    except fb.SpecError as error:
        refusal = error
    if refusal is None:
        assert fb.Scenario.from_json(read.to_json()) == read
        SCHEMA.validate(document)
    else:
        assert refusal.path
        assert refusal.found
        assert refusal.allowed


@settings(max_examples=300, deadline=None)
@given(st.text() | json_values.map(json.dumps) | st.binary().map(lambda b: b.decode("latin-1")))
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(fb.SpecError):
        fb.Scenario.from_json(text)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["nm", "um", "mm", "m", "km"]))
def test_unit_strings_are_the_doubles_one_would_write(x: float, unit: str) -> None:
    shift = {"nm": -9, "um": -6, "mm": -3, "m": 0, "km": 3}[unit]
    mantissa, _, exponent = f"{x!r}".partition("e")
    expected = float(f"{mantissa}e{int(exponent or 0) + shift}")
    if math.isfinite(expected) and (expected != 0 or x == 0):
        assert fb.Node(name="a", memory="m", x_m=f"{x!r} {unit}").x_m == expected


def test_ten_megabytes_of_nonsense() -> None:
    size = 10_000_000
    for text in ("[" * size, '{"a":' * (size // 5), "x" * size, '"' + "x" * size, "9" * size, "\0" * size):
        start = time.process_time()
        with pytest.raises(fb.SpecError):
            fb.Scenario.from_json(text)
        assert time.process_time() - start < 5
