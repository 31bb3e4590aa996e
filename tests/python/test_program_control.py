"""Programs that decide on routes: the same as the control planes that are built in, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import farbell as fb
from farbell.programs.examples.controller import Controller
from python.test_route_finders import LINK, mesh

PLACE = "n5"


def core_trace(results: fb.Results) -> list[dict[str, str]]:
    """All that the network did. Left out: rows of programs, columns that only these have, and that somebody waits for slots,
    which the ledger says again whenever it looks: it does so at news, of which the end is not told by a program."""
    rows = results.trace().rows()
    told = {
        "circuit_waits",
        "message_arrived",
        "message_sent",
        "operation_asked",
        "operation_done",
        "program_began",
        "program_ended",
    }
    ours = ("program", "what", "operation", "line", "held", "held_there")
    return [{name: str(value) for name, value in row.items() if name not in ours} for row in rows if row["kind"] not in told]


def busy(seed: int, **fields: Any) -> fb.Scenario:
    """Demands whose next request waits already, so that whoever decides looks for routes as soon as news has come."""
    scenario = mesh(seed, **fields)
    always = [d.replace(traffic=fb.BackToBack(), deadline_s=None, pairs_per_request=3) for d in scenario.demands]
    return scenario.replace(demands=always)


@pytest.mark.parametrize("processing_s", [0.0, 3e-3])
@pytest.mark.parametrize("reservation", ["ledger", "hop_by_hop"])
def test_a_controller_built_in_and_as_a_program_give_equal_traces(processing_s: float, reservation: Any) -> None:
    """Costs and delays are random, so that no two routes are equal, and nothing comes at one tick with something else."""
    changed = 0
    for seed in range(2, 5):
        scenario = busy(seed, reservation=reservation, on_deadlock="release" if reservation == "hop_by_hop" else "report")
        word = scenario.replace(control_plane=fb.CentralControl(place=PLACE, processing_s=processing_s))
        program = scenario.replace(control_plane=fb.ProgramControl(place=PLACE))
        built_in = fb.run(word, trace=True)
        programmed = fb.run(program, programs={PLACE: Controller(processing_s)}, trace=True)
        assert core_trace(built_in) == core_trace(programmed)
        assert built_in.summary()["pairs"].tolist() == programmed.summary()["pairs"].tolist()
        of_demands = (results.demand_availability.rows() for results in (built_in, programmed))
        assert str(list(next(of_demands))) == str(list(next(of_demands)))
        changed += sum(row["kind"] == "message_sent" for row in programmed.trace().rows())
    assert changed > 10


def ring(**fields: Any) -> fb.Scenario:
    demand = fb.Demand(name="D", node_a="n0", node_b="n2", traffic=fb.BackToBack())
    scenario = fb.ring(5, length_m="20 km", generation=LINK, duration_s="0.2 s", demands=[demand])
    return scenario.replace(control_plane=fb.ProgramControl(place="n3"), **fields)


def test_what_is_said_takes_the_time_of_a_message() -> None:
    """From n3 over n4 to n0, 40 km: then, and not before, n0 gives up its circuit over n1, and sets up the other."""

    def other_way(node: Any) -> Iterator[Any]:
        yield node.wait("50 ms")
        yield node.install_routes("D", [["n0", "n4", "n3", "n2"]])

    always = [ring().demands[0].replace(traffic=fb.Continuous())]
    results = fb.run(ring(demands=always), programs={"n3": other_way}, trace=True)
    hop_s = 20e3 / 2e8
    rows = list(results.trace().rows())
    released = [row["time_s"] for row in rows if row["kind"] == "circuit_released"]
    up = [row["until_s"] for row in rows if row["kind"] == "circuit_granted"]
    heard_s = 0.05 + 2 * hop_s
    assert released[0] == pytest.approx(heard_s, abs=1e-12)
    # The release goes to n2 over n1, and the set-up over the other three hops and back.
    assert up == pytest.approx([2 * 2 * hop_s, heard_s + 2 * hop_s + 2 * 3 * hop_s], abs=1e-11)
    swaps = results.pairs["swaps"].tolist()
    assert set(swaps) == {1, 2} and swaps == sorted(swaps)


@pytest.mark.parametrize("traffic", [fb.BackToBack(), fb.Continuous()])
@pytest.mark.parametrize("failures", [True, False])
def test_a_demand_from_which_its_route_is_taken(traffic: Any, failures: bool) -> None:
    """Its requests wait until the program says otherwise, whether anything else may fail or not."""

    def pause(node: Any) -> Iterator[Any]:
        yield node.wait("50 ms")
        yield node.remove_routes("D")
        yield node.wait("50 ms")
        yield node.install_routes("D", [["n0", "n1", "n2"]])

    cut = fb.Failure(links=["n3--n4"], down=[(0.19, 0.195)])
    failing: dict[str, Any] = {"failures": [cut], "heartbeat_period_s": "1 ms"} if failures else {}
    demands = [ring().demands[0].replace(traffic=traffic)]
    results = fb.run(ring(demands=demands, **failing), programs={"n3": pause})
    delivered = results.pairs["delivered_s"]
    assert ((delivered > 0.055) & (delivered < 0.1)).sum() == 0
    assert (delivered < 0.05).sum() > 3 and (delivered > 0.105).sum() > 3
    assert {row["reason"] for row in results.requests.rows()} == {"none"}


def says(*arguments: Any) -> Any:
    def program(node: Any) -> Iterator[Any]:
        yield node.install_routes(*arguments)

    return program


@pytest.mark.parametrize(
    "arguments, why",
    [
        (("E", [["n0", "n1", "n2"]]), "there is no such demand for pairs"),
        (("D", [["n0", "n2"]]), "a neighbour of"),
        (("D", [["n0", "n9", "n2"]]), "n9"),
        (("D", [["n1", "n2"]]), "node_a"),
        (("D", []), "at least one route"),
        (("D", ["n0", "n1"]), "a list of names of nodes"),
        (("D", [["n0", "n1", "n2"], ["n0", "n1", "n2"]]), "listed already"),
        (("D", None), "/routes: found None; allowed: a list"),
        (("D", 5), "/routes: found 5; allowed: a list"),
        (("D", [{"n0", "n1", "n2"}]), "/routes/0: found {"),
        (("D", [["n0", 1, "n2"]]), "/routes/0/1: found 1; allowed: the name of a node"),
        (("d", [["n0", "n1", "n2"]]), "did you mean 'D'?"),
        ((["D"], [["n0", "n1", "n2"]]), "there is no such demand for pairs"),
    ],
)
def test_routes_that_do_not_exist(arguments: Any, why: str) -> None:
    with pytest.raises(fb.RunError, match=r"program program at node n3, 0 s.*test_program_control.*install_routes") as refused:
        fb.run(ring(), programs={"n3": says(*arguments)})
    assert why in str(refused.value)


@pytest.mark.parametrize("call", ["install_routes", "remove_routes"])
@pytest.mark.parametrize("value", ["no", None, 2, []])
def test_whether_others_are_released_is_true_or_false(call: str, value: Any) -> None:
    def program(node: Any) -> Iterator[Any]:
        routes = [[["n0", "n1", "n2"]]] if call == "install_routes" else []
        yield getattr(node, call)("D", *routes, release_others=value)

    with pytest.raises(fb.RunError) as refused:
        fb.run(ring(), programs={"n3": program})
    assert f"{call}('D'): /release_others: found {value!r}; allowed: True or False" in str(refused.value)


def test_nobody_decides_when_the_run_is_over() -> None:
    kept: list[Any] = []

    def program(node: Any) -> Iterator[Any]:
        kept.append(node)
        yield node.wait("1 ms")

    fb.run(ring(), programs={"n3": program})
    (node,) = kept
    for call in (lambda: node.install_routes("D", [["n0", "n1", "n2"]]), lambda: node.remove_routes("D"), node.link_news):
        with pytest.raises(fb.RunError, match="the run of this node is over"):
            call()


@pytest.mark.parametrize(
    "plane",
    [fb.IdealControl(), fb.LinkState(), fb.CentralControl(place="n3"), fb.LocalControl(), fb.ProgramControl(place="n1")],
)
def test_there_are_no_two_controllers(plane: Any) -> None:
    programs = {"n3": says("D", [["n0", "n1", "n2"]])} | ({"n1": Controller()} if plane.to_dict()["kind"] == "program" else {})
    with pytest.raises(fb.RunError, match="there are no two controllers"):
        fb.run(ring().replace(control_plane=plane), programs=programs)


def test_runs_in_which_nobody_could_decide() -> None:
    with pytest.raises(fb.SpecError) as refused:
        fb.run(ring(), programs={"n1": Controller()})
    assert refused.value.path == "/control_plane/place"
    for run in (fb.run, fb.live):
        with pytest.raises(fb.SpecError, match="programs of Python") as refused:
            run(ring())  # type: ignore[operator]
        assert refused.value.path == "/control_plane/kind"
    with pytest.raises(fb.SpecError, match="a program finds routes"):
        fb.run(ring(), programs={"n3": Controller()}, hooks={"find_routes": lambda view: []})
    with pytest.raises(fb.SpecError) as refused:
        fb.compile(ring().replace(control_plane=fb.ProgramControl(place="n9")))
    assert refused.value.path == "/control_plane/place"


def test_a_replay_has_the_program() -> None:
    cut = {"failures": [fb.Failure(links=["n1--n2"], down=[(0.05, 0.1)])], "heartbeat_period_s": "1 ms"}
    results = fb.run(ring(**cut), programs={"n3": Controller()})
    trace = results.trace()
    (sent, restored) = [row for row in trace.rows() if row["kind"] == "message_sent"]
    assert sent["what"] == "install_routes('D', [['n0', 'n4', 'n3', 'n2']])" and sent["to_node"] == "n0"
    came = [row["what"] for row in results.trace().rows() if row["kind"] == "message_arrived"]
    assert came[0] == "with news of n1--n2: it cannot be used" and "it can be used, cost" in came[1] and len(came) == 2
    assert restored["what"] == "install_routes('D', [['n0', 'n1', 'n2']])"
    # Both ends of the link tell of its loss and of its repair, and n0 is told of both.
    assert results.replicas["control_messages"].tolist() == [2 * (2 + 1)]
