"""Farbell's core, in C++."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, SupportsFloat, SupportsIndex, SupportsInt, final

import numpy
import numpy.typing

__version__: str
compiler: str
program_gates: dict[str, tuple[int, int, int]]
step_infos: tuple[str, ...]

class SpecError(ValueError):
    """The scenario is wrong.

    `path` is a JSON pointer to the place, `found` and `allowed` say what is there and what may be there,
    `nearest` is the known name that is most like an unknown one ("" where none is).

    Examples
    --------
    >>> import farbell as fb
    >>> try:
    ...     fb.Fiber(length_m="20 kn")
    ... except fb.SpecError as error:
    ...     error.path, error.nearest
    ('/length_m', 'km')
    """
    path: str
    found: str
    allowed: str
    nearest: str
    def __init__(self, path: str, found: str, allowed: str, nearest: str = '') -> None: ...
    def __str__(self) -> str: ...

class RunError(RuntimeError):
    """A limit, hook or program failed while running.

    Examples
    --------
    >>> import farbell as fb
    >>> issubclass(fb.RunError, RuntimeError)
    True
    """

class InternalError(RuntimeError):
    """A bug in Farbell. Please report it with the message.

    Examples
    --------
    >>> import farbell as fb
    >>> issubclass(fb.InternalError, RuntimeError)
    True
    """

@final
class Retrieval:
    """How qubits come out of a memory that absorbs light, an atomic ensemble: as photons, not always.

    Parameters
    ----------
    efficiency : float
        Probability that a qubit comes out as a photon at once, without time in storage.
    lifetime_s : float | str | None
        Storage time after which that is 1/e of it; null = it does not fall. [s]
    law : Literal["exponential", "gaussian"]
        How it falls with the storage time.
    fixed_delay_s : float | str | None
        Storage time after which the photon comes out, whether it is wanted or not; null = on demand. [s]
    temporal_modes : int
        Modes in time that the memory holds apart.
    spectral_modes : int
        Modes in frequency, for each of those in time.
    spatial_modes : int
        Modes in space, for each of those.

    Examples
    --------
    >>> import farbell as fb
    >>> comb = fb.Retrieval(efficiency=0.45, lifetime_s="1 ms", temporal_modes=20, spectral_modes=50)
    >>> fb.Memory(name="crystal", retrieval=comb).retrieval.lifetime_s
    0.001
    """
    def __init__(
        self,
        *,
        efficiency: float = 1.0,
        lifetime_s: float | str | None = None,
        law: Literal["exponential", "gaussian"] = 'exponential',
        fixed_delay_s: float | str | None = None,
        temporal_modes: int = 1,
        spectral_modes: int = 1,
        spatial_modes: int = 1,
    ) -> None: ...
    def replace(
        self,
        *,
        efficiency: float = ...,
        lifetime_s: float | str | None = ...,
        law: Literal["exponential", "gaussian"] = ...,
        fixed_delay_s: float | str | None = ...,
        temporal_modes: int = ...,
        spectral_modes: int = ...,
        spatial_modes: int = ...,
    ) -> Retrieval:
        """A new Retrieval with these fields changed."""
    @property
    def efficiency(self) -> float:
        """Probability that a qubit comes out as a photon at once, without time in storage."""
    @property
    def lifetime_s(self) -> float | None:
        """Storage time after which that is 1/e of it; null = it does not fall. [s]"""
    @property
    def law(self) -> Literal["exponential", "gaussian"]:
        """How it falls with the storage time."""
    @property
    def fixed_delay_s(self) -> float | None:
        """Storage time after which the photon comes out, whether it is wanted or not; null = on demand. [s]"""
    @property
    def temporal_modes(self) -> int:
        """Modes in time that the memory holds apart."""
    @property
    def spectral_modes(self) -> int:
        """Modes in frequency, for each of those in time."""
    @property
    def spatial_modes(self) -> int:
        """Modes in space, for each of those."""
    def with_values(self, values: dict[str, Any]) -> Retrieval:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Retrieval:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Retrieval:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class CommunicationQubits:
    """The qubits of a node that emit: all its links attempt through them, and a pair stays in one until it is moved into a memory qubit, swapped or measured.

    Parameters
    ----------
    qubits : int
        How many a node has: at most so many lanes of its links attempt at a time.
    store : Literal["when_needed", "always"]
        When a pair is moved into a memory qubit.
    storage_s : float | str
        Duration of the operation that moves it. [s]
    storage_reliability : float
        Probability that this operation does not depolarise the qubit.
    storage_dephasing_probability : float
        Probability of a Z error in this operation.
    t1_s : float | str | None
        Relaxation time to |0> in a communication qubit; null = no relaxation. [s]
    t2_s : float | str | None
        Coherence time in a communication qubit: T2* where nothing decouples it; null = no decay beyond that of T1. [s]
    t2_law : Literal["exponential", "gaussian", "stretched", "tabulated"]
        How coherence decays with T2.
    t2_exponent : float | None
        Exponent n of the law stretched: 1 like exponential, 2 gaussian.
    coherence_times_s : Sequence[float | str]
        Ages at which the law tabulated knows the coherence, rising; at age 0 it is 1. [s]
    coherences : Sequence[float]
        Coherence at each of coherence_times_s, never rising. In between it falls exponentially.
    coherence_beyond : Literal["exponential", "nothing"] | None
        Coherence beyond the last of coherence_times_s; stated with them.

    Examples
    --------
    >>> import farbell as fb
    >>> electron = fb.CommunicationQubits(t2_s="1.46 s", storage_s="1.3 ms", storage_reliability=0.96)
    >>> fb.Memory(name="nv", slots=2, t2_s="1 s", dephasing_attempts=1400, communication=electron).communication.qubits
    1
    """
    def __init__(
        self,
        *,
        qubits: int = 1,
        store: Literal["when_needed", "always"] = 'when_needed',
        storage_s: float | str = 0.0,
        storage_reliability: float = 1.0,
        storage_dephasing_probability: float = 0.0,
        t1_s: float | str | None = None,
        t2_s: float | str | None = None,
        t2_law: Literal["exponential", "gaussian", "stretched", "tabulated"] = 'exponential',
        t2_exponent: float | None = None,
        coherence_times_s: Sequence[float | str] = [],
        coherences: Sequence[float] = [],
        coherence_beyond: Literal["exponential", "nothing"] | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        qubits: int = ...,
        store: Literal["when_needed", "always"] = ...,
        storage_s: float | str = ...,
        storage_reliability: float = ...,
        storage_dephasing_probability: float = ...,
        t1_s: float | str | None = ...,
        t2_s: float | str | None = ...,
        t2_law: Literal["exponential", "gaussian", "stretched", "tabulated"] = ...,
        t2_exponent: float | None = ...,
        coherence_times_s: Sequence[float | str] = ...,
        coherences: Sequence[float] = ...,
        coherence_beyond: Literal["exponential", "nothing"] | None = ...,
    ) -> CommunicationQubits:
        """A new CommunicationQubits with these fields changed."""
    @property
    def qubits(self) -> int:
        """How many a node has: at most so many lanes of its links attempt at a time."""
    @property
    def store(self) -> Literal["when_needed", "always"]:
        """When a pair is moved into a memory qubit."""
    @property
    def storage_s(self) -> float:
        """Duration of the operation that moves it. [s]"""
    @property
    def storage_reliability(self) -> float:
        """Probability that this operation does not depolarise the qubit."""
    @property
    def storage_dephasing_probability(self) -> float:
        """Probability of a Z error in this operation."""
    @property
    def t1_s(self) -> float | None:
        """Relaxation time to |0> in a communication qubit; null = no relaxation. [s]"""
    @property
    def t2_s(self) -> float | None:
        """Coherence time in a communication qubit: T2* where nothing decouples it; null = no decay beyond that of T1. [s]"""
    @property
    def t2_law(self) -> Literal["exponential", "gaussian", "stretched", "tabulated"]:
        """How coherence decays with T2."""
    @property
    def t2_exponent(self) -> float | None:
        """Exponent n of the law stretched: 1 like exponential, 2 gaussian."""
    @property
    def coherence_times_s(self) -> tuple[float, ...]:
        """Ages at which the law tabulated knows the coherence, rising; at age 0 it is 1. [s]"""
    @property
    def coherences(self) -> tuple[float, ...]:
        """Coherence at each of coherence_times_s, never rising. In between it falls exponentially."""
    @property
    def coherence_beyond(self) -> Literal["exponential", "nothing"] | None:
        """Coherence beyond the last of coherence_times_s; stated with them."""
    def with_values(self, values: dict[str, Any]) -> CommunicationQubits:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> CommunicationQubits:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> CommunicationQubits:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class ChargeCheck:
    """After each batch of attempts a check says whether the emitter is as it should be; one that fails is followed by a reset and another check.

    Parameters
    ----------
    batch_attempts : int
        Attempts between two checks.
    check_s : float | str
        Duration of a check. [s]
    success_probability : float
        Probability that a check passes.
    reset_s : float | str
        Duration of the reset after a check that fails. [s]

    Examples
    --------
    >>> import farbell as fb
    >>> check = fb.ChargeCheck(batch_attempts=250, check_s="50 us", success_probability=0.95)
    >>> fb.Memory(name="nv", charge_check=check).charge_check.check_s
    5e-05
    """
    def __init__(
        self,
        *,
        batch_attempts: int,
        check_s: float | str,
        success_probability: float = 1.0,
        reset_s: float | str = 0.0,
    ) -> None: ...
    def replace(
        self,
        *,
        batch_attempts: int = ...,
        check_s: float | str = ...,
        success_probability: float = ...,
        reset_s: float | str = ...,
    ) -> ChargeCheck:
        """A new ChargeCheck with these fields changed."""
    @property
    def batch_attempts(self) -> int:
        """Attempts between two checks."""
    @property
    def check_s(self) -> float:
        """Duration of a check. [s]"""
    @property
    def success_probability(self) -> float:
        """Probability that a check passes."""
    @property
    def reset_s(self) -> float:
        """Duration of the reset after a check that fails. [s]"""
    def with_values(self, values: dict[str, Any]) -> ChargeCheck:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> ChargeCheck:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> ChargeCheck:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class EnsembleLight:
    """Light of an atomic ensemble (DLCZ): as many photons as excitations, any number of them; of single-click links, whose bright_state is the probability that there are any.

    Parameters
    ----------

    Examples
    --------
    >>> import farbell as fb
    >>> rubidium = fb.Memory(name="rubidium", light=fb.EnsembleLight(), efficiency=0.3)
    >>> rubidium.light
    EnsembleLight()
    """
    def __init__(self) -> None: ...
    def replace(self) -> EnsembleLight:
        """A new EnsembleLight with these fields changed."""
    def with_values(self, values: dict[str, Any]) -> EnsembleLight:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> EnsembleLight:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> EnsembleLight:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class WeakCoherentLight:
    """Weak coherent pulses of random phase, early or late (or of one of two polarisations) by a choice for which the memory's qubit stands: of double-click and sender-receiver links.

    Parameters
    ----------
    mean_photons : float
        Mean number of photons of a pulse, Poisson, before the memory's efficiency.

    Examples
    --------
    >>> import farbell as fb
    >>> laser = fb.Memory(name="laser", light=fb.WeakCoherentLight(mean_photons=0.4))
    >>> laser.light.mean_photons
    0.4
    """
    def __init__(self, *, mean_photons: float = 0.5) -> None: ...
    def replace(self, *, mean_photons: float = ...) -> WeakCoherentLight:
        """A new WeakCoherentLight with these fields changed."""
    @property
    def mean_photons(self) -> float:
        """Mean number of photons of a pulse, Poisson, before the memory's efficiency."""
    def with_values(self, values: dict[str, Any]) -> WeakCoherentLight:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> WeakCoherentLight:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> WeakCoherentLight:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Memory:
    """A kind of quantum memory; nodes refer to it by name.

    Parameters
    ----------
    name : str
        Unique name, used by nodes.
    slots : int
        Number of qubits a node with this memory holds.
    t1_s : float | str | None
        Relaxation time to |0>; null = no relaxation. [s]
    t2_s : float | str | None
        Coherence time; null = no decay beyond that of T1. [s]
    t2_law : Literal["exponential", "gaussian", "stretched", "tabulated"]
        How coherence decays with T2.
    t2_exponent : float | None
        Exponent n of the law stretched: 1 like exponential, 2 gaussian.
    coherence_times_s : Sequence[float | str]
        Ages at which the law tabulated knows the coherence, rising; at age 0 it is 1. [s]
    coherences : Sequence[float]
        Coherence at each of coherence_times_s, never rising. In between it falls exponentially.
    coherence_beyond : Literal["exponential", "nothing"] | None
        Coherence beyond the last of coherence_times_s; stated with them.
    depolarising_s : float | str | None
        Mean time to a depolarising event; null = none. [s]
    dephasing_s : float | str | None
        Time constant of extra exponential dephasing, exp(-t / dephasing_s) on the coherence; null = none. [s]
    dephasing_attempts : float | None
        Link attempts of its node, with the emitter in an equal superposition, after which the coherence of a stored qubit is 1/e; null = attempts do nothing to it.
    pauli_x_rate_hz : float | str
        Rate of Pauli X errors. [Hz]
    pauli_y_rate_hz : float | str
        Rate of Pauli Y errors. [Hz]
    pauli_z_rate_hz : float | str
        Rate of Pauli Z errors. [Hz]
    efficiency : float
        Probability that an attempt puts a photon into the fibre.
    double_excitation_probability : float
        Probability that a memory that emits a photon emits a second one, which interferes with nothing.
    light : EnsembleLight | WeakCoherentLight | Mapping[str, Any] | None
        What it emits, if not one photon: light of an ensemble, or weak coherent pulses; null = one photon.
    background_photons : float
        Mean number of photons a bin that come with the memory's own and know nothing of its state: leaked light of the excitation; Poisson.
    photon_dephasing : float
        Pure dephasing of the emitter, its rate times the lifetime of the excited state: 1/T2 = (1/2 + photon_dephasing)/T1 of the optical transition.
    photon_lifetime_s : float | str | None
        1/e time in which the photon leaves, counted from the opening of the detection window; null = all of it within the window. [s]
    absorption_bandwidth_hz : float | str | None
        Full width at half maximum of the band of light that it absorbs, of one pole (Lorentzian); null = wide. Its efficiency is for narrow light. [Hz]
    wavelength_m : float | str | None
        Wavelength in vacuum of the photons that it emits or absorbs; null = not stated, and not checked along light paths. [m]
    encoding : Literal["presence", "time_bin", "polarisation"] | None
        How these photons carry the qubit; null = as the link needs it, not checked.
    initialisation_s : float | str
        Time to prepare the qubit for an attempt. [s]
    initialisation_reliability : float
        Probability that the prepared qubit is not depolarised.
    single_qubit_gate_s : float | str
        Duration of a single-qubit gate. [s]
    single_qubit_gate_reliability : float
        Probability that a single-qubit gate does not depolarise its qubit.
    two_qubit_gate_s : float | str
        Duration of a two-qubit gate. [s]
    two_qubit_gate_reliability : float
        Probability that a two-qubit gate does not depolarise its qubits (jointly).
    measurement_s : float | str
        Duration of a read-out. [s]
    readout_fidelity_0 : float
        Probability of reading 0 from |0>.
    readout_fidelity_1 : float
        Probability of reading 1 from |1>.
    retrieval : Retrieval | Mapping[str, Any] | None
        How qubits come out of an ensemble that absorbs light, as photons, to be swapped or measured; null = they are where they are.
    communication : CommunicationQubits | Mapping[str, Any] | None
        The qubits through which all links of a node attempt, and from which pairs are moved into its slots; null = every slot attempts by itself.
    charge_check : ChargeCheck | Mapping[str, Any] | None
        How often attempts stop for a check of the emitter, and for how long; null = never.

    Examples
    --------
    >>> import farbell as fb
    >>> memory = fb.Memory(name="ion", slots=4, t2_s="1 s", two_qubit_gate_reliability=0.99)
    >>> memory.replace(t2_s="500 ms").t2_s
    0.5
    """
    def __init__(
        self,
        *,
        name: str,
        slots: int = 1,
        t1_s: float | str | None = None,
        t2_s: float | str | None = None,
        t2_law: Literal["exponential", "gaussian", "stretched", "tabulated"] = 'exponential',
        t2_exponent: float | None = None,
        coherence_times_s: Sequence[float | str] = [],
        coherences: Sequence[float] = [],
        coherence_beyond: Literal["exponential", "nothing"] | None = None,
        depolarising_s: float | str | None = None,
        dephasing_s: float | str | None = None,
        dephasing_attempts: float | None = None,
        pauli_x_rate_hz: float | str = 0.0,
        pauli_y_rate_hz: float | str = 0.0,
        pauli_z_rate_hz: float | str = 0.0,
        efficiency: float = 1.0,
        double_excitation_probability: float = 0.0,
        light: EnsembleLight | WeakCoherentLight | Mapping[str, Any] | None = None,
        background_photons: float = 0.0,
        photon_dephasing: float = 0.0,
        photon_lifetime_s: float | str | None = None,
        absorption_bandwidth_hz: float | str | None = None,
        wavelength_m: float | str | None = None,
        encoding: Literal["presence", "time_bin", "polarisation"] | None = None,
        initialisation_s: float | str = 0.0,
        initialisation_reliability: float = 1.0,
        single_qubit_gate_s: float | str = 0.0,
        single_qubit_gate_reliability: float = 1.0,
        two_qubit_gate_s: float | str = 0.0,
        two_qubit_gate_reliability: float = 1.0,
        measurement_s: float | str = 0.0,
        readout_fidelity_0: float = 1.0,
        readout_fidelity_1: float = 1.0,
        retrieval: Retrieval | Mapping[str, Any] | None = None,
        communication: CommunicationQubits | Mapping[str, Any] | None = None,
        charge_check: ChargeCheck | Mapping[str, Any] | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        name: str = ...,
        slots: int = ...,
        t1_s: float | str | None = ...,
        t2_s: float | str | None = ...,
        t2_law: Literal["exponential", "gaussian", "stretched", "tabulated"] = ...,
        t2_exponent: float | None = ...,
        coherence_times_s: Sequence[float | str] = ...,
        coherences: Sequence[float] = ...,
        coherence_beyond: Literal["exponential", "nothing"] | None = ...,
        depolarising_s: float | str | None = ...,
        dephasing_s: float | str | None = ...,
        dephasing_attempts: float | None = ...,
        pauli_x_rate_hz: float | str = ...,
        pauli_y_rate_hz: float | str = ...,
        pauli_z_rate_hz: float | str = ...,
        efficiency: float = ...,
        double_excitation_probability: float = ...,
        light: EnsembleLight | WeakCoherentLight | Mapping[str, Any] | None = ...,
        background_photons: float = ...,
        photon_dephasing: float = ...,
        photon_lifetime_s: float | str | None = ...,
        absorption_bandwidth_hz: float | str | None = ...,
        wavelength_m: float | str | None = ...,
        encoding: Literal["presence", "time_bin", "polarisation"] | None = ...,
        initialisation_s: float | str = ...,
        initialisation_reliability: float = ...,
        single_qubit_gate_s: float | str = ...,
        single_qubit_gate_reliability: float = ...,
        two_qubit_gate_s: float | str = ...,
        two_qubit_gate_reliability: float = ...,
        measurement_s: float | str = ...,
        readout_fidelity_0: float = ...,
        readout_fidelity_1: float = ...,
        retrieval: Retrieval | Mapping[str, Any] | None = ...,
        communication: CommunicationQubits | Mapping[str, Any] | None = ...,
        charge_check: ChargeCheck | Mapping[str, Any] | None = ...,
    ) -> Memory:
        """A new Memory with these fields changed."""
    @property
    def name(self) -> str:
        """Unique name, used by nodes."""
    @property
    def slots(self) -> int:
        """Number of qubits a node with this memory holds."""
    @property
    def t1_s(self) -> float | None:
        """Relaxation time to |0>; null = no relaxation. [s]"""
    @property
    def t2_s(self) -> float | None:
        """Coherence time; null = no decay beyond that of T1. [s]"""
    @property
    def t2_law(self) -> Literal["exponential", "gaussian", "stretched", "tabulated"]:
        """How coherence decays with T2."""
    @property
    def t2_exponent(self) -> float | None:
        """Exponent n of the law stretched: 1 like exponential, 2 gaussian."""
    @property
    def coherence_times_s(self) -> tuple[float, ...]:
        """Ages at which the law tabulated knows the coherence, rising; at age 0 it is 1. [s]"""
    @property
    def coherences(self) -> tuple[float, ...]:
        """Coherence at each of coherence_times_s, never rising. In between it falls exponentially."""
    @property
    def coherence_beyond(self) -> Literal["exponential", "nothing"] | None:
        """Coherence beyond the last of coherence_times_s; stated with them."""
    @property
    def depolarising_s(self) -> float | None:
        """Mean time to a depolarising event; null = none. [s]"""
    @property
    def dephasing_s(self) -> float | None:
        """Time constant of extra exponential dephasing, exp(-t / dephasing_s) on the coherence; null = none. [s]"""
    @property
    def dephasing_attempts(self) -> float | None:
        """Link attempts of its node, with the emitter in an equal superposition, after which the coherence of a stored qubit is 1/e; null = attempts do nothing to it."""
    @property
    def pauli_x_rate_hz(self) -> float:
        """Rate of Pauli X errors. [Hz]"""
    @property
    def pauli_y_rate_hz(self) -> float:
        """Rate of Pauli Y errors. [Hz]"""
    @property
    def pauli_z_rate_hz(self) -> float:
        """Rate of Pauli Z errors. [Hz]"""
    @property
    def efficiency(self) -> float:
        """Probability that an attempt puts a photon into the fibre."""
    @property
    def double_excitation_probability(self) -> float:
        """Probability that a memory that emits a photon emits a second one, which interferes with nothing."""
    @property
    def light(self) -> EnsembleLight | WeakCoherentLight | None:
        """What it emits, if not one photon: light of an ensemble, or weak coherent pulses; null = one photon."""
    @property
    def background_photons(self) -> float:
        """Mean number of photons a bin that come with the memory's own and know nothing of its state: leaked light of the excitation; Poisson."""
    @property
    def photon_dephasing(self) -> float:
        """Pure dephasing of the emitter, its rate times the lifetime of the excited state: 1/T2 = (1/2 + photon_dephasing)/T1 of the optical transition."""
    @property
    def photon_lifetime_s(self) -> float | None:
        """1/e time in which the photon leaves, counted from the opening of the detection window; null = all of it within the window. [s]"""
    @property
    def absorption_bandwidth_hz(self) -> float | None:
        """Full width at half maximum of the band of light that it absorbs, of one pole (Lorentzian); null = wide. Its efficiency is for narrow light. [Hz]"""
    @property
    def wavelength_m(self) -> float | None:
        """Wavelength in vacuum of the photons that it emits or absorbs; null = not stated, and not checked along light paths. [m]"""
    @property
    def encoding(self) -> Literal["presence", "time_bin", "polarisation"] | None:
        """How these photons carry the qubit; null = as the link needs it, not checked."""
    @property
    def initialisation_s(self) -> float:
        """Time to prepare the qubit for an attempt. [s]"""
    @property
    def initialisation_reliability(self) -> float:
        """Probability that the prepared qubit is not depolarised."""
    @property
    def single_qubit_gate_s(self) -> float:
        """Duration of a single-qubit gate. [s]"""
    @property
    def single_qubit_gate_reliability(self) -> float:
        """Probability that a single-qubit gate does not depolarise its qubit."""
    @property
    def two_qubit_gate_s(self) -> float:
        """Duration of a two-qubit gate. [s]"""
    @property
    def two_qubit_gate_reliability(self) -> float:
        """Probability that a two-qubit gate does not depolarise its qubits (jointly)."""
    @property
    def measurement_s(self) -> float:
        """Duration of a read-out. [s]"""
    @property
    def readout_fidelity_0(self) -> float:
        """Probability of reading 0 from |0>."""
    @property
    def readout_fidelity_1(self) -> float:
        """Probability of reading 1 from |1>."""
    @property
    def retrieval(self) -> Retrieval | None:
        """How qubits come out of an ensemble that absorbs light, as photons, to be swapped or measured; null = they are where they are."""
    @property
    def communication(self) -> CommunicationQubits | None:
        """The qubits through which all links of a node attempt, and from which pairs are moved into its slots; null = every slot attempts by itself."""
    @property
    def charge_check(self) -> ChargeCheck | None:
        """How often attempts stop for a check of the emitter, and for how long; null = never."""
    def with_values(self, values: dict[str, Any]) -> Memory:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Memory:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Memory:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Detector:
    """A single-photon detector, open during the windows of the photon bins.

    Parameters
    ----------
    efficiency : float
        Probability that an arriving photon clicks.
    dark_count_rate_hz : float | str
        Rate of clicks without a photon. [Hz]
    window_s : float | str
        Length of the detection window of one photon bin. [s]
    number_resolving : bool
        Whether several counts in one window are told from a single one, and refused; otherwise they are one click.
    dead_time_s : float | str
        Time for which a detector is blind after a click. [s]
    afterpulse_probability : float
        Probability that a click sets off another one, without a photon, in the next window of the attempt.
    jitter_s : float | str
        Standard deviation of the time at which a photon is reported; it carries photons out of the window where the memories' photon_lifetime_s are given. [s]

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Detector(efficiency=0.8, dark_count_rate_hz="10 Hz").window_s
    1e-07
    """
    def __init__(
        self,
        *,
        efficiency: float = 1.0,
        dark_count_rate_hz: float | str = 0.0,
        window_s: float | str = 1e-07,
        number_resolving: bool = False,
        dead_time_s: float | str = 0.0,
        afterpulse_probability: float = 0.0,
        jitter_s: float | str = 0.0,
    ) -> None: ...
    def replace(
        self,
        *,
        efficiency: float = ...,
        dark_count_rate_hz: float | str = ...,
        window_s: float | str = ...,
        number_resolving: bool = ...,
        dead_time_s: float | str = ...,
        afterpulse_probability: float = ...,
        jitter_s: float | str = ...,
    ) -> Detector:
        """A new Detector with these fields changed."""
    @property
    def efficiency(self) -> float:
        """Probability that an arriving photon clicks."""
    @property
    def dark_count_rate_hz(self) -> float:
        """Rate of clicks without a photon. [Hz]"""
    @property
    def window_s(self) -> float:
        """Length of the detection window of one photon bin. [s]"""
    @property
    def number_resolving(self) -> bool:
        """Whether several counts in one window are told from a single one, and refused; otherwise they are one click."""
    @property
    def dead_time_s(self) -> float:
        """Time for which a detector is blind after a click. [s]"""
    @property
    def afterpulse_probability(self) -> float:
        """Probability that a click sets off another one, without a photon, in the next window of the attempt."""
    @property
    def jitter_s(self) -> float:
        """Standard deviation of the time at which a photon is reported; it carries photons out of the window where the memories' photon_lifetime_s are given. [s]"""
    def with_values(self, values: dict[str, Any]) -> Detector:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Detector:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Detector:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Station:
    """A kind of midpoint station that heralds entanglement; links refer to it by name.

    Parameters
    ----------
    name : str
        Unique name, used by links.
    visibility : float
        Mode overlap of the two interfering photons; what the memories' photon_dephasing does comes on top.
    local_overhead_s : float | str
        Time per attempt for everything but light travel and initialisation: electronics, reset, the second photon bin. [s]
    bin_separation_s : float | str | None
        Time from the early photon bin of a double click to the late one, a part of local_overhead_s; needed where the detectors have a dead time. [s]
    detector : Detector | Mapping[str, Any]
        The station's detectors, all alike.
    wavelength_m : float | str | None
        Wavelength in vacuum of the light that it takes; null = any, so long as both arms' is the same. [m]
    encoding : Literal["presence", "time_bin", "polarisation"] | None
        How photons carry qubits here: presence for a single click; time_bin or, with detectors for each polarisation, polarisation for a double click; null = as they come.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Station(name="midpoint", visibility=0.95, detector=fb.Detector(efficiency=0.8)).detector.efficiency
    0.8
    """
    def __init__(
        self,
        *,
        name: str,
        visibility: float = 1.0,
        local_overhead_s: float | str = 0.0,
        bin_separation_s: float | str | None = None,
        detector: Detector | Mapping[str, Any] = ...,
        wavelength_m: float | str | None = None,
        encoding: Literal["presence", "time_bin", "polarisation"] | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        name: str = ...,
        visibility: float = ...,
        local_overhead_s: float | str = ...,
        bin_separation_s: float | str | None = ...,
        detector: Detector | Mapping[str, Any] = ...,
        wavelength_m: float | str | None = ...,
        encoding: Literal["presence", "time_bin", "polarisation"] | None = ...,
    ) -> Station:
        """A new Station with these fields changed."""
    @property
    def name(self) -> str:
        """Unique name, used by links."""
    @property
    def visibility(self) -> float:
        """Mode overlap of the two interfering photons; what the memories' photon_dephasing does comes on top."""
    @property
    def local_overhead_s(self) -> float:
        """Time per attempt for everything but light travel and initialisation: electronics, reset, the second photon bin. [s]"""
    @property
    def bin_separation_s(self) -> float | None:
        """Time from the early photon bin of a double click to the late one, a part of local_overhead_s; needed where the detectors have a dead time. [s]"""
    @property
    def detector(self) -> Detector:
        """The station's detectors, all alike."""
    @property
    def wavelength_m(self) -> float | None:
        """Wavelength in vacuum of the light that it takes; null = any, so long as both arms' is the same. [m]"""
    @property
    def encoding(self) -> Literal["presence", "time_bin", "polarisation"] | None:
        """How photons carry qubits here: presence for a single click; time_bin or, with detectors for each polarisation, polarisation for a double click; null = as they come."""
    def with_values(self, values: dict[str, Any]) -> Station:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Station:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Station:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class FrequencyConverter:
    """Light of one wavelength becomes light of another, and keeps its qubit.

    Parameters
    ----------
    name : str
        Unique name, used by links.
    from_wavelength_m : float | str
        Wavelength of the light that it takes. [m]
    to_wavelength_m : float | str
        Wavelength of the light that it gives. [m]
    efficiency : float
        Probability that a photon comes out converted, filters included.
    noise_photons : float
        Mean number of photons a bin that it adds, at its output; Poisson.
    noise_rate_hz : float | str
        Photons a second that it adds, at its output: times the detectors' window_s they add to noise_photons. [Hz]
    bandwidth_hz : float | str | None
        Full width at half maximum of the power that it lets through, of one pole (Lorentzian); null = wide. [Hz]

    Examples
    --------
    >>> import farbell as fb
    """
    def __init__(
        self,
        *,
        name: str,
        from_wavelength_m: float | str,
        to_wavelength_m: float | str,
        efficiency: float = 1.0,
        noise_photons: float = 0.0,
        noise_rate_hz: float | str = 0.0,
        bandwidth_hz: float | str | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        name: str = ...,
        from_wavelength_m: float | str = ...,
        to_wavelength_m: float | str = ...,
        efficiency: float = ...,
        noise_photons: float = ...,
        noise_rate_hz: float | str = ...,
        bandwidth_hz: float | str | None = ...,
    ) -> FrequencyConverter:
        """A new FrequencyConverter with these fields changed."""
    @property
    def name(self) -> str:
        """Unique name, used by links."""
    @property
    def from_wavelength_m(self) -> float:
        """Wavelength of the light that it takes. [m]"""
    @property
    def to_wavelength_m(self) -> float:
        """Wavelength of the light that it gives. [m]"""
    @property
    def efficiency(self) -> float:
        """Probability that a photon comes out converted, filters included."""
    @property
    def noise_photons(self) -> float:
        """Mean number of photons a bin that it adds, at its output; Poisson."""
    @property
    def noise_rate_hz(self) -> float:
        """Photons a second that it adds, at its output: times the detectors' window_s they add to noise_photons. [Hz]"""
    @property
    def bandwidth_hz(self) -> float | None:
        """Full width at half maximum of the power that it lets through, of one pole (Lorentzian); null = wide. [Hz]"""
    def with_values(self, values: dict[str, Any]) -> FrequencyConverter:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> FrequencyConverter:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> FrequencyConverter:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Transducer:
    """Microwave photons become optical ones, or the other way round.

    Parameters
    ----------
    name : str
        Unique name, used by links.
    from_wavelength_m : float | str
        Wavelength in vacuum of the photons that it takes: c/f, 0.06 m at 5 GHz. [m]
    to_wavelength_m : float | str
        Wavelength in vacuum of the photons that it gives. [m]
    efficiency : float
        Probability that a photon comes out transduced, couplings included.
    added_noise_photons : float
        Added noise, referred to the input: photons in a mode at the input that would give the noise at the output, efficiency * added_noise_photons in a mode there.
    bandwidth_hz : float | str | None
        Full width at half maximum of the power that it lets through, of one pole (Lorentzian); null = wide, with noise in one mode a bin. [Hz]
    duty_cycle : float
        Share of the time in which it works; attempts come at a pace slower by it.
    repetition_s : float | str
        Shortest time from one of its pulses to the next. [s]

    Examples
    --------
    >>> import farbell as fb
    """
    def __init__(
        self,
        *,
        name: str,
        from_wavelength_m: float | str,
        to_wavelength_m: float | str,
        efficiency: float = 1.0,
        added_noise_photons: float = 0.0,
        bandwidth_hz: float | str | None = None,
        duty_cycle: float = 1.0,
        repetition_s: float | str = 0.0,
    ) -> None: ...
    def replace(
        self,
        *,
        name: str = ...,
        from_wavelength_m: float | str = ...,
        to_wavelength_m: float | str = ...,
        efficiency: float = ...,
        added_noise_photons: float = ...,
        bandwidth_hz: float | str | None = ...,
        duty_cycle: float = ...,
        repetition_s: float | str = ...,
    ) -> Transducer:
        """A new Transducer with these fields changed."""
    @property
    def name(self) -> str:
        """Unique name, used by links."""
    @property
    def from_wavelength_m(self) -> float:
        """Wavelength in vacuum of the photons that it takes: c/f, 0.06 m at 5 GHz. [m]"""
    @property
    def to_wavelength_m(self) -> float:
        """Wavelength in vacuum of the photons that it gives. [m]"""
    @property
    def efficiency(self) -> float:
        """Probability that a photon comes out transduced, couplings included."""
    @property
    def added_noise_photons(self) -> float:
        """Added noise, referred to the input: photons in a mode at the input that would give the noise at the output, efficiency * added_noise_photons in a mode there."""
    @property
    def bandwidth_hz(self) -> float | None:
        """Full width at half maximum of the power that it lets through, of one pole (Lorentzian); null = wide, with noise in one mode a bin. [Hz]"""
    @property
    def duty_cycle(self) -> float:
        """Share of the time in which it works; attempts come at a pace slower by it."""
    @property
    def repetition_s(self) -> float:
        """Shortest time from one of its pulses to the next. [s]"""
    def with_values(self, values: dict[str, Any]) -> Transducer:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Transducer:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Transducer:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class EncodingConverter:
    """A photon's qubit of one encoding becomes one of another.

    Parameters
    ----------
    name : str
        Unique name, used by links.
    from_encoding : Literal["presence", "time_bin", "polarisation"]
        Encoding of the light that it takes.
    to_encoding : Literal["presence", "time_bin", "polarisation"]
        Encoding of the light that it gives.
    efficiency : float
        Probability that a photon comes out.

    Examples
    --------
    >>> import farbell as fb
    """
    def __init__(
        self,
        *,
        name: str,
        from_encoding: Literal["presence", "time_bin", "polarisation"],
        to_encoding: Literal["presence", "time_bin", "polarisation"],
        efficiency: float = 1.0,
    ) -> None: ...
    def replace(
        self,
        *,
        name: str = ...,
        from_encoding: Literal["presence", "time_bin", "polarisation"] = ...,
        to_encoding: Literal["presence", "time_bin", "polarisation"] = ...,
        efficiency: float = ...,
    ) -> EncodingConverter:
        """A new EncodingConverter with these fields changed."""
    @property
    def name(self) -> str:
        """Unique name, used by links."""
    @property
    def from_encoding(self) -> Literal["presence", "time_bin", "polarisation"]:
        """Encoding of the light that it takes."""
    @property
    def to_encoding(self) -> Literal["presence", "time_bin", "polarisation"]:
        """Encoding of the light that it gives."""
    @property
    def efficiency(self) -> float:
        """Probability that a photon comes out."""
    def with_values(self, values: dict[str, Any]) -> EncodingConverter:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> EncodingConverter:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> EncodingConverter:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class FiberSpan:
    """A piece of a fibre whose loss has been measured.

    Parameters
    ----------
    length_m : float | str
        Length. [m]
    loss_db : float | None
        Loss in dB with the splices and connectors in it; null = that of the fibre's attenuation_db_per_km.

    Examples
    --------
    >>> import farbell as fb
    >>> measured = [fb.FiberSpan(length_m="12 km", loss_db=2.9), fb.FiberSpan(length_m="8 km", loss_db=1.7)]
    >>> fb.Fiber(length_m="20 km", spans=measured).spans[1].loss_db
    1.7
    """
    def __init__(self, *, length_m: float | str, loss_db: float | None = None) -> None: ...
    def replace(self, *, length_m: float | str = ..., loss_db: float | None = ...) -> FiberSpan:
        """A new FiberSpan with these fields changed."""
    @property
    def length_m(self) -> float:
        """Length. [m]"""
    @property
    def loss_db(self) -> float | None:
        """Loss in dB with the splices and connectors in it; null = that of the fibre's attenuation_db_per_km."""
    def with_values(self, values: dict[str, Any]) -> FiberSpan:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> FiberSpan:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> FiberSpan:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class ClassicalLight:
    """Classical light that goes through the same fibre, from end to end past the station, and scatters photons into the photons' band.

    Parameters
    ----------
    power_to_b_w : float
        Power in watt sent in at node_a, towards node_b.
    power_to_a_w : float
        Power in watt sent in at node_b, towards node_a.
    raman_per_km_nm : float
        Share of the power that spontaneous Raman scattering puts into each direction of the guided mode, for each km of fibre and nm of bandwidth.
    filter_bandwidth_m : float | str
        Width, in wavelength, of the filter before the detectors. [m]

    Examples
    --------
    >>> import farbell as fb
    >>> light = fb.ClassicalLight(power_to_b_w=1e-4, raman_per_km_nm=2e-9, filter_bandwidth_m="0.1 nm")
    >>> fb.Fiber(length_m="20 km", wavelength_m="1550 nm", classical_light=light).classical_light.power_to_b_w
    0.0001
    """
    def __init__(
        self,
        *,
        power_to_b_w: float = 0.0,
        power_to_a_w: float = 0.0,
        raman_per_km_nm: float,
        filter_bandwidth_m: float | str,
    ) -> None: ...
    def replace(
        self,
        *,
        power_to_b_w: float = ...,
        power_to_a_w: float = ...,
        raman_per_km_nm: float = ...,
        filter_bandwidth_m: float | str = ...,
    ) -> ClassicalLight:
        """A new ClassicalLight with these fields changed."""
    @property
    def power_to_b_w(self) -> float:
        """Power in watt sent in at node_a, towards node_b."""
    @property
    def power_to_a_w(self) -> float:
        """Power in watt sent in at node_b, towards node_a."""
    @property
    def raman_per_km_nm(self) -> float:
        """Share of the power that spontaneous Raman scattering puts into each direction of the guided mode, for each km of fibre and nm of bandwidth."""
    @property
    def filter_bandwidth_m(self) -> float:
        """Width, in wavelength, of the filter before the detectors. [m]"""
    def with_values(self, values: dict[str, Any]) -> ClassicalLight:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> ClassicalLight:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> ClassicalLight:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Fiber:
    """An optical fibre; it carries photons and messages.

    Parameters
    ----------
    length_m : float | str
        Length. [m]
    attenuation_db_per_km : float | str
        Loss of power per length. [dB/km]
    speed_m_per_s : float | str
        Speed of light and of messages in the fibre. [m/s]
    spans : Sequence[FiberSpan | Mapping[str, Any]]
        Its pieces from node_a on, whose lengths sum to length_m; none = one piece.
    wavelength_m : float | str | None
        Vacuum wavelength at which its attenuation holds, within 2 %, and that of the photons in it, which dispersion and classical light need; null = that of whatever light comes. [m]
    dispersion_s_per_m2 : float | str
        Chromatic dispersion D at that wavelength: 17 ps/nm/km = 1.7e-5 s/m2. [s/m2]
    pmd_s_per_sqrt_m : float | str
        Polarisation-mode dispersion: mean differential group delay over the root of the length. [s/sqrt(m)]
    classical_light : ClassicalLight | Mapping[str, Any] | None
        Classical light in the same fibre; null = none.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Fiber(length_m="25 km").length_m
    25000.0
    """
    def __init__(
        self,
        *,
        length_m: float | str,
        attenuation_db_per_km: float | str = 0.2,
        speed_m_per_s: float | str = 200000000.0,
        spans: Sequence[FiberSpan | Mapping[str, Any]] = [],
        wavelength_m: float | str | None = None,
        dispersion_s_per_m2: float | str = 0.0,
        pmd_s_per_sqrt_m: float | str = 0.0,
        classical_light: ClassicalLight | Mapping[str, Any] | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        length_m: float | str = ...,
        attenuation_db_per_km: float | str = ...,
        speed_m_per_s: float | str = ...,
        spans: Sequence[FiberSpan | Mapping[str, Any]] = ...,
        wavelength_m: float | str | None = ...,
        dispersion_s_per_m2: float | str = ...,
        pmd_s_per_sqrt_m: float | str = ...,
        classical_light: ClassicalLight | Mapping[str, Any] | None = ...,
    ) -> Fiber:
        """A new Fiber with these fields changed."""
    @property
    def length_m(self) -> float:
        """Length. [m]"""
    @property
    def attenuation_db_per_km(self) -> float:
        """Loss of power per length. [dB/km]"""
    @property
    def speed_m_per_s(self) -> float:
        """Speed of light and of messages in the fibre. [m/s]"""
    @property
    def spans(self) -> tuple[FiberSpan, ...]:
        """Its pieces from node_a on, whose lengths sum to length_m; none = one piece."""
    @property
    def wavelength_m(self) -> float | None:
        """Vacuum wavelength at which its attenuation holds, within 2 %, and that of the photons in it, which dispersion and classical light need; null = that of whatever light comes. [m]"""
    @property
    def dispersion_s_per_m2(self) -> float:
        """Chromatic dispersion D at that wavelength: 17 ps/nm/km = 1.7e-5 s/m2. [s/m2]"""
    @property
    def pmd_s_per_sqrt_m(self) -> float:
        """Polarisation-mode dispersion: mean differential group delay over the root of the length. [s/sqrt(m)]"""
    @property
    def classical_light(self) -> ClassicalLight | None:
        """Classical light in the same fibre; null = none."""
    def with_values(self, values: dict[str, Any]) -> Fiber:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Fiber:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Fiber:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Werner:
    """A Phi+ pair mixed with white noise.

    Parameters
    ----------
    fidelity : float
        Fidelity to Phi+.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Werner(fidelity=0.97)
    Werner(fidelity=0.97)
    """
    def __init__(self, *, fidelity: float = 1.0) -> None: ...
    def replace(self, *, fidelity: float = ...) -> Werner:
        """A new Werner with these fields changed."""
    @property
    def fidelity(self) -> float:
        """Fidelity to Phi+."""
    def with_values(self, values: dict[str, Any]) -> Werner:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Werner:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Werner:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class BellWeights:
    """A mixture of the four Bell states.

    Parameters
    ----------
    weights : Sequence[float]
        Probabilities of Phi+, Phi-, Psi+, Psi-; they sum to 1 within 1e-9.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.BellWeights(weights=[0.9, 0.1, 0, 0]).weights
    (0.9, 0.1, 0.0, 0.0)
    """
    def __init__(self, *, weights: Sequence[float]) -> None: ...
    def replace(self, *, weights: Sequence[float] = ...) -> BellWeights:
        """A new BellWeights with these fields changed."""
    @property
    def weights(self) -> tuple[float, ...]:
        """Probabilities of Phi+, Phi-, Psi+, Psi-; they sum to 1 within 1e-9."""
    def with_values(self, values: dict[str, Any]) -> BellWeights:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> BellWeights:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> BellWeights:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class DensityMatrix:
    """Any state of a pair: Hermitian, trace 1, no negative eigenvalue (each within 1e-9), in the basis |00>, |01>, |10>, |11> with node_a's qubit first.

    Parameters
    ----------
    real : Sequence[Sequence[float]]
        Real part, row by row.
    imag : Sequence[Sequence[float]]
        Imaginary part, row by row.

    Examples
    --------
    >>> import farbell as fb
    >>> bell = fb.DensityMatrix(real=[[0.5, 0, 0, 0.5], [0, 0, 0, 0], [0, 0, 0, 0], [0.5, 0, 0, 0.5]])
    >>> bell.real[0]
    (0.5, 0.0, 0.0, 0.5)
    """
    def __init__(
        self,
        *,
        real: Sequence[Sequence[float]],
        imag: Sequence[Sequence[float]] = [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]],
    ) -> None: ...
    def replace(self, *, real: Sequence[Sequence[float]] = ..., imag: Sequence[Sequence[float]] = ...) -> DensityMatrix:
        """A new DensityMatrix with these fields changed."""
    @property
    def real(self) -> tuple[tuple[float, ...], ...]:
        """Real part, row by row."""
    @property
    def imag(self) -> tuple[tuple[float, ...], ...]:
        """Imaginary part, row by row."""
    def with_values(self, values: dict[str, Any]) -> DensityMatrix:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> DensityMatrix:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> DensityMatrix:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Multiplexing:
    """Many modes in one attempt; the success probability of the generation is that of one mode.

    Parameters
    ----------
    modes : int
        Modes in the train of an attempt.
    mode_separation_s : float | str
        Time from one mode to the next, by which the attempt is longer; 0 = modes of frequency or space, see shared_detectors. [s]
    train : Literal["own", "shared"]
        Whom a train serves.
    shared_detectors : bool
        Whether modes of frequency or space come to one pair of detectors, within one window: then a click in two modes is no herald.
    switch_loss_db : float
        Loss in dB of each arm's light in the switch that leads modes to a memory, or from it.
    crosstalk : float
        Light of all other modes that comes to a mode's detectors, as a share of the mode's own.

    Examples
    --------
    >>> import farbell as fb
    >>> train = fb.Multiplexing(modes=100, mode_separation_s="100 ns")
    >>> fb.Given(success_probability=1e-3, attempt_period_s="1 ms", multiplexing=train).multiplexing.modes
    100
    """
    def __init__(
        self,
        *,
        modes: int,
        mode_separation_s: float | str = 0.0,
        train: Literal["own", "shared"] = 'own',
        shared_detectors: bool = False,
        switch_loss_db: float = 0.0,
        crosstalk: float = 0.0,
    ) -> None: ...
    def replace(
        self,
        *,
        modes: int = ...,
        mode_separation_s: float | str = ...,
        train: Literal["own", "shared"] = ...,
        shared_detectors: bool = ...,
        switch_loss_db: float = ...,
        crosstalk: float = ...,
    ) -> Multiplexing:
        """A new Multiplexing with these fields changed."""
    @property
    def modes(self) -> int:
        """Modes in the train of an attempt."""
    @property
    def mode_separation_s(self) -> float:
        """Time from one mode to the next, by which the attempt is longer; 0 = modes of frequency or space, see shared_detectors. [s]"""
    @property
    def train(self) -> Literal["own", "shared"]:
        """Whom a train serves."""
    @property
    def shared_detectors(self) -> bool:
        """Whether modes of frequency or space come to one pair of detectors, within one window: then a click in two modes is no herald."""
    @property
    def switch_loss_db(self) -> float:
        """Loss in dB of each arm's light in the switch that leads modes to a memory, or from it."""
    @property
    def crosstalk(self) -> float:
        """Light of all other modes that comes to a mode's detectors, as a share of the mode's own."""
    def with_values(self, values: dict[str, Any]) -> Multiplexing:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Multiplexing:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Multiplexing:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Alignment:
    """How well the light of the two arms of a station is matched, and how much time it takes to keep it so.

    Parameters
    ----------
    arrival_offset_s : float | str
        Mean time by which node_b's photon comes later than node_a's; negative = earlier. [s]
    arrival_jitter_s : float | str
        Standard deviation of that time, Gaussian and fresh in each bin: of clocks and triggers, not of detectors. [s]
    polarisation_angle_rad : float | str
        Mean angle between the two photons' linear polarisations. [rad]
    polarisation_sigma_rad : float | str
        Standard deviation of that angle, Gaussian: what drifts between realignments. [rad]
    free_running_s : float | str | None
        Time for which attempts are made from one stabilisation to the next; given with stabilisation_s. [s]
    stabilisation_s : float | str | None
        How long a stabilisation takes, in which no attempts are made; given with free_running_s. [s]
    phase_drift_rad_per_sqrt_s : float
        Random walk of the optical phase between the arms: its standard deviation after 1 s.

    Examples
    --------
    >>> import farbell as fb
    >>> alignment = fb.Alignment(arrival_jitter_s="100 ps", free_running_s="90 ms", stabilisation_s="10 ms")
    >>> fb.DoubleClick(station="midpoint", alignment=alignment).alignment.arrival_jitter_s
    1e-10
    """
    def __init__(
        self,
        *,
        arrival_offset_s: float | str = 0.0,
        arrival_jitter_s: float | str = 0.0,
        polarisation_angle_rad: float | str = 0.0,
        polarisation_sigma_rad: float | str = 0.0,
        free_running_s: float | str | None = None,
        stabilisation_s: float | str | None = None,
        phase_drift_rad_per_sqrt_s: float = 0.0,
    ) -> None: ...
    def replace(
        self,
        *,
        arrival_offset_s: float | str = ...,
        arrival_jitter_s: float | str = ...,
        polarisation_angle_rad: float | str = ...,
        polarisation_sigma_rad: float | str = ...,
        free_running_s: float | str | None = ...,
        stabilisation_s: float | str | None = ...,
        phase_drift_rad_per_sqrt_s: float = ...,
    ) -> Alignment:
        """A new Alignment with these fields changed."""
    @property
    def arrival_offset_s(self) -> float:
        """Mean time by which node_b's photon comes later than node_a's; negative = earlier. [s]"""
    @property
    def arrival_jitter_s(self) -> float:
        """Standard deviation of that time, Gaussian and fresh in each bin: of clocks and triggers, not of detectors. [s]"""
    @property
    def polarisation_angle_rad(self) -> float:
        """Mean angle between the two photons' linear polarisations. [rad]"""
    @property
    def polarisation_sigma_rad(self) -> float:
        """Standard deviation of that angle, Gaussian: what drifts between realignments. [rad]"""
    @property
    def free_running_s(self) -> float | None:
        """Time for which attempts are made from one stabilisation to the next; given with stabilisation_s. [s]"""
    @property
    def stabilisation_s(self) -> float | None:
        """How long a stabilisation takes, in which no attempts are made; given with free_running_s. [s]"""
    @property
    def phase_drift_rad_per_sqrt_s(self) -> float:
        """Random walk of the optical phase between the arms: its standard deviation after 1 s."""
    def with_values(self, values: dict[str, Any]) -> Alignment:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Alignment:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Alignment:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Given:
    """Generation stated outright: how often an attempt succeeds and what it makes.

    Parameters
    ----------
    success_probability : float
        Probability that an attempt succeeds.
    attempt_period_s : float | str
        Time from one attempt to the next. [s]
    herald_delay_s : float | str
        Time from the start of an attempt until both ends know its result. [s]
    state : Werner | BellWeights | DensityMatrix | Mapping[str, Any]
        State of the pair when it is made.
    multiplexing : Multiplexing | Mapping[str, Any] | None
        Many modes in one attempt; null = one.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Given(success_probability=0.05, attempt_period_s="100 us", state=fb.Werner(fidelity=0.98)).attempt_period_s
    0.0001
    """
    def __init__(
        self,
        *,
        success_probability: float,
        attempt_period_s: float | str,
        herald_delay_s: float | str = 0.0,
        state: Werner | BellWeights | DensityMatrix | Mapping[str, Any] = ...,
        multiplexing: Multiplexing | Mapping[str, Any] | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        success_probability: float = ...,
        attempt_period_s: float | str = ...,
        herald_delay_s: float | str = ...,
        state: Werner | BellWeights | DensityMatrix | Mapping[str, Any] = ...,
        multiplexing: Multiplexing | Mapping[str, Any] | None = ...,
    ) -> Given:
        """A new Given with these fields changed."""
    @property
    def success_probability(self) -> float:
        """Probability that an attempt succeeds."""
    @property
    def attempt_period_s(self) -> float:
        """Time from one attempt to the next. [s]"""
    @property
    def herald_delay_s(self) -> float:
        """Time from the start of an attempt until both ends know its result. [s]"""
    @property
    def state(self) -> Werner | BellWeights | DensityMatrix:
        """State of the pair when it is made."""
    @property
    def multiplexing(self) -> Multiplexing | None:
        """Many modes in one attempt; null = one."""
    def with_values(self, values: dict[str, Any]) -> Given:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Given:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Given:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class DoubleClick:
    """Double-click (Barrett-Kok) heralding at a midpoint station.

    Parameters
    ----------
    station : str
        Name of the station.
    station_position : float
        Where the station stands on the fibre, as a fraction of its length from node_a.
    multiplexing : Multiplexing | Mapping[str, Any] | None
        Many modes in one attempt; null = one.
    alignment : Alignment | Mapping[str, Any] | None
        How well the arms are matched in time, phase and polarisation; null = perfectly.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.DoubleClick(station="midpoint").station_position
    0.5
    """
    def __init__(
        self,
        *,
        station: str,
        station_position: float = 0.5,
        multiplexing: Multiplexing | Mapping[str, Any] | None = None,
        alignment: Alignment | Mapping[str, Any] | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        station: str = ...,
        station_position: float = ...,
        multiplexing: Multiplexing | Mapping[str, Any] | None = ...,
        alignment: Alignment | Mapping[str, Any] | None = ...,
    ) -> DoubleClick:
        """A new DoubleClick with these fields changed."""
    @property
    def station(self) -> str:
        """Name of the station."""
    @property
    def station_position(self) -> float:
        """Where the station stands on the fibre, as a fraction of its length from node_a."""
    @property
    def multiplexing(self) -> Multiplexing | None:
        """Many modes in one attempt; null = one."""
    @property
    def alignment(self) -> Alignment | None:
        """How well the arms are matched in time, phase and polarisation; null = perfectly."""
    def with_values(self, values: dict[str, Any]) -> DoubleClick:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> DoubleClick:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> DoubleClick:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class SingleClick:
    """Single-click (Cabrillo, bright-state) heralding at a midpoint station.

    Parameters
    ----------
    station : str
        Name of the station.
    station_position : float
        Where the station stands on the fibre, as a fraction of its length from node_a.
    bright_state : float
        Probability of the state that emits a photon, |1>, in which each memory is prepared; of ensembles, of one excitation or more.
    bright_state_b : float | None
        The same for node_b's memory; null = as node_a's.
    phase_sigma_rad : float | str
        Standard deviation of the optical phase between the two arms, a Gaussian process of the link. [rad]
    phase_correlation_s : float | str | None
        Correlation time of that phase; null = a fresh phase for each successful cycle. [s]
    multiplexing : Multiplexing | Mapping[str, Any] | None
        Many modes in one attempt; null = one.
    alignment : Alignment | Mapping[str, Any] | None
        How well the arms are matched in time, phase and polarisation; null = perfectly.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.SingleClick(station="midpoint", bright_state=0.05, phase_sigma_rad="10 deg").bright_state
    0.05
    """
    def __init__(
        self,
        *,
        station: str,
        station_position: float = 0.5,
        bright_state: float,
        bright_state_b: float | None = None,
        phase_sigma_rad: float | str = 0.0,
        phase_correlation_s: float | str | None = None,
        multiplexing: Multiplexing | Mapping[str, Any] | None = None,
        alignment: Alignment | Mapping[str, Any] | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        station: str = ...,
        station_position: float = ...,
        bright_state: float = ...,
        bright_state_b: float | None = ...,
        phase_sigma_rad: float | str = ...,
        phase_correlation_s: float | str | None = ...,
        multiplexing: Multiplexing | Mapping[str, Any] | None = ...,
        alignment: Alignment | Mapping[str, Any] | None = ...,
    ) -> SingleClick:
        """A new SingleClick with these fields changed."""
    @property
    def station(self) -> str:
        """Name of the station."""
    @property
    def station_position(self) -> float:
        """Where the station stands on the fibre, as a fraction of its length from node_a."""
    @property
    def bright_state(self) -> float:
        """Probability of the state that emits a photon, |1>, in which each memory is prepared; of ensembles, of one excitation or more."""
    @property
    def bright_state_b(self) -> float | None:
        """The same for node_b's memory; null = as node_a's."""
    @property
    def phase_sigma_rad(self) -> float:
        """Standard deviation of the optical phase between the two arms, a Gaussian process of the link. [rad]"""
    @property
    def phase_correlation_s(self) -> float | None:
        """Correlation time of that phase; null = a fresh phase for each successful cycle. [s]"""
    @property
    def multiplexing(self) -> Multiplexing | None:
        """Many modes in one attempt; null = one."""
    @property
    def alignment(self) -> Alignment | None:
        """How well the arms are matched in time, phase and polarisation; null = perfectly."""
    def with_values(self, values: dict[str, Any]) -> SingleClick:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> SingleClick:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> SingleClick:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class MidpointSource:
    """A source of entangled photon pairs on the fibre; memories at both ends absorb the photons, with their `efficiency`.

    Parameters
    ----------
    source_position : float
        Where the source stands on the fibre, as a fraction of its length from node_a.
    statistics : Literal["down_conversion", "deterministic"]
        How many pairs an attempt makes.
    mean_pairs : float
        Mean number of pairs an attempt; of a deterministic source, the probability of a pair.
    spectral_purity : float
        Purity of a photon's spectrum, 1/K of K equal Schmidt modes; 1 = thermal numbers in each polarisation, 0 = Poisson ones.
    pair_fidelity : float
        Fidelity of the source's pairs to Phi+; the rest is white noise: misalignment.
    heralded : bool
        Whether memories tell that they have absorbed a photon; if not, every attempt is a success, with or without photons.
    herald_efficiency : float
        Probability that a memory that has absorbed photons tells so.
    false_herald_probability : float
        Probability that a memory tells of a photon for no reason.
    local_overhead_s : float | str
        Time per attempt at the memories for everything but light travel and initialisation: to store, and to tell. [s]
    wavelength_m : float | str | None
        Wavelength in vacuum of its photons, of those to node_a; null = not stated, not checked. [m]
    wavelength_b_m : float | str | None
        The same of those to node_b; null = as to node_a. [m]
    bandwidth_hz : float | str | None
        Full width at half maximum of the spectrum of its photons, a Lorentzian, of those to node_a; null = not stated, not checked. [Hz]
    bandwidth_b_hz : float | str | None
        The same of those to node_b; null = as to node_a. [Hz]
    encoding : Literal["presence", "time_bin", "polarisation"] | None
        What its photons are entangled in: polarisation or time_bin; null = as memories take it.
    multiplexing : Multiplexing | Mapping[str, Any] | None
        Many modes in one attempt; null = one.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.MidpointSource(mean_pairs=0.05, spectral_purity=0.9).statistics
    'down_conversion'
    """
    def __init__(
        self,
        *,
        source_position: float = 0.5,
        statistics: Literal["down_conversion", "deterministic"] = 'down_conversion',
        mean_pairs: float,
        spectral_purity: float = 1.0,
        pair_fidelity: float = 1.0,
        heralded: bool = True,
        herald_efficiency: float = 1.0,
        false_herald_probability: float = 0.0,
        local_overhead_s: float | str = 0.0,
        wavelength_m: float | str | None = None,
        wavelength_b_m: float | str | None = None,
        bandwidth_hz: float | str | None = None,
        bandwidth_b_hz: float | str | None = None,
        encoding: Literal["presence", "time_bin", "polarisation"] | None = None,
        multiplexing: Multiplexing | Mapping[str, Any] | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        source_position: float = ...,
        statistics: Literal["down_conversion", "deterministic"] = ...,
        mean_pairs: float = ...,
        spectral_purity: float = ...,
        pair_fidelity: float = ...,
        heralded: bool = ...,
        herald_efficiency: float = ...,
        false_herald_probability: float = ...,
        local_overhead_s: float | str = ...,
        wavelength_m: float | str | None = ...,
        wavelength_b_m: float | str | None = ...,
        bandwidth_hz: float | str | None = ...,
        bandwidth_b_hz: float | str | None = ...,
        encoding: Literal["presence", "time_bin", "polarisation"] | None = ...,
        multiplexing: Multiplexing | Mapping[str, Any] | None = ...,
    ) -> MidpointSource:
        """A new MidpointSource with these fields changed."""
    @property
    def source_position(self) -> float:
        """Where the source stands on the fibre, as a fraction of its length from node_a."""
    @property
    def statistics(self) -> Literal["down_conversion", "deterministic"]:
        """How many pairs an attempt makes."""
    @property
    def mean_pairs(self) -> float:
        """Mean number of pairs an attempt; of a deterministic source, the probability of a pair."""
    @property
    def spectral_purity(self) -> float:
        """Purity of a photon's spectrum, 1/K of K equal Schmidt modes; 1 = thermal numbers in each polarisation, 0 = Poisson ones."""
    @property
    def pair_fidelity(self) -> float:
        """Fidelity of the source's pairs to Phi+; the rest is white noise: misalignment."""
    @property
    def heralded(self) -> bool:
        """Whether memories tell that they have absorbed a photon; if not, every attempt is a success, with or without photons."""
    @property
    def herald_efficiency(self) -> float:
        """Probability that a memory that has absorbed photons tells so."""
    @property
    def false_herald_probability(self) -> float:
        """Probability that a memory tells of a photon for no reason."""
    @property
    def local_overhead_s(self) -> float:
        """Time per attempt at the memories for everything but light travel and initialisation: to store, and to tell. [s]"""
    @property
    def wavelength_m(self) -> float | None:
        """Wavelength in vacuum of its photons, of those to node_a; null = not stated, not checked. [m]"""
    @property
    def wavelength_b_m(self) -> float | None:
        """The same of those to node_b; null = as to node_a. [m]"""
    @property
    def bandwidth_hz(self) -> float | None:
        """Full width at half maximum of the spectrum of its photons, a Lorentzian, of those to node_a; null = not stated, not checked. [Hz]"""
    @property
    def bandwidth_b_hz(self) -> float | None:
        """The same of those to node_b; null = as to node_a. [Hz]"""
    @property
    def encoding(self) -> Literal["presence", "time_bin", "polarisation"] | None:
        """What its photons are entangled in: polarisation or time_bin; null = as memories take it."""
    @property
    def multiplexing(self) -> Multiplexing | None:
        """Many modes in one attempt; null = one."""
    def with_values(self, values: dict[str, Any]) -> MidpointSource:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> MidpointSource:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> MidpointSource:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class SenderReceiver:
    """One memory emits a photon, with its `efficiency`; the memory at the other end of the fibre absorbs it.

    Parameters
    ----------
    sender : Literal["node_a", "node_b"]
        The end whose memory emits.
    absorption_efficiency : float | None
        Probability that the receiver's memory absorbs a photon that comes to it; null = its `efficiency`.
    pair_fidelity : float
        Fidelity to Phi+ of the sender's memory with its photon; the rest is white noise: misalignment.
    heralded : bool
        Whether the receiver's memory tells that it has absorbed a photon; if not, every attempt is a success, with or without one.
    herald_efficiency : float
        Probability that a memory that has absorbed photons tells so.
    false_herald_probability : float
        Probability that it tells of a photon for no reason.
    local_overhead_s : float | str
        Time per attempt at the memories for everything but light travel and initialisation: to store, and to tell. [s]
    multiplexing : Multiplexing | Mapping[str, Any] | None
        Many modes in one attempt; null = one.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.SenderReceiver(absorption_efficiency=0.3).sender
    'node_a'
    """
    def __init__(
        self,
        *,
        sender: Literal["node_a", "node_b"] = 'node_a',
        absorption_efficiency: float | None = None,
        pair_fidelity: float = 1.0,
        heralded: bool = True,
        herald_efficiency: float = 1.0,
        false_herald_probability: float = 0.0,
        local_overhead_s: float | str = 0.0,
        multiplexing: Multiplexing | Mapping[str, Any] | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        sender: Literal["node_a", "node_b"] = ...,
        absorption_efficiency: float | None = ...,
        pair_fidelity: float = ...,
        heralded: bool = ...,
        herald_efficiency: float = ...,
        false_herald_probability: float = ...,
        local_overhead_s: float | str = ...,
        multiplexing: Multiplexing | Mapping[str, Any] | None = ...,
    ) -> SenderReceiver:
        """A new SenderReceiver with these fields changed."""
    @property
    def sender(self) -> Literal["node_a", "node_b"]:
        """The end whose memory emits."""
    @property
    def absorption_efficiency(self) -> float | None:
        """Probability that the receiver's memory absorbs a photon that comes to it; null = its `efficiency`."""
    @property
    def pair_fidelity(self) -> float:
        """Fidelity to Phi+ of the sender's memory with its photon; the rest is white noise: misalignment."""
    @property
    def heralded(self) -> bool:
        """Whether the receiver's memory tells that it has absorbed a photon; if not, every attempt is a success, with or without one."""
    @property
    def herald_efficiency(self) -> float:
        """Probability that a memory that has absorbed photons tells so."""
    @property
    def false_herald_probability(self) -> float:
        """Probability that it tells of a photon for no reason."""
    @property
    def local_overhead_s(self) -> float:
        """Time per attempt at the memories for everything but light travel and initialisation: to store, and to tell. [s]"""
    @property
    def multiplexing(self) -> Multiplexing | None:
        """Many modes in one attempt; null = one."""
    def with_values(self, values: dict[str, Any]) -> SenderReceiver:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> SenderReceiver:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> SenderReceiver:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class RepeaterGraph:
    """All-photonic repeaters: sources along the fibre send repeater graph states, encoded in trees against losses, to stations that measure them.

    Parameters
    ----------
    sources : int
        Sources of graph states, evenly along the fibre; stations that measure stand halfway between sources and ends.
    arms : int
        Arms of a graph state to either side, each with an outer photon and an encoded inner qubit; photons of an end an attempt.
    branching : Sequence[int]
        Branches of the tree of an inner qubit, level by level.
    repetition_s : float | str
        Time from one graph state of a source to the next. [s]
    source_efficiency : float
        Probability that a photon of a graph state enters the fibre.
    detector_efficiency : float
        Probability that a photon that comes to a station is detected.
    bell_success_probability : float
        Probability that a Bell measurement of two photons that are there tells their state: 1/2 with linear optics, 3/4 with two more photons.
    visibility : float
        Mode overlap of two photons in a Bell measurement.
    photon_depolarising : float
        Probability that a photon, of a source or an end, is depolarised.
    local_overhead_s : float | str
        Time per attempt at the stations for everything but light travel: to measure, and to tell. [s]
    multiplexing : Multiplexing | Mapping[str, Any] | None
        Many modes in one attempt; null = one.

    Examples
    --------
    >>> import farbell as fb
    >>> graph = fb.RepeaterGraph(sources=9, arms=14, branching=[10, 5], repetition_s="1 us")
    >>> graph.bell_success_probability
    0.5
    """
    def __init__(
        self,
        *,
        sources: int,
        arms: int,
        branching: Sequence[int],
        repetition_s: float | str,
        source_efficiency: float = 1.0,
        detector_efficiency: float = 1.0,
        bell_success_probability: float = 0.5,
        visibility: float = 1.0,
        photon_depolarising: float = 0.0,
        local_overhead_s: float | str = 0.0,
        multiplexing: Multiplexing | Mapping[str, Any] | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        sources: int = ...,
        arms: int = ...,
        branching: Sequence[int] = ...,
        repetition_s: float | str = ...,
        source_efficiency: float = ...,
        detector_efficiency: float = ...,
        bell_success_probability: float = ...,
        visibility: float = ...,
        photon_depolarising: float = ...,
        local_overhead_s: float | str = ...,
        multiplexing: Multiplexing | Mapping[str, Any] | None = ...,
    ) -> RepeaterGraph:
        """A new RepeaterGraph with these fields changed."""
    @property
    def sources(self) -> int:
        """Sources of graph states, evenly along the fibre; stations that measure stand halfway between sources and ends."""
    @property
    def arms(self) -> int:
        """Arms of a graph state to either side, each with an outer photon and an encoded inner qubit; photons of an end an attempt."""
    @property
    def branching(self) -> tuple[int, ...]:
        """Branches of the tree of an inner qubit, level by level."""
    @property
    def repetition_s(self) -> float:
        """Time from one graph state of a source to the next. [s]"""
    @property
    def source_efficiency(self) -> float:
        """Probability that a photon of a graph state enters the fibre."""
    @property
    def detector_efficiency(self) -> float:
        """Probability that a photon that comes to a station is detected."""
    @property
    def bell_success_probability(self) -> float:
        """Probability that a Bell measurement of two photons that are there tells their state: 1/2 with linear optics, 3/4 with two more photons."""
    @property
    def visibility(self) -> float:
        """Mode overlap of two photons in a Bell measurement."""
    @property
    def photon_depolarising(self) -> float:
        """Probability that a photon, of a source or an end, is depolarised."""
    @property
    def local_overhead_s(self) -> float:
        """Time per attempt at the stations for everything but light travel: to measure, and to tell. [s]"""
    @property
    def multiplexing(self) -> Multiplexing | None:
        """Many modes in one attempt; null = one."""
    def with_values(self, values: dict[str, Any]) -> RepeaterGraph:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> RepeaterGraph:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> RepeaterGraph:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Asap:
    """Every node swaps as soon as it holds a pair to either side.

    Parameters
    ----------

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Demand(node_a="alice", node_b="bob").swapping
    Asap()
    """
    def __init__(self) -> None: ...
    def replace(self) -> Asap:
        """A new Asap with these fields changed."""
    def with_values(self, values: dict[str, Any]) -> Asap:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Asap:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Asap:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Doubling:
    """Nested: the two halves of a route are joined when both are whole, and so on within each half.

    Parameters
    ----------

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Demand(node_a="alice", node_b="bob", swapping=fb.Doubling()).swapping
    Doubling()
    """
    def __init__(self) -> None: ...
    def replace(self) -> Doubling:
        """A new Doubling with these fields changed."""
    def with_values(self, values: dict[str, Any]) -> Doubling:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Doubling:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Doubling:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Sequential:
    """One node after the other, from node_a on.

    Parameters
    ----------

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Demand(node_a="alice", node_b="bob", swapping=fb.Sequential()).swapping
    Sequential()
    """
    def __init__(self) -> None: ...
    def replace(self) -> Sequential:
        """A new Sequential with these fields changed."""
    def with_values(self, values: dict[str, Any]) -> Sequential:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Sequential:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Sequential:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Tree:
    """Any fixed order: a node swaps when its pairs reach, to either side, as far as the next node that comes later in the order. The demand states its route.

    Parameters
    ----------
    order : Sequence[str]
        Every node between the ends once; the last one makes the end-to-end pair.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Tree(order=["n1", "n3", "n2"]).order[-1]  # makes the end-to-end pair
    'n2'
    """
    def __init__(self, *, order: Sequence[str]) -> None: ...
    def replace(self, *, order: Sequence[str] = ...) -> Tree:
        """A new Tree with these fields changed."""
    @property
    def order(self) -> tuple[str, ...]:
        """Every node between the ends once; the last one makes the end-to-end pair."""
    def with_values(self, values: dict[str, Any]) -> Tree:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Tree:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Tree:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class PolicyEntry:
    """What to swap in one state of a chain.

    Parameters
    ----------
    links : Sequence[Sequence[int]]
        All pairs that exist at the end of a slot: [from, to] for any age or [from, to, age], with positions along the route from 0 and the age in slots.
    swap : Sequence[int]
        Positions that swap; [] = wait.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.PolicyEntry(links=[[0, 1], [1, 2], [2, 3]], swap=[1]).swap
    (1,)
    """
    def __init__(self, *, links: Sequence[Sequence[int]], swap: Sequence[int]) -> None: ...
    def replace(self, *, links: Sequence[Sequence[int]] = ..., swap: Sequence[int] = ...) -> PolicyEntry:
        """A new PolicyEntry with these fields changed."""
    @property
    def links(self) -> tuple[tuple[int, ...], ...]:
        """All pairs that exist at the end of a slot: [from, to] for any age or [from, to, age], with positions along the route from 0 and the age in slots."""
    @property
    def swap(self) -> tuple[int, ...]:
        """Positions that swap; [] = wait."""
    def with_values(self, values: dict[str, Any]) -> PolicyEntry:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> PolicyEntry:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> PolicyEntry:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class PolicyTable:
    """A table from states to swaps, for one chain of width 1 with slotted timing and ideal control. An entry with ages goes before one without.

    Parameters
    ----------
    entries : Sequence[PolicyEntry | Mapping[str, Any]]
        States and what to swap in them.
    otherwise : Literal["asap", "wait"]
        What to do in a state that is not listed.

    Examples
    --------
    >>> import farbell as fb
    >>> wait = fb.PolicyEntry(links=[[0, 1], [1, 2]], swap=[])
    >>> fb.PolicyTable(entries=[wait]).otherwise
    'asap'
    """
    def __init__(
        self,
        *,
        entries: Sequence[PolicyEntry | Mapping[str, Any]],
        otherwise: Literal["asap", "wait"] = 'asap',
    ) -> None: ...
    def replace(
        self,
        *,
        entries: Sequence[PolicyEntry | Mapping[str, Any]] = ...,
        otherwise: Literal["asap", "wait"] = ...,
    ) -> PolicyTable:
        """A new PolicyTable with these fields changed."""
    @property
    def entries(self) -> tuple[PolicyEntry, ...]:
        """States and what to swap in them."""
    @property
    def otherwise(self) -> Literal["asap", "wait"]:
        """What to do in a state that is not listed."""
    def with_values(self, values: dict[str, Any]) -> PolicyTable:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> PolicyTable:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> PolicyTable:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class OpticalSwitch:
    """An optical switch by which links share Bell-state stations: so many of them attempt at a time.

    Parameters
    ----------
    name : str
        Unique name.
    links : Sequence[str]
        Names of its links; a link has one switch at most.
    stations : int
        Stations, with their detectors, each of which serves a link at a time.
    switching_time_s : float | str
        Time to connect a station to another link than its last. [s]
    scheduler : Literal["fifo", "weighted_fair", "max_weight", "earliest_deadline", "time_division"]
        Which of the links that wait has the next turn.
    turn_s : float | str | None
        How long a turn lasts if others wait, or with time_division a slot; null = until the link has made a pair. [s]
    frame : Sequence[Sequence[str]]
        With time_division: the names of the links of each slot of the frame; [] = worked out, in proportion to need.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.OpticalSwitch(name="hub", links=["a--hub", "b--hub", "c--hub"], switching_time_s="1 ms", turn_s="10 ms").stations
    1
    """
    def __init__(
        self,
        *,
        name: str,
        links: Sequence[str],
        stations: int = 1,
        switching_time_s: float | str = 0.0,
        scheduler: Literal["fifo", "weighted_fair", "max_weight", "earliest_deadline", "time_division"] = 'fifo',
        turn_s: float | str | None = None,
        frame: Sequence[Sequence[str]] = [],
    ) -> None: ...
    def replace(
        self,
        *,
        name: str = ...,
        links: Sequence[str] = ...,
        stations: int = ...,
        switching_time_s: float | str = ...,
        scheduler: Literal["fifo", "weighted_fair", "max_weight", "earliest_deadline", "time_division"] = ...,
        turn_s: float | str | None = ...,
        frame: Sequence[Sequence[str]] = ...,
    ) -> OpticalSwitch:
        """A new OpticalSwitch with these fields changed."""
    @property
    def name(self) -> str:
        """Unique name."""
    @property
    def links(self) -> tuple[str, ...]:
        """Names of its links; a link has one switch at most."""
    @property
    def stations(self) -> int:
        """Stations, with their detectors, each of which serves a link at a time."""
    @property
    def switching_time_s(self) -> float:
        """Time to connect a station to another link than its last. [s]"""
    @property
    def scheduler(self) -> Literal["fifo", "weighted_fair", "max_weight", "earliest_deadline", "time_division"]:
        """Which of the links that wait has the next turn."""
    @property
    def turn_s(self) -> float | None:
        """How long a turn lasts if others wait, or with time_division a slot; null = until the link has made a pair. [s]"""
    @property
    def frame(self) -> tuple[tuple[str, ...], ...]:
        """With time_division: the names of the links of each slot of the frame; [] = worked out, in proportion to need."""
    def with_values(self, values: dict[str, Any]) -> OpticalSwitch:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> OpticalSwitch:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> OpticalSwitch:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Cutoff:
    """When a node between the ends gives up a qubit that waits to be swapped, and a link one that waits to be distilled. Whatever comes first.

    Parameters
    ----------
    age_s : float | str | None
        When the pair is older than this; null = never. [s]
    attempts : int | None
        When so many attempts of the link on the other side have failed since the qubit was ready; null = never.
    estimated_fidelity : float | None
        When the fidelity that the node can estimate falls below this; null = never.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Cutoff(age_s="20 ms").age_s
    0.02
    """
    def __init__(
        self,
        *,
        age_s: float | str | None = None,
        attempts: int | None = None,
        estimated_fidelity: float | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        age_s: float | str | None = ...,
        attempts: int | None = ...,
        estimated_fidelity: float | None = ...,
    ) -> Cutoff:
        """A new Cutoff with these fields changed."""
    @property
    def age_s(self) -> float | None:
        """When the pair is older than this; null = never. [s]"""
    @property
    def attempts(self) -> int | None:
        """When so many attempts of the link on the other side have failed since the qubit was ready; null = never."""
    @property
    def estimated_fidelity(self) -> float | None:
        """When the fidelity that the node can estimate falls below this; null = never."""
    def with_values(self, values: dict[str, Any]) -> Cutoff:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Cutoff:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Cutoff:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Distillation:
    """How several pairs are made into a better one.

    Parameters
    ----------
    rounds : Sequence[Literal["bbpssw", "dejmps", "epl"]]
        The protocol of each round, first to last; at least one.
    scheme : Literal["recurrence", "pumping"]
        Which pairs a round takes.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Distillation(rounds=["dejmps", "dejmps"]).scheme
    'recurrence'
    """
    def __init__(
        self,
        *,
        rounds: Sequence[Literal["bbpssw", "dejmps", "epl"]] = ['dejmps'],
        scheme: Literal["recurrence", "pumping"] = 'recurrence',
    ) -> None: ...
    def replace(
        self,
        *,
        rounds: Sequence[Literal["bbpssw", "dejmps", "epl"]] = ...,
        scheme: Literal["recurrence", "pumping"] = ...,
    ) -> Distillation:
        """A new Distillation with these fields changed."""
    @property
    def rounds(self) -> tuple[Literal["bbpssw", "dejmps", "epl"], ...]:
        """The protocol of each round, first to last; at least one."""
    @property
    def scheme(self) -> Literal["recurrence", "pumping"]:
        """Which pairs a round takes."""
    def with_values(self, values: dict[str, Any]) -> Distillation:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Distillation:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Distillation:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Rule:
    """A decision of nodes, as a condition on what they know.

    Parameters
    ----------
    do : Literal["swap", "discard", "admit"]
        What is decided.
    when : str
        The condition: named columns, numbers, + - * /, comparisons, and, or, not, min, max, abs, exp, log, sqrt.

    Examples
    --------
    >>> import farbell as fb
    >>> young = fb.Rule(do="swap", when="max(age_s_a, age_s_b) < 0.1 * t2_s")
    >>> fb.Demand(node_a="alice", node_b="bob", rules=[young]).rules[0].do
    'swap'
    """
    def __init__(self, *, do: Literal["swap", "discard", "admit"], when: str) -> None: ...
    def replace(self, *, do: Literal["swap", "discard", "admit"] = ..., when: str = ...) -> Rule:
        """A new Rule with these fields changed."""
    @property
    def do(self) -> Literal["swap", "discard", "admit"]:
        """What is decided."""
    @property
    def when(self) -> str:
        """The condition: named columns, numbers, + - * /, comparisons, and, or, not, min, max, abs, exp, log, sqrt."""
    def with_values(self, values: dict[str, Any]) -> Rule:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Rule:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Rule:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Node:
    """A network node: an end node, a repeater, or both.

    Parameters
    ----------
    name : str
        Unique name.
    memory : str
        Name of the node's memory.
    region : str
        Name of the region in which it stands, for failures; empty = none.
    parallel_links : int | None
        How many of the node's links may attempt at the same time; null = all.
    swap_success_probability : float
        Probability that a Bell measurement at this node succeeds.
    processing_delay_s : float | str
        Delay added to each message that passes through this node. [s]
    latitude_deg : float | str | None
        Latitude, for maps; null = unknown. [deg]
    longitude_deg : float | str | None
        Longitude, for maps; null = unknown. [deg]
    x_m : float | str | None
        Position on a plane, for drawings; null = unknown. [m]
    y_m : float | str | None
        Position on a plane, for drawings; null = unknown. [m]

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Node(name="alice", memory="ion", latitude_deg=52.01, longitude_deg=4.36).name
    'alice'
    """
    def __init__(
        self,
        *,
        name: str,
        memory: str,
        region: str = '',
        parallel_links: int | None = None,
        swap_success_probability: float = 1.0,
        processing_delay_s: float | str = 0.0,
        latitude_deg: float | str | None = None,
        longitude_deg: float | str | None = None,
        x_m: float | str | None = None,
        y_m: float | str | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        name: str = ...,
        memory: str = ...,
        region: str = ...,
        parallel_links: int | None = ...,
        swap_success_probability: float = ...,
        processing_delay_s: float | str = ...,
        latitude_deg: float | str | None = ...,
        longitude_deg: float | str | None = ...,
        x_m: float | str | None = ...,
        y_m: float | str | None = ...,
    ) -> Node:
        """A new Node with these fields changed."""
    @property
    def name(self) -> str:
        """Unique name."""
    @property
    def memory(self) -> str:
        """Name of the node's memory."""
    @property
    def region(self) -> str:
        """Name of the region in which it stands, for failures; empty = none."""
    @property
    def parallel_links(self) -> int | None:
        """How many of the node's links may attempt at the same time; null = all."""
    @property
    def swap_success_probability(self) -> float:
        """Probability that a Bell measurement at this node succeeds."""
    @property
    def processing_delay_s(self) -> float:
        """Delay added to each message that passes through this node. [s]"""
    @property
    def latitude_deg(self) -> float | None:
        """Latitude, for maps; null = unknown. [deg]"""
    @property
    def longitude_deg(self) -> float | None:
        """Longitude, for maps; null = unknown. [deg]"""
    @property
    def x_m(self) -> float | None:
        """Position on a plane, for drawings; null = unknown. [m]"""
    @property
    def y_m(self) -> float | None:
        """Position on a plane, for drawings; null = unknown. [m]"""
    def with_values(self, values: dict[str, Any]) -> Node:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Node:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Node:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Drift:
    """How a link gets worse with time, and when it is recalibrated: then it is as at the start.

    Parameters
    ----------
    step_s : float | str
        The link changes so often; in between it stays as it was at the start of the step. [s]
    efficiency_tau_s : float | str | None
        The success probability of a given link, the efficiency of the station's detectors for this link, or with which memories absorb light of its source, falls by exp(-t / tau); null = it stays. [s]
    coherence_tau_s : float | str | None
        The correlations of a given link's or a source's pairs, or the visibility of the station for this link, fall by exp(-t / tau); null = they stay. [s]
    recalibrate_every_s : float | str | None
        Time from the start, or the end of a recalibration, to the next; null = not by the clock. [s]
    recalibrate_below : float | None
        The link is recalibrated at the first step in which the mean fidelity of its pairs is below this; null = whatever it is.
    recalibration_s : float | str | None
        How long the link is down for it; given if it is recalibrated, else null. [s]

    Examples
    --------
    >>> import farbell as fb
    >>> drift = fb.Drift(step_s="1 s", coherence_tau_s="1000 s", recalibrate_below=0.9, recalibration_s="20 s")
    >>> drift.recalibrate_below
    0.9
    """
    def __init__(
        self,
        *,
        step_s: float | str,
        efficiency_tau_s: float | str | None = None,
        coherence_tau_s: float | str | None = None,
        recalibrate_every_s: float | str | None = None,
        recalibrate_below: float | None = None,
        recalibration_s: float | str | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        step_s: float | str = ...,
        efficiency_tau_s: float | str | None = ...,
        coherence_tau_s: float | str | None = ...,
        recalibrate_every_s: float | str | None = ...,
        recalibrate_below: float | None = ...,
        recalibration_s: float | str | None = ...,
    ) -> Drift:
        """A new Drift with these fields changed."""
    @property
    def step_s(self) -> float:
        """The link changes so often; in between it stays as it was at the start of the step. [s]"""
    @property
    def efficiency_tau_s(self) -> float | None:
        """The success probability of a given link, the efficiency of the station's detectors for this link, or with which memories absorb light of its source, falls by exp(-t / tau); null = it stays. [s]"""
    @property
    def coherence_tau_s(self) -> float | None:
        """The correlations of a given link's or a source's pairs, or the visibility of the station for this link, fall by exp(-t / tau); null = they stay. [s]"""
    @property
    def recalibrate_every_s(self) -> float | None:
        """Time from the start, or the end of a recalibration, to the next; null = not by the clock. [s]"""
    @property
    def recalibrate_below(self) -> float | None:
        """The link is recalibrated at the first step in which the mean fidelity of its pairs is below this; null = whatever it is."""
    @property
    def recalibration_s(self) -> float | None:
        """How long the link is down for it; given if it is recalibrated, else null. [s]"""
    def with_values(self, values: dict[str, Any]) -> Drift:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Drift:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Drift:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Link:
    """A fibre between two nodes over which entangled pairs are made.

    Parameters
    ----------
    name : str
        Unique name; empty = "node_a--node_b".
    node_a : str
        Name of one end.
    node_b : str
        Name of the other end.
    fiber : Fiber | Mapping[str, Any]
        The fibre.
    generation : Given | DoubleClick | SingleClick | MidpointSource | SenderReceiver | RepeaterGraph | Mapping[str, Any]
        How the link makes pairs.
    distillation : Distillation | Mapping[str, Any] | None
        How the link's pairs are distilled before they are swapped; null = not.
    drift : Drift | Mapping[str, Any] | None
        How the link gets worse with time; null = not.
    interfaces_a : Sequence[str]
        Names of the interfaces at node_a, in the order in which light passes them: from the memory to the fibre, or from the fibre of a source to the memory.
    interfaces_b : Sequence[str]
        The same at node_b.
    light_mismatch : Literal["refuse", "price"]
        What becomes of photons that are not alike in wavelength or shape.

    Examples
    --------
    >>> import farbell as fb
    >>> heralded = fb.DoubleClick(station="midpoint")
    >>> link = fb.Link(node_a="alice", node_b="bob", fiber=fb.Fiber(length_m="20 km"), generation=heralded)
    >>> link.fiber.length_m
    20000.0
    """
    def __init__(
        self,
        *,
        name: str = '',
        node_a: str,
        node_b: str,
        fiber: Fiber | Mapping[str, Any],
        generation: Given | DoubleClick | SingleClick | MidpointSource | SenderReceiver | RepeaterGraph | Mapping[str, Any],
        distillation: Distillation | Mapping[str, Any] | None = None,
        drift: Drift | Mapping[str, Any] | None = None,
        interfaces_a: Sequence[str] = [],
        interfaces_b: Sequence[str] = [],
        light_mismatch: Literal["refuse", "price"] = 'refuse',
    ) -> None: ...
    def replace(
        self,
        *,
        name: str = ...,
        node_a: str = ...,
        node_b: str = ...,
        fiber: Fiber | Mapping[str, Any] = ...,
        generation: Given | DoubleClick | SingleClick | MidpointSource | SenderReceiver | RepeaterGraph | Mapping[str, Any] = ...,
        distillation: Distillation | Mapping[str, Any] | None = ...,
        drift: Drift | Mapping[str, Any] | None = ...,
        interfaces_a: Sequence[str] = ...,
        interfaces_b: Sequence[str] = ...,
        light_mismatch: Literal["refuse", "price"] = ...,
    ) -> Link:
        """A new Link with these fields changed."""
    @property
    def name(self) -> str:
        """Unique name; empty = "node_a--node_b"."""
    @property
    def node_a(self) -> str:
        """Name of one end."""
    @property
    def node_b(self) -> str:
        """Name of the other end."""
    @property
    def fiber(self) -> Fiber:
        """The fibre."""
    @property
    def generation(self) -> Given | DoubleClick | SingleClick | MidpointSource | SenderReceiver | RepeaterGraph:
        """How the link makes pairs."""
    @property
    def distillation(self) -> Distillation | None:
        """How the link's pairs are distilled before they are swapped; null = not."""
    @property
    def drift(self) -> Drift | None:
        """How the link gets worse with time; null = not."""
    @property
    def interfaces_a(self) -> tuple[str, ...]:
        """Names of the interfaces at node_a, in the order in which light passes them: from the memory to the fibre, or from the fibre of a source to the memory."""
    @property
    def interfaces_b(self) -> tuple[str, ...]:
        """The same at node_b."""
    @property
    def light_mismatch(self) -> Literal["refuse", "price"]:
        """What becomes of photons that are not alike in wavelength or shape."""
    def with_values(self, values: dict[str, Any]) -> Link:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Link:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Link:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Change:
    """A change of a link at a given time.

    Parameters
    ----------
    at_s : float | str
        When the change happens. [s]
    link : str
        Name of the link.
    generation : Given | DoubleClick | SingleClick | MidpointSource | SenderReceiver | RepeaterGraph | Mapping[str, Any] | None
        How the link makes pairs from then on; null = the link goes down.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Change(at_s="3 s", link="alice--bob").generation is None  # the link goes down
    True
    """
    def __init__(
        self,
        *,
        at_s: float | str,
        link: str,
        generation: Given | DoubleClick | SingleClick | MidpointSource | SenderReceiver | RepeaterGraph | Mapping[str, Any] | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        at_s: float | str = ...,
        link: str = ...,
        generation: Given | DoubleClick | SingleClick | MidpointSource | SenderReceiver | RepeaterGraph | Mapping[str, Any] | None = ...,
    ) -> Change:
        """A new Change with these fields changed."""
    @property
    def at_s(self) -> float:
        """When the change happens. [s]"""
    @property
    def link(self) -> str:
        """Name of the link."""
    @property
    def generation(self) -> Given | DoubleClick | SingleClick | MidpointSource | SenderReceiver | RepeaterGraph | None:
        """How the link makes pairs from then on; null = the link goes down."""
    def with_values(self, values: dict[str, Any]) -> Change:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Change:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Change:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Failure:
    """Nodes and links that are down together: at random, with `mtbf_s` and `mttr_s`, or in the windows of `down`.

    Parameters
    ----------
    name : str
        Unique name, such as "maintenance"; empty = the names of what fails, joined by "+".
    nodes : Sequence[str]
        Names of the nodes that fail; all their links are down, and their qubits lost.
    links : Sequence[str]
        Names of the links that fail.
    regions : Sequence[str]
        Names of regions all of whose nodes fail.
    mtbf_s : float | str | None
        Mean time between failures: of the exponential time from a repair, or the start, to the next failure; null = at stated times. [s]
    mttr_s : float | str | None
        Mean time to repair, exponential; given if `mtbf_s` is. [s]
    down : Sequence[Sequence[float | str]]
        Windows [from, until] in which they are down, each after the one before: failures, maintenance, links not there yet or not any more. [s]

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Failure(nodes=["Utrecht"], down=[("10 s", "20 s")]).down
    ((10.0, 20.0),)
    >>> fb.Failure(links=["alice--bob", "alice--carol"], mtbf_s="100 h", mttr_s="2 h").mtbf_s
    360000.0
    """
    def __init__(
        self,
        *,
        name: str = '',
        nodes: Sequence[str] = [],
        links: Sequence[str] = [],
        regions: Sequence[str] = [],
        mtbf_s: float | str | None = None,
        mttr_s: float | str | None = None,
        down: Sequence[Sequence[float | str]] = [],
    ) -> None: ...
    def replace(
        self,
        *,
        name: str = ...,
        nodes: Sequence[str] = ...,
        links: Sequence[str] = ...,
        regions: Sequence[str] = ...,
        mtbf_s: float | str | None = ...,
        mttr_s: float | str | None = ...,
        down: Sequence[Sequence[float | str]] = ...,
    ) -> Failure:
        """A new Failure with these fields changed."""
    @property
    def name(self) -> str:
        """Unique name, such as "maintenance"; empty = the names of what fails, joined by "+"."""
    @property
    def nodes(self) -> tuple[str, ...]:
        """Names of the nodes that fail; all their links are down, and their qubits lost."""
    @property
    def links(self) -> tuple[str, ...]:
        """Names of the links that fail."""
    @property
    def regions(self) -> tuple[str, ...]:
        """Names of regions all of whose nodes fail."""
    @property
    def mtbf_s(self) -> float | None:
        """Mean time between failures: of the exponential time from a repair, or the start, to the next failure; null = at stated times. [s]"""
    @property
    def mttr_s(self) -> float | None:
        """Mean time to repair, exponential; given if `mtbf_s` is. [s]"""
    @property
    def down(self) -> tuple[tuple[float, ...], ...]:
        """Windows [from, until] in which they are down, each after the one before: failures, maintenance, links not there yet or not any more. [s]"""
    def with_values(self, values: dict[str, Any]) -> Failure:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Failure:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Failure:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class WeightedRoute:
    """A route of a demand that is stated, and its share of the demand's circuits.

    Parameters
    ----------
    nodes : Sequence[str]
        Names of the nodes from node_a to node_b.
    weight : float
        Its share, against the weights of the demand's other routes.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.WeightedRoute(nodes=["a", "b"], weight=2).weight
    2.0
    """
    def __init__(self, *, nodes: Sequence[str], weight: float = 1.0) -> None: ...
    def replace(self, *, nodes: Sequence[str] = ..., weight: float = ...) -> WeightedRoute:
        """A new WeightedRoute with these fields changed."""
    @property
    def nodes(self) -> tuple[str, ...]:
        """Names of the nodes from node_a to node_b."""
    @property
    def weight(self) -> float:
        """Its share, against the weights of the demand's other routes."""
    def with_values(self, values: dict[str, Any]) -> WeightedRoute:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> WeightedRoute:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> WeightedRoute:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Routing:
    """How the routes of demands are chosen.

    Parameters
    ----------
    kind : Literal["hops", "length", "seconds_per_pair", "fidelity", "widest", "entanglement_rate", "greedy_fidelity", "q_path", "q_leap", "multicommodity"]
        What makes a route the best.
    alternatives : int
        Routes that a demand may take, the least-cost ones: where one has not the free slots now, or is down, the next is tried.
    fidelity_constrained : bool
        Whether demands take only those of their alternatives that can reach their `min_fidelity`.
    coherence_s : float | str | None
        With `entanglement_rate`: routes whose pairs take longer are none; null = all are. [s]
    max_purification_rounds : int | None
        With `q_path` and `q_leap`: most rounds on a link; null = 3.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Routing(kind="hops").kind
    'hops'
    """
    def __init__(
        self,
        *,
        kind: Literal["hops", "length", "seconds_per_pair", "fidelity", "widest", "entanglement_rate", "greedy_fidelity", "q_path", "q_leap", "multicommodity"] = 'seconds_per_pair',
        alternatives: int = 1,
        fidelity_constrained: bool = False,
        coherence_s: float | str | None = None,
        max_purification_rounds: int | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        kind: Literal["hops", "length", "seconds_per_pair", "fidelity", "widest", "entanglement_rate", "greedy_fidelity", "q_path", "q_leap", "multicommodity"] = ...,
        alternatives: int = ...,
        fidelity_constrained: bool = ...,
        coherence_s: float | str | None = ...,
        max_purification_rounds: int | None = ...,
    ) -> Routing:
        """A new Routing with these fields changed."""
    @property
    def kind(
        self,
    ) -> Literal["hops", "length", "seconds_per_pair", "fidelity", "widest", "entanglement_rate", "greedy_fidelity", "q_path", "q_leap", "multicommodity"]:
        """What makes a route the best."""
    @property
    def alternatives(self) -> int:
        """Routes that a demand may take, the least-cost ones: where one has not the free slots now, or is down, the next is tried."""
    @property
    def fidelity_constrained(self) -> bool:
        """Whether demands take only those of their alternatives that can reach their `min_fidelity`."""
    @property
    def coherence_s(self) -> float | None:
        """With `entanglement_rate`: routes whose pairs take longer are none; null = all are. [s]"""
    @property
    def max_purification_rounds(self) -> int | None:
        """With `q_path` and `q_leap`: most rounds on a link; null = 3."""
    def with_values(self, values: dict[str, Any]) -> Routing:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Routing:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Routing:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class ShortestRouter:
    """In rounds: each demand has its least-cost route, if nobody before it has taken what it needs.

    Parameters
    ----------

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Rounds(router=fb.ShortestRouter(), round_s="1 ms", attempt_s="0.5 ms").router == fb.ShortestRouter()
    True
    """
    def __init__(self) -> None: ...
    def replace(self) -> ShortestRouter:
        """A new ShortestRouter with these fields changed."""
    def with_values(self, values: dict[str, Any]) -> ShortestRouter:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> ShortestRouter:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> ShortestRouter:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class GreedyRouter:
    """In rounds: paths go hop by hop to the neighbour nearest to their end, as many as there are lanes for.

    Parameters
    ----------

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Rounds(router=fb.GreedyRouter(), round_s="1 ms", attempt_s="0.5 ms", channels=2).channels
    2
    """
    def __init__(self) -> None: ...
    def replace(self) -> GreedyRouter:
        """A new GreedyRouter with these fields changed."""
    def with_values(self, values: dict[str, Any]) -> GreedyRouter:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> GreedyRouter:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> GreedyRouter:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class QPassRouter:
    """In rounds: Q-PASS, paths out of the `alternatives` that each demand has before the run, and recovery of segments.

    Parameters
    ----------
    link_state_hops : int
        How many hops away nodes know of links that succeeded.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.QPassRouter(link_state_hops=2).link_state_hops
    2
    """
    def __init__(self, *, link_state_hops: int = 3) -> None: ...
    def replace(self, *, link_state_hops: int = ...) -> QPassRouter:
        """A new QPassRouter with these fields changed."""
    @property
    def link_state_hops(self) -> int:
        """How many hops away nodes know of links that succeeded."""
    def with_values(self, values: dict[str, Any]) -> QPassRouter:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> QPassRouter:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> QPassRouter:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class QCastRouter:
    """In rounds: Q-CAST, paths found anew in each round for those who want one then, and recovery paths.

    Parameters
    ----------
    link_state_hops : int
        How many hops away nodes know of links that succeeded; 0 = they know of none, and there are no recovery paths.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.QCastRouter().link_state_hops
    3
    """
    def __init__(self, *, link_state_hops: int = 3) -> None: ...
    def replace(self, *, link_state_hops: int = ...) -> QCastRouter:
        """A new QCastRouter with these fields changed."""
    @property
    def link_state_hops(self) -> int:
        """How many hops away nodes know of links that succeeded; 0 = they know of none, and there are no recovery paths."""
    def with_values(self, values: dict[str, Any]) -> QCastRouter:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> QCastRouter:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> QCastRouter:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class MultipathLocalRouter:
    """In rounds: all links attempt, and each node joins those two of its pairs that lead nearest to the ends, knowing of no other links.

    Parameters
    ----------

    Examples
    --------
    >>> import farbell as fb
    >>> rounds = fb.Rounds(router=fb.MultipathLocalRouter(), round_s="1 ms", attempt_s="0.5 ms")
    >>> fb.grid(3, 3, rounds=rounds).rounds.attempt_s
    0.0005
    """
    def __init__(self) -> None: ...
    def replace(self) -> MultipathLocalRouter:
        """A new MultipathLocalRouter with these fields changed."""
    def with_values(self, values: dict[str, Any]) -> MultipathLocalRouter:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> MultipathLocalRouter:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> MultipathLocalRouter:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class MultipathGlobalRouter:
    """In rounds: all links attempt, and paths are chosen when everybody knows which have succeeded.

    Parameters
    ----------

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Rounds(router=fb.MultipathGlobalRouter(), round_s="1 ms", attempt_s="0.5 ms").to_dict()["router"]["kind"]
    'multipath_global'
    """
    def __init__(self) -> None: ...
    def replace(self) -> MultipathGlobalRouter:
        """A new MultipathGlobalRouter with these fields changed."""
    def with_values(self, values: dict[str, Any]) -> MultipathGlobalRouter:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> MultipathGlobalRouter:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> MultipathGlobalRouter:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class GhzFusionRouter:
    """In rounds: all links attempt, and each node measures all pairs that it has together, in GHZ bases, knowing of no other links.

    Parameters
    ----------
    max_links : int
        How many pairs a node measures together, at most: the n of n-fusion; 2 = Bell measurements.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Rounds(router=fb.GhzFusionRouter(max_links=4), round_s="1 ms", attempt_s="0.5 ms").to_dict()["router"]["kind"]
    'ghz_fusion'
    """
    def __init__(self, *, max_links: int = 3) -> None: ...
    def replace(self, *, max_links: int = ...) -> GhzFusionRouter:
        """A new GhzFusionRouter with these fields changed."""
    @property
    def max_links(self) -> int:
        """How many pairs a node measures together, at most: the n of n-fusion; 2 = Bell measurements."""
    def with_values(self, values: dict[str, Any]) -> GhzFusionRouter:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> GhzFusionRouter:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> GhzFusionRouter:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Rounds:
    """Entanglement is routed network-wide in rounds, instead of by circuits of each demand.

    Parameters
    ----------
    router : ShortestRouter | GreedyRouter | QPassRouter | QCastRouter | MultipathLocalRouter | MultipathGlobalRouter | GhzFusionRouter | Mapping[str, Any]
        Which lanes attempt in a round, and which pairs are joined.
    round_s : float | str
        Time from the start of a round to that of the next. [s]
    attempt_s : float | str
        How long links attempt in a round: so many attempts as end within it, heralds included. [s]
    channels : int
        Lanes that a link may have in a round, each with a memory slot at both ends.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Rounds(router=fb.QCastRouter(), round_s="2 ms", attempt_s="1 ms", channels=3).round_s
    0.002
    """
    def __init__(
        self,
        *,
        router: ShortestRouter | GreedyRouter | QPassRouter | QCastRouter | MultipathLocalRouter | MultipathGlobalRouter | GhzFusionRouter | Mapping[str, Any] = ...,
        round_s: float | str,
        attempt_s: float | str,
        channels: int = 1,
    ) -> None: ...
    def replace(
        self,
        *,
        router: ShortestRouter | GreedyRouter | QPassRouter | QCastRouter | MultipathLocalRouter | MultipathGlobalRouter | GhzFusionRouter | Mapping[str, Any] = ...,
        round_s: float | str = ...,
        attempt_s: float | str = ...,
        channels: int = ...,
    ) -> Rounds:
        """A new Rounds with these fields changed."""
    @property
    def router(
        self,
    ) -> ShortestRouter | GreedyRouter | QPassRouter | QCastRouter | MultipathLocalRouter | MultipathGlobalRouter | GhzFusionRouter:
        """Which lanes attempt in a round, and which pairs are joined."""
    @property
    def round_s(self) -> float:
        """Time from the start of a round to that of the next. [s]"""
    @property
    def attempt_s(self) -> float:
        """How long links attempt in a round: so many attempts as end within it, heralds included. [s]"""
    @property
    def channels(self) -> int:
        """Lanes that a link may have in a round, each with a memory slot at both ends."""
    def with_values(self, values: dict[str, Any]) -> Rounds:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Rounds:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Rounds:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class IdealControl:
    """Whoever needs a route knows at once what the ends of links know.

    Parameters
    ----------

    Examples
    --------
    >>> import farbell as fb
    """
    def __init__(self) -> None: ...
    def replace(self) -> IdealControl:
        """A new IdealControl with these fields changed."""
    def with_values(self, values: dict[str, Any]) -> IdealControl:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> IdealControl:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> IdealControl:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class CentralControl:
    """A controller at a node works out all routes, of what messages have told it (software-defined networking).

    Parameters
    ----------
    place : str
        Name of the node at which the controller is.
    mode : Literal["proactive", "reactive"]
        Whether routes are told when links change, or asked for when they are needed.
    processing_s : float | str
        Time in which the controller works out routes, after news or a question. [s]

    Examples
    --------
    >>> import farbell as fb
    """
    def __init__(
        self,
        *,
        place: str,
        mode: Literal["proactive", "reactive"] = 'proactive',
        processing_s: float | str = 0.0,
    ) -> None: ...
    def replace(
        self,
        *,
        place: str = ...,
        mode: Literal["proactive", "reactive"] = ...,
        processing_s: float | str = ...,
    ) -> CentralControl:
        """A new CentralControl with these fields changed."""
    @property
    def place(self) -> str:
        """Name of the node at which the controller is."""
    @property
    def mode(self) -> Literal["proactive", "reactive"]:
        """Whether routes are told when links change, or asked for when they are needed."""
    @property
    def processing_s(self) -> float:
        """Time in which the controller works out routes, after news or a question. [s]"""
    def with_values(self, values: dict[str, Any]) -> CentralControl:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> CentralControl:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> CentralControl:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class LinkState:
    """Nodes flood the network with what happens to their links; the node at end A of a demand decides by what has reached it.

    Parameters
    ----------
    processing_s : float | str
        Time in which a node works out its routes after news. [s]

    Examples
    --------
    >>> import farbell as fb
    """
    def __init__(self, *, processing_s: float | str = 0.0) -> None: ...
    def replace(self, *, processing_s: float | str = ...) -> LinkState:
        """A new LinkState with these fields changed."""
    @property
    def processing_s(self) -> float:
        """Time in which a node works out its routes after news. [s]"""
    def with_values(self, values: dict[str, Any]) -> LinkState:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> LinkState:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> LinkState:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class LocalControl:
    """Nodes know of their own links only, and the map of the start: before each circuit a message searches its way from node to node.

    Parameters
    ----------
    retry_s : float | str
        Time after which a demand whose search found no way, and whose requests wait, searches again. [s]
    needs_free_slots : bool
        Whether a node between the ends sends a search back where it has not the slots free that the circuit needs there.

    Examples
    --------
    >>> import farbell as fb
    """
    def __init__(self, *, retry_s: float | str = 0.01, needs_free_slots: bool = False) -> None: ...
    def replace(self, *, retry_s: float | str = ..., needs_free_slots: bool = ...) -> LocalControl:
        """A new LocalControl with these fields changed."""
    @property
    def retry_s(self) -> float:
        """Time after which a demand whose search found no way, and whose requests wait, searches again. [s]"""
    @property
    def needs_free_slots(self) -> bool:
        """Whether a node between the ends sends a search back where it has not the slots free that the circuit needs there."""
    def with_values(self, values: dict[str, Any]) -> LocalControl:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> LocalControl:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> LocalControl:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class ProgramControl:
    """A program at a node decides on routes, of what messages have told it, and installs them at the ends of demands.

    Parameters
    ----------
    place : str
        Name of the node whose program is the controller.

    Examples
    --------
    >>> import farbell as fb
    """
    def __init__(self, *, place: str) -> None: ...
    def replace(self, *, place: str = ...) -> ProgramControl:
        """A new ProgramControl with these fields changed."""
    @property
    def place(self) -> str:
        """Name of the node whose program is the controller."""
    def with_values(self, values: dict[str, Any]) -> ProgramControl:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> ProgramControl:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> ProgramControl:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class ClassicalMessages:
    """What happens to classical messages on their way, beside the delays of fibres and nodes: nothing, unless it is said here.

    Parameters
    ----------
    jitter_s : float | str
        Mean of the exponential delay that each message has beside that of its way, so that messages overtake each other. [s]
    loss_probability : float
        Probability that a message, or a copy of it that is sent again, is lost on its way.
    retransmission_timeout_s : float | str | None
        How long protocols wait before they send a message again, until it has arrived; null = never. A round trip at least, in practice. [s]
    in_order : bool
        Whether messages of programs from one node to another are received in the order in which they were sent.
    lost : Sequence[int]
        Messages that are lost, whatever chance says: numbers, from 0, in the order in which messages are sent in a run.

    Examples
    --------
    >>> import farbell as fb
    >>> messages = fb.ClassicalMessages(jitter_s="10 us", loss_probability=0.01, retransmission_timeout_s="1 ms")
    >>> fb.chain(nodes=3, messages=messages).messages.jitter_s
    1e-05
    """
    def __init__(
        self,
        *,
        jitter_s: float | str = 0.0,
        loss_probability: float = 0.0,
        retransmission_timeout_s: float | str | None = None,
        in_order: bool = False,
        lost: Sequence[int] = [],
    ) -> None: ...
    def replace(
        self,
        *,
        jitter_s: float | str = ...,
        loss_probability: float = ...,
        retransmission_timeout_s: float | str | None = ...,
        in_order: bool = ...,
        lost: Sequence[int] = ...,
    ) -> ClassicalMessages:
        """A new ClassicalMessages with these fields changed."""
    @property
    def jitter_s(self) -> float:
        """Mean of the exponential delay that each message has beside that of its way, so that messages overtake each other. [s]"""
    @property
    def loss_probability(self) -> float:
        """Probability that a message, or a copy of it that is sent again, is lost on its way."""
    @property
    def retransmission_timeout_s(self) -> float | None:
        """How long protocols wait before they send a message again, until it has arrived; null = never. A round trip at least, in practice. [s]"""
    @property
    def in_order(self) -> bool:
        """Whether messages of programs from one node to another are received in the order in which they were sent."""
    @property
    def lost(self) -> tuple[int, ...]:
        """Messages that are lost, whatever chance says: numbers, from 0, in the order in which messages are sent in a run."""
    def with_values(self, values: dict[str, Any]) -> ClassicalMessages:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> ClassicalMessages:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> ClassicalMessages:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class OneOff:
    """Requests that are all asked at one time.

    Parameters
    ----------
    at_s : float | str
        When they are asked. [s]
    requests : int
        How many.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.OneOff(requests=5, at_s="10 ms").requests
    5
    """
    def __init__(self, *, at_s: float | str = 0.0, requests: int = 1) -> None: ...
    def replace(self, *, at_s: float | str = ..., requests: int = ...) -> OneOff:
        """A new OneOff with these fields changed."""
    @property
    def at_s(self) -> float:
        """When they are asked. [s]"""
    @property
    def requests(self) -> int:
        """How many."""
    def with_values(self, values: dict[str, Any]) -> OneOff:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> OneOff:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> OneOff:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class BackToBack:
    """Requests each asked when the one before has ended.

    Parameters
    ----------
    at_s : float | str
        When the first is asked. [s]
    requests : int | None
        How many; null = without end.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.BackToBack().requests is None  # the next one is asked when one ends, as long as the run lasts
    True
    """
    def __init__(self, *, at_s: float | str = 0.0, requests: int | None = None) -> None: ...
    def replace(self, *, at_s: float | str = ..., requests: int | None = ...) -> BackToBack:
        """A new BackToBack with these fields changed."""
    @property
    def at_s(self) -> float:
        """When the first is asked. [s]"""
    @property
    def requests(self) -> int | None:
        """How many; null = without end."""
    def with_values(self, values: dict[str, Any]) -> BackToBack:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> BackToBack:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> BackToBack:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Continuous:
    """One request without end.

    Parameters
    ----------
    at_s : float | str
        When it is asked. [s]

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Continuous(at_s="1 s").at_s
    1.0
    """
    def __init__(self, *, at_s: float | str = 0.0) -> None: ...
    def replace(self, *, at_s: float | str = ...) -> Continuous:
        """A new Continuous with these fields changed."""
    @property
    def at_s(self) -> float:
        """When it is asked. [s]"""
    def with_values(self, values: dict[str, Any]) -> Continuous:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Continuous:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Continuous:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Poisson:
    """Requests asked at random times, independently of each other.

    Parameters
    ----------
    rate_hz : float | str
        Mean number of requests per second. [Hz]
    at_s : float | str
        From when on. [s]

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Poisson(rate_hz="2 kHz").rate_hz
    2000.0
    """
    def __init__(self, *, rate_hz: float | str, at_s: float | str = 0.0) -> None: ...
    def replace(self, *, rate_hz: float | str = ..., at_s: float | str = ...) -> Poisson:
        """A new Poisson with these fields changed."""
    @property
    def rate_hz(self) -> float:
        """Mean number of requests per second. [Hz]"""
    @property
    def at_s(self) -> float:
        """From when on. [s]"""
    def with_values(self, values: dict[str, Any]) -> Poisson:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Poisson:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Poisson:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Table:
    """Requests asked at listed times.

    Parameters
    ----------
    at_s : Sequence[float | str]
        When each is asked. [s]

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Table(at_s=[0.1, 0.2, 0.5]).at_s
    (0.1, 0.2, 0.5)
    """
    def __init__(self, *, at_s: Sequence[float | str]) -> None: ...
    def replace(self, *, at_s: Sequence[float | str] = ...) -> Table:
        """A new Table with these fields changed."""
    @property
    def at_s(self) -> tuple[float, ...]:
        """When each is asked. [s]"""
    def with_values(self, values: dict[str, Any]) -> Table:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Table:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Table:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class ByPrograms:
    """Requests asked by the programs of either end, which get the pairs.

    Parameters
    ----------

    Examples
    --------
    >>> import farbell as fb
    """
    def __init__(self) -> None: ...
    def replace(self) -> ByPrograms:
        """A new ByPrograms with these fields changed."""
    def with_values(self, values: dict[str, Any]) -> ByPrograms:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> ByPrograms:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> ByPrograms:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Admission:
    """Which requests of a demand are taken when they are asked; the others are refused at once.

    Parameters
    ----------
    rate_hz : float | str | None
        Requests per second that are taken in the long run, by a token bucket; further ones are refused (`rate_exceeded`). null = any rate. [Hz]
    burst : int
        With rate_hz: tokens that the bucket holds, so many requests may come at once after a rest.
    by_deadline : bool
        Whether a request is refused (`deadline_unreachable`) that would miss its deadline if all went on at the expected rate of the route.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Admission(rate_hz=20, burst=5).by_deadline
    False
    """
    def __init__(self, *, rate_hz: float | str | None = None, burst: int = 1, by_deadline: bool = False) -> None: ...
    def replace(self, *, rate_hz: float | str | None = ..., burst: int = ..., by_deadline: bool = ...) -> Admission:
        """A new Admission with these fields changed."""
    @property
    def rate_hz(self) -> float | None:
        """Requests per second that are taken in the long run, by a token bucket; further ones are refused (`rate_exceeded`). null = any rate. [Hz]"""
    @property
    def burst(self) -> int:
        """With rate_hz: tokens that the bucket holds, so many requests may come at once after a rest."""
    @property
    def by_deadline(self) -> bool:
        """Whether a request is refused (`deadline_unreachable`) that would miss its deadline if all went on at the expected rate of the route."""
    def with_values(self, values: dict[str, Any]) -> Admission:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Admission:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Admission:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Demand:
    """A pair of nodes that asks for entangled pairs.

    Parameters
    ----------
    name : str
        Unique name; empty = "node_a->node_b".
    node_a : str
        Name of one end.
    node_b : str
        Name of the other end.
    traffic : Continuous | OneOff | BackToBack | Poisson | Table | ByPrograms | Mapping[str, Any]
        When requests are asked.
    pairs_per_request : int
        Pairs that a request asks for (a continuous request has no end).
    width : int
        Memory slots that a request uses at both ends of every hop of the route.
    min_fidelity : float
        Pairs below this fidelity are rejected, and counted.
    deadline_s : float | str | None
        Time after which a request is given up, counted from when it was asked; null = never. [s]
    reservation_s : float | str | None
        How long the demand may keep its slots in a row; null = until its requests have ended. [s]
    max_queue : int | None
        Requests that may wait or be served at a time, further ones are refused; null = any number.
    concurrent_requests : int
        Requests that may be served at a time, each over a circuit with slots of its own; the others wait.
    max_wait_s : float | str | None
        Longest time from when a request is asked until it is served, after which it is refused (`not_served`); 0 = served at once or not at all; null = any time. [s]
    admission : Admission | Mapping[str, Any] | None
        Which requests are taken when they are asked; null = all.
    priority : int
        Who waits for memory slots is served before those of lower priority, and among equals as `scheduler` says; with reservation ledger.
    weight : float
        With scheduler weighted_fair: its share of memory slots times time, or of the time of a switch's stations, where others wait, against the weights of these.
    use : Literal["keep", "measure"]
        What is done with a delivered pair.
    z_basis_probability : float
        With use measure: probability that an end measures in the Z basis, else X.
    pipelined : bool
        Whether hops go on making pairs while earlier ones are under way; false = at most `width` at a time on each hop until they are delivered or known to be lost.
    generate_when_idle : bool
        Whether links keep making pairs while no request is open; those pairs are surplus.
    reserved : Sequence[Sequence[float | str]]
        Windows [from, until], each after the one before, in which its circuits are set up and keep their slots, requests or not, as with generate_when_idle. [s]
    buffer : int | None
        With generate_when_idle: pairs that are kept at both ends for later requests, each in a slot of both; at least `width`. An end has so many slots instead of `width`, and no pairs are made while all hold one. null = none are kept.
    route : Sequence[str]
        Names of the nodes from node_a to node_b; empty = found by routing.
    routes : Sequence[WeightedRoute | Mapping[str, Any]]
        Several routes of its own, which its circuits take in turn, in proportion to their weights; empty = `route`, or found by routing.
    swapping : Asap | Doubling | Sequential | Tree | PolicyTable | Mapping[str, Any]
        In which order the nodes between the ends swap.
    cutoff : Cutoff | Mapping[str, Any] | None
        When waiting qubits are given up; null = never.
    distillation : Distillation | Mapping[str, Any] | None
        How end-to-end pairs are distilled before they are delivered; null = not.
    rules : Sequence[Rule | Mapping[str, Any]]
        Decisions of one's own, at most one for each point: whether to swap, to give up, to take a request.

    Examples
    --------
    >>> import farbell as fb
    >>> demand = fb.Demand(node_a="alice", node_b="bob", traffic=fb.Poisson(rate_hz=10), deadline_s="50 ms")
    >>> demand.deadline_s
    0.05
    """
    def __init__(
        self,
        *,
        name: str = '',
        node_a: str,
        node_b: str,
        traffic: Continuous | OneOff | BackToBack | Poisson | Table | ByPrograms | Mapping[str, Any] = ...,
        pairs_per_request: int = 1,
        width: int = 1,
        min_fidelity: float = 0.0,
        deadline_s: float | str | None = None,
        reservation_s: float | str | None = None,
        max_queue: int | None = None,
        concurrent_requests: int = 1,
        max_wait_s: float | str | None = None,
        admission: Admission | Mapping[str, Any] | None = None,
        priority: int = 0,
        weight: float = 1.0,
        use: Literal["keep", "measure"] = 'keep',
        z_basis_probability: float = 0.5,
        pipelined: bool = True,
        generate_when_idle: bool = False,
        reserved: Sequence[Sequence[float | str]] = [],
        buffer: int | None = None,
        route: Sequence[str] = [],
        routes: Sequence[WeightedRoute | Mapping[str, Any]] = [],
        swapping: Asap | Doubling | Sequential | Tree | PolicyTable | Mapping[str, Any] = ...,
        cutoff: Cutoff | Mapping[str, Any] | None = None,
        distillation: Distillation | Mapping[str, Any] | None = None,
        rules: Sequence[Rule | Mapping[str, Any]] = [],
    ) -> None: ...
    def replace(
        self,
        *,
        name: str = ...,
        node_a: str = ...,
        node_b: str = ...,
        traffic: Continuous | OneOff | BackToBack | Poisson | Table | ByPrograms | Mapping[str, Any] = ...,
        pairs_per_request: int = ...,
        width: int = ...,
        min_fidelity: float = ...,
        deadline_s: float | str | None = ...,
        reservation_s: float | str | None = ...,
        max_queue: int | None = ...,
        concurrent_requests: int = ...,
        max_wait_s: float | str | None = ...,
        admission: Admission | Mapping[str, Any] | None = ...,
        priority: int = ...,
        weight: float = ...,
        use: Literal["keep", "measure"] = ...,
        z_basis_probability: float = ...,
        pipelined: bool = ...,
        generate_when_idle: bool = ...,
        reserved: Sequence[Sequence[float | str]] = ...,
        buffer: int | None = ...,
        route: Sequence[str] = ...,
        routes: Sequence[WeightedRoute | Mapping[str, Any]] = ...,
        swapping: Asap | Doubling | Sequential | Tree | PolicyTable | Mapping[str, Any] = ...,
        cutoff: Cutoff | Mapping[str, Any] | None = ...,
        distillation: Distillation | Mapping[str, Any] | None = ...,
        rules: Sequence[Rule | Mapping[str, Any]] = ...,
    ) -> Demand:
        """A new Demand with these fields changed."""
    @property
    def name(self) -> str:
        """Unique name; empty = "node_a->node_b"."""
    @property
    def node_a(self) -> str:
        """Name of one end."""
    @property
    def node_b(self) -> str:
        """Name of the other end."""
    @property
    def traffic(self) -> Continuous | OneOff | BackToBack | Poisson | Table | ByPrograms:
        """When requests are asked."""
    @property
    def pairs_per_request(self) -> int:
        """Pairs that a request asks for (a continuous request has no end)."""
    @property
    def width(self) -> int:
        """Memory slots that a request uses at both ends of every hop of the route."""
    @property
    def min_fidelity(self) -> float:
        """Pairs below this fidelity are rejected, and counted."""
    @property
    def deadline_s(self) -> float | None:
        """Time after which a request is given up, counted from when it was asked; null = never. [s]"""
    @property
    def reservation_s(self) -> float | None:
        """How long the demand may keep its slots in a row; null = until its requests have ended. [s]"""
    @property
    def max_queue(self) -> int | None:
        """Requests that may wait or be served at a time, further ones are refused; null = any number."""
    @property
    def concurrent_requests(self) -> int:
        """Requests that may be served at a time, each over a circuit with slots of its own; the others wait."""
    @property
    def max_wait_s(self) -> float | None:
        """Longest time from when a request is asked until it is served, after which it is refused (`not_served`); 0 = served at once or not at all; null = any time. [s]"""
    @property
    def admission(self) -> Admission | None:
        """Which requests are taken when they are asked; null = all."""
    @property
    def priority(self) -> int:
        """Who waits for memory slots is served before those of lower priority, and among equals as `scheduler` says; with reservation ledger."""
    @property
    def weight(self) -> float:
        """With scheduler weighted_fair: its share of memory slots times time, or of the time of a switch's stations, where others wait, against the weights of these."""
    @property
    def use(self) -> Literal["keep", "measure"]:
        """What is done with a delivered pair."""
    @property
    def z_basis_probability(self) -> float:
        """With use measure: probability that an end measures in the Z basis, else X."""
    @property
    def pipelined(self) -> bool:
        """Whether hops go on making pairs while earlier ones are under way; false = at most `width` at a time on each hop until they are delivered or known to be lost."""
    @property
    def generate_when_idle(self) -> bool:
        """Whether links keep making pairs while no request is open; those pairs are surplus."""
    @property
    def reserved(self) -> tuple[tuple[float, ...], ...]:
        """Windows [from, until], each after the one before, in which its circuits are set up and keep their slots, requests or not, as with generate_when_idle. [s]"""
    @property
    def buffer(self) -> int | None:
        """With generate_when_idle: pairs that are kept at both ends for later requests, each in a slot of both; at least `width`. An end has so many slots instead of `width`, and no pairs are made while all hold one. null = none are kept."""
    @property
    def route(self) -> tuple[str, ...]:
        """Names of the nodes from node_a to node_b; empty = found by routing."""
    @property
    def routes(self) -> tuple[WeightedRoute, ...]:
        """Several routes of its own, which its circuits take in turn, in proportion to their weights; empty = `route`, or found by routing."""
    @property
    def swapping(self) -> Asap | Doubling | Sequential | Tree | PolicyTable:
        """In which order the nodes between the ends swap."""
    @property
    def cutoff(self) -> Cutoff | None:
        """When waiting qubits are given up; null = never."""
    @property
    def distillation(self) -> Distillation | None:
        """How end-to-end pairs are distilled before they are delivered; null = not."""
    @property
    def rules(self) -> tuple[Rule, ...]:
        """Decisions of one's own, at most one for each point: whether to swap, to give up, to take a request."""
    def with_values(self, values: dict[str, Any]) -> Demand:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Demand:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Demand:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class GhzDemand:
    """Nodes that ask for GHZ or graph states, of one qubit at each, which a node in their middle, or several along a tree, make of pairs.

    Parameters
    ----------
    name : str
        Name, unlike those of all other demands.
    users : Sequence[str]
        Names of the nodes that share each state, at least two.
    center : str
        Name of the node that has a pair with every user, or every other user, and fuses them; empty = the node with slots enough whose routes to the users cost least in all.
    tree : Literal["star", "steiner", "shortest_paths"]
        Over which links the users are joined: from a center, or along a tree whose hubs (where it branches, and users in between) each fuse what they have.
    edges : Sequence[Sequence[str]]
        Pairs of users that are neighbours in the graph state which they ask for, in the order in which the center makes its gates; empty = a GHZ state.
    traffic : Continuous | OneOff | BackToBack | Poisson | Table | ByPrograms | Mapping[str, Any]
        When requests are asked.
    states_per_request : int
        States that a request asks for (a continuous request has no end).
    width : int
        Memory slots that each arm, from the center to a user, uses at both ends of every hop.
    min_fidelity : float
        States below this fidelity are rejected, and counted.
    bases : Sequence[str]
        Pauli bases in which each user measures its qubit as soon as it knows the state: a letter, X, Y or Z, for each user, in the order of users. One of the list is drawn for each state; empty = states are kept, not measured.
    deadline_s : float | str | None
        Time after which a request is given up, counted from when it was asked; null = never. [s]
    max_queue : int | None
        Requests that may wait or be served at a time, further ones are refused; null = any number.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.GhzDemand(name="trio", users=["alice", "bob", "carol"], traffic=fb.OneOff(requests=10)).users
    ('alice', 'bob', 'carol')
    """
    def __init__(
        self,
        *,
        name: str,
        users: Sequence[str],
        center: str = '',
        tree: Literal["star", "steiner", "shortest_paths"] = 'star',
        edges: Sequence[Sequence[str]] = [],
        traffic: Continuous | OneOff | BackToBack | Poisson | Table | ByPrograms | Mapping[str, Any] = ...,
        states_per_request: int = 1,
        width: int = 1,
        min_fidelity: float = 0.0,
        bases: Sequence[str] = [],
        deadline_s: float | str | None = None,
        max_queue: int | None = None,
    ) -> None: ...
    def replace(
        self,
        *,
        name: str = ...,
        users: Sequence[str] = ...,
        center: str = ...,
        tree: Literal["star", "steiner", "shortest_paths"] = ...,
        edges: Sequence[Sequence[str]] = ...,
        traffic: Continuous | OneOff | BackToBack | Poisson | Table | ByPrograms | Mapping[str, Any] = ...,
        states_per_request: int = ...,
        width: int = ...,
        min_fidelity: float = ...,
        bases: Sequence[str] = ...,
        deadline_s: float | str | None = ...,
        max_queue: int | None = ...,
    ) -> GhzDemand:
        """A new GhzDemand with these fields changed."""
    @property
    def name(self) -> str:
        """Name, unlike those of all other demands."""
    @property
    def users(self) -> tuple[str, ...]:
        """Names of the nodes that share each state, at least two."""
    @property
    def center(self) -> str:
        """Name of the node that has a pair with every user, or every other user, and fuses them; empty = the node with slots enough whose routes to the users cost least in all."""
    @property
    def tree(self) -> Literal["star", "steiner", "shortest_paths"]:
        """Over which links the users are joined: from a center, or along a tree whose hubs (where it branches, and users in between) each fuse what they have."""
    @property
    def edges(self) -> tuple[tuple[str, ...], ...]:
        """Pairs of users that are neighbours in the graph state which they ask for, in the order in which the center makes its gates; empty = a GHZ state."""
    @property
    def traffic(self) -> Continuous | OneOff | BackToBack | Poisson | Table | ByPrograms:
        """When requests are asked."""
    @property
    def states_per_request(self) -> int:
        """States that a request asks for (a continuous request has no end)."""
    @property
    def width(self) -> int:
        """Memory slots that each arm, from the center to a user, uses at both ends of every hop."""
    @property
    def min_fidelity(self) -> float:
        """States below this fidelity are rejected, and counted."""
    @property
    def bases(self) -> tuple[str, ...]:
        """Pauli bases in which each user measures its qubit as soon as it knows the state: a letter, X, Y or Z, for each user, in the order of users. One of the list is drawn for each state; empty = states are kept, not measured."""
    @property
    def deadline_s(self) -> float | None:
        """Time after which a request is given up, counted from when it was asked; null = never. [s]"""
    @property
    def max_queue(self) -> int | None:
        """Requests that may wait or be served at a time, further ones are refused; null = any number."""
    def with_values(self, values: dict[str, Any]) -> GhzDemand:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> GhzDemand:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> GhzDemand:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class ProgramParameter:
    """A number that a program is made with.

    Parameters
    ----------
    name : str
        Name of the argument.
    value : float
        Its value.

    Examples
    --------
    >>> import farbell as fb
    """
    def __init__(self, *, name: str, value: float) -> None: ...
    def replace(self, *, name: str = ..., value: float = ...) -> ProgramParameter:
        """A new ProgramParameter with these fields changed."""
    @property
    def name(self) -> str:
        """Name of the argument."""
    @property
    def value(self) -> float:
        """Its value."""
    def with_values(self, values: dict[str, Any]) -> ProgramParameter:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> ProgramParameter:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> ProgramParameter:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class BoundProgram:
    """A program that runs at a node. Only modules that whoever runs the scenario allows by name are imported.

    Parameters
    ----------
    node : str
        Name of the node.
    program : str
        "module:name" of a class or function in Python.
    parameters : Sequence[ProgramParameter | Mapping[str, Any]]
        Arguments that it is made with.

    Examples
    --------
    >>> import farbell as fb
    """
    def __init__(
        self,
        *,
        node: str,
        program: str,
        parameters: Sequence[ProgramParameter | Mapping[str, Any]] = [],
    ) -> None: ...
    def replace(
        self,
        *,
        node: str = ...,
        program: str = ...,
        parameters: Sequence[ProgramParameter | Mapping[str, Any]] = ...,
    ) -> BoundProgram:
        """A new BoundProgram with these fields changed."""
    @property
    def node(self) -> str:
        """Name of the node."""
    @property
    def program(self) -> str:
        """"module:name" of a class or function in Python."""
    @property
    def parameters(self) -> tuple[ProgramParameter, ...]:
        """Arguments that it is made with."""
    def with_values(self, values: dict[str, Any]) -> BoundProgram:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> BoundProgram:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> BoundProgram:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Limits:
    """Limits per replica; one that is reached ends the replica and is reported.

    Parameters
    ----------
    max_events : int | None
        Number of events; null = no limit.
    max_wall_s : float | str | None
        Wall-clock time; null = no limit. [s]

    Examples
    --------
    >>> import farbell as fb
    >>> fb.Limits(max_events=1_000_000, max_wall_s="1 min").max_wall_s
    60.0
    """
    def __init__(self, *, max_events: int | None = None, max_wall_s: float | str | None = None) -> None: ...
    def replace(self, *, max_events: int | None = ..., max_wall_s: float | str | None = ...) -> Limits:
        """A new Limits with these fields changed."""
    @property
    def max_events(self) -> int | None:
        """Number of events; null = no limit."""
    @property
    def max_wall_s(self) -> float | None:
        """Wall-clock time; null = no limit. [s]"""
    def with_values(self, values: dict[str, Any]) -> Limits:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Limits:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Limits:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Scenario:
    """Everything that decides the outcome of a run.

    Parameters
    ----------
    version : int
        Version of the format.
    name : str
        Short name, for titles.
    description : str
        What the scenario is about.
    seed : int
        Root of every random stream, below 2^63.
    duration_s : float | str
        Simulated time. [s]
    warm_up_s : float | str
        Time at the start that statistics leave out. [s]
    tick : Literal["ps", "ns"]
        Resolution of simulated time.
    state : Literal["pair_density", "bell_diagonal", "stabilizer", "density", "ket", "auto"]
        How the states of pairs are held.
    approximate : Literal["none", "pauli_twirl"]
        Approximation that is accepted, by name.
    control : Literal["messages", "ideal"]
        How nodes learn what happened elsewhere.
    messages : ClassicalMessages | Mapping[str, Any]
        With control messages: loss, jitter and order of classical messages.
    timing : Literal["real", "slotted"]
        When attempts happen.
    slot_s : float | str | None
        With timing slotted: length of a slot. [s]
    detail : Literal["skip", "attempt"]
        How attempts are simulated.
    record : Literal["rows", "summary"]
        What a run keeps.
    routing : Routing | Mapping[str, Any]
        How routes are chosen.
    rounds : Rounds | Mapping[str, Any] | None
        Entanglement is routed network-wide in rounds; null = by circuits of each demand.
    control_plane : IdealControl | CentralControl | LinkState | LocalControl | ProgramControl | Mapping[str, Any]
        Who decides on routes, and what they know of the links.
    reservation : Literal["ledger", "hop_by_hop"]
        How circuits come by their memory slots.
    scheduler : Literal["fifo", "weighted_fair", "max_weight", "earliest_deadline"]
        Which of the circuits that wait for memory slots go first, among those of equal `priority`; with reservation ledger.
    on_deadlock : Literal["report", "release", "stop"]
        With reservation hop_by_hop: what to do when circuits wait for each other for ever.
    max_open_requests : int | None
        Requests of all demands for pairs that may wait or be served at a time, further ones are refused (`network_full`); null = any number.
    limits : Limits | Mapping[str, Any]
        Limits on a run.
    memories : Sequence[Memory | Mapping[str, Any]]
        Kinds of memory.
    stations : Sequence[Station | Mapping[str, Any]]
        Kinds of midpoint station.
    interfaces : Sequence[FrequencyConverter | Transducer | EncodingConverter | Mapping[str, Any]]
        Converters and transducers of light; links refer to them by name.
    nodes : Sequence[Node | Mapping[str, Any]]
        Nodes.
    links : Sequence[Link | Mapping[str, Any]]
        Links.
    switches : Sequence[OpticalSwitch | Mapping[str, Any]]
        Optical switches by which links share stations.
    demands : Sequence[Demand | Mapping[str, Any]]
        Demands for pairs.
    ghz_demands : Sequence[GhzDemand | Mapping[str, Any]]
        Demands for GHZ states.
    programs : Sequence[BoundProgram | Mapping[str, Any]]
        Programs that run at nodes.
    changes : Sequence[Change | Mapping[str, Any]]
        Changes of links during the run.
    failures : Sequence[Failure | Mapping[str, Any]]
        Nodes and links that fail during the run.
    heartbeat_period_s : float | str | None
        Neighbours notice failures by heartbeats that do not come, sent so often; null = everybody knows at once. [s]
    missed_heartbeats : int
        With heartbeat_period_s: how many that are missed in a row make a failure.
    credits : Sequence[str]
        Whom to credit for the data.
    notes : Sequence[str]
        What a reader should know about the data.

    Examples
    --------
    >>> import farbell as fb
    >>> scenario = fb.chain(nodes=3, length_m="20 km")
    >>> longer = scenario.replace(duration_s="5 s", seed=7)
    >>> longer.duration_s, scenario.duration_s
    (5.0, 1.0)
    >>> fb.Scenario.from_json(longer.to_json()) == longer
    True
    """
    def __init__(
        self,
        *,
        version: int = 1,
        name: str = '',
        description: str = '',
        seed: int = 0,
        duration_s: float | str,
        warm_up_s: float | str = 0.0,
        tick: Literal["ps", "ns"] = 'ps',
        state: Literal["pair_density", "bell_diagonal", "stabilizer", "density", "ket", "auto"] = 'pair_density',
        approximate: Literal["none", "pauli_twirl"] = 'none',
        control: Literal["messages", "ideal"] = 'messages',
        messages: ClassicalMessages | Mapping[str, Any] = ...,
        timing: Literal["real", "slotted"] = 'real',
        slot_s: float | str | None = None,
        detail: Literal["skip", "attempt"] = 'skip',
        record: Literal["rows", "summary"] = 'rows',
        routing: Routing | Mapping[str, Any] = ...,
        rounds: Rounds | Mapping[str, Any] | None = None,
        control_plane: IdealControl | CentralControl | LinkState | LocalControl | ProgramControl | Mapping[str, Any] = ...,
        reservation: Literal["ledger", "hop_by_hop"] = 'ledger',
        scheduler: Literal["fifo", "weighted_fair", "max_weight", "earliest_deadline"] = 'fifo',
        on_deadlock: Literal["report", "release", "stop"] = 'report',
        max_open_requests: int | None = None,
        limits: Limits | Mapping[str, Any] = ...,
        memories: Sequence[Memory | Mapping[str, Any]] = [],
        stations: Sequence[Station | Mapping[str, Any]] = [],
        interfaces: Sequence[FrequencyConverter | Transducer | EncodingConverter | Mapping[str, Any]] = [],
        nodes: Sequence[Node | Mapping[str, Any]] = [],
        links: Sequence[Link | Mapping[str, Any]] = [],
        switches: Sequence[OpticalSwitch | Mapping[str, Any]] = [],
        demands: Sequence[Demand | Mapping[str, Any]] = [],
        ghz_demands: Sequence[GhzDemand | Mapping[str, Any]] = [],
        programs: Sequence[BoundProgram | Mapping[str, Any]] = [],
        changes: Sequence[Change | Mapping[str, Any]] = [],
        failures: Sequence[Failure | Mapping[str, Any]] = [],
        heartbeat_period_s: float | str | None = None,
        missed_heartbeats: int = 3,
        credits: Sequence[str] = [],
        notes: Sequence[str] = [],
    ) -> None: ...
    def replace(
        self,
        *,
        version: int = ...,
        name: str = ...,
        description: str = ...,
        seed: int = ...,
        duration_s: float | str = ...,
        warm_up_s: float | str = ...,
        tick: Literal["ps", "ns"] = ...,
        state: Literal["pair_density", "bell_diagonal", "stabilizer", "density", "ket", "auto"] = ...,
        approximate: Literal["none", "pauli_twirl"] = ...,
        control: Literal["messages", "ideal"] = ...,
        messages: ClassicalMessages | Mapping[str, Any] = ...,
        timing: Literal["real", "slotted"] = ...,
        slot_s: float | str | None = ...,
        detail: Literal["skip", "attempt"] = ...,
        record: Literal["rows", "summary"] = ...,
        routing: Routing | Mapping[str, Any] = ...,
        rounds: Rounds | Mapping[str, Any] | None = ...,
        control_plane: IdealControl | CentralControl | LinkState | LocalControl | ProgramControl | Mapping[str, Any] = ...,
        reservation: Literal["ledger", "hop_by_hop"] = ...,
        scheduler: Literal["fifo", "weighted_fair", "max_weight", "earliest_deadline"] = ...,
        on_deadlock: Literal["report", "release", "stop"] = ...,
        max_open_requests: int | None = ...,
        limits: Limits | Mapping[str, Any] = ...,
        memories: Sequence[Memory | Mapping[str, Any]] = ...,
        stations: Sequence[Station | Mapping[str, Any]] = ...,
        interfaces: Sequence[FrequencyConverter | Transducer | EncodingConverter | Mapping[str, Any]] = ...,
        nodes: Sequence[Node | Mapping[str, Any]] = ...,
        links: Sequence[Link | Mapping[str, Any]] = ...,
        switches: Sequence[OpticalSwitch | Mapping[str, Any]] = ...,
        demands: Sequence[Demand | Mapping[str, Any]] = ...,
        ghz_demands: Sequence[GhzDemand | Mapping[str, Any]] = ...,
        programs: Sequence[BoundProgram | Mapping[str, Any]] = ...,
        changes: Sequence[Change | Mapping[str, Any]] = ...,
        failures: Sequence[Failure | Mapping[str, Any]] = ...,
        heartbeat_period_s: float | str | None = ...,
        missed_heartbeats: int = ...,
        credits: Sequence[str] = ...,
        notes: Sequence[str] = ...,
    ) -> Scenario:
        """A new Scenario with these fields changed."""
    @property
    def version(self) -> int:
        """Version of the format."""
    @property
    def name(self) -> str:
        """Short name, for titles."""
    @property
    def description(self) -> str:
        """What the scenario is about."""
    @property
    def seed(self) -> int:
        """Root of every random stream, below 2^63."""
    @property
    def duration_s(self) -> float:
        """Simulated time. [s]"""
    @property
    def warm_up_s(self) -> float:
        """Time at the start that statistics leave out. [s]"""
    @property
    def tick(self) -> Literal["ps", "ns"]:
        """Resolution of simulated time."""
    @property
    def state(self) -> Literal["pair_density", "bell_diagonal", "stabilizer", "density", "ket", "auto"]:
        """How the states of pairs are held."""
    @property
    def approximate(self) -> Literal["none", "pauli_twirl"]:
        """Approximation that is accepted, by name."""
    @property
    def control(self) -> Literal["messages", "ideal"]:
        """How nodes learn what happened elsewhere."""
    @property
    def messages(self) -> ClassicalMessages:
        """With control messages: loss, jitter and order of classical messages."""
    @property
    def timing(self) -> Literal["real", "slotted"]:
        """When attempts happen."""
    @property
    def slot_s(self) -> float | None:
        """With timing slotted: length of a slot. [s]"""
    @property
    def detail(self) -> Literal["skip", "attempt"]:
        """How attempts are simulated."""
    @property
    def record(self) -> Literal["rows", "summary"]:
        """What a run keeps."""
    @property
    def routing(self) -> Routing:
        """How routes are chosen."""
    @property
    def rounds(self) -> Rounds | None:
        """Entanglement is routed network-wide in rounds; null = by circuits of each demand."""
    @property
    def control_plane(self) -> IdealControl | CentralControl | LinkState | LocalControl | ProgramControl:
        """Who decides on routes, and what they know of the links."""
    @property
    def reservation(self) -> Literal["ledger", "hop_by_hop"]:
        """How circuits come by their memory slots."""
    @property
    def scheduler(self) -> Literal["fifo", "weighted_fair", "max_weight", "earliest_deadline"]:
        """Which of the circuits that wait for memory slots go first, among those of equal `priority`; with reservation ledger."""
    @property
    def on_deadlock(self) -> Literal["report", "release", "stop"]:
        """With reservation hop_by_hop: what to do when circuits wait for each other for ever."""
    @property
    def max_open_requests(self) -> int | None:
        """Requests of all demands for pairs that may wait or be served at a time, further ones are refused (`network_full`); null = any number."""
    @property
    def limits(self) -> Limits:
        """Limits on a run."""
    @property
    def memories(self) -> tuple[Memory, ...]:
        """Kinds of memory."""
    @property
    def stations(self) -> tuple[Station, ...]:
        """Kinds of midpoint station."""
    @property
    def interfaces(self) -> tuple[FrequencyConverter | Transducer | EncodingConverter, ...]:
        """Converters and transducers of light; links refer to them by name."""
    @property
    def nodes(self) -> tuple[Node, ...]:
        """Nodes."""
    @property
    def links(self) -> tuple[Link, ...]:
        """Links."""
    @property
    def switches(self) -> tuple[OpticalSwitch, ...]:
        """Optical switches by which links share stations."""
    @property
    def demands(self) -> tuple[Demand, ...]:
        """Demands for pairs."""
    @property
    def ghz_demands(self) -> tuple[GhzDemand, ...]:
        """Demands for GHZ states."""
    @property
    def programs(self) -> tuple[BoundProgram, ...]:
        """Programs that run at nodes."""
    @property
    def changes(self) -> tuple[Change, ...]:
        """Changes of links during the run."""
    @property
    def failures(self) -> tuple[Failure, ...]:
        """Nodes and links that fail during the run."""
    @property
    def heartbeat_period_s(self) -> float | None:
        """Neighbours notice failures by heartbeats that do not come, sent so often; null = everybody knows at once. [s]"""
    @property
    def missed_heartbeats(self) -> int:
        """With heartbeat_period_s: how many that are missed in a row make a failure."""
    @property
    def credits(self) -> tuple[str, ...]:
        """Whom to credit for the data."""
    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know about the data."""
    def with_values(self, values: dict[str, Any]) -> Scenario:
        """A new spec in which each path holds another value: ``{"nodes/*/memory": "good", "links/a--b/fiber/length_m": "5 km"}``. In a list a step is the name of an element, its number, or ``*`` for all."""
    def to_json(self, indent: SupportsInt | SupportsIndex | None = None) -> str:
        """As JSON text; on one line unless `indent` is given."""
    @staticmethod
    def from_json(text: str) -> Scenario:
        """The spec that a JSON text holds."""
    def to_dict(self) -> dict[str, Any]:
        """As plain dicts and lists, the same as its JSON."""
    @staticmethod
    def from_dict(values: dict[str, Any]) -> Scenario:
        """The spec that plain dicts and lists hold."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __copy__(self) -> object: ...
    def __deepcopy__(self, memo: dict[str, Any]) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class BellDiagonalState:
    """What the store bell_diagonal keeps of a pair."""
    def __init__(self, correlations: Annotated[numpy.typing.ArrayLike, numpy.float64], twirl: bool) -> None: ...
    @property
    def correlations(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def bloch(self, side: SupportsInt | SupportsIndex) -> Annotated[list[float], "FixedSize(4)"]: ...
    def decayed(
        self,
        side: SupportsInt | SupportsIndex,
        memory: Memory,
        duration_s: SupportsFloat | SupportsIndex,
        age_s: SupportsFloat | SupportsIndex,
        twirl: bool,
    ) -> BellDiagonalState: ...
    def after_pauli(
        self,
        side: SupportsInt | SupportsIndex,
        pauli: SupportsInt | SupportsIndex,
        reliability: SupportsFloat | SupportsIndex,
    ) -> BellDiagonalState: ...
    def bell_measured(
        self,
        right: BellDiagonalState,
        memory_b: Memory,
        memory_c: Memory,
        twirl: bool,
        outcome: SupportsInt | SupportsIndex | None,
        u: SupportsFloat | SupportsIndex | None,
    ) -> list[tuple[int, float, BellDiagonalState]]: ...
    def distilled(
        self,
        used: BellDiagonalState,
        protocol: str,
        kept_frame: SupportsInt | SupportsIndex,
        used_frame: SupportsInt | SupportsIndex,
        memory_a: Memory,
        memory_b: Memory,
        twirl: bool,
    ) -> list[tuple[Annotated[list[int], "FixedSize(2)"], float, bool, int, BellDiagonalState]]: ...
    def measured(
        self,
        side: SupportsInt | SupportsIndex,
        pauli: SupportsInt | SupportsIndex,
        memory: Memory,
        twirl: bool,
        outcome: SupportsInt | SupportsIndex | None,
        u: SupportsFloat | SupportsIndex | None,
    ) -> list[tuple[int, float, Annotated[list[float], "FixedSize(4)"]]]: ...

@final
class PairDensityState:
    """What the store pair_density keeps of a pair."""
    def __init__(self, correlations: Annotated[numpy.typing.ArrayLike, numpy.float64], twirl: bool) -> None: ...
    @property
    def correlations(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def bloch(self, side: SupportsInt | SupportsIndex) -> Annotated[list[float], "FixedSize(4)"]: ...
    def decayed(
        self,
        side: SupportsInt | SupportsIndex,
        memory: Memory,
        duration_s: SupportsFloat | SupportsIndex,
        age_s: SupportsFloat | SupportsIndex,
        twirl: bool,
    ) -> PairDensityState: ...
    def after_pauli(
        self,
        side: SupportsInt | SupportsIndex,
        pauli: SupportsInt | SupportsIndex,
        reliability: SupportsFloat | SupportsIndex,
    ) -> PairDensityState: ...
    def bell_measured(
        self,
        right: PairDensityState,
        memory_b: Memory,
        memory_c: Memory,
        twirl: bool,
        outcome: SupportsInt | SupportsIndex | None,
        u: SupportsFloat | SupportsIndex | None,
    ) -> list[tuple[int, float, PairDensityState]]: ...
    def distilled(
        self,
        used: PairDensityState,
        protocol: str,
        kept_frame: SupportsInt | SupportsIndex,
        used_frame: SupportsInt | SupportsIndex,
        memory_a: Memory,
        memory_b: Memory,
        twirl: bool,
    ) -> list[tuple[Annotated[list[int], "FixedSize(2)"], float, bool, int, PairDensityState]]: ...
    def measured(
        self,
        side: SupportsInt | SupportsIndex,
        pauli: SupportsInt | SupportsIndex,
        memory: Memory,
        twirl: bool,
        outcome: SupportsInt | SupportsIndex | None,
        u: SupportsFloat | SupportsIndex | None,
    ) -> list[tuple[int, float, Annotated[list[float], "FixedSize(4)"]]]: ...

@final
class KrausChannel:
    """A checked channel, ready to be applied."""
    def __init__(self, kraus: Sequence[Annotated[numpy.typing.ArrayLike, numpy.complex128]]) -> None: ...
    @property
    def dimension(self) -> int: ...
    @property
    def kraus(self) -> list[numpy.typing.NDArray[numpy.complex128]]: ...

@final
class DensityState:
    """A density matrix."""
    def __init__(self, levels: Sequence[SupportsInt | SupportsIndex]) -> None: ...
    def copy(self) -> DensityState: ...
    @property
    def levels(self) -> list[int]: ...
    def gate(
        self,
        name: str,
        positions: Sequence[SupportsInt | SupportsIndex],
        angle: SupportsFloat | SupportsIndex = 0.0,
    ) -> None: ...
    def unitary(
        self,
        matrix: Annotated[numpy.typing.ArrayLike, numpy.complex128],
        positions: Sequence[SupportsInt | SupportsIndex],
    ) -> None: ...
    def tensor(self, other: DensityState) -> DensityState: ...
    def kept(self, positions: Sequence[SupportsInt | SupportsIndex]) -> DensityState: ...
    def project_presence(self, position: SupportsInt | SupportsIndex, present: bool) -> float: ...
    def expectation(self, letters: str, positions: Sequence[SupportsInt | SupportsIndex]) -> float: ...
    def probabilities(
        self,
        letters: str,
        positions: Sequence[SupportsInt | SupportsIndex],
    ) -> Annotated[list[float], "FixedSize(3)"]: ...
    @staticmethod
    def from_matrix(
        matrix: Annotated[numpy.typing.ArrayLike, numpy.complex128],
        levels: Sequence[SupportsInt | SupportsIndex],
    ) -> DensityState: ...
    @staticmethod
    def restored(
        matrix: Annotated[numpy.typing.ArrayLike, numpy.complex128],
        levels: Sequence[SupportsInt | SupportsIndex],
    ) -> DensityState: ...
    @staticmethod
    def from_correlations(correlations: Annotated[numpy.typing.ArrayLike, numpy.float64]) -> DensityState: ...
    def matrix(self) -> numpy.typing.NDArray[numpy.complex128]: ...
    def channel(self, channel: KrausChannel, positions: Sequence[SupportsInt | SupportsIndex]) -> None: ...
    def decay(
        self,
        position: SupportsInt | SupportsIndex,
        memory: Memory,
        duration_s: SupportsFloat | SupportsIndex,
        age_s: SupportsFloat | SupportsIndex,
    ) -> None: ...
    def purity(self) -> float: ...
    def trace_out(self, position: SupportsInt | SupportsIndex) -> None: ...
    def project(
        self,
        letters: str,
        positions: Sequence[SupportsInt | SupportsIndex],
        weights: Annotated[Sequence[SupportsFloat | SupportsIndex], "FixedSize(3)"],
    ) -> float: ...

@final
class KetState:
    """The amplitudes of a pure state."""
    def __init__(self, levels: Sequence[SupportsInt | SupportsIndex]) -> None: ...
    def copy(self) -> KetState: ...
    @property
    def levels(self) -> list[int]: ...
    def gate(
        self,
        name: str,
        positions: Sequence[SupportsInt | SupportsIndex],
        angle: SupportsFloat | SupportsIndex = 0.0,
    ) -> None: ...
    def unitary(
        self,
        matrix: Annotated[numpy.typing.ArrayLike, numpy.complex128],
        positions: Sequence[SupportsInt | SupportsIndex],
    ) -> None: ...
    def tensor(self, other: KetState) -> KetState: ...
    def kept(self, positions: Sequence[SupportsInt | SupportsIndex]) -> DensityState: ...
    def project_presence(self, position: SupportsInt | SupportsIndex, present: bool) -> float: ...
    def expectation(self, letters: str, positions: Sequence[SupportsInt | SupportsIndex]) -> float: ...
    def probabilities(
        self,
        letters: str,
        positions: Sequence[SupportsInt | SupportsIndex],
    ) -> Annotated[list[float], "FixedSize(3)"]: ...
    @staticmethod
    def from_amplitudes(
        amplitudes: Annotated[numpy.typing.ArrayLike, numpy.complex128],
        levels: Sequence[SupportsInt | SupportsIndex],
    ) -> KetState: ...
    @staticmethod
    def restored(
        amplitudes: Annotated[numpy.typing.ArrayLike, numpy.complex128],
        levels: Sequence[SupportsInt | SupportsIndex],
    ) -> KetState: ...
    def amplitudes(self) -> numpy.typing.NDArray[numpy.complex128]: ...
    def channel(
        self,
        channel: KrausChannel,
        positions: Sequence[SupportsInt | SupportsIndex],
        u: SupportsFloat | SupportsIndex,
    ) -> int: ...
    def drop(self, position: SupportsInt | SupportsIndex, level: SupportsInt | SupportsIndex) -> None: ...
    def level_probabilities(self, position: SupportsInt | SupportsIndex) -> list[float]: ...
    def project(
        self,
        letters: str,
        positions: Sequence[SupportsInt | SupportsIndex],
        outcome: SupportsInt | SupportsIndex,
    ) -> float: ...

class StabilizerState:
    """The gates and measurements of fb.states.Stabilizer."""
    def __init__(self, n: SupportsInt | SupportsIndex, seed: SupportsInt | SupportsIndex, record: bool) -> None: ...
    @property
    def n(self) -> int:
        """Qubits that were made."""
    @property
    def qubits(self) -> list[int]:
        """Qubits that are still there."""
    @property
    def _wide(self) -> bool: ...
    @property
    def _records(self) -> bool: ...
    def _apply(self, gate: str, qubits: Sequence[SupportsIndex]) -> None: ...
    def _measure(
        self,
        product: Sequence[tuple[SupportsInt | SupportsIndex, SupportsInt | SupportsIndex]],
        outcome: SupportsInt | SupportsIndex | None,
        readout: Annotated[Sequence[SupportsFloat | SupportsIndex], "FixedSize(2)"] = [1.0, 1.0],
    ) -> int: ...
    def _bell_measure(
        self,
        a: SupportsIndex,
        b: SupportsIndex,
        outcome: SupportsInt | SupportsIndex | None,
        readout: Annotated[Sequence[SupportsFloat | SupportsIndex], "FixedSize(2)"] = [1.0, 1.0],
    ) -> int: ...
    def _fuse(
        self,
        a: SupportsIndex,
        b: SupportsIndex,
        outcome: SupportsInt | SupportsIndex | None,
        readout: Annotated[Sequence[SupportsFloat | SupportsIndex], "FixedSize(2)"] = [1.0, 1.0],
    ) -> int: ...
    def _measure_z(self, qubits: Sequence[SupportsIndex]) -> list[int]: ...
    def _expectation(
        self,
        product: Sequence[tuple[SupportsInt | SupportsIndex, SupportsInt | SupportsIndex]],
    ) -> int: ...
    def _drop(self, q: SupportsIndex, how: str) -> None: ...
    def release(self, q: SupportsIndex) -> None:
        """Trace qubit `q` out: it is read in Z, with an outcome that nobody learns, and using it later is refused."""
    def reset(self, q: SupportsIndex) -> None:
        """Read qubit `q` in Z and turn it to |0>."""
    def _flip(self, product: Sequence[tuple[SupportsInt | SupportsIndex, SupportsInt | SupportsIndex]]) -> None: ...
    def _require_there(self, qubits: Sequence[SupportsIndex]) -> None: ...
    def _uniform(self) -> float: ...
    def _generators(
        self,
    ) -> tuple[numpy.typing.NDArray[numpy.bool], numpy.typing.NDArray[numpy.bool], numpy.typing.NDArray[numpy.bool]]: ...
    def _set_generators(
        self,
        x: Annotated[numpy.typing.ArrayLike, numpy.bool],
        z: Annotated[numpy.typing.ArrayLike, numpy.bool],
        sign: Annotated[numpy.typing.ArrayLike, numpy.bool],
    ) -> None: ...
    def _set_images(
        self,
        of_x: tuple[Annotated[numpy.typing.ArrayLike, numpy.bool], Annotated[numpy.typing.ArrayLike, numpy.bool], Annotated[numpy.typing.ArrayLike, numpy.bool]],
        of_z: tuple[Annotated[numpy.typing.ArrayLike, numpy.bool], Annotated[numpy.typing.ArrayLike, numpy.bool], Annotated[numpy.typing.ArrayLike, numpy.bool]],
    ) -> None: ...
    def _entropy(self, qubits: Sequence[SupportsInt | SupportsIndex]) -> int: ...
    def _fidelity(self, other: StabilizerState) -> float: ...
    def _start_record(self, record: bool) -> None: ...
    def _note(self, label: str, qubits: Sequence[SupportsInt | SupportsIndex]) -> None: ...
    def _steps(self) -> list[tuple[str, list[int], list[str]]]: ...
    def _parts(
        self,
    ) -> tuple[numpy.typing.NDArray[numpy.uint64], list[str], bool, list[tuple[str, list[int], list[str]]]]: ...
    def _set_parts(
        self,
        parts: tuple[Annotated[numpy.typing.ArrayLike, numpy.uint64], Sequence[str], bool, Sequence[tuple[str, Sequence[SupportsInt | SupportsIndex], Sequence[str]]]],
    ) -> None: ...
    def _assign(self, other: StabilizerState, seed: SupportsInt | SupportsIndex) -> None: ...
    def i(self, q: SupportsIndex) -> None:
        """The gate i (docs/physics/gates.md)."""
    def x(self, q: SupportsIndex) -> None:
        """The gate x (docs/physics/gates.md)."""
    def y(self, q: SupportsIndex) -> None:
        """The gate y (docs/physics/gates.md)."""
    def z(self, q: SupportsIndex) -> None:
        """The gate z (docs/physics/gates.md)."""
    def h(self, q: SupportsIndex) -> None:
        """The gate h (docs/physics/gates.md)."""
    def s(self, q: SupportsIndex) -> None:
        """The gate s (docs/physics/gates.md)."""
    def s_dag(self, q: SupportsIndex) -> None:
        """The gate s_dag (docs/physics/gates.md)."""
    def sqrt_x(self, q: SupportsIndex) -> None:
        """The gate sqrt_x (docs/physics/gates.md)."""
    def sqrt_x_dag(self, q: SupportsIndex) -> None:
        """The gate sqrt_x_dag (docs/physics/gates.md)."""
    def sqrt_y(self, q: SupportsIndex) -> None:
        """The gate sqrt_y (docs/physics/gates.md)."""
    def sqrt_y_dag(self, q: SupportsIndex) -> None:
        """The gate sqrt_y_dag (docs/physics/gates.md)."""
    def cx(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate cx (docs/physics/gates.md)."""
    def cnot(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate cx."""
    def cy(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate cy (docs/physics/gates.md)."""
    def cz(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate cz (docs/physics/gates.md)."""
    def swap(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate swap (docs/physics/gates.md)."""
    def iswap(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate iswap (docs/physics/gates.md)."""
    def iswap_dag(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate iswap_dag (docs/physics/gates.md)."""

class PauliFramesState:
    """The gates and measurements of fb.states.PauliFrames."""
    def __init__(
        self,
        n: SupportsInt | SupportsIndex,
        shots: SupportsInt | SupportsIndex,
        seed: SupportsInt | SupportsIndex,
    ) -> None: ...
    @property
    def n(self) -> int:
        """Number of qubits."""
    @property
    def shots(self) -> int:
        """Number of shots."""
    def _apply(self, gate: str, qubits: Sequence[SupportsIndex]) -> None: ...
    def _noise(
        self,
        errors: Sequence[tuple[SupportsInt | SupportsIndex, SupportsInt | SupportsIndex, SupportsFloat | SupportsIndex]],
        qubits: Sequence[SupportsIndex],
    ) -> None: ...
    def _apply_where(
        self,
        pauli: SupportsInt | SupportsIndex,
        q: SupportsIndex,
        where: Annotated[numpy.typing.ArrayLike, numpy.bool],
    ) -> None: ...
    def _measure(
        self,
        product: Sequence[tuple[SupportsInt | SupportsIndex, SupportsInt | SupportsIndex]],
        flip_probability: SupportsFloat | SupportsIndex,
    ) -> numpy.typing.NDArray[numpy.bool]: ...
    def _parts(
        self,
    ) -> tuple[tuple[numpy.typing.NDArray[numpy.uint64], list[str], bool, list[tuple[str, list[int], list[str]]]], numpy.typing.NDArray[numpy.uint64]]: ...
    def _set_parts(
        self,
        parts: tuple[tuple[Annotated[numpy.typing.ArrayLike, numpy.uint64], Sequence[str], bool, Sequence[tuple[str, Sequence[SupportsInt | SupportsIndex], Sequence[str]]]], Annotated[numpy.typing.ArrayLike, numpy.uint64]],
    ) -> None: ...
    def _require_there(self, qubits: Sequence[SupportsIndex]) -> None: ...
    def reset(self, q: SupportsIndex) -> None:
        """Turn qubit `q` to |0> in every shot."""
    def i(self, q: SupportsIndex) -> None:
        """The gate i (docs/physics/gates.md)."""
    def x(self, q: SupportsIndex) -> None:
        """The gate x (docs/physics/gates.md)."""
    def y(self, q: SupportsIndex) -> None:
        """The gate y (docs/physics/gates.md)."""
    def z(self, q: SupportsIndex) -> None:
        """The gate z (docs/physics/gates.md)."""
    def h(self, q: SupportsIndex) -> None:
        """The gate h (docs/physics/gates.md)."""
    def s(self, q: SupportsIndex) -> None:
        """The gate s (docs/physics/gates.md)."""
    def s_dag(self, q: SupportsIndex) -> None:
        """The gate s_dag (docs/physics/gates.md)."""
    def sqrt_x(self, q: SupportsIndex) -> None:
        """The gate sqrt_x (docs/physics/gates.md)."""
    def sqrt_x_dag(self, q: SupportsIndex) -> None:
        """The gate sqrt_x_dag (docs/physics/gates.md)."""
    def sqrt_y(self, q: SupportsIndex) -> None:
        """The gate sqrt_y (docs/physics/gates.md)."""
    def sqrt_y_dag(self, q: SupportsIndex) -> None:
        """The gate sqrt_y_dag (docs/physics/gates.md)."""
    def cx(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate cx (docs/physics/gates.md)."""
    def cnot(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate cx."""
    def cy(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate cy (docs/physics/gates.md)."""
    def cz(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate cz (docs/physics/gates.md)."""
    def swap(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate swap (docs/physics/gates.md)."""
    def iswap(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate iswap (docs/physics/gates.md)."""
    def iswap_dag(self, a: SupportsIndex, b: SupportsIndex) -> None:
        """The gate iswap_dag (docs/physics/gates.md)."""

@final
class HeraldOutcome:
    """One herald: how often it occurs and the pair it announces.

    Examples
    --------
    >>> import farbell as fb
    >>> table = fb.hardware.double_click(efficiency_a=0.3, efficiency_b=0.3)
    >>> round(table.outcomes[0].probability, 6), table.outcomes[0].pattern
    (0.25, '11')
    """
    def __init__(self, *args: Any) -> None: ...
    @property
    def pattern(self) -> str:
        """Detectors that clicked, bin by bin: '12' = detector 1 early, detector 2 late, '1' = detector 1 where there is one bin; '' for a given link. Of memories that absorb, if qubits are retrieved from them: '1' = holds photons, '0' = holds none, A before B."""
    @property
    def frame(self) -> int:
        """Bell state announced: 0..3 = Phi+, Phi-, Psi+, Psi-."""
    @property
    def probability(self) -> float:
        """Probability of this outcome, given success."""
    @property
    def fidelity(self) -> float:
        """Fidelity to the announced Bell state; 0 where a memory is empty."""
    @property
    def empty(self) -> Annotated[list[bool], "FixedSize(2)"]:
        """For node_a, node_b: whether its memory holds no photon, and nobody knows; of memories from which qubits are retrieved."""
    @property
    def density_matrix(self) -> numpy.typing.NDArray[numpy.complex128]:
        """State of the two memories just after emission, in the basis |00>, |01>, |10>, |11>."""
    @property
    def correlations(self) -> numpy.typing.NDArray[numpy.float64]:
        """The same state as Tr(rho sigma_i x sigma_j), i, j = I, X, Y, Z."""
    def __repr__(self) -> str: ...

@final
class HeraldTable:
    """Every herald of an attempt that counts as success.

    Examples
    --------
    >>> import farbell as fb
    >>> table = fb.hardware.double_click(efficiency_a=0.3, efficiency_b=0.3)
    >>> round(table.success_probability, 6), round(table.fidelity, 6)
    (0.045, 1.0)
    """
    def __init__(self, *args: Any) -> None: ...
    @property
    def success_probability(self) -> float:
        """Probability that an attempt succeeds."""
    @property
    def outcomes(self) -> list[HeraldOutcome]:
        """The heralds; empty if success is impossible."""
    @property
    def fidelity(self) -> float:
        """Mean fidelity of the announced pairs."""
    @property
    def truncation_error(self) -> float:
        """Probability of photon numbers left out of the calculation."""
    def __repr__(self) -> str: ...

@final
class LinkModel:
    """What a run knows about a link. Times count from the start of an attempt.

    Examples
    --------
    >>> import farbell as fb
    >>> memory = fb.Memory(name="ideal")
    >>> given = fb.Given(success_probability=0.01, attempt_period_s="10 us")
    >>> link = fb.Link(node_a="alice", node_b="bob", fiber=fb.Fiber(length_m=0), generation=given)
    >>> fb.hardware.link_model(link, memory, memory).period_s
    1e-05
    """
    def __init__(self, *args: Any) -> None: ...
    @property
    def success_probability(self) -> float:
        """Probability that an attempt succeeds, in any of its modes."""
    @property
    def mode_success_probability(self) -> float:
        """The same of one mode."""
    @property
    def table(self) -> HeraldTable:
        """Its heralds; states are means over the optical phase."""
    @property
    def phase_sigma_rad(self) -> float:
        """Standard deviation of the optical phase that pairs see."""
    @property
    def phase_correlation_s(self) -> float | None:
        """Its correlation time; None = a fresh phase for each successful cycle."""
    @property
    def period_s(self) -> float:
        """Time from one attempt to the next."""
    @property
    def emission_a_s(self) -> float:
        """When node_a's memory emits: its qubit decays from then on."""
    @property
    def emission_b_s(self) -> float:
        """The same for node_b."""
    @property
    def herald_a_s(self) -> float:
        """When node_a learns the result."""
    @property
    def herald_b_s(self) -> float:
        """The same for node_b."""
    @property
    def coherence_left(self) -> tuple[float, float]:
        """What an attempt leaves of the coherence of a qubit that is stored at node_a, at node_b (dephasing_attempts)."""
    @property
    def approximations(self) -> dict[str, Any]:
        """Named approximations in force: name -> description."""
    def __repr__(self) -> str: ...

@final
class SwapView:
    """What is known where "swap" is decided, for the hook that is called.

    Attributes
    ----------
    demand : str
        Name of the demand.
    node : str
        Name of the node.
    time_s : float
        Simulated time.
    hops : float
        Hops of the route.
    position : float
        Position of the node on the route, node_a being 0.
    t1_s : float
        T1 of the node's memory; infinite if it has none.
    t2_s : float
        T2 of the node's memory; infinite if it has none.
    age_s_a : float
        Age of the pair towards node_a since its emission, as the node knows it.
    age_s_b : float
        The same of the pair towards node_b.
    estimated_fidelity_a : float
        Fidelity of the pair towards node_a, as the node works it out from the herald and the declared memories.
    estimated_fidelity_b : float
        The same of the pair towards node_b.
    pair_hops_a : float
        Hops that the pair towards node_a spans, as news of swaps has told.
    pair_hops_b : float
        The same of the pair towards node_b.
    waited_s_a : float
        Time since the node could use the pair towards node_a.
    waited_s_b : float
        The same of the pair towards node_b.
    waiting_a : float
        Pairs towards node_a that the node could swap.
    waiting_b : float
        Pairs towards node_b that the node could swap.
    """
    demand: str
    node: str
    time_s: float
    hops: float
    position: float
    t1_s: float
    t2_s: float
    age_s_a: float
    age_s_b: float
    estimated_fidelity_a: float
    estimated_fidelity_b: float
    pair_hops_a: float
    pair_hops_b: float
    waited_s_a: float
    waited_s_b: float
    waiting_a: float
    waiting_b: float

@final
class DiscardView:
    """What is known where "discard" is decided, for the hook that is called.

    Attributes
    ----------
    demand : str
        Name of the demand.
    node : str
        Name of the node.
    time_s : float
        Simulated time.
    hops : float
        Hops of the route.
    position : float
        Position of the node on the route, node_a being 0.
    t1_s : float
        T1 of the node's memory; infinite if it has none.
    t2_s : float
        T2 of the node's memory; infinite if it has none.
    waiting_a : float
        Pairs towards node_a that the node could swap.
    waiting_b : float
        Pairs towards node_b that the node could swap.
    age_s : float
        Age of the pair since its emission, as the node knows it.
    estimated_fidelity : float
        Fidelity of the pair, as the node works it out from the herald and the declared memories.
    pair_hops : float
        Hops that the pair spans, as news of swaps has told.
    waited_s : float
        Time since the node could use the pair.
    towards_a : bool
        Whether the pair leads towards node_a.
    """
    demand: str
    node: str
    time_s: float
    hops: float
    position: float
    t1_s: float
    t2_s: float
    waiting_a: float
    waiting_b: float
    age_s: float
    estimated_fidelity: float
    pair_hops: float
    waited_s: float
    towards_a: bool

@final
class AdmitView:
    """What is known where "admit" is decided, for the hook that is called.

    Attributes
    ----------
    demand : str
        Name of the demand.
    time_s : float
        Simulated time.
    hops : float
        Hops of the route.
    request : float
        Number of the request, the demand's first being 0.
    pairs : float
        Pairs that the request asks for; infinite if it has no end.
    min_fidelity : float
        Fidelity that it asks for.
    waiting_requests : float
        Requests of the demand that wait.
    served_requests : float
        Requests of the demand that are served.
    """
    demand: str
    time_s: float
    hops: float
    request: float
    pairs: float
    min_fidelity: float
    waiting_requests: float
    served_requests: float

@final
class ScheduleView:
    """A link that waits for a turn at an optical switch, for the hook "schedule" that says how urgent that is.

    Examples
    --------
    >>> import farbell as fb
    >>> fed = fb.star(2, length_m=1e3, duration_s=0.1)
    >>> fed = fed.replace(switches=[fb.OpticalSwitch(name="switch", links=fb.compile(fed).link_names)])
    >>> def patient(link):
    ...     return link.open_requests + link.waited_s / 0.1
    >>> len(fb.run(fed, hooks={"schedule": patient}).pairs) > 0
    True
    """
    def __init__(self, *args: Any) -> None: ...
    @property
    def link(self) -> str:
        """Name of the link."""
    @property
    def switch(self) -> str:
        """Name of the switch."""
    @property
    def time_s(self) -> float:
        """Simulated time."""
    @property
    def waited_s(self) -> float:
        """Since when it waits."""
    @property
    def open_requests(self) -> float:
        """Requests that wait for the circuits over the link, or are served by them."""
    @property
    def deadline_s(self) -> float:
        """The earliest deadline of those that are served; infinite without one."""
    @property
    def rate_hz(self) -> float:
        """Pairs per second of one lane while it attempts."""

@final
class Protocol:
    """A protocol in C++ that was built outside of Farbell; `farbell.load_protocol` loads it.

    Examples
    --------
    >>> import farbell as fb
    >>> def young_pairs(scenario, library):
    ...     return fb.run(scenario, hooks={"swap": fb.load_protocol(library, "patience", factor=0.2)})
    """
    def __init__(self, *args: Any) -> None: ...
    @property
    def name(self) -> str: ...
    @property
    def doc(self) -> str:
        """What its author says of it."""
    @property
    def path(self) -> str:
        """Of its library."""
    @property
    def decides(self) -> list[str]:
        """The decision points at which it can be asked."""
    @property
    def runs_nodes(self) -> bool:
        """Whether it is what nodes do: then it can be the `programs` of a run."""
    @property
    def parameters(self) -> dict[str, float]:
        """The numbers with which it was loaded, by name."""
    def __repr__(self) -> str: ...

@final
class Model:
    """A compiled scenario: checked, resolved, constant. `farbell.compile` makes it.

    Examples
    --------
    >>> import farbell as fb
    >>> model = fb.compile(fb.chain(nodes=3, length_m="20 km"))
    >>> model.link_names, model.routes
    (['n0--n1', 'n1--n2'], [['n0', 'n1', 'n2']])
    """
    def __init__(self, *args: Any) -> None: ...
    @property
    def scenario(self) -> Scenario:
        """What it was compiled from."""
    @property
    def state(self) -> str:
        """How the states of pairs are held; with state "auto" in the scenario, what that came to."""
    @property
    def approximations(self) -> list[Any]:
        """Approximations in force: dicts of name and description."""
    @property
    def routes(self) -> list[Any]:
        """Route of each demand at the start, as lists of node names."""
    @property
    def alternatives(self) -> list[Any]:
        """Routes that each demand may take at the start, the preferred one first."""
    @property
    def switch_frames(self) -> dict[str, Any]:
        """Of each optical switch that goes by time division: the names of the links of each slot of its frame."""
    @property
    def node_names(self) -> list[str]: ...
    @property
    def link_names(self) -> list[str]: ...
    @property
    def demand_names(self) -> list[str]: ...
    @property
    def ghz_arms(self) -> list[Any]:
        """Routes of each GHZ demand at the start, from its center to each user, or the parts of its tree, as lists of node names."""
    @property
    def ghz_demand_names(self) -> list[str]: ...
    @property
    def failure_names(self) -> list[str]: ...
    @property
    def round_success(self) -> list[float]:
        """By link, with rounds: the probability that a lane has a pair when the attempts of a round are over."""
    @property
    def round_swap_success(self) -> list[float]:
        """By node, with rounds: the probability that a swap succeeds."""
    def link_table(self) -> dict[str, Any]:
        """Columns by link: length_m, success_probability (per attempt), attempt_period_s, fidelity (at emission), rate_hz (per slot)."""
    def __repr__(self) -> str: ...
    def _repr_html_(self) -> str: ...

class ProgramOperation:
    """What `farbell.programs.Operation` keeps."""
    def __init__(self, *args: Any) -> None: ...
    def _succeed(self, value: object) -> None:
        """It is done; who waits for it goes on."""
    def _fail(self, error: BaseException) -> None:
        """It is done; who waits for it meets the error."""
    def _withdraw(self) -> None:
        """The core no longer has to do it."""
    done: bool
    value: Any
    _error: BaseException | None
    _waits: Any
    _pairs: list[Any]
    _cancel: Callable[[], None] | None
    _request: tuple[int, int] | None
    """Of a request for pairs: numbers of its demand and its own."""
    what: str

class ProgramHost:
    """What `farbell.programs.host.Host` keeps. Made of the names of the nodes, their numbers, and its classes."""
    def __init__(self, *args: Any) -> None: ...
    def _launch(self, process: ProgramProcess) -> None:
        """Runs it until it waits."""
    _run: Any
    """The run that goes on, or None."""
    _processes: dict[Any, None]
    """Those that have not ended."""
    _lost_messages: dict[tuple[str, str], tuple[int, float]]
    """Messages lost, by sender and receiver: how many, and when the last was sent."""
    now_s: float
    """Simulated time in seconds."""

class ProgramProcess:
    """A generator at a node, and what it waits for."""
    def __init__(self, *args: Any) -> None: ...
    node: Any
    generator: Any
    ended: Any
    since_s: float
    """When it began to wait."""
    waits_for: Any

class ProgramQubit:
    """What `farbell.programs.Qubit` keeps."""
    node: str
    index: int
    _number: int

class ProgramPair:
    """What `farbell.programs.Pair` keeps."""
    qubit: Any
    peer: str
    estimated_fidelity: float
    born_s: float
    tag: Any
    id: tuple[int, int]
    estimated_correlators: tuple[float, float, float]
    _both: tuple[int, int]

class ProgramNode:
    """What `farbell.programs.Node` does."""
    def __init__(self, *args: Any) -> None: ...
    def _wait(self, seconds: Any, put: Any = None) -> Any: ...
    def _send(self, peer: str, content: object) -> Any: ...
    def _receive(self, peer: str | None, seconds: Any) -> Any: ...
    def _accept(self, peer: str, seconds: Any) -> Any: ...
    def _entangle(self, peer: str, pairs: int, min_fidelity: float, seconds: Any, tag: object) -> Any: ...
    def _create_qubit(self) -> Any: ...
    def _gate(self, name: str, qubits: tuple[Any, ...], angle_rad: float) -> Any: ...
    def _measure(self, qubit: Any, basis: str) -> Any: ...
    def _bell_measure(self, a: Any, b: Any) -> Any: ...
    def _release(self, qubit: Any) -> None: ...
    _host: Any
    _addresses: dict[str, int]
    _demands: dict[str, int]
    _index: int

@final
class ProgramRun:
    """A run as the host of its programs sees it; `farbell.programs` wraps it. Nodes, demands and qubits are numbers."""
    def __init__(self, *args: Any) -> None: ...
    def delay_s(self, arg0: SupportsInt | SupportsIndex, arg1: SupportsInt | SupportsIndex) -> float: ...
    def fidelity(self, arg0: SupportsInt | SupportsIndex, arg1: SupportsInt | SupportsIndex) -> float: ...
    def bloch(self, arg0: SupportsInt | SupportsIndex) -> tuple[float, float, float]: ...
    def why_gone(self, arg0: SupportsInt | SupportsIndex) -> str:
        """Why no program holds the qubit; empty if one does."""
    def is_up(self, arg0: SupportsInt | SupportsIndex) -> bool: ...
    def note(self, arg0: SupportsInt | SupportsIndex, arg1: SupportsInt | SupportsIndex) -> bool:
        """In the trace, if there is one and it goes so far."""
    @property
    def traced(self) -> bool: ...
    def failure_name(self, arg0: SupportsInt | SupportsIndex) -> str: ...
    @property
    def held(self) -> int: ...
    def held_at(self, arg0: SupportsInt | SupportsIndex) -> int: ...

@final
class RouteSender:
    """What the program of a controller sends routes with, of a model."""
    def __init__(self, model: Model) -> None: ...
    def install(
        self,
        run: ProgramRun,
        demand: SupportsInt | SupportsIndex,
        routes: Sequence[Sequence[str]],
        costs: Sequence[SupportsFloat | SupportsIndex],
        release_others: bool,
    ) -> None:
        """Names of nodes; costs as the controller knows them, by link."""
    def remove(self, run: ProgramRun, demand: SupportsInt | SupportsIndex, release_others: bool) -> None: ...
    @property
    def costs(self) -> list[float]:
        """Of links at the start, as routing counts them."""

@final
class LiveRun:
    """A run that is held: `farbell.live` makes it, and wraps it.

    Nodes, links and demands go by their numbers in the scenario, tables are dicts of columns.

    Examples
    --------
    >>> import farbell as fb
    >>> from farbell._core import LiveRun
    >>> run = LiveRun(fb.compile(fb.chain(nodes=3, length_m="20 km", duration_s=0.1)))
    >>> run.advance(by_s=0.05), run.time_s
    ('reached', 0.05)
    """
    def __init__(
        self,
        model: Model,
        *,
        bins: SupportsInt | SupportsIndex = 0,
        memory_limit_bytes: SupportsInt | SupportsIndex = 268435456,
        max_events: SupportsInt | SupportsIndex | None = None,
        max_wall_s: SupportsFloat | SupportsIndex | None = None,
        on_block: Callable[[str, dict[str, Any]], None] | None = None,
    ) -> None: ...
    @property
    def time_s(self) -> float:
        """How far it has been simulated, in seconds."""
    @property
    def events(self) -> int:
        """Events so far."""
    @property
    def ended(self) -> str | None:
        """Why nothing happens any more, as in the results; None while it goes on."""
    @property
    def failed_by_hand(self) -> bool:
        """Whether an element has ever been failed by hand."""
    def advance(
        self,
        until_s: SupportsFloat | SupportsIndex | None = None,
        by_s: SupportsFloat | SupportsIndex | None = None,
        pause_after_s: SupportsFloat | SupportsIndex | None = None,
    ) -> str:
        """Simulates up to a time, or for a time. "reached", "over", or "paused" after so many seconds of real time."""
    def time_to_reach(
        self,
        *,
        until_s: SupportsFloat | SupportsIndex | None = None,
        by_s: SupportsFloat | SupportsIndex | None = None,
    ) -> float:
        """The time to which `advance` would go."""
    def installed(self, demand: SupportsInt | SupportsIndex) -> bool:
        """Whether a demand's routes were installed."""
    def install_routes(
        self,
        demand: SupportsInt | SupportsIndex,
        routes: Sequence[Sequence[str]],
        release_others: bool = True,
    ) -> None:
        """Gives a demand these routes, and no others."""
    def remove_routes(self, demand: SupportsInt | SupportsIndex, release_others: bool = True) -> None:
        """Leaves a demand to routing again."""
    def fail(self, nodes: Sequence[SupportsInt | SupportsIndex], links: Sequence[SupportsInt | SupportsIndex]) -> None:
        """Takes elements down."""
    def restore(
        self,
        nodes: Sequence[SupportsInt | SupportsIndex],
        links: Sequence[SupportsInt | SupportsIndex],
    ) -> None:
        """Puts elements back that were taken down."""
    def ask(
        self,
        demand: SupportsInt | SupportsIndex,
        pairs: SupportsInt | SupportsIndex | None = None,
        min_fidelity: SupportsFloat | SupportsIndex = 0.0,
        timeout_s: SupportsFloat | SupportsIndex | None = None,
    ) -> int:
        """Asks for pairs; the number of the request."""
    def nodes(self) -> dict[str, Any]:
        """A row a node."""
    def links(self) -> dict[str, Any]:
        """A row a link."""
    def demands(self) -> dict[str, Any]:
        """A row a demand for pairs."""
    def circuits(self) -> list[Any]:
        """Tuples (demand, number, state, nodes of its route), a circuit each."""
    def open_requests(self) -> dict[str, Any]:
        """Requests that are open now."""
    def ended_requests(self, first: SupportsInt | SupportsIndex = 0) -> dict[str, Any]:
        """The latest requests that have ended, from that number on."""
    def pairs(self, first: SupportsInt | SupportsIndex = 0) -> dict[str, Any]:
        """The latest pairs, from that number on."""
    def routes(self, demand: SupportsInt | SupportsIndex) -> list[Any]:
        """Tuples (nodes, whether it can be used as far as is known), the preferred route first."""
    def finish(self) -> dict[str, Any]:
        """What the run has recorded, as `run` gives it; the last call."""

@final
class RoutingEpisodes:
    """Runs side by side in which an agent chooses routes: `farbell.envs` wraps it.

    Examples
    --------
    >>> import farbell as fb
    >>> from farbell._core import RoutingEpisodes
    >>> model = fb.compile(fb.ring(6, length_m="10 km", duration_s=0.1, routing=fb.Routing(alternatives=2)))
    >>> observations, masks, *_ = RoutingEpisodes(model, count=3).reset([1, 2, 3])
    >>> observations.shape, masks.tolist()
    ((3, 17), [[1, 1], [1, 1], [1, 1]])
    """
    def __init__(
        self,
        model: Model,
        *,
        count: SupportsInt | SupportsIndex = 1,
        threads: SupportsInt | SupportsIndex = 1,
        counts_pairs: bool = False,
        keeps: bool = False,
    ) -> None: ...
    @property
    def observation_size(self) -> int:
        """Numbers in an observation."""
    def reset(self, seeds: Sequence[SupportsInt | SupportsIndex] | None = None) -> tuple[Any, ...]:
        """Begins episodes, those of these seeds or the next: observations, masks, rewards, terminated, truncated, infos; a row an environment."""
    def step(self, actions: Annotated[numpy.typing.ArrayLike, numpy.int64]) -> tuple[Any, ...]:
        """Answers, and goes on to the next questions; the same arrays."""
    def finish(self) -> dict[str, Any]:
        """What the run of the first environment has recorded, as `run` gives it; it has to be reset then."""
    def question(self) -> tuple[str, list[list[str]]]:
        """Of the first environment: the name of the demand that asks, and its routes."""

@final
class SwapEpisodes:
    """Runs side by side in which an agent swaps on a chain: `farbell.envs` wraps it.

    Examples
    --------
    >>> import farbell as fb
    >>> from farbell._core import SwapEpisodes
    >>> chain = fb.chain(
    ...     nodes=4, length_m=0, generation=fb.Given(success_probability=0.5, attempt_period_s="1 ms"), timing="slotted",
    ...     slot_s="1 ms", control="ideal", demands=[fb.Demand(node_a="n0", node_b="n3", traffic=fb.OneOff())],
    ... )
    >>> SwapEpisodes(fb.compile(chain), count=2).reset([1, 2])[0].shape
    (2, 5)
    """
    def __init__(
        self,
        model: Model,
        *,
        count: SupportsInt | SupportsIndex = 1,
        threads: SupportsInt | SupportsIndex = 1,
        counts_pairs: bool = False,
        discards: bool = False,
        keeps: bool = False,
    ) -> None: ...
    @property
    def observation_size(self) -> int:
        """Numbers in an observation."""
    def reset(self, seeds: Sequence[SupportsInt | SupportsIndex] | None = None) -> tuple[Any, ...]:
        """Begins episodes, those of these seeds or the next: observations, masks, rewards, terminated, truncated, infos; a row an environment."""
    def step(self, actions: Annotated[numpy.typing.ArrayLike, numpy.int64]) -> tuple[Any, ...]:
        """Answers, and goes on to the next questions; the same arrays."""
    def finish(self) -> dict[str, Any]:
        """What the run of the first environment has recorded, as `run` gives it; it has to be reset then."""
    @property
    def nodes(self) -> int:
        """Nodes that have something to decide."""
    def pairs(self) -> list[Annotated[list[int], "FixedSize(3)"]]:
        """Of the first environment: [from, to, age] of each pair that there is."""

def scenario_schema() -> str:
    """The JSON Schema of scenario files."""

def parameter_tables() -> str:
    """The parameters of every spec, as Markdown tables."""

def seconds(t_s: SupportsFloat | SupportsIndex | str) -> float: ...

def hertz(rate_hz: SupportsFloat | SupportsIndex | str) -> float: ...

def pair_correlations(spec: Werner | BellWeights | DensityMatrix) -> numpy.typing.NDArray[numpy.float64]: ...

def density_matrix(
    correlations: Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.typing.NDArray[numpy.complex128]: ...

def bell_weights(
    correlations: Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.typing.NDArray[numpy.float64]: ...

def fidelity(
    correlations: Annotated[numpy.typing.ArrayLike, numpy.float64],
    target: Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> float: ...

def concurrence(correlations: Annotated[numpy.typing.ArrayLike, numpy.float64]) -> float: ...

def negativity(correlations: Annotated[numpy.typing.ArrayLike, numpy.float64]) -> float: ...

def amplitude_damping(gamma: SupportsFloat | SupportsIndex) -> KrausChannel: ...

def generalised_amplitude_damping(
    gamma: SupportsFloat | SupportsIndex,
    excited: SupportsFloat | SupportsIndex,
) -> KrausChannel: ...

def phase_damping(lambda_: SupportsFloat | SupportsIndex) -> KrausChannel: ...

def pauli_channel(probabilities: Sequence[SupportsFloat | SupportsIndex]) -> KrausChannel: ...

def depolarising(p: SupportsFloat | SupportsIndex, qubits: SupportsInt | SupportsIndex) -> KrausChannel: ...

def coherent_rotation(
    axis: Annotated[Sequence[SupportsFloat | SupportsIndex], "FixedSize(3)"],
    angle_rad: SupportsFloat | SupportsIndex,
) -> KrausChannel: ...

def thermal_relaxation(
    t1_s: SupportsFloat | SupportsIndex,
    t2_s: SupportsFloat | SupportsIndex,
    duration_s: SupportsFloat | SupportsIndex,
    excited: SupportsFloat | SupportsIndex,
) -> KrausChannel: ...

def leakage(p: SupportsFloat | SupportsIndex, seepage: SupportsFloat | SupportsIndex) -> KrausChannel: ...

def collective_dephasing(
    sigma_rad: SupportsFloat | SupportsIndex,
    qubits: SupportsInt | SupportsIndex,
) -> KrausChannel: ...

def gate_qubits(name: str) -> int: ...

def gate_angles(name: str) -> int: ...

def gate_matrix(
    name: str,
    angle: SupportsFloat | SupportsIndex = 0.0,
) -> numpy.typing.NDArray[numpy.complex128]: ...

def double_click_table(
    *,
    efficiency_a: SupportsFloat | SupportsIndex,
    efficiency_b: SupportsFloat | SupportsIndex,
    visibility: SupportsFloat | SupportsIndex,
    dark_count_probability: SupportsFloat | SupportsIndex,
    number_resolving: bool,
    photon_coherence: SupportsFloat | SupportsIndex,
    double_excitation_probability: SupportsFloat | SupportsIndex,
    double_excitation_probability_b: SupportsFloat | SupportsIndex,
    late_bin_lost: bool,
    afterpulse_probability: SupportsFloat | SupportsIndex,
) -> HeraldTable: ...

def single_click_table(
    *,
    efficiency_a: SupportsFloat | SupportsIndex,
    efficiency_b: SupportsFloat | SupportsIndex,
    visibility: SupportsFloat | SupportsIndex,
    dark_count_probability: SupportsFloat | SupportsIndex,
    number_resolving: bool,
    photon_coherence: SupportsFloat | SupportsIndex,
    double_excitation_probability: SupportsFloat | SupportsIndex,
    double_excitation_probability_b: SupportsFloat | SupportsIndex,
    bright_state: SupportsFloat | SupportsIndex,
    bright_state_b: SupportsFloat | SupportsIndex,
    phase_sigma_rad: SupportsFloat | SupportsIndex,
) -> HeraldTable: ...

def pair_source_table(
    source: MidpointSource,
    absorption_a: SupportsFloat | SupportsIndex,
    absorption_b: SupportsFloat | SupportsIndex,
    noise_a: SupportsFloat | SupportsIndex,
    noise_b: SupportsFloat | SupportsIndex,
    *,
    tells_empty: bool,
) -> HeraldTable: ...

def sender_receiver_table(
    link: SenderReceiver,
    arrives: SupportsFloat | SupportsIndex,
    *,
    double_excitation_probability: SupportsFloat | SupportsIndex,
    background_photons: SupportsFloat | SupportsIndex,
    tells_empty: bool,
    mean_photons: SupportsFloat | SupportsIndex | None,
) -> HeraldTable: ...

def pulse_click_table(
    *,
    efficiency_a: SupportsFloat | SupportsIndex,
    efficiency_b: SupportsFloat | SupportsIndex,
    visibility: SupportsFloat | SupportsIndex,
    dark_count_probability: SupportsFloat | SupportsIndex,
    number_resolving: bool,
    mean_photons: SupportsFloat | SupportsIndex,
    mean_photons_b: SupportsFloat | SupportsIndex,
    late_bin_lost: bool,
    afterpulse_probability: SupportsFloat | SupportsIndex,
) -> HeraldTable: ...

def ensemble_click_table(
    *,
    efficiency_a: SupportsFloat | SupportsIndex,
    efficiency_b: SupportsFloat | SupportsIndex,
    visibility: SupportsFloat | SupportsIndex,
    dark_count_probability: SupportsFloat | SupportsIndex,
    number_resolving: bool,
    bright_state: SupportsFloat | SupportsIndex,
    bright_state_b: SupportsFloat | SupportsIndex,
    phase_sigma_rad: SupportsFloat | SupportsIndex,
) -> HeraldTable: ...

def tree_code(
    branching: Sequence[SupportsInt | SupportsIndex],
    loss: SupportsFloat | SupportsIndex,
    flip: SupportsFloat | SupportsIndex,
) -> tuple[float, float, float, float]: ...

def repeater_graph_table(
    graph: RepeaterGraph,
    halves: Sequence[SupportsFloat | SupportsIndex],
    end_a: SupportsFloat | SupportsIndex,
    end_b: SupportsFloat | SupportsIndex,
) -> HeraldTable: ...

def retrieved(retrieval: Retrieval, storage_s: SupportsFloat | SupportsIndex) -> float: ...

def hong_ou_mandel(
    visibility: SupportsFloat | SupportsIndex,
    photon_coherence: SupportsFloat | SupportsIndex,
) -> float: ...

def photon_coherence(
    dephasing_a: SupportsFloat | SupportsIndex,
    dephasing_b: SupportsFloat | SupportsIndex,
) -> float: ...

def transmission(
    fiber: Fiber,
    from_share: SupportsFloat | SupportsIndex = 0.0,
    to_share: SupportsFloat | SupportsIndex = 1.0,
) -> float: ...

def loss_db(fiber: Fiber) -> float: ...

def fiber_delay_s(fiber: Fiber) -> float: ...

def link_model(
    link: Link,
    memory_a: Memory,
    memory_b: Memory,
    station: Station | None,
    interfaces: Sequence[FrequencyConverter | Transducer | EncodingConverter] = [],
) -> LinkModel: ...

def photon_overlap(
    lifetime_a_s: SupportsFloat | SupportsIndex,
    bandwidths_a_hz: Sequence[SupportsFloat | SupportsIndex],
    lifetime_b_s: SupportsFloat | SupportsIndex,
    bandwidths_b_hz: Sequence[SupportsFloat | SupportsIndex],
    detuning_hz: SupportsFloat | SupportsIndex,
    window_s: SupportsFloat | SupportsIndex,
) -> tuple[float, float, float]: ...

def decision_columns() -> dict[str, Any]:
    """Decision point -> what is known there: tuples of name, unit and meaning."""

def load_protocol(
    path: str,
    name: str | None = None,
    parameters: Mapping[str, SupportsFloat | SupportsIndex] = {},
) -> Protocol:
    """Loads a protocol of a library; `farbell.load_protocol` wraps it."""

def compile(scenario: Scenario) -> Model:
    """Checks a scenario and works out everything that does not change during a run. Raises SpecError."""

def best_routes(
    model: Model,
    a: str,
    b: str,
    routing: Routing,
    min_fidelity: SupportsFloat | SupportsIndex,
) -> list[Any]:
    """Tuples (nodes, links, cost, length_m, fidelity, rate_hz, rounds), as many as `routing` has alternatives; `farbell.routing` wraps them."""

def demand_routes(model: Model) -> list[Any]:
    """Such a tuple for the preferred route of each demand."""

def run(
    model: Model,
    *,
    replicas: SupportsInt | SupportsIndex = 1,
    threads: SupportsInt | SupportsIndex = 1,
    first_replica: SupportsInt | SupportsIndex = 0,
    memory_limit_bytes: SupportsInt | SupportsIndex = 268435456,
    trace: bool = False,
    trace_from_s: SupportsFloat | SupportsIndex = 0.0,
    trace_until_s: SupportsFloat | SupportsIndex | None = None,
    trace_rows: SupportsInt | SupportsIndex = 1048576,
    bins: SupportsInt | SupportsIndex = 0,
    account_time: bool = True,
    stop_s: SupportsFloat | SupportsIndex | None = None,
    max_events: SupportsInt | SupportsIndex | None = None,
    max_wall_s: SupportsFloat | SupportsIndex | None = None,
    on_block: Callable[[str, dict[str, Any]], None] | None = None,
    on_progress: Callable[[float, int], bool] | None = None,
    programs: object = None,
    decisions: dict[str, Any] | None = None,
    protocols: dict[str, Any] = {},
    goes_on: bool = False,
) -> dict[str, Any]:
    """Runs replicas of a compiled scenario; `farbell.run` wraps the result."""
