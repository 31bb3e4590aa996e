"""Networks from a few words, from coordinates, from a graph or from a map: every builder gives a scenario."""

from farbell.topology.drawn import random_geometric, waxman
from farbell.topology.geo import great_circle_m
from farbell.topology.graphml import from_graphml
from farbell.topology.graphs import from_coordinates, from_networkx
from farbell.topology.maps import from_map, maps
from farbell.topology.metro import metro_backbone
from farbell.topology.repeaters import with_repeaters
from farbell.topology.shapes import chain, grid, ring, star, torus

__all__ = [
    "chain",
    "from_coordinates",
    "from_graphml",
    "from_map",
    "from_networkx",
    "great_circle_m",
    "grid",
    "maps",
    "metro_backbone",
    "random_geometric",
    "ring",
    "star",
    "torus",
    "waxman",
    "with_repeaters",
]
