"""What is in force in a live run, and what is said to change it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from farbell._core import SpecError
from farbell._numbers import whole

__all__ = ["Circuit", "RouteInForce", "listed", "node_names", "row_number"]


@dataclass(frozen=True)
class RouteInForce:
    """A route that a demand may take now.

    Attributes
    ----------
    nodes : tuple of str
        Names of its nodes, from the demand's ``node_a`` to its ``node_b``.
    usable : bool
        Whether its links can succeed, as far as is known: a failure that nobody has noticed is not.

    Examples
    --------
    >>> import farbell as fb
    >>> with fb.live(fb.chain(nodes=3, length_m="20 km", duration_s=0.1)) as run:
    ...     run.routes
    {'n0->n2': (RouteInForce(nodes=('n0', 'n1', 'n2'), usable=True),)}
    """

    nodes: tuple[str, ...]
    usable: bool


class Circuit(NamedTuple):
    """A circuit of a demand: booked memory slots along a route.

    Attributes
    ----------
    demand : str
        Whose it is.
    circuit : int
        Its number, from 0, among those of the demand.
    state : str
        "idle", "asking" (it waits for slots), "setting_up", "up" or "releasing".
    route : tuple of str
        The nodes of its route; empty before it has set out.

    Examples
    --------
    >>> import farbell as fb
    >>> with fb.live(fb.chain(nodes=3, length_m="20 km", duration_s=0.1)) as run:
    ...     _ = run.advance(until_s="10 ms")
    ...     run.circuits
    (Circuit(demand='n0->n2', circuit=0, state='up', route=('n0', 'n1', 'n2')),)
    """

    demand: str
    circuit: int
    state: str
    route: tuple[str, ...]


def row_number(first: int) -> int:
    """The number of the first row that somebody wants."""
    number = whole(first, "/first")
    if not 0 <= number < 2**63:
        raise SpecError("/first", repr(first), "a whole number of at least 0")
    return number


def listed(values: Any, path: str, allowed: str = "a list") -> list[Any]:
    """Things one after the other: no text, and nothing without an order."""
    if isinstance(values, (str, bytes, set, frozenset)) or not isinstance(values, Iterable):
        raise SpecError(path, repr(values), allowed)
    return list(values)


def node_names(values: Any, path: str) -> list[str]:
    """The nodes of a route."""
    names = listed(values, path, "a list of names of nodes")
    for i, name in enumerate(names):
        if not isinstance(name, str):
            raise SpecError(f"{path}/{i}", repr(name), "the name of a node")
    return names
