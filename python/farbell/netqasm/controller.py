"""The quantum node controller: executes NetQASM subroutines on a node of the simulation."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from netqasm.backend.executor import Executor
from netqasm.backend.network_stack import OK_FIELDS_K
from netqasm.qlink_compat import Basis, RandomBasis, RequestType
from netqasm.sdk.shared_memory import SharedMemory

from farbell.netqasm.exchange import Bases, Exchange, News, SocketPair, Tag
from farbell.programs import Operation, Qubit, truth

if TYPE_CHECKING:
    from farbell.programs import Node, Pair

__all__ = ["Controller"]

_Steps = Generator[Operation, Any, Any]

#: Instructions as gates of Farbell, first to last, each with its angle. K exchanges Y and Z: a quarter turn about X, then Z.
_GATES: dict[str, tuple[tuple[str, float], ...]] = {
    "x": (("x", 0.0),),
    "y": (("y", 0.0),),
    "z": (("z", 0.0),),
    "h": (("h", 0.0),),
    "s": (("s", 0.0),),
    "t": (("t", 0.0),),
    "k": (("rx", math.pi / 2), ("z", 0.0)),
}
_ROTATIONS = {"rot_x": "rx", "rot_y": "ry", "rot_z": "rz"}
_TWO_QUBIT_GATES = {"cnot": "cx", "cphase": "cz", "swp": "swap"}
_AXES = (("rx", "ry", "rx"), ("ry", "rz", "ry"), ("rz", "rx", "rz"))
_MEASUREMENTS = {"meas_basis": 0, "meas_basis_yzy": 1, "meas_basis_zxz": 2}
#: Rotations about X, Y and X, in units of pi/16, that turn a basis into Z.
_TO_Z = {Basis.Z: (0, 0, 0), Basis.X: (0, 24, 0), Basis.Y: (8, 0, 0), Basis.ZPLUSX: (0, 28, 0), Basis.ZMINUSX: (0, 4, 0)}
_SETS = {
    RandomBasis.XZ: (Basis.X, Basis.Z),
    RandomBasis.XYZ: (Basis.X, Basis.Y, Basis.Z),
    RandomBasis.CHSH: (Basis.ZPLUSX, Basis.ZMINUSX),
}
_TIME_UNITS_S = (1e-6, 1e-3, 1.0)
#: The fidelity that sockets ask for, in per cent, if the application says nothing.
_NOT_STATED = 100


class Controller(Executor):  # type: ignore[misc]
    """Of one node and replica. The classical half of the instructions is the SDK's own executor's."""

    def __init__(self, node: Node, exchange: Exchange, node_names: list[str]) -> None:
        super().__init__(name=node.name)
        self._node = node
        self._exchange = exchange
        self._node_names = node_names
        #: By position: a qubit, or the outcome with which it was measured in place.
        self._held: dict[int, Qubit | int] = {}
        self._sockets: dict[tuple[int, int], tuple[int, float]] = {}
        self._queues: dict[tuple[str, SocketPair], deque[Callable[[], _Steps]]] = defaultdict(deque)
        self._create_ids = itertools.count()
        self._news = News()
        self._failed: Exception | None = None

    @property
    def node_id(self) -> int:
        return self._node_names.index(self._node.name)

    # ---- applications ----

    def begin(self, app_id: int, max_qubits: int) -> SharedMemory:
        """Registers an application; gives what it shares with its host."""
        self.init_new_application(app_id, max_qubits)
        return self._shared_memories[app_id]

    def _new_shared_memory(self, app_id: int) -> None:
        # Not by the SDK's manager, in which a name can be used but once.
        self._shared_memories[app_id] = SharedMemory()

    def open_socket(self, number: int, remote_node: int, remote_number: int, min_fidelity: int) -> None:
        self._sockets[remote_node, number] = remote_number, 0.0 if min_fidelity == _NOT_STATED else min_fidelity / 100

    def run(self, subroutine: Any) -> _Steps:
        yield from self.execute_subroutine(subroutine)

    def end(self, app_id: int) -> _Steps:
        yield from self.stop_application(app_id)

    def _handle_command_exception(self, exc: Exception, prog_counter: int, traceback_str: str) -> None:
        raise exc

    # ---- qubits ----

    def _qubit(self, position: int) -> _Steps:
        """The qubit there; one that was measured in place is made again, as it was read."""
        held = self._held.get(position)
        if held is None:
            raise RuntimeError("a qubit is used that was allocated and not initialised")
        if isinstance(held, Qubit):
            return held
        qubit = yield self._node.create_qubit()
        if held:
            yield self._node.gate("x", qubit)
        self._held[position] = qubit
        return qubit

    def _do_single_qubit_instr(self, instr: Any, subroutine_id: int, address: int) -> _Steps:
        position = self._get_position(subroutine_id=subroutine_id, address=address)
        if instr.mnemonic == "init":
            self._give_up(position)
            self._held[position] = yield self._node.create_qubit()
            return
        qubit = yield from self._qubit(position)
        for gate, angle in _known(_GATES, instr):
            yield self._node.gate(gate, qubit, angle_rad=angle)

    def _do_single_qubit_rotation(self, instr: Any, subroutine_id: int, address: int, angle: float) -> _Steps:
        qubit = yield from self._qubit(self._get_position(subroutine_id=subroutine_id, address=address))
        yield self._node.gate(_known(_ROTATIONS, instr), qubit, angle_rad=angle)

    def _do_two_qubit_instr(self, instr: Any, subroutine_id: int, address1: int, address2: int) -> _Steps:
        gate = _known(_TWO_QUBIT_GATES, instr)
        a = yield from self._qubit(self._get_position(subroutine_id=subroutine_id, address=address1))
        b = yield from self._qubit(self._get_position(subroutine_id=subroutine_id, address=address2))
        yield self._node.gate(gate, a, b)

    def _do_controlled_qubit_rotation(
        self, instr: Any, subroutine_id: int, address1: int, address2: int, angle: float
    ) -> _Steps:
        yield from ()
        raise NotImplementedError(f"the instruction {instr.mnemonic}: only the vanilla flavour is executed")

    def _do_meas(self, subroutine_id: int, q_address: int) -> _Steps:
        return (yield from self._measured(self._get_position(subroutine_id=subroutine_id, address=q_address)))

    def _measured(self, position: int) -> _Steps:
        qubit = yield from self._qubit(position)
        outcome = yield self._node.measure(qubit)
        self._held[position] = outcome
        return outcome

    def _rotated(self, qubit: Qubit, rotations: tuple[int, ...], axes: int, unit: float = math.pi / 16) -> _Steps:
        for gate, turns in zip(_AXES[axes], rotations, strict=True):
            if turns:
                yield self._node.gate(gate, qubit, angle_rad=turns * unit)

    def _get_instruction_handlers(self) -> Any:
        own = dict.fromkeys(_MEASUREMENTS, self._measure_in_basis)
        return {**super()._get_instruction_handlers(), **own, "breakpoint": self._refuse}

    def _refuse(self, subroutine_id: int, instr: Any) -> None:
        _known({}, instr)

    def _measure_in_basis(self, subroutine_id: int, instr: Any) -> _Steps:
        app_id = self._get_app_id(subroutine_id)
        position = self._get_position(app_id=app_id, address=self._get_register(app_id, instr.qreg))
        qubit = yield from self._qubit(position)
        rotations = instr.imm0.value, instr.imm1.value, instr.imm2.value
        yield from self._rotated(qubit, rotations, _MEASUREMENTS[instr.mnemonic], math.pi / 2**instr.imm3.value)
        outcome = yield from self._measured(position)
        self._set_register(app_id, instr.creg, outcome)
        self._program_counters[subroutine_id] += 1
        return outcome

    def _give_up(self, position: int) -> None:
        held = self._held.pop(position, None)
        if isinstance(held, Qubit):
            self._node.release(held)

    def _clear_phys_qubit_in_memory(self, physical_address: int) -> _Steps:
        self._give_up(physical_address)
        self._news.tell()
        yield from ()

    def density_matrix(self, app_id: int, virtual: int) -> _Steps:
        """2 x 2, of a qubit by itself."""
        qubit = yield from self._qubit(self._get_position_in_unit_module(app_id, virtual))
        x, y, z = (self._node._host._true(component(qubit)) for component in (truth.x, truth.y, truth.z))
        return np.array([[1 + z, x - 1j * y], [x + 1j * y, 1 - z]]) / 2

    # ---- pairs ----

    def _get_purpose_id(self, remote_node_id: int, epr_socket_id: int) -> int:
        if (remote_node_id, epr_socket_id) not in self._sockets:
            raise ValueError(f"the connection was given no EPRSocket {epr_socket_id} to {self._node_names[remote_node_id]}")
        return epr_socket_id

    def _do_create_epr(
        self,
        subroutine_id: int,
        remote_node_id: int,
        epr_socket_id: int,
        q_array_address: int | None,
        arg_array_address: int,
        ent_results_array_address: int,
    ) -> None:
        asked = self._get_create_request(subroutine_id, remote_node_id, epr_socket_id, arg_array_address)
        for field, value in asked._asdict().items():
            if value and field.startswith(("priority", "atomic", "consecutive", "probability_dist")):
                raise NotImplementedError(f"a request for pairs with {field}={value}")
        app_id = self._get_app_id(subroutine_id)
        remote_socket, fidelity = self._sockets[remote_node_id, epr_socket_id]
        peer = self._node_names[remote_node_id]
        sockets = SocketPair(self._node.name, peer, epr_socket_id, remote_socket)
        kind: RequestType = asked.type
        local, remote = (
            Bases(
                tuple(getattr(asked, f"rotation_{end}_{i}") for i in (1, 2, 3)),
                getattr(asked, f"rotation_axes_{end}"),
                _number(getattr(asked, f"random_basis_{end}")),
            )
            for end in ("local", "remote")
        )
        keeps = kind is RequestType.K
        virtual = self._app_arrays[app_id][q_array_address, :] if keeps else [None] * asked.number
        timeout_s = asked.max_time * _TIME_UNITS_S[_number(asked.time_unit)] if asked.max_time else None
        create_id = next(self._create_ids)

        def make() -> _Steps:
            for i in range(asked.number):
                if keeps:
                    yield from self._until_free(app_id, virtual[i])
                ticket = yield self._exchange.receiver(sockets)
                began_s = self._node.now_s
                pair = yield self._node.entangle(peer, min_fidelity=fidelity, timeout_s=timeout_s)
                tag = Tag(kind.value, create_id, self._exchange.number(sockets), began_s, remote)
                self._exchange.made(pair.id, ticket, tag)
                where = app_id, ent_results_array_address, i, virtual[i]
                yield from self._store(pair, tag, where, None if keeps else local, epr_socket_id, received=False)

        self._in_turn("create", sockets, make)

    def _do_recv_epr(
        self,
        subroutine_id: int,
        remote_node_id: int,
        epr_socket_id: int,
        q_array_address: int | None,
        ent_results_array_address: int,
    ) -> None:
        self._get_purpose_id(remote_node_id, epr_socket_id)
        app_id = self._get_app_id(subroutine_id)
        number = self._get_num_pairs_from_array(app_id, ent_results_array_address)
        remote_socket, _ = self._sockets[remote_node_id, epr_socket_id]
        peer = self._node_names[remote_node_id]
        sockets = SocketPair(peer, self._node.name, remote_socket, epr_socket_id)

        def take() -> _Steps:
            for i in range(number):
                ticket = Operation(f"a pair with {peer}")
                self._node.start(self._accept(sockets, ticket))
                tag, pair = yield ticket
                measured = tag.kind == RequestType.M.value
                virtual: int | None = None
                if not measured:
                    virtual = self._app_arrays[app_id][q_array_address, i]
                    yield from self._until_free(app_id, virtual)
                where = app_id, ent_results_array_address, i, virtual
                yield from self._store(pair, tag, where, tag.bases if measured else None, epr_socket_id, received=True)

        self._in_turn("receive", sockets, take)

    def _in_turn(self, role: str, sockets: SocketPair, work: Callable[[], _Steps]) -> None:
        """Beside the subroutine, after what was asked of these sockets before."""
        queue = self._queues[role, sockets]
        queue.append(work)

        def work_off() -> _Steps:
            while queue:
                try:
                    yield from queue[0]()
                except Exception as error:  # of which the application hears where it waits
                    self._failed = error
                queue.popleft()
                self._news.tell()

        if len(queue) == 1:
            self._node.start(work_off())

    @property
    def open_requests(self) -> list[str]:
        """What has been asked of the network, in words."""
        ends = {"create": "create pairs with {0.receiver}", "receive": "receive pairs from {0.creator}"}
        return [ends[role].format(sockets) for (role, sockets), queue in self._queues.items() if queue]

    def _accept(self, sockets: SocketPair, ticket: Operation) -> _Steps:
        """Tells the creator that this node is ready, which takes a message, and takes the half that comes."""
        delay_s = self._node.delay_s(sockets.creator)
        if delay_s > 0:
            yield self._node.wait(delay_s)
        self._exchange.ready(sockets, ticket)
        pair = yield self._node.accept(sockets.creator)
        whose, tag = self._exchange.accepted(pair.id)
        whose._succeed((tag, pair))

    def _until_free(self, app_id: int, virtual: int | None) -> _Steps:
        while self._has_virtual_address(app_id, virtual):
            yield self._news.wait(f"the virtual qubit {virtual} to be free")

    def _store(
        self,
        pair: Pair,
        tag: Tag,
        where: tuple[int, int, int, int | None],
        bases: Bases | None,
        socket: int,
        *,
        received: bool,
    ) -> _Steps:
        """Keeps a half, or measures it at once, and writes down what the SDK reads of it."""
        app_id, address, i, virtual = where
        took_us = round((self._node.now_s - tag.began_s) * 1e6)
        remote = self._node_names.index(pair.peer)
        if bases is None:
            assert virtual is not None
            position = self._get_unused_physical_qubit()
            self._held[position] = pair.qubit
            self._qubit_unit_modules[app_id][virtual] = position
            # The last but one, when the goodness was worked out, is read by nobody.
            entry = [tag.kind, tag.create_id, position, int(received), tag.sequence_number, socket, remote, took_us, 0, 0]
        else:
            outcome, basis = yield from self._measure_directly(pair.qubit, bases)
            entry = [
                tag.kind, tag.create_id, outcome, basis, int(received), tag.sequence_number, socket, remote, took_us, 0
            ]  # fmt: skip
        self._app_arrays[app_id][address, i * OK_FIELDS_K : (i + 1) * OK_FIELDS_K] = entry
        self._news.tell()

    def _measure_directly(self, qubit: Qubit, bases: Bases) -> _Steps:
        rotations, axes, drawn_from = bases
        basis = Basis.Z
        if drawn_from:
            basis = self._node.random.choice(_SETS[RandomBasis(drawn_from)])
            rotations, axes = _TO_Z[basis], 0
        else:
            basis = next((b for b, turns in _TO_Z.items() if axes == 0 and turns == rotations), Basis.Z)
        yield from self._rotated(qubit, rotations, axes)
        outcome = yield self._node.measure(qubit)
        return outcome, basis.value

    def _do_wait(self) -> _Steps:
        if self._failed is not None:
            raise self._failed
        yield self._news.wait("pairs")
        if self._failed is not None:
            raise self._failed


def _known(names: Mapping[str, Any], instr: Any) -> Any:
    if instr.mnemonic not in names:
        raise NotImplementedError(f"the instruction {instr.mnemonic}")
    return names[instr.mnemonic]


def _number(value: Any) -> int:
    """Of a member of an enumeration, or what is one already."""
    number: int = getattr(value, "value", value)
    return number
