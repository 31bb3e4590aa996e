"""What the layers say to each other: between two ends of a link, along a circuit, and what a request can fail with.

Between nodes they travel in a :class:`farbell.stack.Channel`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from farbell.programs import Refused

__all__ = [
    "CircuitComplete",
    "CircuitDown",
    "CircuitExpire",
    "CircuitForward",
    "CircuitReady",
    "CircuitRefused",
    "CircuitSetup",
    "CircuitTrack",
    "EntanglementId",
    "Kind",
    "LinkAccept",
    "LinkBit",
    "LinkCreate",
    "LinkEnd",
    "LinkError",
    "LinkExpire",
    "LinkHold",
    "LinkPrepared",
    "RequestError",
    "TransportOutcome",
]

Kind = Literal["keep", "measure", "prepare"]

#: Names a pair of neighbours at both ends: who asked, the number of the request there, and the number of the pair in it.
EntanglementId = tuple[str, int, int]


class RequestError(Refused):
    """A request that a layer of the stack cannot serve.

    Attributes
    ----------
    code : str
        "UNSUPP": such pairs cannot be made here, the fidelity wanted for one; "NOTIME": not in so little time;
        "OUTOFMEM": more pairs at a time than there are memory slots; "DENIED": a node does not want to; "NOROUTE": no way
        leads there; "UNREACHABLE": a node has not answered for too long; "LOST": a Bell measurement on a qubit to be sent
        has failed. What takes too long raises :class:`farbell.TimedOut`.

    Examples
    --------
    >>> import farbell as fb
    >>> def alice(node):
    ...     try:
    ...         yield node.network.create("n2", min_fidelity=0.999999)
    ...     except fb.stack.RequestError as error:
    ...         node.record(code=error.code)
    >>> scenario = fb.chain(3, demands=[])
    >>> fb.run(scenario, programs=fb.stack.on(scenario, {"n0": alice})).records["code"].tolist()
    ['UNSUPP']
    """

    def __init__(self, code: str, what: str) -> None:
        super().__init__(f"{what}: {code}")
        self.code = code


# ---- between the two ends of a link ----


@dataclass(frozen=True)
class LinkCreate:
    """CREATE: whether the other end takes part in making pairs."""

    request: int
    kind: Kind
    number: int | None
    min_fidelity: float
    purpose: Any
    bases: str = "X"
    angle_rad: float = 0.0


@dataclass(frozen=True)
class LinkAccept:
    """The other end takes part."""

    request: int


@dataclass(frozen=True)
class LinkError:
    """It does not."""

    request: int
    code: str


@dataclass(frozen=True)
class LinkHold:
    """The other end has as many pairs of a request as it can use; or, later, fewer."""

    request: int
    held: bool


@dataclass(frozen=True)
class LinkPrepared:
    """What the asker read to prepare the other end's qubit."""

    pair: EntanglementId
    outcome: int


@dataclass(frozen=True)
class LinkBit:
    """What the sender has read of the pair that is used up to distil this one."""

    pair: EntanglementId
    bit: int


@dataclass(frozen=True)
class LinkExpire:
    """EXPIRE: this end has given the pair up."""

    pair: EntanglementId


@dataclass(frozen=True)
class LinkEnd:
    """The asker wants no more pairs of a request."""

    request: int


# ---- along a circuit ----


@dataclass(frozen=True)
class CircuitSetup:
    """From the head to the tail, hop by hop: a circuit over these nodes."""

    circuit: tuple[str, int]
    nodes: tuple[str, ...]
    kind: Kind
    bases: str
    angle_rad: float
    min_fidelity: float
    link_min_fidelity: float
    cutoff_s: float | None


@dataclass(frozen=True)
class CircuitReady:
    """From the tail to the head: all nodes take part."""

    circuit: tuple[str, int]


@dataclass(frozen=True)
class CircuitRefused:
    """Back to the head: one does not."""

    circuit: tuple[str, int]
    code: str


@dataclass(frozen=True)
class CircuitForward:
    """FORWARD, from the head to the tail: there are requests, make pairs."""

    circuit: tuple[str, int]


@dataclass(frozen=True)
class CircuitComplete:
    """COMPLETE, from the head to the tail: there are none any more."""

    circuit: tuple[str, int]


@dataclass(frozen=True)
class CircuitDown:
    """Whoever sends it has torn the circuit down, and why, if it was not meant."""

    circuit: tuple[str, int]
    code: str = ""


@dataclass(frozen=True)
class CircuitTrack:
    """TRACK, from either end to the other: follows one end's pair through the swaps.

    `end` sends it; `pair` is the neighbours' pair by which it is known where the message is, `origin` that of the sender;
    `frame` the Bell state that the swaps so far have announced; `correlators` what can be expected of the pair so far;
    `formed_s` when it came to be. The sender's qubit was emitted at `born_s`, the correlators hold for it as it was at
    `since_s`, and it waits since, if it is not read at `until_s`.
    """

    circuit: tuple[str, int]
    end: str
    origin: EntanglementId
    pair: EntanglementId
    frame: int
    correlators: tuple[float, float, float]
    oldest_s: float
    formed_s: float
    born_s: float
    since_s: float
    until_s: float | None = None
    request: int | None = None
    purpose: Any = None
    outcome: int | None = None
    qubit: int = 0  # for fb.truth alone


@dataclass(frozen=True)
class CircuitExpire:
    """EXPIRE: the sender has given a pair up. To a neighbour it names the pair that they shared; to an end, its own."""

    circuit: tuple[str, int]
    pair: EntanglementId


# ---- from end to end ----


@dataclass(frozen=True)
class TransportOutcome:
    """Of a teleportation: which pair, and what was read; None: the Bell measurement has failed."""

    pair: Any
    outcome: tuple[int, int] | None
