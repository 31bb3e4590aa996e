"""What an application imports from `netqasm.sdk.external`, as Farbell has it."""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
from netqasm.backend.messages import (
    InitNewAppMessage,
    OpenEPRSocketMessage,
    SignalMessage,
    StopAppMessage,
    SubroutineMessage,
)
from netqasm.lang.parsing import deserialize
from netqasm.runtime.settings import SIMULATOR_ENV, Simulator
from netqasm.sdk.classical_communication import broadcast_channel, socket
from netqasm.sdk.classical_communication.message import StructuredMessage
from netqasm.sdk.connection import BaseNetQASMConnection
from netqasm.sdk.network import NetworkInfo
from netqasm.sdk.shared_memory import SharedMemory

from farbell.netqasm.party import Party
from farbell.programs import Operation

__all__ = ["BroadcastChannel", "NetQASMConnection", "Socket", "get_qubit_state", "installed"]


class _Roles(NetworkInfo):  # type: ignore[misc]
    """Nodes by number, and the roles that they have in the application of the thread that asks."""

    @classmethod
    def _get_node_id(cls, node_name: str) -> int:
        return Party.mine().application.node_names.index(node_name)

    @classmethod
    def _get_node_name(cls, node_id: int) -> str:
        return Party.mine().application.node_names[node_id]

    @classmethod
    def get_node_id_for_app(cls, app_name: str) -> int:
        return cls._get_node_id(Party.mine().node_of(app_name))

    @classmethod
    def get_node_name_for_app(cls, app_name: str) -> str:
        return Party.mine().node_of(app_name)


class NetQASMConnection(BaseNetQASMConnection):  # type: ignore[misc]
    """Between an application and the controller of its node, in the simulation."""

    _app_ids: ClassVar[dict[str, list[int]]] = {}
    _app_names: ClassVar[dict[str, dict[int, str]]] = {}

    def __init__(self, app_name: str, *args: Any, **others: Any) -> None:
        if others.get("compiler") is not None:
            raise NotImplementedError("a connection with a compiler: only the vanilla flavour is executed")
        self._party = Party.mine(app_name)
        self._memory: SharedMemory | None = None
        self._unfinished: list[Operation] = []
        super().__init__(app_name, *args, **others)

    @property
    def shared_memory(self) -> SharedMemory | None:
        return self._memory

    def _get_network_info(self) -> type[NetworkInfo]:
        return _Roles

    def _commit_message(self, msg: Any, block: bool = True, callback: Any = None) -> None:
        controller = self._party.controller
        if callback is not None:
            raise NotImplementedError("flush() with a callback")
        if isinstance(msg, InitNewAppMessage):
            self._memory = controller.begin(msg.app_id, msg.max_qubits)
        elif isinstance(msg, OpenEPRSocketMessage):
            controller.open_socket(msg.epr_socket_id, msg.remote_node_id, msg.remote_epr_socket_id, msg.min_fidelity)
        elif isinstance(msg, SubroutineMessage):
            # Through its binary encoding, as to a device.
            work = controller.run(deserialize(msg.subroutine))
            self.block()
            if block:
                self._party.ask("a subroutine", work)
            else:
                self._unfinished.append(self._party.ask("a subroutine to begin", self._begin(work)))
        elif isinstance(msg, StopAppMessage):
            self.block()
            self._party.ask("the application to be cleared", controller.end(msg.app_id))
        else:
            assert isinstance(msg, SignalMessage), msg

    def _begin(self, work: Any) -> Any:
        yield from ()
        return self._party.node.start(work)

    def block(self) -> None:
        """Waits until what was flushed without waiting is done."""
        while self._unfinished:
            self._party.ask("subroutines", _waited(self._unfinished.pop(0)))

    def _commit_serialized_message(self, raw_msg: bytes, block: bool = True, callback: Any = None) -> None:
        raise NotImplementedError("messages to a controller as bytes")

    def _save_log_subroutines(self) -> None:
        """The SDK's logs are not written."""


def _waited(operation: Operation) -> Any:
    return (yield operation)


def _text(message: Any) -> str:
    if not isinstance(message, str):
        raise TypeError(f"a message is text, not {type(message).__name__}")
    return message


class Socket(socket.Socket):  # type: ignore[misc]
    """Carries messages between two roles over the fibres of the network; opening one takes no time."""

    def __init__(
        self,
        app_name: str,
        remote_app_name: str,
        socket_id: int = 0,
        timeout: float | None = None,
        use_callbacks: bool = False,
        log_config: Any = None,
    ) -> None:
        if use_callbacks:
            raise NotImplementedError("a Socket with use_callbacks=True: receive by recv()")
        self._party = Party.mine(app_name)
        self._party.node_of(remote_app_name)
        if app_name == remote_app_name:
            raise ValueError(f"a Socket from {app_name!r} to itself")
        self.app_name = app_name
        self.remote_app_name = remote_app_name
        self.id = socket_id
        self.connected = True

    def send(self, msg: str) -> None:
        self._party.send(self.remote_app_name, str(self.id), _text(msg))

    def recv(self, block: bool = True, timeout: float | None = None, maxsize: int | None = None) -> Any:
        return self._party.receive(self.remote_app_name, str(self.id), block, timeout)[1]

    def send_structured(self, msg: StructuredMessage) -> None:
        self._party.send(self.remote_app_name, str(self.id), {"header": msg.header, "payload": msg.payload})

    def recv_structured(
        self, block: bool = True, timeout: float | None = None, maxsize: int | None = None
    ) -> StructuredMessage:
        return StructuredMessage(**self.recv(block, timeout))

    send_silent = send
    recv_silent = recv


class BroadcastChannel(broadcast_channel.BroadcastChannel):  # type: ignore[misc]
    """Carries messages from one role to several."""

    def __init__(self, app_name: str, remote_app_names: Sequence[str], use_callbacks: bool = False, **_: Any) -> None:
        if use_callbacks:
            raise NotImplementedError("a BroadcastChannel with use_callbacks=True: receive by recv()")
        self._party = Party.mine(app_name)
        self._remotes = list(remote_app_names)
        for remote in self._remotes:
            self._party.node_of(remote)

    def send(self, msg: str) -> None:
        for remote in self._remotes:
            self._party.send(remote, "broadcast", _text(msg))

    def recv(self, block: bool = True, timeout: float | None = None) -> tuple[str, str]:
        return self._party.receive("", "broadcast", block, timeout)


def get_qubit_state(qubit: Any, reduced_dm: bool = True) -> Any:
    """Density matrix of a qubit, which no device could tell.

    With ``reduced_dm=False`` that of all that it is entangled with is asked for: given if that is the qubit alone, else None.
    """
    party = Party.mine()
    connection = qubit.connection
    matrix = party.ask("a state", party.controller.density_matrix(connection.app_id, qubit.qubit_id))
    pure = abs(np.trace(matrix @ matrix).real - 1) < 1e-9
    return matrix if reduced_dm or pure else None


# ---- what applications compare received states with ----


def qubit_from(phi: float, theta: float) -> Any:
    """Density matrix of cos(theta / 2) |0> + exp(i phi) sin(theta / 2) |1>."""
    ket = np.array([math.cos(theta / 2), np.exp(1j * phi) * math.sin(theta / 2)])
    return np.outer(ket, ket.conj())


def to_dm(q: Any) -> Any:
    return q


def get_fidelity(q1: Any, q2: Any) -> float:
    """sqrt(<q1| q2 |q1>), of a pure state and any. With the root, as NetSquid has it; elsewhere in Farbell there is none."""
    return math.sqrt(max(np.trace(q1 @ q2).real, 0.0))


@contextlib.contextmanager
def installed() -> Iterator[None]:
    """Puts this module in the places of those of the SDK that depend on the simulator.

    Applications ask the SDK who simulates them, and look at states only if that is NetSquid: Farbell answers to its name.
    """
    states = {"qubit_from": qubit_from, "to_dm": to_dm, "get_fidelity": get_fidelity}
    own = {
        "netqasm.sdk.external": {name: globals()[name] for name in __all__ if name != "installed"},
        "netqasm.sdk.toolbox.sim_states": states,
    }
    missing = object()
    before_env = os.environ.get(SIMULATOR_ENV)
    before: list[tuple[str, Any, Any, Any]] = []
    for name, contents in own.items():
        module = types.ModuleType(name)
        vars(module).update(contents)
        parent, _, last = name.rpartition(".")
        package = importlib.import_module(parent)
        before.append((name, sys.modules.get(name, missing), package, getattr(package, last, missing)))
        sys.modules[name] = module
        setattr(package, last, module)
    os.environ[SIMULATOR_ENV] = Simulator.NETSQUID.value
    try:
        yield
    finally:
        for name, module_before, package, attribute in before:
            last = name.rpartition(".")[2]
            if module_before is missing:
                del sys.modules[name]
            else:
                sys.modules[name] = module_before
            if attribute is missing:
                delattr(package, last)
            else:
                setattr(package, last, attribute)
        if before_env is None:
            del os.environ[SIMULATOR_ENV]
        else:
            os.environ[SIMULATOR_ENV] = before_env


def forget() -> None:
    """What the SDK's classes remember of connections before."""
    NetQASMConnection._app_ids.clear()
    NetQASMConnection._app_names.clear()
