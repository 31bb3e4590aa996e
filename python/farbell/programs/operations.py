"""What a program can wait for."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any

from farbell._core import ProgramOperation, RunError

__all__ = ["Cancelled", "Failed", "Operation", "Refused", "Request", "TimedOut", "all_of", "any_of"]


class TimedOut(Exception):
    """What a program asked for did not come in time.

    Attributes
    ----------
    pairs : list of Pair
        Of a request for several pairs: those that had come.

    Examples
    --------
    >>> import farbell as fb
    >>> def patient(node):
    ...     try:
    ...         yield node.receive("n1", timeout_s="1 ms")
    ...     except fb.TimedOut:
    ...         node.record(gave_up_s=node.now_s)
    >>> fb.run(fb.chain(2, demands=[]), programs={"n0": patient}).records["gave_up_s"].tolist()
    [0.001]
    """

    def __init__(self, message: str, pairs: list[Any] | None = None) -> None:
        super().__init__(message)
        self.pairs = [] if pairs is None else pairs


class Refused(Exception):
    """What a program asked for cannot come: the reason is in the message.

    Examples
    --------
    >>> import farbell as fb
    >>> def greedy(node):
    ...     made = []
    ...     while True:
    ...         try:
    ...             made.append((yield node.create_qubit()))
    ...         except fb.Refused:
    ...             node.record(slots=len(made))
    ...             return
    >>> two = fb.chain(2, demands=[], memory=fb.Memory(name="m", slots=3))
    >>> fb.run(two, programs={"n0": greedy}).records["slots"].tolist()
    [3]
    """


class Failed(Exception):
    """The node went down: the operation came to nothing, or the qubit was lost then. The message names the failure.

    Examples
    --------
    >>> import farbell as fb
    >>> def late(node):
    ...     qubit = yield node.create_qubit()
    ...     yield node.wait("2 ms")
    ...     try:
    ...         yield node.measure(qubit)
    ...     except fb.programs.Failed as failure:
    ...         node.record(told=str(failure))
    >>> storm = fb.Failure(name="storm", nodes=["n0"], down=[(1e-3, 5e-3)])
    >>> two = fb.chain(2, demands=[]).replace(failures=[storm])
    >>> fb.run(two, programs={"n0": late}).records["told"].tolist()
    ["measure(): n0 went down at 0.001 s, failure 'storm'"]
    """


class Cancelled(Exception):
    """The operation was cancelled while a program waited for it.

    Examples
    --------
    >>> import farbell as fb
    >>> def main(node):
    ...     listening = node.receive("n1")
    ...     def waits():
    ...         try:
    ...             yield listening
    ...         except fb.programs.Cancelled as end:
    ...             node.record(told=str(end))
    ...     node.start(waits())
    ...     yield node.wait("1 ms")
    ...     listening.cancel()
    >>> fb.run(fb.chain(2, demands=[]), programs={"n0": main}).records["told"].tolist()
    ["receive('n1') was cancelled"]
    """


class Operation(ProgramOperation):
    """Something that a node was asked to do, and that will be done some time.

    ``yield operation`` in a program waits for it, and gives its value or raises what went wrong.

    Attributes
    ----------
    done : bool
        Whether it has a value, or has failed.
    value : object
        Once done: what ``yield`` gives.
    what : str
        What is being done, for messages.

    Examples
    --------
    An operation goes on whether or not anybody waits for it:

    >>> import farbell as fb
    >>> def ready(node):
    ...     timer = node.wait("2 ms")
    ...     yield node.wait("5 ms")
    ...     before = node.now_s
    ...     yield timer
    ...     node.record(waited_s=node.now_s - before)
    >>> fb.run(fb.chain(2, demands=[]), programs={"n0": ready}).records["waited_s"].tolist()
    [0.0]
    """

    __slots__ = ()

    def cancel(self) -> None:
        """Gives it up; nothing if it is done. Who waits for it meets :class:`Cancelled`.

        A process ends where it waits, and what it waits for is given up, too, if it can be; of :func:`any_of` and
        :func:`all_of` all that can be.

        Raises
        ------
        RunError
            If it cannot be given up: a gate or a read-out that has begun.
        """
        if self.done:
            return
        if self._cancel is None:
            raise RunError(f"{self.what} cannot be cancelled: it is under way")
        self._cancel()
        self._fail(Cancelled(f"{self.what} was cancelled"))

    def __repr__(self) -> str:
        if not self.done:
            return f"<{self.what}: under way>"
        return f"<{self.what}: {self._error if self._error is not None else self.value!r}>"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{self.what} is an operation, which has no {name!r}; its value may, which `yield` gives")


class Request(Operation):
    """A request for pairs.

    Attributes
    ----------
    pairs : list of Pair
        Those that have come so far. They stay the program's when the request is cancelled or times out.

    Examples
    --------
    >>> import farbell as fb
    >>> def impatient(node):
    ...     request = node.entangle("n1", pairs=1_000_000)
    ...     yield node.wait("10 ms")
    ...     request.cancel()
    ...     node.record(some=len(request.pairs) > 0)
    >>> def other(node):
    ...     yield node.accept("n0")
    >>> two = fb.chain(2, demands=[])
    >>> fb.run(two, programs={"n0": impatient, "n1": other}).records["some"].tolist()
    [True]
    """

    __slots__ = ()

    @property
    def pairs(self) -> list[Any]:
        return self._pairs


class Joined(Operation):
    """Several operations that are waited for as one."""

    __slots__ = ("parts",)

    def __init__(self, what: str, parts: tuple[Operation, ...]) -> None:
        super().__init__(f"{what} {', '.join(part.what for part in parts)}", lambda: _give_up(parts))
        self.parts = parts


def _joined(name: str, operations: tuple[Operation, ...]) -> None:
    if not operations:
        raise ValueError(f"{name}() of nothing")
    for operation in operations:
        if not isinstance(operation, Operation):
            raise TypeError(f"{name}() takes operations of a node, not {operation!r}")
        if operation._waits is not None:
            raise RunError(f"{name}() of {operation!r}, for which somebody waits already")


def _give_up(operations: tuple[Operation, ...]) -> None:
    for operation in operations:
        operation._waits = None
        if operation._cancel is not None:
            operation.cancel()


@lru_cache
def call_and_peer(what: str) -> tuple[str, str]:
    """Of an operation as it is called: ``receive('n1')`` is receive, of n1."""
    call, _, argument = what.partition("(")
    try:
        peer = ast.literal_eval(argument.removesuffix(")"))
    except (SyntaxError, ValueError):
        peer = ""
    return call, peer if isinstance(peer, str) else ""


def any_of(*operations: Operation) -> Operation:
    """Waits for the first of several operations; its value is that operation. The others go on.

    Parameters
    ----------
    *operations : Operation
        Of which at least one.

    Returns
    -------
    Operation
        Done when one of them is; of several that are done already the first. One that fails fails it.

    Examples
    --------
    >>> import farbell as fb
    >>> class Patient(fb.Program):
    ...     def run(self, node):
    ...         news, timer = node.receive("n1"), node.wait("10 ms")
    ...         first = yield fb.any_of(news, timer)
    ...         node.record(news=first is news)
    >>> fb.run(fb.chain(nodes=2, length_m=1e3), programs={"n0": Patient()}).records["news"].tolist()
    [False]
    """
    _joined("any_of", operations)
    first = Joined("the first of", operations)

    def ended(operation: Operation) -> None:
        for other in operations:
            other._waits = None
        if operation._error is not None:
            first._fail(operation._error)
        else:
            first._succeed(operation)

    for operation in operations:
        if operation.done:
            ended(operation)
            return first
    for operation in operations:
        operation._waits = ended
    return first


def all_of(*operations: Operation) -> Operation:
    """Waits for several operations; its value is the list of their values, in the order given.

    Parameters
    ----------
    *operations : Operation
        Of which at least one.

    Returns
    -------
    Operation
        Done when all are. One that fails fails it at once; the others go on.

    Examples
    --------
    >>> import farbell as fb
    >>> def hub(node):
    ...     pairs = yield fb.all_of(node.entangle("n1"), node.entangle("n2"))
    ...     node.record(with_both=[pair.peer for pair in pairs] == ["n1", "n2"])
    >>> def leaf(node):
    ...     yield node.accept("n0")
    >>> results = fb.run(fb.star(2, demands=[]), programs={"n0": hub, "n1": leaf, "n2": leaf})
    >>> results.records["with_both"].tolist()
    [True]
    """
    _joined("all_of", operations)
    joined = Joined("all of", operations)
    left = sum(not operation.done for operation in operations)

    def ended(operation: Operation) -> None:
        nonlocal left
        operation._waits = None
        left -= 1
        if operation._error is not None:
            for other in operations:
                other._waits = None
            joined._fail(operation._error)
        elif left == 0:
            joined._succeed([each.value for each in operations])

    for operation in operations:
        if operation.done and operation._error is not None:
            joined._fail(operation._error)
            return joined
    if left == 0:
        joined._succeed([each.value for each in operations])
    for operation in operations:
        if not operation.done:
            operation._waits = ended
    return joined
