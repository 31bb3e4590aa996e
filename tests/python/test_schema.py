"""The JSON Schema and the reader agree: what it rejects the reader refuses, and the reader alone refuses only what is listed.

The list is that of docs/guide/scenario_files.md: quantities in texts with units, sums of Bell weights, states of density
matrices. (What is wrong with a JSON text itself, such as a name given twice, no schema can see.)
"""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import farbell as fb
from farbell import _core
from farbell.scenario import read

SCHEMA = json.loads(_core.scenario_schema())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
#: A scenario is good where the values of its keys are.
OF_KEY = {key: VALIDATOR.evolve(schema=of_key) for key, of_key in SCHEMA["properties"].items()}


def rich_scenario() -> fb.Scenario:
    """Every spec and every alternative of each variant."""
    given_links = [
        fb.Given(success_probability=0.1, attempt_period_s=1e-5, state=state)
        for state in (
            fb.Werner(fidelity=0.9),
            fb.BellWeights(weights=[0.7, 0.1, 0.1, 0.1]),
            fb.DensityMatrix(real=[[0.25 if i == j else 0 for j in range(4)] for i in range(4)]),
        )
    ]
    given_links[0] = given_links[0].replace(multiplexing=fb.Multiplexing(modes=3, mode_separation_s=1e-6, train="shared"))
    clicks = [
        fb.DoubleClick(station="s"),
        fb.SingleClick(station="s", bright_state=0.1),
        fb.MidpointSource(mean_pairs=0.1),
        fb.SenderReceiver(),
        fb.RepeaterGraph(sources=2, arms=3, branching=[4, 2], repetition_s=1e-6),
    ]
    entry = fb.PolicyEntry(links=[[0, 1, 3], [1, 2, 0]], swap=[1])
    orders = [fb.Asap(), fb.Doubling(), fb.Sequential(), fb.Tree(order=["b"]), fb.PolicyTable(entries=[entry]), fb.Asap()]
    traffic = [
        fb.OneOff(),
        fb.BackToBack(requests=3),
        fb.Continuous(),
        fb.Poisson(rate_hz=3),
        fb.Table(at_s=[0, 1]),
        fb.ByPrograms(),
    ]
    return fb.Scenario(
        name="rich",
        duration_s=1,
        slot_s=None,
        routing=fb.Routing(kind="hops"),
        rounds=fb.Rounds(router=fb.QCastRouter(), round_s=1, attempt_s=0.5),
        control_plane=fb.CentralControl(place="a", processing_s="1 ms"),
        limits=fb.Limits(max_events=10, max_wall_s=3),
        memories=[
            fb.Memory(name="m", slots=4, t1_s=10, t2_s=1, t2_law="gaussian", efficiency=0.5, retrieval=fb.Retrieval()),
            fb.Memory(name="rubidium", light=fb.EnsembleLight()),
            fb.Memory(name="laser", light=fb.WeakCoherentLight()),
        ],
        stations=[fb.Station(name="s", visibility=0.9, detector=fb.Detector(efficiency=0.8))],
        interfaces=[
            fb.FrequencyConverter(name="c", from_wavelength_m=1e-6, to_wavelength_m="1550 nm", bandwidth_hz="1 MHz"),
            fb.Transducer(name="t", from_wavelength_m=0.06, to_wavelength_m="1550 nm", duty_cycle=0.5),
            fb.EncodingConverter(name="e", from_encoding="polarisation", to_encoding="time_bin"),
        ],
        nodes=[fb.Node(name=name, memory="m", latitude_deg=1, longitude_deg=2, x_m=3) for name in "a"],
        links=[
            fb.Link(
                node_a=a,
                node_b=b,
                fiber=fb.Fiber(length_m=1e3),
                generation=generation,
                drift=fb.Drift(step_s=1, efficiency_tau_s=2, coherence_tau_s=3, recalibrate_every_s=4, recalibration_s=0.1),
            )
            for a, b, generation in zip("abcdefgh", "bcdefghi", [*given_links, *clicks], strict=True)
        ],
        switches=[
            fb.OpticalSwitch(name="switch", links=["a--b", "b--c"], scheduler="time_division", turn_s=1, frame=[["a--b"], []])
        ],
        demands=[
            fb.Demand(
                name=t.__class__.__name__,
                node_a="a",
                node_b="b",
                traffic=t,
                route=["a", "b"],
                routes=[fb.WeightedRoute(nodes=["a", "b"], weight=2)],
                swapping=order,
                admission=fb.Admission(rate_hz=3, burst=2),
                reserved=[(0.1, 0.2)],
                cutoff=fb.Cutoff(age_s=1, attempts=3),
                rules=[fb.Rule(do="admit", when="waiting_requests < 3")],
                distillation=fb.Distillation(rounds=["bbpssw", "epl"], scheme="pumping"),
            )
            for t, order in zip(traffic, orders, strict=True)
        ],
        ghz_demands=[
            fb.GhzDemand(name="ghz", users=["a", "b"], center="a", traffic=traffic[0], deadline_s=1, max_queue=3, width=2)
        ],
        programs=[fb.BoundProgram(node="a", program="mine:Alice", parameters=[fb.ProgramParameter(name="rounds", value=3)])],
        changes=[fb.Change(at_s=1, link="a--b", generation=given_links[0]), fb.Change(at_s=2, link="a--b")],
        failures=[
            fb.Failure(name="works", nodes=["a"], links=["a--b"], down=[(0.1, 0.2)]),
            fb.Failure(nodes=["b"], mtbf_s=1, mttr_s=2),
        ],
        heartbeat_period_s=0.1,
        credits=["someone"],
        notes=["something"],
    )


def test_the_rich_scenario_has_every_spec() -> None:
    # A scenario has one router, and one control plane.
    multipath = (fb.MultipathLocalRouter(), fb.MultipathGlobalRouter())
    routers = (fb.ShortestRouter(), fb.GreedyRouter(), fb.QPassRouter(), *multipath, fb.GhzFusionRouter())
    planes = (fb.IdealControl(), fb.LinkState(), fb.LocalControl(), fb.CentralControl(place="a"), fb.ProgramControl(place="a"))
    text = " ".join(spec.to_json() for spec in (rich_scenario(), *routers, *planes))
    specs = [d for name, d in SCHEMA["$defs"].items() if hasattr(_core, name)]  # the others are words of files alone
    kinds = {d["properties"]["kind"]["const"] for d in specs if "const" in d["properties"].get("kind", {})}
    assert kinds
    assert [kind for kind in sorted(kinds) if f'"kind": "{kind}"' not in text] == []
    lists = [name for name, schema in SCHEMA["properties"].items() if schema.get("type") == "array"]
    assert [name for name in lists if f'"{name}": [' not in text] == []


def borders(schema: Any) -> Iterator[float]:
    """Whatever bounds a number somewhere in the schema, and its neighbours."""
    if isinstance(schema, dict):
        for name, inner in schema.items():
            if name in {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}:
                yield from (inner, inner - 1, inner + 1) if abs(inner) > 1 else (inner,)
                yield from (math.nextafter(inner, -math.inf), math.nextafter(inner, math.inf))
            else:
                yield from borders(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from borders(inner)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(value, (dict, list)):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*at, step))


def distinct(document: Any) -> list[tuple[Any, ...]]:
    """One place of each sort: elements of a list are alike but for their kinds."""
    found: dict[Any, tuple[Any, ...]] = {}
    for place in places(document):
        around = [at_place(document, place[:i]) for i in range(len(place))]
        kinds = tuple(outer.get("kind") for outer in around if isinstance(outer, dict))
        found.setdefault((tuple("*" if isinstance(step, int) else step for step in place), kinds), place)
    return list(found.values())


def at_place(document: Any, place: tuple[Any, ...]) -> Any:
    for step in place:
        document = document[step]
    return document


def step_of(pointer: str) -> tuple[Any, ...]:
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    return tuple(int(step) if step.isdigit() else step for step in steps)


DOCUMENT = {"$schema": "./scenario.schema.json", **rich_scenario().to_dict()}
PLACES = list(places(DOCUMENT))
UNITS = sorted({"nm", "µm", "μm", "km", "m", "s", "ms", "d", "min", "Hz", "THz", "m/s", "dB/km", "deg", "°", "rad", "kn", ""})
KNOWN_NAMES = sorted({name for d in [SCHEMA, *SCHEMA["$defs"].values()] for name in d["properties"]})
BORDERS = sorted(set(borders(SCHEMA)))
CHOICES = sorted(set(re.findall(r'"const": "(\w+)"', json.dumps(SCHEMA))))

texts = st.text(st.characters(codec="utf-8"), max_size=5)
numbers = (
    st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        [-1, -0.0, 0, 0.5, 1, 1.0, 1.5, 2, 90.5, 1e308, 299_792_458, 299_792_459, 2**63 - 1, 2**63, 1_000_000, 1_000_001]
    )
)
quantities = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", " ", "\n", "\t", "\xa0", "\v"]),
        st.sampled_from(["", "+", "-", "--"]),
        st.sampled_from(
            ["0", "1", ".5", "5.", ".", "1.2.3", "300000", "1e3", "1E-3", "1e", "1e+", "e3", "0x1", "1e999", "1e-999", "١"]
        ),
        st.sampled_from(["", " ", "\r\n", "\u2003"]),
        st.sampled_from(UNITS),
        st.sampled_from(["", " ", "\n", "\f", "\0"]),
    ),
)
small_values = st.none() | st.booleans() | numbers | texts | quantities | st.sampled_from(CHOICES)
values = st.recursive(
    small_values,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(KNOWN_NAMES) | texts, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """The rich scenario with one to three places changed, most often in a way that keeps the rest as it is."""
    document = copy.deepcopy(DOCUMENT)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(PLACES))
        try:
            found = at_place(document, place)
            parent = at_place(document, place[:-1]) if place else None
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took it away
        how = draw(st.sampled_from(["another value", "another value", "other part", "gone", "more", "kind"]))
        if how == "gone" and place:
            del parent[place[-1]]
        elif how == "more" and isinstance(found, dict):
            found[draw(st.sampled_from(KNOWN_NAMES) | texts)] = draw(values)
        elif how == "more" and isinstance(found, list):
            found.insert(draw(st.integers(0, len(found))), copy.deepcopy(draw(st.sampled_from(found) if found else values)))
        elif how == "kind" and isinstance(found, dict) and "kind" in found:
            found["kind"] = draw(st.sampled_from(CHOICES))
        elif place:
            other = at_place(DOCUMENT, draw(st.sampled_from(PLACES))) if how == "other part" else draw(values)
            parent[place[-1]] = copy.deepcopy(other)
        else:
            document = draw(values)
    return document


# Where the value of one field is refused for that of another.
OTHER_FIELDS = (
    "t2_law ", "coherence_times_s", "the time before", "the one before",
    ", since loss_probability", ", since messages",
    "with deterministic statistics", "where nothing is heralded",
    "spans that sum to", ", since dispersion_s_per_m2", ", since classical_light",
    ", since free_running_s", ", since stabilisation_s",
    ", since shared_detectors", "0 with one mode", "0 with shared_detectors", "with light of kind",
    "levels, each with its number of branches",
)  # fmt: skip


def reader_alone_checks(document: Any, error: fb.SpecError) -> bool:
    """Whether the error is on the list of what the form of a document does not show."""
    place = step_of(error.path)
    if any(words in error.allowed for words in OTHER_FIELDS):
        return True
    if place[-1:] == ("platform",) or place[:2] in (("devices", "spread"), ("devices", "working")):
        return True  # the name of a preset, or of a device and its parameter, or a value that was drawn
    found = at_place(document, place)
    if isinstance(found, str):
        # The text is well formed (the schema took it), and it is one with a unit, so the quantity is out of range.
        return "text with a unit" in error.allowed or error.allowed == "a number that a double can hold"
    kinds = [
        at_place(document, place[:i]).get("kind") for i in range(len(place)) if isinstance(at_place(document, place[:i]), dict)
    ]
    if kinds[-1:] == ["bell_weights"]:
        return error.allowed == "a sum of 1 within 1e-9"
    if kinds[-1:] == ["density_matrix"]:
        return any(words in error.allowed for words in ("within 1e-9", "no eigenvalue below"))
    return False


def assert_schema_and_reader_agree(document: Any, changed: str | None = None) -> bool:
    """Whether the document is a scenario. `changed`: the only key whose value may not be that of a scenario."""
    taken = VALIDATOR.is_valid(document) if changed is None else OF_KEY[changed].is_valid(document[changed])
    refusal = None
    try:
        read(json.dumps(document))
    except fb.SpecError as error:
        refusal = error
    if taken:
        assert refusal is None or reader_alone_checks(document, refusal), str(refusal)
    else:
        assert refusal is not None, [error.message for error in VALIDATOR.iter_errors(document)]
    return refusal is None


def test_words_that_stand_in_files_alone() -> None:
    """Presets and devices are read from files, and a scenario that has them holds their values."""
    base = rich_scenario().to_dict()
    spread = {
        "memories/m/t1_s": {"kind": "lognormal", "spread": 0.1},
        "stations/*/visibility": {"kind": "uniform", "low": 0, "high": 1},
    }
    drawn = {**base, "devices": {"seed": 2.0, "spread": spread, "working": {"memories/*": 1}}}
    assert assert_schema_and_reader_agree(drawn)
    named = copy.deepcopy(base)
    named["memories"][0] = {"name": "m", "platform": "trapped_ion_avis2022_baseline"}
    named["links"][0]["fiber"]["platform"] = "trapped_ion_avis2022_baseline"
    named["links"][1]["generation"] = {"platform": "trapped_ion_avis2022_baseline"}
    named["stations"][0]["detector"] = {"platform": "detector_tes_lita2008", "dead_time_s": 0}
    named["memories"].append({"name": "crystal", "retrieval": {"platform": "ensemble_afc_netsquid"}})
    named["interfaces"] = [*named["interfaces"], {"platform": "converter_rb_780_1517", "name": "rubidium"}]
    assert VALIDATOR.is_valid(named)
    assert assert_schema_and_reader_agree(named)
    for block in [
        3,
        {},
        {"seed": -1},
        {"seed": 1.5},
        {"seed": 2**64},
        {"seed": True},
        {"seed": 1, "x": 1},
        {"seed": 1, "working": {"memories/*": "1"}},
    ]:
        assert not assert_schema_and_reader_agree({**base, "devices": block})
    for draws in [
        3,
        {},
        {"kind": "normal"},
        {"kind": "normal", "spread": -1},
        {"kind": "normal", "spread": True},
        {"kind": "uniform", "low": 0},
    ]:
        damaged = {**base, "devices": {"seed": 1, "spread": {"memories/m/t1_s": draws}}}
        assert not VALIDATOR.is_valid(damaged)
        assert not assert_schema_and_reader_agree(damaged)
    for holder in ("memories", "stations"):
        damaged = copy.deepcopy(base)
        damaged[holder][0]["platform"] = 3
        assert not VALIDATOR.is_valid(damaged)
        assert not assert_schema_and_reader_agree(damaged)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(documents())
def test_schema_and_reader_agree_on_damaged_scenarios(document: Any) -> None:
    assert_schema_and_reader_agree(document)


@pytest.mark.slow
def test_they_agree_on_every_place_of_a_scenario() -> None:
    """Each place takes each of these values in turn: wrong types, every border of a range, every choice, nothing at all."""
    every = distinct(DOCUMENT)[1:]
    trials: list[Any] = [
        None,
        True,
        -1,
        0,
        0.5,
        1,
        1.5,
        2**63,
        1e300,
        "",
        "x",
        "1 s",
        "-1 s",
        "2 km",
        "0 Hz",
        [],
        {},
        [1],
        {"kind": "given"},
    ]
    taken = refused = 0
    for place in every:
        found = at_place(DOCUMENT, place)
        near = CHOICES if isinstance(found, str) else BORDERS if isinstance(found, (int, float)) else []
        key = place[0]
        fresh = lambda key=key: {**DOCUMENT, key: copy.deepcopy(DOCUMENT[key])}  # noqa: E731
        for trial in [*trials, *near]:
            document = fresh()
            at_place(document, place[:-1])[place[-1]] = trial
            good = assert_schema_and_reader_agree(document, changed=key)
            taken, refused = taken + good, refused + (not good)
        document = fresh()
        del at_place(document, place[:-1])[place[-1]]
        assert_schema_and_reader_agree(document, changed=None if len(place) == 1 else key)
        if isinstance(at_place(DOCUMENT, place), dict):
            at_place(document := fresh(), place)["another"] = 1
            assert not assert_schema_and_reader_agree(document, changed=key)
    assert taken > len(every)
    assert refused > len(every)


@settings(max_examples=500, deadline=None)
@given(quantities | texts)
def test_the_pattern_is_the_grammar_of_quantities(text: str) -> None:
    form = SCHEMA["$defs"]["Node"]["properties"]["x_m"]["anyOf"][0]
    refusal = None
    try:
        fb.Node(name="a", memory="m", x_m=text)  # unbounded: whatever is read is in range
    except fb.SpecError as error:
        refusal = error
    well_formed = jsonschema.Draft202012Validator(form).is_valid(text)
    assert well_formed == (refusal is None or refusal.allowed == "a number that a double can hold")


def test_a_file_may_say_where_its_schema_is() -> None:
    plain = fb.example("chain")
    document = {"$schema": "./scenario.schema.json", **plain.to_dict()}
    VALIDATOR.validate(document)
    assert fb.Scenario.from_dict(document) == plain
    assert "$schema" not in fb.Scenario.from_dict(document).to_json()
    assert fb.Scenario.from_json(json.dumps(document)) == plain


@pytest.mark.parametrize("wrong", [{"$schema": 3}, {"schema": "x"}, {"nodes": [{"$schema": "x", "name": "a", "memory": "m"}]}])
def test_it_is_refused_elsewhere_and_as_anything_but_text(wrong: dict[str, Any]) -> None:
    document = {**fb.example("chain").to_dict(), **wrong}
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(fb.SpecError, match=r"\$schema|schema"):
        fb.Scenario.from_dict(document)
    with pytest.raises(TypeError, match="no field"):
        fb.Scenario(duration_s=1, **{"$schema": "x"})
