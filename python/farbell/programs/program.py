"""What a researcher writes: the program of a node."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from farbell.programs.node import Node

__all__ = ["Program"]


class Program:
    """The program of one node. Subclasses write :meth:`run`.

    A run makes no copies: an instance that is bound to several nodes, or run for several replicas, is the same object in
    all of them. What belongs to one run is best kept in local variables of ``run``.

    Attributes
    ----------
    peers : tuple of str or None
        Names of the nodes with which it shares pairs; None: any node that has a program. For every two nodes with
        programs of which one names the other, or neither names any, the run gets a demand with traffic
        :class:`farbell.ByPrograms`, unless the scenario has one. In large networks name them, or nearly all nodes get a
        demand with nearly all. Set on the class, or on the object in ``__init__``.

    Examples
    --------
    >>> import farbell as fb
    >>> class Clock(fb.Program):
    ...     def run(self, node):
    ...         while True:
    ...             yield node.wait("100 ms")
    ...             node.record(tick_s=node.now_s)
    >>> results = fb.run(fb.chain(nodes=2, length_m=1e3, duration_s=0.35), programs={"n0": Clock()})
    >>> results.records["tick_s"].round(3).tolist()
    [0.1, 0.2, 0.3]
    """

    peers: tuple[str, ...] | None = None

    def run(self, node: Node) -> Generator[Any, Any, Any]:
        """A generator that yields what it waits for: operations of ``node``, or some of them joined by
        :func:`any_of` and :func:`all_of`.

        Parameters
        ----------
        node : Node
            The node on which it runs.
        """
        raise NotImplementedError(f"{type(self).__name__} has no run()")
