"""Scenarios in which something fails: one line from a question to a run."""

from __future__ import annotations

from collections.abc import Sequence

from farbell._core import Failure, Scenario, SpecError
from farbell._nearest import nearest
from farbell.topology.repeaters import link_name

__all__ = ["without"]


def without(scenario: Scenario, *names: str, down: Sequence[tuple[float, float]] | None = None) -> Scenario:
    """The same network while nodes or links of it are down: what if Utrecht fails?

    Parameters
    ----------
    scenario : Scenario
        The network; failures that it has already stay.
    *names : str
        Nodes, links by their names or as "node_a--node_b", or regions of nodes. Of those that share a name the first of
        these kinds is meant.
    down : sequence of (float, float), optional
        Windows (from, until) in seconds in which all of them are down; left out, the whole run.

    Returns
    -------
    Scenario
        The scenario with one more failure.

    Raises
    ------
    SpecError
        If there is no name, or one that no node, link or region has.

    Examples
    --------
    >>> import farbell as fb
    >>> chain = fb.chain(nodes=3, length_m=20e3, duration_s=0.2)
    >>> fb.without(chain, "n1").failures[0].nodes
    ('n1',)
    >>> results = fb.run(fb.without(chain, "n0--n1", down=[(0.05, 0.1)]))
    >>> results.failures["link"].tolist(), results.failures["up_s"].tolist()
    (['n0--n1'], [0.1])
    """
    if not names:
        raise SpecError("names", "nothing", "at least one node, link or region")
    known_nodes = [node.name for node in scenario.nodes]
    known_links = [link_name(link) for link in scenario.links]
    regions = [node.region for node in scenario.nodes if node.region]
    known = [*known_nodes, *known_links, *regions]
    for name in names:
        if name not in known:
            raise SpecError("names", repr(name), "a node, link or region of the scenario", nearest(name, known))
    others = [name for name in names if name not in known_nodes]
    failure = Failure(
        nodes=[name for name in names if name in known_nodes],
        links=[name for name in others if name in known_links],
        regions=[name for name in others if name not in known_links],
        down=[(0.0, 2 * scenario.duration_s)] if down is None else list(down),
    )
    return scenario.replace(failures=[*scenario.failures, failure])
