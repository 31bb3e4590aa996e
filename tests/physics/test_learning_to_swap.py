"""SwapEnv against Markov chains, closed forms and policy tables (C07, C08, C10).

A slot of the environment is a slot of the theory: policies that are worked out by value iteration, or that a closed form knows, need
as many steps as these say. Every mean detects an error of 5 %.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import farbell as fb
from physics.cases import case
from physics.runs import SLOT_S, SLOTTED, chains, slotted_link
from physics.sampling import SEED, assert_sampled, estimate, samples_to_detect
from physics.test_swap_policies import State, model_of, solve, states_of

C07, C08 = case("C07"), case("C08")
DETECTS = 0.05
ENVS = 1024

Policy = Callable[[State], tuple[int, ...]]


def one_chain(nodes: int, p: float, swap: float, cutoff: int | None, **changes: Any) -> fb.Scenario:
    demand = {"traffic": fb.OneOff()} | ({} if cutoff is None else {"cutoff": fb.Cutoff(age_s=cutoff * SLOT_S)})
    links = [slotted_link(p)] * (nodes - 1)
    return chains(links, swap_success_probability=swap, demand=demand, duration_s=1e6 * SLOT_S, **SLOTTED).replace(**changes)


def places(nodes: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(nodes) for j in range(i + 1, nodes) if (i, j) != (0, nodes - 1)]


def slots_of(scenario: fb.Scenario, cutoff: int | None, policy: Policy, samples: int, **kind: Any) -> npt.NDArray[np.float64]:
    """Steps until the delivery in independent episodes: as many of each environment, so that none is left out for its length."""
    nodes = len(scenario.nodes)
    envs = fb.envs.SwapVectorEnv(scenario, ENVS, threads=1, **kind)
    each = -(-samples // ENVS)
    slots, done = np.zeros((ENVS, each)), np.zeros(ENVS, dtype=np.int64)
    observations, _ = envs.reset(seed=SEED)
    steps, terminated = np.zeros(ENVS), np.zeros(ENVS, dtype=bool)
    known: dict[int, tuple[int, ...]] = {}
    # States as numbers: ages here are below 2**6 slots.
    digits = 1 << (6 * np.arange(observations.shape[1], dtype=np.int64))
    while done.min() < each:
        seen = observations * (cutoff + 1) if cutoff is not None else observations / np.maximum(1 - observations, 1e-9)
        ages = np.rint(seen).astype(np.int64)
        codes, where, which = np.unique(ages @ digits, return_index=True, return_inverse=True)
        for code, i in zip(codes.tolist(), where.tolist(), strict=True):
            if code not in known:
                shown = zip(places(nodes), ages[i].tolist(), strict=True)
                known[code] = policy(tuple((*ends, age - 1) for ends, age in shown if age > 0))
        began = ~terminated
        actions = np.array([known[code] for code in codes.tolist()])[which]
        observations, rewards, terminated, truncated, infos = envs.step(actions)
        # One that was over begins with this step.
        assert np.all(rewards == -1.0 * began) and not truncated.any()
        steps = np.where(began, steps - rewards, 0)
        np.testing.assert_allclose(infos["time_s"][terminated] / SLOT_S, steps[terminated], rtol=1e-6)
        counted = np.flatnonzero(terminated & (done < each))
        slots[counted, done[counted]] = steps[counted]
        done[counted] += 1
    return slots.ravel()


def acts(nodes: int, swap: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(position in swap) for position in range(1, nodes - 1))


def as_soon_as_possible(nodes: int) -> Policy:
    return lambda state: (1,) * (nodes - 2)


#: Chains of five nodes have thousands of states.
CHAINS = [
    pytest.param(c, label, id=f"{c.id}-{label}", marks=[pytest.mark.slow] * label.startswith("n=5"))
    for c in (C07, C08)
    for label in c.expected
]
WITH_ASAP = [chain for chain in CHAINS if "asap" in chain.values[0].expected[chain.values[1]]]


@pytest.mark.parametrize("which, label", CHAINS)
def test_the_best_policy_takes_as_long_as_value_iteration_says(which: Any, label: str) -> None:
    nodes, p, swap, cutoff = model_of(label)
    expected, best = solve(label)
    slots = slots_of(
        one_chain(nodes, p, swap, cutoff), cutoff, lambda s: acts(nodes, best.get(s, ())), samples_to_detect(DETECTS, 1.0)
    )
    assert_sampled(estimate(slots), expected, 0.0, detects=DETECTS * expected)


@pytest.mark.parametrize("which, label", WITH_ASAP)
def test_swap_asap_takes_as_long_as_its_markov_chain(which: Any, label: str) -> None:
    nodes, p, swap, cutoff = model_of(label)
    expected = which.expected[label]["asap"]
    slots = slots_of(one_chain(nodes, p, swap, cutoff), cutoff, as_soon_as_possible(nodes), samples_to_detect(DETECTS, 1.0))
    assert_sampled(estimate(slots), expected, which.tolerance["asap"], detects=DETECTS * expected)


@pytest.mark.parametrize("p, swap, limit", [(0.4, 0.5, 2), (0.4, 1.0, 0), (0.5, 0.8, 1)])
def test_an_agent_that_throws_old_pairs_away_is_a_cutoff(p: float, swap: float, limit: int) -> None:
    """Two links with a cut-off of so many slots; docs/physics/cutoffs_and_orders.md has the mean. Here the agent is the cut-off."""
    miss = 1 - p
    expected = (1 + 2 * miss * (1 - miss**limit)) / (1 - miss**2 - 2 * p * miss ** (limit + 1)) / swap

    def policy(state: State) -> tuple[int, ...]:
        if len(state) == 2:
            return (1,)
        return tuple((2 if pair[1] == 1 else 3) if pair[2] >= limit else 0 for pair in state) or (0,)

    slots = slots_of(one_chain(3, p, swap, None), None, policy, samples_to_detect(DETECTS, 1.0), discards=True)
    assert_sampled(estimate(slots), expected, 0.0, detects=DETECTS * expected)


@pytest.mark.parametrize("seed", range(4))
def test_an_agent_that_reads_a_table_makes_the_run_of_the_table(seed: int) -> None:
    """Random tables over all states of a chain. Exact, for any seed."""
    nodes = 5
    draw = random.Random(seed)
    swaps = {}
    for state in sorted(states_of(nodes) - {()}):
        able = sorted({i for i, _ in state} & {j for _, j in state})
        swaps[state] = tuple(k for k in able if draw.random() < 0.6)
    entries = [fb.PolicyEntry(links=[list(pair) for pair in state], swap=list(k)) for state, k in swaps.items()]
    plain = one_chain(nodes, 0.4, 0.6, 3, duration_s=3000 * SLOT_S)
    demand = plain.demands[0].replace(traffic=fb.BackToBack())
    plain = plain.replace(demands=[demand], memories=[fb.Memory(name="memory", slots=2, t2_s=50 * SLOT_S)])
    table = fb.run(plain.replace(demands=[demand.replace(swapping=fb.PolicyTable(entries=entries, otherwise="wait"))]))
    env = fb.envs.SwapEnv(plain, reward="pairs")
    env.reset(seed=0)
    over, pairs = False, 0.0
    while not over:
        state = tuple((i, j) for i, j, _ in env.pairs)
        _, reward, terminated, over, _ = env.step(acts(nodes, swaps.get(state, ())))
        assert not terminated
        pairs += reward
    results = env.results()
    assert pairs == len(results.pairs) > 20
    for name in ("pairs", "requests", "nodes", "links"):
        for column in results.tables[name].columns:
            np.testing.assert_array_equal(results.tables[name][column], table.tables[name][column], err_msg=f"{name}, {column}")
