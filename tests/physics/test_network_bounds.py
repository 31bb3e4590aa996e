"""Flows, cuts and capacities of networks (D07), and that no run beats them.

Two forms. Exact: the pairs that a run delivers across a cut are at most the link successes across it in the same run. In the
mean: successes of a link are sums of independent attempts, of which there are at most lanes times cycles; Bernstein's
inequality for them (D. A. Freedman, Annals of Probability 3, 100 (1975), where attempts depend on earlier ones) bounds what
a run of finite length delivers. A check is a false alarm with a probability below 1e-10, all together below 1e-6 a run.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import farbell as fb
from farbell.analysis import Capacities
from physics.cases import assert_close, case
from physics.sampling import SEED, assert_sampled, share

D07 = case("D07")
LOG_FALSE_ALARM = math.log(1e10)


def edges() -> dict[tuple[str, str], float]:
    return {tuple(name.split("-")): float(rate) for name, rate in D07.parameters["capacities"].items()}


def test_cut_and_throughput_of_a_graph() -> None:
    capacities = Capacities.of(edges())
    assert_close(capacities.max_flow("A", "B").rate_hz, D07.expected["maxflow_AB"], D07.tolerance)
    best = capacities.throughput([("A", "B"), ("C", "F")])
    assert_close(best.total_hz, D07.expected["two_commodity_total"], D07.tolerance)


def d07_scenario(**fields: object) -> fb.Scenario:
    """The same graph as a network: a link of rate r succeeds once in 1/r s. Slots in plenty, of which a circuit takes one."""
    nodes = dict.fromkeys(node for pair in edges() for node in pair)
    memory = fb.Memory(name="m", slots=1000)
    return fb.Scenario(
        memories=[memory],
        nodes=[fb.Node(name=node, memory="m") for node in nodes],
        links=[
            fb.Link(
                node_a=a,
                node_b=b,
                fiber=fb.Fiber(length_m=0),
                generation=fb.Given(success_probability=1, attempt_period_s=1 / rate),
            )
            for (a, b), rate in edges().items()
        ],
        duration_s=60.5,
        **{"control": "ideal", "seed": SEED, **fields},
    )


def test_the_same_graph_as_a_network_that_runs() -> None:
    """A link's rate is that of one lane. Three circuits reach 5 pairs a second, and nothing beats that."""
    routes = [["A", "C", "E", "B"], ["A", "D", "F", "B"], ["C", "D", "F"]]
    demands = [fb.Demand(name=str(i), node_a=route[0], node_b=route[-1], route=route) for i, route in enumerate(routes)]
    results = fb.run(d07_scenario(demands=demands), progress=False)
    bounds = fb.bounds.capacities(results.scenario)
    lanes = Capacities.of({(link.node_a, link.node_b): link.rate_hz / 1000 for link in bounds.links})
    table = results.bounds()
    assert table["route_hz"] == pytest.approx([2, 2, 1])
    assert np.all(table["rate_hz"] <= table["route_hz"] * (1 + 1 / 60))
    assert table["rate_hz"].sum() == pytest.approx(lanes.throughput([("A", "B"), ("C", "F")]).total_hz, rel=0.05)


# Random networks.


@st.composite
def scenarios(draw) -> fb.Scenario:
    """Small networks in which everything that the bounds know of occurs."""
    count = draw(st.integers(2, 5))
    names = [f"n{i}" for i in range(count)]
    tree = [(draw(st.sampled_from(names[:i])), names[i]) for i in range(1, count)]
    more = draw(st.lists(st.sampled_from(list(itertools.combinations(names, 2))), max_size=4))
    distilled = st.sampled_from([None, None, None, fb.Distillation(), fb.Distillation(rounds=["epl"] * 2, scheme="pumping")])

    def generation() -> fb.Given:
        return fb.Given(
            success_probability=draw(st.sampled_from([0.02, 0.3, 1.0])),
            attempt_period_s=draw(st.sampled_from([1e-4, 1.7e-4])),
            herald_delay_s=draw(st.sampled_from([0.0, 5e-5])),
            state=fb.Werner(fidelity=draw(st.sampled_from([0.9, 1.0]))),
        )

    links = [
        fb.Link(
            name=f"l{i}",
            node_a=a,
            node_b=b,
            fiber=fb.Fiber(length_m=draw(st.sampled_from([0.0, 2e3, 3e4]))),
            generation=generation(),
            distillation=draw(distilled),
        )
        for i, (a, b) in enumerate(tree + more)
    ]
    traffic = [
        fb.Continuous(), fb.Continuous(), fb.BackToBack(), fb.Poisson(rate_hz=3000), fb.OneOff(requests=40),
    ]  # fmt: skip
    # Slots and permits of a node count only where circuits last.
    lasting = draw(st.booleans())
    demands = []
    for i in range(draw(st.integers(1, 3))):
        a, b = draw(st.permutations(names))[:2]
        kind = draw(st.sampled_from([fb.Continuous(), fb.BackToBack(), fb.OneOff(requests=40)] if lasting else traffic))
        demands.append(
            fb.Demand(
                name=f"d{i}",
                node_a=a,
                node_b=b,
                traffic=kind,
                width=draw(st.sampled_from([1, 2, 2, 4])),
                concurrent_requests=1 if lasting or isinstance(kind, fb.Continuous) else draw(st.integers(1, 2)),
                deadline_s=None if lasting else draw(st.sampled_from([None, 2e-3])),
                reservation_s=None if lasting else draw(st.sampled_from([None, None, 3e-3])),
                use=draw(st.sampled_from(["keep", "measure"])),
                pipelined=draw(st.booleans()),
                generate_when_idle=draw(st.booleans()),
                distillation=draw(st.sampled_from([None, None, fb.Distillation()])),
            )
        )
    changes = [
        fb.Change(
            at_s=0.01,
            link=draw(st.sampled_from(links)).name,
            generation=None if draw(st.booleans()) and not lasting else generation(),
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    failures = [
        fb.Failure(down=[[at, at + draw(st.sampled_from([1e-3, 1e-2]))]], **{kind: [draw(st.sampled_from(of))]})
        for at in draw(st.lists(st.sampled_from([0.0, 0.005, 0.0151]), max_size=2))
        for kind, of in [draw(st.sampled_from([("nodes", names), ("links", [link.name for link in links])]))]
    ]
    users = draw(st.permutations(names))[: draw(st.integers(2, 3))]
    ghz = [fb.GhzDemand(name="ghz", users=users, width=draw(st.integers(1, 2)))] if draw(st.booleans()) else []
    gates = {end for one in (*links, *demands) if one.distillation for end in (one.node_a, one.node_b)}
    gates |= set(names) if ghz else set()
    held_by = {name: "m" if name in gates else draw(st.sampled_from(["m", "m", "held"])) for name in names}
    slots = draw(st.sampled_from([4, 8]))
    let_out = fb.Retrieval(efficiency=draw(st.sampled_from([0.3, 0.8])), lifetime_s=draw(st.sampled_from([None, 2e-3])))
    reservation = "ledger" if ghz else draw(st.sampled_from(["ledger", "ledger", "hop_by_hop"]))
    return fb.Scenario(
        memories=[fb.Memory(name="m", slots=slots), fb.Memory(name="held", slots=slots, retrieval=let_out)],
        nodes=[
            fb.Node(
                name=name,
                memory=held_by[name],
                swap_success_probability=draw(st.sampled_from([0.5, 1.0])),
                parallel_links=draw(st.sampled_from([None, None, 1])),
            )
            for name in names
        ],
        links=links,
        demands=demands,
        ghz_demands=ghz,
        changes=changes,
        failures=failures,
        routing=fb.Routing(alternatives=draw(st.integers(1, 2))),
        control=draw(st.sampled_from(["messages", "ideal"])),
        reservation=reservation,
        on_deadlock="release" if reservation == "hop_by_hop" else "report",
        duration_s=0.03,
        seed=draw(st.integers(0, 2**40)),
    )


def compiled(scenario: fb.Scenario) -> fb.Model:
    """A third or so of what is drawn cannot be: too few slots, say."""
    try:
        return fb.compile(scenario)
    except fb.SpecError:
        assume(False)
        raise


def pairs_used(results: fb.Results) -> np.ndarray:
    """End-to-end pairs that each demand used up, by replica."""
    table = results.demands
    needed = np.array([1 if d.distillation is None else 2 for d in results.scenario.demands])[table.codes("demand")]
    made = table["pairs"] + table["rejected_pairs"] + table["surplus_pairs"]
    return (needed * made).reshape(-1, len(results.scenario.demands))


def states_made(results: fb.Results) -> np.ndarray:
    """GHZ states of each GHZ demand, by replica."""
    if not results.scenario.ghz_demands:
        return np.zeros((len(results.replicas), 0))
    table = results.ghz_demands
    made = table["states"] + table["rejected_states"] + table["surplus_states"]
    return made.reshape(-1, len(results.scenario.ghz_demands))


COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.filter_too_much, HealthCheck.too_slow]}


@settings(max_examples=150, **COMMON)
@given(scenarios())
def test_no_run_delivers_more_across_a_cut_than_its_links_made(scenario: fb.Scenario) -> None:
    results = fb.run(compiled(scenario), replicas=2, progress=False)
    needed = {None: 1, fb.Distillation(): 2, fb.Distillation(rounds=["epl"] * 2, scheme="pumping"): 3}
    made = results.links["successes"].reshape(2, -1) / np.array([needed[link.distillation] for link in scenario.links])
    used, states = pairs_used(results), states_made(results)
    names = [node.name for node in scenario.nodes]
    for size in range(1, len(names)):
        for side in map(set, itertools.combinations(names, size)):
            across = [(link.node_a in side) != (link.node_b in side) for link in scenario.links]
            split = [(demand.node_a in side) != (demand.node_b in side) for demand in scenario.demands]
            shared = [0 < len(side & set(demand.users)) < len(demand.users) for demand in scenario.ghz_demands]
            taken = used[:, split].sum(axis=1) + states[:, shared].sum(axis=1)
            assert np.all(taken <= made[:, across].sum(axis=1))


def allowed(rate_hz: float, scenario: fb.Scenario, spread: float) -> float:
    """What a bound on the mean rate lets a run deliver: cycles at both ends of a circuit's time, and luck."""
    periods = [link.generation.attempt_period_s for link in scenario.links]
    periods += [change.generation.attempt_period_s for change in scenario.changes if change.generation]
    circuits = sum(demand.concurrent_requests for demand in scenario.demands)
    circuits += sum(len(demand.users) for demand in scenario.ghz_demands)
    circuits *= 1 + len(scenario.failures)
    mean = rate_hz * (scenario.duration_s + (1 + circuits) * max(periods))
    luck = spread * LOG_FALSE_ALARM / 3
    return mean + luck + math.sqrt(luck**2 + 2 * mean * spread * LOG_FALSE_ALARM)


@settings(max_examples=150, **COMMON)
@given(scenarios())
def test_no_run_beats_the_bounds(scenario: fb.Scenario) -> None:
    model = compiled(scenario)
    results = fb.run(model, progress=False)
    bounds, routes = fb.bounds.capacities(model), fb.bounds.route_bounds(model)
    # The sum over a node's links of the time that their successes took has larger steps where links differ.
    steps = [link.slot_s for link in bounds.links if math.isfinite(link.slot_s)]
    spread = max(steps) / min(steps)
    kept = [link.permit_s for link in bounds.links if 0 < link.permit_s < math.inf]
    if bounds.permits and kept:
        spread = max(spread, max(steps) / min(kept))
    used = pairs_used(results)[0]
    total = bounds.throughput()
    delivered = results.demands["pairs"]
    for i, demand in enumerate(scenario.demands):
        flow = bounds.max_flow(demand.node_a, demand.node_b).rate_hz
        assert used[i] <= allowed(flow, scenario, spread)
        assert delivered[i] <= allowed(routes[i].rate_hz, scenario, 1)
        assert total.rates_hz[demand.name] <= flow * (1 + 1e-6)
    assert delivered.sum() <= allowed(total.total_hz, scenario, spread)
    ghz = fb.bounds.ghz_demand_bounds(model)
    for i, states in enumerate(states_made(results)[0]):
        assert states <= allowed(ghz["flow_hz"][i], scenario, spread)
        assert states <= allowed(ghz["route_hz"][i], scenario, 1)


# That the bounds are not merely large: runs that reach them.


def test_links_that_take_turns_come_close_to_their_bound() -> None:
    """A hub that attempts one link at a time: two links of 1/p periods each share its time. 5 % of the bound is in the details."""
    p, period_s = 0.02, 1e-4
    star = fb.star(
        2, memory=fb.Memory(name="m", slots=2), generation=fb.Given(success_probability=p, attempt_period_s=period_s),
        demands=[("n1", "n2")], control="ideal", seed=SEED, duration_s=60,
    )  # fmt: skip
    nodes = [node.replace(parallel_links=1) if node.name == "n0" else node for node in star.nodes]
    row = next(fb.run(star.replace(nodes=nodes), progress=False).bounds().rows())
    assert row["flow_hz"] == pytest.approx(1 / (2 * (1 / p - 1) * period_s))
    assert row["limited_by"] == "n0"
    assert 0.9 < row["share"] < 1.1
    assert 0.6 < next(fb.run(star, progress=False).bounds().rows())["share"] < 0.8


def one_link(success_probability: float, slots: int, width: int) -> fb.Scenario:
    generation = fb.Given(success_probability=success_probability, attempt_period_s=1e-4)
    return fb.chain(
        2, memory=fb.Memory(name="m", slots=slots), generation=generation, width=width, control="ideal", seed=SEED,
        duration_s=20,
    )  # fmt: skip


def test_a_link_alone_reaches_its_bound() -> None:
    """200,000 cycles of three lanes: a bound that is 3 % too low or too high would be seen."""
    results = fb.run(one_link(0.3, 3, 3), progress=False)
    row = next(results.bounds().rows())
    assert row["bound_hz"] == row["flow_hz"] == row["route_hz"] == pytest.approx(9000)
    attempts = round(20 * 3 / 1e-4)
    assert_sampled(share(len(results.pairs), attempts, 0.3), row["bound_hz"] / 3e4, 1e-5, detects=0.01)


def test_a_star_reaches_the_bound_of_its_ghz_states() -> None:
    """Certain links: a state each period, which is the smallest cut between two users and the rate of each arm."""
    generation = fb.Given(success_probability=1, attempt_period_s=1e-3)
    memory = fb.Memory(name="m", slots=3)
    star = fb.star(3, memory=memory, generation=generation, demands=[], control="ideal", duration_s=0.9995)
    results = fb.run(star.replace(ghz_demands=[fb.GhzDemand(name="trio", users=["n1", "n2", "n3"])]), progress=False)
    row = next(results.ghz_bounds().rows())
    assert row["demand"] == "trio" and row["asked_hz"] == math.inf
    assert row["route_hz"] == pytest.approx(1000)
    # Three lanes a link, of whose slots at the center a state takes two on the way from user to user.
    assert row["flow_hz"] == pytest.approx(1500)
    assert len(results.ghz_states) == pytest.approx(1000, abs=1)
    assert row["share"] == pytest.approx(1, abs=0.01)


def test_after_a_failure_a_better_route_may_be_taken() -> None:
    """The short way is slow; while it is down the long one gives more than it ever could. So no bound is of the short one."""
    links = [
        fb.Link(
            node_a=a, node_b=b, fiber=fb.Fiber(length_m=0), generation=fb.Given(success_probability=p, attempt_period_s=1e-3)
        )
        for a, b, p in (("a", "b", 0.01), ("a", "r", 1.0), ("r", "b", 1.0))
    ]
    scenario = fb.Scenario(
        memories=[fb.Memory(name="m", slots=4)], nodes=[fb.Node(name=name, memory="m") for name in "arb"], links=links,
        demands=[fb.Demand(node_a="a", node_b="b")], failures=[fb.Failure(links=["a--b"], down=[[0.01, 10]])],
        routing=fb.Routing(kind="hops"), control="ideal", duration_s=2,
    )  # fmt: skip
    row = next(fb.run(scenario, progress=False).bounds().rows())
    assert row["rate_hz"] > 500
    assert row["route_hz"] == pytest.approx(1000)
    assert next(fb.bounds.demand_bounds(scenario.replace(failures=[])).rows())["route_hz"] == pytest.approx(10)


def test_two_ways_reach_the_flow_that_no_single_way_does() -> None:
    """Certain links: two pairs each period over two ways, which is the minimum cut; the narrowest link is one."""
    generation = fb.Given(success_probability=1, attempt_period_s=1e-3)
    ring = fb.ring(4, memory=fb.Memory(name="m", slots=2), generation=generation, control="ideal", duration_s=0.9995)
    demands = [fb.Demand(name=f"d{i}", node_a="n0", node_b="n2", route=["n0", f"n{i}", "n2"]) for i in (1, 3)]
    results = fb.run(ring.replace(demands=demands), progress=False)
    bounds = fb.bounds.capacities(results.scenario)
    flow = bounds.max_flow("n0", "n2")
    assert flow.rate_hz == pytest.approx(2000)
    assert bounds.widest_path("n0", "n2").rate_hz == pytest.approx(1000)
    assert bounds.throughput().total_hz == pytest.approx(2000)
    assert len(results.pairs) == 2 * 1000


def test_swaps_that_fail_lower_the_bound_as_they_lower_the_rate() -> None:
    """Certain links in slots: of 20,000 slots the share (1/2)^2 gives a pair, which is the bound."""
    generation = fb.Given(success_probability=1, attempt_period_s=1e-4)
    chain = fb.chain(
        4,
        memory=fb.Memory(name="m", slots=2),
        generation=generation,
        timing="slotted",
        slot_s=1e-4,
        control="ideal",
        seed=SEED,
        duration_s=2,
    )
    chain = chain.replace(nodes=[node.replace(swap_success_probability=0.5) for node in chain.nodes])
    results = fb.run(chain, progress=False)
    row = next(results.bounds().rows())
    assert row["bound_hz"] == pytest.approx(2500)
    assert_sampled(share(len(results.pairs), 20_000, 0.25), row["bound_hz"] * 1e-4, 0, detects=0.03)


@pytest.mark.parametrize("use", ["keep", "measure"])
def test_qubits_that_do_not_come_out_lower_the_bound_as_they_lower_the_rate(use: str) -> None:
    """Certain links in slots, and no time in storage: 20,000 slots, two swaps of two qubits each, and two ends that read."""
    generation = fb.Given(success_probability=1, attempt_period_s=1e-4)
    held = fb.Memory(name="m", slots=2, retrieval=fb.Retrieval(efficiency=0.8))
    times = {"timing": "slotted", "slot_s": 1e-4, "control": "ideal", "seed": SEED, "duration_s": 2}
    chain = fb.chain(4, memory=held, generation=generation, **times)
    chain = chain.replace(
        nodes=[node.replace(swap_success_probability=0.9) for node in chain.nodes],
        demands=[demand.replace(use=use) for demand in chain.demands],
    )
    results = fb.run(chain, progress=False)
    row = next(results.bounds().rows())
    kept = (0.9 * 0.8**2) ** 2 * (0.8**2 if use == "measure" else 1)
    assert row["route_hz"] == pytest.approx(1e4 * kept)
    assert row["bound_hz"] == pytest.approx(1e4 * kept)
    assert_sampled(share(len(results.pairs), 20_000, kept), kept, 0, detects=0.03)
    total = fb.bounds.capacities(chain).throughput().total_hz
    assert total == pytest.approx(row["flow_hz"])


def test_what_never_comes_out_is_bounded_by_nothing_at_all() -> None:
    never = fb.Memory(name="m", slots=2, retrieval=fb.Retrieval(efficiency=0))
    generation = fb.Given(success_probability=1, attempt_period_s=1e-4)
    for nodes, use in ((3, "keep"), (2, "measure")):
        chain = fb.chain(nodes, memory=never, generation=generation)
        chain = chain.replace(demands=[chain.demands[0].replace(use=use)])
        row = next(fb.bounds.demand_bounds(chain).rows())
        assert (row["bound_hz"], row["route_hz"], row["flow_hz"]) == (0, 0, 0)
        assert fb.bounds.capacities(chain).throughput().total_hz == 0


def test_a_comb_lets_its_light_out_after_its_delay() -> None:
    comb = fb.Retrieval(efficiency=0.5, lifetime_s="1 ms", fixed_delay_s="0.4 ms")
    generation = fb.Given(success_probability=0.5, attempt_period_s=1e-3)
    chain = fb.chain(3, memory=fb.Memory(name="m", slots=2), generation=generation)
    held = fb.Memory(name="held", slots=2, retrieval=comb)
    chain = chain.replace(
        memories=[*chain.memories, held], nodes=[n.replace(memory="held") if n.name == "n1" else n for n in chain.nodes]
    )
    assert fb.bounds.route_bounds(chain)[0].rate_hz == pytest.approx(500 * 0.25 * math.exp(-0.8))


def test_secret_keys_stay_below_the_capacity_of_the_fibres() -> None:
    """Double and single clicks over lossy fibre: far below what any use of the same light could give."""
    for generation in (None, fb.SingleClick(station="projected NV station", bright_state=0.05)):
        chain = fb.chain(3, length_m="20 km", duration_s=2, seed=SEED)
        if generation is not None:
            generation = generation.replace(station=chain.stations[0].name)
            chain = chain.replace(links=[link.replace(generation=generation) for link in chain.links])
        row = next(fb.run(chain, progress=False).bounds().rows())
        assert 0 < row["key_rate_hz"] < row["capacity_hz"]
        assert row["rate_hz"] < row["capacity_hz"]


def test_capacities_in_ebits() -> None:
    """-log2(1 - eta) of the longer arm times two modes, lanes and clock; the cut of two fibres in a row is the longer one."""
    chain = fb.chain(3, length_m=["20 km", "50 km"])
    capacities = fb.bounds.capacities(chain, "plob")
    table = fb.compile(chain).link_table()
    for link, length_m, period_s in zip(capacities.links, (20e3, 50e3), table["attempt_period_s"], strict=True):
        arm = fb.hardware.fiber_transmission(length_m / 2, chain.links[0].fiber.attenuation_db_per_km)
        slots = chain.memories[0].slots
        assert_close(link.rate_hz, slots * 2 * fb.analysis.plob_bound(arm) / period_s, 1e-9)
    assert capacities.max_flow("n0", "n2").rate_hz <= capacities.links[1].rate_hz
