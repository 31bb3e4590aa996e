"""Laws of coherence, stretched and by points: closed forms in states and runs, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest

import farbell as fb

STRETCHED = {"t2_law": "stretched", "t2_s": 4e-3, "t2_exponent": 2.5}
POINTS = {
    "t2_law": "tabulated", "coherence_times_s": [1e-3, 3e-3, 6e-3], "coherences": [0.9, 0.7, 0.35], "coherence_beyond": "exponential",
}  # fmt: skip
LOST = POINTS | {"coherence_beyond": "nothing"}
LAWS = {"stretched": STRETCHED, "points": POINTS, "lost": LOST}


def coherence(law: str, age_s: float) -> float:
    """Written anew: powers, and between points geometric means weighted by distance."""
    if law == "stretched":
        return math.exp(-((age_s / 4e-3) ** 2.5))
    times, values = [0.0, 1e-3, 3e-3, 6e-3], [1.0, 0.9, 0.7, 0.35]
    if age_s > 6e-3 and law == "lost":
        return 0.0
    k = max(i for i in range(3) if times[i] <= age_s)
    share = (age_s - times[k]) / (times[k + 1] - times[k])
    return float(values[k] ** (1 - share) * values[k + 1] ** share)


@pytest.mark.parametrize("kind", [fb.states.PairDensity, fb.states.BellDiagonal])
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("t", [1e-5, 1e-3, 2.2e-3, 6e-3, 7.7e-3])
def test_pairs(kind: Any, law: str, t: float) -> None:
    memory = fb.Memory(name="m", dephasing_s=0.05, **LAWS[law])
    left = coherence(law, t) * math.exp(-t / 0.05)
    once = kind.bell().decay_to(t, memory_a=memory)
    assert once.fidelity() == pytest.approx((1 + left) / 2, abs=1e-12)
    noise = {"dephasing_s": 0.05, **LAWS[law]}
    both = kind.bell().decay_to(t / 3, **noise).decay_to(t / 2, **noise).decay_to(t, **noise)
    assert both.fidelity() == pytest.approx((1 + left**2) / 2, abs=1e-12)


@pytest.mark.parametrize("law", LAWS)
def test_registers_and_relaxation(law: str) -> None:
    pair = fb.states.Density.bell()
    memory = fb.Memory(name="m", t1_s=0.01, **LAWS[law])
    pair.decay(0, 2e-3, memory=memory)
    pair.decay(0, 3e-3, memory=memory, age_s=2e-3)
    left = coherence(law, 5e-3) * math.exp(-5e-3 / 0.02)
    assert pair.fidelity("Phi+") == pytest.approx((1 + 2 * left + math.exp(-0.5)) / 4, abs=1e-12)


@pytest.mark.parametrize(("exponent", "law"), [(1, "exponential"), (2, "gaussian")])
def test_stretched_is_the_other_laws(exponent: float, law: str) -> None:
    for t in (1e-4, 1e-2, 0.3):
        pairs = [
            fb.states.PairDensity.bell().decay_to(t, t2_s=0.1, **also)
            for also in ({"t2_law": "stretched", "t2_exponent": exponent}, {"t2_law": law})
        ]
        assert pairs[0].fidelity() == pytest.approx(pairs[1].fidelity(), abs=1e-14)


@pytest.mark.parametrize("store", ["pair_density", "bell_diagonal", "density"])
@pytest.mark.parametrize("law", LAWS)
def test_runs(store: str, law: str) -> None:
    """A certain link, whose herald takes 1.5 ms: either end has held its half for that long."""
    memory = fb.Memory(name="m", slots=1, **LAWS[law])
    network = fb.chain(nodes=2, length_m=0, duration_s=0.1, memory=memory, state=store)
    given = fb.Given(success_probability=1.0, attempt_period_s="2 ms", herald_delay_s="1.5 ms")
    network = network.replace(links=[link.replace(generation=given) for link in network.links])
    pairs = fb.run(network, progress=False).pairs
    assert len(pairs["fidelity"]) > 10
    assert pairs["fidelity"] == pytest.approx((1 + coherence(law, 1.5e-3) ** 2) / 2, abs=1e-9)


@pytest.mark.parametrize(
    ("fields", "path", "allowed"),
    [
        ({"t2_law": "stretched", "t2_s": 1.0}, "t2_exponent", "a number above 0"),
        ({"t2_law": "stretched", "t2_exponent": 2.0}, "t2_s", "a time"),
        ({"t2_law": "stretched", "t2_s": 1.0, "t2_exponent": 0.0}, "t2_exponent", "> 0"),
        ({"t2_law": "gaussian", "t2_s": 1.0, "t2_exponent": 2.0}, "t2_exponent", 't2_law "stretched"'),
        ({"coherences": [0.5]}, "coherences", 't2_law "tabulated"'),
        ({"coherence_times_s": [0.5]}, "coherence_times_s", 't2_law "tabulated"'),
        ({"coherence_beyond": "nothing"}, "coherence_beyond", 't2_law "tabulated"'),
        (POINTS | {"t2_s": 1.0}, "t2_s", "null"),
        (POINTS | {"coherence_times_s": [], "coherences": []}, "coherence_times_s", "one or more"),
        (POINTS | {"coherences": [0.9, 0.7]}, "coherences", "3, one for each"),
        (POINTS | {"coherences": [0.9, 0.7, 0.8]}, "coherences/2", "at most the one before, 0.7"),
        (POINTS | {"coherences": [0.9, 0.7, 0.0]}, "coherences/2", "(0, 1]"),
        (POINTS | {"coherences": [1.1, 0.7, 0.5]}, "coherences/0", "(0, 1]"),
        (POINTS | {"coherence_times_s": [1e-3, 1e-3, 2e-3]}, "coherence_times_s/1", "above the time before"),
        (POINTS | {"coherence_times_s": [0, 1e-3, 2e-3]}, "coherence_times_s/0", "> 0"),
        (POINTS | {"coherence_beyond": None}, "coherence_beyond", '"exponential" or "nothing"'),
        (POINTS | {"coherence_beyond": "nothin"}, "coherence_beyond", "nothing"),
    ],
)  # fmt: skip
def test_what_is_refused(fields: dict[str, Any], path: str, allowed: str) -> None:
    with pytest.raises(fb.SpecError) as refused:
        fb.Memory(name="m", **fields)
    assert refused.value.path.strip("/").endswith(path)
    assert allowed in str(refused.value)
