"""What is refused of swap orders, policy tables, cut-offs and distillation: the place, what was found, what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import farbell as fb

SLOTTED = {"timing": "slotted", "slot_s": 1e-3, "control": "ideal"}
TWIRLED = {"state": "bell_diagonal", "approximate": "pauli_twirl"}


def line(*, memory: dict[str, Any] | None = None, link: dict[str, Any] | None = None, scenario: dict[str, Any] | None = None,
         **demand: Any) -> fb.Scenario:  # fmt: skip
    """Nodes a to d, whose pairs of fidelity 0.9 are heralded after 0.5 ms."""
    generation = fb.Given(success_probability=0.5, attempt_period_s=1e-3, herald_delay_s=5e-4, state=fb.Werner(fidelity=0.9))
    return fb.Scenario(
        duration_s=1,
        memories=[fb.Memory(name="m", slots=8, **(memory or {}))],
        nodes=[fb.Node(name=name, memory="m") for name in "abcd"],
        links=[
            fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=0), generation=generation, **(link or {}))
            for a, b in ("ab", "bc", "cd")
        ],
        demands=[fb.Demand(node_a="a", node_b="d", **demand)],
        **(scenario or {}),
    )


def table(*entries: tuple[list[list[int]], list[int]], **rest: Any) -> fb.Scenario:
    listed = [fb.PolicyEntry(links=links, swap=swap) for links, swap in entries]
    return line(swapping=fb.PolicyTable(entries=listed), **{"scenario": SLOTTED, **rest})


def distil(*rounds: str, **rest: Any) -> dict[str, fb.Distillation]:
    return {"distillation": fb.Distillation(rounds=list(rounds), **rest)}


FULL = ([[0, 1], [1, 2]], [1])
ENTRY = "/demands/0/swapping/entries/0"
ONE_A_SIDE = (
    "allowed: pairs side by side or one within the other, since a node of a chain of width 1 holds one qubit to either side"
)

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "a cut-off that nothing can meet": (
        lambda: line(cutoff=fb.Cutoff(age_s=4e-4)),
        "/demands/0/cutoff/age_s: found 4e-04 s; "
        'allowed: at least 5e-04 s, the age at which the pairs of "a--b" can first be used',
    ),
    "a cut-off shorter than a round": (
        lambda: line(cutoff=fb.Cutoff(age_s=6e-4), width=2, link=distil("dejmps"), memory={"measurement_s": 1e-3}),
        "/demands/0/cutoff/age_s: found 6e-04 s; "
        'allowed: at least 0.0015 s, the age at which the pairs of "a--b" can first be used',
    ),
    "a cut-off without a limit": (
        lambda: line(cutoff=fb.Cutoff()),
        "/demands/0/cutoff: found a cut-off without a limit; allowed: age_s, attempts or estimated_fidelity; or null",
    ),
    "a fidelity out of reach": (
        lambda: line(cutoff=fb.Cutoff(estimated_fidelity=0.95)),
        '/demands/0/cutoff/estimated_fidelity: found 0.95; allowed: at most 0.9, the best that the pairs of "a--b" have',
    ),
    "no attempts": (lambda: fb.Cutoff(attempts=0), "/attempts: found 0; allowed: a whole number in [1, 1000000000]"),
    "too narrow for a link that distils": (
        lambda: line(link=distil("dejmps")),
        '/demands/0/width: found 1; allowed: at least 2 for the distillation of the link "a--b": '
        "as many pairs wait or are used up at a time",
    ),
    "too narrow for the demand's distillation": (
        lambda: line(width=2, **distil("dejmps", "dejmps")),
        "/demands/0/width: found 2; allowed: at least 3 for the distillation of the demand: "
        "as many pairs wait or are used up at a time",
    ),
    "epl after a twirl": (
        lambda: line(width=3, link=distil("bbpssw", "epl")),
        '/links/0/distillation/rounds/1: found "epl"; allowed: no "epl" after a round of "bbpssw", '
        "whose twirl leaves nothing for it to gain",
    ),
    "epl on twirled states": (
        lambda: line(width=2, scenario=TWIRLED, **distil("epl")),
        '/demands/0/distillation/rounds/0: found "epl"; allowed: "bbpssw" or "dejmps", '
        'since "approximate": "pauli_twirl" leaves no coherence for it to use',
    ),
    "no rounds": (
        lambda: line(width=2, **distil()),
        "/demands/0/distillation/rounds: found an empty list; allowed: the protocol of at least one round",
    ),
    "an unknown protocol": (
        lambda: fb.Distillation(rounds=["dejmps", "dejmp"]),
        '/rounds/1: found "dejmp"; allowed: "bbpssw", "dejmps" or "epl"; did you mean "dejmps"?',
    ),
    "a tree that names a node twice": (
        lambda: line(swapping=fb.Tree(order=["b", "c", "b"])),
        '/demands/0/swapping/order/2: found "b", which the order has already; allowed: every node between the ends once',
    ),
    "a tree that misses a node": (
        lambda: line(swapping=fb.Tree(order=["b"])),
        '/demands/0/swapping/order: found an order without "c"; allowed: every node between the ends of the route once',
    ),
    "a tree with an end": (
        lambda: line(swapping=fb.Tree(order=["b", "c", "d"])),
        '/demands/0/swapping/order/2: found "d"; allowed: a node between the ends of the route',
    ),
    "a tree with an unknown name": (
        lambda: line(swapping=fb.Tree(order=["b", "cc"])),
        '/demands/0/swapping/order/1: found "cc"; allowed: the name of a node in /nodes; did you mean c?',
    ),
    "a table in real time": (
        lambda: table(FULL, scenario={}),
        '/demands/0/swapping: found a policy table; allowed: "timing": "slotted" and "control": "ideal", '
        "since it looks at the whole chain once a slot",
    ),
    "a table told by messages": (
        lambda: table(FULL, scenario=SLOTTED | {"control": "messages"}),
        '/demands/0/swapping: found a policy table; allowed: "timing": "slotted" and "control": "ideal", '
        "since it looks at the whole chain once a slot",
    ),
    "a table for two lanes": (lambda: table(FULL, width=2), "/demands/0/width: found 2; allowed: 1 with a policy table"),
    "a table with distillation": (
        lambda: table(FULL, link=distil("dejmps")),
        "/demands/0/swapping: found a policy table on a route that distils; "
        "allowed: no distillation, which the states of a chain do not know",
    ),
    "a position past the end": (
        lambda: table(([[0, 4]], [])),
        f"{ENTRY}/links/0: found a pair between positions 0 and 4; allowed: two positions of the route, 0 to 3, in this order",
    ),
    "a pair from right to left": (
        lambda: table(([[0, 1], [2, 1]], [])),
        f"{ENTRY}/links/1: found a pair between positions 2 and 1; allowed: two positions of the route, 0 to 3, in this order",
    ),
    "a pair of four numbers": (
        lambda: table(([[0, 1, 2, 3]], [])),
        f"{ENTRY}/links/0: found a list of 4; allowed: [from, to] or [from, to, age]",
    ),
    "pairs that cross": (
        lambda: table(([[1, 3], [0, 2]], [])),
        f"{ENTRY}/links: found pairs [0, 2] and [1, 3], which overlap; {ONE_A_SIDE}",
    ),
    "two pairs in one slot": (
        lambda: table(([[0, 1], [0, 2]], [])),
        f"{ENTRY}/links: found pairs [0, 1] and [0, 2], which overlap; {ONE_A_SIDE}",
    ),
    "a state twice": (
        lambda: table(FULL, ([[1, 2], [0, 1]], [])),
        "/demands/0/swapping/entries/1/links: found a state that the table has already; allowed: each state once",
    ),
    "a swap without two pairs": (
        lambda: table(([[0, 1], [2, 3]], [1])),
        f"{ENTRY}/swap/0: found 1; allowed: a position between two pairs of the state",
    ),
    "a swap at an end": (
        lambda: table(([[0, 1], [1, 2]], [0])),
        f"{ENTRY}/swap/0: found 0; allowed: a position between two pairs of the state",
    ),
    "a swap twice": (
        lambda: table(([[0, 1], [1, 2]], [1, 1])),
        f"{ENTRY}/swap/1: found 1, which the entry has already; allowed: each position once",
    ),
    "ages for some pairs": (
        lambda: table(([[0, 1, 3], [1, 2]], [1])),
        f"{ENTRY}/links/1: found no age; allowed: ages for all pairs of a state, or for none",
    ),
    "an age below 0": (
        lambda: table(([[0, 1, -3], [1, 2, 0]], [1])),
        f"{ENTRY}/links/0: found -3; allowed: an age in slots, at least 0",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(name: str) -> None:
    make, message = REFUSED[name]
    with pytest.raises(fb.SpecError) as refused:
        fb.compile(make())
    assert str(refused.value) == message


def test_a_pair_within_another_is_allowed() -> None:
    """The hop from 1 to 2 is free again when both of its nodes have swapped."""
    fb.compile(table(([[0, 3], [1, 2]], [])))


def test_an_empty_list_is_not_the_default() -> None:
    """A list that is empty on purpose stays so on its way through a file."""
    spec = fb.Distillation(rounds=[])
    assert fb.Distillation.from_json(spec.to_json()) == spec
    assert fb.Demand.from_dict(fb.Demand(node_a="a", node_b="b", distillation=spec).to_dict()).distillation == spec
