"""Links that are bright enough, and not too bright, for a fidelity between two ends: before a run, in which it is fixed."""

from __future__ import annotations

from farbell._core import Scenario, SingleClick, SpecError
from farbell.analysis.bright_state import optimal_bright_state, with_bright_state
from farbell.stack.map import Map

__all__ = ["for_fidelity"]


def for_fidelity(scenario: Scenario, a: str, b: str, fidelity: float) -> Scenario:
    """The scenario with the bright states of single-click links between two nodes chosen for a fidelity from end to end.

    The faster a link, the worse: each on the route gets the bright state of the highest rate at which its pairs, as
    emitted, are good enough, if all links are equally good and swapped at once. Waiting costs more; ask for that, too.

    Parameters
    ----------
    scenario : Scenario
        The network.
    a, b : str
        The ends.
    fidelity : float
        Of pairs between them.

    Returns
    -------
    Scenario
        Links of other kinds are left as they are.

    Raises
    ------
    SpecError
        If no route joins the ends, or a link cannot be good enough.

    Examples
    --------
    >>> import farbell as fb
    >>> click = fb.SingleClick(station="midpoint", bright_state=0.3)
    >>> scenario = fb.chain(3, length_m="20 km", generation=click, demands=[])
    >>> known = fb.stack.Map(fb.stack.for_fidelity(scenario, "n0", "n2", 0.8))
    >>> fidelities = [known.link(*ends).table.fidelity for ends in (("n0", "n1"), ("n1", "n2"))]
    >>> round(known.swapped_fidelity(("n0", "n1", "n2"), fidelities), 6)
    0.8
    """
    known = Map(scenario)
    nodes = known.route(a, b)
    if nodes is None or len(nodes) < 2:
        raise SpecError("b", repr(b), f"a node that usable links join with {a!r}")
    wanted = known.link_fidelity(nodes, fidelity)
    hops = {frozenset(ends) for ends in zip(nodes, nodes[1:], strict=False)}
    stations = {station.name: station for station in scenario.stations}
    links = []
    for link in scenario.links:
        if frozenset((link.node_a, link.node_b)) in hops:
            ends = f"the link between {link.node_a} and {link.node_b}"
            if isinstance(link.generation, SingleClick):
                station = stations[link.generation.station]
                memories = known.memory(link.node_a), known.memory(link.node_b)
                try:
                    best = optimal_bright_state(link, *memories, station, fidelity=min(wanted, 1.0))
                except ValueError as error:
                    raise SpecError("fidelity", str(fidelity), f"what {ends} allows: {error}") from None
                link = with_bright_state(link, best.bright_state)
            elif known.attainable_fidelity(link.node_a, link.node_b) < wanted:
                raise SpecError("fidelity", str(fidelity), f"what {ends} allows, whose pairs would need {wanted:.6g}")
        links.append(link)
    return scenario.replace(links=links)
