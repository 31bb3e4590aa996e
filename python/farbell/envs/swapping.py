"""Swap, or wait? Environments in which an agent decides for the repeaters of a chain."""

from __future__ import annotations

from typing import Any, cast

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Box, MultiDiscrete

from farbell import _core
from farbell._core import Model, Scenario, SpecError
from farbell.envs.batch import BatchEnv
from farbell.envs.single import Observation, SingleEnv, choice, model_of
from farbell.running import at_least_one, threads_for

__all__ = ["SwapEnv", "SwapVectorEnv"]

_REWARDS = ("time", "pairs")


def _spaces(core: _core.SwapEpisodes, discards: bool) -> tuple[gymnasium.Space[Observation], MultiDiscrete]:
    box = cast("gymnasium.Space[Observation]", Box(0.0, 1.0, (core.observation_size,), np.float32))
    return box, MultiDiscrete(np.full(core.nodes, 5 if discards else 2))


class SwapEnv(SingleEnv[npt.NDArray[np.int64]]):
    """A run of a chain of repeaters in which an agent says at the end of each slot which of them swap.

    The run is that of :func:`farbell.run` with slotted timing and ideal control, on one route of width 1: links that succeed by
    chance, memories that decay, swaps that fail, cut-offs. An agent that sees the whole chain takes the place of a swap order
    (docs/physics/learning_to_swap.md).

    *Step*: a slot. Links attempt in it; at its end cut-offs act, pairs are seen, and the agent decides. What the swaps leave is
    looked at in the next.

    *Action*: ``MultiDiscrete``, a number for each node between the ends, from ``node_a`` on: 0 waits, 1 swaps; with
    ``discards=True`` also 2, 3 and 4: it gives up its pair towards ``node_a``, towards ``node_b``, or both. An order that a
    node cannot follow, having no such pair, lets it wait; ``info["action_mask"]`` (a row a node) has 1 for those that it
    can.

    *Observation*: ``Box(0, 1, (n (n - 1) / 2 - 1,))`` for a route of n nodes: a number for each two positions, (0, 1), (0,
    2), ..., (1, 2), ... but the ends of the route, whose pair is delivered. 0: no pair joins them; else (a + 1) / (m + 1),
    a being the age of the pair in slots since its oldest emission and m the largest that ``cutoff.age_s`` allows; without
    that (a + 1) / (a + 2).

    *Reward*: -1 a slot until the request is served (``reward="time"``), or the pairs delivered (``reward="pairs"``). With
    one-off traffic an episode is terminated when its request has ended. With the end of the duration it is truncated. ``info``
    is that of :class:`RoutingEnv`.

    Parameters
    ----------
    scenario : Scenario or Model
        With one demand, ``timing="slotted"`` and ``control="ideal"``.
    reward : {"time", "pairs"}
        What is counted. ``"time"`` needs one-off traffic.
    discards : bool
        Whether nodes may also give up pairs.

    Raises
    ------
    SpecError
        If the scenario is wrong, or no such chain.
    ImportError
        Without Gymnasium, which the extra ``farbell[rl]`` brings.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.5, attempt_period_s="1 ms")
    >>> chain = fb.chain(
    ...     nodes=4, length_m=0, generation=link, timing="slotted", slot_s="1 ms", control="ideal",
    ...     demands=[fb.Demand(node_a="n0", node_b="n3", traffic=fb.OneOff())],
    ... )
    >>> env = fb.envs.SwapEnv(chain)
    >>> observation, info = env.reset(seed=1)
    >>> slots, over = 0, False
    >>> while not over:
    ...     observation, reward, over, _, info = env.step([1, 1])
    ...     slots -= reward
    >>> abs(slots - info["time_s"] / 1e-3) < 1e-6
    True
    """

    _core: _core.SwapEpisodes

    def __init__(self, scenario: Scenario | Model, *, reward: str = "time", discards: bool = False) -> None:
        model = model_of(scenario, "SwapEnv")
        super().__init__(model)
        pairs = choice("reward", reward, _REWARDS) == "pairs"
        self._core = _core.SwapEpisodes(model, count=1, counts_pairs=pairs, discards=discards, keeps=True)
        self.observation_space, self.action_space = _spaces(self._core, discards)

    @property
    def pairs(self) -> tuple[tuple[int, int, int], ...]:
        """Pairs that there are now: the positions that each joins, and its age in slots."""
        return tuple((a, b, age) for a, b, age in self._core.pairs())

    def _numbers(self, action: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        given = np.asarray(action)
        if given.dtype.kind not in "iu" or given.shape != (self._core.nodes,):
            what = f"an array of {given.dtype} of shape {given.shape}"
            raise SpecError("/action", what, f"{self._core.nodes} whole numbers, one for each node between the ends")
        return given.astype(np.int64)

    def _mask(self, mask: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
        return mask.reshape(self._core.nodes, -1)


class SwapVectorEnv(BatchEnv):
    """Many environments of :class:`SwapEnv` at a time, as :class:`RoutingVectorEnv` is of :class:`RoutingEnv`.

    Parameters
    ----------
    scenario, reward, discards
        As for :class:`SwapEnv`.
    num_envs, threads
        As for :class:`RoutingVectorEnv`.

    Raises
    ------
    SpecError
        As there.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.5, attempt_period_s="1 ms")
    >>> chain = fb.chain(
    ...     nodes=4, length_m=0, generation=link, timing="slotted", slot_s="1 ms", control="ideal",
    ...     demands=[fb.Demand(node_a="n0", node_b="n3", traffic=fb.OneOff())],
    ... )
    >>> envs = fb.envs.SwapVectorEnv(chain, num_envs=16)
    >>> observations, infos = envs.reset(seed=1)
    >>> observations.shape, envs.step(infos["action_mask"][:, :, 1].astype(int))[1].shape
    ((16, 5), (16,))
    """

    _core: _core.SwapEpisodes

    def __init__(
        self,
        scenario: Scenario | Model,
        num_envs: int = 1,
        *,
        reward: str = "time",
        discards: bool = False,
        threads: int | None = None,
    ) -> None:
        count = at_least_one("num_envs", num_envs)
        model = model_of(scenario, "SwapVectorEnv")
        pairs = choice("reward", reward, _REWARDS) == "pairs"
        workers = threads_for(count, threads)
        self._core = _core.SwapEpisodes(model, count=count, threads=workers, counts_pairs=pairs, discards=discards)
        super().__init__(count, *_spaces(self._core, discards))

    def _masks(self, masks: npt.NDArray[np.int8]) -> Any:
        return masks.reshape(self.num_envs, self._core.nodes, -1)
