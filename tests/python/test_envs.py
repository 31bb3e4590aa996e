"""Environments: runs like any others, step by step and many at a time, that refuse what is no action."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

import farbell as fb
from farbell._core import Model, RunError, SpecError
from python.test_route_hooks import grid as crowded_grid


def grid(**changes: Any) -> fb.Scenario:
    """The crowded grid, with swaps that fail and memories that decay."""
    plain = crowded_grid()
    memories = [memory.replace(t2_s="20 ms") for memory in plain.memories]
    nodes = [node.replace(swap_success_probability=0.9) for node in plain.nodes]
    return plain.replace(**{"memories": memories, "nodes": nodes, **changes})


FAILS = {"failures": [fb.Failure(nodes=["b2"], mtbf_s="8 ms", mttr_s="4 ms")]}
SCENARIOS = {
    "contention": grid(),
    "two at a time": grid(demands=[d.replace(concurrent_requests=2) for d in grid().demands]),
    "weighted fair": grid(scheduler="weighted_fair"),
    "earliest deadline": grid(scheduler="earliest_deadline"),
    "hop by hop": grid(reservation="hop_by_hop", on_deadlock="release"),
    "ideal control": grid(control="ideal"),
    "measured, with distillation": grid(
        demands=[
            d.replace(use="measure", width=2, distillation=fb.Distillation(rounds=["dejmps"])) for d in grid().demands[1:]
        ],
        memories=[fb.Memory(name="m", slots=6)],
    ),
    "GHZ states beside": grid(
        memories=[fb.Memory(name="m", slots=5)],
        ghz_demands=[fb.GhzDemand(name="ghz", users=["a1", "a3", "c2"], center="b2", traffic=fb.Poisson(rate_hz=200))],
    ),
    "without end": grid(demands=[fb.Demand(node_a="a1", node_b="c3", reservation_s="4 ms"), *grid().demands[1:]]),
}


def chain(nodes: int = 5, cutoff: int | None = 3, **changes: Any) -> fb.Scenario:
    link = fb.Given(success_probability=0.5, attempt_period_s="1 ms")
    demand = fb.Demand(
        node_a="n0",
        node_b=f"n{nodes - 1}",
        traffic=fb.OneOff(),
        cutoff=None if cutoff is None else fb.Cutoff(age_s=f"{cutoff} ms"),
    )
    plain = fb.chain(
        nodes=nodes,
        length_m=0,
        generation=link,
        timing="slotted",
        slot_s="1 ms",
        control="ideal",
        duration_s=1,
        demands=[demand],
    )
    return plain.replace(nodes=[node.replace(swap_success_probability=0.7) for node in plain.nodes]).replace(**changes)


def same(x: fb.Results, y: fb.Results, but: tuple[tuple[str, str], ...] = ()) -> None:
    """Equal to the last bit."""
    assert list(x.tables) == list(y.tables)
    for name, table in x.tables.items():
        for column in table.columns:
            if (name, column) in but:
                continue
            np.testing.assert_array_equal(table[column], y.tables[name][column], err_msg=f"{name}, {column}")
    for name in ("batches", "moments", "latency_sketch", "fidelity_histogram"):
        np.testing.assert_array_equal(getattr(x, name), getattr(y, name), err_msg=name)


def played(env: fb.envs.RoutingEnv, choose: Any, seed: int = 0) -> list[dict[str, Any]]:
    """What each step of an episode tells."""
    _, info = env.reset(seed=seed)
    told, over = [], False
    while not over:
        observation, reward, terminated, over, info = env.step(choose(info["action_mask"]))
        assert observation in env.observation_space
        assert not terminated
        told.append({"reward": reward, **info})
    return told


# ---- the run is that of fb.run -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_always_the_preferred_route_is_a_run_that_knows_no_other(name: str) -> None:
    scenario = SCENARIOS[name]
    env = fb.envs.RoutingEnv(scenario)
    told = played(env, lambda mask: 0)
    alone = fb.run(scenario.replace(routing=fb.Routing(alternatives=1)))
    assert len(told) >= 10
    same(env.results(), alone)


@pytest.mark.parametrize("route", [1, 2])
@pytest.mark.parametrize("name", ["contention", "two at a time", "weighted fair", "without end"])
def test_always_another_route_is_a_run_whose_hook_wants_it(name: str, route: int) -> None:
    scenario = SCENARIOS[name]
    env = fb.envs.RoutingEnv(scenario)
    played(env, lambda mask: route)
    hooked = fb.run(scenario, hooks={"route": lambda view: view.routes[route]})
    # Of a circuit that waits at the end the hook may still say something else than it has said.
    same(env.results(), hooked, but=(("demands", "hops"), ("demands", "length_m")))


def test_the_seed_is_the_replica() -> None:
    env = fb.envs.RoutingEnv(grid())
    played(env, lambda mask: 0, seed=2)
    assert env.replica == 2
    pairs = fb.run(grid(routing=fb.Routing(alternatives=1)), replicas=3).pairs
    assert env.results().pairs["delivered_s"].tolist() == pairs["delivered_s"][pairs["replica"] == 2].tolist()


@pytest.mark.parametrize("reward, column", [("requests", "requests_done"), ("pairs", "pairs")])
def test_what_steps_tell_adds_up_to_the_results(reward: str, column: str) -> None:
    demands = [d.replace(pairs_per_request=2, min_fidelity=0.86) for d in grid().demands]
    env = fb.envs.RoutingEnv(grid(demands=demands), reward=reward)
    draw = np.random.default_rng(1)
    told = played(env, lambda mask: draw.choice(np.flatnonzero(mask)))
    results = env.results()
    rows = results.demands
    assert rows["rejected_pairs"].sum() > 0
    for name in ("requests_done", "requests_timed_out", "requests_refused", "pairs"):
        assert sum(t[name] for t in told) == rows[name].sum()
    assert sum(t["reward"] for t in told) == rows[column].sum() > 0
    assert sum(t["fidelity_sum"] for t in told) == pytest.approx(results.pairs["fidelity"].sum())
    times = [t["time_s"] for t in told]
    assert times == sorted(times) and times[-1] == 0.06
    assert results.provenance["steered"]["actions"] == len(told)


COMING_AND_GOING = {
    "at once": FAILS,
    "by heartbeats": {**FAILS, "heartbeat_period_s": "0.2 ms"},
    "link state": {**FAILS, "heartbeat_period_s": "0.2 ms", "control_plane": fb.LinkState()},
    "a controller, asked": {
        **FAILS,
        "heartbeat_period_s": "0.2 ms",
        "control_plane": fb.CentralControl(place="b1", mode="reactive", processing_s="0.1 ms"),
    },
    "links go and come": {"changes": [fb.Change(link="a1--a2", at_s="20 ms"), fb.Change(link="b2--c2", at_s="10 ms")]},
}


@pytest.mark.parametrize("name", COMING_AND_GOING)
def test_routes_that_are_down_cannot_be_chosen_and_circuits_that_lose_theirs_ask_again(name: str) -> None:
    env = fb.envs.RoutingEnv(grid(**COMING_AND_GOING[name], duration_s="200 ms"))
    draw = np.random.default_rng(2)
    _, info = env.reset(seed=4)
    over, masked = False, 0
    while not over:
        mask = info["action_mask"]
        assert mask.any()
        for number in np.flatnonzero(mask == 0):
            masked += 1
            with pytest.raises(SpecError) as refused:
                env.step(number)
            assert refused.value.path == "/action" and refused.value.found == str(number)
            assert refused.value.allowed.endswith(": " + ", ".join(map(str, np.flatnonzero(mask))))
        _, _, _, over, info = env.step(draw.choice(np.flatnonzero(mask)))
    assert masked > 0 or name == "a controller, asked"  # which tells of no route that is down
    done = env.results().demands["requests_done"].sum()
    assert done > 100


# ---- what is seen --------------------------------------------------------------------------------------------------------


def test_an_observation_says_what_it_promises() -> None:
    """A ring of unlike arcs with requests at one tick: by hand, and by the figures of `fb.routing`."""
    at = fb.Table(at_s=[0.01, 0.01, 0.01])
    demand = {"node_a": "n0", "traffic": at, "concurrent_requests": 3}
    werner = fb.Werner(fidelity=0.95)
    network = fb.ring(
        5,
        length_m="10 km",
        memory=fb.Memory(name="m", slots=4, two_qubit_gate_reliability=0.99),
        generation=fb.Given(success_probability=0.1, attempt_period_s="100 us", herald_delay_s="50 us", state=werner),
        duration_s=0.1,
        routing=fb.Routing(alternatives=3),
        demands=[fb.Demand(name="x", node_b="n2", **demand), fb.Demand(name="y", node_b="n3", **demand)],
    )  # fmt: skip
    nodes = [node.replace(swap_success_probability=0.8) for node in network.nodes]
    network = network.replace(nodes=nodes)
    env = fb.envs.RoutingEnv(network)
    first, info = env.reset(seed=1)
    short, long = fb.routing.k_shortest_paths(fb.compile(network), "n0", "n2", 2)
    slow = 1e-4 / 0.1
    seconds = [2 * slow / 0.8, 3 * slow / 0.8**2]
    routes = [
        [1, 1 / 2, 1, short.fidelity, 1, 1, 0],
        [1, 1 / 3, seconds[0] / seconds[1], long.fidelity, 1, 1, 0],
        [0] * 7,  # the ring has two ways round
    ]
    np.testing.assert_allclose(first, [1, 0, 3 / 4, 3 / 4, 0.1, *np.ravel(routes)], rtol=1e-6)
    assert info["action_mask"].tolist() == [1, 1, 0]
    assert env.question == fb.envs.Question("x", (("n0", "n1", "n2"), ("n0", "n4", "n3", "n2")))
    # All six requests come at one tick, in turn, and each takes the short way: a slot of its ends, two of n1 or n4.
    slots_of_routes = [
        ("y", [1, 3 / 4, 0], [1, 2 / 4, 0]),
        ("x", [1, 2 / 4, 0], [1, 2 / 4, 0]),
        ("y", [1, 1 / 4, 0], [0, 0, 0]),
        ("x", [0, 0, 0], [0, 0, 0]),
        # The circuit of x waits for one slot of n0 and n2, and two of n1.
        ("y", [0, 0, 1 / 5], [0, 0, 2 / 6]),
    ]
    for demand, short_way, long_way in slots_of_routes:
        observation, _, _, _, info = env.step(0)
        assert info["time_s"] == 0.01 and env.question.demand == demand
        features = observation[5:].reshape(3, 7)
        np.testing.assert_allclose(features[:, 4:], [short_way, long_way, [0, 0, 0]], rtol=1e-6)


def test_a_chain_shows_its_pairs_and_what_its_nodes_can_do() -> None:
    env = fb.envs.SwapEnv(chain(), discards=True)
    _, info = env.reset(seed=1)
    places = [(i, j) for i in range(5) for j in range(i + 1, 5) if (i, j) != (0, 4)]
    draw = np.random.default_rng(3)
    seen = 0
    for _ in range(300):
        action = draw.integers(0, 2, size=3)
        observation, reward, terminated, truncated, info = env.step(action)
        assert reward == -1 and not truncated
        if terminated:
            assert env.pairs == () and not observation.any() and info["action_mask"].all()
            env.reset()
            continue
        expected = np.zeros(9)
        for i, j, age in env.pairs:
            assert age <= 3
            expected[places.index((i, j))] = (age + 1) / 4
        np.testing.assert_allclose(observation, expected, rtol=1e-6)
        for k in range(3):
            a, b = (any(pair[end] == k + 1 for pair in env.pairs) for end in (1, 0))
            assert info["action_mask"][k].tolist() == [1, a and b, a, b, a and b]
        seen += len(env.pairs)
    assert seen > 300


def test_what_nodes_are_told_happens_in_one_slot() -> None:
    """Sure links and swaps, so that every slot ends with a pair wherever one was missing."""
    sure = fb.Given(success_probability=1.0, attempt_period_s="1 ms")
    network = chain(5, None)
    network = network.replace(
        links=[link.replace(generation=sure) for link in network.links],
        nodes=[node.replace(swap_success_probability=1.0) for node in network.nodes],
    )
    env = fb.envs.SwapEnv(network, discards=True)
    for action, left in {
        (0, 0, 0): ((0, 1, 1), (1, 2, 1), (2, 3, 1), (3, 4, 1)),
        (0, 1, 0): ((0, 1, 1), (1, 3, 1), (3, 4, 1)),
        (0, 2, 0): ((0, 1, 1), (1, 2, 0), (2, 3, 1), (3, 4, 1)),
        (0, 3, 0): ((0, 1, 1), (1, 2, 1), (2, 3, 0), (3, 4, 1)),
        (0, 4, 0): ((0, 1, 1), (1, 2, 0), (2, 3, 0), (3, 4, 1)),
        # A swap of a pair that the other node gives up is in vain: both are lost.
        (1, 2, 0): ((0, 1, 0), (1, 2, 0), (2, 3, 1), (3, 4, 1)),
        (1, 1, 0): ((0, 3, 1), (1, 2, 0), (3, 4, 1)),  # nodes 1 and 2 are free again
        (1, 1, 1): (),
    }.items():
        env.reset(seed=1)
        assert env.pairs == ((0, 1, 0), (1, 2, 0), (2, 3, 0), (3, 4, 0))
        *_, terminated, _, info = env.step(action)
        assert env.pairs == left
        assert terminated == (not left) == (info["requests_done"] == 1)


def test_without_a_cutoff_ages_saturate() -> None:
    env = fb.envs.SwapEnv(chain(3, None))
    observation, _ = env.reset(seed=5)
    for _ in range(50):
        expected = np.zeros(2)
        for i, _, age in env.pairs:
            expected[i] = (age + 1) / (age + 2)
        np.testing.assert_allclose(observation, expected, rtol=1e-6)
        observation, *_ = env.step([0])
    assert observation.min() > 0.8


# ---- Gymnasium -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: fb.envs.RoutingEnv(grid()),
        lambda: fb.envs.RoutingEnv(fb.compile(grid()), reward="pairs"),
        lambda: fb.envs.SwapEnv(chain()),
        lambda: fb.envs.SwapEnv(chain(4, None), discards=True),
        lambda: fb.envs.SwapEnv(chain(demands=[fb.Demand(node_a="n0", node_b="n4")]), reward="pairs"),
    ],
)
def test_gymnasium_finds_nothing_wrong(make: Any) -> None:
    check_env(make(), skip_render_check=True)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_many_routing_environments_are_as_many_single_ones(threads: int) -> None:
    scenario = grid(duration_s="10 ms", **FAILS)
    singles = [fb.envs.RoutingEnv(scenario, reward="pairs") for _ in range(7)]
    many = fb.envs.RoutingVectorEnv(scenario, 7, reward="pairs", threads=threads)
    agree(many, singles, lambda mask, draw: int(draw.choice(np.flatnonzero(mask))))


@pytest.mark.parametrize("threads", [1, 2])
def test_many_chains_are_as_many_single_ones(threads: int) -> None:
    singles = [fb.envs.SwapEnv(chain(), discards=True) for _ in range(5)]
    many = fb.envs.SwapVectorEnv(chain(), 5, discards=True, threads=threads)
    agree(many, singles, lambda mask, draw: draw.choice([0, 1, 1, 1, 2, 3, 4], size=3))


def agree(many: Any, singles: list[Any], choose: Any) -> None:
    """Step by step, over the ends of episodes."""
    draw = np.random.default_rng(7)
    observations, infos = many.reset(seed=11)
    told = [env.reset(seed=11 + i) for i, env in enumerate(singles)]
    over, ends = [False] * len(singles), 0
    for _ in range(150):
        assert observations in many.observation_space
        for i, (observation, info) in enumerate(told):
            np.testing.assert_array_equal(observations[i], observation)
            assert set(infos) == {*info, *(f"_{name}" for name in info)}
            for name, value in info.items():
                np.testing.assert_array_equal(infos[name][i], value)
                assert infos[f"_{name}"][i]
        actions = [choose(info["action_mask"], draw) for _, info in told]
        observations, rewards, terminated, truncated, infos = many.step(np.array(actions))
        for i, env in enumerate(singles):
            if over[i]:
                told[i], over[i], reward, ended = env.reset(), False, 0.0, (False, False)
                ends += 1
            else:
                observation, reward, *ended, info = env.step(actions[i])
                told[i], over[i] = (observation, info), any(ended)
            assert rewards[i] == reward
            assert (terminated[i], truncated[i]) == tuple(ended)
    assert ends > 5


def test_episodes_follow_from_the_seed() -> None:
    env = fb.envs.RoutingEnv(grid(duration_s="10 ms"))
    runs = []
    for _ in range(2):
        env.reset(seed=5)
        runs.append([[t["time_s"] for t in played_on(env)] for _ in range(3)])
        assert env.replica == 5 + 3 * 2**32
    assert runs[0] == runs[1]
    assert runs[0][0] != runs[0][1] != runs[0][2]
    unseeded = [fb.envs.RoutingEnv(grid()) for _ in range(2)]
    assert unseeded[0].reset()[1]["time_s"] != unseeded[1].reset()[1]["time_s"]


def played_on(env: Any) -> list[dict[str, Any]]:
    told, over = [], False
    while not over:
        _, _, _, over, info = env.step(0)
        told.append(info)
    env.reset()
    return told


def test_an_episode_without_questions_ends_with_its_first_step() -> None:
    scenario = grid(demands=[fb.Demand(node_a="a1", node_b="c3", traffic=fb.Table(at_s=[1.0]))])
    for env in (fb.envs.RoutingEnv(scenario), fb.envs.RoutingVectorEnv(scenario, 1)):
        _, info = env.reset(seed=0)
        assert np.all(info["action_mask"] == 1) and info["time_s"] == pytest.approx(0.06)
        action = np.zeros(env.action_space.shape, dtype=int)
        assert [bool(np.squeeze(flag)) for flag in env.step(action)[2:4]] == [False, True]


# ---- what is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "action, found", [(3, "3"), (-1, "-1"), (2**70, str(2**70)), (1.5, "1.5"), ("0", "'0'"), (None, "None")]
)
def test_what_is_no_route_is_refused(action: Any, found: str) -> None:
    env = fb.envs.RoutingEnv(grid())
    seen, _ = env.reset(seed=1)
    with pytest.raises(SpecError) as refused:
        env.step(action)
    assert (refused.value.path, refused.value.found) == ("/action", found)
    # Nothing has happened.
    untouched = fb.envs.RoutingEnv(grid())
    np.testing.assert_array_equal(untouched.reset(seed=1)[0], seen)
    np.testing.assert_array_equal(env.step(2)[0], untouched.step(2)[0])


def test_of_many_actions_the_wrong_one_is_named() -> None:
    envs = fb.envs.RoutingVectorEnv(grid(), 3)
    with pytest.raises(ResetNeeded):
        envs.step(np.zeros(3, dtype=int))
    envs.reset(seed=1)
    with pytest.raises(SpecError, match="/actions/1") as refused:
        envs.step(np.array([0, 7, 0]))
    assert refused.value.allowed == "a route that the demand has and that is up now: 0, 1, 2"
    for actions in (np.zeros(2, dtype=int), np.zeros(3), np.zeros((3, 1), dtype=int)):
        with pytest.raises(SpecError, match="/actions"):
            envs.step(actions)


@pytest.mark.parametrize(
    "action, path", [([2, 0, 0], "/action/0"), ([0, 0, -1], "/action/2"), ([0, 0], "/action"), ([0.0] * 3, "/action")]
)
def test_what_no_node_can_do_is_refused(action: list[Any], path: str) -> None:
    env = fb.envs.SwapEnv(chain())
    env.reset(seed=1)
    with pytest.raises(SpecError) as refused:
        env.step(action)
    assert refused.value.path == path
    envs = fb.envs.SwapVectorEnv(chain(), 2, discards=True)
    envs.reset(seed=1)
    with pytest.raises(SpecError, match="/actions/1/2"):
        envs.step(np.array([[0, 1, 4], [0, 1, 5]]))


SHORTS = fb.Demand(
    node_a="a1",
    node_b="b2",
    routes=[fb.WeightedRoute(nodes=over.split()) for over in ("a1 a2 b2", "a1 b1 b2", "a1 a2 a3 b3 b2")],
)
IN_ROUNDS = grid(
    rounds=fb.Rounds(router=fb.QPassRouter(), round_s="2 ms", attempt_s="1 ms"),
    routing=fb.Routing(kind="hops", alternatives=3),
    demands=[fb.Demand(node_a="a1", node_b="c3")],
)


@pytest.mark.parametrize(
    "scenario, path",
    [
        (grid(routing=fb.Routing()), "/routing/alternatives"),
        (grid(routing=fb.Routing(alternatives=65)), "/routing/alternatives"),
        (grid(demands=[]), "/demands"),
        (grid(limits=fb.Limits(max_wall_s=1)), "/limits/max_wall_s"),
        (grid(demands=[SHORTS], routing=fb.Routing(alternatives=2)), "/demands/0/routes"),
        (grid(programs=[fb.BoundProgram(node="a1", program="mine:Alice")]), "/programs"),
        (IN_ROUNDS, "/rounds"),
    ],
)
def test_scenarios_without_a_choice_of_routes_are_refused(scenario: fb.Scenario, path: str) -> None:
    for make in (fb.envs.RoutingEnv, fb.envs.RoutingVectorEnv):
        with pytest.raises(SpecError) as refused:
            make(scenario)
        assert refused.value.path == path


ONE = chain().demands[0]


@pytest.mark.parametrize(
    "scenario, path",
    [
        (grid(), "/demands"),
        (fb.chain(nodes=3, length_m=0, generation=fb.Given(success_probability=0.5, attempt_period_s="1 ms")), ""),
        (chain(control="messages"), ""),
        (chain(2, None), "/demands/0"),
        (chain(demands=[ONE.replace(swapping=fb.Doubling())]), "/demands/0/swapping"),
        (chain(demands=[ONE.replace(traffic=fb.BackToBack())]), "/demands/0/traffic"),
        (chain(demands=[ONE.replace(rules=[fb.Rule(do="swap", when="age_s_a < 1")])]), "/demands/0/rules/0/do"),
        (chain(failures=[fb.Failure(links=["n0--n1"], mtbf_s=1, mttr_s=1)]), "/failures"),
        (chain(changes=[fb.Change(at_s=0.1, link="n0--n1")]), "/changes"),
    ],
)
def test_what_is_no_chain_with_a_clock_is_refused(scenario: fb.Scenario, path: str) -> None:
    with pytest.raises(SpecError) as refused:
        fb.envs.SwapEnv(scenario)
    assert refused.value.path == path


def test_words_and_numbers_are_checked() -> None:
    with pytest.raises(SpecError) as refused:
        fb.envs.RoutingEnv(grid(), reward="request")
    assert (refused.value.path, refused.value.nearest) == ("/reward", "requests")
    with pytest.raises(SpecError, match="/reward"):
        fb.envs.SwapEnv(chain(), reward="requests")
    for count in (0, 1.5):
        with pytest.raises(SpecError, match="num_envs"):
            fb.envs.RoutingVectorEnv(grid(), count)
    with pytest.raises(SpecError, match="threads"):
        fb.envs.SwapVectorEnv(chain(), 2, threads=0)
    with pytest.raises(TypeError, match="a Scenario or a Model, not str"):
        fb.envs.RoutingEnv("surfnet")
    env = fb.envs.RoutingEnv(grid())
    envs = fb.envs.RoutingVectorEnv(grid(), 2)
    for seed in (-1, 2**32, 0.5):
        for one in (env, envs):
            with pytest.raises(SpecError, match="/seed"):
                one.reset(seed=seed)
    with pytest.raises(SpecError, match="/seed"):
        envs.reset(seed=[1, 2, 3])
    for one in (env, envs):
        with pytest.raises(SpecError, match="/options"):
            one.reset(options={"randomise": True})
        with pytest.raises(SpecError, match="/options: found 5"):
            one.reset(options=5)  # type: ignore[arg-type]
    envs.reset(seed=[3, 9])


def test_an_environment_wants_to_be_reset() -> None:
    env = fb.envs.RoutingEnv(grid(duration_s="5 ms"))
    for ask in (lambda: env.step(0), lambda: env.replica):
        with pytest.raises(ResetNeeded):
            ask()
    with pytest.raises(RunError, match="reset"):
        env.results()
    played(env, lambda mask: 0)
    with pytest.raises(ResetNeeded):
        env.step(0)
    env.results()
    with pytest.raises(RunError, match="reset"):
        env.results()
    env.reset()
    env.step(0)
    env.results()
    assert env.question == fb.envs.Question("", ())
    chained = fb.envs.SwapEnv(chain())
    chained.reset()
    chained.results()
    assert chained.pairs == ()


@pytest.mark.skipif(os.name != "posix", reason="sends itself SIGINT")
@pytest.mark.parametrize("count", [1, 4])
def test_ctrl_c_is_heard_within_a_step(count: int) -> None:
    """Nobody asks for a second circuit, and pairs go on and on."""
    endless = grid(demands=[fb.Demand(node_a="a1", node_b="c3")], duration_s=100_000, record="summary")
    envs = fb.envs.RoutingVectorEnv(endless, count, threads=2)
    envs.reset(seed=0)
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        envs.step(np.zeros(count, dtype=int))
    timer.join()
    with pytest.raises(RunError, match="interrupted"):
        envs.step(np.zeros(count, dtype=int))
    assert envs._core.question() == ("", [])
    envs.reset(seed=0)


def test_one_thread_steps_at_a_time() -> None:
    endless = grid(demands=[fb.Demand(node_a="a1", node_b="c3")], duration_s=100_000, record="summary")
    envs = fb.envs.RoutingVectorEnv(endless, 2, threads=1)
    envs.reset(seed=0)
    refused: list[RunError] = []

    def meanwhile() -> None:
        while not refused:
            try:
                envs._core.question()
            except RunError as error:
                refused.append(error)
        os.kill(os.getpid(), signal.SIGINT)

    other = threading.Thread(target=meanwhile)
    other.start()
    with pytest.raises(KeyboardInterrupt):
        envs.step(np.zeros(2, dtype=int))
    other.join()
    assert "another thread" in str(refused[0])


# ---- the package ---------------------------------------------------------------------------------------------------------


def test_without_gymnasium_the_line_that_installs_it_is_told() -> None:
    code = "import sys; sys.modules['gymnasium'] = None; import farbell as fb; fb.envs.RoutingEnv"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.stderr.splitlines()[-1] == "ImportError: farbell.envs needs gymnasium: pip install 'farbell[rl]'"
    with pytest.raises(AttributeError, match="Routing"):
        _ = fb.envs.Routing


def test_they_are_gymnasiums() -> None:
    model = fb.compile(grid())
    assert isinstance(model, Model)
    assert isinstance(fb.envs.RoutingEnv(model), gymnasium.Env)
    envs = fb.envs.RoutingVectorEnv(model, 2)
    assert isinstance(envs, gymnasium.vector.VectorEnv)
    assert envs.metadata["autoreset_mode"] == gymnasium.vector.AutoresetMode.NEXT_STEP
    assert repr(envs) == "RoutingVectorEnv(num_envs=2)"
