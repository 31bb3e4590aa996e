"""Rounds: what is refused, by place; limits, replicas and threads as for any run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import farbell as fb

ROUNDS = fb.Rounds(router=fb.QCastRouter(), round_s="10 ms", attempt_s="5 ms", channels=2)
FUSION = ROUNDS.replace(router=fb.GhzFusionRouter())


def scenario(
    rounds: fb.Rounds = ROUNDS,
    *,
    memory: dict[str, Any] | None = None,
    link: dict[str, Any] | None = None,
    node: dict[str, Any] | None = None,
    demand: dict[str, Any] | None = None,
    **words: Any,
) -> fb.Scenario:
    """Four nodes in a ring."""
    given = fb.Given(success_probability=0.2, attempt_period_s="1 ms", herald_delay_s="0.5 ms")
    ring = {
        "duration_s": 1,
        "memories": [fb.Memory(name="m", slots=8, measurement_s="0.1 ms", **(memory or {}))],
        "nodes": [fb.Node(name=name, memory="m", **(node or {})) for name in "abcd"],
        "links": [
            fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m="20 km"), **{"generation": given, **(link or {})})
            for a, b in ("ab", "bc", "cd", "ad")
        ],
        "demands": [fb.Demand(node_a="a", node_b="c", **(demand or {}))],
        "rounds": rounds,
    }
    return fb.Scenario(**{**ring, **words})


REFUSED = {
    "/rounds/attempt_s": scenario(ROUNDS.replace(attempt_s="0.9 ms")),
    "/rounds/round_s": scenario(ROUNDS.replace(round_s="5.29 ms")),
    "/rounds/round_s ": scenario(ROUNDS.replace(router=fb.MultipathGlobalRouter(), round_s="5.25 ms")),
    "/timing": scenario(timing="slotted", slot_s="1 ms"),
    "/detail": scenario(detail="attempt"),
    "/messages": scenario(messages=fb.ClassicalMessages(jitter_s="1 ms")),
    "/control_plane/kind": scenario(control_plane=fb.LinkState()),
    "/routing/kind": scenario(routing=fb.Routing(kind="widest")),
    "/reservation": scenario(reservation="hop_by_hop"),
    "/scheduler": scenario(scheduler="max_weight"),
    "/routing/fidelity_constrained": scenario(routing=fb.Routing(fidelity_constrained=True)),
    "/routing/alternatives": scenario(routing=fb.Routing(alternatives=2)),
    "/switches": scenario(switches=[fb.OpticalSwitch(name="s", links=["a--b"])]),
    "/ghz_demands": scenario(ghz_demands=[fb.GhzDemand(name="g", users=["a", "b", "c"])]),
    "/programs": scenario(programs=[fb.BoundProgram(node="a", program="mine:Alice")]),
    "/changes/0/generation/multiplexing": scenario(
        changes=[
            fb.Change(
                at_s=0.5,
                link="a--b",
                generation=fb.Given(success_probability=0.1, attempt_period_s="1 ms", multiplexing=fb.Multiplexing(modes=2)),
            )
        ]
    ),
    "/failures": scenario(failures=[fb.Failure(nodes=["b"], down=[(0.1, 0.2)])]),
    "/memories/0/communication": scenario(memory={"communication": fb.CommunicationQubits()}),
    "/memories/0/dephasing_attempts": scenario(memory={"dephasing_attempts": 100}),
    "/memories/0/retrieval": scenario(memory={"retrieval": fb.Retrieval(efficiency=0.5)}),
    "/nodes/0/parallel_links": scenario(node={"parallel_links": 1}),
    "/links/0/distillation": scenario(link={"distillation": fb.Distillation()}),
    "/links/0/drift": scenario(link={"drift": fb.Drift(step_s=0.1, efficiency_tau_s=1)}),
    "/links/0/generation/multiplexing": scenario(
        link={"generation": fb.Given(success_probability=0.1, attempt_period_s="1 ms", multiplexing=fb.Multiplexing(modes=2))}
    ),
    "/demands/0/traffic": scenario(demand={"traffic": fb.ByPrograms()}),
    "/demands/0/swapping": scenario(demand={"swapping": fb.Doubling()}),
    "/demands/0/cutoff": scenario(demand={"cutoff": fb.Cutoff(age_s=1)}),
    "/demands/0/distillation": scenario(demand={"distillation": fb.Distillation()}),
    "/demands/0/rules": scenario(demand={"rules": [fb.Rule(do="admit", when="waiting_requests < 3")]}),
    "/demands/0/route": scenario(demand={"route": ["a", "b", "c"]}),
    "/demands/0/reservation_s": scenario(demand={"reservation_s": 1}),
    "/demands/0/reserved": scenario(demand={"reserved": [(0, 1)]}),
    "/demands/0/admission": scenario(demand={"admission": fb.Admission(rate_hz=1)}),
    "/demands/0/max_wait_s": scenario(demand={"max_wait_s": 1}),
    "/demands/0/concurrent_requests": scenario(demand={"concurrent_requests": 2, "traffic": fb.Poisson(rate_hz=1)}),
    "/demands/0/priority": scenario(demand={"priority": 1}),
    "/demands/0/pipelined": scenario(demand={"pipelined": False}),
    "/demands/0/generate_when_idle": scenario(demand={"generate_when_idle": True}),
    "/demands/0/width": scenario(demand={"width": 2}),
    "/demands/0/width  ": scenario(FUSION, demand={"width": 2}, state="bell_diagonal"),
    "/state": scenario(FUSION, state="pair_density"),
    "/demands/0/width ": scenario(ROUNDS.replace(router=fb.ShortestRouter()), demand={"width": 3}),
}


@pytest.mark.parametrize("place", REFUSED)
def test_is_refused(place: str) -> None:
    with pytest.raises(fb.SpecError) as refused:
        fb.compile(REFUSED[place])
    assert refused.value.path == place.strip()
    assert "rounds" in str(refused.value)


def test_the_time_that_a_round_takes_is_told() -> None:
    # 5 ms of attempts; news of a neighbour 0.1 ms away, of one two hops away 0.2 ms; a swap of 0.1 ms.
    one_hop = ROUNDS.replace(router=fb.QCastRouter(link_state_hops=1))
    for rounds, least in ((one_hop, "0.0052"), (ROUNDS, "0.0053"), (ROUNDS.replace(router=fb.GreedyRouter()), "0.0051")):
        with pytest.raises(fb.SpecError, match=f"at least {least} s: attempts"):
            fb.compile(scenario(rounds.replace(round_s=float(least) - 1e-9)))
        fb.compile(scenario(rounds.replace(round_s=float(least))))
    # A fusion of four pairs, two lanes of two links, takes three two-qubit gates.
    wide = FUSION.replace(router=fb.GhzFusionRouter(max_links=9), round_s="5.2 ms")
    fused = scenario(wide, memory={"two_qubit_gate_s": 2e-4 / 3}, state="bell_diagonal")
    with pytest.raises(fb.SpecError, match=r"at least 0\.0053 s"):
        fb.compile(fused)
    with pytest.raises(fb.SpecError, match=r"at least 0\.0051 s"):
        fb.compile(scenario(ROUNDS.replace(round_s="5 ms"), control="ideal"))


def test_simplifications_are_listed() -> None:
    names = {a["name"] for a in fb.run(scenario()).approximations}
    assert {"common_rounds", "whole_chains_swap"} <= names
    assert "reservation_ledger" not in names
    fused = {a["name"] for a in fb.run(scenario(FUSION, state="bell_diagonal")).approximations}
    assert "fusion_loops_unread" in fused and "whole_chains_swap" not in fused
    shortest = scenario(ROUNDS.replace(router=fb.ShortestRouter()))
    assert "whole_chains_swap" not in {a["name"] for a in fb.run(shortest).approximations}


def test_equal_seeds_give_equal_rows_on_any_number_of_threads() -> None:
    one, two = (fb.run(scenario(), replicas=4, threads=threads, progress=False) for threads in (1, 2))
    for name in ("replica", "delivered_s", "fidelity", "swaps"):
        assert np.array_equal(one.pairs[name], two.pairs[name])
    assert len(one.pairs["fidelity"]) > 0
    again = fb.run(scenario(seed=1), replicas=4, progress=False)
    assert not np.array_equal(again.pairs["delivered_s"], one.pairs["delivered_s"])


def test_limits_end_a_replica() -> None:
    results = fb.run(scenario(limits=fb.Limits(max_events=50)))
    assert results.replicas["events"][0] == 50
    assert results.replicas["simulated_s"][0] < 1


def test_statistics_are_those_of_rows() -> None:
    rows = fb.run(scenario())
    summary = fb.run(scenario(record="summary"))
    row, short = next(rows.summary().rows()), next(summary.summary().rows())
    assert row["pairs"] == short["pairs"] == len(rows.pairs["fidelity"]) > 0
    assert row["fidelity"] == pytest.approx(short["fidelity"])


def test_slots_that_results_are_awaited_in_are_not_free() -> None:
    """The result of a swap comes 15 ms late: with one slot at each end every second round has nothing to attempt with."""
    far = {"fiber": fb.Fiber(length_m="3000 km")}
    sure = fb.Given(success_probability=1, attempt_period_s="1 ms")
    links = [fb.Link(node_a=a, node_b=b, generation=sure, **far) for a, b in ("ab", "bc")]
    memories = [fb.Memory(name="end", slots=1), fb.Memory(name="middle", slots=2)]
    nodes = [fb.Node(name=name, memory="middle" if name == "b" else "end") for name in "abc"]
    chain = scenario(ROUNDS.replace(router=fb.ShortestRouter()), memories=memories, nodes=nodes, links=links)
    delivered = fb.run(chain).pairs["delivered_s"]
    assert delivered[:3] == pytest.approx([0.02, 0.04, 0.06])


def test_a_link_that_is_down_is_gone_round() -> None:
    """A link by b goes down, then one by d, too: pairs go by d, then not at all, and requests wait."""
    sure = fb.Given(success_probability=1, attempt_period_s="1 ms")
    changes = [
        fb.Change(at_s=0.1, link="a--b"),
        fb.Change(at_s=0.2, link="c--d"),
        fb.Change(at_s=0.3, link="a--b", generation=sure),
    ]
    for router in (fb.ShortestRouter(), fb.QPassRouter(), fb.QCastRouter()):
        alternatives = 2 if isinstance(router, fb.QPassRouter) else 1
        ring = scenario(
            ROUNDS.replace(router=router, channels=1),
            link={"generation": sure},
            demand={"traffic": fb.BackToBack()},
            changes=changes,
            routing=fb.Routing(kind="hops", alternatives=alternatives),
            duration_s=0.4,
        )
        results = fb.run(ring, trace=True)
        trace = results.trace()
        swaps = trace[trace["kind"] == "swap"]
        tenths = swaps["time_s"] // 0.1
        swapped = [set(swaps["node"][tenths == tenth].tolist()) for tenth in range(4)]
        both = {"b", "d"} if isinstance(router, fb.QPassRouter | fb.QCastRouter) else {"b"}
        assert swapped == [both, {"d"}, set(), {"b"}]
        assert results.links["up_s"] == pytest.approx([0.2, 0.4, 0.2, 0.4])
        assert "changes_between_rounds" in {a["name"] for a in results.approximations}
        waited = results.requests["finished_s"] - results.requests["asked_s"]
        assert np.nanmax(waited) == pytest.approx(0.11, abs=0.011)


def test_hooks_of_rounds_beside_changes_are_refused() -> None:
    changing = scenario(ROUNDS.replace(router=fb.ShortestRouter()), changes=[fb.Change(at_s=0.5, link="a--b")])
    with pytest.raises(fb.SpecError, match="changes"):
        fb.run(changing, hooks={"assign_lanes": lambda view: []})
