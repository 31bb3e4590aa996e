"""What converters and transducers make of light, step by step in time."""

from math import inf, pi

import numpy as np

SPEED = 299_792_458.0


def arms_of(link, known, window_s):
    """Of both ends, of light in the order of the lists: efficiency, noise photons behind, bandwidths, wavelength (or None)."""
    arms = []
    for end in "ab":
        efficiency, noise, bandwidths, wavelength = 1.0, 0.0, [], None
        for name in link[f"interfaces_{end}"]:
            one = known[name]
            efficiency *= one["efficiency"]
            noise *= one["efficiency"]
            if one["kind"] == "frequency_converter":
                noise += one["noise_photons"] + one["noise_rate_hz"] * (window_s or 0.0)
            if one["kind"] == "transducer":
                modes = pi / 2 * one["bandwidth_hz"] * window_s if one["bandwidth_hz"] and window_s else 1.0
                noise += one["efficiency"] * one["added_noise_photons"] * modes
            if one.get("bandwidth_hz"):
                bandwidths.append(one["bandwidth_hz"])
            wavelength = one.get("to_wavelength_m", wavelength)
        arms.append((efficiency, noise, bandwidths, wavelength))
    return arms


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
    lifetimes = [memory["photon_lifetime_s"] for memory in memories]
    if not priced and not any(lifetime and widths for lifetime, (_, _, widths, _) in zip(lifetimes, arms, strict=True)):
        return None
    if None in lifetimes:
        shares = [
            1.0 if lifetime is None else shaped([lifetime] * 2, [widths] * 2, 0.0, window_s)[0]
            for lifetime, (_, _, widths, _) in zip(lifetimes, arms, strict=True)
        ]
        return *shares, visibility
    wavelengths = [wavelength or memory["wavelength_m"] for memory, (*_, wavelength) in zip(memories, arms, strict=True)]
    detuning = SPEED / wavelengths[0] - SPEED / wavelengths[1] if priced and None not in wavelengths else 0.0
    widths = [arm[2] for arm in arms]
    share_a, share_b, overlap = shaped(lifetimes, widths, detuning, window_s)
    if not priced:
        overlap /= shaped(lifetimes, widths, 0.0, inf)[2]
    return share_a, share_b, min(1.0, visibility * overlap)
