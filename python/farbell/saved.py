"""What a folder of results holds beside its tables: names and routes as JSON, statistics as tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from farbell.record import BATCH_SUMS, MOMENTS, Network, Record
from farbell.table import ResultTable

__all__ = ["as_array", "as_histogram", "read_network", "statistics_tables", "write_network"]


def write_network(network: Network, path: Path) -> None:
    """Writes the names behind a run's numbers, and what was compiled for it."""
    links = {name: network.link_models.codes(name).tolist() for name in network.link_models if name != "link"}
    document = {
        "nodes": network.node_names,
        "links": network.link_names,
        "demands": network.demand_names,
        "ghz_demands": network.ghz_demand_names,
        "failures": network.failure_names,
        "routes": network.routes,
        "ghz_arms": network.ghz_arms,
        "state": network.state,
        "approximations": network.approximations,
        "link_models": links,
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def read_network(path: Path) -> Network:
    """Reads what :func:`write_network` wrote."""
    document = json.loads(path.read_text(encoding="utf-8"))
    links = tuple(document["links"])
    return Network(
        node_names=tuple(document["nodes"]),
        link_names=links,
        demand_names=tuple(document["demands"]),
        ghz_demand_names=tuple(document.get("ghz_demands", ())),
        failure_names=tuple(document.get("failures", ())),
        routes=tuple(map(tuple, document["routes"])),
        ghz_arms=tuple(tuple(map(tuple, arms)) for arms in document.get("ghz_arms", ())),
        state=document["state"],
        approximations=tuple(document["approximations"]),
        link_models=ResultTable({"link": np.arange(len(links)), **document["link_models"]}, {"link": links}),
    )


# The statistics are arrays in memory and tidy tables on disk: one row an entry, histograms without their empty bins.


def _indexed(array: Any, index: Iterable[str], columns: Iterable[str], words: Mapping[str, tuple[str, ...]]) -> ResultTable:
    """An array whose last axis are columns, as one row an entry of the others."""
    shape = array.shape[:-1]
    places = np.indices(shape).reshape(len(shape), -1)
    values = array.reshape(-1, array.shape[-1]).T
    return ResultTable({**dict(zip(index, places, strict=True)), **dict(zip(columns, values, strict=True))}, words)


def _histogram(counts: Any, bin_name: str, words: Mapping[str, tuple[str, ...]]) -> ResultTable:
    demand, place = np.nonzero(counts)
    return ResultTable({"demand": demand, bin_name: place, "count": counts[demand, place]}, words)


def statistics_tables(record: Record) -> dict[str, ResultTable]:
    words = record.network.categories
    return {
        "batches": _indexed(record.batches, ("replica", "demand", "batch"), BATCH_SUMS, words),
        "moments": _indexed(record.moments, ("replica", "demand"), MOMENTS, words),
        "latency_sketch": _histogram(record.latency_sketch, "bucket", words),
        "fidelity_histogram": _histogram(record.fidelity_histogram, "bin", words),
    }


def as_array(table: ResultTable, columns: Iterable[str], *shape: int) -> Any:
    return np.stack([table[name] for name in columns], axis=-1).reshape(*shape)


def as_histogram(table: ResultTable, bin_name: str, demands: int, bins: int) -> Any:
    counts = np.zeros((demands, bins), dtype=np.uint64)
    counts[table.codes("demand"), table[bin_name]] = table["count"]
    return counts
