"""Repeater graph states, by distributions: votes of branches added one by one, errors of the pair added place by place."""

import numpy as np


def votes(branches, right, wrong):
    """P(right votes, wrong votes) of independent branches, each of which may have none."""
    found = {(0, 0): 1.0}
    for _ in range(branches):
        more = {}
        for (r, w), p in found.items():
            for key, q in (((r, w), 1 - right - wrong), ((r + 1, w), right), ((r, w + 1), wrong)):
                more[key] = more.get(key, 0.0) + p * q
        found = more
    return found


def majority(branches, right, wrong):
    """P(right), P(wrong) of a vote in which a coin decides between as many."""
    counted = [(r, w, p) for (r, w), p in votes(branches, right, wrong).items() if r + w]
    return tuple(
        sum(p * (1.0 if ahead(r, w) else 0.5 if r == w else 0.0) for r, w, p in counted) for ahead in (int.__gt__, int.__lt__)
    )


def together(results):
    """P(right), P(wrong) of the parity of results, all of which must be there."""
    right, wrong = 1.0, 0.0
    for r, w in results:
        right, wrong = right * r + wrong * w, right * w + wrong * r
    return right, wrong


def indirect(branching, comes, flip):
    """Z of a qubit from X of one of its children and Z of the child's own; `branching`: of its children and what is below."""
    if not branching:
        return 0.0, 0.0
    x = comes * (1 - flip), comes * flip
    own = [z_of(branching[2:], comes, flip)] * branching[1] if len(branching) > 1 else []
    return majority(branching[0], *together([x, *own]))


def z_of(branching, comes, flip):
    """Directly, or of a photon that is lost, from its branches."""
    right, wrong = indirect(branching, comes, flip)
    return comes * (1 - flip) + (1 - comes) * right, comes * flip + (1 - comes) * wrong


def logical(branching, comes, flip):
    """P(right), P(wrong) of X and of Z of an encoded qubit."""
    return indirect(branching, comes, flip), together([z_of(branching[1:], comes, flip)] * branching[0])


def pair(graph, halves, ends):
    """Success probability and 4x4 state, near Phi+."""
    kept, flip, arms = 1 - graph["photon_depolarising"], graph["photon_depolarising"] / 2, graph["arms"]
    efficiency = [ends[0], *[graph["source_efficiency"]] * (2 * graph["sources"]), ends[1]]
    comes = [e * half * graph["detector_efficiency"] for e, half in zip(efficiency, halves, strict=True)]
    # P(first correlation is wrong, second is), first beginning with X of node_a's memory.
    errors, success = {(0, 0): 1.0}, 1.0

    def add(chances):
        nonlocal errors
        more = {}
        for (x, z), p in errors.items():
            for (dx, dz), q in chances.items():
                key = x ^ dx, z ^ dz
                more[key] = more.get(key, 0.0) + p * q
        errors = more

    for station in range(graph["sources"] + 1):
        success *= 1 - (1 - graph["bell_success_probability"] * comes[2 * station] * comes[2 * station + 1]) ** arms
        for _ in range(2):  # a depolarised photon makes both bits of the Bell state random
            add({(0, 0): kept + (1 - kept) / 4, (1, 0): (1 - kept) / 4, (0, 1): (1 - kept) / 4, (1, 1): (1 - kept) / 4})
        sign = (1, 0) if station % 2 == 0 else (0, 1)
        add({(0, 0): (1 + graph["visibility"]) / 2, sign: (1 - graph["visibility"]) / 2})
    for source in range(graph["sources"]):
        for side in (0, 1):
            x, z = logical(graph["branching"], comes[2 * source + 1 + side], flip)
            success *= sum(x) * sum(z) ** (arms - 1)
            if success == 0:
                return 0.0, None
            # X of the arm to the right is in the first correlation of the first source, to the left in that of the next.
            which = (1, 0) if (source + side) % 2 else (0, 1)
            add({(0, 0): x[0] / sum(x), which: x[1] / sum(x)})
            for _ in range(arms - 1):
                add({(0, 0): z[0] / sum(z), (1, 1): z[1] / sum(z)})
    bell = np.array([[1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0]]) / np.sqrt(2)
    # A wrong XX is a Z error of Phi+, a wrong ZZ an X error.
    of = {(0, 0): 0, (1, 0): 1, (0, 1): 2, (1, 1): 3}
    return success, sum(p * np.outer(bell[of[key]], bell[of[key]]) for key, p in errors.items())


def sample_tree(branching, comes, flip, rng):
    """Photons of a tree, drawn: each (comes, X result wrong, Z result wrong, children); measured one way, so both alike."""
    below = [sample_tree(branching[1:], comes, flip, rng) for _ in range(branching[0])] if branching else []
    return rng.random() < comes, rng.random() < flip, below


def measured_z(photon, rng):
    """None without a result, or whether it is wrong."""
    there, wrong, _ = photon
    return wrong if there else inferred_z(photon, rng)


def inferred_z(photon, rng):
    found = []
    for there, wrong, own in photon[2]:
        results = [measured_z(child, rng) for child in own]
        if there and None not in results:
            found.append(wrong ^ (sum(results) % 2 == 1))
    if not found:
        return None
    ahead = 2 * sum(found) - len(found)
    return bool(rng.random() < 0.5) if ahead == 0 else ahead > 0


def measured_logical(tree, rng):
    """X and Z of an encoded qubit whose root is not there: each None, or whether it is wrong."""
    results = [measured_z(child, rng) for child in tree[2]]
    return inferred_z(tree, rng), None if None in results else sum(results) % 2 == 1


def neighbours(graph_arms, branching):
    """Of each photon of a source, by name: ("outer", arm), or (arm, i, j, ...) down the tree of an inner qubit; arms are (side, number)."""
    edges = {}

    def join(a, b):
        edges.setdefault(a, set()).add(b)
        edges.setdefault(b, set()).add(a)

    def grow(name, rest):
        for i in range(rest[0] if rest else 0):
            join(name, (*name, i))
            grow((*name, i), rest[1:])

    first = {arm: [(arm, i) for i in range(branching[0])] for arm in graph_arms}
    for arm, photons in first.items():
        for photon in photons:
            join(("outer", arm), photon)
            grow(photon, branching[1:])
            for other, theirs in first.items():
                if other != arm:
                    for their in theirs:
                        join(photon, their)
    return edges
