"""Runs an application: a thread a role, and the simulation between them."""

from __future__ import annotations

import contextlib
import json
import math
import random
import sys
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import farbell as fb
from farbell._extras import require
from farbell.netqasm.application import Application, load
from farbell.netqasm.exchange import Exchange
from farbell.netqasm.lockstep import line_of_error

if TYPE_CHECKING:
    from farbell.netqasm.party import Party
    from farbell.programs import Node

__all__ = ["Outcome", "run"]

#: Roles that never ended, in a message.
_MOST_TOLD = 4


@dataclass(frozen=True)
class Outcome:
    """What :func:`run` gives.

    Attributes
    ----------
    returned : list of dict
        By replica: role -> what its ``main`` returned, in plain Python: numbers (complex ones, too), text, lists and dicts.
    results : Results
        Farbell's tables; ``results.records`` has a row for each role that returned, and when.
    application : Application
        What was run.

    Examples
    --------
    >>> from pathlib import Path
    >>> import farbell as fb, farbell.netqasm
    >>> _ = Path("app_alice.py").write_text("def main(app_config): return {'z': 1j}")
    >>> outcome = fb.netqasm.run(".")
    >>> outcome.returned, outcome.to_json()
    ([{'alice': {'z': 1j}}], [{'alice': {'z': [0.0, 1.0]}}])
    """

    returned: list[dict[str, Any]]
    results: fb.Results
    application: Application

    def to_json(self) -> list[dict[str, Any]]:
        """What was returned, with complex numbers as [real, imaginary], and what JSON has no number for as text."""
        return [{role: _for_json(value) for role, value in each.items()} for each in self.returned]


def run(
    folder: str | Path | Application,
    *,
    network: fb.Scenario | None = None,
    inputs: Mapping[str, Mapping[str, Any]] | None = None,
    replicas: int = 1,
    seed: int | None = None,
    max_wall_s: float | None = None,
    progress: bool | None = None,
    trace: bool | tuple[float, float] = False,
    out: str | Path | None = None,
) -> Outcome:
    """Runs an application of the NetQASM SDK, unchanged.

    Parameters
    ----------
    folder : str, Path or Application
        Of the application, as for :func:`load`.
    network, inputs : optional
        As for :func:`load`.
    replicas : int
        Independent repetitions; each loads the application's files anew.
    seed : int, optional
        In place of the scenario's own. Also seeds ``random`` and ``numpy.random`` for the application.
    max_wall_s : float, optional
        Real time: a replica that takes longer ends early, as does the run if a role computes for longer without waiting.
    progress, trace, out : optional
        As for :func:`farbell.run`. Without a trace ``outcome.results`` has none: roles cannot begin anew.

    Returns
    -------
    Outcome
        The same, to the last bit, for the same seed.

    Raises
    ------
    SpecError
        If the application, its inputs or the network are wrong.
    RunError
        If a role raised, or waited for something that never came: the message names role, node, simulated time, file and line.
        Its attribute ``partial`` is the outcome so far.
    KeyboardInterrupt
        On Ctrl-C; :class:`farbell.Interrupted`, with the outcome so far in ``partial``, unless a role was computing.

    Examples
    --------
    >>> from pathlib import Path
    >>> import farbell.netqasm
    >>> import netqasm.examples.apps
    >>> folder = Path(netqasm.examples.apps.__path__[0], "magic_square")
    >>> outcome = farbell.netqasm.run(folder, inputs={"player1": {"row": 1}, "player2": {"col": 2}}, seed=1)
    >>> outcome.returned[0]["player1"]["row"][2] == outcome.returned[0]["player2"]["col"][1]
    True
    """
    require("netqasm", "farbell.netqasm")
    application = folder if isinstance(folder, Application) else load(folder, network=network, inputs=inputs)
    session = _Session(application, max_wall_s)
    options: dict[str, Any] = {"replicas": replicas, "seed": seed, "max_wall_s": max_wall_s}
    options |= {"progress": progress, "trace": trace, "out": out}
    with session.prepared():
        try:
            results = fb.run(application.scenario, programs=session.programs(), time_shares=False, **options)
        except (fb.RunError, fb.Interrupted) as error:
            if (partial := getattr(error, "partial", None)) is not None:
                whole = session.whole(len(partial.replicas))
                error.partial = Outcome(whole, replace(partial, code=None), application)  # type: ignore[union-attr]
            raise
    # Its roles have run, and cannot begin anew: there is no replay.
    outcome = Outcome(session.whole(replicas), replace(results, code=None), application)
    if session.unfinished:
        more = len(session.unfinished) - _MOST_TOLD
        told = [*session.unfinished[:_MOST_TOLD], *([f"and {more} more"] if more > 0 else [])]
        failure = fb.RunError("; ".join(told))
        failure.partial = outcome  # type: ignore[attr-defined]
        raise failure
    return outcome


class _Session:
    """What all replicas of a run share."""

    def __init__(self, application: Application, max_wall_s: float | None) -> None:
        self.application = application
        self._max_wall_s = max_wall_s
        self.returned: dict[int, dict[str, Any]] = {}
        self.unfinished: list[str] = []
        self._replica = -1
        self._parties: list[Party] = []
        self._exchange = Exchange()

    def whole(self, replicas: int) -> list[dict[str, Any]]:
        return [self.returned.get(replica, {}) for replica in range(replicas)]

    @contextlib.contextmanager
    def prepared(self) -> Iterator[None]:
        """The SDK and Python as applications find them, and afterwards as they were."""
        from farbell.netqasm.sdk import forget, installed

        path, dice, numpy_dice = list(sys.path), random.getstate(), np.random.get_state()
        sys.path.insert(0, str(self.application.folder))
        with installed():
            try:
                yield
            finally:
                self._stop()
                forget()
                self.application.forget()
                sys.path[:] = path
                random.setstate(dice)
                np.random.set_state(numpy_dice)

    def programs(self) -> dict[str, Any]:
        return {
            node: NetqasmRole(self, role, self.application.reachable(node)) for role, node in self.application.roles.items()
        }

    def party(self, role: str, node: Node) -> Party:
        from farbell.netqasm.party import Party

        if node.replica != self._replica:
            self._begin(node)
        party = Party(self.application, role, node, self._exchange, self._max_wall_s)
        self._parties.append(party)
        return party

    def _begin(self, node: Node) -> None:
        """A replica; `node` is that of the first role."""
        from farbell.netqasm.sdk import forget

        self._stop()
        forget()
        self.application.forget()
        self._replica = node.replica
        self._exchange = Exchange()
        self.returned[self._replica] = {}
        random.seed(node.random.getrandbits(64))
        np.random.seed(node.random.getrandbits(32))

    def _stop(self) -> None:
        """What has not ended by the end of a replica never will."""
        for party in self._parties:
            party.lockstep.stop()
            if party.lockstep.left_at is not None:
                self.unfinished.append(
                    f"replica {self._replica}: role {party.role} at node {party.node.name}, {party.lockstep.left_at}: "
                    f"waits for {party.waits_for} since {party.since_s:.9g} s"
                )
        self._parties = []

    def failure(self, party: Party, error: BaseException) -> fb.RunError:
        line = line_of_error(error.__traceback__, str(self.application.folder))
        where = f"role {party.role} at node {party.node.name}, {party.node.now_s:.9g} s"
        failed = fb.RunError(f"{where}{line and ', '}{line}: {type(error).__name__}: {error}")
        failed._placed = True  # type: ignore[attr-defined]
        return failed


class NetqasmRole(fb.Program):
    """A role as a program of its node."""

    def __init__(self, session: _Session, role: str, peers: tuple[str, ...]) -> None:
        self._session = session
        self._role = role
        self.peers = peers

    def run(self, node: Node) -> Generator[Any, Any, Any]:
        session = self._session
        party = session.party(self._role, node)
        try:
            returned = yield from party.lockstep.drive()
        except (Exception, SystemExit) as error:
            raise session.failure(party, error) from error
        value = _plain(returned)
        session.returned[node.replica][self._role] = value
        node.record(role=self._role, returned=json.dumps(_for_json(value)))


def _plain(value: Any) -> Any:
    """What an application returned, without numpy and without what the SDK fills in later."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return _plain(value.tolist())
    if value is None or type(value) in (bool, int, float, complex, str):
        return value
    if isinstance(value, int):
        return int(getattr(value, "value", value))
    return repr(value)


def _for_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _for_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_for_json(each) for each in value]
    if isinstance(value, complex):
        return [_for_json(value.real), _for_json(value.imag)]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
