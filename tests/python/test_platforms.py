"""Presets: every value has a source and a unit, specs follow from the rows, and what cannot be is refused in words."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import farbell as fb
from farbell.presets.catalogue import CATALOGUE
from farbell.presets.interfaces import INTERFACES
from farbell.presets.mapping import MAPPED, Assumed, Origin
from farbell.presets.retrievals import RETRIEVALS
from physics import brute_force as brute

ALL = list(CATALOGUE)
LINKS = list(MAPPED)
NO_LINKS = [name for name in ALL if name not in MAPPED]


def row(name: str, parameter: str) -> float:
    found = [r.value for r in fb.presets.published() if (r.platform, r.parameter) == (name, parameter)]
    assert len(found) == 1
    return found[0]


def has_efficiency(name: str) -> bool:
    return any((r.platform, r.parameter) == (name, "efficiency") for r in fb.presets.published())


def test_rows_are_published_once_and_belong_to_a_preset() -> None:
    keys = [(r.platform, r.parameter) for r in fb.presets.published()]
    assert len(set(keys)) == len(keys)
    assert {name for name, _ in keys} <= set(CATALOGUE)
    text = json.dumps([vars(r) for r in fb.presets.published()])
    assert "recalled" not in text and "doubtful" not in text


@pytest.mark.parametrize("name", ALL)
def test_every_parameter_has_a_source_and_a_unit(name: str) -> None:
    found = fb.platform(name)
    assert found.kind and found.about.endswith(".") and found.maturity in {"lab", "projected", "component"}
    assert bool(found.cannot) == (not found.scheme)
    assert bool(found.parameters) == (not found.cannot or (found.kind == "detector" and has_efficiency(name)))
    assert found.parameters or found.published
    for p in found.parameters:
        assert p.rows or p.confidence == "assumed"
        assert all(r.source and r.year for r in p.rows)
        assert isinstance(p.value, (str, bool)) or p.unit
        assert p.confidence in {"verified", "secondary", "derived", "assumed"}
        # A value of another device is no source of this one, unless both are columns of one table.
        if any(r.platform != name for r in p.rows) and found.maturity == "lab":
            same = p.confidence == "assumed" or any(r.platform == name for r in p.rows)
            assert same, p.name


@pytest.mark.parametrize("name", LINKS)
def test_as_published_means_the_number_of_the_row(name: str) -> None:
    for p in fb.platform(name).parameters:
        if p.confidence in {"verified", "secondary"}:
            assert len(p.rows) == 1 and p.value == p.rows[0].value and p.confidence == p.rows[0].confidence


@pytest.mark.parametrize("name", LINKS)
def test_fields_that_are_neither_published_nor_assumed_are_the_defaults(name: str) -> None:
    """No number reaches a spec but through a parameter."""
    found = fb.platform(name)
    told = {p.name for p in found.parameters}
    assert len(told) == len(found.parameters) == len(MAPPED[name].fields)
    assert all(isinstance(field, (Origin, Assumed)) for field in MAPPED[name].fields)
    for spec, plain in ((found.memory, fb.Memory(name=name)), (found.station.detector, fb.Detector())):
        have, default = json.loads(spec.to_json()), json.loads(plain.to_json())
        if emits := have.pop("communication", None):
            unlike = {k for k, v in emits.items() if v != json.loads(fb.CommunicationQubits().to_json()).get(k)}
            assert {f"communication_{k}" for k in unlike} <= told
        renamed = {"efficiency": "detector_efficiency"} if isinstance(spec, fb.Detector) else {}
        assert {renamed.get(k, k) for k in have if have[k] != default.get(k)} <= told


@pytest.mark.parametrize("name", LINKS)
def test_presets_compile_and_run(name: str) -> None:
    scenario = fb.chain(3, length_m="100 m", platform=name, duration_s="20 ms", seed=1)
    results = fb.run(scenario, progress=False)
    assert results.summary()["demand"].tolist() == ["n0->n2"]
    found = fb.platform(name)
    assert list(scenario.memories) == [found.memory] and list(scenario.stations) == [found.station]
    assert all(link.generation == found.generation and link.fiber == found.fiber("100 m") for link in scenario.links)
    assert list(scenario.credits) == list(found.credits)
    notes = "\n".join(scenario.notes)
    for p in found.parameters:
        assert f"{p.name} = " in notes
    assert all(text in notes for text in found.assumptions)
    assert ("A projection: no such device exists." in notes) == (found.maturity == "projected")


@pytest.mark.parametrize("build", [
    lambda **o: fb.ring(4, **o),
    lambda **o: fb.star(3, **o),
    lambda **o: fb.grid(2, 2, **o),
    lambda **o: fb.torus(3, 3, **o),
    lambda **o: fb.metro_backbone(3, 2, **o),
    lambda **o: fb.waxman(6, layout_seed=2, **o),
    lambda **o: fb.random_geometric(6, layout_seed=2, radius_m="80 km", **o),
    lambda **o: fb.topology.from_map("nsfnet", detour_factor=1.5, drop_unplaced=True, **o),
    lambda **o: fb.from_coordinates({"a": (52.0, 4.4), "b": (52.1, 4.3)}, links=[("a", "b")], detour_factor=1.2, **o),
])  # fmt: skip
def test_every_builder_takes_a_platform(build) -> None:
    scenario = build(platform="trapped_ion_avis2022_baseline")
    assert [memory.name for memory in scenario.memories] == ["trapped_ion_avis2022_baseline"]
    assert {link.fiber.attenuation_db_per_km for link in scenario.links} == {0.25}


def test_what_is_given_comes_before_the_platform() -> None:
    memory, station = fb.Memory(name="mine"), fb.Station(name="there", visibility=0.5)
    given = {"memory": memory, "station": station, "attenuation_db_per_km": 0.3}
    scenario = fb.chain(2, platform=fb.platform("nv_delft_2019_lab"), **given)
    assert list(scenario.memories) == [memory] and list(scenario.stations) == [station]
    assert scenario.links[0].fiber.attenuation_db_per_km == 0.3
    assert scenario.links[0].generation == fb.platform("nv_delft_2019_lab").generation.replace(station="there")
    assert not any("t2_s" in note or "visibility" in note for note in scenario.notes)


def test_rules_against_their_definitions() -> None:
    """Each rule inverted: the noise of the spec has the published fidelity."""
    delft, near = fb.platform("nv_delft_2019_lab"), fb.platform("nv_netsquid_nearterm")
    # Two qubits, each depolarised with p = 0.02, have the entanglement fidelity of the joint depolarising gate.
    assert (15 * delft.memory.two_qubit_gate_reliability + 1) / 16 == pytest.approx((1 - 0.75 * 0.02) ** 2, abs=1e-12)
    assert (15 * near.memory.two_qubit_gate_reliability + 1) / 16 == pytest.approx(0.97, abs=1e-12)
    assert (1 + near.memory.initialisation_reliability) / 2 == pytest.approx(0.99, abs=1e-12)
    assert delft.memory.readout_fidelity_0 == pytest.approx(0.95) and delft.memory.readout_fidelity_1 == pytest.approx(0.995)
    assert delft.generation.phase_sigma_rad == pytest.approx(math.pi / 12, rel=1e-8)
    assert delft.memory.efficiency == pytest.approx((2.8e-4 + 4.2e-4) / 2)
    assert near.memory.communication.storage_s == pytest.approx(310e-6 + 2 * 20e-6 + 2 * 500e-6)
    ions = fb.platform("trapped_ion_avis2022_baseline")
    detector = ions.station.detector
    assert 1 - math.exp(-detector.dark_count_rate_hz * detector.window_s) == pytest.approx(1.4e-5, rel=1e-6)
    assert ions.fiber(0).speed_m_per_s == 2.14e8
    calcium = fb.platform("ion_ca_krutyanskiy2023_repeater").memory
    assert (3 * calcium.initialisation_reliability + 1) / 4 == pytest.approx(0.96, abs=1e-12)
    assert (3 * calcium.two_qubit_gate_reliability + 1) / 4 == pytest.approx(0.95, abs=1e-12)
    atoms = fb.platform("rb_vanleent2022_33km")
    link = fb.Link(
        node_a="a", node_b="b", fiber=fb.Fiber(length_m=33e3, attenuation_db_per_km=0.2), generation=atoms.generation
    )
    dark_free = atoms.station.replace(detector=fb.Detector())
    model = fb.hardware.link_model(link, atoms.memory, atoms.memory, dark_free)
    assert model.success_probability == pytest.approx(1.22e-6, rel=1e-4)


@pytest.mark.parametrize(
    "name, preparation, rotation_lost, gate_lost",
    [
        ("nv_netsquid_nearterm", 0.997, 4 * 0.001 / 3, 4 * (1 - math.sqrt(0.97)) / 3),
        ("nv_delft_2019_lab", 1 - 0.006 / 2, 0.001333, 0.02),
        ("color_center_avis2022_baseline", 1 - 0.02 / 2, 0.002, 0.06),
    ],
)
def test_moving_a_qubit_to_a_carbon_against_its_gates(
    name: str, preparation: float, rotation_lost: float, gate_lost: float
) -> None:
    """The circuit of Supplementary Figure 17 of the NetSquid paper on two spins: what is left of X, Y and Z, on average."""
    spins, half = [2, 2], math.pi / 2
    gate = np.kron(brute.ZERO, brute.rotation("X", half)) + np.kron(brute.ONE, brute.rotation("X", -half))

    def lost(rho: np.ndarray, spin: int, p: float) -> np.ndarray:
        return (1 - p) * rho + p / 4 * brute.apply(rho, list(brute.PAULIS.values()), [spin], spins)

    def moved(electron: np.ndarray) -> np.ndarray:
        rho = np.kron(electron, np.diag([preparation, 1 - preparation])).astype(complex)
        for turns in ([(1, "Z", -half)], [(0, "X", half), (1, "Z", half)]):
            for spin, axis, angle in turns:
                rho = brute.apply(rho, [brute.rotation(axis, angle)], [spin], spins)
            rho = brute.apply(lost(rho, 1, rotation_lost), [gate], [0, 1], spins)
            rho = lost(lost(rho, 0, gate_lost), 1, gate_lost)
        return brute.trace_out(rho, [1], spins)

    axes = (brute.X, brute.Y, brute.Z)
    left = np.array([[np.trace(a @ moved(b)).real / 2 for b in axes] for a in axes])
    kept = float(np.mean(np.linalg.svd(left)[1]))
    communication = fb.platform(name).memory.communication
    assert communication is not None and communication.qubits == 1
    assert communication.storage_reliability == pytest.approx(kept, abs=2e-6)  # seven digits of a third are published


def test_each_memory_qubit_may_have_an_interface_of_its_own() -> None:
    nv = fb.platform("nv_netsquid_nearterm")
    alone = nv.replace(communication=None)
    assert alone.memory == nv.memory.replace(communication=None)
    assert any("its own optical interface" in note for note in alone.memory_notes)
    better = nv.replace(communication_t2_s="3 s", communication_qubits=2).memory.communication
    assert (better.t2_s, better.qubits, better.t1_s) == (3.0, 2, 3600.0)
    assert nv.improve(2).memory.communication.t2_s == pytest.approx(2 * 1.46)
    ideal = nv.perfect().memory.communication
    assert (ideal.t2_s, ideal.storage_reliability, ideal.storage_s) == (None, 1.0, nv.memory.communication.storage_s)
    asked = [
        fb.GhzDemand(name="g", users=["n0", "n2"]),
        fb.Demand(node_a="n0", node_b="n2", traffic=fb.ByPrograms()),
    ]
    network = fb.chain(3, platform=nv, demands=[asked[1]])
    with pytest.raises(fb.SpecError, match="communication=None"):
        fb.compile(network)
    fb.compile(fb.chain(3, platform=alone, demands=[asked[1]]))
    with pytest.raises(fb.SpecError, match="communication=None"):
        fb.compile(fb.chain(3, platform=nv, demands=[]).replace(ghz_demands=[asked[0]]))


def test_improve_is_the_convention() -> None:
    near = fb.platform("nv_netsquid_nearterm")
    better = near.improve(3)
    assert better.memory.t2_s == pytest.approx(3 * near.memory.t2_s)
    assert better.memory.efficiency == pytest.approx(0.0046 ** (1 / 3))
    assert better.station.visibility == pytest.approx(0.9 ** (1 / 3))
    assert better.station.detector.dark_count_rate_hz == pytest.approx(1 / 3)
    assert better.generation.phase_sigma_rad == pytest.approx(0.35 / math.sqrt(3))
    for same in ("two_qubit_gate_s", "measurement_s", "slots"):
        assert getattr(better.memory, same) == getattr(near.memory, same)
    assert better.generation.bright_state == near.generation.bright_state
    assert better.fiber(1) == near.fiber(1)
    assert better.maturity == "projected" and better.parameter("t2_s").confidence == "derived"
    assert near.improve(1) == near.improve(1, "t2_s")
    only = near.improve(4, "t2_s")
    assert only.memory == near.memory.replace(t2_s=4 * near.memory.t2_s)


@pytest.mark.parametrize("factor, column", [(3, "nv_netsquid_improved_3x"), (10, "nv_netsquid_improved_10x")])
def test_improve_gives_the_improved_columns_of_the_published_table(factor: int, column: str) -> None:
    """The convention is that of the paper: its printed columns follow, to the digits that it prints."""
    better = fb.platform("nv_netsquid_nearterm").improve(factor)
    assert better.station.visibility == pytest.approx(row(column, "visibility"), abs=0.006)
    assert better.memory.efficiency == pytest.approx(row(column, "p_det_zero_length"), abs=0.007)
    assert better.memory.t2_s == pytest.approx(row(column, "carbon_T2"))
    assert better.generation.phase_sigma_rad == pytest.approx(row(column, "interferometric_phase_std"), abs=0.006)
    assert better.memory.readout_fidelity_1 == pytest.approx(row(column, "readout_fidelity_1"), abs=5e-4)


def test_perfect_hardware_has_no_errors() -> None:
    nv = fb.platform("nv_delft_2019_lab")
    ideal = nv.perfect()
    data = json.loads(ideal.memory.to_json())
    assert all(
        value == 1 for name, value in data.items() if "reliability" in name or "fidelity" in name or name == "efficiency"
    )
    assert ideal.memory.t1_s is None and ideal.memory.t2_s is None
    assert ideal.station.visibility == 1 and ideal.station.detector.dark_count_rate_hz == 0
    assert ideal.generation.phase_sigma_rad == 0
    assert ideal.memory.two_qubit_gate_s == nv.memory.two_qubit_gate_s and ideal.fiber(1) == nv.fiber(1)
    assert nv.perfect("visibility").memory == nv.memory
    # A dark-free, lossless single click: F = 1 - alpha for small efficiencies; two photons bunch for efficiency 1.
    near = fb.platform("nv_netsquid_nearterm").perfect(
        "visibility", "dark_count_rate_hz", "phase_sigma_rad", "double_excitation_probability"
    )
    near = near.perfect("initialisation_reliability")
    model = fb.hardware.link_model(near.link(0), near.memory, near.memory, near.station)
    assert model.table.fidelity == pytest.approx(1 - near.generation.bright_state, abs=1e-3)


def test_replace_reads_units_and_says_so() -> None:
    nv = fb.platform("nv_delft_2019_lab")
    other = nv.replace(t2_s="1.5 s", bright_state=0.05, detector_efficiency=0.9, slots=2, dead_time_s="10 ns", name="mine")
    assert other.name == other.memory.name == "mine"
    assert (other.memory.t2_s, other.memory.slots, other.generation.bright_state) == (1.5, 2, 0.05)
    assert other.station.detector.efficiency == 0.9 and other.memory.efficiency == nv.memory.efficiency
    assert other.station.detector.dead_time_s == pytest.approx(1e-8)
    changed = [p.name for p in other.parameters if p.confidence == "changed"]
    assert sorted(changed) == ["bright_state", "dead_time_s", "detector_efficiency", "slots", "t2_s"]
    assert "Memory: t2_s = 1.5, from was 1 s." in other.memory_notes
    assert nv.memory.t2_s == 1.0


@pytest.mark.parametrize("ask, path, message", [
    (lambda: fb.platform("nv_delft_2019"), "platform", "nv_delft_2019_lab"),
    (lambda: fb.platform("zzz"), "platform", "farbell.platforms"),
    (lambda: fb.platform(3), "platform", "farbell.platforms"),
    (lambda: fb.chain(2, platform="trapped_ion"), "platform", "trapped_ion_avis2022_baseline"),
    (lambda: fb.platforms(kind="ions"), "kind", "ion"),
    (lambda: fb.platform("nv_delft_2019_lab").replace(t2=1), "t2", "t2_s"),
    (lambda: fb.platform("nv_delft_2019_lab").replace(t2_s="1 km"), "t2_s", "1 km"),
    (lambda: fb.platform("nv_delft_2019_lab").replace(visibility=1.2), "visibility", "1.2"),
    (lambda: fb.platform("nv_delft_2019_lab").replace(name=""), "name", "a name"),
    (lambda: fb.platform("trapped_ion_avis2022_baseline").replace(bright_state=0.1), "bright_state", "a field of the platform"),
    (lambda: fb.platform("nv_delft_2019_lab").improve(0), "factor", "above 0"),
    (lambda: fb.platform("nv_delft_2019_lab").improve(math.nan), "factor", "above 0"),
    (lambda: fb.platform("nv_delft_2019_lab").improve(2, "slots"), "fields", "can get better"),
    (lambda: fb.platform("nv_delft_2019_lab").perfect("visiblity"), "fields", "visibility"),
    (lambda: fb.platform("nv_delft_2019_lab").parameter("t3_s"), "parameter", "t2_s"),
    (lambda: fb.design.compare_platforms(length_m=0), "length_m", "above 0"),
    (lambda: fb.design.compare_platforms(target_fidelity=1.5), "target_fidelity", "at most 1"),
    (lambda: fb.design.compare_platforms(points=0), "points", "at least 1"),
    (lambda: fb.design.compare_platforms(["qd_tomm2021"]), "platform", "without a memory"),
])  # fmt: skip
def test_bad_input_is_refused_by_name(ask, path: str, message: str) -> None:
    with pytest.raises(fb.SpecError) as caught:
        ask()
    assert caught.value.path.lstrip("/") == path
    assert message in str(caught.value)


@pytest.mark.parametrize("name", NO_LINKS)
def test_what_cannot_be_simulated_is_refused(name: str) -> None:
    found = fb.platform(name)
    asked = [lambda: found.memory, lambda: found.link(1), lambda: fb.chain(2, platform=name)]
    for ask in asked if found.parameters else [*asked, lambda: found.improve(2)]:
        with pytest.raises(fb.SpecError, match="whose links can be simulated"):
            ask()
    assert found.cannot in repr(found)
    assert "No link can be simulated yet" in found._repr_html_()


@pytest.mark.parametrize("name", ALL)
def test_a_platform_shows_all_it_knows(name: str) -> None:
    found = fb.platform(name)
    shown, rich = repr(found), found._repr_html_()
    for p in found.parameters:
        assert p.name in shown and p.name in rich
    for r in found.published:
        assert r.parameter in shown
        assert r.source in shown
    assert rich.count("<table>") == rich.count("</table>") >= 1


def test_the_list_is_a_tidy_table() -> None:
    table = fb.platforms()
    frame = table.to_pandas()
    assert frame["name"].tolist() == ALL and frame["name"].is_unique
    assert set(frame[frame["links"] != "no"]["name"]) == set(MAPPED)
    assert len(repr(table).splitlines()) == len(ALL) + 2
    kinds = set(frame["kind"])
    wanted = {"NV", "SiV", "SnV", "ion", "atom", "transmon", "rare earth", "ensemble", "quantum dot", "photonic", "topological"}
    assert wanted <= kinds
    assert set(frame[frame["kind"] == "topological"]["maturity"]) == {"lab", "projected"}
    assert len(fb.platforms(kind="ion")) == (frame["kind"] == "ion").sum()


def test_comparison_against_the_model_of_the_link() -> None:
    names = ["trapped_ion_avis2022_baseline", "nv_netsquid_nearterm", "nv_delft_2019_lab"]
    found = fb.design.compare_platforms(names, length_m="30 km", target_fidelity=0.85, points=2)
    rows = {(r["platform"], r["length_m"]): r for r in found.table.rows()}
    assert {length for _, length in rows} == {15e3, 30e3}
    for (name, length_m), r in rows.items():
        p = fb.platform(name)
        if p.scheme == "single_click":
            p = p.replace(bright_state=r["bright_state"])
        model = fb.hardware.link_model(p.link(length_m), p.memory, p.memory, p.station)
        assert r["rate_hz"] == pytest.approx(model.success_probability / model.period_s)
        assert r["emitted_fidelity"] == pytest.approx(model.table.fidelity)
        assert r["fidelity"] <= r["emitted_fidelity"] + 1e-12
        assert (r["reached"] == "yes") == (r["fidelity"] >= 0.85)
    # The brightest that still reaches it: a brighter one does not.
    near = rows["nv_netsquid_nearterm", 30e3]
    assert near["reached"] == "yes" and near["fidelity"] == pytest.approx(0.85, abs=1e-6)
    # Ions dephase by a Gaussian law for L / c, both of them: XX and YY of Psi fall by exp(-2 t^2 / T2^2).
    ions = rows["trapped_ion_avis2022_baseline", 30e3]
    t_s = 30e3 / 2.14e8
    left = math.exp(-2 * t_s**2 / 0.085**2)
    p = fb.platform("trapped_ion_avis2022_baseline")
    table = fb.hardware.link_model(p.link(30e3), p.memory, p.memory, p.station).table
    zz = sum(o.probability * o.correlations[3, 3] for o in table.outcomes)
    expected = (1 - zz) / 4 + (table.fidelity - (1 - zz) / 4) * left
    assert ions["fidelity"] == pytest.approx(expected, abs=1e-9)
    # Out of reach: the best there is.
    assert rows["nv_delft_2019_lab", 30e3]["reached"] == "no"
    order = found.at_length["reached"].tolist()
    assert order == sorted(order, reverse=True)


def test_figures_of_a_comparison() -> None:
    pytest.importorskip("matplotlib").use("Agg")
    found = fb.design.compare_platforms(["trapped_ion_avis2022_baseline", "nv_delft_2019_lab"], length_m="10 km", points=3)
    assert found.plot().get_yscale() == "log"
    assert found.plot_tradeoff().get_xscale() == "log"
    assert len(found.overview().axes) == 3
    assert "trapped_ion" in repr(found) and "<table>" in found._repr_html_()


def test_nodes_may_have_platforms_of_their_own() -> None:
    silicon, ions = fb.platform("siv_midpoint_projected"), fb.platform("trapped_ion_avis2022_baseline")
    mixed = fb.chain(4, platform=silicon, node_platforms={"n0": ions.name, "n3": ions}, length_m="1 km", duration_s="1 ms")
    assert [node.memory for node in mixed.nodes] == [ions.name, silicon.name, silicon.name, ions.name]
    assert list(mixed.memories) == [silicon.memory, ions.memory] and list(mixed.stations) == [silicon.station]
    assert set(ions.memory_notes) <= set(mixed.notes) and set(ions.credits) <= set(mixed.credits)
    table = fb.compile(mixed).link_table()
    for k, ends in ((0, (ions, silicon)), (1, (silicon, silicon)), (2, (silicon, ions))):
        own = fb.hardware.link_model(mixed.links[k], ends[0].memory, ends[1].memory, silicon.station)
        assert table["success_probability"][k] == pytest.approx(own.success_probability, rel=1e-12)
    with pytest.raises(fb.SpecError, match="node_platforms: found 'n9'"):
        fb.chain(3, node_platforms={"n9": ions})
    with pytest.raises(fb.SpecError, match="node names and their platforms"):
        fb.chain(3, node_platforms=[ions])  # type: ignore[arg-type]
    with pytest.raises(fb.SpecError, match="a platform with a name of its own"):
        fb.chain(3, platform=silicon, node_platforms={"n1": silicon.replace(t2_s="9 s")})
    assert fb.chain(3, platform=silicon, node_platforms={"n1": silicon}) == fb.chain(3, platform=silicon)


# ---- detectors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("detector_") and has_efficiency(name)])
def test_a_detector_has_what_its_rows_tell_and_says_what_they_do_not(name: str) -> None:
    found = fb.platform(name)
    have, ideal = json.loads(found.detector.to_json()), json.loads(fb.Detector().to_json())
    told = {p.name for p in found.parameters}
    for field, value in have.items():
        own = "detector_efficiency" if field == "efficiency" else field
        assert own in told or value == ideal[field], field
    for field, words in (("dark_count_rate_hz", "no dark counts"), ("dead_time_s", "no dead time"), ("jitter_s", "no jitter")):
        assert (field in told) != (words in found.assumptions[0]), field
    assert found.detector.efficiency == row(name, "efficiency")


def test_a_published_width_is_that_at_half_of_the_peak() -> None:
    """A Gaussian of this deviation is at half of its peak, half a width away from it."""
    sigma_s = fb.platform("detector_snspd_marsili2013").detector.jitter_s
    assert math.exp(-((150e-12 / 2) ** 2) / (2 * sigma_s**2)) == pytest.approx(0.5, rel=1e-5)


@pytest.mark.parametrize("name", RETRIEVALS)
def test_what_comes_out_of_a_memory_is_what_its_rows_tell(name: str) -> None:
    found = fb.platform(name)
    have, plain = json.loads(found.retrieval.to_json()), json.loads(fb.Retrieval().to_json())
    told = {field.field: field for field in RETRIEVALS[name]}
    for field, value in have.items():
        assert field in told or value == plain[field], field
        if field in told and isinstance(told[field], Origin):
            (where,) = told[field].rows
            assert where.split("/")[0] == name and value == row(*where.split("/"))
        elif field in told:
            assert any(note.startswith("Assumed: ") and field in note for note in found.retrieval_notes)
    assert "its `retrieval` goes into the Memory" in found.cannot and found.credits
    with pytest.raises(fb.SpecError, match="its `retrieval` goes into the Memory"):
        fb.chain(3, platform=name)


def test_a_memory_without_light_has_nothing_to_give_back() -> None:
    with pytest.raises(fb.SpecError, match="ensemble_afc_netsquid"):
        fb.platform("nv_delft_2019_lab").retrieval  # noqa: B018


def test_files_name_how_light_comes_out(tmp_path: Path) -> None:
    comb = {"platform": "ensemble_afc_netsquid", "spectral_modes": 10}
    memory = {"name": "ion", "efficiency": 0.5, "retrieval": comb}
    link = FILE["links"][0] | {"generation": {"kind": "sender_receiver"}}
    path = tmp_path / "comb.json"
    path.write_text(json.dumps(FILE | {"memories": [memory], "stations": [], "links": [link], "duration_s": "1 ms"}))
    scenario = fb.load(path)
    assert scenario.memories[0].retrieval == fb.platform("ensemble_afc_netsquid").retrieval.replace(spectral_modes=10)
    assert any(note.startswith("Retrieval ensemble_afc_netsquid: efficiency = 0.45") for note in scenario.notes)
    assert any("NetSquid" in credit for credit in scenario.credits)
    memory["retrieval"] = {"platform": "eu_yso_zhong2015"}
    path.write_text(json.dumps(FILE | {"memories": [memory], "stations": [], "links": [link]}))
    with pytest.raises(fb.SpecError, match="/memories/0/retrieval/platform"):
        fb.load(path)


def test_a_detector_is_no_node() -> None:
    found = fb.platform("detector_tes_lita2008").replace(window_s="2 us")
    assert found.detector.number_resolving and found.improve(2, "dark_count_rate_hz").detector.dark_count_rate_hz == 0.0005
    station = fb.Station(name="s", bin_separation_s="10 us", local_overhead_s="10 us", detector=found.detector)
    assert station.detector.dead_time_s == 1e-6
    for refused in (
        lambda: found.memory,
        lambda: found.station,
        lambda: found.link("1 km"),
        lambda: fb.chain(3, platform=found),
    ):
        with pytest.raises(fb.SpecError, match="its `detector` goes into a Station"):
            refused()
    with pytest.raises(fb.SpecError, match="did you mean ion_"):  # also where the word is much shorter than any name
        fb.platform("ion")
    with pytest.raises(fb.SpecError, match="did you mean detector_snspd_"):
        fb.platform("snspd")
    with pytest.raises(fb.SpecError, match="did you mean window_s"):
        found.replace(window="2 us")
    with pytest.raises(fb.SpecError, match="a component, not a node"):
        fb.platform("detector_tes_lolli2016").detector  # noqa: B018


FILE = {
    "version": 1,
    "duration_s": "1 s",
    "memories": [{"name": "ion", "platform": "trapped_ion_avis2022_baseline", "slots": 4}],
    "stations": [{"name": "s", "platform": "trapped_ion_avis2022_baseline", "detector": {"window_s": "50 ns"}}],
    "nodes": [{"name": "a", "memory": "ion"}, {"name": "b", "memory": "ion"}],
    "links": [
        {
            "node_a": "a",
            "node_b": "b",
            "fiber": {"platform": "trapped_ion_avis2022_baseline", "length_m": "10 km"},
            "generation": {"platform": "trapped_ion_avis2022_baseline", "station": "s"},
        }
    ],
    "demands": [{"node_a": "a", "node_b": "b"}],
    "notes": ["mine"],
}


def test_a_file_names_its_platform(tmp_path: Path) -> None:
    path = tmp_path / "ions.json"
    path.write_text(json.dumps(FILE))
    scenario = fb.load(path)
    p = fb.platform("trapped_ion_avis2022_baseline")
    assert list(scenario.memories) == [p.memory.replace(name="ion", slots=4)]
    station = p.station.replace(name="s", detector=p.station.detector.replace(window_s="50 ns"))
    assert list(scenario.stations) == [station]
    assert scenario.links[0].fiber == p.fiber("10 km")
    assert scenario.links[0].generation == fb.DoubleClick(station="s")
    assert list(scenario.credits) == list(p.credits)
    assert scenario.notes[-1] == "mine" and p.memory_notes[0] in scenario.notes
    # What was read is data: written out and read again it is the same.
    again = tmp_path / "again.json"
    again.write_text(scenario.to_json())
    assert fb.load(again) == scenario and "platform" not in json.loads(again.read_text())["memories"][0]
    fb.run(scenario.replace(duration_s="10 ms"), progress=False)


def test_a_file_names_its_detector(tmp_path: Path) -> None:
    named = {"platform": "detector_snspd_marsili2013", "window_s": "20 ns", "dead_time_s": 0}
    station = {"name": "s", "platform": "trapped_ion_avis2022_baseline", "detector": named}
    path = tmp_path / "ions.json"
    path.write_text(json.dumps(FILE | {"stations": [station]}))
    scenario = fb.load(path)
    detector = fb.platform("detector_snspd_marsili2013").detector
    assert scenario.stations[0].detector == detector.replace(window_s="20 ns", dead_time_s=0.0)
    assert any("Marsili" in credit for credit in scenario.credits)
    assert any(note.startswith("Detector: jitter_s") for note in scenario.notes)
    path.write_text(json.dumps(FILE | {"stations": [station | {"detector": {"platform": "detector_tes_lolli2016"}}]}))
    with pytest.raises(fb.SpecError, match="/stations/0/detector/platform"):
        fb.load(path)


@pytest.mark.parametrize("change, where, message", [
    (lambda f: f["memories"][0].update(platform="trapped_ion"), "memories/0/platform", "did you mean trapped_ion"),
    (lambda f: f["memories"][0].update(platform=None), "memories/0/platform", "farbell.platforms"),
    (lambda f: f["stations"][0].update(platform="eu_yso_ortu2022"), "stations/0/platform", "absorbs"),
    (lambda f: f["links"][0]["generation"].update(kind="single_click"), "links/0/generation/kind", "double_click"),
    (lambda f: f["nodes"][0].update(platform="trapped_ion_avis2022_baseline"), "nodes/0/platform", "platform"),
])  # fmt: skip
def test_a_file_with_a_wrong_platform_is_refused(tmp_path: Path, change, where: str, message: str) -> None:
    data = json.loads(json.dumps(FILE))
    change(data)
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(data))
    with pytest.raises(fb.SpecError) as caught:
        fb.load(path)
    assert str(path) in caught.value.path and where in caught.value.path
    assert message in str(caught.value)


def test_a_file_with_a_name_twice_is_refused_though_it_names_a_platform(tmp_path: Path) -> None:
    path = tmp_path / "twice.json"
    text = json.dumps(FILE).replace('"slots": 4', '"slots": 4, "slots": 5')
    path.write_text(text)
    with pytest.raises(fb.SpecError, match="slots"):
        fb.load(path)


# ---- converters and transducers ----------------------------------------------------------------------------------------------

WAVELENGTHS = {"from_wavelength_m": 0.06, "to_wavelength_m": "1550 nm"}


@pytest.mark.parametrize("name", INTERFACES)
def test_interfaces_are_made_of_published_rows(name: str) -> None:
    component = fb.platform(name)
    left_open = {field: value for field, value in WAVELENGTHS.items() if field not in component.interface_values}
    found = component.interface(**left_open)
    assert type(found) is {"converter": fb.FrequencyConverter, "transducer": fb.Transducer}[component.kind]
    assert found.name == name
    assert len(component.interface_notes) == len(component.interface_values) and component.credits
    assert all(name in note or "Assumed" in note for note in component.interface_notes)
    rows = {"transducer_sahu2022": "total_efficiency", "converter_ensemble_rb_telecom": "efficiency_liu2024"}
    assert found.efficiency == row(name, rows.get(name, "efficiency"))


def test_interfaces_that_are_none_or_are_not_complete() -> None:
    rubidium = fb.platform("converter_rb_780_1517").interface(name="mine", noise_rate_hz="160 Hz")
    assert (rubidium.name, rubidium.noise_rate_hz, rubidium.bandwidth_hz, rubidium.to_wavelength_m) == (
        "mine",
        160,
        27e6,
        1.517e-6,
    )
    assert fb.platform("converter_rb_780_1517").interface().noise_rate_hz == pytest.approx(5.1 * 27)
    with pytest.raises(TypeError, match="from_wavelength_m"):
        fb.platform("transducer_sahu2022").interface()
    for name in ("transducer_zhao2025", "nv_delft_2019_lab"):
        with pytest.raises(fb.SpecError, match="transducer_jila_2025"):
            fb.platform(name).interface()


def test_interfaces_of_files_may_name_a_preset(tmp_path) -> None:
    document = json.loads(fb.example("hybrid").to_json())
    document["interfaces"].append({"platform": "converter_rb_780_1517", "name": "rubidium", "efficiency": 0.5})
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(document))
    found = fb.load(path)
    assert found.interfaces[-1] == fb.platform("converter_rb_780_1517").interface(name="rubidium", efficiency=0.5)
    assert any("noise_density_1517nm" in note for note in found.notes) and any(
        "van Leent" in credit for credit in found.credits
    )
    for wrong, found, path_of in (
        ({"platform": "nv_delft_2019_lab"}, "a converter or transducer", "/interfaces/3/platform"),
        ({"platform": "converter_rb_780_1517", "kind": "transducer"}, "frequency_converter, the kind", "/interfaces/3/kind"),
        ({"platform": "transducer_sahu2022"}, "required field", "/interfaces/3/from_wavelength_m"),
    ):
        document["interfaces"][-1] = wrong
        path.write_text(json.dumps(document))
        with pytest.raises(fb.SpecError, match=found) as error:
            fb.load(path)
        assert error.value.path.endswith(f"mine.json: {path_of}")


def test_stated_wavelengths_are_those_of_published_rows() -> None:
    rubidium = fb.platform("rb_vanleent2022_33km")
    assert rubidium.memory.wavelength_m == rubidium.station.wavelength_m == 1.517e-6
    assert fb.platform("er_single_ourari2023").memory.wavelength_m == 1.53263e-6
    assert fb.platform("nv_delft_2019_lab").memory.wavelength_m == 637e-9
    assert fb.platform("projected_nv_10x").memory.wavelength_m is None
