"""Same scenario, same seed: the same bytes. Draws belong to who makes them, so that strangers change nothing."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import farbell as fb
from oracle.scenarios import SCENARIOS, given
from physics.sampling import SEED

REPLICAS = 5
STATISTICS = ("batches", "moments", "latency_sketch", "fidelity_histogram")


def scenario(name: str, **changes: Any) -> fb.Scenario:
    return fb.Scenario.from_json(json.dumps(SCENARIOS[name] | {"seed": SEED} | changes))


def run(scenario: fb.Scenario, threads: int = 1, **rest: Any) -> fb.Results:
    return fb.run(scenario, threads=threads, progress=False, **{"replicas": REPLICAS, **rest})


def fingerprint(results: fb.Results, but: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Every number of the results, bit by bit."""
    columns = {
        f"{name}.{column}": table.codes(column).tobytes()
        for name, table in results.tables.items()
        for column in table
        if column not in but
    }
    return columns | {name: getattr(results, name).tobytes() for name in STATISTICS}


@pytest.mark.parametrize("name", SCENARIOS)
def test_threads_change_nothing(name: str) -> None:
    alone = fingerprint(run(scenario(name)))
    assert fingerprint(run(scenario(name), threads=2)) == alone
    assert fingerprint(run(scenario(name), threads=4)) == alone


@pytest.mark.parametrize("name", SCENARIOS)
def test_skipping_attempts_changes_nothing_but_the_events(name: str) -> None:
    events = ("events", "stale_events")
    skipped = fingerprint(run(scenario(name, detail="skip")), but=events)
    assert fingerprint(run(scenario(name, detail="attempt")), but=events) == skipped


@pytest.mark.parametrize("record", ["rows", "summary"])
def test_statistics_do_not_depend_on_rows(record: str) -> None:
    results = run(scenario("grid", record=record))
    expected = run(scenario("grid"))
    for name in STATISTICS:
        assert getattr(results, name).tobytes() == getattr(expected, name).tobytes()


def delivered(results: fb.Results, replica: int) -> list[float]:
    return results.pairs["delivered_s"][results.pairs["replica"] == replica].tolist()


def test_replicas_and_seeds_differ() -> None:
    results, other_seed = run(scenario("grid")), run(scenario("grid", seed=SEED + 1))
    histories = [delivered(r, replica) for r in (results, other_seed) for replica in range(REPLICAS)]
    assert all(histories)
    assert len({tuple(history) for history in histories}) == 2 * REPLICAS


def test_a_replica_does_not_depend_on_their_number() -> None:
    few, many = run(scenario("grid"), replicas=2), run(scenario("grid"), replicas=REPLICAS)
    for replica in range(2):
        assert delivered(few, replica) == delivered(many, replica)


ENTITIES = {"pairs": "demand", "requests": "demand", "links": "link", "nodes": "node", "demands": "demand"}


def of_entities(results: fb.Results, names: set[str]) -> dict[str, Any]:
    """All rows of these nodes, links and demands, bit by bit."""
    found = {}
    for table_name, entity in ENTITIES.items():
        table = results.tables[table_name]
        owners = table[entity].tolist()
        rows = [row for row, owner in enumerate(owners) if owner in names]
        for column in table:
            bits = table.codes(column)[rows].tobytes()
            found[f"{table_name}.{column}"] = [owners[row] for row in rows] if column == entity else bits
    return found


def names_of(document: dict[str, Any]) -> set[str]:
    links = {f"{link['node_a']}--{link['node_b']}" for link in document["links"]}
    demands = {f"{demand['node_a']}->{demand['node_b']}" for demand in document["demands"]}
    return {node["name"] for node in document["nodes"]} | links | demands


def with_strangers(document: dict[str, Any], *, first: bool) -> dict[str, Any]:
    """Two nodes and their demand apart from all others, and a node at the end of a link that leads nowhere."""
    link = {"fiber": {"length_m": 1e3}, "generation": given(0.3)}
    somewhere = document["nodes"][0]["name"]
    more = {
        "nodes": [{"name": name, "memory": "m"} for name in ("stranger", "friend", "hermit")],
        "links": [link | {"node_a": "stranger", "node_b": "friend"}, link | {"node_a": somewhere, "node_b": "hermit"}],
        "demands": [{"node_a": "stranger", "node_b": "friend", "traffic": {"kind": "poisson", "rate_hz": 5000.0}}],
    }
    merged = {key: strangers + document[key] if first else document[key] + strangers for key, strangers in more.items()}
    return document | merged


#: With a bound on the open requests of the whole network, those of strangers count.
UNBOUNDED = [name for name, document in SCENARIOS.items() if "max_open_requests" not in document]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("name", UNBOUNDED)
def test_strangers_change_nothing(name: str, first: bool) -> None:
    document = SCENARIOS[name] | {"seed": SEED}
    names = names_of(document)
    alone = run(fb.Scenario.from_json(json.dumps(document)))
    crowded = run(fb.Scenario.from_json(json.dumps(with_strangers(document, first=first))))
    assert np.any(crowded.pairs["demand"] == "stranger->friend")
    assert of_entities(crowded, names) == of_entities(alone, names)


def test_a_change_at_one_link_leaves_the_others_draws() -> None:
    """Two demands that share no link: one link of the second succeeds more often."""
    arms = [("a", "b"), ("b", "c"), ("d", "e"), ("e", "f")]
    document = SCENARIOS["three nodes"] | {
        "nodes": [{"name": name, "memory": "m"} for name in "abcdef"],
        "links": [{"node_a": a, "node_b": b, "fiber": {"length_m": 2e3}, "generation": given()} for a, b in arms],
        "demands": [{"node_a": "a", "node_b": "c"}, {"node_a": "d", "node_b": "f"}],
        "seed": SEED,
    }
    before = run(fb.Scenario.from_json(json.dumps(document)))
    document["links"][3] |= {"generation": given(0.2)}
    after = run(fb.Scenario.from_json(json.dumps(document)))
    same, changed = {"a", "b", "c", "a--b", "b--c", "a->c"}, {"d->f"}
    assert of_entities(after, same) == of_entities(before, same)
    assert of_entities(after, changed) != of_entities(before, changed)
