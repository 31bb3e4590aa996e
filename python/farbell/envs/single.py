"""What environments of one run have in common: seeds, steps, results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.error import ResetNeeded

from farbell import _core
from farbell._core import Model, Scenario, SpecError
from farbell._nearest import nearest
from farbell._numbers import whole
from farbell.record import Network, profiles_of, tables_of, ticks_per_s
from farbell.results import Results
from farbell.running import compile, provenance_of

__all__ = ["MOST_ACTIONS", "SEEDS", "SingleEnv", "checked_options", "checked_seed", "choice", "model_of"]

#: Episode e of seed s is replica s + e * SEEDS.
SEEDS = 2**32
#: How many of the actions on a run its results list; they count all.
MOST_ACTIONS = 1_000

Action = TypeVar("Action")
Observation = npt.NDArray[np.float32]


def model_of(scenario: Scenario | Model, who: str) -> Model:
    """Compiled, if it is not."""
    if not isinstance(scenario, (Scenario, Model)):
        raise TypeError(f"{who} takes a Scenario or a Model, not {type(scenario).__name__}")
    return scenario if isinstance(scenario, Model) else compile(scenario)


def choice(name: str, value: Any, known: tuple[str, ...]) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in known:
        words = ", ".join(f'"{word}"' for word in known)
        raise SpecError(f"/{name}", repr(value), f"one of {words}", nearest(value, known) if isinstance(value, str) else "")
    return value


def checked_seed(seed: Any, path: str = "/seed") -> int:
    """Of a first episode."""
    number = whole(seed, path)
    if not 0 <= number < SEEDS:
        raise SpecError(path, str(number), f"a whole number from 0 to {SEEDS - 1}")
    return number


def checked_options(options: Mapping[str, Any] | None) -> None:
    """There are none."""
    if options:
        found = next(iter(options)) if isinstance(options, Mapping) else options
        raise SpecError("/options", repr(found), "no options")


class SingleEnv(gymnasium.Env[Observation, Action], Generic[Action]):
    """One run, which goes on from question to question."""

    metadata = {"render_modes": []}  # noqa: RUF012  # as Gymnasium has it

    _core: _core.RoutingEpisodes | _core.SwapEpisodes

    def __init__(self, model: Model) -> None:
        self._model = model
        self._seed: int | None = None  # of the episodes
        self._episode = -1
        self._over = True
        self._log: list[dict[str, Any]] = []
        self._actions = 0
        self._time_s = 0.0

    @property
    def replica(self) -> int:
        """Number of the replica that is played: seed + episode * 2**32, episodes being counted from the last seed."""
        if self._seed is None or self._episode < 0:
            raise ResetNeeded("the environment has not begun: reset it")
        return self._seed + self._episode * SEEDS

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Observation, dict[str, Any]]:
        """Begins an episode.

        Parameters
        ----------
        seed : int, optional
            From 0 to 2**32 - 1: the episode is that replica of the scenario, ``fb.run``'s first being number 0. Left out: the
            next episode of the same seed; of one that is drawn, if there was none.
        options : dict, optional
            There are none.

        Returns
        -------
        observation, info

        Raises
        ------
        SpecError
            If the seed is no such number, or an option is given.
        """
        checked_options(options)
        chosen = None if seed is None else checked_seed(seed)
        super().reset(seed=seed)
        if chosen is None and self._seed is None:
            chosen = int(self.np_random.integers(SEEDS))
        if chosen is not None:
            self._seed, self._episode = chosen, -1
        self._over = True
        observations, masks, _, _, _, infos = self._core.reset(None if chosen is None else [chosen])
        self._episode += 1
        self._over, self._log, self._actions = False, [], 0
        return observations[0], self._info(masks[0], infos[0])

    def step(self, action: Action) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Answers, and goes on to the next question.

        Parameters
        ----------
        action
            Of the action space.

        Returns
        -------
        observation, reward, terminated, truncated, info

        Raises
        ------
        SpecError
            If it is no action, or none that is possible now: the message names it, and what is allowed. Nothing is done then.
        gymnasium.error.ResetNeeded
            If the episode is over.
        """
        if self._over:
            raise ResetNeeded("the episode is over, or has not begun: reset the environment")
        numbers = self._numbers(action)
        observations, masks, rewards, terminated, truncated, infos = self._core.step(numbers)
        if len(self._log) < MOST_ACTIONS:
            self._log.append({"time_s": self._time_s, "action": numbers.tolist()})
        self._actions += 1
        ended, cut = bool(terminated[0]), bool(truncated[0])
        self._over = ended or cut
        return observations[0], float(rewards[0]), ended, cut, self._info(masks[0], infos[0])

    def _numbers(self, action: Action) -> npt.NDArray[np.int64]:
        raise NotImplementedError

    def _mask(self, mask: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
        return mask

    def _info(self, mask: npt.NDArray[np.int8], columns: npt.NDArray[np.float64]) -> dict[str, Any]:
        values = dict(zip(_core.step_infos, columns.tolist(), strict=True))
        self._time_s = values["time_s"]
        return {"action_mask": self._mask(mask), **values}

    def results(self) -> Results:
        """What the run has recorded up to now, as :func:`farbell.run` gives it; the episode is over with that.

        ``provenance["steered"]`` counts the actions, and lists the first 1,000.

        Raises
        ------
        RunError
            If there is no episode, or its results have been taken.
        """
        network = Network.of(self._model)
        scenario = self._model.scenario
        output = self._core.finish()
        self._over = True
        provenance = provenance_of(scenario.seed, 1, 1)
        provenance["steered"] = {"actions": self._actions, "first": self._log}
        return Results(
            scenario=scenario,
            network=network,
            tables=tables_of(output["tables"], network),
            batches=output["batches"],
            moments=output["moments"],
            latency_sketch=output["latency_sketch"],
            fidelity_histogram=output["fidelity_histogram"],
            provenance=provenance,
            profiles=profiles_of(output["tables"], network, ticks_per_s(scenario)),
        )
