"""GHZ demands along trees over small networks drawn at random: the product and the oracle make the same trace."""

import json
import random

import pytest

from farbell import _core

from .scenarios import GATES, GAUSSIAN, NOISY, PAULI, SKEWED, given
from .test_traces import assert_same_run


def random_scenario(seed):
    """Lengths at random: no two trees cost the same, so both find the one that is least."""
    dice = random.Random(seed)
    nodes = [f"n{k}" for k in range(dice.randint(4, 7))]
    ends = {tuple(sorted((nodes[k], nodes[dice.randrange(k)]))) for k in range(1, len(nodes))}
    ends |= {tuple(sorted(dice.sample(nodes, 2))) for _ in range(dice.randint(0, 3))}
    links = [
        {
            "name": f"L{k}", "node_a": pair[k % 2], "node_b": pair[1 - k % 2], "fiber": {"length_m": dice.uniform(5e2, 5e3)},
            "generation": given(dice.choice([0.3, 0.6]), state=dice.choice([None, None, SKEWED])),
        }
        for k, pair in enumerate(sorted(ends))
    ]  # fmt: skip
    ghz = []
    for number in range(dice.randint(1, 2)):
        users = dice.sample(nodes, dice.randint(2, 4))
        ghz.append(
            {
                "name": f"g{number}", "users": users, "tree": dice.choice(["steiner", "shortest_paths"]), "width": dice.choice([1, 1, 2]),
                "traffic": dice.choice([{"kind": "continuous"}, {"kind": "poisson", "rate_hz": 6e3}, {"kind": "back_to_back"}, {"kind": "one_off", "requests": 3}]),
                "states_per_request": dice.randint(1, 2), "deadline_s": dice.choice([None, None, 3e-4]), "max_queue": dice.choice([None, 2]),
                "min_fidelity": dice.choice([0.0, 0.0, 0.6]), "bases": dice.choice([[], [], ["XYZX"[: len(users)], "ZZZZ"[: len(users)]]]),
            }
        )  # fmt: skip
    memory = dice.choice([{}, NOISY, GAUSSIAN, PAULI]) | dice.choice([{}, GATES])
    return {
        "version": 1, "seed": seed, "duration_s": 2e-3, "memories": [{"name": "m", "slots": dice.choice([8, 12])} | memory], "links": links,
        "demands": [{"node_a": nodes[0], "node_b": nodes[-1]}] if dice.random() < 0.3 else [], "ghz_demands": ghz, "routing": {"kind": "length"},
        "nodes": [
            {"name": name, "memory": "m", "swap_success_probability": dice.choice([1.0, 0.8]), "processing_delay_s": dice.choice([0.0, 2e-6])}
            for name in nodes
        ],
        "changes": [{"at_s": 8e-4, "link": dice.choice(links)["name"]}] if dice.random() < 0.3 else [],
        "failures": [{"nodes": [dice.choice(nodes)], "down": [[5e-4, 1.1e-3]]}] if dice.random() < 0.3 else [],
        "control": dice.choice(["messages", "messages", "ideal"]),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_same_run(seed):
    scenario = random_scenario(seed)
    try:
        _core.compile(_core.Scenario.from_json(json.dumps(scenario)))
    except _core.SpecError as error:
        assert "width" in error.path, str(error)
        scenario["memories"][0]["slots"] = 40
    assert_same_run(scenario, replica=seed % 3)
