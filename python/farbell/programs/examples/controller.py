"""A controller: each demand gets the way of least cost, or that of the start again, as `fb.CentralControl` decides."""

import farbell as fb


class Controller(fb.Program):
    peers = ()

    def __init__(self, processing_s=0.0):
        self.processing_s = processing_s

    def choose(self, view, known):  # the first of these whose links can be used, or the best of all
        import networkx  # as view.graph() does: of the extra "graph"

        graph, ends = view.graph(), (view.node_a, view.node_b)
        for route in known:
            if all(map(graph.has_edge, route, route[1:])):
                return route
        return networkx.shortest_path(graph, *ends, weight="cost") if networkx.has_path(graph, *ends) else None

    def run(self, node):
        now = {demand: self.choose(node.routes_view(demand), ()) for demand in node.demand_names}
        told = {demand: [route] for demand, route in now.items()}
        while True:
            news = yield node.link_news()
            for demand, routes in told.items():
                view = node.routes_view(demand)
                route = self.choose(view, (routes[0], routes[-1]))
                hops = {frozenset(hop) for old in routes[-2:] for hop in zip(old, old[1:], strict=False)}
                if route != now[demand] or (not news.is_up and frozenset(view.ends[news.link]) in hops):
                    node.start(self.tell(node, demand, route, release_others=not news.is_up))
                now[demand] = route
                routes += [route] if route not in (None, routes[-1]) else []

    def tell(self, node, demand, route, release_others):
        yield node.wait(self.processing_s)
        if route:
            node.install_routes(demand, [route], release_others=release_others)
        else:
            node.remove_routes(demand)
