"""Routers of rounds of one's own: the same records as those that are built in, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as Folder
from typing import Any

import networkx
import numpy as np
import pytest

import farbell as fb
from farbell.hooks import Detour, FusionView, LanePath, RoundView
from oracle.routers import Board, Path, QCast, QPass
from out_of_tree.building import built

LINK = fb.Given(success_probability=0.03, attempt_period_s="0.1 ms", herald_delay_s="0.1 ms", state=fb.Werner(fidelity=0.97))


def network(router: Any, seed: int = 1, **fields: Any) -> fb.Scenario:
    """Ten nodes in a ring with chords, no two links alike; four demands, of which two are wide where that counts."""
    rng = np.random.default_rng(seed)
    pairs = {(i, (i + 1) % 10) for i in range(10)} | {(0, 5), (2, 7), (3, 8), (1, 4)}
    links = [
        fb.Link(
            node_a=f"n{a}",
            node_b=f"n{b}",
            fiber=fb.Fiber(length_m=float(rng.uniform(1e3, 2e4))),
            generation=LINK.replace(success_probability=float(rng.uniform(0.01, 0.1))),
        )
        for a, b in sorted(pairs)
    ]
    demands = [
        fb.Demand(
            name=f"D{k}",
            node_a=f"n{a}",
            node_b=f"n{b}",
            width=w if isinstance(router, fb.ShortestRouter) else 1,
            traffic=fb.Poisson(rate_hz=40),
        )
        for k, (a, b, w) in enumerate([(0, 6, 1), (9, 4, 2), (7, 1, 1), (3, 5, 2)])
    ]
    return fb.Scenario(
        seed=seed,
        duration_s="2 s",
        memories=[fb.Memory(name="m", slots=6, t2_s="0.1 s")],
        nodes=[fb.Node(name=f"n{i}", memory="m", swap_success_probability=0.8) for i in range(10)],
        links=links,
        demands=demands,
        routing=fb.Routing(kind="length"),
        rounds=fb.Rounds(router=router, round_s="10 ms", attempt_s="8 ms", channels=2),
    ).replace(**fields)


def records(scenario: fb.Scenario, **hooks: Callable[[Any], Any] | fb.Protocol) -> dict[str, dict[str, list[str]]]:
    return tables_of(fb.run(scenario, replicas=2, hooks=hooks or None))


def tables_of(results: fb.Results) -> dict[str, dict[str, list[str]]]:
    return {
        table: {name: [str(value) for value in getattr(results, table)[name]] for name in getattr(results, table).columns}
        for table in ("pairs", "requests", "links", "nodes", "demands")
    }


def shortest(view: RoundView) -> list[LanePath]:
    """First come, first served: each its route, if it is free in its full width."""
    lanes, slots, given = dict(view.links), dict(view.slots), []
    link_of = {frozenset(nodes): link for link, nodes in view.ends.items()}
    for wish in view.demands:
        route = wish.routes[0]
        hops = [link_of[frozenset(hop)] for hop in zip(route, route[1:], strict=False)]
        needed = {node: wish.width * (1 if node in (route[0], route[-1]) else 2) for node in route}
        if all(lanes.get(hop, 0) >= wish.width for hop in hops) and all(slots[node] >= count for node, count in needed.items()):
            given.append(LanePath(wish.demand, route, wish.width))
            for hop in hops:
                lanes[hop] -= wish.width
            for node, count in needed.items():
                slots[node] -= count
    return given


def multipath(view: RoundView) -> list[LanePath]:
    """In turn, the fewest hops through what there is, until nobody finds a way; ties as a queue finds them."""
    left, given = dict(view.links), []
    waiting = list(view.demands)
    order = {f"n{i}": i for i in range(10)}
    while waiting:
        for wish in list(waiting):
            graph = networkx.Graph()
            graph.add_nodes_from(order)
            graph.add_edges_from(view.ends[link] for link, pairs in left.items() if pairs)
            before = {wish.node_a: wish.node_a}
            queue = [wish.node_a]
            for node in queue:
                for other in sorted(graph[node], key=order.__getitem__):
                    if other not in before:
                        before[other] = node
                        queue.append(other)
            if wish.node_b not in before:
                waiting.remove(wish)
                continue
            way = [wish.node_b]
            while way[-1] != wish.node_a:
                way.append(before[way[-1]])
            way.reverse()
            for hop in zip(way, way[1:], strict=False):
                (link,) = (name for name, ends in view.ends.items() if set(ends) == set(hop))
                left[link] -= 1
            given.append(LanePath(wish.demand, way))
    return given


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_shortest_router_as_a_hook(seed: int) -> None:
    scenario = network(fb.ShortestRouter(), seed)
    built_in = records(scenario)
    assert built_in == records(scenario, assign_lanes=shortest)
    assert len(built_in["pairs"]["fidelity"]) > 50


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_multipath_as_a_hook(seed: int) -> None:
    scenario = network(fb.MultipathGlobalRouter(), seed)
    built_in = records(scenario)
    assert built_in == records(scenario, join_pairs=multipath)
    assert len(built_in["pairs"]["fidelity"]) > 50


# ---- Q-CAST and Q-PASS as hooks: the searches of the oracle, on nothing but views ------------------------------------


@dataclass(eq=False)
class Place:
    name: str
    index: int
    swap_success: float
    memory: dict[str, int]


@dataclass(eq=False)
class Chance:
    success: float


@dataclass(eq=False)
class Line:
    name: str
    index: int
    ends: tuple[Place, Place]
    model: Chance


@dataclass(eq=False)
class Network:
    nodes: list[Place]
    links: list[Line]


@dataclass(eq=False)
class Wish:
    name: str
    ends: tuple[Place, Place]
    width: int
    routes: list[tuple[list[Place], list[Line]]] = field(default_factory=list)


class Seen:
    """A view as the oracle's routers take it."""

    def __init__(self, view: RoundView) -> None:
        self.view = view
        names = enumerate(view.swap_success.items())
        self.node = {name: Place(name, i, q, {"slots": view.slots.get(name, 0)}) for i, (name, q) in names}
        self.link = {
            name: Line(name, i, (self.node[a], self.node[b]), Chance(view.success.get(name, 0.0)))
            for i, (name, (a, b)) in enumerate(view.ends.items())
        }
        between = {frozenset(ends): self.link[name] for name, ends in view.ends.items()}
        self.wishes = [Wish(w.demand, (self.node[w.node_a], self.node[w.node_b]), w.width) for w in view.demands]
        for wish, known in zip(self.wishes, view.demands, strict=True):
            for route in known.routes:
                links = [between[frozenset(hop)] for hop in zip(route, route[1:], strict=False)]
                wish.routes.append(([self.node[name] for name in route], links))
        network = Network(list(self.node.values()), list(self.link.values()))
        once = dict.fromkeys(network.links, 1)
        self.board = Board(network, CHANNELS, once, dict.fromkeys(network.nodes, 0))
        self.board.lanes = {line: view.links.get(line.name, 0) for line in network.links}
        self.board.up = {(self.link[name], lane) for name, lanes in view.pairs.items() for lane in lanes}

    def path(self, demand: str, nodes: Sequence[str], links: Sequence[str], lanes: Sequence[Sequence[int]]) -> Path:
        (wish,) = (wish for wish in self.wishes if wish.name == demand)
        return Path(wish, [self.node[n] for n in nodes], [self.link[k] for k in links], [list(hop) for hop in lanes])

    def paths(self) -> list[Path]:
        """What the view says was given."""
        paths = []
        for given in self.view.paths:
            path = self.path(given.demand, given.nodes, given.links, given.lanes)
            for d in given.detours:
                path.detours.append((d.start, d.end, self.path(given.demand, d.nodes, d.links, d.lanes)))
            paths.append(path)
        return paths


CHANNELS = 2


def best_first(kind: type[QCast] | type[QPass], reach: int) -> dict[str, Callable[[RoundView], list[LanePath]]]:
    """Both hooks: main paths as the oracle finds them, all at once, and chains as it mends them."""

    class MainPaths(kind):  # type: ignore[valid-type,misc]
        def assign_rest(self) -> None:
            """Left to the router."""

    def assign_lanes(view: RoundView) -> list[LanePath]:
        seen = Seen(view)
        router = MainPaths(seen.board, view.round, seen.wishes, reach)
        router.assign()
        return [LanePath(path.demand.name, [node.name for node in path.nodes], path.width) for path in router.paths]

    def join_pairs(view: RoundView) -> list[LanePath]:
        seen = Seen(view)
        router = kind(seen.board, view.round, seen.wishes, reach)
        router.paths = seen.paths()
        if isinstance(router, QPass):  # lanes of no path are spare
            whose = [(line, hop) for path in router.paths for line, hop in zip(path.links, path.lanes, strict=True)]
            router.spare = {line: sum(len(hop) for of, hop in whose if of is line) for line in seen.board.links}
        return [
            LanePath(
                chain.demand.name,
                [node.name for node in chain.nodes],
                lanes=[(line.name, lane) for line, lane in zip(chain.links, chain.lanes, strict=True)],
            )
            for chain in router.connect()
        ]

    return {"assign_lanes": assign_lanes, "join_pairs": join_pairs}


ROUTERS: dict[str, tuple[Any, type[QCast] | type[QPass], int]] = {
    "Q-CAST": (fb.QCastRouter(link_state_hops=2), QCast, 2),
    "Q-CAST without news": (fb.QCastRouter(link_state_hops=0), QCast, 0),
    "Q-PASS": (fb.QPassRouter(link_state_hops=2), QPass, 2),
}


def scarce(router: Any, seed: int, **fields: Any) -> fb.Scenario:
    """Links that fail often, and memory for several paths."""
    many: dict[str, Any] = {"routing": fb.Routing(kind="length", alternatives=3 if isinstance(router, fb.QPassRouter) else 1)}
    many |= {"memories": [fb.Memory(name="m", slots=8, t2_s="0.1 s")]} | fields
    scenario = network(router, seed, **many)
    links = [
        link.replace(generation=link.generation.replace(success_probability=0.2 * link.generation.success_probability))  # type: ignore[union-attr]
        for link in scenario.links
    ]
    return scenario.replace(links=links)


@pytest.mark.parametrize("name", ROUTERS)
def test_q_cast_and_q_pass_as_hooks(name: str) -> None:
    """Each half alone, and both together: records are those of the router."""
    router, kind, reach = ROUTERS[name]
    hooks = best_first(kind, reach)
    for seed in (1, 2):
        scenario = scarce(router, seed, duration_s="0.7 s")
        built_in = records(scenario)
        assert built_in == records(scenario, **hooks)
        assert len(built_in["pairs"]["fidelity"]) > 50
    for point, hook in hooks.items():
        assert built_in == records(scenario, **{point: hook})


def test_recovery_is_seen_and_used() -> None:
    """Views have lanes that exist; without its recovery paths Q-CAST as a hook joins less of the same."""
    seen: list[RoundView] = []
    hooks = best_first(QCast, 2)
    joined = {"all": 0, "along paths": 0}

    def watched(view: RoundView) -> list[LanePath]:
        seen.append(view)
        chains = hooks["join_pairs"](view)
        joined["all"] += len(chains)
        bare = tuple(replace(path, detours=()) for path in view.paths)
        joined["along paths"] += len(hooks["join_pairs"](replace(view, paths=bare)))
        return chains

    results = fb.run(scarce(fb.QCastRouter(link_state_hops=2), 1), hooks={"join_pairs": watched})
    assert joined["along paths"] < joined["all"] and len(results.pairs["fidelity"]) > 50
    detours: list[Detour] = []
    for view in seen:
        taken: set[tuple[str, int]] = set()
        for path in view.paths:
            for links, lanes in [(path.links, path.lanes), *((d.links, d.lanes) for d in path.detours)]:
                for link, hop in zip(links, lanes, strict=True):
                    assert not taken & {(link, lane) for lane in hop}
                    taken |= {(link, lane) for lane in hop}
            assert all(d.nodes[0] == path.nodes[d.start] and d.nodes[-1] == path.nodes[d.end] for d in path.detours)
            detours += path.detours
        assert {(link, lane) for link, lanes in view.pairs.items() for lane in lanes} <= taken
        assert view.links == {link: len(lanes) for link, lanes in view.pairs.items()}
    assert detours


# ---- GHZ fusion ------------------------------------------------------------------------------------------------------


def fused(seed: int, most: int = 3) -> fb.Scenario:
    return network(fb.GhzFusionRouter(max_links=most), seed, state="bell_diagonal")


def in_order(view: FusionView) -> list[list[tuple[str, int]]]:
    return [list(view.pairs[i : i + view.max_links]) for i in range(0, len(view.pairs), view.max_links)]


@pytest.mark.parametrize("most", [2, 3])
def test_fusion_as_a_hook(most: int) -> None:
    for seed in (1, 2, 3):
        built_in = records(fused(seed, most))
        assert built_in == records(fused(seed, most), fuse_pairs=in_order)
        # A pair that is in no group is measured by itself, as it is in a group of one.
        pairs_only = records(fused(seed, most), fuse_pairs=lambda view: [g for g in in_order(view) if len(g) > 1])
        assert built_in == pairs_only
        assert len(built_in["pairs"]["fidelity"]) > 50


def nearest_both(view: FusionView) -> list[tuple[tuple[str, int], tuple[str, int]]]:
    """Two pairs to different neighbours, those that lead nearest to both ends, again and again."""
    left, swaps = list(view.pairs), []
    while True:
        both = [(x, y) for x in left for y in left if view.neighbours[x[0]] != view.neighbours[y[0]]]
        if not both:
            return swaps
        swaps.append(min(both, key=lambda two: view.hops[two[0][0]][0] + view.hops[two[1][0]][1]))
        left = [pair for pair in left if pair not in swaps[-1]]


def test_multipath_local_as_a_hook() -> None:
    for seed in (1, 2, 3):
        scenario = network(fb.MultipathLocalRouter(), seed)
        built_in = records(scenario)
        assert built_in == records(scenario, fuse_pairs=nearest_both)
        assert len(built_in["pairs"]["fidelity"]) > 50
    plain = tables_of(fb.run(scenario))
    nothing = fb.run(scenario, hooks={"fuse_pairs": lambda view: []})
    assert nothing.nodes["swaps"].sum() == 0
    with pytest.warns(RuntimeWarning, match="where at most 2 are allowed"):
        results = fb.run(scenario, hooks={"fuse_pairs": lambda view: [(*view.pairs, *view.pairs)]}, on_error="go_on")
    assert tables_of(results) == plain


def test_what_nodes_know_when_they_fuse() -> None:
    ends = {link: {a, b} for link, (a, b) in zip_links(fused(1)).items()}

    def look(view: FusionView) -> list[list[tuple[str, int]]]:
        assert view.node not in (view.node_a, view.node_b) and len(view.pairs) > 1
        assert all(ends[link] == {view.node, view.neighbours[link]} for link, _ in view.pairs)
        return []

    results = fb.run(fused(1), hooks={"fuse_pairs": look})
    assert results.nodes["swaps"].sum() == 0 and (results.pairs["swaps"] == 0).all()


def zip_links(scenario: fb.Scenario) -> dict[str, tuple[str, str]]:
    names = fb.compile(scenario).link_names
    return {name: (link.node_a, link.node_b) for name, link in zip(names, scenario.links, strict=True)}


@pytest.mark.parametrize(
    "groups, why",
    [
        (lambda view: [list(view.pairs[:1]) * 2], "no such pair, or it is in a group already"),
        (lambda view: [[("n0--n1", 1), ("n0--n1", 1)]], "no such pair, or it is in a group already"),
        (lambda view: [[("n0--n11", 1)]], "'n0--n11', which is no link; did you mean 'n0--n1'?"),
        (lambda view: [[*view.pairs, *view.pairs]], "pairs, where at most 2 are allowed"),
        (lambda view: [["n0--n1"]], "where (link, lane) is allowed"),
        (lambda view: None, "where a list of groups of pairs is allowed"),
    ],
)
def test_groups_that_do_not_exist(groups: Any, why: str) -> None:
    scenario = network(fb.GhzFusionRouter(max_links=2), demands=ALWAYS, state="bell_diagonal", rounds=WIDE)
    with pytest.raises(fb.RunError) as refused:
        fb.run(scenario, hooks={"fuse_pairs": groups})
    text = str(refused.value)
    assert text.startswith('hook "fuse_pairs" at node "n') and ', demand "D0", in round ' in text and why in text


# ---- in C++ ----------------------------------------------------------------------------------------------------------


def test_parts_of_routers_in_cpp(tmp_path: Folder) -> None:
    """Records of the routers that are built in, on all threads; beside hooks of Python, too."""
    folder = built(tmp_path, "own_rounds")
    first_come = fb.load_protocol(folder / "own_rounds.so", "first_come")
    by_turns = fb.load_protocol(folder / "own_rounds.so", "by_turns")
    assert first_come.decides == ["assign_lanes", "join_pairs", "fuse_pairs"] and by_turns.decides == [
        "join_pairs",
        "fuse_pairs",
    ]
    for seed in (1, 2, 3):
        wide = network(fb.ShortestRouter(), seed)
        assert records(wide) == records(wide, assign_lanes=first_come)
        told = network(fb.MultipathGlobalRouter(), seed)
        assert records(told) == records(told, join_pairs=by_turns)
        local = network(fb.MultipathLocalRouter(), seed)
        assert records(local) == records(local, fuse_pairs=by_turns)
        cast = scarce(fb.QCastRouter(link_state_hops=0), seed, duration_s="0.4 s")
        built_in = records(cast)
        assert built_in == records(cast, join_pairs=first_come)
        assert records(fused(seed)) == records(fused(seed), fuse_pairs=first_come)
    both: dict[str, Any] = {"assign_lanes": best_first(QCast, 0)["assign_lanes"], "join_pairs": first_come}
    assert built_in == records(cast, **both)
    used = fb.run(told, hooks={"join_pairs": by_turns}).provenance["protocols"]
    assert used["join_pairs"]["name"] == "by_turns"


WRONG: list[tuple[str, int, str]] = [
    ("assign_lanes", 0, "lost its map"),
    ("assign_lanes", 1, "a demand that does not take part in this round"),
    ("assign_lanes", 2, "a node of number 100"),
    ("assign_lanes", 3, "of width 0"),
    ("assign_lanes", 4, "with lanes of its own"),
    ("assign_lanes", 6, "(free lanes) between"),
    ("join_pairs", 0, "lost its map"),
    ("join_pairs", 1, "a demand that does not take part in this round"),
    ("join_pairs", 4, "it gave 1 lanes to a path of"),
    ("join_pairs", 5, 'does not lead along the hop between "n0" and'),
    ("join_pairs", 6, "(free pairs) between"),
    ("fuse_pairs", 0, "lost its map"),
    ("fuse_pairs", 1, "or it is in a group already"),
    ("fuse_pairs", 2, "where at most 3 are allowed"),
]
BESIDE: dict[str, Any] = {"assign_lanes": fb.QCastRouter(), "join_pairs": fb.QCastRouter(), "fuse_pairs": fb.GhzFusionRouter()}


def test_parts_in_cpp_that_are_wrong(tmp_path: Folder) -> None:
    folder = built(tmp_path, "awkward")
    for point, how, why in WRONG:
        refused_or_replaced(fb.load_protocol(folder / "awkward.so", "wrong_rounds", how=how), point, why)


def refused_or_replaced(wrong: fb.Protocol, point: str, why: str) -> None:
    """The run ends, or, if it goes on, is the one without the protocol."""
    scenario = network(BESIDE[point], demands=ALWAYS, state="bell_diagonal", duration_s="0.2 s")
    with pytest.raises(fb.RunError) as refused:
        fb.run(scenario, hooks={point: wrong})
    text = str(refused.value)
    assert text.startswith(f'protocol "wrong_rounds", "{point}"') and ", in round " in text and why in text
    with pytest.warns(RuntimeWarning, match="wrong_rounds"):
        results = fb.run(scenario, hooks={point: wrong}, replicas=3, on_error="go_on")
    assert tables_of(results) == tables_of(fb.run(scenario, replicas=3))
    errors = results.provenance["errors"]
    assert text == errors[0] and len(errors) == min(100, results.provenance["errors_in_all"]) >= 3


# ---- runs that go on -------------------------------------------------------------------------------------------------


def test_runs_that_go_on() -> None:
    """A wrong answer leaves nothing behind, however much of it was right."""

    def good_and_bad(view: RoundView) -> list[LanePath]:
        given = best_first(QCast, 2)["assign_lanes"](view)
        return [*given, *given, *given]

    def spent_twice(view: RoundView) -> list[LanePath]:
        given = best_first(QCast, 2)["join_pairs"](view)
        return [*given, *given]

    scenario = scarce(fb.QCastRouter(link_state_hops=2), 1)
    plain = tables_of(fb.run(scenario))
    for name, hook, why in (
        ("assign_lanes", good_and_bad, "free"),
        ("assign_lanes", lambda view: 1 / 0, "ZeroDivisionError"),
        ("join_pairs", spent_twice, "has no pair, or one that is joined already"),
        ("join_pairs", lambda view: "n0", "where a list of LanePath is allowed"),
    ):
        with pytest.warns(RuntimeWarning, match="went on without"):
            results = fb.run(scenario, hooks={name: hook}, on_error="go_on")
        assert tables_of(results) == plain
        assert len(results.provenance["errors"]) == 100 or results.provenance["errors_in_all"] < 100
        assert all(text.startswith(f'hook "{name}"') and why in text for text in results.provenance["errors"])
    with pytest.warns(RuntimeWarning, match='hook "fuse_pairs" at node'):
        results = fb.run(fused(1), hooks={"fuse_pairs": lambda view: [view.pairs * 2]}, on_error="go_on")
    assert tables_of(results) == tables_of(fb.run(fused(1)))


# ---- what hooks can do -----------------------------------------------------------------------------------------------


def test_a_hook_that_does_less() -> None:
    """Only one demand is ever served; luck is that of the others' lanes."""
    scenario = network(fb.ShortestRouter())

    def only_d0(view: RoundView) -> list[LanePath]:
        return [path for path in shortest(view) if path.demand == "D0"]

    results = fb.run(scenario, hooks={"assign_lanes": only_d0})
    pairs = dict(zip(results.demands["demand"], results.demands["pairs"], strict=True))
    assert pairs["D0"] > 0 and pairs["D1"] == pairs["D2"] == pairs["D3"] == 0


def test_what_views_know() -> None:
    views: list[RoundView] = []

    def look(view: RoundView) -> list[LanePath]:
        views.append(view)
        return []

    scenario = network(fb.ShortestRouter())
    fb.run(scenario, hooks={"assign_lanes": look})
    first = views[0]
    assert set(first.links) == set(first.success) == set(first.ends) == set(fb.compile(scenario).link_names)
    assert set(first.links.values()) == {2} and set(first.slots.values()) == {6}
    attempts = 80
    link = scenario.links[0]
    name = f"{link.node_a}--{link.node_b}"
    assert first.success[name] == pytest.approx(1 - (1 - link.generation.success_probability) ** attempts)  # type: ignore[union-attr]
    assert all(
        wish.routes[0][0] == wish.node_a and wish.routes[0][-1] == wish.node_b for view in views for wish in view.demands
    )
    assert [view.round for view in views] == sorted({view.round for view in views})

    joined: list[RoundView] = []

    def see(view: RoundView) -> list[LanePath]:
        joined.append(view)
        return []

    results = fb.run(network(fb.MultipathGlobalRouter()), hooks={"join_pairs": see})
    assert sum(sum(view.links.values()) for view in joined) == results.links["successes"].sum() > 0
    assert all(not view.slots for view in joined)


# ---- what is refused -------------------------------------------------------------------------------------------------

LANES: dict[str, tuple[Any, str]] = {
    "no link": ([LanePath("D0", ["n0", "n3", "n6"])], '(free lanes) between "n0" and "n3"'),
    "too wide": ([LanePath("D0", ["n0", "n5", "n6"], 3)], '(free lanes) between "n0" and "n5"'),
    "taken": ([LanePath("D0", ["n0", "n5", "n6"], 2)] * 2, '(free lanes) between "n0" and "n5"'),
    "other ends": ([LanePath("D0", ["n0", "n5"])], "does not lead from node_a to node_b"),
    "twice": ([LanePath("D0", ["n0", "n5", "n0", "n5", "n6"])], "visits a node twice"),
    "no node": ([LanePath("D0", ["n0", "n55", "n6"])], "'n55', which is no node; did you mean 'n5'?"),
    "no demand": ([LanePath("D9", ["n0", "n5", "n6"])], "'D9', which does not take part"),
    "no width": ([LanePath("D0", ["n0", "n5", "n6"], 0)], "of width 0"),
    "lanes": (
        [LanePath("D0", ["n0", "n5", "n6"], lanes=[("n0--n5", 0), ("n5--n6", 0)])],
        "with lanes of its own, where none are allowed",
    ),
    "no path": ([["n0", "n5", "n6"]], "where a LanePath is allowed"),
    "no list": (None, "where a list of LanePath is allowed"),
}
WIDE = fb.Rounds(router=fb.GhzFusionRouter(max_links=2), round_s="10 ms", attempt_s="8 ms", channels=2)
ALWAYS = [fb.Demand(name="D0", node_a="n0", node_b="n6")]


@pytest.mark.parametrize("case", LANES)
def test_lanes_that_do_not_exist(case: str) -> None:
    given, why = LANES[case]
    with pytest.raises(fb.RunError) as refused:
        fb.run(network(fb.ShortestRouter(), demands=ALWAYS), hooks={"assign_lanes": lambda view: given})
    assert 'hook "assign_lanes"' in str(refused.value) and "in round 0" in str(refused.value) and why in str(refused.value)


def test_slots_that_are_not_there() -> None:
    few = network(fb.ShortestRouter(), demands=ALWAYS, memories=[fb.Memory(name="m", slots=3)])
    with pytest.raises(fb.RunError, match="too few free slots"):
        fb.run(few, hooks={"assign_lanes": lambda view: [LanePath("D0", ["n0", "n5", "n6"], 2)]})


def test_pairs_that_are_not_there() -> None:
    scenario = network(fb.MultipathGlobalRouter(), demands=ALWAYS)
    with pytest.raises(fb.RunError) as refused:
        fb.run(scenario, hooks={"join_pairs": lambda view: [LanePath("D0", ["n0", "n5", "n6"], 3)]})
    assert 'hook "join_pairs", demand "D0", in round' in str(refused.value) and "(free pairs) between" in str(refused.value)


WAY = ["n0", "n5", "n6"]
FEW_PAIRS: dict[str, tuple[LanePath, str]] = {
    "no lane": (LanePath("D0", WAY, lanes=[("n0--n5", 2), ("n5--n6", 0)]), "lane 2, which has no pair, or one that is"),
    "another hop": (LanePath("D0", WAY, lanes=[("n5--n6", 0), ("n5--n6", 0)]), 'the hop between "n0" and "n5"'),
    "wide": (LanePath("D0", WAY, 2, lanes=[("n0--n5", 0), ("n5--n6", 0)]), "to a path of width 2"),
    "too few": (LanePath("D0", WAY, lanes=[("n0--n5", 0)]), "it gave 1 lanes to a path of 2 hops"),
    "no link": (LanePath("D0", WAY, lanes=[("n0--n55", 0)]), "'n0--n55', which is no link"),
    "below 0": (LanePath("D0", WAY, lanes=[("n0--n5", -1)]), "where (link, lane) is allowed"),
    "no list": (LanePath("D0", WAY, lanes="n0--n5"), "where a list of (link, lane) is allowed"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("case", FEW_PAIRS)
def test_named_lanes_that_do_not_exist(case: str) -> None:
    given, why = FEW_PAIRS[case]
    with pytest.raises(fb.RunError) as refused:
        fb.run(network(fb.MultipathGlobalRouter(), demands=ALWAYS), hooks={"join_pairs": lambda view: [given]})
    assert why in str(refused.value)


@pytest.mark.parametrize(
    "router, name",
    [
        (fb.MultipathGlobalRouter(), "assign_lanes"),
        (fb.MultipathLocalRouter(), "join_pairs"),
        (fb.ShortestRouter(), "join_pairs"),
        (fb.QCastRouter(), "fuse_pairs"),
        (None, "join_pairs"),
    ],
)
def test_where_no_part_can_be_taken(router: Any, name: str) -> None:
    scenario = network(router or fb.ShortestRouter())
    if router is None:
        scenario = scenario.replace(rounds=None)
    with pytest.raises(fb.SpecError) as refused:
        fb.run(scenario, hooks={name: shortest})
    assert refused.value.path == f"hooks/{name}"


def test_hooks_of_circuits_are_not_asked() -> None:
    with pytest.raises(fb.SpecError) as refused:
        fb.run(network(fb.ShortestRouter()), hooks={"swap": lambda view: True})
    assert refused.value.path == "/rounds" and "assign_lanes" in str(refused.value)


def test_a_hook_that_raises() -> None:
    with pytest.raises(fb.RunError, match=r'hook "assign_lanes", in round \d+: ZeroDivisionError') as refused:
        fb.run(network(fb.ShortestRouter()), hooks={"assign_lanes": lambda view: 1 / 0})
    assert isinstance(refused.value.__cause__, ZeroDivisionError)
