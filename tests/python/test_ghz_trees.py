"""GHZ demands along trees: what is refused, links that are lost, stories, threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import farbell as fb

LINKS = ("ah", "hb", "hg", "gc", "gd", "ab")


def scenario(
    *, slots: int = 8, links: tuple[str, ...] = LINKS, p: float = 0.3, fields: dict[str, Any] | None = None, **words: Any
) -> fb.Scenario:
    link = fb.Given(success_probability=p, attempt_period_s=1e-3, herald_delay_s=1e-3)
    demand = {"name": "all", "users": list("abcd"), "tree": "steiner", "traffic": fb.OneOff(requests=3), **(fields or {})}
    return fb.Scenario(
        memories=[fb.Memory(name="m", slots=slots, two_qubit_gate_s=1e-4, measurement_s=1e-4)],
        nodes=[fb.Node(name=name, memory="m") for name in "abcdgh"],
        links=[
            fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=1e4 if a + b != "ab" else 9e4), generation=link)
            for a, b in links
        ],
        ghz_demands=[fb.GhzDemand(**demand)],
        **{"duration_s": 10, "routing": fb.Routing(kind="length"), **words},
    )


def test_arms_are_the_parts_of_the_tree() -> None:
    model = fb.compile(scenario())
    assert model.ghz_arms == [[["a", "h"], ["h", "b"], ["h", "g"], ["g", "c"], ["g", "d"]]]
    line = fb.compile(scenario(fields={"users": ["c", "a"]}))
    assert line.ghz_arms == [[["c", "g", "h", "a"]]]


@pytest.mark.parametrize(
    ("given", "path", "says"),
    [
        ({"fields": {"center": "h"}}, "/ghz_demands/0/center", 'no center with "tree": "steiner"'),
        ({"fields": {"edges": [["a", "b"], ["b", "c"], ["c", "d"]]}}, "/ghz_demands/0/edges", "a GHZ state"),
        ({"fields": {"users": ["a", "b", "a"]}}, "/ghz_demands/0/users/2", "another node"),
        ({"links": ("ah", "hb", "gc", "gd")}, "/ghz_demands/0/users", "no usable links join"),
        ({"slots": 2}, "/ghz_demands/0/width", '"g" has 2, and all arms together need 3'),
        ({"slots": 5, "fields": {"width": 2}}, "/ghz_demands/0/width", "all arms together need 6"),
        ({"reservation": "hop_by_hop"}, "/reservation", "ledger"),
        ({"routing": fb.Routing(kind="widest")}, "/routing/kind", "add up"),
        ({"fields": {"bases": ["XXX"]}}, "/ghz_demands/0/bases/0", "4 users"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("/") else "",
)  # fmt: skip
def test_is_refused(given: dict[str, Any], path: str, says: str) -> None:
    with pytest.raises(fb.SpecError) as caught:
        fb.compile(scenario(**given))
    assert caught.value.path == path
    assert says in str(caught.value)


def test_a_kind_that_is_none_is_told_the_nearest() -> None:
    with pytest.raises(fb.SpecError, match="steiner"):
        fb.GhzDemand(name="g", users=["a", "b"], tree="steinr")


def test_users_are_as_many_as_can_be() -> None:
    grid = fb.grid(5, 5, memory=fb.Memory(name="m", slots=8), demands=[])
    users = [node.name for node in grid.nodes]
    for tree, state, count, path in (
        ("steiner", "stabilizer", 13, "/ghz_demands/0/users"),
        ("steiner", "auto", 12, "/ghz_demands/0/users"),
        ("shortest_paths", "auto", 12, "/ghz_demands/0/users"),
        ("shortest_paths", "stabilizer", 25, None),
        ("steiner", "auto", 9, None),
    ):
        large = grid.replace(state=state, ghz_demands=[fb.GhzDemand(name="g", users=users[:count], tree=tree)])
        if path is None:
            fb.compile(large)
            continue
        with pytest.raises(fb.SpecError) as caught:
            fb.compile(large)
        assert caught.value.path == path


def test_a_part_that_is_lost_goes_another_way() -> None:
    """The link a--h is closed while nobody asks: its part goes by b then; and with that closed, too, requests are refused."""
    traffic = fb.Table(at_s=[0.0, 3.0, 6.0])
    one = scenario(fields={"traffic": traffic}, changes=[fb.Change(at_s=2, link="a--h")])
    assert fb.run(one).ghz_requests["status"].tolist() == ["done"] * 3
    both = one.replace(changes=[*one.changes, fb.Change(at_s=5, link="a--b")])
    requests = fb.run(both).ghz_requests
    assert requests["status"].tolist() == ["done", "done", "refused"]
    assert requests["reason"].tolist()[-1] == "no_route"


def test_the_story_of_a_request() -> None:
    results = fb.run(scenario(), seed=2)
    told = results.explain(request=0)
    assert told.arms == (("a", "h"), ("h", "b"), ("h", "g"), ("g", "c"), ("g", "d"))
    (state,) = told.pairs
    assert len(set(state.made_of)) == 5
    path = state.critical_path
    assert [step.kind for step in path[-2:]] == ["gates", "message"]
    assert all(a.end_s == b.start_s for a, b in zip(path, path[1:], strict=False))
    assert path[-1].end_s == state.delivered_s
    assert "all hubs of the tree" in repr(told)
    with pytest.raises(fb.SpecError, match="along a tree"):
        fb.plot.space_time(results, request=0)


def test_threads_change_nothing() -> None:
    one, two = (fb.run(scenario(), replicas=4, threads=threads, progress=False) for threads in (1, 2))
    for name in ("replica", "delivered_s", "fidelity"):
        assert np.array_equal(one.ghz_states[name], two.ghz_states[name])
    assert len(one.ghz_states) == 12


def test_bounds_hold() -> None:
    results = fb.run(scenario(fields={"traffic": fb.Continuous()}))
    (row,) = results.ghz_bounds().rows()
    assert 0 < row["rate_hz"] <= row["bound_hz"]
