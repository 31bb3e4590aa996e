"""Blocks: the replicas of a point that are simulated and stored together, as bytes, and what they add up to."""

from __future__ import annotations

import json
import math
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell import _core
from farbell._core import Model, Scenario
from farbell.bounds.capacities import compiled
from farbell.record import BATCHES, Network, tables_of
from farbell.results import Results

__all__ = ["Block", "Job", "joined", "simulate"]

#: Point, its values as JSON, number of the block, first replica, how many.
Job = tuple[int, str, int, int, int]

# What has an entry a replica, and what is summed over them.
_BY_REPLICA, _SUMS = ("batches", "moments"), ("latency_sketch", "fidelity_histogram")
_MODELS = 16


@dataclass(frozen=True)
class Block:
    """What the replicas of a block gave.

    Attributes
    ----------
    data : bytes
        Their numbers, empty after an error.
    error : str, optional
        What went wrong.
    wall_s, cpu_s : float
        What it took.
    """

    data: bytes
    error: str | None = None
    wall_s: float = 0.0
    cpu_s: float = 0.0

    def arrays(self) -> dict[str, Any]:
        """Name of an array, ``tables/links/attempts`` say -> its values."""
        size = int.from_bytes(self.data[:4], "little")
        fields = json.loads(self.data[4 : 4 + size])
        raw = zlib.decompress(self.data[4 + size :])
        arrays, start = {}, 0
        for name, dtype, shape in fields:
            values = np.frombuffer(raw, dtype, count=math.prod(shape), offset=start).reshape(shape)
            arrays[name] = values
            start += values.nbytes
        return arrays

    def counted(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Pairs (or GHZ states) and sums of their fidelities, ``[replica, demand, batch, 2]``; simulated seconds."""
        arrays = self.arrays()
        simulated_s = arrays["tables/replicas/simulated_s"]
        batches = arrays["batches"][..., :2]
        if "tables/ghz_batches/states" in arrays:
            ghz = [arrays[f"tables/ghz_batches/{name}"] for name in ("states", "fidelity_sum")]
            states = np.stack(ghz, axis=-1).reshape(len(simulated_s), -1, BATCHES, 2)
            batches = np.concatenate([batches, states], axis=1)
        return batches, simulated_s


def _packed(output: Mapping[str, Any]) -> bytes:
    arrays = {
        f"tables/{table}/{name}": values for table, columns in output["tables"].items() for name, values in columns.items()
    }
    arrays.update({name: output[name] for name in (*_BY_REPLICA, *_SUMS)})
    fields = json.dumps([(name, values.dtype.str, values.shape) for name, values in arrays.items()]).encode()
    raw = b"".join(values.tobytes() for values in arrays.values())
    # The fastest level: most of it is zeros of histograms.
    return len(fields).to_bytes(4, "little") + fields + zlib.compress(raw, 1)


@lru_cache(maxsize=_MODELS)
def _base(text: str) -> Scenario:
    return Scenario.from_json(text)


@lru_cache(maxsize=_MODELS)
def _model(text: str, values: str) -> Model:
    scenario = _base(text)
    return compiled(scenario.with_values({**(json.loads(values) if values else {}), "record": "summary"}))


def simulate(text: str, job: Job, keep_going: Callable[[], bool]) -> Block | None:
    """Simulates a block.

    Parameters
    ----------
    text : str
        The scenario, as JSON, in which the values of the job are put.
    job : Job
        Which block.
    keep_going : callable
        Asked now and then; False ends the run.

    Returns
    -------
    Block or None
        None if it was ended. Errors are in the block: they belong to the point.
    """
    _, values, _, first, count = job
    wall, cpu = time.perf_counter(), time.thread_time()
    data, error = b"", None
    try:
        output = _core.run(
            _model(text, values),
            replicas=count,
            first_replica=first,
            on_progress=lambda done, ended: keep_going(),
        )
        if output["interrupted"]:
            return None
        data = _packed(output)
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"
    return Block(data, error, time.perf_counter() - wall, time.thread_time() - cpu)


def joined(scenario: Scenario, blocks: Sequence[Block], provenance: Mapping[str, Any]) -> Results:
    """The results of blocks that follow one another, as those of one run of all their replicas.

    Parameters
    ----------
    scenario : Scenario
        Of the point.
    blocks : sequence of Block
        At least one.
    provenance : mapping
        Of the study.
    """
    model = compiled(scenario.replace(record="summary"))
    network = Network.of(model)
    parts = [block.arrays() for block in blocks]
    arrays: dict[str, Any] = {
        name: sum(part[name] for part in parts) if name in _SUMS else np.concatenate([part[name] for part in parts])
        for name in parts[0]
    }
    columns: dict[str, dict[str, Any]] = {}
    for name, values in arrays.items():
        if name.startswith("tables/"):
            _, table, column = name.split("/")
            columns.setdefault(table, {})[column] = values
    replicas = len(columns["replicas"]["replica"])
    return Results(
        scenario=model.scenario,
        network=network,
        tables=tables_of(columns, network),
        batches=arrays["batches"],
        moments=arrays["moments"],
        latency_sketch=arrays["latency_sketch"],
        fidelity_histogram=arrays["fidelity_histogram"],
        provenance={
            **provenance,
            "seed": scenario.seed,
            "replicas": replicas,
            "wall_s": round(sum(block.wall_s for block in blocks), 3),
            "cpu_s": round(sum(block.cpu_s for block in blocks), 3),
        },
    )
