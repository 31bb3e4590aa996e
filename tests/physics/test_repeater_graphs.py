"""Repeater graph states: stabilizers of whole chains, trees drawn photon by photon, distributions added up, links, runs, refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import farbell as fb
from oracle import graph_states
from oracle.scenario import GENERATION
from physics.runs import chains
from physics.sampling import ALLOWED_SIGMAS, SEED, samples_to_detect
from physics.test_link_runs import check_success, lasting, run

SUCCESSES = samples_to_detect(0.02, 1)
GRAPH = fb.RepeaterGraph(sources=2, arms=3, branching=[4, 2], repetition_s="2 us")


def plain(graph: fb.RepeaterGraph) -> dict[str, Any]:
    names = [*GENERATION["repeater_graph"], "sources", "arms"]
    return {name: getattr(graph, name) for name in names} | {"branching": list(graph.branching)}


# ---- the graph -------------------------------------------------------------------------------------------------------------


class Chain:
    """Graph states of all sources, and a pair at each end, as one graph; Paulis as sets of photons with an X and with a Z."""

    def __init__(self, sources: int, arms: int, branching: list[int]) -> None:
        self.branching = branching
        self.edges: dict[Any, set[Any]] = {"A": {"a"}, "a": {"A"}, "B": {"b"}, "b": {"B"}}
        named = [(side, i) for side in "LR" for i in range(arms)]
        for source in range(1, sources + 1):
            for photon, others in graph_states.neighbours(named, branching).items():
                self.edges[source, photon] = {(source, other) for other in others}

    def is_stabilizer(self, xs: set[Any], zs: set[Any]) -> bool:
        """Up to its sign: a product of X of a photon and Z of its neighbours."""
        wanted: set[Any] = set()
        for photon in xs:
            wanted ^= self.edges[photon]
        return wanted == zs

    def children(self, source: int, photon: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        depth = len(photon) - 1
        return [(*photon, i) for i in range(self.branching[depth])] if depth < len(self.branching) else []

    def x(self, source: int, photon: tuple[Any, ...], rng: np.random.Generator, xs: set[Any], zs: set[Any]) -> None:
        """X of a branch's photon and Z of all of its own, each found in one way or another."""
        xs ^= {(source, photon)}
        for child in self.children(source, photon):
            self.z(source, child, rng, xs, zs)

    def z(self, source: int, photon: tuple[Any, ...], rng: np.random.Generator, xs: set[Any], zs: set[Any]) -> None:
        children = self.children(source, photon)
        if children and rng.random() < 0.5:
            self.x(source, children[rng.integers(len(children))], rng, xs, zs)
        else:
            zs ^= {(source, photon)}


@pytest.mark.parametrize("branching", [[2], [3, 2], [2, 2, 2]])
@pytest.mark.parametrize(("sources", "arms"), [(1, 1), (1, 3), (2, 2), (3, 2)])
def test_what_stations_find_joins_the_ends(sources: int, arms: int, branching: list[int]) -> None:
    """The products that make up the ends' two correlations are stabilizers, whichever arms are joined and photons lost."""
    rng = np.random.default_rng(SEED)
    chain = Chain(sources, arms, branching)
    for first in (0, 1):
        joined = {(source, side): (side, int(rng.integers(arms))) for source in range(1, sources + 1) for side in "LR"}
        outer = ["a"]
        for source in range(1, sources + 1):
            outer += [(source, ("outer", joined[source, side])) for side in "LR"]
        outer.append("b")
        xs: set[Any] = set()
        zs: set[Any] = set()
        for station in range(sources + 1):
            (xs if (station + first) % 2 == 0 else zs).update(outer[2 * station : 2 * station + 2])
        (zs if "a" in xs else xs).add("A")
        (zs if "b" in xs else xs).add("B")
        for source in range(1, sources + 1):
            side = "R" if (source + first) % 2 == 1 else "L"
            arm = joined[source, side]
            chain.x(source, (arm, int(rng.integers(branching[0]))), rng, xs, zs)
            for other in [(end, i) for end in "LR" for i in range(arms)]:
                if other not in (joined[source, "L"], joined[source, "R"]):
                    for i in range(branching[0]):
                        chain.z(source, (other, i), rng, xs, zs)
        assert chain.is_stabilizer(xs, zs)
        assert not chain.is_stabilizer(xs ^ {"A"}, zs)


# ---- trees -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("branching", "loss", "error"), [([4], 0.3, 0.1), ([3, 2], 0.2, 0.05), ([4, 3, 2], 0.3, 0.03)])
def test_trees_drawn_photon_by_photon(branching: list[int], loss: float, error: float) -> None:
    """20,000 trees; a share may be off by 6.5 standard errors, 8e-11 each; an error of 8.5 is missed in 2 % of all runs."""
    rng, samples = np.random.default_rng(SEED), 20_000
    drawn = [
        graph_states.measured_logical(graph_states.sample_tree(branching, 1 - loss, error, rng), rng) for _ in range(samples)
    ]
    code = fb.hardware.tree_measurements(branching, loss, error)
    for index, (success, wrong) in enumerate(((code.x_success, code.x_error), (code.z_success, code.z_error))):
        results = [tree[index] for tree in drawn if tree[index] is not None]
        for found, expected, of in ((len(results), success, samples), (sum(results), wrong, len(results))):
            assert abs(found - expected * of) <= ALLOWED_SIGMAS * math.sqrt(of * expected * (1 - expected)) + 1e-9


@pytest.mark.parametrize("loss", [0.0, 0.1, 0.4, 1.0])
@pytest.mark.parametrize("branching", [[1], [3], [4, 2], [3, 3, 2], [2, 1, 4, 2]])
def test_trees_by_distributions(branching: list[int], loss: float) -> None:
    code = fb.hardware.tree_measurements(branching, loss, 0.07)
    x, z = graph_states.logical(branching, 1 - loss, 0.07)
    assert code[:2] == (pytest.approx(sum(x), abs=1e-12), pytest.approx(sum(z), abs=1e-12))
    if loss < 1:
        assert code[2:] == (pytest.approx(x[1] / sum(x), abs=1e-12), pytest.approx(z[1] / sum(z), abs=1e-12))


def test_recursion_of_losses() -> None:
    """R_k of Varnava, Browne and Rudolph for three levels, written out."""
    e, (b0, b1, b2) = 0.2, (5, 3, 2)
    r2 = 1 - (1 - (1 - e)) ** b2
    r1 = 1 - (1 - (1 - e) * (1 - e) ** b2) ** b1  # photons of the last level are found directly
    r0 = 1 - (1 - (1 - e) * (1 - e + e * r2) ** b1) ** b0
    code = fb.hardware.tree_measurements([b0, b1, b2], e)
    assert (code.x_success, code.z_success) == (pytest.approx(r0, rel=1e-12), pytest.approx((1 - e + e * r1) ** b0, rel=1e-12))
    assert (code.x_error, code.z_error) == (0, 0)


def test_votes_mend_errors_of_x_and_not_of_z() -> None:
    few, many = (fb.hardware.tree_measurements([b, 1], 0.0, 0.01) for b in (1, 9))
    assert many.x_error < few.x_error / 1000
    assert many.z_error == pytest.approx(9 * 0.01, rel=0.1)


# ---- chains ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_chains_by_distributions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = GRAPH.replace(
        sources=int(rng.integers(1, 5)),
        arms=int(rng.integers(1, 5)),
        branching=[int(b) for b in rng.integers(1, 5, size=rng.integers(1, 4))],
        source_efficiency=rng.uniform(0.8, 1),
        detector_efficiency=rng.uniform(0.8, 1),
        bell_success_probability=rng.uniform(0.3, 1),
        visibility=rng.uniform(0.8, 1),
        photon_depolarising=rng.uniform(0, 0.05),
    )
    halves, ends = rng.uniform(0.7, 1, size=2 * (graph.sources + 1)), rng.uniform(0.5, 1, size=2)
    table = fb.hardware.repeater_graph(graph, halves, end_efficiency_a=ends[0], end_efficiency_b=ends[1])
    success, rho = graph_states.pair(plain(graph), halves, ends)
    assert table.success_probability == pytest.approx(success, rel=1e-10)
    (outcome,) = table.outcomes
    assert (outcome.frame, outcome.pattern) == (0, "")
    np.testing.assert_allclose(outcome.density_matrix, rho, rtol=0, atol=1e-12)


@pytest.mark.parametrize("sources", [1, 2, 5])
def test_success_of_an_attempt(sources: int) -> None:
    """[1 - (1 - P_B)^m]^(n + 1) P_X^(2 n) P_Z^(2 n (m - 1)) of Azuma, Tamaki and Lo."""
    graph = GRAPH.replace(sources=sources, arms=6, source_efficiency=0.98, detector_efficiency=0.97)
    eta = 0.98 * 0.97 * 0.95
    code = fb.hardware.tree_measurements([4, 2], 1 - eta)
    expected = (1 - (1 - eta**2 / 2) ** 6) ** (sources + 1) * code.x_success ** (2 * sources) * code.z_success ** (10 * sources)
    table = fb.hardware.repeater_graph(graph, 0.95, end_efficiency_a=0.98, end_efficiency_b=0.98)
    assert table.success_probability == pytest.approx(expected, rel=1e-12)
    assert table.fidelity == pytest.approx(1, abs=1e-15)


def test_many_sources_beat_the_loss_of_the_fibre() -> None:
    """At 500 km, where one photon in 1e10 would come through: success falls by the number of sources, not by the length."""
    graph = fb.RepeaterGraph(sources=249, arms=20, branching=[14, 8], repetition_s="1 us")
    link = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=500e3), generation=graph)
    memory = fb.Memory(name="m")
    half = link.replace(fiber=fb.Fiber(length_m=250e3), generation=graph.replace(sources=124))
    far, near = (fb.hardware.link_model(one, memory, memory).success_probability for one in (link, half))
    assert far == pytest.approx(near**2, rel=0.02)
    assert far > 0.1


# ---- links -----------------------------------------------------------------------------------------------------------------


def test_times_and_losses_of_a_link() -> None:
    spans = [fb.FiberSpan(length_m="20 km", loss_db=6), fb.FiberSpan(length_m="40 km")]
    fiber = fb.Fiber(length_m="60 km", spans=spans)
    graph = GRAPH.replace(
        local_overhead_s="3 us", multiplexing=fb.Multiplexing(modes=2, mode_separation_s="2 us", switch_loss_db=1)
    )
    link = fb.Link(node_a="a", node_b="b", fiber=fiber, generation=graph, interfaces_a=["c"])
    converter = fb.FrequencyConverter(name="c", from_wavelength_m=8e-7, to_wavelength_m=1.55e-6, efficiency=0.5)
    memories = fb.Memory(name="m", efficiency=0.8, initialisation_s="5 us"), fb.Memory(name="o", initialisation_reliability=0.9)
    model = fb.hardware.link_model(link, *memories, interfaces=[converter])
    assert (model.emission_a_s, model.emission_b_s) == (5e-6, 5e-6)
    assert (model.herald_a_s, model.herald_b_s) == (pytest.approx(308e-6), pytest.approx(308e-6))
    assert model.period_s == pytest.approx(7e-6)  # the pace of initialisation, and one mode more
    # Pieces of 10 km: two lose 3 dB, four 2 dB.
    halves = [10**-0.3] * 2 + [10**-0.2] * 4
    table = fb.hardware.repeater_graph(graph, halves, end_efficiency_a=0.4 * 10**-0.1, end_efficiency_b=10**-0.1)
    assert model.mode_success_probability == pytest.approx(table.success_probability, rel=1e-12)
    np.testing.assert_allclose(
        model.table.outcomes[0].correlations[:, 1], 0.9 * table.outcomes[0].correlations[:, 1], atol=1e-12
    )
    assert set(model.approximations) == {"initialisation_depolarising", "qubits_under_way"}


def test_in_runs() -> None:
    graph = GRAPH.replace(photon_depolarising=0.01, visibility=0.95)
    scenario = chains([graph], memories=[fb.Memory(name="memory", efficiency=0.5)], duration_s=1.0)
    success, rho = graph_states.pair(plain(graph), [1.0] * 6, (0.5, 0.5))
    results = run(lasting(scenario, 2e-6, success, SUCCESSES))
    check_success(results, success, 1e-9)
    fidelity = (rho[0, 0] + rho[0, 3]).real / 2 + (rho[3, 0] + rho[3, 3]).real / 2
    np.testing.assert_allclose(results.pairs["fidelity"], fidelity, rtol=0, atol=1e-9)


def test_its_bound_is_that_of_the_longest_piece() -> None:
    """Of 12 pieces of 10 km, through each of which an attempt sends the photons of all arms and trees, two modes each."""
    graph = fb.RepeaterGraph(sources=5, arms=4, branching=[3, 2], repetition_s="1 us")
    assert fb.bounds.attempt_modes(graph) == 2 * 4 * (1 + 3 + 6)
    scenario = chains([graph], memories=[fb.Memory(name="memory")], duration_s=1.0)
    scenario = scenario.replace(links=[link.replace(fiber=fb.Fiber(length_m=120e3)) for link in scenario.links])
    (capacity,) = fb.bounds.capacities(scenario, kind="plob").links
    assert capacity.rate_hz == pytest.approx(-math.log2(1 - 10**-0.2) * 80 / 1e-6)


# ---- refusals --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"sources": 0}, "/sources"),
        ({"arms": 0}, "/arms"),
        ({"branching": []}, "/branching"),
        ({"branching": [2, 0]}, "/branching/1"),
        ({"repetition_s": 0}, "/repetition_s"),
        ({"bell_success_probability": 1.1}, "/bell_success_probability"),
        ({"photon_depolarising": -0.1}, "/photon_depolarising"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(fb.SpecError, match=path):
        GRAPH.replace(**fields)


def test_numbers_are_checked() -> None:
    with pytest.raises(fb.SpecError, match="halves"):
        fb.hardware.repeater_graph(GRAPH, [0.9] * 4)
    with pytest.raises(fb.SpecError, match="halves"):
        fb.hardware.repeater_graph(GRAPH, 1.5)
    with pytest.raises(fb.SpecError, match="end_b"):
        fb.hardware.repeater_graph(GRAPH, 0.9, end_efficiency_b=2.0)
    with pytest.raises(fb.SpecError, match="loss"):
        fb.hardware.tree_measurements([2], -0.1)


PLAIN = fb.Memory(name="m")


@pytest.mark.parametrize(
    ("memory", "link", "refusal"),
    [
        (PLAIN.replace(background_photons=0.1), {}, "background_photons"),
        (PLAIN.replace(double_excitation_probability=0.1), {}, "double_excitation_probability"),
        (PLAIN.replace(photon_dephasing=0.1), {}, "photon_dephasing"),
        (PLAIN.replace(retrieval=fb.Retrieval()), {}, "retrieval"),
        (PLAIN.replace(light=fb.EnsembleLight()), {}, "light null"),
        (PLAIN.replace(encoding="presence"), {}, "presence"),
        (
            PLAIN,
            {"fiber": fb.Fiber(length_m=1e3, wavelength_m=1.55e-6, dispersion_s_per_m2=1e-6)},
            "/link/fiber/dispersion_s_per_m2",
        ),
        (PLAIN, {"fiber": fb.Fiber(length_m=1e3, pmd_s_per_sqrt_m=1e-15)}, "/link/fiber/pmd_s_per_sqrt_m"),
        (PLAIN, {"light_mismatch": "price"}, "/link/light_mismatch"),
        (PLAIN, {"interfaces_b": ["noisy"]}, "/link/interfaces_b"),
        (
            PLAIN,
            {"generation": GRAPH.replace(multiplexing=fb.Multiplexing(modes=2, shared_detectors=True))},
            "shared_detectors",
        ),
    ],
)
def test_what_is_not_modelled_is_refused(memory: fb.Memory, link: dict[str, Any], refusal: str) -> None:
    noisy = fb.FrequencyConverter(name="noisy", from_wavelength_m=8e-7, to_wavelength_m=1.55e-6, noise_photons=1e-3)
    made = fb.Link(node_a="a", node_b="b", **({"fiber": fb.Fiber(length_m=1e3), "generation": GRAPH} | link))
    with pytest.raises(fb.SpecError, match=refusal):
        fb.hardware.link_model(made, memory, memory, interfaces=[noisy])
