"""Skipping attempts is exact: the product's law against an oracle that tosses a coin for every lane of every cycle.

Two-sample tests at a false-alarm rate of 1e-7 each. What they would see is measured by moving one parameter: each moved scenario
must be rejected.
"""

import json
from copy import deepcopy

import numpy as np
import pytest
from scipy import stats

from farbell import _core
from oracle.run import run
from oracle.scenarios import SINGLE, chain, given

ALPHA = 1e-7


def product(scenario, replicas):
    compiled = _core.compile(_core.Scenario.from_json(json.dumps(scenario)))
    return _core.run(compiled, replicas=replicas, threads=1)["tables"]


# ---- waiting times: one link, three lanes, a request is served when two pairs are there -----------------------------------

SPACING_S, REQUESTS = 1e-3, 12_000


def waiting(success=0.12):
    """Requests so far apart that each finds everything at rest: independent samples."""
    return chain(
        2, link=given(success, 10e-6, 2e-6), length_m=0.0, duration_s=SPACING_S * REQUESTS,
        demand={"traffic": {"kind": "table", "at_s": [SPACING_S * i for i in range(REQUESTS)]}, "width": 3, "pairs_per_request": 2},
    )  # fmt: skip


@pytest.fixture(scope="module")
def coin_waiting():
    outcome = run(waiting(), coins=np.random.default_rng(20261124))
    return [request.finished - request.asked for request in outcome.demands[0].requests if request.finished]


def waiting_times(scenario, replicas=8):
    requests = product(scenario, replicas)["requests"]
    return np.rint((requests["finished_s"] - requests["asked_s"]) * 1e12)[requests["status"] == 1]


def waiting_p_value(sample, other):
    """Chi-square over the number of cycles waited, 15 cells of about equal weight."""
    edges = np.unique(np.quantile(np.concatenate([sample, other]), np.linspace(0, 1, 16)[1:-1]))
    counts = np.array([np.bincount(np.searchsorted(edges, x), minlength=len(edges) + 1) for x in (sample, other)])
    return stats.chi2_contingency(counts).pvalue


@pytest.mark.slow
def test_waiting_times(coin_waiting):
    assert len(coin_waiting) > 0.999 * REQUESTS
    assert waiting_p_value(coin_waiting, waiting_times(waiting())) > ALPHA


@pytest.mark.slow
def test_waiting_times_see_five_percent(coin_waiting):
    """A success probability 5 % higher is rejected."""
    assert waiting_p_value(coin_waiting, waiting_times(waiting(0.12 * 1.05))) < ALPHA


# ---- joint law of time, attempts on each link, and state: first delivery over a repeater whose links change ----------------

ORACLE_RUNS, PRODUCT_RUNS = 2_000, 40_000


def first_delivery():
    scenario = chain(
        3, memory={"t2_s": 1.5e-4}, node={"swap_success_probability": 0.8}, duration_s=4e-3,
        demand={"traffic": {"kind": "one_off"}, "width": 2}, changes=[{"at_s": 7e-5, "link": "n0--n1", "generation": given(0.35, 8e-6)}],
    )  # fmt: skip
    for link, success, period_s in zip(scenario["links"], (0.06, 0.12), (10e-6, 7e-6), strict=True):
        link["generation"] = given(success, period_s)
    return scenario


@pytest.fixture(scope="module")
def coin_deliveries():
    coins, rows = np.random.default_rng(7), []
    for replica in range(ORACLE_RUNS):
        outcome = run(first_delivery(), replica, coins)
        (pair,) = outcome.pairs
        rows.append([pair["delivered"] / 1e12, *(link.attempts for link in outcome.links), pair["fidelity"]])
    return np.array(rows)


def deliveries(scenario):
    tables = product(scenario, PRODUCT_RUNS)
    attempts = tables["links"]["attempts"].reshape(PRODUCT_RUNS, -1)
    pairs = tables["pairs"]
    rows = np.column_stack([pairs["delivered_s"], attempts[pairs["replica"]], pairs["fidelity"]])
    assert len(rows) > 0.999 * PRODUCT_RUNS
    return rows


def joint_p_value(sample, other):
    """Chi-square over 4 x 3 x 3 x 3 cells between quantiles of (time, attempts, attempts, fidelity); thin cells are left out."""
    pooled = np.vstack([sample, other])
    cells = np.zeros(len(pooled), dtype=int)
    for column, parts in zip(pooled.T, (4, 3, 3, 3), strict=True):
        edges = np.quantile(column, np.linspace(0, 1, parts + 1)[1:-1])
        cells = cells * parts + np.searchsorted(edges, column)
    counts = np.array([np.bincount(x, minlength=108) for x in (cells[: len(sample)], cells[len(sample) :])])
    return stats.chi2_contingency(counts[:, counts.sum(axis=0) * len(sample) / len(pooled) > 5]).pvalue


def test_joint_law(coin_deliveries):
    assert joint_p_value(coin_deliveries, deliveries(first_delivery())) > ALPHA


def moved(path, factor, scenario=None):
    scenario = deepcopy(scenario or first_delivery())
    *parents, last = path
    value = scenario
    for key in parents:
        value = value[key]
    value[last] *= factor
    return scenario


@pytest.mark.parametrize(
    ("path", "factor"),
    [
        (("links", 0, "generation", "success_probability"), 1.5),
        (("links", 1, "generation", "success_probability"), 1.2),
        (("changes", 0, "at_s"), 1.3),
        (("changes", 0, "generation", "success_probability"), 1.3),
        (("nodes", 1, "swap_success_probability"), 0.8),
        (("memories", 0, "t2_s"), 1.1),
    ],
)
def test_joint_law_sees(coin_deliveries, path, factor):
    assert joint_p_value(coin_deliveries, deliveries(moved(path, factor))) < ALPHA


# ---- joint law of two pairs of a single-click link: when they come, and the phases that they share --------------------------


def two_pairs():
    """Two lanes, so that both pairs may come in one cycle."""
    link = SINGLE | {"bright_state": 0.3, "bright_state_b": 0.2, "phase_sigma_rad": 0.8, "phase_correlation_s": 1.5e-4}
    demand = {"traffic": {"kind": "one_off"}, "width": 2, "pairs_per_request": 2}
    return chain(2, link=link, memory={"efficiency": 0.4}, duration_s=2e-3, demand=demand)


@pytest.fixture(scope="module")
def coin_pairs():
    coins, rows = np.random.default_rng(11), []
    for replica in range(ORACLE_RUNS):
        first, second = run(two_pairs(), replica, coins).pairs
        apart = second["delivered"] - first["delivered"]
        rows.append([first["delivered"], apart, first["fidelity"], second["fidelity"]])
    return np.array(rows)


def pairs_of_product(scenario):
    pairs = product(scenario, PRODUCT_RUNS)["pairs"]
    order = np.lexsort([pairs["delivered_s"], pairs["replica"]])
    delivered, fidelity = (pairs[name][order].reshape(-1, 2) for name in ("delivered_s", "fidelity"))
    delivered = np.rint(delivered * 1e12)
    assert len(delivered) == PRODUCT_RUNS
    return np.column_stack([delivered[:, 0], np.diff(delivered)[:, 0], fidelity])


def test_two_pairs(coin_pairs):
    assert joint_p_value(coin_pairs, pairs_of_product(two_pairs())) > ALPHA


@pytest.mark.parametrize(
    ("path", "factor"),
    [
        (("links", 0, "generation", "bright_state"), 1.3),
        (("links", 0, "generation", "phase_sigma_rad"), 1.35),
        (("links", 0, "generation", "phase_correlation_s"), 6.0),
        (("links", 0, "generation", "phase_correlation_s"), 0.2),
        (("stations", 0, "visibility"), 0.75),
    ],
)
def test_two_pairs_see(coin_pairs, path, factor):
    assert joint_p_value(coin_pairs, pairs_of_product(moved(path, factor, two_pairs()))) < ALPHA
