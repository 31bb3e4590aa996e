"""GHZ demands along trees: hubs that are users and that are none, trees of one part, links and nodes that fail."""

from .scenarios import BACK_TO_BACK, GATES, GAUSSIAN, NOISY, PAULI, POISSON, SKEWED, given, network

#: Two branches, unlike lengths everywhere: no two trees cost the same.
EDGES = [
    ("a", "h", {"fiber": {"length_m": 2.1e3}}), ("h", "b", {"fiber": {"length_m": 1.3e3}}), ("g", "h", {"fiber": {"length_m": 3.7e3}}),
    ("g", "c", {"fiber": {"length_m": 1.9e3}}), ("d", "g", {"fiber": {"length_m": 2.3e3}}), ("a", "b", {"fiber": {"length_m": 9.1e3}}),
    ("c", "d", {"fiber": {"length_m": 9.7e3}}), ("d", "e", {"fiber": {"length_m": 4.3e3}}), ("e", "b", {"fiber": {"length_m": 6.1e3}}),
]  # fmt: skip
LENGTH = {"kind": "length"}


def tree(users, *, kind="steiner", demands=(), ghz=None, edges=EDGES, **rest):
    demand = {"name": "g", "users": list(users), "tree": kind, "traffic": {"kind": "one_off", "requests": 6}} | (ghz or {})
    words = {"routing": LENGTH, "link": given(0.4), "memory": NOISY | GATES, "slots": 8} | rest
    return network(edges, demands, ghz_demands=[demand], **words)


TREES = {
    "tree, two hubs": tree("abcd"),
    "tree, hubs and users between": tree("cabge", ghz={"traffic": POISSON["traffic"]}, memory=GAUSSIAN | GATES),
    "tree, grown": tree("aecb", kind="shortest_paths", node={"processing_delay_s": 2e-6}),
    "tree, two users": tree("ae", ghz={"width": 2, "traffic": BACK_TO_BACK["traffic"]}),
    "tree, the first user is a hub": tree("hacd", ghz={"states_per_request": 2, "deadline_s": 4e-4, "max_queue": 2, "traffic": POISSON["traffic"]}),
    "tree, measured": tree("abcd", ghz={"bases": ["XYXY", "YYXX", "ZZZZ"], "traffic": {"kind": "continuous"}}, node={"processing_delay_s": 1e-6}),
    "tree, measured at hubs, judged": tree("bgcah", ghz={"bases": ["XXYXY"], "min_fidelity": 0.5, "traffic": POISSON["traffic"]}),
    "tree, bell diagonal, ideal": tree("dbac", memory=PAULI | GATES, state="bell_diagonal", control="ideal", node={"processing_delay_s": 2e-6}),
    "tree, skewed, wide": tree("cab", link=given(0.5, state=SKEWED), ghz={"width": 2, "traffic": BACK_TO_BACK["traffic"]}),
    "tree, few slots, beside pairs": tree("abcd", slots=4, demands=[("a", "c", POISSON), ("b", "d", BACK_TO_BACK)], ghz={"traffic": POISSON["traffic"], "deadline_s": 6e-4}),
    "tree, slotted": tree("abcd", timing="slotted", slot_s=1e-5),
    "tree, links change": tree("abcd", ghz={"traffic": POISSON["traffic"]}, changes=[{"at_s": 1e-3, "link": "g--h"}, {"at_s": 3e-3, "link": "g--h", "generation": given(0.5)}]),
    "tree, failures": tree(
        "abcd", ghz={"traffic": {"kind": "back_to_back"}},
        failures=[{"nodes": ["g"], "down": [[1e-3, 1.4e-3]]}, {"nodes": ["h"], "mtbf_s": 1e-3, "mttr_s": 2e-4}, {"links": ["a--h"], "down": [[2e-3, 3e-3]]}],
    ),
    "tree, late messages": tree("abcd", node={"processing_delay_s": 1e-6}, messages={"jitter_s": 4e-6, "loss_probability": 0.1, "retransmission_timeout_s": 3e-5}),
}  # fmt: skip
