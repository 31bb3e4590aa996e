"""Classical messages along a route: fibres and the processing at the nodes between (H07)."""

from __future__ import annotations

import pytest

import farbell as fb
from physics.cases import case

H07 = case("H07")
NODES = ("n1", "n2", "n3", "n4")
LENGTHS_M = (30e3, 50e3, 20e3)


def last_node_knows_s(first: str) -> float:
    """From the Bell measurements, all at one time, of a route from `first` to n4 until n4 has their results.

    Every link makes a pair at its first attempt, known at once; swaps take no time. n4 measures its qubit when it knows
    all results, and that ends the time in which its slot is occupied. The next attempt is later than the end of the run.
    """
    link = fb.Given(success_probability=1.0, attempt_period_s=1.0)
    scenario = fb.Scenario(
        duration_s=0.1,
        memories=[fb.Memory(name="memory", slots=2)],
        nodes=[fb.Node(name=name, memory="memory", processing_delay_s=10e-6) for name in NODES],
        links=[
            fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=length, speed_m_per_s=2e8), generation=link)
            for a, b, length in zip(NODES, NODES[1:], LENGTHS_M, strict=False)
        ],
        demands=[fb.Demand(node_a=first, node_b="n4", use="measure", traffic=fb.OneOff())],
    )
    results = fb.run(scenario, threads=1, progress=False)
    assert results.pairs["swaps"].tolist() == [len(NODES) - NODES.index(first) - 2]
    return float(results.nodes["slot_seconds"][NODES.index("n4")])


@pytest.mark.parametrize(("node", "first"), [("node2", "n1"), ("node3", "n2")])
def test_results_of_measurements_travel(node: str, first: str) -> None:
    """The result of the node next to `first` is the last to come."""
    assert last_node_knows_s(first) == pytest.approx(H07.expected[f"from_{node}_s"], rel=H07.tolerance)
