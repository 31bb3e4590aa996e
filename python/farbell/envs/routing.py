"""Which route? Environments in which an agent chooses one for each circuit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Box, Discrete

from farbell import _core
from farbell._core import Model, Scenario, SpecError
from farbell._numbers import whole
from farbell.envs.batch import BatchEnv
from farbell.envs.single import Observation, SingleEnv, choice, model_of
from farbell.running import at_least_one, threads_for

__all__ = ["Question", "RoutingEnv", "RoutingVectorEnv"]

_REWARDS = ("requests", "pairs")


@dataclass(frozen=True)
class Question:
    """What is asked of an agent, by name.

    Attributes
    ----------
    demand : str
        Whose circuit needs a route; empty where nothing is asked, at the end of an episode.
    routes : tuple of tuple of str
        Nodes of the demand's routes, in the order of the actions.

    Examples
    --------
    >>> import farbell as fb
    >>> env = fb.envs.RoutingEnv(fb.ring(6, length_m="10 km", routing=fb.Routing(alternatives=2)))
    >>> _ = env.reset(seed=1)
    >>> env.question
    Question(demand='n0->n3', routes=(('n0', 'n1', 'n2', 'n3'), ('n0', 'n5', 'n4', 'n3')))
    """

    demand: str
    routes: tuple[tuple[str, ...], ...]


def _spaces(size: int, model: Model) -> tuple[gymnasium.Space[Observation], Discrete]:
    box = cast("gymnasium.Space[Observation]", Box(0.0, 1.0, (size,), np.float32))
    return box, Discrete(int(model.scenario.routing.alternatives))


class RoutingEnv(SingleEnv[np.int64]):
    """A run in which an agent chooses the route of each circuit, once it is asked for.

    The run is that of :func:`farbell.run`, physics, contention and control plane included; it stands still while the agent
    thinks. Its demands have the ``routing.alternatives`` best routes by ``routing.kind``, and the agent chooses one of them
    whenever a request, or a demand without end, needs a circuit. The circuit waits for slots on that route, even if another
    one has some, until it has served, is withdrawn, or is lost because a link fails; then the agent is asked again.

    *Action*: ``Discrete(k)``, the number of a route; k is ``routing.alternatives``. ``info["action_mask"]`` has 1 for those
    that the demand has and that are not known to be down.

    *Observation*: ``Box(0, 1, (2 D + 1 + 7 k,))``, D being the number of demands:

    - D numbers: 1 for the demand whose circuit needs a route, 0 for the others;
    - D numbers: n / (n + 1) for each demand, n being its open requests;
    - the share of the duration that is over;
    - for each route 7 numbers, all 0 where the mask is 0: 1; 1 / hops; seconds per pair of the fastest of these routes /
      its own, one hop after the other by one slot, swaps that fail included; fidelity of a pair without waiting, from the
      Werner parameters of links and swaps; 1 if all slots it needs are free and nobody waits for them, else 0; the least
      share of a node's slots along it that are free, less those for which others wait; the largest w / (w + s) of its
      nodes, of s slots, w being those for which others wait.

    Seconds and fidelity are those of links and nodes at the start; slots and requests are as they are, whoever would know it.

    *Reward*: requests that were served since the last step (``reward="requests"``), or pairs that counted for some
    (``reward="pairs"``); a pair below the ``min_fidelity`` of its demand does not. ``info`` has the time (``time_s``), and
    since the last step ``requests_done``, ``requests_timed_out``, ``requests_refused``, ``pairs`` and ``fidelity_sum``, the
    sum of the fidelities of these pairs. With the end of the duration an episode is truncated; it is never terminated.

    Parameters
    ----------
    scenario : Scenario or Model
        With at least two ``routing.alternatives``, and without programs or rounds.
    reward : {"requests", "pairs"}
        What is counted.

    Raises
    ------
    SpecError
        If the scenario is wrong, or leaves nothing to choose.
    ImportError
        Without Gymnasium, which the extra ``farbell[rl]`` brings.

    Examples
    --------
    Always the preferred route, which is what ``alternatives=1`` does:

    >>> import farbell as fb
    >>> demand = fb.Demand(node_a="n0", node_b="n3", traffic=fb.Poisson(rate_hz=200))
    >>> network = fb.ring(6, length_m="10 km", duration_s=0.2, demands=[demand], routing=fb.Routing(alternatives=2))
    >>> env = fb.envs.RoutingEnv(network)
    >>> observation, info = env.reset(seed=0)
    >>> observation.shape, info["action_mask"].tolist()
    ((17,), [1, 1])
    >>> over = False
    >>> while not over:
    ...     observation, reward, _, over, info = env.step(0)
    >>> alone = fb.run(network.replace(routing=fb.Routing(alternatives=1)))
    >>> env.results().pairs["delivered_s"].tolist() == alone.pairs["delivered_s"].tolist()
    True
    """

    _core: _core.RoutingEpisodes

    def __init__(self, scenario: Scenario | Model, *, reward: str = "requests") -> None:
        model = model_of(scenario, "RoutingEnv")
        super().__init__(model)
        pairs = choice("reward", reward, _REWARDS) == "pairs"
        self._core = _core.RoutingEpisodes(model, count=1, counts_pairs=pairs, keeps=True)
        self.observation_space, self.action_space = _spaces(self._core.observation_size, model)

    @property
    def question(self) -> Question:
        """What is asked now, by name."""
        demand, routes = self._core.question()
        return Question(demand, tuple(map(tuple, routes)))

    def _numbers(self, action: np.int64) -> npt.NDArray[np.int64]:
        number = whole(action, "/action")
        if not -(2**63) <= number < 2**63:
            raise SpecError("/action", str(number), f"a whole number from 0 to {len(self.question.routes) - 1}")
        return np.array([number], dtype=np.int64)


class RoutingVectorEnv(BatchEnv):
    """Many environments of :class:`RoutingEnv` at a time: one compiled model, replicas that are stepped in C++ over threads.

    Environment i does what a :class:`RoutingEnv` with its seed and its actions does, whatever the number of threads. An episode
    that is over begins anew with the step after (``AutoresetMode.NEXT_STEP``). Nothing is recorded but what steps tell.

    Parameters
    ----------
    scenario, reward
        As for :class:`RoutingEnv`.
    num_envs : int
        How many.
    threads : int, optional
        Left out: as many as there are processors.

    Raises
    ------
    SpecError
        As there.

    Examples
    --------
    >>> import farbell as fb
    >>> import numpy as np
    >>> demand = fb.Demand(node_a="n0", node_b="n3", traffic=fb.Poisson(rate_hz=200))
    >>> network = fb.ring(6, length_m="10 km", duration_s=0.2, demands=[demand], routing=fb.Routing(alternatives=2))
    >>> envs = fb.envs.RoutingVectorEnv(network, num_envs=8)
    >>> observations, infos = envs.reset(seed=1)
    >>> observations, rewards, terminations, truncations, infos = envs.step(np.zeros(8, dtype=int))
    >>> observations.shape, infos["action_mask"].shape
    ((8, 17), (8, 2))
    """

    _core: _core.RoutingEpisodes

    def __init__(
        self, scenario: Scenario | Model, num_envs: int = 1, *, reward: str = "requests", threads: int | None = None
    ) -> None:
        count = at_least_one("num_envs", num_envs)
        model = model_of(scenario, "RoutingVectorEnv")
        pairs = choice("reward", reward, _REWARDS) == "pairs"
        self._core = _core.RoutingEpisodes(model, count=count, threads=threads_for(count, threads), counts_pairs=pairs)
        super().__init__(count, *_spaces(self._core.observation_size, model))
