"""Nested chains, swap-asap without and with cut-offs, policy tables, windows of attempts (C03, C04, C05, C07, C08, C10, B13, C18).

First deliveries of one-off requests over independent chains and replicas, slotted, with ideal control. Every mean time detects an
error of 2 %, every fidelity one of 0.005. Optimal policies are worked out here, by value iteration over the states of a chain, and
run as tables.
"""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import farbell as fb
from physics.cases import Case, case
from physics.runs import SLOT_S, SLOTTED, chains, copies_for, one_each, slotted_link
from physics.sampling import Change, Estimate, assert_sampled, estimate, samples_to_detect, share, unchanged

B13, C03, C04, C05, C07, C08, C10, C18 = (case(id) for id in ("B13", "C03", "C04", "C05", "C07", "C08", "C10", "C18"))


def slotted_chain(nodes: int, p: float, swap: float, slots: float, *, change: Change = unchanged, **demand: Any) -> fb.Scenario:
    """Independent chains of equal links, each asked for one pair; long enough for `slots` slots on average."""
    memory = {"memories": [demand.pop("memory")]} if "memory" in demand else {}
    generation = slotted_link(p).replace(state=demand.pop("state", fb.Werner(fidelity=1)))
    return change(
        chains(
            [generation] * (nodes - 1),
            copies=copies_for(nodes - 1),
            swap_success_probability=swap,
            demand={"traffic": fb.OneOff(), **demand},
            duration_s=100 * slots * SLOT_S,
            **memory,
            **SLOTTED,
        )
    )


def delivered(scenario: fb.Scenario, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Slots until the first delivery, and its fidelity."""
    slots, fidelities = [], []
    for results in one_each(scenario, samples):
        assert np.all(results.requests["pairs_delivered"] == 1), "the scenario is too short"
        slots.append(results.pairs["delivered_s"] / SLOT_S)
        fidelities.append(results.pairs["fidelity"])
    return np.concatenate(slots), np.concatenate(fidelities)


def check_slots(scenario: fb.Scenario, expected: float, deviation: float, tolerance: float, detects: float = 0.02) -> None:
    """`deviation`: what the standard deviation is at most, in units of the mean, as is the error that it detects."""
    slots, _ = delivered(scenario, samples_to_detect(detects, deviation))
    np.testing.assert_allclose(slots, np.rint(slots), rtol=0, atol=1e-6)
    assert_sampled(estimate(slots), expected, tolerance, detects=detects * expected)


#: Of the many chains of C05, C07 and C08, each alone; those that the mutation tests move are looked at more closely.
ONE_OF_MANY = 0.03


# ---- nested chains ------------------------------------------------------------------------------------------------------

NESTED = [(label, row["segments"]) for label, rows in C03.expected.items() for row in rows if row["segments"] > 1]


def check_nested(label: str, segments: int, change: Change = unchanged) -> None:
    """A pair decays as a whole, exp(-t/T): two qubits with 2T each."""
    p, q, w0, coherence = (float(part.partition("=")[2]) for part in label.split(","))
    row = next(row for row in C03.expected[label] if row["segments"] == segments)
    scenario = slotted_chain(
        segments + 1,
        p,
        q,
        row["mean_slots"],
        change=change,
        swapping=fb.Doubling(),
        pipelined=False,
        memory=fb.Memory(name="memory", slots=2, depolarising_s=2 * coherence * SLOT_S),
        state=fb.Werner(fidelity=(1 + 3 * w0) / 4),
    )
    slots, fidelities = delivered(scenario, samples_to_detect(0.02, row["std"] / row["mean_slots"]))
    tolerance = C03.tolerance
    assert_sampled(estimate(slots), row["mean_slots"], tolerance["mean_slots"], detects=0.02 * row["mean_slots"])
    assert_sampled(estimate(fidelities), row["mean_fidelity"], tolerance["mean_werner"], detects=0.005)
    for quantile, name in ((0.5, "median"), (0.99, "q99")):
        # P(T <= x - 1) < quantile <= P(T <= x) for the quantile x; counts within 6.5 standard errors, one slot allowed.
        for slot, sign in ((row[name] - 2, -1), (row[name] + 1, 1)):
            found = share(int(np.sum(slots <= slot + 0.5)), len(slots), quantile)
            assert sign * (found.mean - quantile) >= -6.5 * found.stderr, f"{name} is not {row[name]} within one slot"


@pytest.mark.slow
@pytest.mark.parametrize("label, segments", NESTED)
def test_nested_chain(label: str, segments: int) -> None:
    check_nested(label, segments)


@pytest.mark.parametrize("level", C04.expected)
def test_three_halves_rule_is_an_approximation(level: str) -> None:
    p, q = C04.parameters["p"], C04.parameters["q"]
    segments = 2 ** int(level.partition("^")[2])
    expected = C04.expected[level]["exact"]
    scenario = slotted_chain(segments + 1, p, q, expected, swapping=fb.Doubling(), pipelined=False)
    check_slots(scenario, expected, 1.0, C04.tolerance)


# ---- swap-asap ----------------------------------------------------------------------------------------------------------


def check_asap(label: str, change: Change = unchanged, detects: float = 0.02) -> None:
    segments, p, q = (float(part.partition("=")[2]) for part in label.split(","))
    expected = C05.expected[label]
    check_slots(slotted_chain(int(segments) + 1, p, q, expected, change=change), expected, 1.0, C05.tolerance, detects)


@pytest.mark.slow
@pytest.mark.parametrize("label", C05.expected)
def test_swap_asap(label: str) -> None:
    check_asap(label, detects=ONE_OF_MANY)


# ---- cut-offs and policies ----------------------------------------------------------------------------------------------

State = tuple[tuple[int, int, int], ...]  # (from, to, age) of each pair


def model_of(label: str) -> tuple[int, float, float, int]:
    n, p, ps, tcut = (float(part.partition("=")[2]) for part in label.split(","))
    return int(n), p, ps, int(tcut)


@cache
def solve(label: str) -> tuple[float, dict[State, tuple[int, ...]]]:
    """Expected delivery time of the best policy, and its table: value iteration on the model of C07."""
    n, p, ps, tcut = model_of(label)

    def generated(state: State) -> dict[State, float]:
        """What can be there at the end of the next slot, before swaps."""
        aged = [(i, j, age + 1) for i, j, age in state if age < tcut]
        open_hops = [i for i in range(n - 1) if all(i != a and i + 1 != b for a, b, _ in aged)]
        outcomes: dict[State, float] = {}
        for made in itertools.product([False, True], repeat=len(open_hops)):
            weight = math.prod(p if m else 1 - p for m in made)
            new = [(i, i + 1, 0) for i, m in zip(open_hops, made, strict=True) if m]
            key = tuple(sorted(aged + new))
            outcomes[key] = outcomes.get(key, 0) + weight
        return outcomes

    def swapped(state: State, nodes: tuple[int, ...]) -> dict[State, float]:
        outcomes: dict[State, float] = {(): 1.0}
        starting = {link[0]: link for link in state}
        joined_at = {b for _, b, _ in state if b in nodes}  # a swap is only named where a pair starts, too
        for first in state:
            if first[0] in joined_at:
                continue
            group = [first]
            while group[-1][1] in nodes:
                group.append(starting[group[-1][1]])
            success = ps ** (len(group) - 1)
            joined = (group[0][0], group[-1][1], max(age for _, _, age in group))
            found: dict[State, float] = {}
            for rest, weight in outcomes.items():
                for result, chance in (((*rest, joined), success), (rest, 1 - success)):
                    if chance > 0:
                        found[result] = found.get(result, 0) + weight * chance
            outcomes = found
        return {tuple(sorted(result)): weight for result, weight in outcomes.items()}

    def actions(state: State) -> list[tuple[int, ...]]:
        able = [k for k in range(1, n - 1) if any(b == k for _, b, _ in state) and any(a == k for a, _, _ in state)]
        return [chosen for size in range(len(able) + 1) for chosen in itertools.combinations(able, size)]

    done = lambda state: any((i, j) == (0, n - 1) for i, j, _ in state)  # noqa: E731
    # States after swaps, each reachable one found once.
    after: dict[State, dict[State, float]] = {}
    results: dict[State, dict[tuple[int, ...], dict[State, float]]] = {}
    stack: list[State] = [()]
    while stack:
        state = stack.pop()
        if state in after or done(state):
            continue
        after[state] = generated(state)
        for before in after[state]:
            if before not in results:
                results[before] = {action: swapped(before, action) for action in actions(before)}
                stack += [s for outcome in results[before].values() for s in outcome]
    # Expected slots from each state after swaps, and of each choice before them, as vectors: a delivered state is worth 0.
    to_after = chances([outcome for choices in results.values() for outcome in choices.values()], list(after))
    to_before = chances(list(after.values()), list(results))
    first_choice = np.cumsum([0, *(len(choices) for choices in results.values())])
    value = np.zeros(len(after))
    for _ in range(100_000):
        costs = to_after @ value
        new = 1 + to_before @ np.minimum.reduceat(costs, first_choice[:-1])
        change = np.abs(new - value).max()
        value = new
        if change < 1e-9:
            break
    best: dict[State, tuple[int, ...]] = {}
    for (before, choices), first in zip(results.items(), first_choice, strict=False):
        cost = dict(zip(choices, costs[first:], strict=False))
        best[before] = min(cost, key=lambda a: (round(cost[a], 9), -len(a)))
    return float(value[list(after).index(())]), best


def chances(outcomes: list[dict[State, float]], states: list[State]) -> sparse.csr_array:
    """Row by row the chances of the states; those that are not listed are left out."""
    column = {state: k for k, state in enumerate(states)}
    entries = [(row, column[s], w) for row, outcome in enumerate(outcomes) for s, w in outcome.items() if s in column]
    rows, columns, weights = zip(*entries, strict=True)
    return sparse.csr_array((weights, (rows, columns)), shape=(len(outcomes), len(states)))


def table_of(policy: dict[State, tuple[int, ...]]) -> fb.PolicyTable:
    entries = [
        fb.PolicyEntry(links=[list(link) for link in state], swap=list(nodes)) for state, nodes in policy.items() if state
    ]
    return fb.PolicyTable(entries=entries)


#: In the full state of five nodes only the second and the fourth swap.
NESTED_FULL = fb.PolicyTable(entries=[fb.PolicyEntry(links=[[0, 1], [1, 2], [2, 3], [3, 4]], swap=[1, 3])])


def check_policy(
    label: str, expected: float, tolerance: float, change: Change = unchanged, detects: float = 0.02, **demand: Any
) -> None:
    n, p, ps, tcut = model_of(label)
    cutoff = fb.Cutoff(age_s=tcut * SLOT_S)
    check_slots(slotted_chain(n, p, ps, expected, change=change, cutoff=cutoff, **demand), expected, 1.0, tolerance, detects)


AGED = [(c, label) for c in (C07, C08) for label in c.expected if "asap" in c.expected[label]]


@pytest.mark.slow
@pytest.mark.parametrize("which, label", AGED, ids=lambda x: x if isinstance(x, str) else x.id)
def test_swap_asap_with_cutoff(which: Any, label: str) -> None:
    check_policy(label, which.expected[label]["asap"], which.tolerance["asap"], detects=ONE_OF_MANY)


@pytest.mark.parametrize("p", C10.expected)
def test_three_nodes_with_cutoff(p: str) -> None:
    check_policy(f"n=3,p={p},ps=1,tcut=2", C10.expected[p], C10.tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("label", [label for label in C07.expected if "nested_full" in C07.expected[label]])
def test_nested_in_the_full_state(label: str) -> None:
    expected, tolerance = C07.expected[label]["nested_full"], C07.tolerance["nested_full"]
    check_policy(label, expected, tolerance, detects=ONE_OF_MANY, swapping=NESTED_FULL)


OPTIMAL = [(c, label) for c in (C07, C08) for label in c.expected if "optimal" in c.expected[label]]


def check_optimal(which: Case, label: str, change: Change = unchanged, detects: float = 0.02) -> None:
    expected, policy = solve(label)
    assert expected == pytest.approx(which.expected[label]["optimal"], rel=which.tolerance["optimal"])
    check_policy(label, expected, 0.0, change=change, detects=detects, swapping=table_of(policy))


@pytest.mark.slow
@pytest.mark.parametrize("which, label", OPTIMAL, ids=lambda x: x if isinstance(x, str) else x.id)
def test_optimal_policies_run_as_tables(which: Case, label: str) -> None:
    check_optimal(which, label, detects=ONE_OF_MANY)


def fit(a: tuple[int, int], b: tuple[int, int]) -> bool:
    first, second = sorted((a, b))
    return first[1] <= second[0] or (first[0] < second[0] and second[1] < first[1])


def states_of(nodes: int) -> set[tuple[tuple[int, int], ...]]:
    """Pairs that a chain can have at a time, side by side or one within the other: a node has one memory to either side."""
    states: set[tuple[tuple[int, int], ...]] = {()}
    for pair in itertools.combinations(range(nodes), 2):
        states |= {(*state, pair) for state in states if all(fit(pair, other) for other in state)}
    return states


@pytest.mark.parametrize("nodes, p, swap, tcut", [(6, 0.3, 0.5, None), (5, 0.3, 0.5, 2), (3, 0.5, 1.0, 2)])
def test_swap_asap_as_a_table_from_a_file(nodes: int, p: float, swap: float, tcut: int | None) -> None:
    """Of the chains of C05, C07, C08 and C10: each state listed, none left to "otherwise". Exact, for any seed."""
    entries = []
    for state in states_of(nodes) - {()}:
        able = sorted({i for i, _ in state} & {j for _, j in state})
        entries.append(fb.PolicyEntry(links=[list(pair) for pair in state], swap=able))
    cutoff = {} if tcut is None else {"cutoff": fb.Cutoff(age_s=tcut * SLOT_S)}
    built_in = slotted_chain(nodes, p, swap, 1000.0, **cutoff)
    table = slotted_chain(nodes, p, swap, 1000.0, swapping=fb.PolicyTable(entries=entries, otherwise="wait"), **cutoff)
    one, two = (fb.run(scenario, replicas=4, progress=False) for scenario in (built_in, fb.Scenario.from_json(table.to_json())))
    assert len(one.pairs) >= 300 // nodes
    columns = "replica", "demand", "delivered_s", "fidelity"
    rows = [sorted(zip(*(results.pairs[name].tolist() for name in columns), strict=True)) for results in (one, two)]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("control", ["messages", "ideal"])
def test_cutoff_by_fidelity_is_one_by_age(control: str) -> None:
    """Werner pairs in depolarising memories: the age at which they are too bad follows from one logarithm. Exact, for any seed."""
    fidelity, limit, time_s = 0.98, 0.9, 0.2
    age_s = time_s / 2 * math.log((4 * fidelity - 1) / (4 * limit - 1))

    def rows(cutoff: fb.Cutoff) -> np.ndarray:
        scenario = fb.chain(
            nodes=3,
            memory=fb.Memory(name="memory", slots=2, depolarising_s=time_s),
            generation=fb.Given(success_probability=0.01, attempt_period_s="100 us", state=fb.Werner(fidelity=fidelity)),
            control=control,
            duration_s=5.0,
        )
        results = fb.run(scenario.replace(demands=[scenario.demands[0].replace(cutoff=cutoff)]))
        assert results.nodes["cut_offs"].sum() > 50
        return np.array([results.pairs["delivered_s"], results.pairs["fidelity"]])

    whole_ticks_s = math.floor(age_s * 1e12) / 1e12
    np.testing.assert_array_equal(rows(fb.Cutoff(estimated_fidelity=limit)), rows(fb.Cutoff(age_s=whole_ticks_s)))


# ---- windows of attempts, links kept alive ------------------------------------------------------------------------------


def check_window(change: Change = unchanged, dephases: str = "dephasing_s") -> None:
    """A link that is sure waits for one that is not; the window is closed after N attempts, and another begins.

    Both attempt in the first slot of a window: that attempt, the first of N, finds nothing waiting yet. What waits is dephased by
    the slots that pass, or by the attempts that are made in them (`dephases`: the field of the memory).
    """
    p, n, n_dec = (B13.parameters[name] for name in ("p", "N", "n_dec"))
    expected = B13.expected
    chains_needed = samples_to_detect(0.02, 1.0)  # of a geometric number of attempts
    # The coherence of the waiting qubit alone decays: its memory dephases, the other link's is good.
    memories = [fb.Memory(name="end", slots=1), fb.Memory(name="middle", slots=2)]
    memories[1] = memories[1].replace(**{dephases: n_dec * (SLOT_S if dephases == "dephasing_s" else 1)})
    scenario = change(
        chains(
            [slotted_link(1.0), slotted_link(p)],
            copies=50,
            memories=memories,
            demand={"traffic": fb.OneOff(), "cutoff": fb.Cutoff(attempts=n - 1)},
            duration_s=10_000 * SLOT_S,
            **SLOTTED,
        )
    )
    delivered_, given_up, slots, coherence = 0, 0, [], []
    for results in one_each(scenario, chains_needed):
        rows = results.pairs
        delivered_ += len(rows)
        given_up += int(results.nodes["cut_offs"].sum())
        slots.append(rows["delivered_s"] / SLOT_S)
        coherence.append(rows["xx"] * math.exp(-1 / n_dec))
    windows = delivered_ + given_up
    assert_sampled(share(delivered_, windows, expected["p_window"]), expected["p_window"], B13.tolerance, detects=0.02)
    x = np.concatenate(coherence)
    assert_sampled(estimate(x), expected["mean_coherence"], B13.tolerance, detects=0.01)
    # One attempt a slot, in windows that follow one another.
    assert_sampled(estimate(np.concatenate(slots)), expected["attempts_per_success"], B13.tolerance, detects=2.0)


@pytest.mark.parametrize("dephases", ["dephasing_s", "dephasing_attempts"])
def test_window_of_attempts(dephases: str) -> None:
    check_window(dephases=dephases)


def check_kept_alive(label: str, change: Change = unchanged) -> None:
    """A link beside one that all but never succeeds: its pair is dropped when it is older than m slots, and tried for again."""
    p, m, _ = (float(part.partition("=")[2]) for part in label.split(","))
    expected = C18.expected[label]
    cycle = m + 1 / p
    cycles = samples_to_detect(0.02, 1.0)
    scenario = change(
        chains(
            [slotted_link(p), slotted_link(1e-300)],
            copies=50,
            demand={"cutoff": fb.Cutoff(age_s=m * SLOT_S)},
            duration_s=cycles / 50 * cycle * SLOT_S,
            record="summary",
            **SLOTTED,
        )
    )
    results = fb.run(scenario, threads=1, progress=False)
    nodes = results.nodes
    # From the start of its attempt to its end a pair is there at the end of as many slots as it keeps its memory slot.
    middle = np.array([name.endswith("n1") for name in nodes["node"]])
    fraction = nodes["slot_seconds"][middle].sum() / (50 * scenario.duration_s)
    # A renewal process: the deviation of a share of time over k cycles is below sqrt(1/k).
    assert_sampled(Estimate(fraction, 1 / math.sqrt(cycles) / 2), expected["fraction_active"], C18.tolerance, detects=0.02)


@pytest.mark.parametrize("label", C18.expected)
def test_link_kept_alive(label: str) -> None:
    check_kept_alive(label)
