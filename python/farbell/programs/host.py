"""The programs of a scenario, as they run: their nodes and processes, what they asked for that is not well-formed, and errors.

What is asked for in due form never comes here: the classes of the core from which these derive see to it.
"""

from __future__ import annotations

import inspect
import math
import random
import traceback
from collections.abc import Generator, Mapping, Sequence
from types import GeneratorType
from typing import Any

from farbell import _core
from farbell._core import ByPrograms, InternalError, Model, ProgramControl, ProgramHost, ProgramProcess, RunError, SpecError
from farbell._nearest import did_you_mean
from farbell.programs.binding import groups
from farbell.programs.control import Control, controls
from farbell.programs.node import BellOutcome, Message, Node, Pair, Qubit
from farbell.programs.notes import Notes
from farbell.programs.operations import Failed, Operation, Refused, Request, TimedOut
from farbell.programs.records import Records
from farbell.programs.truths import Truth
from farbell.programs.waits import why_it_waits
from farbell.trace import REFUSAL_REASONS, REQUEST_STATUS

__all__ = ["Host", "Process"]


class Process(ProgramProcess):
    """A generator at a node, and what it waits for."""

    __slots__ = ()

    @property
    def program(self) -> str:
        title: str = self.node._program
        return title

    @property
    def name(self) -> str:
        """Of its generator."""
        return str(getattr(self.generator, "__name__", "run"))

    @property
    def line(self) -> str:
        """Where it is now: file and line of the innermost generator."""
        inner: Any = self.generator
        while isinstance(getattr(inner, "gi_yieldfrom", None), GeneratorType):
            inner = inner.gi_yieldfrom
        frame = getattr(inner, "gi_frame", None)
        return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""


class Host(ProgramHost):
    """The programs of one run, replica after replica."""

    def __init__(self, model: Model, programs: Mapping[str, Sequence[tuple[str, Any]]]) -> None:
        names = list(model.node_names)
        self._names = names
        self._numbers = {name: number for number, name in enumerate(names)}
        outcomes = tuple(BellOutcome(bell & 1, bell >> 1) for bell in range(4))
        super().__init__(names, self._numbers, Operation, Request, Qubit, Pair, Message, outcomes)
        self._model = model
        self._programs = programs
        self._neighbours: dict[str, dict[str, None]] = {name: {} for name in programs}
        for link in model.scenario.links:
            for mine, other in ((link.node_a, link.node_b), (link.node_b, link.node_a)):
                if mine in self._neighbours:
                    self._neighbours[mine][other] = None
        joined = groups(model.scenario)
        self._reach = {name: joined[name] for name in programs}
        self._demands: dict[tuple[str, str], int] = {}
        for number, demand in enumerate(model.scenario.demands):
            if isinstance(demand.traffic, ByPrograms):
                self._demands[demand.node_a, demand.node_b] = number
                self._demands[demand.node_b, demand.node_a] = number
        self._replica = 0
        self.records = Records()
        self.notes = Notes(self)
        self._failed: RunError | None = None
        self._control = controls(self, model, programs)

    # ---- what the core calls ----

    def begin(self, replica: int) -> None:
        self._replica, self._failed = replica, None
        self.notes.begin()
        if self._control is not None:
            self._control.begin()
        for name, programs in self._programs.items():
            for number, (title, program) in enumerate(programs):
                dice = random.Random(f"{self._model.scenario.seed}/{replica}/{name}/{number}")
                node = Node(self, self._numbers[name], name, tuple(self._neighbours[name]), dice, replica)
                node._program = title
                body = program.run if hasattr(program, "run") else program
                try:
                    generator = body(node)
                except Exception as error:
                    raise self._failure(node, error) from error
                if not isinstance(generator, Generator):
                    raise self._failed_at(node, "", "never yields: it is no generator")
                self._begin_process(node, generator)

    def _request_ended(self, operation: Request, status: int, reason: int) -> None:
        if REQUEST_STATUS[status] == "timed_out":
            operation._fail(TimedOut(f"{operation.what}: not in time", operation.pairs))
        elif REQUEST_STATUS[status] == "refused":
            operation._fail(Refused(f"{operation.what}: refused, {REFUSAL_REASONS[reason]}"))

    def _link_news(self, link: int, cost: float) -> None:
        if self._control is not None:
            self._control.comes(link, cost)

    def _too_late(self, operation: Operation) -> None:
        operation._fail(TimedOut(f"{operation.what}: not in time"))

    def _lost(self, operation: Operation, node: int, failure: int, since_s: float) -> None:
        """The node of the operation has failed, or had when it was asked for."""
        why = f"{self._names[node]} went down at {since_s:.9g} s, failure {self._run.failure_name(failure)!r}"
        operation._fail(Failed(f"{operation.what}: {why}"))

    # What it says in a run that is traced.

    def _note_begun(self, node: Node, operation: Operation) -> None:
        self.notes.asked(node, operation)

    def _note_done(self, operation: Operation) -> None:
        self.notes.done(operation)

    def _note_pair(self, operation: Operation, pair: Pair) -> None:
        self.notes.pair(operation, pair)

    def _note_message(self, sender: int, receiver: int, content: Any) -> None:
        self.notes.message(sender, receiver, content)

    def _note_release(self, node: Node, qubit: Qubit) -> None:
        self.notes.released(node, qubit)

    def _note_returned(self, process: Process, value: Any) -> None:
        self.notes.process(process.node, "program_ended", process.name)

    def _note_lost(self, node: int, failure: int, qubits: int) -> None:
        self.notes.lost(node, qubits, self._run.failure_name(failure))

    def end(self) -> None:
        for process in self._processes:
            waits = process.waits_for
            if waits is not None:
                what = waits.what + self._in_vain(process.node.name, waits.what)
                why = why_it_waits(process, self._processes, self._programs, self._model.demand_names)
                self.records.waiting(self._replica, process, what, why)
        if self._failed is not None:  # and a program has caught what another raised
            raise self._failed

    def _in_vain(self, node: str, what: str) -> str:
        """What is to be said of messages that a process may wait for and that were lost."""
        said = ""
        for (sender, receiver), (count, last_s) in self._lost_messages.items():
            if receiver == node and (f"receive({sender!r})" in what or "receive_any()" in what):
                few = f"a message of {sender} to {node}, sent at {last_s:.9g} s, was lost"
                many = f"{count} messages of {sender} to {node} were lost, the last of them sent at {last_s:.9g} s"
                said += f"; {few if count == 1 else many}"
        return said

    # ---- processes ----

    def start(self, node: Node, generator: Any) -> Operation:
        if not isinstance(generator, Generator):
            hint = "; call it: start(f(...))" if inspect.isgeneratorfunction(generator) else ""
            raise RunError(f"start() takes a generator, such as what a function with yield returns, not {generator!r}{hint}")
        return self._begin_process(node, generator)

    def _begin_process(self, node: Node, generator: Generator[Any, Any, Any]) -> Operation:
        ended = Operation(f"the process {getattr(generator, '__name__', 'run')} of {node._program}")
        process = Process(self, node, generator, ended)
        ended._cancel = lambda: self._stop(process)
        if self._run.traced:
            self.notes.process(node, "program_began", process.name)
        self._launch(process)
        return ended

    def _stop(self, process: Process) -> None:
        """Ends a process where it waits, and gives up what it waits for."""
        if process.waits_for is None:
            raise RunError(f"{process.ended.what} cannot be cancelled: it is running; let it return")
        waits, process.waits_for = process.waits_for, None
        if self._run.traced:
            self.notes.process(process.node, "program_ended", f"{process.name}, cancelled")
        del self._processes[process]
        waits._waits = None
        if waits._cancel is not None:
            waits.cancel()
        try:
            process.generator.close()
        except Exception as raised:
            raise self._failure(process.node, raised) from raised

    def _goes_round(self, process: Process, _: None) -> None:
        raise self._failed_at(process.node, process.line, "goes round for ever, 1,000,000 steps without time passing")

    def _raised(self, process: Process, error: Exception) -> None:
        raise self._failure(process.node, error) from error

    def _yielded(self, process: Process, yielded: Any) -> None:
        """What no process can wait for."""
        if isinstance(yielded, Operation):
            raise self._failed_at(process.node, process.line, f"waits for {yielded!r}, for which somebody waits already")
        raise self._failed_at(process.node, process.line, f"yielded {yielded!r}; {_instead_of(yielded)}")

    def _failure(self, node: Node, error: Exception) -> RunError:
        """What is raised for what a program raised, with the line of the innermost generator."""
        if error is self._failed:
            return self._failed
        line = ""
        for frame, number in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_flags & inspect.CO_GENERATOR:
                line = f"{frame.f_code.co_filename}:{number}"
        return self._failed_at(node, line, str(error) if isinstance(error, RunError) else f"{type(error).__name__}: {error}")

    def _failed_at(self, node: Node, line: str, what: str) -> RunError:
        where = f", {line}" if line else ""
        if self._run is not None and self._run.traced:
            self.notes.failed(node, what, line)
        self._failed = RunError(f"program {node._program} at node {node.name}, {self.now_s:.9g} s{where}: {what}")
        return self._failed

    # ---- routes ----

    def control(self, node: Node, call: str) -> Control:
        """What a program at the controller's place may do."""
        if self._run is None:
            raise RunError("the run of this node is over")
        plane = self._model.scenario.control_plane
        if isinstance(plane, ProgramControl) and plane.place == node.name and self._control is not None:
            return self._control
        kind = plane.to_dict()["kind"]
        decides = f"a program at {plane.place}" if isinstance(plane, ProgramControl) else f"control_plane {kind!r}"
        raise RunError(
            f"{call}() at {node.name}: {decides} decides on routes, and there are no two controllers; "
            f"allowed is it with control_plane=fb.ProgramControl(place={node.name!r})"
        )

    # ---- what nodes do: what is not well-formed, or is met for the first time ----

    def _number(self, name: str, of: str) -> int:
        if name not in self._numbers:
            raise RunError(f"{of}({name!r}): there is no such node{did_you_mean(name, self._numbers)}")
        return self._numbers[name]

    def entangle(
        self, node: Node, peer: str, pairs: int, min_fidelity: float, timeout_s: float | str | None, tag: object
    ) -> Operation:
        self._number(peer, "entangle")
        if peer not in self._programs:
            raise RunError(f"entangle({peer!r}): no program runs there to accept it")
        demand = self._demands.get((node.name, peer))
        if demand is None:
            raise RunError(
                f"entangle({peer!r}) at {node.name}: no demand by programs joins them: no links do, or both name `peers` and "
                "not each other"
            )
        if not isinstance(pairs, int) or not 0 < pairs < 2**63:
            raise RunError(f"entangle({peer!r}, pairs={pairs!r}): allowed are whole numbers of at least 1")
        if not 0 <= min_fidelity <= 1:
            raise RunError(f"entangle({peer!r}, min_fidelity={min_fidelity!r}): allowed are numbers from 0 to 1")
        node._demands[str(peer)] = demand
        return node._entangle(str(peer), int(pairs), float(min_fidelity), _timeout(timeout_s), tag)

    def accept(self, node: Node, peer: str, timeout_s: float | str | None) -> Operation:
        self._number(peer, "accept")
        return node._accept(str(peer), _timeout(timeout_s))

    def receive(self, node: Node, peer: str | None, timeout_s: float | str | None) -> Operation:
        if peer is not None:
            self._number(peer, "receive")
        return node._receive(None if peer is None else str(peer), _timeout(timeout_s))

    def send(self, node: Node, peer: str, content: Any) -> Operation:
        to = self._number(peer, "send")
        if peer not in self._programs:
            raise RunError(f"send({peer!r}): no program runs there to receive it")
        if peer not in self._reach[node.name]:
            raise RunError(f"send({peer!r}): no links lead there")
        node._addresses[str(peer)] = to
        return node._send(str(peer), content)

    def wait(self, node: Node, duration_s: float | str) -> Operation:
        return node._wait(_seconds(duration_s), duration_s)

    def delay_s(self, node: Node, peer: str) -> float:
        if self._run is None:
            raise RunError("the run of this node is over")
        delay: float = self._run.delay_s(node._index, self._number(peer, "delay_s"))
        return delay if peer in self._reach[node.name] else math.inf

    def create_qubit(self, node: Node) -> Operation:
        """There is no free slot."""
        operation = Operation("create_qubit()")
        operation._fail(Refused(f"create_qubit() at {node.name}: no memory slot is free there"))
        return operation

    def gate(self, node: Node, name: str, qubits: tuple[Qubit, ...], angle_rad: float) -> Operation:
        known = _core.program_gates.get(name.lower() if isinstance(name, str) else name)
        if known is None:
            names = _core.program_gates
            raise RunError(f"gate({name!r}): there is no such gate{did_you_mean(name, names)}; there are " + ", ".join(names))
        _, arity, angles = known
        if len(qubits) != arity:
            raise RunError(f"gate({name!r}) on {len(qubits)} qubits: it acts on {arity}")
        if angle_rad and not angles:
            raise RunError(f"gate({name!r}, angle_rad={angle_rad!r}): it has no angle")
        if not math.isfinite(angle_rad):
            raise RunError(f"gate({name!r}, angle_rad={angle_rad!r}): allowed are finite angles")
        for qubit in qubits:
            _number_of(qubit)
        return node._gate(name.lower(), qubits, float(angle_rad))

    def measure(self, node: Node, qubit: Qubit, basis: str) -> Operation:
        if basis not in ("X", "Y", "Z", "x", "y", "z"):
            raise RunError(f'measure() in the basis {basis!r}: there are "X", "Y" and "Z"')
        _number_of(qubit)
        return node._measure(qubit, str(basis))

    def bell_measure(self, node: Node, a: Qubit, b: Qubit) -> Operation:
        _number_of(a), _number_of(b)
        return node._bell_measure(a, b)

    def release(self, node: Node, qubit: Qubit) -> None:
        _number_of(qubit)
        node._release(qubit)

    def record(self, node: Node, columns: Mapping[str, Any]) -> None:
        values = {name: self._true(value) if isinstance(value, Truth) else value for name, value in columns.items()}
        self.records.add(self.now_s, self._replica, node.name, node._program, values)
        if self._run.traced:
            self.notes.recorded(node, values)

    def _true(self, truth: Truth) -> float:
        qubits: tuple[int, ...]
        if truth.kind != "fidelity":
            qubits = (_number_of(truth.of),)
        elif isinstance(truth.of, tuple):
            qubits = tuple(map(_number_of, truth.of))
        elif hasattr(truth.of, "_both"):
            qubits = truth.of._both
        else:
            raise RunError(f"fb.truth.fidelity({truth.of!r}): it is of a pair, or of two qubits")
        try:
            figure: float = (
                self._run.fidelity(*qubits) if truth.kind == "fidelity" else self._run.bloch(*qubits)["xyz".index(truth.kind)]
            )
        except (InternalError, RunError):
            why = next(filter(None, map(self._run.why_gone, qubits)), "")
            if not why:
                raise
            raise RunError(f"fb.truth.{truth.kind}({truth.of!r}): {why}") from None
        return figure


def _number_of(qubit: Any) -> int:
    if not isinstance(qubit, Qubit):
        what = repr(qubit)
        if isinstance(qubit, Pair):
            what += "; its .qubit is what you want"
        elif isinstance(qubit, Operation):
            what += "; its value, which `yield` gives, is what you want"
        raise RunError(f"where a qubit is allowed there is {what}")
    return qubit._number


def _seconds(given: float | str) -> float:
    try:
        seconds: float = _core.seconds(given)
    except SpecError as error:
        raise RunError(f"a time of {given!r}: allowed is {error.allowed}") from None
    except TypeError:
        raise RunError(f"a time of {given!r}: allowed is a number of seconds, or text with a unit") from None
    if not seconds >= 0:
        raise RunError(f"a time of {given!r}: allowed are numbers of seconds of at least 0")
    return seconds


def _timeout(given: float | str | None) -> float | None:
    return None if given is None else _seconds(given)


def _instead_of(yielded: Any) -> str:
    """What a program may have meant that yielded this."""
    if isinstance(yielded, Generator):
        return "`yield from` it, or node.start() it"
    if isinstance(yielded, (list, tuple)) and yielded and all(isinstance(each, Operation) for each in yielded):
        return "join them: fb.all_of(...) or fb.any_of(...)"
    return "a program yields operations of its node, or fb.any_of(...) and fb.all_of(...) of them"
