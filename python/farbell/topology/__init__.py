"""Networks from a few words, from coordinates, from a graph or from a map: every builder gives a scenario."""

from farbell.topology.geo import great_circle_m
from farbell.topology.graphml import from_graphml
from farbell.topology.graphs import from_coordinates, from_networkx
from farbell.topology.maps import from_map, maps
from farbell.topology.shapes import chain, grid, ring, star

__all__ = [
    "chain",
    "from_coordinates",
    "from_graphml",
    "from_map",
    "from_networkx",
    "great_circle_m",
    "grid",
    "maps",
    "ring",
    "star",
]
