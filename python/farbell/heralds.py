"""Heralds of light that is not one photon a memory: ensembles, weak pulses, and repeater graph states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from farbell import _core
from farbell._core import HeraldTable, RepeaterGraph, SpecError

__all__ = ["TreeMeasurements", "ensemble_click", "pulse_click", "repeater_graph", "tree_measurements"]


def ensemble_click(
    *,
    efficiency_a: float,
    efficiency_b: float,
    bright_state: float,
    bright_state_b: float | None = None,
    visibility: float = 1.0,
    dark_count_probability: float = 0.0,
    number_resolving: bool = False,
    phase_sigma_rad: float = 0.0,
) -> HeraldTable:
    """Entangle two atomic ensembles by one photon click in all (Duan, Lukin, Cirac and Zoller).

    Each ensemble is in ``sqrt(1 - p) sum_n p^(n/2) |n excitations>|n photons>``; an attempt succeeds if exactly one detector
    clicks. The qubit of an ensemble is in ``|0>`` without an excitation and in ``|1>`` with one or more, which are not told
    apart.

    Parameters
    ----------
    efficiency_a, efficiency_b : float
        Probability, 0 to 1, that a photon from that side makes a click: ensemble, fibre and detector together.
    bright_state : float
        Probability ``p`` of one excitation or more, between 0 and 1.
    bright_state_b : float, optional
        The same for the ensemble of side B; left out: as on side A.
    visibility : float
        Mode overlap ``V = |<phi_A|phi_B>|^2`` of the two arms' light, 0 to 1.
    dark_count_probability : float
        Probability of a click without a photon, per detector.
    number_resolving : bool
        Whether a detector tells several photons from one; they are then no success.
    phase_sigma_rad : float
        Standard deviation, in radians, of the Gaussian optical phase between the arms, over which the states are averaged.

    Returns
    -------
    HeraldTable
        Success probability, and the heralds with probability, frame and state of the memories; no photon number is left out.

    Raises
    ------
    SpecError
        A probability is out of range.

    References
    ----------
    L.-M. Duan, M. D. Lukin, J. I. Cirac and P. Zoller, Nature 414, 413 (2001). N. Sangouard, C. Simon, H. de Riedmatten and
    N. Gisin, Rev. Mod. Phys. 83, 33 (2011).

    Examples
    --------
    >>> import farbell as fb
    >>> table = fb.hardware.ensemble_click(efficiency_a=1e-4, efficiency_b=1e-4, bright_state=0.02)
    >>> round(table.success_probability, 9), round(table.fidelity, 6)
    (4.082e-06, 0.960598)
    """
    if not phase_sigma_rad >= 0:
        raise SpecError("phase_sigma_rad", repr(phase_sigma_rad), "a standard deviation, at least 0")
    return _core.ensemble_click_table(
        efficiency_a=efficiency_a,
        efficiency_b=efficiency_b,
        bright_state=bright_state,
        bright_state_b=bright_state if bright_state_b is None else bright_state_b,
        visibility=visibility,
        dark_count_probability=dark_count_probability,
        number_resolving=number_resolving,
        phase_sigma_rad=phase_sigma_rad,
    )


def pulse_click(
    *,
    efficiency_a: float,
    efficiency_b: float,
    mean_photons: float,
    mean_photons_b: float | None = None,
    visibility: float = 1.0,
    dark_count_probability: float = 0.0,
    number_resolving: bool = False,
    late_bin_lost: bool = False,
    afterpulse_probability: float = 0.0,
) -> HeraldTable:
    """Weak coherent pulses of two senders at a station, each early or late by a choice: measurement-device-independent links.

    A qubit stands for each choice. Clicks are those of :func:`farbell.hardware.double_click`; pulses have a random phase and
    Poisson numbers of photons. A pulse of several photons tells its bin to the line, so that its qubit has no coherence,
    and one without a photon says nothing of it.

    Parameters
    ----------
    efficiency_a, efficiency_b : float
        Probability, 0 to 1, that a photon from that side makes a click: sender, fibre and detector together.
    mean_photons : float
        Mean number of photons of a pulse, above 0 and at most 100.
    mean_photons_b : float, optional
        The same for side B; left out: as on side A.
    visibility : float
        Mode overlap ``V = |<phi_A|phi_B>|^2`` of the two pulses, 0 to 1.
    dark_count_probability : float
        Probability of a click without a photon, per detector and bin.
    number_resolving : bool
        Whether a detector tells several counts in one bin from a single one; they are then no success.
    late_bin_lost : bool
        Whether a detector that clicked in the early bin is still dead in the late one.
    afterpulse_probability : float
        Probability, 0 to 1, that a detector that clicked in the early bin clicks in the late one without a photon.

    Returns
    -------
    HeraldTable
        Success probability (the gain of pulses whose bins are the choices), and the heralds with probability, frame and
        state of the qubits; no photon number is left out.

    Raises
    ------
    SpecError
        A probability or a number of photons is out of range.

    References
    ----------
    H.-K. Lo, M. Curty and B. Qi, Phys. Rev. Lett. 108, 130503 (2012). X. Ma and M. Razavi, Phys. Rev. A 86, 062319 (2012).

    Examples
    --------
    >>> import farbell as fb
    >>> table = fb.hardware.pulse_click(efficiency_a=0.01, efficiency_b=0.01, mean_photons=0.1)
    >>> round(table.success_probability, 10), round(table.fidelity, 3)
    (4.993e-07, 0.91)
    """
    return _core.pulse_click_table(
        efficiency_a=efficiency_a,
        efficiency_b=efficiency_b,
        mean_photons=mean_photons,
        mean_photons_b=mean_photons if mean_photons_b is None else mean_photons_b,
        visibility=visibility,
        dark_count_probability=dark_count_probability,
        number_resolving=number_resolving,
        late_bin_lost=late_bin_lost,
        afterpulse_probability=afterpulse_probability,
    )


class TreeMeasurements(NamedTuple):
    """Logical measurements of a qubit that is encoded in a tree of photons.

    Attributes
    ----------
    x_success, z_success : float
        Probability that the measurement of X, or of Z, gives a result.
    x_error, z_error : float
        Probability that the result is wrong, where there is one.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.hardware.tree_measurements([4, 2], loss=0.0, error=0.0).x_success
    1.0
    """

    x_success: float
    z_success: float
    x_error: float
    z_error: float


def tree_measurements(branching: Sequence[int], loss: float, error: float = 0.0) -> TreeMeasurements:
    """Measure an encoded qubit of a repeater graph state whose photons may be lost.

    Parameters
    ----------
    branching : sequence of int
        Branches of the tree, level by level.
    loss : float
        Probability, 0 to 1, that a photon is not detected.
    error : float
        Probability, 0 to 1, that the result of a photon that is detected is wrong, in any basis.

    Returns
    -------
    TreeMeasurements
        Success probabilities and errors of X and Z.

    Raises
    ------
    SpecError
        A probability or the branching is out of range.

    References
    ----------
    M. Varnava, D. E. Browne and T. Rudolph, Phys. Rev. Lett. 97, 120501 (2006). K. Azuma, K. Tamaki and H.-K. Lo, Nat. Commun.
    6, 6787 (2015).

    Examples
    --------
    >>> import farbell as fb
    >>> measured = fb.hardware.tree_measurements([10, 5], loss=0.1)
    >>> round(measured.x_success, 6), round(measured.z_success, 6)
    (0.99949, 0.99999)
    """
    graph = RepeaterGraph(sources=1, arms=1, branching=branching, repetition_s=1)  # checks the tree
    return TreeMeasurements(*_core.tree_code(list(graph.branching), loss, error))


def repeater_graph(
    graph: RepeaterGraph,
    transmissions: float | Sequence[float],
    *,
    end_efficiency_a: float = 1.0,
    end_efficiency_b: float = 1.0,
) -> HeraldTable:
    """Entangle two memories by repeater graph states of sources between them.

    Parameters
    ----------
    graph : RepeaterGraph
        Sources, stations and trees; times do not matter here.
    transmissions : float or sequence of float
        Of the fibre between each end or source and the station next to it, two for each of ``sources + 1`` stations, from
        side A on; one number if all are alike.
    end_efficiency_a, end_efficiency_b : float
        Probability, 0 to 1, that a photon of the memory of that end enters the fibre.

    Returns
    -------
    HeraldTable
        Probability that all stations join what comes to them, and the state of the two memories: a mixture of Bell states.

    Raises
    ------
    SpecError
        A probability is out of range, or their number is another one.

    References
    ----------
    K. Azuma, K. Tamaki and H.-K. Lo, Nat. Commun. 6, 6787 (2015). M. Pant, H. Krovi, D. Englund and S. Guha, Phys. Rev. A 95,
    012304 (2017).

    Examples
    --------
    >>> import farbell as fb
    >>> graph = fb.RepeaterGraph(sources=9, arms=14, branching=[10, 5], repetition_s="1 us", photon_depolarising=1e-5)
    >>> table = fb.hardware.repeater_graph(graph, 0.95)
    >>> round(table.success_probability, 3), round(table.fidelity, 3)
    (0.998, 0.989)
    """
    pieces = 2 * (graph.sources + 1)
    halves = [float(transmissions)] * pieces if isinstance(transmissions, int | float) else list(transmissions)
    return _core.repeater_graph_table(graph, halves, end_efficiency_a, end_efficiency_b)
