"""What one link does in a cycle: when, how likely, and which states it heralds."""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, erf, exp, expm1, log1p, pi, sqrt

import numpy as np

from . import fock, fock_light, graph_states, light
from .clock import ticks
from .drift import worn_given, worn_station
from .states import bell_diagonal_part, depolarise, pair_state


@dataclass(eq=False)
class LinkModel:
    """Times in ticks from the start of a cycle, pairs in the order (node_a, node_b) of the link."""

    success: float
    period: int
    period_s: float
    emission: tuple
    herald: tuple
    rows: list  # (probability given success, frame, 4x4 state)
    empties: list = None  # by row: which memories hold no photon
    phase_sigma: float = 0.0  # of the optical phase that the rows do not hold
    phase_correlation_s: float | None = None  # None: fresh for each successful cycle
    modes: int = 1  # of a train; emission and herald are those of its first mode
    mode_success: float = 0.0
    mode_separation: int = 0
    shared_train: bool = False
    left_by_attempt: tuple = (1.0, 1.0)  # of the coherence of a qubit stored at each node
    duty: float = 1.0  # share of the time in which attempts are made, between stabilisations

    @property
    def rate(self):
        """Threshold used up by one lane in one cycle."""
        return -log1p(-self.success) if self.success < 1 else float("inf")


def click_model(generation, link, memories, station, interfaces, ticks_per_s):
    fiber, detector = link["fiber"], station["detector"]
    length_a = generation["station_position"] * fiber["length_m"]
    lengths = length_a, fiber["length_m"] - length_a
    arms = light.arms_of(link, interfaces, detector["window_s"])
    train, alignment = generation["multiplexing"], generation["alignment"]
    behind = [
        10 ** (-(loss_db(fiber, *arm) + train["switch_loss_db"]) / 10) * detector["efficiency"]
        for arm in ((0.0, length_a), (length_a, fiber["length_m"]))
    ]
    efficiencies = [
        memory["efficiency"] * arm.efficiency * rest for memory, arm, rest in zip(memories, arms, behind, strict=True)
    ]
    background = sum(
        memory["background_photons"] * efficiency for memory, efficiency in zip(memories, efficiencies, strict=True)
    )
    background += sum(arm.noise * rest for arm, rest in zip(arms, behind, strict=True))
    background += raman_hz(fiber, length_a) * detector["window_s"] * detector["efficiency"]
    visibility = station["visibility"]
    filtered = light.behind_filters(arms, memories, visibility, link["light_mismatch"] == "price", detector["window_s"])
    if filtered:
        efficiencies = [efficiency * share for efficiency, share in zip(efficiencies, filtered, strict=False)]
        visibility = filtered[2]
    elif any(memory["photon_lifetime_s"] for memory in memories):
        efficiencies, visibility = cut_to_window(
            efficiencies, visibility, [memory["photon_lifetime_s"] for memory in memories], detector
        )
    assert not fiber["dispersion_s_per_m2"] and not fiber["pmd_s_per_sqrt_m"], "not modelled here"
    assert not train["crosstalk"], "not modelled here"
    duty = 1.0
    if alignment:
        assert not alignment["arrival_offset_s"] and not alignment["arrival_jitter_s"], "not modelled here"
        assert not alignment["polarisation_sigma_rad"] and not alignment["phase_drift_rad_per_sqrt_s"], "not modelled here"
        visibility *= cos(alignment["polarisation_angle_rad"]) ** 2
        if alignment["stabilisation_s"] is not None:
            duty = alignment["free_running_s"] / (alignment["free_running_s"] + alignment["stabilisation_s"])
    modes = train["modes"] if train["shared_detectors"] else 1
    dark = -expm1(-(detector["dark_count_rate_hz"] * detector["window_s"] / modes + background / 2))
    optics = *efficiencies, visibility, dark
    source = {
        "coherence": 1 / (1 + sum(memory["photon_dephasing"] for memory in memories)),
        "twice": [memory["double_excitation_probability"] for memory in memories],
    }
    resolving = detector["number_resolving"]
    if memories[0]["light"]:
        success, patterns, silent = clicks_of_light(generation, memories, station, optics)
    elif generation["kind"] == "double_click":
        lost = detector["dead_time_s"] > (station["bin_separation_s"] or 0.0)
        success, patterns = fock.double_click(*optics, resolving, lost, afterpulse=detector["afterpulse_probability"], **source)
        silent = fock.silence(fock.double_click_cases(*optics[:3], source["coherence"], source["twice"]), dark)
    else:
        bright = generation["bright_state"]
        other = generation["bright_state_b"]
        brights = bright, bright if other is None else other
        success, patterns = fock.single_click(*optics, *brights, resolving, **source)
        cases = fock.single_click_cases(*optics[:3], *brights, 0.0, source["coherence"], source["twice"])
        silent = fock.silence(cases, dark, fock.BINS[:1])
    if modes > 1:  # any of them, and silence of all others
        success *= modes * silent ** (modes - 1)

    rows = []
    for *_, frame, probability, rho in patterns:
        for half, memory in enumerate(memories):
            rho = depolarise(rho, (half,), 2, memory["initialisation_reliability"])
        rows.append((probability, frame, rho.astype(complex)))

    flight = [length / fiber["speed_m_per_s"] for length in lengths]
    initialised = max(memory["initialisation_s"] for memory in memories)
    announced = initialised + max(flight) + station["local_overhead_s"]
    emission = [initialised + (max(flight) - delay) for delay in flight]
    herald = [announced + delay for delay in flight]
    return LinkModel(
        success, ticks(max(herald), ticks_per_s), max(herald), tuple(ticks(t, ticks_per_s) for t in emission),
        tuple(ticks(t, ticks_per_s) for t in herald), rows, None, generation.get("phase_sigma_rad", 0.0), generation.get("phase_correlation_s"),
        duty=duty,
    )  # fmt: skip


def clicks_of_light(generation, memories, station, optics):
    """Success, rows of clicks and the probability of silence, of memories that do not send single photons."""
    detector = station["detector"]
    if generation["kind"] == "single_click":
        bright, other = generation["bright_state"], generation["bright_state_b"]
        brights = bright, bright if other is None else other
        numbers = [fock_light.thermal(p, 14) for p in brights]
        success, rows = fock_light.ensemble_click(*optics, *brights, detector["number_resolving"])
        return success, rows, fock_light.silence(*optics, [[numbers]])
    means = [memory["light"]["mean_photons"] for memory in memories]
    lost = detector["dead_time_s"] > (station["bin_separation_s"] or 0.0)
    success, rows = fock_light.pulse_click(
        *optics, *means, detector["number_resolving"], lost, afterpulse=detector["afterpulse_probability"]
    )
    a, b = (fock_light.poisson(mean, 14) for mean in means)
    together, apart = [(a, b), (None, None)], [(a, None), (None, b)]
    return success, rows, fock_light.silence(*optics, [together, apart])


def pieces(fiber, low, high):
    """(length, loss in dB) of each span, or part of one, between two distances from node_a."""
    spans = fiber["spans"] or [{"length_m": fiber["length_m"], "loss_db": None}]
    at, found = 0.0, []
    for span in spans:
        per_km = fiber["attenuation_db_per_km"] if span["loss_db"] is None else span["loss_db"] / (span["length_m"] / 1000)
        part = max(0.0, min(high, at + span["length_m"]) - max(low, at))
        found.append((part, per_km * (part / 1000)))
        at += span["length_m"]
    return found


def loss_db(fiber, low, high):
    return sum(loss for _, loss in pieces(fiber, low, high))


def raman_in_a_mode(fiber, low, high, end):
    """Photons in a mode of a hertz and a second that a part of the fibre brings to its end at node_a or node_b."""
    if fiber["classical_light"] is None:
        return 0.0
    width_hz = fiber["classical_light"]["filter_bandwidth_m"] * light.SPEED / fiber["wavelength_m"] ** 2
    return raman_hz(fiber, low if end == "a" else high, (low, high)) / width_hz


def raman_hz(fiber, at, part=None):
    """Photons that come to a place: what each point of the fibre scatters, either way, and what is left of it."""
    light, length = fiber["classical_light"], fiber["length_m"]
    if light is None:
        return 0.0
    first, last = part or (0.0, length)
    x, weights = np.polynomial.legendre.leggauss(20)
    edges = sorted({0.0, at, first, last, *np.cumsum([span["length_m"] for span in fiber["spans"] or [{"length_m": length}]])})
    watts = 0.0
    for low, high in pairwise(edge for edge in edges if first <= edge <= last):
        for z, weight in zip((low + high) / 2 + (high - low) / 2 * x, (high - low) / 2 * weights, strict=True):
            there = light["power_to_b_w"] * 10 ** (-loss_db(fiber, 0.0, z) / 10)
            there += light["power_to_a_w"] * 10 ** (-loss_db(fiber, z, length) / 10)
            watts += weight * there * 10 ** (-loss_db(fiber, min(z, at), max(z, at)) / 10)
    share_per_m = light["raman_per_km_nm"] / 1000 * light["filter_bandwidth_m"] * 1e9
    return watts * share_per_m * fiber["wavelength_m"] / (6.62607015e-34 * 299_792_458)


def cut_to_window(efficiencies, visibility, lifetimes, detector):
    """What a window that opens with the photons holds of them, by adding up moments of emission and jitter."""

    def share(lifetime):
        if lifetime is None:
            return 1.0
        window, jitter = detector["window_s"], detector["jitter_s"]
        if jitter == 0:
            return 1 - exp(-window / lifetime)
        x, weights = np.polynomial.legendre.leggauss(400)
        # By the time of emission, in pieces about the edges of the window.
        edges = sorted({0.0, *(edge for k in (-9, -3, 0, 3, 9) for edge in (k * jitter, window + k * jitter) if edge > 0)})
        total = 0.0
        for low, high in pairwise(edges):
            for at, weight in zip((low + high) / 2 + (high - low) / 2 * x, (high - low) / 2 * weights, strict=True):
                inside = (erf((window - at) / jitter / sqrt(2)) - erf(-at / jitter / sqrt(2))) / 2
                total += weight * exp(-at / lifetime) / lifetime * inside
        return total

    shares = [share(lifetime) for lifetime in lifetimes]
    if None not in lifetimes:
        product = 2 / (1 / lifetimes[0] + 1 / lifetimes[1])  # lifetime of the product of amplitudes
        visibility *= share(product) ** 2 / (shares[0] * shares[1])
    return [efficiency * part for efficiency, part in zip(efficiencies, shares, strict=True)], min(1.0, visibility)


def source_model(generation, link, memories, interfaces, ticks_per_s, worn):
    fiber = link["fiber"]
    length_a = generation["source_position"] * fiber["length_m"]
    lengths = length_a, fiber["length_m"] - length_a
    switch_db = generation["multiplexing"]["switch_loss_db"]
    ends = (0.0, length_a), (length_a, fiber["length_m"])
    second = generation["bandwidth_b_hz"] or generation["bandwidth_hz"]
    lines = generation["bandwidth_hz"], second
    arms = [light.Arm(), light.Arm()]
    for arm, memory, way, line, end in zip(arms, memories, ends, lines, "ab", strict=True):
        arm.loses(10 ** (-loss_db(fiber, *way) / 10))
        arm.is_joined_by(raman_in_a_mode(fiber, *way, end))
        arm.passes(link[f"interfaces_{end}"], interfaces, None)
        arm.is_absorbed(memory, line)
    absorptions = [
        worn[0] * memory["efficiency"] * arm.efficiency * 10 ** (-switch_db / 10)
        for memory, arm in zip(memories, arms, strict=True)
    ]
    bins = [light.bins_of(generation["encoding"], link[f"interfaces_{end}"], interfaces) for end in "ab"]
    noise = [
        worn[0] * memory["efficiency"] * n * arm.noise * 10 ** (-switch_db / 10)
        for memory, arm, n in zip(memories, arms, bins, strict=True)
    ]
    success, found, _ = fock.pair_source_rows(
        generation, *absorptions, [bool(memory["retrieval"]) for memory in memories], noise
    )
    rows, empties = rows_of_absorbed([(p, rho, empty) for p, rho, empty in found], memories, worn)

    flight = [length / fiber["speed_m_per_s"] for length in lengths]
    launch = max(0.0, max(memory["initialisation_s"] for memory in memories) - min(flight))
    arrival = [launch + delay for delay in flight]
    told = [max(own, other + sum(flight)) if generation["heralded"] else own for own, other in (arrival, arrival[::-1])]
    herald = [at + generation["local_overhead_s"] for at in told]
    return LinkModel(
        success, ticks(max(herald), ticks_per_s), max(herald), tuple(ticks(t, ticks_per_s) for t in arrival),
        tuple(ticks(t, ticks_per_s) for t in herald), rows, empties,
    )  # fmt: skip


def rows_of_absorbed(found, memories, worn):
    rows = []
    for probability, rho, _ in found:
        rho = worn[1] * rho + (1 - worn[1]) * np.eye(4) / 4
        for half, memory in enumerate(memories):
            rho = depolarise(rho, (half,), 2, memory["initialisation_reliability"])
        rows.append((probability, 0, rho.astype(complex)))
    return rows, [empty for *_, empty in found]


def sender_receiver_model(generation, link, memories, interfaces, ticks_per_s, worn):
    fiber = link["fiber"]
    to_b = generation["sender"] == "node_a"
    sender, receiver = memories[:: 1 if to_b else -1]
    arm, ends, whole = light.Arm(), "ab" if to_b else "ba", (0.0, fiber["length_m"])
    arm.passes(link[f"interfaces_{ends[0]}"], interfaces, None)
    arm.loses(10 ** (-loss_db(fiber, *whole) / 10))
    arm.is_joined_by(raman_in_a_mode(fiber, *whole, ends[1]))
    arm.passes(link[f"interfaces_{ends[1]}"], interfaces, None)
    arm.is_absorbed(receiver, sender["photon_lifetime_s"] and 1 / (2 * pi * sender["photon_lifetime_s"]))
    switched = 10 ** (-generation["multiplexing"]["switch_loss_db"] / 10)
    absorption = generation["absorption_efficiency"]
    absorbed = worn[0] * (receiver["efficiency"] if absorption is None else absorption)
    arrives = sender["efficiency"] * arm.efficiency * switched * absorbed
    others = sender["background_photons"] * arrives
    bins = light.bins_of(sender["encoding"], [name for end in ends for name in link[f"interfaces_{end}"]], interfaces)
    others += absorbed * bins * arm.noise * switched / 2  # in each of two modes
    tells = bool(receiver["retrieval"])
    if sender["light"]:
        success, found = fock_light.sent_pulse(generation, arrives, sender["light"]["mean_photons"], others, tells)
    else:
        success, found = fock.sender_receiver(generation, arrives, sender["double_excitation_probability"], others, tells)
    rows, empties = rows_of_absorbed(
        [(p, rho, (False, none) if to_b else (none, False)) for p, rho, none in found], memories, worn
    )
    flight = fiber["length_m"] / fiber["speed_m_per_s"]
    leaves = max(sender["initialisation_s"], receiver["initialisation_s"] - flight)
    comes = leaves + flight
    known = comes + generation["local_overhead_s"]
    told = known + flight if generation["heralded"] else leaves + generation["local_overhead_s"]
    lives, herald = ((leaves, comes), (told, known)) if to_b else ((comes, leaves), (known, told))
    return LinkModel(
        success, ticks(max(herald), ticks_per_s), max(herald), tuple(ticks(t, ticks_per_s) for t in lives),
        tuple(ticks(t, ticks_per_s) for t in herald), rows, empties,
    )  # fmt: skip


def graph_model(generation, link, memories, interfaces, ticks_per_s, worn):
    fiber, pieces = link["fiber"], 2 * (generation["sources"] + 1)
    edges = [fiber["length_m"] * k / pieces for k in range(pieces + 1)]
    halves = [10 ** (-loss_db(fiber, *edge) / 10) for edge in pairwise(edges)]
    arms = light.arms_of(link, interfaces, None)
    switched = 10 ** (-generation["multiplexing"]["switch_loss_db"] / 10)
    for memory, arm in zip(memories, arms, strict=True):
        if memory["photon_lifetime_s"]:
            arm.loses(light.through(1 / (2 * pi * memory["photon_lifetime_s"]), arm.widths))
    ends = [memory["efficiency"] * arm.efficiency * switched for memory, arm in zip(memories, arms, strict=True)]
    worse = generation | {
        "detector_efficiency": worn[0] * generation["detector_efficiency"],
        "visibility": worn[1] * generation["visibility"],
    }
    success, rho = graph_states.pair(worse, halves, ends)
    for half, memory in enumerate(memories):
        rho = depolarise(rho, (half,), 2, memory["initialisation_reliability"])
    starts = max(memory["initialisation_s"] for memory in memories)
    known = ticks(starts + fiber["length_m"] / fiber["speed_m_per_s"] + generation["local_overhead_s"], ticks_per_s)
    period_s = max(starts, generation["repetition_s"])
    left = (ticks(starts, ticks_per_s),) * 2
    return LinkModel(success, ticks(period_s, ticks_per_s), period_s, left, (known, known), [(1.0, 0, rho.astype(complex))])


def given_model(generation, ticks_per_s):
    herald = ticks(generation["herald_delay_s"], ticks_per_s)
    period_s = generation["attempt_period_s"]
    rows = [(1.0, 0, pair_state(generation["state"]).astype(complex))]
    return LinkModel(generation["success_probability"], ticks(period_s, ticks_per_s), period_s, (0, 0), (herald, herald), rows)


def link_model(generation, link, memories, stations, interfaces, ticks_per_s, bell_diagonal, worn=(1.0, 1.0)):
    """`memories`: those of the link's two nodes; `worn`: what is left of efficiency and coherence."""
    if generation["kind"] == "given":
        model = worn_given(given_model(generation, ticks_per_s), worn)
    elif generation["kind"] == "midpoint_source":
        model = source_model(generation, link, memories, interfaces, ticks_per_s, worn)
    elif generation["kind"] == "sender_receiver":
        model = sender_receiver_model(generation, link, memories, interfaces, ticks_per_s, worn)
    elif generation["kind"] == "repeater_graph":
        model = graph_model(generation, link, memories, interfaces, ticks_per_s, worn)
    else:
        model = click_model(
            generation, link, memories, worn_station(stations[generation["station"]], worn), interfaces, ticks_per_s
        )
    model = train_of(model, generation["multiplexing"], ticks_per_s)
    duty, repetition_s = light.pace_of(link, interfaces)
    if duty < 1 or repetition_s > 0:
        pulses_s = repetition_s + (model.modes - 1) * generation["multiplexing"]["mode_separation_s"]
        model.period_s = max(model.period_s, pulses_s) / duty
    checks_s = 0.0
    if generation["kind"] != "given":
        checks_s = mean_check_s([memory["charge_check"] for memory in memories if memory["charge_check"]])
        model.period_s += model.modes * checks_s
    if duty * model.duty < 1 or repetition_s > 0 or checks_s > 0:
        model.period_s /= model.duty
        model.period = ticks(model.period_s, ticks_per_s)
    model.left_by_attempt = tuple(left_by_attempt(memory, generation, end) for end, memory in enumerate(memories))
    if bell_diagonal:
        # The mean over the phase: coherences of the first memory shrink.
        shrink = exp(-(model.phase_sigma**2) / 2)
        mask = np.kron([[1, shrink], [shrink, 1]], np.ones((2, 2)))
        model.rows = [(probability, frame, mask * rho) for probability, frame, rho in model.rows]
        model.phase_sigma = 0.0
        model.rows = [(probability, frame, bell_diagonal_part(rho)) for probability, frame, rho in model.rows]
    return model


def mean_check_s(checks):
    """An attempt's share of the time until all ends have passed a check, round after round."""
    if not checks:
        return 0.0
    total, not_passed = 0.0, 1.0
    for rounds in range(10**6):
        # One more round takes place if somebody has not passed yet.
        total += not_passed * (max(c["check_s"] for c in checks) + (rounds > 0) * max(c["reset_s"] for c in checks))
        passed = 1.0
        for check in checks:
            passed *= 1 - (1 - check["success_probability"]) ** (rounds + 1)
        not_passed = 1 - passed
        if not_passed < 1e-18:
            break
    return total / min(c["batch_attempts"] for c in checks)


def left_by_attempt(memory, generation, end):
    """The emitter is found in its bright state with some probability, and then the phase of what is stored beside it jumps."""
    if memory["dephasing_attempts"] is None:
        return 1.0
    bright = 0.5
    if generation["kind"] == "single_click":
        bright = generation["bright_state"]
        if end == 1 and generation["bright_state_b"] is not None:
            bright = generation["bright_state_b"]
    jump = 2 * (1 - exp(-1 / memory["dephasing_attempts"]))
    modes = generation["multiplexing"]["modes"] if generation["multiplexing"]["shared_detectors"] else 1
    return (1 - bright * jump) ** modes


def train_of(model, multiplexing, ticks_per_s):
    """As many attempts as there are modes, one after the start of the other, in one."""
    modes, apart_s = multiplexing["modes"], multiplexing["mode_separation_s"]
    if modes == 1 or multiplexing["shared_detectors"]:  # which are counted already
        return replace(model, mode_success=model.success)
    period_s = model.period_s + (modes - 1) * apart_s
    return replace(
        model, success=-expm1(modes * log1p(-model.success)) if model.success < 1 else 1.0, mode_success=model.success, modes=modes,
        period=ticks(period_s, ticks_per_s), period_s=period_s, mode_separation=ticks(apart_s, ticks_per_s),
        shared_train=multiplexing["train"] == "shared",
    )  # fmt: skip


def failures_before(success, u, most):
    """Failures in a row, geometric, by inversion; `most` if there are as many or more."""
    survived = 1.0
    for failures in range(most):
        survived *= 1 - success
        if 1 - survived > u:
            return failures
    return most


class OpticalPhase:
    """The phase between a link's arms: a stationary Gaussian process with exponential correlation, seen at successful cycles."""

    def __init__(self, stream, ticks_per_s, coins):
        self.stream, self.ticks_per_s, self.coins = stream, ticks_per_s, coins
        self.model, self.seen, self.standard = None, None, None

    def normal(self):
        if self.coins is not None:
            return self.coins.standard_normal()
        u0, u1 = self.stream.draw()
        return sqrt(-2 * log1p(-u0)) * cos(2 * pi * u1)

    def at(self, now, model):
        fresh = self.normal()
        if self.model is not model or model.phase_correlation_s is None:
            self.standard = fresh
        else:
            elapsed = (now - self.seen) / self.ticks_per_s / model.phase_correlation_s
            self.standard = exp(-elapsed) * self.standard + sqrt(-expm1(-2 * elapsed)) * fresh
        self.model, self.seen = model, now
        return model.phase_sigma * self.standard


def turned(rho, phase):
    """The first qubit's |1> picks up exp(i phase)."""
    gate = np.diag([1, 1, np.exp(1j * phase), np.exp(1j * phase)])
    return gate @ rho @ gate.conj()


def herald_row(rows, u):
    """Number of the row."""
    cumulated = 0.0
    for number, row in enumerate(rows):
        cumulated += row[0]
        if u < cumulated:
            return number
    return len(rows) - 1


def retrieved(retrieval, storage_s):
    """Probability that a photon comes out."""
    if retrieval["lifetime_s"] is None:
        return retrieval["efficiency"]
    t = storage_s / retrieval["lifetime_s"]
    return retrieval["efficiency"] * exp(-(t**2) if retrieval["law"] == "gaussian" else -t)


def successes_of(lanes, success, u):
    """How many of the lanes succeed, given that at least one does: the zero-truncated binomial by inversion."""
    choose, some, cumulated = 1, 1 - (1 - success) ** lanes, 0.0
    for k in range(1, lanes):
        choose = choose * (lanes - k + 1) // k
        cumulated += choose * success**k * (1 - success) ** (lanes - k) / some
        if u < cumulated:
            return k
    return lanes


def slotted(model, slot, slot_s):
    """The same link in common slots: a cycle starts one tick after a slot's start, its pairs live from the slot's end."""
    both_ends = slot - 1, slot - 1
    return replace(model, period=slot, period_s=slot_s, emission=both_ends, herald=both_ends, mode_separation=0)


def gate_time(memory, ticks_per_s):
    return ticks(memory["single_qubit_gate_s"] + memory["two_qubit_gate_s"] + memory["measurement_s"], ticks_per_s)


def parity_time(memory, ticks_per_s):
    return ticks(memory["two_qubit_gate_s"] + memory["measurement_s"], ticks_per_s)
