"""Hardware models as functions: what one fibre, one beam splitter, one link does, without running a network.

These are the kernels that :func:`farbell.compile` calls for each link of a scenario.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from farbell import _core
from farbell._core import (
    Fiber,
    HeraldOutcome,
    HeraldTable,
    Link,
    LinkModel,
    Memory,
    MidpointSource,
    Retrieval,
    SenderReceiver,
    SpecError,
    Station,
)
from farbell.heralds import TreeMeasurements, ensemble_click, pulse_click, repeater_graph, tree_measurements
from farbell.photons import (
    Interface,
    background_from_g2,
    double_excitation_from_g2,
    mode_overlap,
    photon_coherence,
    photon_overlap,
    wavelength_m,
)

__all__ = [
    "HeraldOutcome",
    "HeraldTable",
    "LinkModel",
    "TreeMeasurements",
    "background_from_g2",
    "double_click",
    "double_excitation_from_g2",
    "ensemble_click",
    "fiber_delay_s",
    "fiber_transmission",
    "hong_ou_mandel",
    "link_model",
    "mode_overlap",
    "pair_source",
    "photon_coherence",
    "photon_overlap",
    "pulse_click",
    "repeater_graph",
    "retrieved",
    "sender_receiver",
    "single_click",
    "tree_measurements",
    "wavelength_m",
]


def double_click(
    *,
    efficiency_a: float,
    efficiency_b: float,
    visibility: float = 1.0,
    dark_count_probability: float = 0.0,
    number_resolving: bool = False,
    photon_coherence: float = 1.0,
    double_excitation_probability: float = 0.0,
    double_excitation_probability_b: float | None = None,
    late_bin_lost: bool = False,
    afterpulse_probability: float = 0.0,
) -> HeraldTable:
    """Entangle two memories by one photon click in each of two time bins.

    Both memories emit (|0>|early> + |1>|late>)/sqrt(2) towards a station with a 50:50 beam splitter and two
    detectors. An attempt succeeds if exactly one detector clicks in each bin: the same one twice announces Psi+,
    different ones Psi-.

    Parameters
    ----------
    efficiency_a, efficiency_b : float
        Probability, 0 to 1, that a photon from that side makes a click: memory, fibre and detector together.
    visibility : float
        Mode overlap ``V = |<phi_A|phi_B>|^2`` of the two photons, 0 to 1.
    dark_count_probability : float
        Probability of a click without a photon, per detector and bin.
    number_resolving : bool
        Whether a detector tells several counts in one bin from a single one; they are then no success.
    photon_coherence : float
        Probability, 0 to 1, that neither photon of a bin has lost its phase: :func:`photon_coherence` of two emitters.
    double_excitation_probability : float
        Probability, 0 to 1, that a memory emits a second photon, in a mode of its own, with the first.
    double_excitation_probability_b : float, optional
        The same for the memory of side B; left out: as on side A.
    late_bin_lost : bool
        Whether a detector that clicked in the early bin is still dead in the late one.
    afterpulse_probability : float
        Probability, 0 to 1, that a detector that clicked in the early bin clicks in the late one without a photon.

    Returns
    -------
    HeraldTable
        Success probability, and the heralds with probability, frame and state of the memories.

    Raises
    ------
    SpecError
        A probability is out of range.

    References
    ----------
    S. D. Barrett and P. Kok, Phys. Rev. A 71, 060310(R) (2005). Exact in the Fock space of the emitted photons.

    Examples
    --------
    >>> import farbell as fb
    >>> table = fb.hardware.double_click(
    ...     efficiency_a=0.3, efficiency_b=0.3, visibility=0.9, dark_count_probability=1e-3
    ... )
    >>> round(table.success_probability, 6), round(table.fidelity, 6)
    (0.045836, 0.935399)
    >>> [(outcome.pattern, outcome.frame) for outcome in table.outcomes]
    [('11', 2), ('12', 3), ('21', 3), ('22', 2)]
    """
    return _core.double_click_table(
        efficiency_a=efficiency_a,
        efficiency_b=efficiency_b,
        visibility=visibility,
        dark_count_probability=dark_count_probability,
        number_resolving=number_resolving,
        photon_coherence=photon_coherence,
        double_excitation_probability=double_excitation_probability,
        double_excitation_probability_b=_like_a(double_excitation_probability, double_excitation_probability_b),
        late_bin_lost=late_bin_lost,
        afterpulse_probability=afterpulse_probability,
    )


def _like_a(a: float, b: float | None) -> float:
    return a if b is None else b


def single_click(
    *,
    efficiency_a: float,
    efficiency_b: float,
    bright_state: float,
    bright_state_b: float | None = None,
    visibility: float = 1.0,
    dark_count_probability: float = 0.0,
    number_resolving: bool = False,
    photon_coherence: float = 1.0,
    double_excitation_probability: float = 0.0,
    double_excitation_probability_b: float | None = None,
    phase_sigma_rad: float = 0.0,
) -> HeraldTable:
    """Entangle two memories by one photon click in all.

    Each memory emits ``sqrt(1 - bright_state) |0>|no photon> + sqrt(bright_state) |1>|photon>`` towards a station with a
    50:50 beam splitter and two detectors. An attempt succeeds if exactly one of them clicks: detector 1 announces Psi+,
    detector 2 Psi-. A photon of either memory is enough, so that the rate falls with one arm's loss; the price is the
    term |11> of two bright memories.

    Parameters
    ----------
    efficiency_a, efficiency_b : float
        Probability, 0 to 1, that a photon from that side makes a click: memory, fibre and detector together.
    bright_state : float
        Probability of the emitting state |1>, between 0 and 1.
    bright_state_b : float, optional
        The same for the memory of side B; left out: as on side A.
    visibility : float
        Mode overlap ``V = |<phi_A|phi_B>|^2`` of the two photons, 0 to 1; the coherence is proportional to ``sqrt(V)``.
    dark_count_probability : float
        Probability of a click without a photon, per detector.
    number_resolving : bool
        Whether a detector tells two photons from one; they are then no success.
    photon_coherence : float
        Probability, 0 to 1, that neither photon has lost its phase, to which the coherence is proportional:
        :func:`photon_coherence` of two emitters.
    double_excitation_probability : float
        Probability, 0 to 1, that a memory that emits a photon emits a second one, in a mode of its own.
    double_excitation_probability_b : float, optional
        The same for the memory of side B; left out: as on side A.
    phase_sigma_rad : float
        Standard deviation, in radians, of the Gaussian optical phase between the arms, over which the states are averaged.

    Returns
    -------
    HeraldTable
        Success probability, and the heralds with probability, frame and state of the memories.

    Raises
    ------
    SpecError
        A probability is out of range.

    References
    ----------
    C. Cabrillo et al., Phys. Rev. A 59, 1025 (1999). S. Bose et al., Phys. Rev. Lett. 83, 5158 (1999). P. C. Humphreys et
    al., Nature 558, 268 (2018), arXiv:1712.07567. Exact in the Fock space of the emitted photons.

    Examples
    --------
    >>> import farbell as fb
    >>> table = fb.hardware.single_click(efficiency_a=1e-3, efficiency_b=1e-3, bright_state=0.05)
    >>> round(table.success_probability, 7), round(table.fidelity, 6)
    (0.0001, 0.950024)
    >>> [(outcome.pattern, outcome.frame) for outcome in table.outcomes]
    [('1', 2), ('2', 3)]
    """
    if not phase_sigma_rad >= 0:
        raise SpecError("phase_sigma_rad", repr(phase_sigma_rad), "a standard deviation, at least 0")
    return _core.single_click_table(
        efficiency_a=efficiency_a,
        efficiency_b=efficiency_b,
        bright_state=bright_state,
        bright_state_b=_like_a(bright_state, bright_state_b),
        visibility=visibility,
        dark_count_probability=dark_count_probability,
        number_resolving=number_resolving,
        photon_coherence=photon_coherence,
        double_excitation_probability=double_excitation_probability,
        double_excitation_probability_b=_like_a(double_excitation_probability, double_excitation_probability_b),
        phase_sigma_rad=phase_sigma_rad,
    )


def pair_source(
    source: MidpointSource,
    absorption_a: float,
    absorption_b: float,
    noise_a: float = 0.0,
    noise_b: float = 0.0,
    *,
    tells_empty: bool = False,
) -> HeraldTable:
    """Entangle two memories by light of a source between them, which they absorb.

    Parameters
    ----------
    source : MidpointSource
        The source, and what the memories tell; its place and times do not matter here.
    absorption_a, absorption_b : float
        Probability, 0 to 1, that a photon of the source ends in the memory: fibre and memory together.
    noise_a, noise_b : float
        Mean number of photons an attempt of no polarisation that end in the memory beside them, Poisson: noise of interfaces.
    tells_empty : bool
        Whether the table has rows of their own for memories that hold no photon, as of memories with a :class:`Retrieval`; if
        not, an empty memory counts as one whose qubit is maximally mixed.

    Returns
    -------
    HeraldTable
        Probability that both memories tell of a photon, and the state they then hold: a Werner state of Phi+. With detectors in
        place of memories, and background for false heralds, these are the gain and the error rate of key distribution.

    Raises
    ------
    SpecError
        A probability or a number of photons is out of range.

    References
    ----------
    X. Ma, C.-H. F. Fung and H.-K. Lo, Phys. Rev. A 76, 012307 (2007), arXiv:quant-ph/0703122.

    Examples
    --------
    >>> import farbell as fb
    >>> table = fb.hardware.pair_source(fb.MidpointSource(mean_pairs=0.1), 0.1, 0.1)
    >>> round(table.success_probability, 9), round(table.fidelity, 6)
    (0.001118355, 0.94061)
    """
    for name, noise in (("noise_a", noise_a), ("noise_b", noise_b)):
        if not noise >= 0 or math.isinf(noise):
            raise SpecError(name, repr(noise), "a number of photons, 0 or more")
    return _core.pair_source_table(source, absorption_a, absorption_b, noise_a, noise_b, tells_empty=tells_empty)


def sender_receiver(
    link: SenderReceiver,
    arrives: float,
    *,
    double_excitation_probability: float = 0.0,
    background_photons: float = 0.0,
    tells_empty: bool = False,
    mean_photons: float | None = None,
) -> HeraldTable:
    """Entangle two memories by a photon that one emits and the other absorbs.

    Parameters
    ----------
    link : SenderReceiver
        What the receiver tells, and how good the sender's pair is; its direction (but for who is empty) and times do not matter
        here.
    arrives : float
        Probability, 0 to 1, that a photon of the sender ends in the receiver: emission, fibre and absorption together.
    double_excitation_probability : float
        Probability that the sender emits a second photon, 0 to 1.
    background_photons : float
        Mean number of photons a bin that the sender emits beside its own, Poisson, not below 0.
    tells_empty : bool
        As of :func:`pair_source`.
    mean_photons : float, optional
        Mean number of photons, above 0 and at most 100, of a weak coherent pulse that the sender emits in place of its
        photon; its qubit stands for the choice of the mode that the pulse is in.

    Returns
    -------
    HeraldTable
        Probability that the receiver tells of a photon, and the state that the two memories then hold.

    Raises
    ------
    SpecError
        A probability is out of range.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.SenderReceiver(false_herald_probability=0.001)
    >>> table = fb.hardware.sender_receiver(link, 0.1)
    >>> round(table.success_probability, 6), round(table.fidelity, 6)
    (0.1009, 0.99331)
    """
    if mean_photons is not None and double_excitation_probability != 0:
        raise SpecError("double_excitation_probability", repr(double_excitation_probability), "0 with mean_photons")
    if not background_photons >= 0 or math.isinf(background_photons):
        raise SpecError("background_photons", repr(background_photons), "a number of photons, 0 or more")
    return _core.sender_receiver_table(
        link,
        arrives,
        double_excitation_probability=double_excitation_probability,
        background_photons=background_photons,
        tells_empty=tells_empty,
        mean_photons=mean_photons,
    )


def retrieved(retrieval: Retrieval, storage_s: float) -> float:
    """Probability that a qubit comes out of an absorbing memory.

    Parameters
    ----------
    retrieval : Retrieval
        How qubits come out of it.
    storage_s : float
        How long it has been in storage, s.

    Returns
    -------
    float
        ``efficiency`` times what the law leaves of it.

    Raises
    ------
    SpecError
        The time is negative.

    Examples
    --------
    >>> import farbell as fb
    >>> spin_wave = fb.Retrieval(efficiency=0.9, lifetime_s="0.1 ms", law="gaussian")
    >>> round(fb.hardware.retrieved(spin_wave, 5e-5), 4)
    0.7009
    """
    if not storage_s >= 0:
        raise SpecError("storage_s", repr(storage_s), "a time in s, 0 or more")
    return _core.retrieved(retrieval, storage_s)


def hong_ou_mandel(visibility: float, photon_coherence: float = 1.0) -> float:
    """Coincidence probability of two photons that meet at a 50:50 beam splitter, one per port.

    Parameters
    ----------
    visibility : float
        Mode overlap ``V = |<phi_A|phi_B>|^2`` of the photons, 0 to 1.
    photon_coherence : float
        Photon coherence ``D`` of their emitters, 0 to 1: see :func:`photon_coherence`.

    Returns
    -------
    float
        ``(1 - V D) / 2``, computed with the beam splitter of :func:`double_click`.

    References
    ----------
    C. K. Hong, Z. Y. Ou and L. Mandel, Phys. Rev. Lett. 59, 2044 (1987).

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.hardware.hong_ou_mandel(0.9), 12)
    0.05
    """
    return _core.hong_ou_mandel(visibility, photon_coherence)


def fiber_transmission(length_m: float | str, attenuation_db_per_km: float | str = 0.2) -> float:
    """Probability that a photon leaves a fibre.

    Parameters
    ----------
    length_m : float or str
        Length in metres, or text with a unit ("25 km").
    attenuation_db_per_km : float or str
        Loss in dB/km.

    Returns
    -------
    float
        ``10 ** (-attenuation * length / 10)``.

    References
    ----------
    G. P. Agrawal, Fiber-Optic Communication Systems (Wiley), section on fibre losses.

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.hardware.fiber_transmission("50 km"), 12)
    0.1
    """
    return _core.transmission(Fiber(length_m=length_m, attenuation_db_per_km=attenuation_db_per_km))


def fiber_delay_s(length_m: float | str, speed_m_per_s: float | str = 2e8) -> float:
    """Time that light takes through a fibre.

    Parameters
    ----------
    length_m : float or str
        Length in metres, or text with a unit ("25 km").
    speed_m_per_s : float or str
        Group velocity in the fibre, in metres per second.

    Returns
    -------
    float
        Delay in seconds, ``length / speed``.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.hardware.fiber_delay_s("100 km")
    0.0005
    """
    return _core.fiber_delay_s(Fiber(length_m=length_m, speed_m_per_s=speed_m_per_s))


def link_model(
    link: Link,
    memory_a: Memory,
    memory_b: Memory,
    station: Station | None = None,
    interfaces: Sequence[Interface] = (),
) -> LinkModel:
    """Success probability, heralds and timing of a link's attempts, as a run uses them.

    Parameters
    ----------
    link : Link
        The link.
    memory_a, memory_b : Memory
        Memories of ``link.node_a`` and ``link.node_b``.
    station : Station, optional
        The station that a ``double_click`` or ``single_click`` generation names.
    interfaces : sequence of FrequencyConverter, Transducer or EncodingConverter
        Those of the scenario, of which the link names some in ``interfaces_a`` and ``interfaces_b``.

    Returns
    -------
    LinkModel
        Times are in seconds from the start of an attempt. The states of its table are means over the optical phase.

    Raises
    ------
    SpecError
        The station is another one, its detectors do not recover in time, or light does not fit what it comes to.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Link(
    ...     node_a="alice",
    ...     node_b="bob",
    ...     fiber=fb.Fiber(length_m="20 km"),
    ...     generation=fb.DoubleClick(station="midpoint"),
    ... )
    >>> memory = fb.Memory(name="ion", efficiency=0.5)
    >>> station = fb.Station(name="midpoint", local_overhead_s="10 us")
    >>> model = fb.hardware.link_model(link, memory, memory, station)
    >>> round(model.success_probability, 6), round(model.period_s * 1e6, 6)
    (0.049763, 110.0)
    """
    return _core.link_model(link, memory_a, memory_b, station, list(interfaces))
