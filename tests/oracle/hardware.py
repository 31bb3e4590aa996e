"""What one link does in a cycle: when, how likely, and which states it heralds."""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, erf, exp, expm1, log1p, pi, sqrt

import numpy as np

from . import fock
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

    @property
    def rate(self):
        """Threshold used up by one lane in one cycle."""
        return -log1p(-self.success) if self.success < 1 else float("inf")


def click_model(generation, link, memories, station, ticks_per_s):
    fiber, detector = link["fiber"], station["detector"]
    length_a = generation["station_position"] * fiber["length_m"]
    lengths = length_a, fiber["length_m"] - length_a
    efficiencies = [
        memory["efficiency"] * 10 ** (-fiber["attenuation_db_per_km"] * (length / 1000) / 10) * detector["efficiency"]
        for memory, length in zip(memories, lengths, strict=True)
    ]
    light = sum(memory["background_photons"] * efficiency for memory, efficiency in zip(memories, efficiencies, strict=True))
    visibility = station["visibility"]
    if any(memory["photon_lifetime_s"] for memory in memories):
        efficiencies, visibility = cut_to_window(
            efficiencies, visibility, [memory["photon_lifetime_s"] for memory in memories], detector
        )
    dark = -expm1(-(detector["dark_count_rate_hz"] * detector["window_s"] + light / 2))
    optics = *efficiencies, visibility, dark
    source = {
        "coherence": 1 / (1 + sum(memory["photon_dephasing"] for memory in memories)),
        "twice": [memory["double_excitation_probability"] for memory in memories],
    }
    resolving = detector["number_resolving"]
    if generation["kind"] == "double_click":
        lost = detector["dead_time_s"] > (station["bin_separation_s"] or 0.0)
        success, patterns = fock.double_click(*optics, resolving, lost, afterpulse=detector["afterpulse_probability"], **source)
    else:
        bright = generation["bright_state"]
        other = generation["bright_state_b"]
        success, patterns = fock.single_click(*optics, bright, bright if other is None else other, resolving, **source)

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
    )  # fmt: skip


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


def source_model(generation, link, memories, ticks_per_s, worn):
    fiber = link["fiber"]
    length_a = generation["source_position"] * fiber["length_m"]
    lengths = length_a, fiber["length_m"] - length_a
    absorptions = [
        worn[0] * memory["efficiency"] * 10 ** (-fiber["attenuation_db_per_km"] * (length / 1000) / 10)
        for memory, length in zip(memories, lengths, strict=True)
    ]
    success, found, _ = fock.pair_source_rows(generation, *absorptions, [bool(memory["retrieval"]) for memory in memories])
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


def sender_receiver_model(generation, link, memories, ticks_per_s, worn):
    fiber = link["fiber"]
    to_b = generation["sender"] == "node_a"
    sender, receiver = memories if to_b else memories[::-1]
    absorption = generation["absorption_efficiency"]
    arrives = (
        worn[0] * sender["efficiency"] * 10 ** (-fiber["attenuation_db_per_km"] * (fiber["length_m"] / 1000) / 10)
        * (receiver["efficiency"] if absorption is None else absorption)
    )  # fmt: skip
    success, found = fock.sender_receiver(
        generation, arrives, sender["double_excitation_probability"], sender["background_photons"], bool(receiver["retrieval"])
    )
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


def given_model(generation, ticks_per_s):
    herald = ticks(generation["herald_delay_s"], ticks_per_s)
    period_s = generation["attempt_period_s"]
    rows = [(1.0, 0, pair_state(generation["state"]).astype(complex))]
    return LinkModel(generation["success_probability"], ticks(period_s, ticks_per_s), period_s, (0, 0), (herald, herald), rows)


def link_model(generation, link, memories, stations, ticks_per_s, bell_diagonal, worn=(1.0, 1.0)):
    """`memories`: those of the link's two nodes; `worn`: what is left of efficiency and coherence."""
    if generation["kind"] == "given":
        model = worn_given(given_model(generation, ticks_per_s), worn)
    elif generation["kind"] == "midpoint_source":
        model = source_model(generation, link, memories, ticks_per_s, worn)
    elif generation["kind"] == "sender_receiver":
        model = sender_receiver_model(generation, link, memories, ticks_per_s, worn)
    else:
        model = click_model(generation, link, memories, worn_station(stations[generation["station"]], worn), ticks_per_s)
    model = train_of(model, generation["multiplexing"], ticks_per_s)
    model.left_by_attempt = tuple(left_by_attempt(memory, generation, end) for end, memory in enumerate(memories))
    if bell_diagonal:
        # The mean over the phase: coherences of the first memory shrink.
        shrink = exp(-(model.phase_sigma**2) / 2)
        mask = np.kron([[1, shrink], [shrink, 1]], np.ones((2, 2)))
        model.rows = [(probability, frame, mask * rho) for probability, frame, rho in model.rows]
        model.phase_sigma = 0.0
        model.rows = [(probability, frame, bell_diagonal_part(rho)) for probability, frame, rho in model.rows]
    return model


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
    return 1 - bright * jump


def train_of(model, multiplexing, ticks_per_s):
    """As many attempts as there are modes, one after the start of the other, in one."""
    modes, apart_s = multiplexing["modes"], multiplexing["mode_separation_s"]
    if modes == 1:
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
