"""Routes through a network by each kind of routing, and what runs say of the kinds.

See docs/physics/routing.md and docs/guide/routing.md.
"""

from farbell.bounds.multicommodity import multicommodity
from farbell.route_search import Route, demand_routes, k_shortest_paths, route, shortest_path
from farbell.routing.comparison import RouterComparison, compare
from farbell.routing.fair_admission import FairDemands, admit_fairly, fair_rates

__all__ = [
    "FairDemands",
    "Route",
    "RouterComparison",
    "admit_fairly",
    "compare",
    "demand_routes",
    "fair_rates",
    "k_shortest_paths",
    "multicommodity",
    "route",
    "shortest_path",
]
