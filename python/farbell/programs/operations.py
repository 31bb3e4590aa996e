"""What a program can wait for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from farbell._core import RunError

__all__ = ["Cancelled", "Operation", "Refused", "TimedOut", "all_of", "any_of"]


class TimedOut(Exception):
    """What a program asked for did not come in time.

    Attributes
    ----------
    pairs : list of Pair
        Of a request for several pairs: those that had come.
    """

    def __init__(self, message: str, pairs: list[Any] | None = None) -> None:
        super().__init__(message)
        self.pairs = [] if pairs is None else pairs


class Refused(Exception):
    """What a program asked for cannot come: the reason is in the message."""


class Cancelled(Exception):
    """The operation was cancelled while a program waited for it."""


class Operation:
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
    """

    __slots__ = ("_cancel", "_error", "_of", "_waits", "_what", "done", "value")
    # `_waits` is called with the operation when it is done: it resumes a process, or is a part of any_of or all_of.

    def __init__(self, what: str, cancel: Callable[[], None] | None = None, of: Any = None) -> None:
        self._what = what
        self._of = of
        self.done = False
        self.value: Any = None
        self._error: BaseException | None = None
        self._waits: Callable[[Operation], None] | None = None
        self._cancel = cancel

    @property
    def what(self) -> str:
        return self._what if self._of is None else f"{self._what}({self._of!r})"

    def cancel(self) -> None:
        """Gives it up; nothing if it is done. Who waits for it meets :class:`Cancelled`.

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

    def _succeed(self, value: Any) -> None:
        self.done = True
        self.value = value
        if self._waits is not None:
            self._waits(self)

    def _fail(self, error: BaseException) -> None:
        self.done = True
        self._error = error
        if self._waits is not None:
            self._waits(self)

    def __repr__(self) -> str:
        if not self.done:
            return f"<{self.what}: under way>"
        return f"<{self.what}: {self._error if self._error is not None else self.value!r}>"


def _joined(name: str, operations: tuple[Operation, ...]) -> None:
    if not operations:
        raise ValueError(f"{name}() of nothing")
    for operation in operations:
        if not isinstance(operation, Operation):
            raise TypeError(f"{name}() takes operations of a node, not {operation!r}")
        if operation._waits is not None:
            raise RunError(f"{name}() of {operation!r}, for which somebody waits already")


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
    first = Operation("the first of " + ", ".join(o.what for o in operations))

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
        Done when all are. One that fails fails it at once.
    """
    _joined("all_of", operations)
    joined = Operation("all of " + ", ".join(o.what for o in operations))
    left = sum(not operation.done for operation in operations)

    def ended(operation: Operation) -> None:
        nonlocal left
        operation._waits = None
        left -= 1
        if joined.done:
            return
        if operation._error is not None:
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
