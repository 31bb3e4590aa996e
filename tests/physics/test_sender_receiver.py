"""A photon that one memory emits and another absorbs: photons counted one by one, limits, timing, both directions, runs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import farbell as fb
from oracle import fock
from oracle.scenario import GENERATION
from physics.runs import chains
from physics.sampling import samples_to_detect
from physics.test_link_runs import check_success, lasting, run

SUCCESSES = samples_to_detect(0.02, 1)


@pytest.mark.parametrize("tells_empty", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_against_photons_counted(seed: int, tells_empty: bool) -> None:
    rng = np.random.default_rng(seed)
    fields: dict[str, Any] = {"pair_fidelity": rng.uniform(0.5, 1), "heralded": bool(seed % 3)}
    if fields["heralded"]:
        fields |= {"herald_efficiency": rng.uniform(0.2, 1), "false_herald_probability": rng.uniform(0, 0.2)}
    arrives, twice, light = rng.uniform(), rng.uniform(0, 0.3), rng.uniform(0, 0.2)
    success, rows = fock.sender_receiver(GENERATION["sender_receiver"] | fields, arrives, twice, light * arrives, tells_empty)
    table = fb.hardware.sender_receiver(
        fb.SenderReceiver(**fields),
        arrives,
        double_excitation_probability=twice,
        background_photons=light,
        tells_empty=tells_empty,
    )
    assert table.success_probability == pytest.approx(success, abs=1e-10)
    assert len(table.outcomes) == len(rows)
    for outcome, (probability, rho, empty) in zip(table.outcomes, rows, strict=True):
        assert outcome.probability == pytest.approx(probability, abs=1e-10)
        assert outcome.empty == [False, empty]
        np.testing.assert_allclose(outcome.density_matrix, rho, rtol=0, atol=1e-10)
        assert np.linalg.eigvalsh(outcome.density_matrix).min() > -1e-14


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_numbers_of_photons_and_times_are_checked(wrong: float) -> None:
    with pytest.raises(fb.SpecError, match="background_photons"):
        fb.hardware.sender_receiver(fb.SenderReceiver(), 0.5, background_photons=wrong)
    if wrong < 0 or math.isnan(wrong):
        with pytest.raises(fb.SpecError, match="storage_s"):
            fb.hardware.retrieved(fb.Retrieval(), wrong)


def test_limits() -> None:
    plain = fb.hardware.sender_receiver(fb.SenderReceiver(), 1e-9)
    assert (plain.success_probability, plain.fidelity) == (pytest.approx(1e-9, rel=1e-7), pytest.approx(1))
    falsely = fb.hardware.sender_receiver(fb.SenderReceiver(false_herald_probability=0.1), 0.2)
    assert falsely.success_probability == pytest.approx(0.2 + 0.8 * 0.1)
    assert falsely.fidelity == pytest.approx((0.2 + 0.08 / 4) / 0.28)
    alone = fb.hardware.sender_receiver(fb.SenderReceiver(heralded=False), 0.2, tells_empty=True)
    assert alone.success_probability == 1
    assert [(o.probability, o.fidelity) for o in alone.outcomes] == [(pytest.approx(0.2), 1), (pytest.approx(0.8), 0)]
    # Both photons of a double excitation in: they agree with the sender in Z, and in X not at all.
    (twice,) = fb.hardware.sender_receiver(fb.SenderReceiver(), 1.0, double_excitation_probability=1.0).outcomes
    np.testing.assert_allclose(np.diag(twice.correlations), [1, 0, 0, 1], atol=1e-15)
    nothing = fb.hardware.sender_receiver(fb.SenderReceiver(), 0.0)
    assert (nothing.success_probability, nothing.outcomes) == (0, [])


@pytest.mark.parametrize("heralded", [True, False])
@pytest.mark.parametrize("sender", ["node_a", "node_b"])
@pytest.mark.parametrize(("slow_sender_s", "slow_receiver_s"), [(0.0, 0.0), (1e-4, 0.0), (0.0, 1e-3)])
def test_timing(sender: str, heralded: bool, slow_sender_s: float, slow_receiver_s: float) -> None:
    how = fb.SenderReceiver(sender=sender, heralded=heralded, local_overhead_s=1e-6)  # type: ignore[arg-type]
    link = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=40e3), generation=how)
    memories = [
        fb.Memory(name="s", efficiency=0.5, initialisation_s=slow_sender_s, double_excitation_probability=0.1),
        fb.Memory(name="r", efficiency=0.3, initialisation_s=slow_receiver_s, initialisation_reliability=0.9),
    ]
    model = fb.hardware.link_model(link, *(memories if sender == "node_a" else memories[::-1]))
    lives, told = (model.emission_a_s, model.emission_b_s), (model.herald_a_s, model.herald_b_s)
    if sender == "node_b":
        lives, told = lives[::-1], told[::-1]
    assert lives[0] == pytest.approx(max(slow_sender_s, slow_receiver_s - 2e-4), abs=1e-15)
    assert lives[1] - lives[0] == pytest.approx(2e-4, abs=1e-15)
    assert told[1] == pytest.approx(lives[1] + 1e-6, abs=1e-15)
    assert told[0] == pytest.approx(told[1] + 2e-4 if heralded else lives[0] + 1e-6, abs=1e-15)
    assert model.period_s == max(told)
    table = fb.hardware.sender_receiver(how, 0.5 * 0.3 * 10**-0.8, double_excitation_probability=0.1)
    assert model.success_probability == pytest.approx(table.success_probability, rel=1e-14)
    assert model.table.outcomes[0].correlations[1, 1] == pytest.approx(0.9 * table.outcomes[0].correlations[1, 1], abs=1e-14)
    assert set(model.approximations) == {"initialisation_depolarising", "several_photons_a_memory"}
    own = how.replace(absorption_efficiency=0.6)
    better = fb.hardware.link_model(link.replace(generation=own), *(memories if sender == "node_a" else memories[::-1]))
    assert better.success_probability == pytest.approx(2 * model.success_probability if heralded else 1, rel=0.01)


def test_in_runs() -> None:
    generation = fb.SenderReceiver(absorption_efficiency=0.4, false_herald_probability=0.02, local_overhead_s=1e-6)
    scenario = chains([generation], memories=[fb.Memory(name="memory", efficiency=0.7)], duration_s=1.0)
    success, ((_, rho, _),) = fock.sender_receiver(
        GENERATION["sender_receiver"] | {"false_herald_probability": 0.02}, 0.28, 0.0, 0.0, False
    )
    results = run(lasting(scenario, 1e-6, success, SUCCESSES))
    check_success(results, success, 1e-9)
    np.testing.assert_allclose(results.pairs["fidelity"], (rho[0, 0] + rho[0, 3]).real, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"sender": "node_c"}, "/sender"),
        ({"absorption_efficiency": 1.5}, "/absorption_efficiency"),
        ({"pair_fidelity": 0.2}, "/pair_fidelity"),
        ({"heralded": False, "herald_efficiency": 0.9}, "/herald_efficiency"),
        ({"heralded": False, "false_herald_probability": 0.1}, "/false_herald_probability"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.SenderReceiver(**fields)
    assert error.value.path == path


def test_light_counts_for_the_bound_over_all_the_fibre() -> None:
    link = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=50e3), generation=fb.SenderReceiver())
    nodes = [fb.Node(name="a", memory="m"), fb.Node(name="b", memory="m")]
    scenario = fb.Scenario(
        duration_s=1e-2, memories=[fb.Memory(name="m")], nodes=nodes, links=[link], demands=[fb.Demand(node_a="a", node_b="b")]
    )
    model = fb.compile(scenario)
    period_s = float(model.link_table()["attempt_period_s"][0])
    bound = -np.log2(1 - 0.1) * 2 / period_s
    assert fb.bounds.capacities(model, "plob").links[0].rate_hz == pytest.approx(bound, rel=1e-9)
