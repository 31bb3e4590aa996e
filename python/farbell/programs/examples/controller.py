"""A controller: each demand gets the way of least cost, or that of the start again, as `fb.CentralControl` decides."""

import networkx

import farbell as fb


class Controller(fb.Program):
    peers = ()

    def __init__(self, processing_s=0.0):
        self.processing_s = processing_s

    def choose(self, view, *known):
        """The first of the routes that are known whose links can be used, or the best of all."""
        graph = view.graph()
        for route in known:
            if route and all(graph.has_edge(*hop) for hop in zip(route, route[1:], strict=False)):
                return route
        there = networkx.has_path(graph, view.node_a, view.node_b)
        return networkx.shortest_path(graph, view.node_a, view.node_b, weight="cost") if there else []

    def run(self, node):
        start = {demand: self.choose(node.routes_view(demand)) for demand in node.demand_names}
        last, told = dict(start), dict(start)
        while True:
            news = yield node.link_news()
            for demand in start:
                route = self.choose(node.routes_view(demand), start[demand], last[demand])
                if route != told[demand]:
                    node.start(self.tell(node, demand, route, release_others=not news.is_up))
                told[demand], last[demand] = route, route or last[demand]

    def tell(self, node, demand, route, release_others):
        yield node.wait(self.processing_s)
        if route:
            node.install_routes(demand, [route], release_others=release_others)
        else:
            node.remove_routes(demand)
