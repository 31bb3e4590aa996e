"""Scenarios whose routes are no least sums, or are purified as they ask for."""

from .scenarios import BACK_TO_BACK, DOWN_AND_UP, GATES, NOISY, given, network, two_ways

ENDS = [("r0", "r2", BACK_TO_BACK | {"width": 2}), ("r4", "r1", BACK_TO_BACK)]
#: Links of a ring of five, of unlike fidelity.
POOR = {f"r{i}": given(0.3, fidelity=fidelity) for i, fidelity in enumerate((0.93, 0.9, 0.95, 0.97, 0.92))}

ROUTED = {
    "by fidelity, links change": two_ways(ENDS, kind="fidelity", slots=4, memory=NOISY, changes=DOWN_AND_UP),
    "the widest, links change": two_ways(ENDS, kind="widest", slots=4, changes=DOWN_AND_UP, slow=["r1--r2"]),
    "by entanglement rate, links change": two_ways(
        ENDS, kind="entanglement_rate", slots=4, memory=GATES, changes=DOWN_AND_UP, slow=["r1--r2"],
        node={"swap_success_probability": 0.9},
    ),
    "purified as each demand asks": network(
        [(a, f"r{(i + 1) % 5}", {"generation": how}) for i, (a, how) in enumerate(POOR.items())],
        [
            ("r0", "r2", BACK_TO_BACK | {"width": 2, "min_fidelity": 0.86}),
            ("r0", "r2", BACK_TO_BACK | {"name": "more", "width": 3, "min_fidelity": 0.9}),
            ("r3", "r4", BACK_TO_BACK | {"width": 2, "min_fidelity": 0.5}),
        ],
        routing={"kind": "q_path"}, memory=GATES | {"two_qubit_gate_reliability": 0.997}, slots=12,
    ),
}  # fmt: skip
