"""What environments of many runs have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from farbell import _core
from farbell._core import SpecError
from farbell.envs.single import SEEDS, Observation, checked_options, checked_seed

__all__ = ["BatchEnv"]

Flags = npt.NDArray[np.bool_]


class BatchEnv(gymnasium.vector.VectorEnv[Observation, npt.NDArray[np.int64], npt.NDArray[Any]]):
    """Many runs of one compiled model, which go on from question to question together."""

    metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012  # as Gymnasium has it

    _core: _core.RoutingEpisodes | _core.SwapEpisodes

    def __init__(self, num_envs: int, observation: gymnasium.Space[Any], action: gymnasium.Space[Any]) -> None:
        self.num_envs = num_envs
        self.single_observation_space, self.single_action_space = observation, action
        self.observation_space, self.action_space = batch_space(observation, num_envs), batch_space(action, num_envs)
        self._seeded = False

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begins an episode of each.

        Parameters
        ----------
        seed : int or sequence of int, optional
            Of each environment; a single number s means s, s + 1, s + 2, ... Left out: the next episodes.
        options : dict, optional
            There are none.

        Returns
        -------
        observations, infos

        Raises
        ------
        SpecError
            If there are not as many seeds as environments, one is no number from 0 to 2**32 - 1, or an option is given.
        """
        checked_options(options)
        seeds = self._seeds(seed)
        super().reset(seed=seed if isinstance(seed, int) else None)
        if seeds is None and not self._seeded:
            seeds = self.np_random.integers(SEEDS, size=self.num_envs).tolist()
        observations, masks, _, _, _, infos = self._core.reset(seeds)
        self._seeded = True
        return observations, self._infos(masks, infos)

    def _seeds(self, seed: int | Sequence[int | None] | None) -> list[int] | None:
        if seed is None:
            return None
        if isinstance(seed, Sequence):
            if len(seed) != self.num_envs:
                raise SpecError("/seed", f"{len(seed)} seeds", f"as many as there are environments, {self.num_envs}")
            if all(one is None for one in seed):
                return None
            return [checked_seed(one, f"/seed/{i}") for i, one in enumerate(seed)]
        first = checked_seed(seed)
        return [checked_seed(first + i) for i in range(self.num_envs)]

    def step(self, actions: npt.NDArray[np.int64]) -> tuple[Observation, npt.NDArray[np.float64], Flags, Flags, dict[str, Any]]:
        """Answers all, and goes on to the next question of each.

        An episode that is over begins anew with the step after, whatever its action is.

        Parameters
        ----------
        actions : array of int
            A row an environment, of the action space.

        Returns
        -------
        observations, rewards, terminations, truncations, infos
            A row an environment.

        Raises
        ------
        SpecError
            If an action is none, or not possible now: the message names it, and what is allowed. Nothing is done then.
        """
        if not self._seeded:
            raise ResetNeeded("the environments have not begun: reset them")
        given = np.asarray(actions)
        if given.dtype.kind not in "iu" or given.shape != self.action_space.shape:
            raise SpecError(
                "/actions",
                f"an array of {given.dtype} of shape {given.shape}",
                f"whole numbers of shape {self.action_space.shape}",
            )
        observations, masks, rewards, terminated, truncated, infos = self._core.step(
            np.ascontiguousarray(given, dtype=np.int64)
        )
        return observations, rewards, terminated, truncated, self._infos(masks, infos)

    def _masks(self, masks: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
        return masks

    def _infos(self, masks: npt.NDArray[np.int8], columns: npt.NDArray[np.float64]) -> dict[str, Any]:
        said: dict[str, Any] = {"action_mask": self._masks(masks)}
        said |= {name: columns[:, k] for k, name in enumerate(_core.step_infos)}
        has = np.ones(self.num_envs, dtype=np.bool_)
        return said | {f"_{name}": has for name in said}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(num_envs={self.num_envs})"
