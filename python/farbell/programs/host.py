"""Runs the programs of a scenario: the core tells it what happens, and it resumes whoever waited for that."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import GeneratorType
from typing import Any

from farbell import _core
from farbell._core import ByPrograms, Model, RunError
from farbell.programs.node import BellOutcome, Message, Node, Pair, Qubit
from farbell.programs.operations import Operation, Refused, TimedOut
from farbell.programs.records import Records
from farbell.programs.truths import Truth

__all__ = ["Host", "Process"]

_GATES = _core.program_gates()
_STATUS = ("open", "done", "timed_out", "refused")
_REASON = ("none", "no_route", "route_lost", "queue_full", "not_served", "node_down", "not_admitted")
#: Steps that a process may take at one instant of simulated time before it is taken to go round for ever.
_STEPS_AT_ONCE = 1_000_000


@dataclass(eq=False)
class Process:
    """A generator at a node, and what it waits for."""

    node: Node
    program: str
    generator: Generator[Any, Any, Any]
    ended: Operation
    waits_for: Operation | None = None
    since: int = 0  # ticks
    steps: int = 0
    stepped_at: int = -1
    resume: Any = None  # what an operation calls

    @property
    def line(self) -> str:
        """Where it is now: file and line of the innermost generator."""
        inner: Any = self.generator
        while isinstance(getattr(inner, "gi_yieldfrom", None), GeneratorType):
            inner = inner.gi_yieldfrom
        frame = getattr(inner, "gi_frame", None)
        return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""


@dataclass
class _Inbox:
    """What has come to a node and nobody has taken, and who waits for it."""

    came: deque[Any] = field(default_factory=deque)
    waiting: deque[tuple[Any, Operation]] = field(default_factory=deque)  # from whom (None: anybody)


@dataclass
class _Request:
    asker: Node
    operation: Operation
    wanted: int
    pairs: list[Pair] = field(default_factory=list)


class Host:
    """The programs of one run, replica after replica."""

    def __init__(self, model: Model, programs: Mapping[str, Sequence[tuple[str, Any]]]) -> None:
        self._model = model
        self._programs = programs
        self._numbers = {name: number for number, name in enumerate(model.node_names)}
        self._neighbours: dict[str, dict[str, None]] = {name: {} for name in programs}
        for link in model.scenario.links:
            for mine, other in ((link.node_a, link.node_b), (link.node_b, link.node_a)):
                if mine in self._neighbours:
                    self._neighbours[mine][other] = None
        self._demands: dict[tuple[str, str], int] = {}
        for number, demand in enumerate(model.scenario.demands):
            if isinstance(demand.traffic, ByPrograms):
                self._demands[demand.node_a, demand.node_b] = number
                self._demands[demand.node_b, demand.node_a] = number
        self._run: Any = None
        self._replica = 0
        self.records = Records()
        self.failure: RunError | None = None

    # ---- what the core calls ----

    def begin(self, run: Any, replica: int) -> None:
        self._run, self._replica = run, replica
        self._ticks_per_s: float = run.ticks_per_s
        self._operations: dict[int, tuple[Operation, Any]] = {}
        self._next = 0
        self._requests: dict[tuple[int, int], _Request] = {}
        self._messages: dict[int, tuple[str, Message]] = {}
        self._mail: dict[str, _Inbox] = {name: _Inbox() for name in self._programs}
        self._offers: dict[str, _Inbox] = {name: _Inbox() for name in self._programs}
        self._processes: list[Process] = []
        for name, programs in self._programs.items():
            for title, program in programs:
                dice = random.Random(f"{self._model.scenario.seed}/{replica}/{name}/{title}")
                node = Node(self, self._numbers[name], name, tuple(self._neighbours[name]), dice, replica)
                node._program = title
                body = program.run if hasattr(program, "run") else program
                try:
                    generator = body(node)
                except Exception as error:
                    raise self._failure(node, title, "", error) from error
                if not isinstance(generator, Generator):
                    raise RunError(f"program {title} at node {name} never yields: its run() is no generator")
                self._begin_process(node, generator)

    def pair(self, demand: int, request: int, a: int, b: int, fidelity: float, born: int) -> None:
        spec = self._model.scenario.demands[demand]
        asked = self._requests[demand, request]
        number = (demand, self._next)
        self._next += 1
        halves = {
            mine: Pair(Qubit(q, mine), other, number, fidelity, born / self._ticks_per_s, (a, b))
            for mine, other, q in ((spec.node_a, spec.node_b, a), (spec.node_b, spec.node_a, b))
        }
        asker = asked.asker.name
        asked.pairs.append(halves.pop(asker))
        ((peer, half),) = halves.items()
        if len(asked.pairs) == asked.wanted:
            asked.operation._succeed(asked.pairs[0] if asked.wanted == 1 else asked.pairs)
        self._put(self._offers[peer], asker, half, half)

    def request_ended(self, demand: int, request: int, status: int, reason: int) -> None:
        asked = self._requests.pop((demand, request))
        if asked.operation.done:
            return
        if _STATUS[status] == "timed_out":
            asked.operation._fail(TimedOut(f"{asked.operation.what}: not in time", asked.pairs))
        elif _STATUS[status] == "refused":
            asked.operation._fail(Refused(f"{asked.operation.what}: refused, {_REASON[reason]}"))

    def message(self, number: int) -> None:
        peer, message = self._messages.pop(number)
        self._put(self._mail[peer], message.sender, message.content, message)

    def done(self, number: int, result: int) -> None:
        found = self._operations.pop(number, None)
        if found is None:
            return
        operation, value = found
        if not operation.done:
            operation._succeed(result if value is None else value(result))

    def end(self) -> None:
        for process in self._processes:
            waits = process.waits_for
            if waits is not None:
                self.records.waiting(self._replica, process, waits.what, process.since / self._ticks_per_s)
        self._run = None

    # ---- processes ----

    @property
    def now_s(self) -> float:
        now: float = self._run.now() / self._ticks_per_s
        return now

    def start(self, node: Node, generator: Any) -> Operation:
        if not isinstance(generator, Generator):
            raise RunError(f"start() takes a generator, such as what a function with yield returns, not {generator!r}")
        return self._begin_process(node, generator)

    def _begin_process(self, node: Node, generator: Generator[Any, Any, Any]) -> Operation:
        ended = Operation(f"the process {getattr(generator, '__name__', 'run')} of {node._program}")
        process = Process(node, node._program, generator, ended)
        process.resume = partial(self._resume, process)
        self._processes.append(process)
        self._step(process, None, None)
        return ended

    def _step(self, process: Process, value: Any, error: BaseException | None) -> None:
        """Resumes a process until it waits for something that is not done."""
        now = self._run.now()
        if process.stepped_at != now:
            process.stepped_at, process.steps = now, 0
        generator = process.generator
        process.waits_for = None
        while True:
            process.steps += 1
            if process.steps > _STEPS_AT_ONCE:
                where = process.line
                raise RunError(
                    f"{self._where(process)}, {where}: goes round for ever, {_STEPS_AT_ONCE:,} steps without time passing"
                )
            try:
                yielded = generator.send(value) if error is None else generator.throw(error)
            except StopIteration as stop:
                self._processes.remove(process)
                process.ended._succeed(stop.value)
                return
            except Exception as raised:
                raise self._failure(process.node, process.program, "", raised) from raised
            if not isinstance(yielded, Operation):
                raise RunError(
                    f"{self._where(process)}, {process.line}: yielded {yielded!r}; "
                    "a program yields operations of its node, or any_of and all_of of them"
                )
            if yielded.done:
                value, error = yielded.value, yielded._error
                continue
            if yielded._waits is not None:
                raise RunError(
                    f"{self._where(process)}, {process.line}: waits for {yielded!r}, for which somebody waits already"
                )
            process.waits_for, process.since = yielded, now
            yielded._waits = process.resume
            return

    def _resume(self, process: Process, operation: Operation) -> None:
        self._step(process, operation.value, operation._error)

    def _where(self, process: Process) -> str:
        return f"program {process.program} at node {process.node.name}, {self.now_s:.9g} s"

    def _failure(self, node: Node, title: str, where: str, error: Exception) -> RunError:
        if isinstance(error, RunError) and getattr(error, "_placed", False):
            return error
        trace = error.__traceback__
        while (
            trace is not None
            and trace.tb_next is not None
            and "farbell/programs" not in trace.tb_next.tb_frame.f_code.co_filename
        ):
            trace = trace.tb_next
        line = f", {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
        now = f", {self.now_s:.9g} s"
        failed = RunError(f"program {title} at node {node.name}{now}{line}: {type(error).__name__}: {error}")
        failed._placed = True  # type: ignore[attr-defined]
        return failed

    # ---- what nodes do ----

    def _number(self, name: str, of: str) -> int:
        if name not in self._numbers:
            raise RunError(f"{of}: there is no node {name!r}")
        return self._numbers[name]

    def _operation(self, what: str, value: Any = None, cancel: Any = None, of: Any = None) -> tuple[Operation, int]:
        operation = Operation(what, cancel, of)
        number = self._next
        self._next += 1
        self._operations[number] = operation, value
        return operation, number

    def entangle(self, node: Node, peer: str, pairs: int, min_fidelity: float, timeout_s: float | str | None) -> Operation:
        self._number(peer, "entangle")
        demand = self._demands.get((node.name, peer))
        if demand is None:
            raise RunError(
                f"entangle({peer!r}) at {node.name}: no demand by programs joins them; both need programs that name each "
                f'other in their peers, or the scenario a demand with traffic "by_programs"'
            )
        if not isinstance(pairs, int) or pairs < 1:
            raise RunError(f"entangle({peer!r}, pairs={pairs!r}): allowed are whole numbers of at least 1")
        if not 0 <= min_fidelity <= 1:
            raise RunError(f"entangle({peer!r}, min_fidelity={min_fidelity!r}): allowed are numbers from 0 to 1")
        timeout = 1e300 if timeout_s is None else _core.seconds(timeout_s)
        operation = Operation("entangle", None, peer)
        request = self._run.ask(demand, pairs, min_fidelity, timeout)
        operation._cancel = lambda: self._run.withdraw(demand, request)
        self._requests[demand, request] = _Request(node, operation, pairs)
        return operation

    def accept(self, node: Node, peer: str, timeout_s: float | str | None) -> Operation:
        self._number(peer, "accept")
        return self._take(self._offers[node.name], peer, "accept", timeout_s)

    def receive(self, node: Node, peer: str | None, timeout_s: float | str | None) -> Operation:
        if peer is not None:
            self._number(peer, "receive")
        return self._take(self._mail[node.name], peer, "receive" if peer is not None else "receive_any()", timeout_s)

    def _take(self, inbox: _Inbox, peer: str | None, what: str, timeout_s: float | str | None) -> Operation:
        operation = Operation(what, None, peer)
        for i, (sender, content, whole) in enumerate(inbox.came):
            if peer is None or sender == peer:
                del inbox.came[i]
                operation._succeed(whole if peer is None else content)
                return operation
        entry = (peer, operation)
        inbox.waiting.append(entry)
        operation._cancel = lambda: inbox.waiting.remove(entry)
        if timeout_s is not None:

            def too_late(_: int) -> None:
                if not operation.done:
                    inbox.waiting.remove(entry)
                    operation._fail(TimedOut(f"{operation.what}: not in time"))

            number = self._next
            self._next += 1
            self._operations[number] = Operation("timer"), too_late
            self._run.set_timer(_core.seconds(timeout_s), number)
        return operation

    def _put(self, inbox: _Inbox, sender: str, content: Any, whole: Any) -> None:
        for entry in inbox.waiting:
            if entry[0] is None or entry[0] == sender:
                inbox.waiting.remove(entry)
                entry[1]._succeed(whole if entry[0] is None else content)
                return
        inbox.came.append((sender, content, whole))

    def send(self, node: Node, peer: str, content: Any) -> Operation:
        to = self._number(peer, "send")
        if peer not in self._mail:
            raise RunError(f"send({peer!r}): no program runs there to receive it")
        number = self._next
        self._next += 1
        self._messages[number] = peer, Message(node.name, content, self.now_s)
        self._run.send(node._index, to, number)
        sent = Operation("send", None, peer)
        sent.done = True
        return sent

    def wait(self, node: Node, duration_s: float | str) -> Operation:
        operation, number = self._operation("wait", _nothing, _nothing, duration_s)
        self._run.set_timer(duration_s if type(duration_s) is float and duration_s >= 0 else _core.seconds(duration_s), number)
        return operation

    def delay_s(self, node: Node, peer: str) -> float:
        delay: float = self._run.delay_s(node._index, self._number(peer, "delay_s"))
        return delay

    def create_qubit(self, node: Node) -> Operation:
        made: list[Qubit] = []
        operation, number = self._operation("create_qubit()", lambda _: made[0])
        index = self._run.create_qubit(node._index, number)
        if index is None:
            raise RunError(f"create_qubit() at {node.name}: no memory slot is free there")
        made.append(Qubit(index, node.name))
        return operation

    def gate(self, node: Node, name: str, qubits: Sequence[Qubit], angle_rad: float) -> Operation:
        known = _GATES.get(name.lower()) if isinstance(name, str) else None
        if known is None:
            raise RunError(f"gate({name!r}): there is no such gate; there are " + ", ".join(_GATES))
        gate, arity, angles = known
        if len(qubits) != arity:
            raise RunError(f"gate({name!r}) on {len(qubits)} qubits: it acts on {arity}")
        if angle_rad and not angles:
            raise RunError(f"gate({name!r}, angle_rad={angle_rad!r}): it has no angle")
        indices = [_index(q) for q in qubits]
        operation, number = self._operation("gate", _nothing, None, name)
        self._run.gate(node._index, gate, angle_rad, indices[0], indices[1] if arity == 2 else None, number)
        return operation

    def measure(self, node: Node, qubit: Qubit, basis: int) -> Operation:
        index = _index(qubit)
        operation, number = self._operation("measure()")
        self._run.measure(node._index, index, basis, number)
        return operation

    def bell_measure(self, node: Node, a: Qubit, b: Qubit) -> Operation:
        indices = _index(a), _index(b)
        operation, number = self._operation("bell_measure()", _BELL_OUTCOMES.get)
        self._run.bell_measure(node._index, *indices, number)
        return operation

    def release(self, node: Node, qubit: Qubit) -> None:
        self._run.release(node._index, _index(qubit))

    def record(self, node: Node, columns: Mapping[str, Any]) -> None:
        values = {name: self._true(value) if isinstance(value, Truth) else value for name, value in columns.items()}
        self.records.add(self.now_s, self._replica, node.name, node._program, values)

    def _true(self, truth: Truth) -> float:
        if truth.kind == "fidelity":
            fidelity: float = self._run.fidelity(*truth.of._both)
            return fidelity
        component: float = self._run.bloch(_index(truth.of))["xyz".index(truth.kind)]
        return component


def _nothing(*_: int) -> None:
    """The value of operations that have none, and how a timer is cancelled."""


_BELL_OUTCOMES = {bell: BellOutcome(bell & 1, bell >> 1) for bell in range(4)}


def _index(qubit: Any) -> int:
    if not isinstance(qubit, Qubit):
        what = "a Pair; its .qubit is what you want" if isinstance(qubit, Pair) else repr(qubit)
        raise RunError(f"found {what}, where a qubit is allowed")
    return qubit.index
