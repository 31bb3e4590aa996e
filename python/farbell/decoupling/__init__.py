"""Dynamical decoupling: how long a qubit keeps its coherence under noise and a sequence of pi pulses.

The qubit's angular frequency has a random part ``beta(t)``, stationary and Gaussian, of spectrum
``S(w) = integral <beta(t) beta(0)> exp(i w t) dt``, in rad^2/s at angular frequency w, equal at w and -w. A sequence of
pulses has a filter function F, and the coherence left after a time t, the pulses spread over it, is ``exp(-chi)`` with::

    chi(t) = integral from 0 to infinity of S(w) F(w t) / (pi w^2) dw

(L. Cywinski, R. M. Lutchyn, C. P. Nave and S. Das Sarma, Phys. Rev. B 77, 174509 (2008)). See
`docs/physics/dynamical_decoupling.md`.

>>> import farbell as fb
>>> slow = fb.decoupling.Lorentzian(rms_rad_per_s=2e3, correlation_s="10 ms")
>>> [round(1e3 * fb.decoupling.decouple(sequence, slow).t2_s, 2) for sequence in
...  (fb.decoupling.free_induction(), fb.decoupling.hahn_echo(), fb.decoupling.cpmg(16))]
[0.72, 3.19, 20.2]
"""

from farbell.decoupling.decoupled import Decoupled, StretchedFit, decouple
from farbell.decoupling.sequences import PulseSequence, cpmg, free_induction, hahn_echo, uhrig, xy8
from farbell.decoupling.spectra import Lorentzian, Noise, OneOverF, TabulatedNoise, White
from farbell.decoupling.train import PulseTrain, decouple_every

__all__ = [
    "Decoupled",
    "Lorentzian",
    "Noise",
    "OneOverF",
    "PulseSequence",
    "PulseTrain",
    "StretchedFit",
    "TabulatedNoise",
    "White",
    "cpmg",
    "decouple",
    "decouple_every",
    "free_induction",
    "hahn_echo",
    "uhrig",
    "xy8",
]
