"""Scenarios whose nodes emit through communication qubits."""

from . import scenarios
from .scenarios import (
    BACK_TO_BACK,
    CLICKED,
    DEJMPS,
    EPL,
    GATES,
    GAUSSIAN,
    MINDS,
    NOISY,
    PAULI,
    POISSON,
    PUMP,
    TWICE,
    chain,
    star,
)  # fmt: skip

ELECTRON = {
    "storage_s": 1.3e-5, "storage_reliability": 0.97, "storage_dephasing_probability": 0.01, "t1_s": 3e-3, "t2_s": 4e-4, "t2_law": "gaussian",
}  # fmt: skip
ALWAYS = ELECTRON | {"store": "always"}


def through(electron, memory=NOISY):
    return memory | {"communication": electron}


COMMUNICATING = {
    "one, stored when needed": chain(4, memory=through(ELECTRON, NOISY | GATES | MINDS), demand=BACK_TO_BACK),
    "one, always stored": chain(4, memory=through(ALWAYS, GAUSSIAN | GATES | MINDS), demand=BACK_TO_BACK | {"use": "measure"}),
    "two, three lanes": chain(4, memory=through(ELECTRON | {"qubits": 2}, NOISY | MINDS), demand={"width": 3}, link=scenarios.given(0.3)),
    "one link": chain(2, memory=through(ALWAYS), demand={"width": 2}),
    "an order, turns": chain(6, memory=through(ELECTRON, GATES), demand=POISSON | {"width": 2, "pipelined": False, "swapping": {"kind": "doubling"}}),
    "cut off by age and attempts": chain(5, memory=through(ELECTRON, MINDS), demand={"width": 2, "cutoff": {"age_s": 9e-5, "attempts": 6}}, link=scenarios.given(0.3)),
    "a star, some of its nodes": star(
        4, [("leaf0", "leaf1", POISSON), ("leaf2", "leaf3", BACK_TO_BACK), ("leaf0", "hub", {"traffic": {"kind": "one_off", "requests": 4}})],
        memory=through(ELECTRON, NOISY), slots=8,
    ),
    "links change": chain(
        4, memory=through(ALWAYS | {"qubits": 2, "t1_s": None, "t2_law": "exponential"}, PAULI), demand=POISSON | {"width": 2, "deadline_s": 3e-4}, state="bell_diagonal",
        changes=[{"at_s": 1e-3, "link": "n0--n1"}, {"at_s": 1.6e-3, "link": "n0--n1", "generation": scenarios.given(0.3, 7e-6)}],
    ),
    "clicks and charge checks": chain(
        3, memory=through(ELECTRON, MINDS | {"charge_check": {"batch_attempts": 50, "check_s": 2e-5, "success_probability": 0.7, "reset_s": 1e-5}}),
        link=scenarios.SINGLE, length_m=1e3, duration_s=3e-2, demand=BACK_TO_BACK,
    ),
    "pools of links, an electron each": chain(4, memory=through(ELECTRON, NOISY | GATES | MINDS), demand=BACK_TO_BACK | {"width": 2}, links={"distillation": DEJMPS}),
    "pools of links, always stored": chain(4, memory=through(ALWAYS, NOISY | GATES), demand={"width": 3}, links={"distillation": PUMP}, link=scenarios.given(0.3)),
    "a pool of one link": chain(2, memory=through(ELECTRON, NOISY | GATES), demand={"width": 2, "use": "measure"}, links={"distillation": DEJMPS}),
    "a pool of the ends": chain(3, memory=through(ELECTRON, NOISY | GATES | MINDS), demand={"width": 3, "distillation": TWICE, "cutoff": {"age_s": 4e-4}}, link=scenarios.given(0.3)),
    "pools of both, two electrons": chain(
        4, memory=through(ELECTRON | {"qubits": 2}, NOISY | GATES), demand=BACK_TO_BACK | {"width": 4, "distillation": DEJMPS, "use": "measure"},
        links={"distillation": EPL}, link=scenarios.given(0.4, state=CLICKED),
    ),
    "rules that read fidelities": chain(
        5, memory=through(ELECTRON, NOISY | GATES | MINDS), demand=BACK_TO_BACK | {"width": 2, "rules": [
            {"do": "discard", "when": "estimated_fidelity < 0.8123"}, {"do": "swap", "when": "estimated_fidelity_a + estimated_fidelity_b > 1.71"},
        ]}, control="ideal", link=scenarios.given(0.3),
    ),
    "a matrix a state": chain(4, memory=through(ELECTRON, NOISY | GATES | MINDS), demand={"width": 2}, state="density"),
}  # fmt: skip
