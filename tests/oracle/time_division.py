"""Frames of time division: seats by Sainte-Lague, stations by McNaughton's rule."""

from fractions import Fraction
from math import gcd


def frame_of(need, names, stations):
    links = len(names)
    slots = 1 if stations == links else -(-8 * links // stations)
    # Every link has a seat; the others go to the highest of need / 3, need / 5, ..., one after another.
    seats = [1] * links
    for _ in range(slots * stations - links):
        open_to = [k for k in range(links) if seats[k] < slots]
        seats[max(open_to, key=lambda k: (Fraction(need[k] / (2 * seats[k] + 1)), -k))] += 1
    stride = max(1, (slots * 5 + 4) // 8)
    while gcd(stride, slots) != 1:
        stride += 1
    frame = [[] for _ in range(slots)]
    cells = [name for name, count in zip(names, seats, strict=True) for _ in range(count)]
    for cell, name in enumerate(cells):
        frame[cell % slots * stride % slots].append(name)
    return frame
