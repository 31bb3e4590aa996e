"""Routers of rounds as plain searches over lists: which lanes are whose, and which pairs are joined."""

from collections import defaultdict
from math import comb, inf, prod


class Board:
    """One round: what is free, who has which lanes, and which lanes have a pair."""

    def __init__(self, network, channels, attempts, held):
        self.nodes, self.links, self.channels = network.nodes, network.links, channels
        self.success = {link: 1 - (1 - link.model.success) ** attempts[link] for link in self.links}
        self.usable = {link for link in self.links if link.model.success > 0}
        self.lanes = {link: channels if link in self.usable else 0 for link in self.links}
        self.slots = {node: node.memory["slots"] - held[node] for node in self.nodes}
        self.taken = dict.fromkeys(self.links, 0)
        self.neighbours = {node: [] for node in self.nodes}
        for link in self.links:
            for node in link.ends:
                self.neighbours[node].append((self.other(link, node), link))
        for around in self.neighbours.values():
            around.sort(key=lambda step: step[0].index)
        self.up = set()  # (link, lane)

    @staticmethod
    def other(link, node):
        return link.ends[1] if link.ends[0] is node else link.ends[0]

    def width(self, nodes, links):
        inner = [self.slots[node] // 2 for node in nodes[1:-1]]
        return min([self.slots[nodes[0]], self.slots[nodes[-1]], *inner, *(self.lanes[link] for link in links)])

    def take(self, links, width):
        """The lanes of each hop."""
        out = []
        for link in links:
            out.append(list(range(self.taken[link], self.taken[link] + width)))
            self.taken[link] += width
            self.lanes[link] -= width
            for node in link.ends:
                self.slots[node] -= width
        return out

    def first_up(self, link, lanes):
        return next((lane for lane in lanes if (link, lane) in self.up), None)

    def walk(self, start, goal, most, passes):
        """Fewest links from start to goal, first found first: (nodes, links), or None."""
        ways = {start: ([start], [])}
        line = [start]
        for node in line:
            if node is goal or len(ways[node][1]) == most:
                break
            for there, link in self.neighbours[node]:
                if there not in ways and passes(link, there):
                    nodes, links = ways[node]
                    ways[there] = ([*nodes, there], [*links, link])
                    line.append(there)
        return ways.get(goal)

    def hops_from(self, start):
        hops = {start: 0}
        line = [start]
        for node in line:
            for there, link in self.neighbours[node]:
                if there not in hops and link in self.usable:
                    hops[there] = hops[node] + 1
                    line.append(there)
        return hops


class Path:
    def __init__(self, demand, nodes, links, lanes):
        self.demand, self.nodes, self.links, self.lanes = demand, nodes, links, lanes
        self.width = len(lanes[0])
        self.detours = []

    def ranked(self, board):
        return [
            [lane for lane in lanes if (link, lane) in board.up] for link, lanes in zip(self.links, self.lanes, strict=True)
        ]


class Chain:
    def __init__(self, demand, nodes, links, lanes, whole):
        self.demand, self.nodes, self.links, self.lanes, self.whole = demand, nodes, links, lanes, whole


def at_least(width, i, p):
    return sum(comb(width, k) * p**k * (1 - p) ** (width - k) for k in range(i, width + 1))


class Router:
    def __init__(self, board, number, wishes):
        """`wishes`: demands, first come first."""
        self.board, self.number, self.wishes = board, number, wishes
        self.paths = []

    def add(self, demand, nodes, links, width):
        self.paths.append(Path(demand, nodes, links, self.board.take(links, width)))

    def in_turn(self, find):
        """Each demand one after the other, until none finds anything."""
        left = list(self.wishes)
        while left:
            left = [demand for demand in left if find(demand)]


class Shortest(Router):
    def assign(self):
        for demand in self.wishes:
            nodes, links = demand.routes[0] if demand.routes else (None, None)
            if nodes and self.board.width(nodes, links) >= demand.width:
                self.add(demand, nodes, links, demand.width)

    def connect(self):
        for path in self.paths:
            ranked = path.ranked(self.board)
            for rank in range(path.width):
                lanes = [hop[rank] if rank < len(hop) else None for hop in ranked]
                self.board.up -= set(zip(path.links, lanes, strict=True))
                if any(lane is not None for lane in lanes):
                    yield Chain(path.demand, path.nodes, path.links, lanes, None not in lanes)


class Greedy(Shortest):
    def assign(self):
        self.in_turn(self.find)

    def find(self, demand):
        board, (a, b), width = self.board, demand.ends, demand.width
        hops = board.hops_from(b)
        if a not in hops or min(board.slots[a], board.slots[b]) < width:
            return False
        nodes, links = [a], []
        while nodes[-1] is not b:
            here = nodes[-1]
            ways = [
                (hops[there], there.index, link.index, there, link)
                for there, link in board.neighbours[here]
                if hops.get(there, inf) < hops[here]
                and board.lanes[link] >= width
                and board.slots[there] >= (width if there is b else 2 * width)
            ]
            if not ways:
                return False
            _, _, _, there, link = min(ways, key=lambda way: way[:3])
            nodes.append(there)
            links.append(link)
        self.add(demand, nodes, links, width)
        return True


class BestFirst(Router):
    """Of all that the demands would take, that which promises most pairs is taken, again and again."""

    def assign(self):
        while True:
            best = None
            for demand in self.wishes:
                for offer in self.offers(demand):
                    if best is None or offer[0] > best[0]:
                        best = offer
            if best is None:
                break
            _, demand, nodes, links, width = best
            self.add(demand, nodes, links, width)
        self.assign_rest()

    def throughput(self, nodes, links, width):
        board = self.board
        swaps = prod(node.swap_success for node in nodes[1:-1])
        return swaps * sum(prod(at_least(width, i, board.success[link]) for link in links) for i in range(1, width + 1))


class QPass(BestFirst):
    def __init__(self, board, number, wishes, link_state_hops):
        super().__init__(board, number, wishes)
        self.segment = link_state_hops

    def offers(self, demand):
        for nodes, links in demand.routes:
            if width := self.board.width(nodes, links):
                yield self.throughput(nodes, links, width), demand, nodes, links, width

    def assign_rest(self):
        board = self.board
        self.spare = {link: board.taken[link] for link in board.links}
        for demand in self.wishes:
            for _, links in demand.routes:
                for link in links:
                    if width := min(board.lanes[link], *(board.slots[node] for node in link.ends)):
                        board.take([link], width)

    def connect(self):
        for path in self.paths:
            ranked = path.ranked(self.board)
            for rank in range(path.width):
                if chain := self.mended(path, ranked, rank):
                    self.board.up -= set(zip(chain.links, chain.lanes, strict=True))
                    yield chain

    def mended(self, path, ranked, rank):
        board = self.board
        nodes, links, lanes = [path.nodes[0]], [], []
        for start in range(0, len(path.links), self.segment):
            end = min(start + self.segment, len(path.links))
            own = {path.links[h]: ranked[h][rank] for h in range(start, end) if rank < len(ranked[h])}

            def lane_of(link, own=own):
                return own[link] if link in own else board.first_up(link, range(self.spare[link], board.channels))

            if len(own) == end - start:
                way = path.nodes[start : end + 1], path.links[start:end]
            else:
                elsewhere = {*path.nodes[:start], *path.nodes[end + 1 :], *nodes}
                way = board.walk(
                    path.nodes[start],
                    path.nodes[end],
                    2 * self.segment,
                    lambda link, there, elsewhere=elsewhere, lane_of=lane_of: (
                        there not in elsewhere and lane_of(link) is not None
                    ),
                )
            if way is None:
                return None
            nodes += way[0][1:]
            links += way[1]
            lanes += [lane_of(link) for link in way[1]]
        return Chain(path.demand, nodes, links, lanes, True)


class QCast(BestFirst):
    def __init__(self, board, number, wishes, link_state_hops):
        super().__init__(board, number, wishes)
        self.reach = link_state_hops

    def offers(self, demand):
        """The best of all widths, the widest first; for each width one best way to each node is kept."""
        board, (a, b) = self.board, demand.ends
        best = None
        for width in range(min(board.channels, board.slots[a], board.slots[b]), 0, -1):
            ways = {a: (-width, 0, a.index, [a], [])}
            done = set()
            while rest := [way for node, way in ways.items() if node not in done]:
                way = min(rest, key=lambda way: way[:3])
                nodes, links = way[3:]
                here = nodes[-1]
                done.add(here)
                if here is b:
                    break
                for there, link in board.neighbours[here]:
                    if there in done or board.lanes[link] < width or board.slots[there] < width * (1 if there is b else 2):
                        continue
                    value = self.throughput([*nodes, there], [*links, link], width)
                    other = (-value, len(links) + 1, there.index, [*nodes, there], [*links, link])
                    if there not in ways or other[:2] < ways[there][:2]:
                        ways[there] = other
            if b in done and (best is None or -ways[b][0] > best[0]):
                best = -ways[b][0], demand, *ways[b][3:], width
        return [best] if best else []

    def assign_rest(self):
        board = self.board
        for path in self.paths:
            last = len(path.links)
            for apart in range(1, min(self.reach, last) + 1):
                for start in range(last - apart + 1):
                    a, b = path.nodes[start], path.nodes[start + apart]
                    if not board.slots[a] or not board.slots[b]:
                        continue

                    def passes(link, there, b=b, path=path):
                        return board.lanes[link] > 0 and (there is b or (board.slots[there] >= 2 and there not in path.nodes))

                    if way := board.walk(a, b, self.reach, passes):
                        width = min(path.width, board.width(*way))
                        path.detours.append((start, start + apart, Path(path.demand, *way, board.take(way[1], width))))

    def connect(self):
        for path in self.paths:
            ranked = path.ranked(self.board)
            for rank in range(path.width):
                there = {h for h in range(len(path.links)) if rank < len(ranked[h])}
                if steps := self.mended(path, there):
                    chain = Chain(path.demand, [path.nodes[0]], [], [], True)
                    for hop in steps:
                        self.append(chain, path, ranked, rank, hop)
                    self.board.up -= set(zip(chain.links, chain.lanes, strict=True))
                    yield chain

    def mended(self, path, there):
        """Edges (from, to, detour or None) from A to B out of the sum modulo 2 of the path and the loops that its detours close."""
        hops, chosen = set(range(len(path.links))), []
        for h in range(len(path.links)):
            if h in there or h not in hops:
                continue
            fitting = [
                detour
                for detour in path.detours
                if detour not in chosen
                and detour[0] <= h < detour[1]
                and all(any(hop) for hop in ([(link, lane) in self.board.up for lane in lanes] for link, lanes in zip(detour[2].links, detour[2].lanes, strict=True)))
                and all(k in hops or k in there for k in range(detour[0], detour[1]))
            ]  # fmt: skip
            if not fitting:
                return None
            best = min(fitting, key=lambda detour: len(detour[2].links))
            chosen.append(best)
            hops ^= set(range(best[0], best[1]))
        chosen.sort(key=path.detours.index)
        ways = {0: []}
        line = [0]
        for at in line:
            steps = [(at, at + 1, None)] if at in hops else []
            steps += [(at, at - 1, None)] if at - 1 in hops else []
            for detour in chosen:
                steps += [(at, detour[1], detour)] if detour[0] == at else []
                steps += [(at, detour[0], detour)] if detour[1] == at else []
            for step in steps:
                if step[1] not in ways:
                    ways[step[1]] = [*ways[at], step]
                    line.append(step[1])
        return ways[len(path.links)]

    def append(self, chain, path, ranked, rank, step):
        start, end, detour = step
        if detour is None:
            hop = min(start, end)
            chain.nodes.append(path.nodes[end])
            chain.links.append(path.links[hop])
            chain.lanes.append(ranked[hop][rank])
            return
        way = detour[2]
        order = range(len(way.links))
        for k in order if end > start else reversed(order):
            chain.nodes.append(way.nodes[k + 1] if end > start else way.nodes[k])
            chain.links.append(way.links[k])
            chain.lanes.append(self.board.first_up(way.links[k], way.lanes[k]))


class Multipath(Router):
    def assign(self):
        for _ in range(self.board.channels if self.wishes else 0):
            for link in self.board.links:
                if self.board.lanes[link] and all(self.board.slots[node] for node in link.ends):
                    self.board.take([link], 1)


class MultipathGlobal(Multipath):
    def connect(self):
        board, chains = self.board, []

        def find(demand):
            lanes = range(board.channels)
            way = board.walk(*demand.ends, inf, lambda link, _: board.first_up(link, lanes) is not None)
            if way:
                used = [board.first_up(link, lanes) for link in way[1]]
                board.up -= set(zip(way[1], used, strict=True))
                chains.append(Chain(demand, *way, used, True))
            return way

        self.in_turn(find)
        return chains


class MultipathLocal(Multipath):
    def connect(self):
        if not self.wishes:
            return
        demand = self.wishes[self.number % len(self.wishes)]
        board, (a, b) = self.board, demand.ends
        # Where no way leads to an end, that is farther than anything.
        to_a, to_b = (dict.fromkeys(board.nodes, 10**9) | board.hops_from(end) for end in (a, b))
        joined = defaultdict(dict)  # by node: pair to pair
        pairs = {
            node: [
                (link, lane) for _, link in board.neighbours[node] for lane in range(board.channels) if (link, lane) in board.up
            ]
            for node in board.nodes
        }
        for node in board.nodes:
            rest = list(pairs[node]) if node not in (a, b) else []
            while True:
                best = None
                for x in rest:
                    for y in rest:
                        v, w = board.other(x[0], node), board.other(y[0], node)
                        if v is not w and (best is None or to_a[v] + to_b[w] < best[0]):
                            best = to_a[v] + to_b[w], x, y
                if best is None:
                    break
                _, x, y = best
                joined[node] |= {x: y, y: x}
                rest.remove(x)
                rest.remove(y)
        for node in [a, *(node for node in board.nodes if node is not a)]:
            for pair in pairs[node]:
                if pair in joined[node] or pair not in board.up:
                    continue
                chain = Chain(demand, [node], [], [], False)
                while pair:
                    board.up.discard(pair)
                    chain.links.append(pair[0])
                    chain.lanes.append(pair[1])
                    chain.nodes.append(board.other(pair[0], chain.nodes[-1]))
                    pair = joined[chain.nodes[-1]].get(pair)
                chain.whole = chain.nodes[0] is a and chain.nodes[-1] is b
                if len(chain.links) > 1 or chain.whole:
                    yield chain
                else:
                    board.up.add((chain.links[0], chain.lanes[0]))


ROUTERS = {
    "shortest": Shortest, "greedy": Greedy, "q_pass": QPass, "q_cast": QCast, "multipath_local": MultipathLocal, "multipath_global": MultipathGlobal,
}  # fmt: skip
