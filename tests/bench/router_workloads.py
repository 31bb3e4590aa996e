"""What a decision of each kind of routing costs."""

from __future__ import annotations

import random
from typing import Any

from timing import Timer


def unlike(network: Any) -> Any:
    """The network with links of unlike success and fidelity, and swaps that succeed in 9 of 10 cases."""
    import farbell as fb

    draw = random.Random(3)
    links = []
    for link in network.links:
        state = fb.Werner(fidelity=draw.uniform(0.97, 0.999))
        how = link.generation.replace(success_probability=draw.uniform(1e-3, 0.1), state=state)
        links.append(link.replace(generation=how))
    return network.replace(links=links, nodes=[node.replace(swap_success_probability=0.9) for node in network.nodes])


def measure_routers(network: Any) -> dict[str, float]:
    """CPU milliseconds of one decision, by the public API on a compiled model: medians over five pairs of nodes.

    The linear programme decides for all demands of the network at once, if it has any.
    """
    import farbell as fb
    from farbell.route_search import KINDS

    draw = random.Random(4)
    names = [node.name for node in network.nodes]
    ends = [draw.sample(names, 2) for _ in range(5)]
    figures = {}
    for kind in (kind for kind in KINDS if kind != "multicommodity"):
        # As in a run, the costs of links are known: those of the scenario's own kind.
        model = fb.compile(network.replace(demands=[], routing=fb.Routing(kind=kind)))
        taken = []
        for a, b in ends:
            most = fb.routing.route(model, a, b, kind="fidelity").fidelity
            least = max(0.3, most - 0.02) if kind in ("q_path", "q_leap") else 0.0
            with Timer() as search:
                for _ in range(5):
                    fb.routing.route(model, a, b, min_fidelity=least)
            taken.append(search.cpu_s / 5 * 1e3)
        figures[f"{kind}_ms"] = sorted(taken)[len(taken) // 2]
    if network.demands:
        fb.routing.multicommodity(network)  # scipy is loaded
        with Timer() as search:
            fb.routing.multicommodity(network)
        figures["multicommodity_ms"] = search.cpu_s * 1e3
    return figures
