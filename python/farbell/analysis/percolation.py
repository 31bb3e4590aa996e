"""Networks in one shot: every link is there or not, and what the links that are there can join.

See docs/physics/bounds.md and docs/physics/ghz_fusion.md.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

__all__ = ["OneShot", "fusion_thresholds", "one_shot", "path_throughput", "percolation_threshold", "wrapping_thresholds"]

Lattice = Literal["square", "triangular", "honeycomb"]
# All states of so many links are gone through.
_MOST_LINKS = 16


def _checked(name: str, value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}; allowed: 0 to 1")
    return value


def path_throughput(hops: int, width: int, success_probability: float, swap_success_probability: float = 1.0) -> float:
    """Mean number of pairs that a path of parallel lanes gives in one shot.

    Parameters
    ----------
    hops : int
        Number of hops, at least 1.
    width : int
        Lanes on each hop, at least 1.
    success_probability : float
        Probability that a lane has a pair.
    swap_success_probability : float
        Probability that a Bell measurement at one of the ``hops - 1`` repeaters succeeds.

    Returns
    -------
    float
        ``q ** (hops - 1) * sum_i P(Binomial(width, p) >= i) ** hops``: as many chains as the worst hop has pairs, each of
        which needs all its Bell measurements.

    Raises
    ------
    ValueError
        A number is out of range.

    References
    ----------
    S. Shi and C. Qian, SIGCOMM 2020, 62: the metric EXT, here with one Bell measurement for each repeater.

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.analysis.path_throughput(hops=3, width=2, success_probability=0.6, swap_success_probability=0.9), 7)
    0.5178816
    """
    for name, count in (("hops", hops), ("width", width)):
        if count < 1:
            raise ValueError(f"{name} is {count}; allowed: 1 or more")
    p, q = _checked("success_probability", success_probability), _checked("swap_success_probability", swap_success_probability)
    exactly = [math.comb(width, k) * p**k * (1 - p) ** (width - k) for k in range(width + 1)]
    return q ** (hops - 1) * math.fsum(math.fsum(exactly[i:]) ** hops for i in range(1, width + 1))


@dataclass(frozen=True)
class OneShot:
    """What two nodes get in one shot, on average.

    Attributes
    ----------
    connected : float
        Probability that links join them.
    disjoint_paths : float
        Paths of which no two share a link.
    pairs : float
        Pairs, if the shortest path that is there is swapped and nothing else.
    standard_errors : tuple of float
        Of the three; 0 where all states were gone through.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.analysis.one_shot({("a", "b"): 0.5}, "a", "b")
    OneShot(connected=0.5, disjoint_paths=0.5, pairs=0.5, standard_errors=(0.0, 0.0, 0.0))
    """

    connected: float
    disjoint_paths: float
    pairs: float
    standard_errors: tuple[float, float, float]


def _disjoint_paths(neighbours: Mapping[str, Sequence[str]], a: str, b: str) -> tuple[int, int]:
    """How many paths share no link, and how many links the shortest has: by augmenting paths of unit flow."""
    used: set[tuple[str, str]] = set()
    count = shortest = 0
    while True:
        before: dict[str, str] = {a: a}
        waiting = deque([a])
        while waiting and b not in before:
            node = waiting.popleft()
            for other in neighbours[node]:
                if other not in before and (node, other) not in used:
                    before[other] = node
                    waiting.append(other)
        if b not in before:
            return count, shortest
        node, hops = b, 0
        while node != a:
            back = (node, before[node])
            # Flow both ways over a link is none.
            if back in used:
                used.remove(back)
            else:
                used.add(back[::-1])
            node, hops = before[node], hops + 1
        shortest = shortest or hops
        count += 1


def _states(probabilities: list[float], samples: int | None, seed: int) -> Iterator[tuple[Sequence[bool], float]]:
    if samples is None:
        for state in itertools.product((False, True), repeat=len(probabilities)):
            yield state, math.prod(p if there else 1 - p for p, there in zip(probabilities, state, strict=True))
    else:
        rng = np.random.default_rng(seed)
        for _ in range(samples):
            yield (rng.random(len(probabilities)) < probabilities).tolist(), 1 / samples


def one_shot(
    links: Mapping[tuple[str, str], float],
    a: str,
    b: str,
    *,
    swap_success_probability: float = 1.0,
    samples: int | None = None,
    seed: int = 0,
) -> OneShot:
    """What two nodes get if each link makes one attempt, and everybody then knows which links there are.

    Parameters
    ----------
    links : mapping
        ``(node_a, node_b)`` -> probability that the link is there, at most one link between two nodes.
    a, b : str
        The two nodes.
    swap_success_probability : float
        Probability that a Bell measurement succeeds.
    samples : int, optional
        Draw so many states of the links, at least 2. Default: all states, which takes 16 links at most.
    seed : int
        Of the draws.

    Returns
    -------
    OneShot
        Means, with standard errors if states were drawn.

    Raises
    ------
    ValueError
        A probability is out of range, a node has no link, or there are too many links for all states.

    References
    ----------
    M. Pant et al., npj Quantum Information 5, 25 (2019): multi-path entanglement with global knowledge of the links.

    Examples
    --------
    >>> import farbell as fb
    >>> square = {("a", "b"): 0.5, ("b", "d"): 0.5, ("a", "c"): 0.5, ("c", "d"): 0.5}
    >>> found = fb.analysis.one_shot(square, "a", "d", swap_success_probability=0.5)
    >>> found.connected, found.disjoint_paths, found.pairs
    (0.4375, 0.5, 0.21875)
    """
    nodes = {node for link in links for node in link}
    for name, node in (("a", a), ("b", b)):
        if node not in nodes or a == b:
            raise ValueError(f"{name} is {node!r}; allowed: two different nodes that have links")
    if len({frozenset(link) for link in links}) < len(links) or any(x == y for x, y in links):
        raise ValueError("links: a link twice, or from a node to itself; allowed: one between two nodes")
    probabilities = [_checked(f"probability of {x}--{y}", p) for (x, y), p in links.items()]
    if samples is None and len(links) > _MOST_LINKS:
        raise ValueError(f"{len(links)} links; allowed: at most {_MOST_LINKS}, or samples= how many states to draw")
    if samples is not None and samples < 2:
        raise ValueError(f"samples is {samples}; allowed: 2 or more")
    swap = _checked("swap_success_probability", swap_success_probability)
    values, weights = [], []
    for state, weight in _states(probabilities, samples, seed):
        neighbours: dict[str, list[str]] = {node: [] for node in nodes}
        for (x, y), there in zip(links, state, strict=True):
            if there:
                neighbours[x].append(y)
                neighbours[y].append(x)
        count, shortest = _disjoint_paths(neighbours, a, b)
        values.append((float(count > 0), float(count), swap ** (shortest - 1) if count else 0.0))
        weights.append(weight)
    table = np.array(values)
    means = [math.fsum(table[:, i] * weights) for i in range(3)]
    errors = [0.0] * 3 if samples is None else (table.std(axis=0, ddof=1) / math.sqrt(samples)).tolist()
    return OneShot(means[0], means[1], means[2], (errors[0], errors[1], errors[2]))


def _known(lattice: str) -> None:
    if lattice not in ("square", "triangular", "honeycomb"):
        raise ValueError(f"lattice is {lattice!r}; allowed: 'square', 'triangular' or 'honeycomb'")


def percolation_threshold(lattice: Lattice) -> float:
    """Share of the links above which an endless lattice holds together: bond percolation.

    Above it two nodes are joined with a probability that does not fall with their distance, so that with perfect Bell
    measurements neither does the rate between them; below it both fall exponentially.

    Parameters
    ----------
    lattice : "square", "triangular" or "honeycomb"
        The lattice.

    Returns
    -------
    float
        1/2, ``2 sin(pi/18)`` or ``1 - 2 sin(pi/18)``.

    Raises
    ------
    ValueError
        The lattice is unknown.

    References
    ----------
    M. F. Sykes and J. W. Essam, Journal of Mathematical Physics 5, 1117 (1964).

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.analysis.percolation_threshold("triangular"), 9)
    0.347296355
    """
    _known(lattice)
    return {"square": 0.5, "triangular": 2 * math.sin(math.pi / 18), "honeycomb": 1 - 2 * math.sin(math.pi / 18)}[lattice]


def _torus(lattice: str, size: int) -> list[tuple[int, int, int, int]]:
    """Links as (site, site, steps to the right, steps up): of size x size cells, of two sites on the honeycomb."""
    out = []
    for y, x in itertools.product(range(size), repeat=2):
        here, right, up = y * size + x, y * size + (x + 1) % size, (y + 1) % size * size + x
        if lattice == "honeycomb":
            out += [(2 * here, 2 * here + 1, 0, 0), (2 * here + 1, 2 * right, 1, 0), (2 * here + 1, 2 * up, 0, 1)]
        else:
            out += [(here, right, 1, 0), (here, up, 0, 1)]
            if lattice == "triangular":
                out.append((here, (y + 1) % size * size + (x + 1) % size, 1, 1))
    return out


def wrapping_thresholds(lattice: Lattice, size: int, samples: int, seed: int = 0) -> npt.NDArray[np.float64]:
    """Share of the links with which links that joined one by one first wind round a torus.

    The probability that a torus is wound round by links that are there with probability p is, for large tori, that of a
    value below p. The curves of all sizes cross near the threshold of the endless lattice, and get steeper with the size.

    Parameters
    ----------
    lattice : "square", "triangular" or "honeycomb"
        The lattice; the honeycomb has two sites a cell.
    size : int
        Cells along each side, at least 2.
    samples : int
        How many orders of the links are drawn.
    seed : int
        Of the draws.

    Returns
    -------
    numpy.ndarray
        ``[sample]``: number of links when a cluster first wound round, over the number of all plus one.

    Raises
    ------
    ValueError
        A value is out of range.

    References
    ----------
    M. E. J. Newman and R. M. Ziff, Physical Review E 64, 016706 (2001): the algorithm.

    Examples
    --------
    >>> import farbell as fb
    >>> found = fb.analysis.wrapping_thresholds("square", size=16, samples=100)
    >>> bool(abs(found.mean() - 0.5) < 0.03)
    True
    """
    _sizes(lattice, size, samples)
    links = _torus(lattice, size)
    sites = size * size * (2 if lattice == "honeycomb" else 1)
    rng = np.random.default_rng(seed)
    found = np.empty(samples)
    for sample in range(samples):
        order = rng.permutation(len(links)).tolist()
        winds = _first_winding([links[i] for i in order], sites)
        assert winds is not None, "all links of a torus wind round it"
        found[sample] = winds / (len(links) + 1)
    return found


def fusion_thresholds(
    lattice: Lattice, size: int, samples: int, *, max_links: int, fusion_success_probability: float = 1.0, seed: int = 0
) -> npt.NDArray[np.float64]:
    """Share of the links with which states that nodes fuse of them first wind round a torus: percolation of n-fusion.

    Each node measures its links in groups of at most `max_links`, drawn at random, in GHZ bases. A measurement succeeds by
    chance, or else each of its qubits is measured in X and leaves the states of the others as they are; so is a link that is
    left alone. With as many as a node has links this is site-bond percolation; with two, Bell measurements that know of
    nothing beyond their node, states never branch and do not percolate.

    Parameters
    ----------
    lattice : "square", "triangular" or "honeycomb"
        The lattice; the honeycomb has two sites a cell.
    size : int
        Cells along each side, at least 2.
    samples : int
        How many orders of the links, and successes of the nodes, are drawn.
    max_links : int
        The n of n-fusion, at least 2.
    fusion_success_probability : float
        Probability that a measurement of two or more links succeeds.
    seed : int
        Of the draws.

    Returns
    -------
    numpy.ndarray
        ``[sample]``: number of links when a state first wound round, over the number of all plus one; infinity where none
        does with all links.

    Raises
    ------
    ValueError
        A value is out of range.

    References
    ----------
    A. Patil, M. Pant, D. Englund, D. Towsley and S. Guha, npj Quantum Information 8, 51 (2022).

    Examples
    --------
    >>> import farbell as fb
    >>> found = fb.analysis.fusion_thresholds("square", 16, 100, max_links=4, fusion_success_probability=0.9)
    >>> bool((found < 0.65).sum() > 60)
    True
    """
    _sizes(lattice, size, samples)
    if max_links < 2:
        raise ValueError(f"max_links is {max_links}; allowed: 2 or more")
    q = _checked("fusion_success_probability", fusion_success_probability)
    links = _torus(lattice, size)
    sites = size * size * (2 if lattice == "honeycomb" else 1)
    groups = -(-{"square": 4, "triangular": 6, "honeycomb": 3}[lattice] // max_links)
    rng = np.random.default_rng(seed)
    found = np.full(samples, math.inf)
    for sample in range(samples):
        succeeds = (rng.random(sites * groups) < q).tolist()
        here = [0] * sites
        fused: list[tuple[int, int, int, int]] = []
        at: list[int] = []
        # In the order in which links come each joins the group of its node that is not full: a random one, whatever the number.
        for count, i in enumerate(rng.permutation(len(links)).tolist(), 1):
            a, b, right, up = links[i]
            ends = [a * groups + here[a] // max_links, b * groups + here[b] // max_links]
            here[a] += 1
            here[b] += 1
            if succeeds[ends[0]] and succeeds[ends[1]]:
                fused.append((ends[0], ends[1], right, up))
                at.append(count)
        if (winds := _first_winding(fused, sites * groups)) is not None:
            found[sample] = at[winds - 1] / (len(links) + 1)
    return found


def _sizes(lattice: str, size: int, samples: int) -> None:
    _known(lattice)
    for name, value, least in (("size", size, 2), ("samples", samples, 1)):
        if value < least:
            raise ValueError(f"{name} is {value}; allowed: {least} or more")


def _first_winding(links: list[tuple[int, int, int, int]], sites: int) -> int | None:
    """How many links it takes, if they do: union-find in which every site knows the steps from its parent to itself."""
    parent, dx, dy, members = list(range(sites)), [0] * sites, [0] * sites, [1] * sites

    def root(site: int) -> tuple[int, int, int]:
        x = y = 0
        trail = []
        while parent[site] != site:
            trail.append(site)
            site = parent[site]
        for child in reversed(trail):
            x, y = x + dx[child], y + dy[child]
            parent[child], dx[child], dy[child] = site, x, y
        return site, x, y

    for count, (a, b, right, up) in enumerate(links, 1):
        root_a, ax, ay = root(a)
        root_b, bx, by = root(b)
        # From the root of b to that of a, by way of the link.
        x, y = ax + right - bx, ay + up - by
        if root_a == root_b:
            if x or y:
                return count
        elif members[root_a] >= members[root_b]:
            parent[root_b], dx[root_b], dy[root_b] = root_a, x, y
            members[root_a] += members[root_b]
        else:
            parent[root_a], dx[root_a], dy[root_a] = root_b, -x, -y
            members[root_b] += members[root_a]
    return None
