"""What converters and transducers make of light, step by step in time."""

from math import inf, pi

import numpy as np

SPEED = 299_792_458.0


class Arm:
    """Light under way: efficiency so far, the filters that it has passed, and noise of each origin with its width and filters."""

    def __init__(self):
        self.efficiency, self.widths, self.wavelength, self.noises = 1.0, [], None, []

    def passes(self, names, known, window_s):
        for name in names:
            one = known[name]
            self.loses(one["efficiency"])
            width = one.get("bandwidth_hz")
            if width:
                self.is_filtered(width)
            if one["kind"] == "frequency_converter":
                self.is_joined_by(one["noise_photons"] + one["noise_rate_hz"] * (window_s or 0.0), width)
            if one["kind"] == "transducer":
                modes = pi / 2 * width * window_s if width and window_s else 1.0
                self.is_joined_by(one["efficiency"] * one["added_noise_photons"] * modes, width)
            self.wavelength = one.get("to_wavelength_m", self.wavelength)
        return self

    def loses(self, left):
        self.efficiency *= left
        self.noises = [(photons * left, width, filters) for photons, width, filters in self.noises]

    def is_filtered(self, width):
        self.widths.append(width)
        for *_, filters in self.noises:
            filters.append(width)

    def is_joined_by(self, photons, width=None):
        if photons > 0:
            self.noises.append((photons, width, []))

    def is_absorbed(self, memory, line_hz):
        """By a memory, with its band."""
        if memory["absorption_bandwidth_hz"]:
            self.is_filtered(memory["absorption_bandwidth_hz"])
        if line_hz:
            self.efficiency *= through(line_hz, self.widths)

    @property
    def noise(self):
        return sum(photons * (through(width, filters) if width else 1.0) for photons, width, filters in self.noises)


def through(width, filters):
    """The share of light with a Lorentzian spectrum that filters let pass."""
    return shaped([1 / (2 * pi * width)] * 2, [filters] * 2, 0.0, inf)[0] if filters else 1.0


def arms_of(link, known, window_s):
    """Of both ends, of light in the order of the lists."""
    return [Arm().passes(link[f"interfaces_{end}"], known, window_s) for end in "ab"]


def bins_of(encoding, names, known):
    """In which noise comes to a memory that absorbs, behind interfaces: a bin for each time, or one for both polarisations."""
    for name in names:
        encoding = known[name].get("to_encoding", encoding)
    return 2 if encoding == "time_bin" else 1


def pace_of(link, known):
    """Duty cycle and shortest period."""
    transducers = [known[name] for end in "ab" for name in link[f"interfaces_{end}"] if known[name]["kind"] == "transducer"]
    return min([one["duty_cycle"] for one in transducers], default=1.0), max(
        [one["repetition_s"] for one in transducers], default=0.0
    )


def amplitude(lifetime, bandwidths, detuning_hz, step, steps):
    """Of the photon behind its filters, at each half step too."""
    rates = [0.5 / lifetime, *(pi * width for width in bandwidths)]
    generator = np.diag([-rate - 2j * pi * detuning_hz for rate in rates])
    for k in range(1, len(rates)):
        generator[k, k - 1] = rates[k]
    move, term = np.eye(len(rates), dtype=complex), np.eye(len(rates), dtype=complex)
    for order in range(1, 7):
        term = term @ generator * (step / 2) / order
        move = move + term
    now = np.zeros(len(rates), dtype=complex)
    now[0] = lifetime**-0.5
    seen = np.empty(2 * steps + 1, dtype=complex)
    for k in range(2 * steps + 1):
        seen[k] = now[-1]
        now = move @ now
    return seen


def shaped(lifetimes, bandwidths, detuning_hz, window_s):
    """Shares of both photons within the window, and their overlap in it; by Simpson's rule."""
    fastest = max(
        1 / lifetime + 2 * pi * max(widths, default=0.0) for lifetime, widths in zip(lifetimes, bandwidths, strict=True)
    )
    fastest += 2 * pi * abs(detuning_hz)
    slowest = min(
        min([1 / lifetime, *(2 * pi * width for width in widths)])
        for lifetime, widths in zip(lifetimes, bandwidths, strict=True)
    )
    end = 40 / slowest if window_s == inf else window_s
    steps = int(np.ceil(end * fastest / 0.015))
    a, b = (
        amplitude(lifetime, widths, shift, end / steps, steps)
        for lifetime, widths, shift in zip(lifetimes, bandwidths, (detuning_hz, 0.0), strict=True)
    )
    weights = np.ones(2 * steps + 1)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    weights *= end / steps / 6
    share_a, share_b = (weights @ abs(x) ** 2 for x in (a, b))
    return share_a, share_b, abs(weights @ (a.conj() * b)) ** 2 / (share_a * share_b)


def behind_filters(arms, memories, visibility, priced, window_s):
    """Shares and visibility where filters or a price have a say; None where they have not."""
    lifetimes, widths_of = [memory["photon_lifetime_s"] for memory in memories], [arm.widths for arm in arms]
    if not priced and not any(lifetime and widths for lifetime, widths in zip(lifetimes, widths_of, strict=True)):
        return None
    if None in lifetimes:
        shares = [
            1.0 if lifetime is None else shaped([lifetime] * 2, [widths] * 2, 0.0, window_s)[0]
            for lifetime, widths in zip(lifetimes, widths_of, strict=True)
        ]
        return *shares, visibility
    wavelengths = [arm.wavelength or memory["wavelength_m"] for memory, arm in zip(memories, arms, strict=True)]
    detuning = SPEED / wavelengths[0] - SPEED / wavelengths[1] if priced and None not in wavelengths else 0.0
    share_a, share_b, overlap = shaped(lifetimes, widths_of, detuning, window_s)
    if not priced:
        overlap /= shaped(lifetimes, widths_of, 0.0, inf)[2]
    return share_a, share_b, min(1.0, visibility * overlap)
