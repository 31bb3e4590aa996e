"""What a network could do at most, whatever its protocols: capacities of its links, and the bound that forbids a target.

See docs/physics/bounds.md. What follows from capacities (cuts, widest paths, throughputs) is in
:class:`farbell.analysis.Capacities`.
"""

from farbell.bounds.capacities import ATTEMPT_MODES, attempt_modes, capacities
from farbell.bounds.forbidding import Forbidden, forbidding_bound
from farbell.bounds.of_demands import demand_bounds, ghz_demand_bounds
from farbell.bounds.routes import RouteBound, ghz_route_bounds, lane_bounds, route_bounds

__all__ = [
    "ATTEMPT_MODES",
    "Forbidden",
    "RouteBound",
    "attempt_modes",
    "capacities",
    "demand_bounds",
    "forbidding_bound",
    "ghz_demand_bounds",
    "ghz_route_bounds",
    "lane_bounds",
    "route_bounds",
]
