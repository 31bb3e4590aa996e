"""Decisions of one's own: by a rule (text) or a hook (function). One policy said in several ways gives equal traces."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import farbell as fb

TRUE: dict[str, Callable[[Any], bool]] = {"swap": lambda view: True}


def chain(nodes: int = 5, **changes: Any) -> fb.Scenario:
    demand = fb.Demand(node_a="n0", node_b=f"n{nodes - 1}", traffic=fb.Continuous(), width=2, **changes.pop("demand", {}))
    settings: dict[str, Any] = {"length_m": "10 km", "duration_s": 0.2, "seed": 11, "demands": [demand]} | changes
    memory = fb.Memory(name="noisy", slots=8, t1_s=0.2, t2_s=0.02, initialisation_s=1e-6, two_qubit_gate_s=1e-5)
    scenario = fb.chain(nodes=nodes, **settings)
    generation = fb.Given(success_probability=0.01, attempt_period_s=1e-4, herald_delay_s=1e-4, state=fb.Werner(fidelity=0.97))
    return scenario.replace(
        memories=[memory],
        stations=[],
        nodes=[node.replace(memory="noisy") for node in scenario.nodes],
        links=[link.replace(generation=generation) for link in scenario.links],
    )


def ruled(scenario: fb.Scenario, *rules: fb.Rule) -> fb.Scenario:
    return scenario.replace(demands=[demand.replace(rules=list(rules)) for demand in scenario.demands])


def trace(scenario: fb.Scenario, hooks: Any = None) -> dict[str, list[Any]]:
    table = fb.run(scenario, trace=True, hooks=hooks).trace()
    return {name: [str(value) for value in table[name]] for name in table.columns}


SWAPS: list[tuple[str, Callable[[Any], bool]]] = [
    ("true", lambda view: True),
    ("age_s_a < 0.3 * t2_s and age_s_b < 0.3 * t2_s", lambda v: v.age_s_a < 0.3 * v.t2_s and v.age_s_b < 0.3 * v.t2_s),
    (
        "min(estimated_fidelity_a, estimated_fidelity_b) > 0.9",
        lambda v: min(v.estimated_fidelity_a, v.estimated_fidelity_b) > 0.9,
    ),
    (
        "pair_hops_a == pair_hops_b or waited_s_a + waited_s_b > 0.2 * t1_s",
        lambda v: v.pair_hops_a == v.pair_hops_b or v.waited_s_a + v.waited_s_b > 0.2 * v.t1_s,
    ),
    (
        "not (position == 2 and waiting_a + waiting_b < 3) and time_s < exp(log(hops))",
        lambda v: not (v.position == 2 and v.waiting_a + v.waiting_b < 3) and v.time_s < math.exp(math.log(v.hops)),
    ),
]
DISCARDS: list[tuple[str, Callable[[Any], bool]]] = [
    ("age_s > 0.3 * t2_s", lambda v: v.age_s > 0.3 * v.t2_s),
    ("estimated_fidelity < 0.9 and pair_hops == 1", lambda v: v.estimated_fidelity < 0.9 and v.pair_hops == 1),
    ("towards_a and waited_s > 1e-3 and time_s > 0.01", lambda v: v.towards_a and v.waited_s > 1e-3 and v.time_s > 0.01),
]


@pytest.mark.parametrize("control", ["messages", "ideal"])
@pytest.mark.parametrize(("text", "function"), SWAPS)
def test_a_swap_by_rule_and_by_hook_gives_equal_traces(text: str, function: Callable[[Any], bool], control: str) -> None:
    scenario = chain(control=control)
    discard = fb.Rule(do="discard", when="age_s > t2_s")
    by_rule = trace(ruled(scenario, fb.Rule(do="swap", when=text), discard))
    assert by_rule == trace(ruled(scenario, discard), {"swap": function})
    assert "swap" in by_rule["kind"]


@pytest.mark.parametrize(("text", "function"), DISCARDS)
def test_a_discard_by_rule_and_by_hook_gives_equal_traces(text: str, function: Callable[[Any], bool]) -> None:
    by_rule = trace(ruled(chain(), fb.Rule(do="discard", when=text)))
    assert by_rule == trace(chain(), {"discard": function})
    assert "cut_off" in by_rule["kind"]


def test_to_swap_always_is_to_swap_as_soon_as_possible() -> None:
    plain = trace(chain())
    assert plain == trace(ruled(chain(), fb.Rule(do="swap", when="true")))
    assert plain == trace(ruled(chain(), fb.Rule(do="discard", when="false")))
    assert plain == trace(chain(), TRUE)


@pytest.mark.parametrize("order", [fb.Doubling(), fb.Sequential()])
def test_a_swap_order_holds_beside_a_rule(order: Any) -> None:
    ordered = chain(demand={"swapping": order})
    assert trace(ordered) == trace(ruled(ordered, fb.Rule(do="swap", when="true")))


def test_an_order_can_be_said_by_a_rule() -> None:
    """Sequential: node i swaps a pair that reaches node_a with one to its neighbour."""
    by_rule = trace(ruled(chain(), fb.Rule(do="swap", when="pair_hops_a == position and pair_hops_b == 1")))
    happens = [kind in {"swap", "swap_started", "delivery"} for kind in by_rule["kind"]]
    built_in = trace(chain(demand={"swapping": fb.Sequential()}))
    wanted = [kind in {"swap", "swap_started", "delivery"} for kind in built_in["kind"]]
    for name in ("time_s", "kind", "node"):
        assert np.array(by_rule[name])[happens].tolist() == np.array(built_in[name])[wanted].tolist()


def test_no_pair_is_swapped_that_the_rule_forbids() -> None:
    ages: list[float] = []

    def young(view: Any) -> bool:
        if max(view.age_s_a, view.age_s_b) < 2e-3:
            ages.append(max(view.age_s_a, view.age_s_b))
            return True
        return False

    results = fb.run(chain(), hooks={"swap": young, "discard": lambda view: view.age_s >= 2e-3})
    assert 0 < results.nodes["swaps"].sum() <= len(ages)  # some may be in progress
    assert results.nodes["cut_offs"].sum() > 0


def test_estimates_are_what_cut_offs_by_fidelity_use() -> None:
    """A qubit is given up by the cut-off at the first tick below the limit: no hook ever sees one below it."""
    seen: list[float] = []

    def swap(view: Any) -> bool:
        seen.extend([view.estimated_fidelity_a, view.estimated_fidelity_b])
        return bool(view.waiting_a + view.waiting_b > 2)

    fb.run(chain(demand={"cutoff": fb.Cutoff(estimated_fidelity=0.9)}), hooks={"swap": swap})
    assert 0.9 <= min(seen) < 0.92
    assert max(seen) <= 0.97


def test_what_the_node_knows_is_not_the_true_state() -> None:
    """With messages a pair is to its node what it was when made, although it has been swapped on; with ideal control not."""
    seen: dict[str, set[tuple[float, bool]]] = {}
    for control in ("messages", "ideal"):
        values = seen.setdefault(control, set())

        def swap(view: Any, values: Any = values) -> bool:
            values.add((view.pair_hops_a, view.estimated_fidelity_a > 0.9))
            return True

        fb.run(chain(control=control), hooks={"swap": swap})
    assert not any(good for hops, good in seen["ideal"] if hops == 3)
    assert any(good for hops, good in seen["messages"] if hops > 1)


# ---- requests --------------------------------------------------------------------------------------------------------


def asking() -> fb.Scenario:
    demand = {"traffic": fb.Poisson(rate_hz=200), "pairs_per_request": 2}
    return chain(nodes=3).replace(demands=[chain(nodes=3).demands[0].replace(**demand)])


def test_a_request_is_admitted_by_rule_and_by_hook() -> None:
    text = "waiting_requests < 2 and request != 3 and pairs == 2 and min_fidelity == 0 and served_requests <= 1 and hops == 2"
    by_rule = trace(ruled(asking(), fb.Rule(do="admit", when=text)))
    assert by_rule == trace(
        asking(),
        {
            "admit": lambda v: (
                v.waiting_requests < 2
                and v.request != 3
                and v.pairs == 2
                and v.min_fidelity == 0
                and v.served_requests <= 1
                and v.hops == 2
            )
        },
    )
    results = fb.run(ruled(asking(), fb.Rule(do="admit", when=text)))
    reasons = results.requests["reason"].tolist()
    assert reasons[3] == "not_admitted"
    assert set(reasons) == {"none", "not_admitted"}


def test_admission_by_the_length_of_the_queue_is_max_queue() -> None:
    limited = asking().replace(demands=[asking().demands[0].replace(max_queue=3)])
    ruled_ = fb.run(ruled(asking(), fb.Rule(do="admit", when="waiting_requests + served_requests < 3"))).requests
    built_in = fb.run(limited).requests
    for name in ("asked_s", "finished_s", "status", "pairs_delivered"):
        np.testing.assert_array_equal(ruled_[name], built_in[name])


def test_a_program_is_told_that_its_request_was_not_admitted() -> None:
    scenario = fb.chain(nodes=2, length_m="1 km", demands=[], duration_s=0.1)
    demand = fb.Demand(node_a="n0", node_b="n1", traffic=fb.ByPrograms(), rules=[fb.Rule(do="admit", when="time_s > 0.01")])
    told: list[str] = []

    def asks(node: Any) -> Any:
        try:
            yield node.entangle("n1")
        except fb.Refused as refused:
            told.append(str(refused))
        yield node.wait("20 ms")
        pair = yield node.entangle("n1")
        told.append(type(pair).__name__)

    def waits(node: Any) -> Any:
        yield node.wait("90 ms")

    fb.run(scenario.replace(demands=[demand]), programs={"n0": asks, "n1": waits})
    assert "not_admitted" in told[0]
    assert told[1:] == ["Pair"]


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "path", "match"),
    [
        ([("swap", "age_s_a < 0.1 and fidelity_a > 0.9")], "/rules/0/when", r'"fidelity_a" at character 19'),
        ([("swap", "estimated_fidelty_a > 1")], "/rules/0/when", "did you mean estimated_fidelity_a"),
        ([("swap", "1 + age_s_a")], "/rules/0/when", "a number at character 1"),
        ([("swap", "true"), ("swap", "false")], "/rules/1/do", "one rule for each point"),
        ([("swop", "true")], "/rules/0/do", "did you mean"),
        ([("swap", "")], "/rules/0/when", "found"),
    ],
)
def test_rules_are_refused(rules: list[tuple[str, str]], path: str, match: str) -> None:
    demand = {"node_a": "n0", "node_b": "n4", "rules": [{"do": do, "when": when} for do, when in rules]}
    with pytest.raises(fb.SpecError, match=match) as refused:
        fb.compile(chain().replace(demands=[demand]))
    assert str(refused.value.path).endswith(path)


def test_rules_and_policy_tables_do_not_mix() -> None:
    table = fb.PolicyTable(entries=[fb.PolicyEntry(links=[[0, 1]], swap=[])])
    scenario = chain(nodes=3, timing="slotted", slot_s=1e-3, control="ideal", demand={"swapping": table})
    scenario = scenario.replace(demands=[scenario.demands[0].replace(width=1)])
    with pytest.raises(fb.SpecError, match="policy table"):
        fb.compile(ruled(scenario, fb.Rule(do="swap", when="true")))
    with pytest.raises(fb.SpecError, match="policy table"):
        fb.run(scenario, hooks=TRUE)


@pytest.mark.parametrize("state", ["stabilizer", "density"])
def test_estimates_need_states_of_pairs(state: str) -> None:
    memory = chain().memories[0].replace(t1_s=None)
    scenario = chain().replace(state=state, memories=[memory])
    fb.compile(ruled(scenario, fb.Rule(do="swap", when="age_s_a < 1")))
    with pytest.raises(fb.SpecError, match="without estimated fidelities"):
        fb.compile(ruled(scenario, fb.Rule(do="discard", when="estimated_fidelity < 0.9")))


@pytest.mark.parametrize(
    ("hooks", "match"),
    [
        ({"swop": lambda view: True}, "did you mean swap"),
        ({"swap": "yes"}, "a function of a view"),
    ],
)
def test_hooks_are_refused(hooks: Any, match: str) -> None:
    with pytest.raises(fb.SpecError, match=match):
        fb.run(chain(), hooks=hooks)


def test_a_hook_beside_a_rule_for_the_same_point_is_refused() -> None:
    with pytest.raises(fb.SpecError, match="/demands/0 has a rule"):
        fb.run(ruled(chain(), fb.Rule(do="swap", when="true")), hooks=TRUE)


# ---- hooks that fail -------------------------------------------------------------------------------------------------


def test_a_hook_that_raises_ends_the_run_and_finished_replicas_are_kept() -> None:
    calls = 0
    starts: list[float] = []

    def swap(view: Any) -> bool:
        nonlocal calls
        if not starts or view.time_s < starts[-1]:
            calls += 1
        starts.append(view.time_s)
        if calls == 3:
            return bool(1 / (calls - 3))
        return True

    words = r'hook "swap" at node "n\d", demand "n0->n4", at 0\.\d+ s: ZeroDivisionError'
    with pytest.raises(fb.RunError, match=words) as failed:
        fb.run(chain(), replicas=4, hooks={"swap": swap})
    assert isinstance(failed.value.__cause__, ZeroDivisionError)
    assert failed.value.partial.replicas["replica"].tolist() == [0, 1]


@pytest.mark.parametrize("value", [None, 1, "yes", 0.5])
def test_a_hook_returns_true_or_false(value: Any) -> None:
    with pytest.raises(fb.RunError, match=r"it returned .*, where True or False is allowed"):
        fb.run(chain(), hooks={"swap": lambda view: value})


def test_numpy_truths_are_truths() -> None:
    assert trace(chain(), TRUE) == trace(chain(), {"swap": lambda view: np.float64(view.time_s) >= 0})


def test_a_view_is_read_only_and_lives_for_a_call() -> None:
    kept: list[Any] = []

    def swap(view: Any) -> bool:
        with pytest.raises(AttributeError):
            view.time_s = 1.0
        with pytest.raises(AttributeError):
            view.true_fidelity  # noqa: B018
        kept.append(view)
        assert view.node in {"n1", "n2", "n3"}
        assert view.demand == "n0->n4"
        return True

    fb.run(chain(), hooks={"swap": swap})
    assert len({id(view) for view in kept}) == 1
    with pytest.raises(RuntimeError, match="while the hook is called"):
        kept[0].time_s  # noqa: B018
    with pytest.raises(TypeError):
        type(kept[0])()


def test_views_have_the_columns_of_rules() -> None:
    from farbell import _core

    for name, point in (("SwapView", "swap"), ("DiscardView", "discard"), ("AdmitView", "admit")):
        known = {column for column, _, _ in _core.decision_columns()[point]}
        members = {member for member in vars(getattr(_core, name)) if not member.startswith("__")}
        assert members - known <= {"node", "demand"}
        assert known <= members
