"""Routes through a network by each kind of routing, and what runs say of the kinds.

See docs/physics/routing.md and docs/guide/routing.md.
"""

from farbell.bounds.multicommodity import multicommodity
from farbell.route_search import Route, demand_routes, k_shortest_paths, route, shortest_path
from farbell.routing.comparison import RouterComparison, compare

__all__ = [
    "Route",
    "RouterComparison",
    "compare",
    "demand_routes",
    "k_shortest_paths",
    "multicommodity",
    "route",
    "shortest_path",
]
