"""What the sampled checks can see: each must fail when one parameter is moved a little beyond what it says it detects."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

import farbell as fb
from physics import test_distillation as distillation
from physics import test_link_runs as links
from physics import test_memory_repeater as repeater
from physics import test_queueing as queueing
from physics import test_single_click as single
from physics import test_sources as sources
from physics import test_swap_policies as policies
from physics import test_waiting_memories as memories
from physics import test_waiting_times as times
from physics.sampling import scaled

Check = Callable[..., None]

C01 = partial(times.check_two_segments, 0.1, 0.5, times.C01.expected["p=0.1"]["q05"])
C02 = partial(times.check_parallel_segments, 16, 0.05, times.C02.expected["n=16,p=0.05"])
C03 = partial(memories.check_depolarised, "p=0.1,q=1.0,w0=0.96,Tcoh=200.0")
C19 = partial(times.check_delivery, "p=0.1,L=40.0km")
C19_RATE = partial(times.check_rate, "p=0.1,L=40.0km")
H01 = partial(queueing.check_queue, "lambda=0.5,mu=1.0")
B01 = partial(links.check_clicks, "eta=0.3,pd=0.001,V=0.9")
B03 = partial(single.check_case, "alpha=0.2,eta=0.05,pd=0.0001,V=0.9,sigma_rad=0.2")
B06 = partial(single.check_scheme, "L=50km", "0.1")
DETECTORS = partial(single.check_detectors, True, 8e-7)
B09 = partial(times.check_attempt_clock, "L=20")
B09_QUANTILES = partial(links.check_attempts, "L=20")
B12 = partial(links.check_transmission, "22km", "eta")
NESTED = partial(policies.check_nested, "p=0.1,q=1.0,w0=0.96,Tcoh=200.0", 4)
NESTED_SWAPS = partial(policies.check_nested, "p=0.02,q=0.75,w0=0.99,Tcoh=2000.0", 2)
ASAP = partial(policies.check_asap, "segments=3,p=0.3,ps=0.75")
AGED = "n=4,p=0.5,ps=0.5,tcut=3"
C08 = partial(policies.check_policy, AGED, policies.C08.expected[AGED]["asap"], 1e-6)
C10 = partial(policies.check_policy, "n=3,p=0.3,ps=1,tcut=2", policies.C10.expected["0.3"], policies.C10.tolerance)
FULL = "n=5,p=0.9,ps=0.5,tcut=2"
C07 = partial(policies.check_policy, FULL, policies.C07.expected[FULL]["nested_full"], 1e-6, swapping=policies.NESTED_FULL)
OPTIMAL = partial(policies.check_optimal, policies.C08, AGED)
OTHERWISE = partial(policies.check_optimal, policies.C08, "n=5,p=0.3,ps=1,tcut=2")
C16 = partial(repeater.check_repeater, "L=100km")
KEPT_ALIVE = partial(policies.check_kept_alive, "p=0.1,m=5,Tc=20.0")
ROUNDS = {where: partial(distillation.check_run, where) for where in ("link", "demand")}
SHARED_PHASE = partial(distillation.check_shared_phase, 1e6, 1.0)
OWN_PHASES = partial(distillation.check_shared_phase, 1e-12, (1 + np.exp(-4.0)) / 2)
SUCCESS = "links/*/generation/success_probability"

# Family and parameter: the check, and a move that changes a rate by 3 to 4 % (2 % is what the checks detect) or a fidelity
# by 0.007 to 0.009 (0.005).
MUTATIONS: dict[str, tuple[Check, str, float]] = {
    "waiting times, C01: success of links": (C01, SUCCESS, 1.03),
    "waiting times, C01: success of swaps": (C01, "nodes/*/swap_success_probability", 0.97),
    "waiting times, C02: success of links": (C02, SUCCESS, 0.97),
    "waiting times, C19: length": (C19, "links/*/fiber/length_m", 1.02),
    "waiting times, C19: efficiency": (C19_RATE, "memories/*/efficiency", 0.985),
    "waiting times, B09: overhead": (B09, "stations/*/local_overhead_s", 1.35),
    "link rates, B01: efficiency": (B01, "memories/*/efficiency", 1.02),
    "link rates, B01: visibility": (B01, "stations/*/visibility", 0.99),
    "link rates, B01: dark counts": (B01, "stations/*/detector/dark_count_rate_hz", 1.1),
    "link rates, B12: attenuation": (B12, "links/*/fiber/attenuation_db_per_km", 1.03),
    "link rates, B09: efficiency": (B09_QUANTILES, "memories/*/efficiency", 0.985),
    "link rates, unlike arms: detectors": (links.check_unlike_arms, "stations/*/detector/efficiency", 0.98),
    "link rates, unlike arms: T2": (links.check_unlike_arms, "memories/*/t2_s", 0.95),
    "single click, B03: bright state": (B03, "links/*/generation/bright_state", 1.03),
    "single click, B03: optical phase": (B03, "links/*/generation/phase_sigma_rad", 1.4),
    "single click, B03: visibility": (B03, "stations/*/visibility", 0.96),
    "single click, B03: efficiency": (B03, "memories/*/efficiency", 1.03),
    "single click, B06: bright state": (B06, "links/*/generation/bright_state", 1.035),
    "single click, B06: length": (B06, "links/*/fiber/length_m", 0.99),
    "single click, phase: deviation": (single.check_phase, "links/*/generation/phase_sigma_rad", 1.06),
    "single click, phase: correlation time": (single.check_phase, "links/*/generation/phase_correlation_s", 1.3),
    "double click, detectors: dead time": (DETECTORS, "stations/*/detector/dead_time_s", 0.3),
    "double click, detectors: dark counts": (DETECTORS, "stations/*/detector/dark_count_rate_hz", 1.3),
    "emitters: second photons": (sources.check_emitters, "memories/*/double_excitation_probability", 1.4),
    "emitters: background": (sources.check_emitters, "memories/*/background_photons", 2.0),
    "emitters: dephasing": (sources.check_emitters, "memories/*/photon_dephasing", 1.4),
    "emitters: lifetime": (sources.check_emitters, "memories/*/photon_lifetime_s", 1.1),
    "detectors: afterpulses": (sources.check_emitters, "stations/*/detector/afterpulse_probability", 2.5),
    "detectors: jitter": (sources.check_emitters, "stations/*/detector/jitter_s", 1.6),
    "queueing, H01: arrivals": (H01, "demands/*/traffic/rate_hz", 1.03),
    "queueing, H01: attempts": (H01, "links/*/generation/attempt_period_s", 1.03),
    "waiting memories, C03: depolarisation": (C03, "memories/*/depolarising_s", 0.8),
    "waiting memories, C03: states": (C03, "links/*/generation/state/fidelity", 0.9955),
    "waiting memories, dephasing: T2": (memories.check_dephased, "memories/*/t2_s", 0.94),
    "waiting memories, dephasing: success": (memories.check_dephased, SUCCESS, 0.94),
    "nested chains, C03: success of links": (NESTED, SUCCESS, 0.965),
    "nested chains, C03: success of swaps": (NESTED_SWAPS, "nodes/*/swap_success_probability", 0.965),
    "nested chains, C03: depolarisation": (NESTED, "memories/*/depolarising_s", 0.9),
    "nested chains, C03: states": (NESTED, "links/*/generation/state/fidelity", 0.9975),
    "swap-asap, C05: success of links": (ASAP, SUCCESS, 0.965),
    "swap-asap, C05: success of swaps": (ASAP, "nodes/*/swap_success_probability", 0.98),
    "cut-offs, C08: success of swaps": (C08, "nodes/*/swap_success_probability", 0.98),
    "cut-offs, C10: success of links": (C10, SUCCESS, 0.98),
    "cut-offs, C10: age, three slots instead of two": (C10, "demands/*/cutoff/age_s", 1.5),
    "policy tables, C07: success of swaps": (C07, "nodes/*/swap_success_probability", 0.98),
    "policy tables, optimal: success of swaps": (OPTIMAL, "nodes/*/swap_success_probability", 0.98),
    "policy tables, optimal: success of links": (OPTIMAL, SUCCESS, 0.98),
    "windows, B13: success of links": (policies.check_window, SUCCESS, 0.965),
    "windows, B13: dephasing": (policies.check_window, "memories/*/dephasing_s", 0.96),
    "windows, B13: dephasing by attempts": (
        partial(policies.check_window, dephases="dephasing_attempts"),
        "memories/*/dephasing_attempts",
        0.96,
    ),
    "windows, B13: attempts, 209 instead of 199": (policies.check_window, "demands/*/cutoff/attempts", 209 / 199),
    "kept alive, C18: success of links": (KEPT_ALIVE, SUCCESS, 0.94),
    "kept alive, C18: age, four slots instead of five": (KEPT_ALIVE, "demands/*/cutoff/age_s", 0.8),
    "memory repeater, C16: success of links": (C16, SUCCESS, 0.96),
    "memory repeater, C16: dephasing": (C16, "memories/*/dephasing_s", 0.8),
    "memory repeater, C16: Bell measurements": (C16, "memories/*/two_qubit_gate_reliability", 0.99),
    "distillation, link: states": (ROUNDS["link"], "links/*/generation/state/fidelity", 0.99),
    "distillation, link: CNOTs": (ROUNDS["link"], "memories/*/two_qubit_gate_reliability", 0.99),
    "distillation, link: read-out": (ROUNDS["link"], "memories/*/readout_fidelity_1", 0.97),
    "distillation, link: length": (ROUNDS["link"], "links/*/fiber/length_m", 1.1),
    "distillation, demand: states": (ROUNDS["demand"], "links/*/generation/state/fidelity", 0.99),
    "distillation, demand: length": (ROUNDS["demand"], "links/*/fiber/length_m", 1.1),
    "distillation, shared phase: CNOTs": (SHARED_PHASE, "memories/*/two_qubit_gate_reliability", 0.985),
    "distillation, shared phase: correlation time": (SHARED_PHASE, "links/*/generation/phase_correlation_s", 1e-8),
    "distillation, phases: deviation": (OWN_PHASES, "links/*/generation/phase_sigma_rad", 0.9),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_moved_parameter_is_seen(name: str) -> None:
    check, path, factor = MUTATIONS[name]
    with pytest.raises(AssertionError, match=r" is not .* within|Not equal to tolerance"):
        check(change=scaled(path, factor))


def test_another_policy_than_the_optimal_one_is_seen() -> None:
    """Swap-asap takes 5 % longer."""

    def swap_asap(scenario: fb.Scenario) -> fb.Scenario:
        return scenario.replace(demands=[demand.replace(swapping=fb.Asap()) for demand in scenario.demands])

    with pytest.raises(AssertionError, match=r" is not .* within"):
        OTHERWISE(change=swap_asap)
