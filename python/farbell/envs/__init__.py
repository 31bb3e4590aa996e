"""Environments for agents that learn: real runs, behind the interface of Gymnasium (docs/guide/learning_to_route.md).

:class:`RoutingEnv` asks over which route each circuit is to go, :class:`SwapEnv` what the repeaters of a chain do at the
end of each slot. :class:`RoutingVectorEnv` and :class:`SwapVectorEnv` are many of them at a time, stepped in C++ over
threads. They need the extra ``farbell[rl]``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from farbell._extras import require

if TYPE_CHECKING:
    from farbell.envs.routing import Question, RoutingEnv, RoutingVectorEnv
    from farbell.envs.swapping import SwapEnv, SwapVectorEnv

__all__ = ["Question", "RoutingEnv", "RoutingVectorEnv", "SwapEnv", "SwapVectorEnv"]

_HOMES = {
    "Question": "routing",
    "RoutingEnv": "routing",
    "RoutingVectorEnv": "routing",
    "SwapEnv": "swapping",
    "SwapVectorEnv": "swapping",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'farbell.envs' has no attribute {name!r}")
    require("gymnasium", "farbell.envs")
    value = getattr(import_module(f"farbell.envs.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
